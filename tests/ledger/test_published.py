"""Published figures: what their digits leave open, how they are read, and how a faulty file is told."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.errors import ConfigError
from phusong.ledger.published import Figure, Span, read

DATA = Path(__file__).resolve().parents[2] / "gis_data"
GOOD = {
    "id": "mine",
    "value": "12",
    "unit": "sites",
    "claimed_indicator": "nr_sites",
    "published": "2026",
    "source": "s",
}


def figure(**keys: object) -> Figure:
    return Figure.model_validate({**GOOD, **keys})


def written(folder: Path, *figures: dict[str, object], head: str = "") -> Path:
    "A file of the user, as TOML."
    file = folder / "own.toml"
    tables = ["[[figure]]\n" + "\n".join(f"{key} = {value!r}" for key, value in own.items()) for own in figures]
    file.write_text("\n\n".join([head, *tables]), "utf-8")
    return file


def faults(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as told:
        read(file)
    return [line.removeprefix("  - ") for line in str(told.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("keys", "low", "high"),
    [
        ({"value": "39.52", "unit": "%"}, "39.515", "39.525"),
        ({"value": "14", "unit": "%"}, "13.5", "14.5"),
        ({"value": "90", "unit": "%"}, "89.5", "90.5"),
        ({"value": "100", "unit": "%"}, "99.5", "100"),
        ({"value": "16737"}, "16737", "16737"),
        ({"value": "10600"}, "10550", "10650"),
        ({"value": "30000", "step": "1000"}, "29500", "30500"),
        ({"value": "500000", "step": "1"}, "500000", "500000"),
        ({"value": "0"}, "0", "0"),
        ({"value": "59", "unit": "%", "wording": "almost"}, "58", "59"),
        ({"value": "26", "unit": "%", "wording": "about"}, "25", "27"),
        ({"value": "35000", "wording": "more_than"}, "35000", "36000"),
        ({"value": "16737", "wording": "about"}, "16736", "16738"),
        ({"value": "50", "unit": "%", "wording": "at_least"}, "50", "100"),
        ({"value": "55000", "wording": "at_least"}, "55000", "Infinity"),
        ({"value": "600000", "wording": "at_most"}, "0", "600000"),
        ({"value": "55..60", "unit": "%"}, "54.5", "60.5"),
    ],
)
def test_interval_of_printed_digits(keys, low, high):
    assert figure(**keys).interval == (Decimal(low), Decimal(high))


@given(st.integers(0, 9999), st.integers(0, 3))
def test_whatever_rounds_to_the_digits_is_inside(units, places):
    "Brute force: thousandths around a share that print as it does, half to even or away from it."
    value = Decimal(units) / 10**places
    if value > 99:
        return
    low, high = figure(value=f"{value:.{places}f}", unit="%").interval
    for thousandth in range(-600, 601, 50):
        other = value + Decimal(thousandth) / 1000
        if other >= 0 and round(other, places) == value:
            assert low <= other <= high
    assert high - low <= Decimal(1) / 10**places


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2025-12-31", "2025-12-31", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2025-07/2025-09-05", "2025-07-01", "2025-09-05"),
    ],
)
def test_span(said, first, last):
    span = Span.parse(said)
    assert (str(span.first), str(span.last)) == (first, last)
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize("said", ["", "10/2025", "2025-13", "2025-02-30", "2025-Q5", "2026/2025"])
def test_no_span(said):
    with pytest.raises(ValueError, match=r"expected a day|month must|out of range|ends before|must be in"):
        Span.parse(said)


def test_shipped_figures_are_the_published_series():
    found = read()
    assert [found[name].value for name in ("nr_people_2025_10", "nr_people_notice_2025_12", "nr_people_2025_end")] == [
        "39.52",
        "59",
        "90.2",
    ]
    undated = [figure.id for figure in found.figures if figure.as_of is None]
    assert undated == [
        "nr_people_notice_2025_12",
        "nr_sites_2025_07",
        "viettel_added_2025_12_25",
        "viettel_outdoor_2025_12",
    ]
    years = [figure.as_of.first.year for figure in found.figures if figure.as_of and figure.status == "reported"]
    assert (min(years), max(years)) == (2021, 2026)
    assert {figure.scope for figure in found.figures} == {"nation", "Viettel", "VNPT"}


def test_shipped_figures_name_a_document_or_an_address():
    for own in read().figures:
        assert own.source.startswith("https://") or own.source.split(", ")[-1].count("/") == 2, own.id


def test_definitions_that_may_be_meant_exist():
    ours = set(tomllib.loads((DATA / "indicators.toml").read_text("utf-8")))
    for name, indicator in read().indicators.items():
        assert set(indicator.ours) <= ours, name
        assert bool(indicator.ours) == bool(indicator.technology), name


def test_table_has_a_row_a_figure_and_marks_those_without_a_day():
    found = read()
    table = found.table()
    assert sorted(table.id) == [figure.id for figure in found.figures]
    notice = table.set_index("id").loc["nr_people_notice_2025_12"]
    assert (notice.has_as_of, notice.as_of, notice.low, notice.high) == (False, "", 58, 59)
    order = list(table.id[(table.claimed_indicator == "nr_people_share") & (table.scope == "nation")])
    assert (
        order.index("nr_people_2025_10") < order.index("nr_people_notice_2025_12") < order.index("nr_people_2025_end")
    )


def test_figures_of_the_user_are_added(tmp_path):
    head = '[indicators.masts]\nvi = "Số cột"\nen = "masts"\nunit = "sites"'
    own = written(
        tmp_path, {**GOOD, "claimed_indicator": "masts", "unit_code": "04"}, GOOD | {"id": "other"}, head=head
    )
    found = read(own)
    assert len(found.figures) == len(read().figures) + 2
    assert (found["mine"].claimed_indicator, found["mine"].unit_code) == ("masts", "04")


def test_every_fault_at_once(tmp_path):
    file = written(
        tmp_path,
        {key: value for key, value in GOOD.items() if key != "source"},
        {**GOOD, "id": "nr_sites_2025_10"},
        {**GOOD, "id": "a", "unit": "masts", "value": 39.52, "nots": "x"},
        {**GOOD, "id": "b", "claimed_indicator": "nr_site"},
        {**GOOD, "id": "c", "unit": "villages"},
        {**GOOD, "id": "d", "as_of": "2027", "count": "nr_sites_2025_10"},
        {**GOOD, "id": "e", "sum_of": ["nr_sites_2025_ende", "dead_zones_2024"]},
    )
    assert faults(file) == [
        "own.toml: figure 1 (mine): source: is missing",
        "own.toml: figure 3 (a): value: expected the digits as printed, in quotes, a point before decimals: "
        '"39.52" or "55..60" (found 39.52)',
        "own.toml: figure 3 (a): unit: Input should be '%', 'sites', 'villages', 'terminals' or 'subscribers' "
        "(found 'masts')",
        "own.toml: figure 3 (a): nots: unknown key; did you mean 'note'?",
        "own.toml: figure 6 (d): published on 2026-01-01/2026-12-31, before the time it speaks of "
        "(2027-01-01/2027-12-31): a plan?",
        "the id 'nr_sites_2025_10' stands 2 times",
        "b: there is no indicator 'nr_site'; did you mean 'nr_sites'?",
        "c: nr_sites is in sites (found villages)",
        "e: sum_of names no figure 'nr_sites_2025_ende'; did you mean 'nr_sites_2025_end'?",
        "e: sum_of adds villages to sites",
    ]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"value": "101", "unit": "%"}, "a share of 101 % is more than all"),
        ({"value": "60..55"}, "the range 60..55 ends below its beginning"),
        ({"value": "39,52"}, "expected the digits as printed"),
        ({"source": ""}, "source"),
        ({"published": "May"}, "published: expected a day, month, quarter or year"),
        ({"scope": "", "id": "Not One"}, "id"),
        ({"unit_code": "4"}, "unit_code"),
    ],
)
def test_impossible_figures_are_refused(tmp_path, keys, sentence):
    [fault] = faults(written(tmp_path, {**GOOD, **keys}))
    assert sentence in fault


def test_count_belongs_to_a_share_with_a_base(tmp_path):
    share = {**GOOD, "unit": "%", "claimed_indicator": "nr_to_lte_site_share"}
    assert faults(written(tmp_path, {**GOOD, "count": "nr_sites_2025_10"})) == [
        "mine: count is for a share and names a count (found sites, sites)",
        "mine: count has no meaning, nr_sites is of no base",
    ]
    assert faults(written(tmp_path, share | {"count": "nr_people_2025_10"})) == [
        "mine: count is for a share and names a count (found %, %)"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("figures = 3", "own.toml: unknown key 'figures'; a file holds [[figure]] and [indicators.ID]"),
        ("figure = 3", "own.toml: expected [[figure]] tables"),
        ("figure = [3]", "own.toml: 1: expected a table (found 3)"),
        (
            '[indicators.nr_sites]\nvi = "x"',
            "own.toml: indicator nr_sites: comes with the code already; give yours another id",
        ),
    ],
)
def test_other_tables_are_refused(tmp_path, text, sentence):
    (tmp_path / "own.toml").write_text(text, "utf-8")
    assert faults(tmp_path / "own.toml") == [sentence]


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text("id = ", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        read(tmp_path / "own.toml")
    with pytest.raises(ConfigError, match="There is no file"):
        read(tmp_path / "none.toml")
