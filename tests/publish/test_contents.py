"""Contents: what is drawn, in which order, and written so that no text can break out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.publish.classes import read_palette
from phusong.publish.contents import (
    _column,
    as_json,
    bounds_of,
    commune_table,
    fixed_tables,
    layers_of,
    site_table,
    zone_table,
)
from phusong.publish.labels import read_labels

LABELS, PALETTE = read_labels(), read_palette()


def tables_of(edition):
    """All tables of an edition with everything drawn."""
    zones = {"zones": zone_table(edition, 75, len(edition.zones), LABELS, PALETTE)} if len(edition.zones) else {}
    return {"communes": commune_table(edition, 30, LABELS, PALETTE), **zones, **fixed_tables(edition, LABELS, PALETTE)}


def read_column(column):
    """As the page's script reads it."""
    if "rows" in column:
        return [column["texts"][row] for row in column["rows"]]
    texts, before = [], ""
    for rest, same in zip(column["rests"], column["same"], strict=True):
        before = before[:same] + rest
        texts.append(before)
    return texts


def test_communes_stand_by_province_and_name(edition):
    "An comes before Đông; the select of the page lists them so."
    table = commune_table(edition, 30, LABELS, PALETTE)
    assert table.groups == ["Tỉnh <b>An</b>"] * 2 + ["Tỉnh Đông"] * 2
    assert sorted(table.classes["nr"].tolist()) == [-1, 0, 5, 6]


def test_layers_from_the_ground_up_with_what_they_draw(edition):
    tables = tables_of(edition)
    contents = json.loads(as_json(tables, layers_of(tables, LABELS, PALETTE), [], {}))
    assert [(layer["label"], layer["base"], layer["shown"]) for layer in contents["layers"]] == [
        ("Tỷ lệ dân số có 5G", True, True),
        ("Tỷ lệ dân số có 4G", True, False),
        ("Vùng lõm: thiếu sóng (1)", False, True),
        ("Vùng lõm: thiếu điện (1)", False, True),
        ("Vùng lõm: thiếu cả sóng và điện (1)", False, True),
        ("Đường dây điện (2)", False, False),
        ("Thôn, bản không có sóng (1)", False, False),
        ("Trạm 4G (LTE) (1)", False, False),
        ("Trạm 5G (NR) (2)", False, False),
    ]


def test_study_without_other_layers(bare):
    tables = tables_of(bare)
    assert [layer.table for layer in layers_of(tables, LABELS, PALETTE)] == ["communes", "communes"]


def test_planned_sites_are_not_drawn(edition):
    assert site_table(edition, LABELS, PALETTE).popups.headings[0] == "S-1"
    assert "S-planned" not in site_table(edition, LABELS, PALETTE).popups.headings


def test_only_the_first_zones_by_rank(edition):
    turned = edition.zones.iloc[::-1]
    object.__setattr__(edition, "zones", turned)
    table = zone_table(edition, 75, 2, LABELS, PALETTE)
    assert table.popups.headings == ["Vùng lõm 2026Q3-0001", "Vùng lõm 2026Q3-0002"]
    assert table.popups.fields[0].texts == ["1 trên 3", "2 trên 3"]


def test_nothing_in_the_json_can_end_a_script(edition):
    tables = tables_of(edition)
    text = as_json(tables, layers_of(tables, LABELS, PALETTE), bounds_of(edition.communes), LABELS)
    assert not set(text) & set("<>&\u2028\u2029")
    names = read_column(json.loads(text)["tables"]["communes"]["heading"])
    assert sorted(names) == sorted(edition.communes.commune_name)


@given(st.lists(st.one_of(st.text(max_size=6), st.sampled_from(["", "a", "Xã A", "Xã B", "😀b", "😁b"])), max_size=12))
@pytest.mark.filterwarnings("ignore")
def test_columns_read_back(texts):
    assert read_column(json.loads(json.dumps(_column(texts)))) == texts


def test_shared_beginnings_end_before_characters_that_javascript_counts_twice():
    assert _column(["a😀1", "a😀2"]) == {"rests": ["a😀1", "😀2"], "same": [0, 1]}


def test_bounds(edition):
    (south, west), (north, east) = bounds_of(edition.communes)
    assert (round(south, 1), round(west, 1)) == (21.3, 105.4)
    assert 0.04 < north - south < 0.05
    assert 0.19 < east - west < 0.20
