"""Different cells of a column."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.intake.cells import Cells, shown
from phusong.intake.spec import Field

FIELD = Field("antenna", "word")


@pytest.fixture
def cells(block):
    """Cells of the second column."""

    def of(*values: object) -> Cells:
        return Cells.of(block(["Mã trạm", "Anten"], *[[f"A-{i}", value] for i, value in enumerate(values)]), 1)

    return of


def test_cells_of_different_types_are_different_and_blanks_are_empty(cells):
    found = cells("1", 1, 1.0, True, "1", None, " ", "\u00a0", float("nan"))
    assert found.different == ["1", 1, 1.0, True]
    assert found.codes.tolist() == [0, 1, 2, 3, 0, -1, -1, -1, -1]


def test_texts_are_composed_and_have_no_apostrophe_before_them(cells):
    assert cells("'00004", "Xa\u0303  Ho\u0300a", 30.0, 30.5).texts == ["00004", "Xã Hòa", "30", "30.5"]


def test_what_says_nothing_becomes_empty_and_is_told(cells):
    left, empty = cells("-", "K 742", "N/A", "-").without_nothing(FIELD)
    assert left.different == ["K 742"]
    assert left.codes.tolist() == [-1, 0, -1, -1]
    assert sorted(empty) == [0, 2]


def test_what_means_no_in_a_column_of_flags_says_something_there(cells):
    left, empty = cells("không có", "-").without_nothing(Field("hardened", "flag"))
    assert (left.different, sorted(empty)) == (["không có"], [1])


def test_a_constant_stands_where_the_file_says_nothing(cells):
    filled = cells("a", None).or_constant("b")
    assert filled.spread(filled.different, object, None).tolist() == ["a", "b"]


def test_values_are_spread_over_the_rows(cells):
    assert cells("a", "b", None, "a").spread([1.0, 2.0], np.float64, -1.0).tolist() == [1, 2, -1, 1]


def test_a_finding_tells_every_row_that_holds_such_a_cell(cells):
    (finding,) = cells("x", "y", "x").told("word_unknown", FIELD, {0: ("", "z")}, expected="z")
    assert finding.rows.tolist() == [0, 2]
    assert (finding.found, finding.became, finding.suggestion) == (("x", "x"), (), ("z", "z"))
    assert finding.words == {"expected": "z"}
    assert cells("x").told("word_unknown", FIELD, {}) == []


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (1.5, "1.5"), (1e20, "1e+20"), (True, "True"), ("x", "x"), (-0.0, "0")]
)
def test_a_cell_is_shown_as_people_write_it(value, text):
    assert shown(value) == text
