"""Layers without geometry: satellite terminals and outages."""

from __future__ import annotations

import pytest

from phusong.errors import LayerError
from phusong.layers.tables import read_outages, read_terminals

TERMINALS = """period,provider,commune_code,active_terminals
2026Q3,B,00002,5
2026Q3,A,00002,7
2026Q2,A,00001,1
"""


def test_terminals_are_in_order(world):
    world.text("terminals", TERMINALS, "t.csv")
    table, account = read_terminals(world.project())
    assert list(table.columns) == ["period", "provider", "commune_code", "active_terminals"]
    assert table.to_numpy().tolist() == [
        ["2026Q2", "A", "00001", 1.0],
        ["2026Q3", "A", "00002", 7.0],
        ["2026Q3", "B", "00002", 5.0],
    ]
    assert (account.layer, account.rows_in, account.accepted) == ("terminals", 3, 3)


def test_outages(world):
    world.text("outages", "commune_code;period;saidi_min;saifi_count\n00001;2026Q3;12.5;0\n", "o.csv")
    table, account = read_outages(world.project())
    assert table.to_numpy().tolist() == [["00001", "2026Q3", 12.5, 0.0]]
    assert (account.layer, account.accepted) == ("outages", 1)


@pytest.mark.parametrize("read", [read_terminals, read_outages])
def test_without_such_a_layer_there_are_none(world, read):
    table, account = read(world.project())
    assert len(table) == 0
    assert account.rows_in == 0
    assert "commune_code" in table


def test_one_key_twice_is_refused(world):
    world.text("terminals", TERMINALS + "2026Q3,A,00002,9\n", "t.csv")
    with pytest.raises(
        LayerError, match="terminals: 1 fault\n  - period, provider, commune_code: 2 rows repeated, first at row 3"
    ):
        read_terminals(world.project())


@pytest.mark.parametrize("period", ["2026-Q3", "2026Q5", "Q3/2026", "2026-09"])
def test_a_period_that_is_no_quarter(world, period):
    world.text("terminals", TERMINALS.replace("2026Q2", period), "t.csv")
    with pytest.raises(LayerError, match=rf"period: 1 row not of the form .*, first at row 4 \(found '{period}'\)"):
        read_terminals(world.project())


def test_a_quarter_has_no_more_minutes_than_it_has(world):
    world.text("outages", "commune_code,period,saidi_min,saifi_count\n00001,2026Q3,132481,-1\n", "o.csv")
    with pytest.raises(LayerError) as caught:
        read_outages(world.project())
    assert str(caught.value).splitlines() == [
        "outages: 2 faults",
        "  - saidi_min: 1 row outside 0..132480, first at row 2 (found 132481.0)",
        "  - saifi_count: 1 row outside 0..10000, first at row 2 (found -1.0)",
    ]


def test_a_missing_column_names_the_nearest(world):
    world.text("outages", "commune_code,period,saidi,saifi_count\n00001,2026Q3,1,1\n", "o.csv")
    with pytest.raises(LayerError, match=r"column 'saidi_min' is missing \(your file has 'saidi'\)"):
        read_outages(world.project())
