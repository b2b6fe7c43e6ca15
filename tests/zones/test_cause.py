"""Cause: which pixels are tested, who is suspected, what a trial says, and which change is the smallest."""

from __future__ import annotations

import datetime as dt
import string

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from pyproj import CRS

from phusong.config.cause import Cause
from phusong.errors import ConfigError
from phusong.grid import Grid
from phusong.publish.labels import read_labels
from phusong.zones.cause import CAUSES, Sampled, refuse_unknown_operators, sampled, smallest, suspects, trial

GRID = Grid(CRS(3405), 0.0, 0.0, 100.0, (2, 3))
DAY = dt.date(2026, 9, 30)
EARLIER, LATER = pd.Timestamp(2026, 9, 30), pd.Timestamp(2026, 10, 1)
NOTHING = -np.inf


def test_only_inhabited_pixels_of_the_zones_asked():
    label = np.array([[0, 1, 1], [-1, 1, 2]], np.int32)
    micro = np.array([[1, 0, 4], [9, 6, 3]], np.int64)
    found = sampled(label, micro, np.array([False, True, True]), 9, GRID, GRID)
    assert (found.pixel.tolist(), found.zone.tolist(), found.micro.tolist()) == ([2, 4, 5], [1, 1, 2], [4, 6, 3])


def test_of_equally_populous_pixels_the_first():
    row = Grid(CRS(3405), 0.0, 0.0, 100.0, (1, 4))
    found = sampled(np.zeros((1, 4), np.int32), np.array([[5, 7, 5, 5]]), np.array([True]), 3, row, row)
    assert found.pixel.tolist() == [0, 1, 2]


def test_pixels_of_a_tile_have_their_place_in_the_study():
    tile = GRID.part(1, 1, 1, 2)
    found = sampled(np.array([[0, 0]], np.int32), np.array([[5, 7]]), np.array([True]), 1, tile, GRID)
    assert (found.pixel.tolist(), found.micro.tolist()) == ([5], [7])


def frame(*rows: tuple[str, object, bool]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["status", "on_air_date", "on_air"])
    return table.assign(on_air_date=table.on_air_date.astype("datetime64[s]"))


@pytest.mark.parametrize(
    ("row", "as_of", "expected"),
    [
        (("on_air", EARLIER, True), DAY, set()),
        (("on_air", LATER, False), DAY, {"data_fault"}),
        (("on_air", LATER, False), dt.date(2026, 12, 31), {"planned_site"}),
        (("on_air", LATER, False), None, {"planned_site"}),
        (("on_air", pd.NaT, False), None, {"data_fault"}),
        (("planned", LATER, False), DAY, {"planned_site"}),
        (("planned", pd.NaT, False), DAY, {"planned_site"}),
        (("planned", EARLIER, True), DAY, set()),
        (("off", EARLIER, False), DAY, {"site_without_power"}),
        (("off", EARLIER, True), None, set()),
        (("off", LATER, False), DAY, {"site_without_power"}),
    ],
)
def test_suspects(row, as_of, expected):
    found = suspects(frame(row), DAY, as_of, np.array([False]))
    assert {name for name, mask in found.items() if mask[0]} == expected


def test_a_planned_site_without_mains_is_suspected_twice_and_one_on_air_never():
    table = frame(("planned", LATER, False), ("on_air", EARLIER, True))
    found = suspects(table, DAY, DAY, np.array([True, True]))
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "data_fault": [False, False],
        "site_without_power": [True, False],
        "planned_site": [True, False],
    }


def test_a_trial_by_hand():
    """
    Zone 3 has pixels of 1, 2 and 4 people, zone 8 one of 5. Site 6 reaches all of zone 3 and is the strongest for 3 of
    its people, site 2 for the other 4.

    What gets worse stays as it was. Zone 8 is reached by nobody:
    NR comes within 5 dB of its threshold there, LTE within 20 dB.
    """
    at = Sampled(np.array([10, 11, 12, 40]), np.array([3, 3, 3, 8]), np.array([1, 2, 4, 5]))
    before = np.array([[-1200.0, -1190, -1180, -1300], [NOTHING, NOTHING, NOTHING, -1150]])
    after = np.array([[-1090.0, -1250, -1300, -1310], [-900, NOTHING, NOTHING, -1100]])
    steps = {"LTE": -1100, "NR": -1050}
    found = trial(
        at, before, after, steps, np.array([6, 6, 2, 6, 2]), np.array([0, 1, 1, 2, 2]), np.array([1, 30, 10, 5, 6])
    )
    assert found.loc[3].to_dict() == {
        "micro": 7, "cured_micro": 7, "cured_share": 1.0, "site": 2, "technology": "LTE", "before_ddbm": -1190.0,
        "after_ddbm": -1180.0, "threshold_ddbm": -1100.0,
    }  # fmt: skip
    assert found.loc[8].to_dict() == {
        "micro": 5, "cured_micro": 0, "cured_share": 0.0, "site": -1, "technology": "NR", "before_ddbm": -1150.0,
        "after_ddbm": -1100.0, "threshold_ddbm": -1050.0,
    }  # fmt: skip


