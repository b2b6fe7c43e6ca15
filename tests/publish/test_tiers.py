"""What the tiers say of columns, facts and names."""

from __future__ import annotations

import time

import pytest

from phusong.ledger.levels import COLUMNS
from phusong.ledger.task_table import RECORD
from phusong.publish.nameless import Nameless
from phusong.publish.tiers import TIERS, Rules, within

RULES = Rules.shipped()


def test_a_tier_holds_what_those_below_hold():
    held = [[within(declared, tier) for declared in TIERS] for tier in TIERS]
    assert held == [[below <= own for below in range(4)] for own in range(4)]


@pytest.mark.parametrize(
    ("table", "column", "tier"),
    [
        ("communes", "people", "public"),
        ("communes", "nr_any_people", "public"),
        ("communes", "lte_song_mau_very_good_people", "public"),
        ("communes", "lte_nobody_very_good_people", "regulator"),
        ("provinces", "lte_song_mau_people", "public"),
        ("provinces", "as_of", "public"),
        ("sites", "backup_hours", "commune"),
        ("sites", "eirp_dbm", "regulator"),
        ("sites", "geometry", "commune"),
        ("zones", "cause", "public"),
        ("zones", "cause_level_dbm", "commune"),
        ("tasks.tasks", "person", "commune"),
        ("nowhere", "people", "regulator"),
    ],
)
def test_columns(table, column, tier):
    assert RULES.tier_of(table, column, ["Sóng Mẫu"]) == tier


def test_columns_of_tables_made_elsewhere_are_all_declared():
    assert set(RULES.columns["tasks.tasks"]) == set(RECORD)
    assert set(RULES.columns["levels"]) == set(COLUMNS)


def test_facts_are_told_by_name_through_lists():
    facts = {"inputs": [{"layer": "sites", "file": "a.csv"}, {"layer": "terrain"}], "people_vintage": 2020, "other": 1}
    assert RULES.told("public", facts) == {
        "inputs": [{"layer": "sites"}, {"layer": "terrain"}],
        "people_vintage": 2020,
    }
    assert RULES.told("regulator", facts) == facts
    assert RULES.told("public", {"grid": "not a table"}) == {"grid": None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("NM-1", "X"),
        ("tại nm-1, NM-1.", "tại X, X."),
        ("NM-12 và ANM-1 là trạm khác", "NM-12 và ANM-1 là trạm khác"),
        ("NM-1 Đông ở xa", "Y ở xa"),
        ("Trạm 110 kV Mỹ Lâm;NM-1", "Z;X"),
        ("110 kV", "110 kV"),
        ("12 người, 1 trạm", "12 người, 1 trạm"),
        ("Q mất điện", "W mất điện"),
        ("", ""),
    ],
)
def test_names_are_found_as_whole_words(text, told):
    "The longest first; a number of few digits is no name."
    say = Nameless.of(
        {"NM-1": "X", "NM-1 Đông": "Y", "Trạm 110 kV Mỹ Lâm": "Z", "12": "V", "110": "V", "Q": "W", " ": "V"}
    )
    assert say(text) == told


def test_many_names_take_no_longer():
    "A hundred thousand names, and as many letters to look through."
    begun = time.perf_counter()
    say = Nameless.of({f"BTS-{number:06d}": "trạm" for number in range(100_000)})
    assert say("gần BTS-099999, " * 5000) == "gần trạm, " * 5000
    assert time.perf_counter() - begun < 20
