"""Comparison: parts that sum to the change in value and in print, and a reason for every change without parts."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.comparison import (
    KEY,
    METHOD,
    METHOD_LATER,
    REASONS,
    Change,
    Comparison,
    compare,
    comparison_table,
)

CAUSES = ("sites_new", "people")
COVERED = ("covered_share", "study", "", "any", "NR", "outdoor")


def table(*rows: tuple[tuple[str, ...], str, int, int]) -> pd.DataFrame:
    "Figures by key, version, numerator and denominator."
    columns = [*KEY, "version", "numerator", "denominator"]
    found = pd.DataFrame([[*key, *rest] for key, *rest in rows], columns=columns)
    return found.assign(value=found.numerator / found.denominator.where(found.denominator > 0))


def world(come: frozenset[str]) -> pd.DataFrame:
    "A new site covers the second of two places; people move from the second to the first."
    first, second = (70, 30) if "people" in come else (40, 60)
    return table((COVERED, "1", first + second * ("sites_new" in come), 100))


def test_what_each_cause_made_by_hand():
    # 0.41 was published of what today's code calls 0.40; the later quarter was published by today's code
    found = compare(table((COVERED, "1", 41, 100)), table((COVERED, "1", 100, 100)), CAUSES, world)
    (change,) = found.changes
    assert (change.before, change.after, change.version) == (Fraction(41, 100), 1, "1")
    # new: 60 before the people move and 30 after; people: 30 before the site comes and nobody after
    assert change.parts == {
        METHOD: Fraction(-1, 100),
        "sites_new": Fraction(45, 100),
        "people": Fraction(15, 100),
        METHOD_LATER: 0,
    }
    assert change.printed.parts == {METHOD: -100, "sites_new": 4500, "people": 1500, METHOD_LATER: 0}
    assert found.unsplit.empty


def test_another_code_of_the_later_quarter_is_told_apart():
    found = compare(table((COVERED, "1", 40, 100)), table((COVERED, "1", 97, 100)), CAUSES, world)
    assert found.changes[0].parts[METHOD] == 0
    assert found.changes[0].parts[METHOD_LATER] == Fraction(-3, 100)


def test_without_a_cause_all_is_method():
    found = compare(table((COVERED, "1", 41, 100)), table((COVERED, "1", 43, 100)), (), world)
    assert found.changes[0].parts == {METHOD: Fraction(-1, 100), METHOD_LATER: Fraction(3, 100)}


def key(definition: str) -> tuple[str, ...]:
    return (definition, *COVERED[1:])


@pytest.mark.parametrize(
    ("why", "before", "after", "computed"),
    [
        ("earlier", [], [("1", 5, 10)], ("1", 5, 10)),
        ("later", [("1", 5, 10)], [], ("1", 5, 10)),
        ("version", [("1", 5, 10)], [("2", 5, 10)], ("2", 5, 10)),
        ("today", [("1", 5, 10)], [("1", 6, 10)], ("2", 5, 10)),
        ("not_computed", [("1", 5, 10)], [("1", 6, 10)], None),
        ("nobody", [("1", 5, 10)], [("1", 6, 10)], ("1", 0, 0)),
        ("nobody", [("1", 0, 0)], [("1", 6, 10)], ("1", 5, 10)),
    ],
)
def test_why_a_change_has_no_parts(why, before, after, computed):
    other = key("other_share")

    def figures(come: frozenset[str]) -> pd.DataFrame:
        return pd.concat([world(come), table(*[(other, *computed)] if computed else [])], ignore_index=True)

    found = compare(
        table((COVERED, "1", 41, 100), *[(other, *row) for row in before]),
        table((COVERED, "1", 100, 100), *[(other, *row) for row in after]),
        CAUSES,
        figures,
    )
    assert [change.key for change in found.changes] == [COVERED]
    (row,) = found.unsplit.to_dict("records")
    assert (row["definition_id"], row["not_divided"]) == ("other_share", why)
    assert set(REASONS) > {row["not_divided"]}
    has_change = why in ("today", "not_computed") or (why == "nobody" and before[0][2] > 0)
    assert row["change"] == pytest.approx(0.1) if has_change else pd.isna(row["change"])
    told = comparison_table(found)
    assert told.not_divided.tolist() == ["", why]
    assert told[[METHOD, *CAUSES, METHOD_LATER]].notna().all(axis=1).tolist() == [True, False]


def test_a_comparison_of_nothing_is_an_empty_table():
    nothing = compare(table(), table(), (), lambda come: world(come).iloc[:0])
    assert nothing.changes == ()
    assert comparison_table(nothing).empty


SHARES = st.builds(Fraction, st.integers(0, 10**6), st.just(10**6))


@given(SHARES, st.lists(st.integers(-(10**5), 10**5), min_size=1, max_size=6))
def test_what_is_printed_sums_and_lies_near_what_is(before, parts):
    exact = {str(number): Fraction(part, 10**6 + 1) for number, part in enumerate(parts)}
    change = Change(COVERED, "1", before, before + sum(exact.values()), exact)
    printed = change.printed
    assert printed.before + sum(printed.parts.values()) == printed.after
    assert all(abs(printed.parts[name] - part * 10_000) < 2 for name, part in exact.items())
    assert all(printed.parts[name] == 0 for name, part in exact.items() if part == 0)
    value = comparison_table(Comparison((change,), pd.DataFrame()))
    assert abs(value.change[0] - value[[*exact]].sum(axis=1)[0]) < 1e-9


def test_a_figure_short_of_its_target_is_not_printed_as_reaching_it():
    change = Change(COVERED, "1", Fraction(98999, 100000), Fraction(989999, 10**6), {"people": Fraction(9, 10**6)})
    assert (change.printed.before, change.printed.after, change.printed.parts) == (9899, 9899, {"people": 0})