def test_a_share_is_cut_and_ties_of_sites_go_to_the_lower():
    at = Sampled(np.array([0, 1, 2]), np.array([0, 0, 0]), np.array([1, 1, 1]))
    none = np.full((1, 3), NOTHING)
    found = trial(at, none, none, {"LTE": -1100}, np.array([9, 4]), np.array([0, 1]), np.array([7, 0])).loc[0]
    assert (found.cured_share, found.site, found.technology) == (0.6666, 4, "LTE")
    assert found.after_ddbm == NOTHING


def tried(step: int, change: str, zones: list[int], share: list[float], after: list[float]) -> pd.DataFrame:
    cured = [round(10 * one) for one in share]
    columns = {"cured_share": share, "cured_micro": cured, "after_ddbm": after, "change": change, "step": step}
    return pd.DataFrame(columns, index=pd.Index(zones, name="zone"))


def test_the_first_that_cures_else_the_one_that_cures_most_else_the_strongest_else_the_first():
    small = tried(0, "small", [0, 1, 2, 3, 4], [0.5, 0.4, 0.1, 0.0, 0.0], [-1, -1, -1, -9, -5])
    middle = tried(1, "middle", [1, 2, 3, 4], [0.6, 0.3, 0.0, 0.0], [-1, -1, -2, -5])
    large = tried(2, "large", [2, 3, 4], [0.2, 0.0, 0.0], [-1, -3, NOTHING])
    found = smallest(pd.concat([small, middle, large]), 0.5)
    assert found.change.to_dict() == {0: "small", 1: "middle", 2: "middle", 3: "middle", 4: "small"}
    assert found.holds.to_dict() == {0: True, 1: True, 2: False, 3: False, 4: False}


def test_a_change_that_cures_more_later_is_not_smaller():
    once, twice = (tried(*one, [0], [share], [-1]) for one, share in (((0, "small"), 0.5), ((1, "large"), 1.0)))
    assert smallest(pd.concat([once, twice]), 0.5).change.tolist() == ["small"]


def test_every_unknown_operator_is_told_with_the_nearest():
    refuse_unknown_operators(("VNPT",), ["Viettel", "VNPT"])
    refuse_unknown_operators((), [])
    with pytest.raises(ConfigError) as told:
        refuse_unknown_operators(("Vietel", "VNPT", "Qz"), ["VNPT", "Viettel", "Viettel"])
    assert str(told.value) == "zones.operators: no site in reach is of 'Qz', 'Vietel' (did you mean 'Viettel'?)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"raises_m": [10, 5]}, "raises_m: heights must rise"),
        ({"raises_m": [5, 5]}, "raises_m: heights must rise"),
        ({"raises_m": [0]}, "greater than 0"),
        ({"raises_m": []}, "at least 1"),
        ({"tilts_deg": [2, 2]}, "tilts_deg: a tilt is there twice"),
        ({"tilts_deg": [46]}, "less than or equal to 45"),
        ({"cured_share": 0}, "greater than 0"),
        ({"tested_pixels": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(ValidationError, match=message):
        Cause(**settings)


def test_every_cause_has_a_name_and_a_sentence_in_both_languages():
    known = {"site", "change", "share", "before", "after", "threshold", "distance", "operator"}
    for labels in (read_labels("vi"), read_labels("en")):
        for name in CAUSES:
            assert labels[f"cause.{name}"]
            told = labels[f"cause_sentence.{name}"]
            assert {field for _, field, _, _ in string.Formatter().parse(told) if field} <= known, name
