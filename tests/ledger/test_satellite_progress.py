"""Satellite terminals against target and cap, and by the signal of their communes."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from phusong.ledger.satellite import by_signal, on_the_way

TODAY, END = dt.date(2026, 9, 30), dt.date(2026, 12, 31)


def filed(**terminals):
    codes = [name.removeprefix("c") for name in terminals]
    return pd.DataFrame({"commune_code": codes, "active_terminals": pd.array([*terminals.values()], "int64")})


def commune(code, served, dark, unknown):
    """People with power for half of each, so that both parts must be summed."""
    parts = {"served": served, "not_served": dark, "unknown": unknown}
    columns = {f"signal_{name}_power_served_people": count // 2 for name, count in parts.items()}
    rest = {f"signal_{name}_power_unknown_people": count - count // 2 for name, count in parts.items()}
    return {"commune_code": code, **columns, **rest}


def test_way_to_the_target_by_hand():
    "13 whole weeks; 490,000 / 13 = 37,692.3."
    row = on_the_way(filed(c00001=10_000), TODAY, END).iloc[0]
    assert (row.left, row.per_week, row.state) == (490_000, 37_693, "open")
    assert row.cap_share == pytest.approx(1 / 60)
    assert row.cap_left == 590_000


def test_more_than_allowed_is_seen():
    row = on_the_way(filed(c00001=600_001), TODAY, END).iloc[0]
    assert (row.state, row.cap_left) == ("met", -1)
    assert row.cap_share > 1


def test_nothing_filed_is_unknown():
    row = on_the_way(filed(), TODAY, END).iloc[0]
    assert row.state == "unknown"
    assert row[["done", "left", "per_week", "cap_share", "cap_left"]].isna().all()


@pytest.mark.parametrize(
    ("people", "signal"),
    [
        ((50, 50, 0), "with_signal"),
        ((49, 51, 0), "without_signal"),
        ((49, 50, 1), "unknown"),
        ((0, 51, 49), "without_signal"),
        ((50, 0, 50), "with_signal"),
        ((0, 0, 9), "unknown"),
        ((0, 0, 0), "unknown"),
    ],
)
def test_signal_of_a_commune(people, signal):
    found = by_signal(filed(c00001=3), pd.DataFrame([commune("00001", *people)])).set_index("signal")
    assert found.terminals.to_dict()[signal] == 3
    assert found.communes.to_dict()[signal] == 1


def test_terminals_sum_to_those_filed():
    "Two providers in one commune; two rows of a commune that is not studied; one commune with none."
    table = pd.DataFrame([commune("00001", 9, 1, 0), commune("00002", 1, 9, 0), commune("00003", 1, 9, 0)])
    terminals = pd.concat([filed(c00001=3, c00002=4, c99999=5), filed(c00001=1, c99999=1)])
    found = by_signal(terminals, table)
    assert found.terminals.tolist() == [4, 4, 0, 6]
    assert found.communes.tolist() == [1, 2, 0, 1]


def test_nothing_filed_is_no_terminal_anywhere():
    assert by_signal(filed(), pd.DataFrame([commune("00001", 9, 1, 0)])).terminals.tolist() == [0, 0, 0, 0]
