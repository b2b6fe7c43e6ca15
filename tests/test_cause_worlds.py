"""Causes on worlds made by hand, where the answer is known; each held to surveys of the whole world as it would be."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS
from small_study import silent
from small_zones import drawn

from phusong.config import Project
from phusong.errors import ConfigError
from phusong.grid import Grid
from phusong.layers.account import Account, Refusal
from phusong.layers.field import Array
from phusong.layers.sites import on_air
from phusong.pipeline import trials
from phusong.pipeline.causes import causes, lacks_signal
from phusong.pipeline.preparation import placed
from phusong.pipeline.quarantined import quarantined
from phusong.radio.coverage import strongest_servers
from phusong.radio.levels import by_operator
from phusong.units import LIMITED, NOT_SERVED, SERVED, UNKNOWN
from phusong.zones.cause import CAUSES, refuse_unknown_operators, sampled
from phusong.zones.gaps import classify, signal
from phusong.zones.standing import Standing, together

PERSON = 1_000_000
DAY = dt.date(2026, 9, 30)
GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (40, 80))
"""8 km from west to east, 4 km from south to north; places below are in km from the south-western corner."""
AROUND = GRID.padded(5000)
LEVEL = np.zeros(AROUND.shape, np.float32)
OLD, LATER = pd.Timestamp(2020, 1, 1), pd.Timestamp(2027, 3, 1)
WEAK_DBM = 22.8
"""EIRP of a carrier of 20 MHz with which free space leaves -115.0 dBm at 3 km and 1800 MHz."""
LAYERS = ("communes", "sites", "population", "terrain")
ASIDE = {"quarantined_sites": {"path": "quarantined.parquet"}}
SETTINGS = {"tilts_deg": (0, 4), "raises_m": (10, 20, 30)}
FREE = {"propagation": "free-space", "reach_km": 5}
EDGE = {"propagation": "bullington", "mode": "exact", "reach_km": 5}


def site(site_id: str, x_km: float, **changes: object) -> dict[str, object]:
    "A mast of VNPT on the middle line, on air since 2020, omnidirectional, 30 m high, no tilt."
    plain = {
        "operator": "VNPT",
        "technology": "LTE",
        "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0,
        "height_agl_m": 30.0,
        "azimuths_deg": "omni",
        "downtilt_deg": 0.0,
        "mechanical_tilt_deg": 0.0,
        "antenna": None,
        "eirp_dbm": 60.8,
        "status": "on_air",
        "on_air_date": OLD,
        "power_source": "grid",
        "setting": "rural",
    }
    return {"site_id": site_id, "x_km": x_km, **plain, **changes}


def ridge(at_km: float, height_m: float, width_km: float = 0.2) -> np.ndarray:
    "A wall from north to south across the middle of the world."
    column = (AROUND.x - 500_000) / 1000
    return np.where(np.abs(column - at_km) <= width_km / 2, height_m, np.zeros(AROUND.shape)).astype(np.float32)


def ground_of(heights_m: np.ndarray) -> dict[str, object]:
    "Bare ground as the inputs of a study give it."
    terrain = Array(AROUND, heights_m)
    return {"terrain": terrain, "terrain_grid": AROUND, "heights": terrain.on, "clutter_heights": lambda _: None}


class Made:
    """A world: masts, ground, and a village of nine pixels of ten people each around 4 km, 2.05 km, or elsewhere."""

    def __init__(
        self,
        *sites,
        ground=LEVEL,
        radio=FREE,
        at_km=4.05,
        as_of=DAY,
        day=DAY,
        power=SERVED,
        zones=None,
        aside=None,
        **cause,
    ):
        frame = pd.DataFrame(list(sites)).sort_values("site_id", ignore_index=True)
        self.project = Project.model_validate(
            {
                "name": "made",
                "title": "Thế giới nhỏ",
                "study": {"within": "terrain"},
                "layers": {n: {"path": n, "as_of": as_of} for n in LAYERS} | ASIDE,
                "radio": {"environments": [{"name": "outdoor"}], **radio},
                "zones": zones or {},
                "cause": SETTINGS | cause,
            }
        )
        points = shapely.points(500_000 + 1000 * frame.x_km, 2_302_050.0)
        rows = gpd.GeoDataFrame(frame.drop(columns="x_km"), geometry=points, crs=3405)
        rows["on_air_date"] = rows.on_air_date.astype("datetime64[s]")
        self.sites = rows.assign(on_air=on_air(rows, day, as_of))
        self.ground, self.day, self.aside = ground, day, aside
        self.micro = np.zeros(GRID.shape, np.int64)
        column = round(at_km * 10 - 0.5)
        self.micro[18:21, column - 1 : column + 2] = 10 * PERSON
        self.power = np.full(GRID.shape, power, np.uint8)
        self.lines, self.stations = (gpd.GeoSeries([], crs=3405) for _ in range(2))

    def served(self, sites=None, ground=None) -> np.ndarray:
        "Signal of each pixel with other sites or ground, by a survey of the whole world."
        rows = self.sites if sites is None else sites
        own = self.project.zones.operators or set(rows.operator)
        near = placed(rows[rows.on_air & rows.operator.isin(own)].reset_index(drop=True))
        if near.empty:
            return np.full(GRID.shape, NOT_SERVED, np.uint8)
        servers = strongest_servers(near, self.ground if ground is None else ground, AROUND, GRID, self.project.radio)
        best = {key: codes for key, codes, _ in by_operator(servers, self.project.radio, GRID.pixel_m)}
        return np.maximum.reduce([signal(best[t, "any"], LIMITED) for t in ("LTE", "NR")])

    def cured(self, sites=None, ground=None) -> float:
        "Share of the people who would have signal."
        return float(self.micro[self.served(sites, ground) == SERVED].sum() / self.micro.sum())

    def found(self):
        gap = classify(self.served(), self.power, self.micro > 0)
        return drawn(gap, self.micro, GRID, PERSON)

    def causes(self, workers=1):
        inputs = SimpleNamespace(
            **ground_of(self.ground), day=self.day, grid=GRID, sites=self.sites, antennas={},
            power_lines=gpd.GeoDataFrame(geometry=self.lines), substations=gpd.GeoDataFrame(geometry=self.stations),
            quarantined_sites=self.aside, accounts=(Account("sites", 3, (Refusal("s.csv", 3, "no geometry"),)),),
        )  # fmt: skip
        found, most = self.found(), self.project.cause.tested_pixels
        at = sampled(found.label, self.micro, lacks_signal(found.zones), most, GRID, GRID)
        power = together([Standing.on(GRID, self.sites).find(self.power)], len(self.sites), UNKNOWN)
        return causes(self.project, inputs, found.zones, at, power, workers, silent)

    def told(self, name: str | None = None):
        "The one zone, or its row of a cause."
        made = self.causes()
        assert len(made.zones) == 1
        return made.zones.iloc[0] if name is None else made.table.set_index("cause").loc[name]


B28 = {"bands": [{"name": "B28", "technology": "LTE", "low_mhz": 758, "high_mhz": 803}]}


def test_nothing_in_reach():
    "The only mast is 7 km away, and carriers are computed up to 5 km."
    made = Made(site("A", -3.0))
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.cause_site_id) == ("no_site_in_reach", "new site", None)
    assert zone.other_causes == ""
    row = made.told("no_site_in_reach")
    assert (row.sites_in_reach, row.tested_people, row.tested_share) == (0, 90, 1.0)
    assert np.isnan(row.level_before_dbm)
    assert np.isnan(row.level_after_dbm)


def test_in_reach_but_too_weak_at_the_best_settings():
    "0 dBm over 1200 elements leave -30.79 dBm each; 3 km of free space at 1800 MHz take 107.05 dB."
    made = Made(site("A", 1.05, eirp_dbm=0.0))
    assert made.told().cause == "no_site_in_reach"
    row = made.told("no_site_in_reach")
    assert (row.sites_in_reach, row.threshold_dbm) == (1, -110.0)
    assert row.level_before_dbm == pytest.approx(-137.85, abs=0.1)
    assert row.cured_people is pd.NA


def test_a_ridge_of_600_m_casts_the_shadow():
    "Over flat ground 30.0 - 107.0 dBm would arrive; raised by 30 m the mast still does not see over the ridge."
    made = Made(site("A", 1.05), ground=ridge(3.0, 600), radio=EDGE)
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.cause_site_id) == ("terrain_shadow", "flat ground", "A")
    assert (zone.cause_cured_share, zone.cause_threshold_dbm, zone.other_causes) == (1.0, -110.0, "")
    assert zone.cause_level_dbm == pytest.approx(-77.0, abs=0.15)
    assert made.told("terrain_shadow").level_before_dbm < -130
    assert made.told("antenna_height").cured_people == 0
    assert made.cured(ground=LEVEL) == 1
    assert made.cured(made.sites.assign(height_agl_m=60.0)) == 0


@pytest.mark.parametrize("mode", ["fast", "exact"])
def test_the_same_ridge_by_the_model_of_the_study(mode):
    "P.1812, with its radials too: the level told is the one that the survey of the flat world has at the village."
    made = Made(site("A", 1.05), ground=ridge(3.0, 600), radio={"reach_km": 5, "mode": mode})
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.other_causes) == ("terrain_shadow", "flat ground", "")
    assert made.told("terrain_shadow").level_before_dbm < -110
    plain = strongest_servers(placed(made.sites), LEVEL, AROUND, GRID, made.project.radio)
    assert zone.cause_level_dbm == np.median(plain.rsrp_ddbm.values[0][made.micro > 0]) / 10


def test_a_mast_too_low_behind_a_small_ridge():
    "10 m behind 24 m: 20 m are still below, from 30 m on it sees over it. The shadow is the other cause."
    made = Made(site("A", 1.05, height_agl_m=10.0, eirp_dbm=40.0), ground=ridge(1.4, 24), radio=EDGE)
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.cause_site_id) == ("antenna_height", "+20 m", "A")
    assert zone.other_causes == "terrain_shadow"
    raised = [made.cured(made.sites.assign(height_agl_m=10.0 + rise)) for rise in (0, 10, 20)]
    assert raised == [0, 0, 1]


def test_a_beam_that_points_at_the_ground():
    """
    10 degrees of tilt where the village is 0.5 below the horizon cost 12 (9.5 / 10)^2 = 10.8 dB, no tilt costs 0.04 dB.

    29 - 30.79 - 107.05 = -108.84 dBm at boresight.
    """
    made = Made(site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0))
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.other_causes) == ("tilt", "tilt 0 deg", "")
    assert zone.cause_level_dbm == pytest.approx(-108.9, abs=0.1)
    assert made.told("tilt").level_before_dbm == pytest.approx(-119.6, abs=0.15)
    assert made.cured(made.sites.assign(downtilt_deg=0.0)) == 1
    # 4 degrees cost 1.4 dB; 1.2 dB are to spare, and a little more in the nearest of three columns
    assert made.cured(made.sites.assign(downtilt_deg=4.0)) == pytest.approx(1 / 3)


def test_a_lower_band_at_the_same_mast():
    "From 1800 MHz to 780.5 MHz free space takes 20 log10(1800 / 780.5) = 7.26 dB less, from -115.1 dBm."
    made = Made(site("A", 1.05, eirp_dbm=WEAK_DBM), radio=FREE | B28)
    zone = made.told()
    assert (zone.cause, zone.cause_change, zone.other_causes) == ("band", "LTE B28", "")
    assert zone.cause_level_dbm == pytest.approx(-115.08 + 7.26, abs=0.1)
    assert made.cured(made.sites.assign(frequency_mhz=780.5)) == 1


def test_no_lower_band_in_the_project_is_not_tried():
    row = Made(site("A", 1.05, eirp_dbm=WEAK_DBM)).told("band")
    assert row.holds is pd.NA
    assert row.change == "untested"


def test_settings_that_cure_only_together():
    "10.7 dB by the tilt and 7.3 dB by the band, each alone too little for the 15.6 dB that are missing."
    made = Made(site("A", 1.05, eirp_dbm=23.0, downtilt_deg=10.0), radio=FREE | B28)
    zone = made.told()
    assert (zone.cause, zone.other_causes) == ("antenna_height", "")
    assert zone.cause_change == "+30 m, tilt, band"
    assert not made.told("tilt").holds
    assert not made.told("band").holds
    assert made.cured(made.sites.assign(downtilt_deg=0.0, frequency_mhz=780.5)) == 1


def test_relief_that_only_the_best_settings_would_forgive():
    "Over flat ground too 10 dB are missing that the tilt would give, but the ridge stands in the way of every setting."
    made = Made(site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0), ground=ridge(3.0, 600), radio=EDGE)
    zone = made.told()
    assert (zone.cause, zone.cause_change) == ("terrain_shadow", "flat ground, best settings")
    assert zone.other_causes == ""


OFF = {"status": "off"}
PLANNED = {"status": "planned", "on_air_date": LATER}
FAR = ("far", -3.0)


def test_a_site_that_is_off():
    zone = Made(site(*FAR), site("B", 3.05, **OFF)).told()
    assert (zone.cause, zone.cause_site_id, zone.cause_change) == ("site_without_power", "B", "powered")
    assert zone.other_causes == "no_site_in_reach"  # none of those on air is, so a new site would cure it too


@pytest.mark.parametrize(
    ("source", "power", "cause", "others"),
    [
        ("grid", NOT_SERVED, "site_without_power", "planned_site;no_site_in_reach;no_grid"),
        ("genset", NOT_SERVED, "planned_site", "no_site_in_reach;no_grid"),
        ("solar", NOT_SERVED, "planned_site", "no_site_in_reach;no_grid"),
        (None, NOT_SERVED, "planned_site", "no_site_in_reach;no_grid"),
        ("grid", UNKNOWN, "planned_site", "no_site_in_reach"),
        ("grid", SERVED, "planned_site", "no_site_in_reach"),
    ],
)
def test_a_planned_site_on_mains_where_there_is_none(source, power, cause, others):
    "What is not known of the supply or of the power is no lack of it."
    made = Made(site(*FAR), site("B", 3.05, power_source=source, **PLANNED), power=power)
    zone = made.told()
    assert (zone.cause, zone.cause_site_id, zone.other_causes) == (cause, "B", others)


def test_a_planned_site():
    made = Made(site(*FAR), site("B", 3.05, **PLANNED))
    zone = made.told()
    assert (zone.cause, zone.cause_site_id, zone.cause_change) == ("planned_site", "B", "on air")
    assert made.told("planned_site").sites_in_reach == 1
    assert made.cured(made.sites.assign(on_air=True)) == 1


def test_another_operators_site():
    rows = site(*FAR), site("B", 3.05, operator="Viettel")
    made = Made(*rows, zones={"operators": ["VNPT"]})
    zone = made.told()
    assert (zone.cause, zone.cause_site_id, zone.other_causes) == ("other_operator", "B", "no_site_in_reach")
    assert Made(*rows).cured() == 1  # where all count there is no zone


def test_a_planned_site_of_an_operator_that_does_not_count():
    made = Made(site(*FAR), site("B", 3.05, operator="Viettel", **PLANNED), zones={"operators": ["VNPT"]})
    assert made.told().cause == "no_site_in_reach"


def test_a_date_that_contradicts_the_status():
    "On air by its status, but only from 2027 on by its date: it does not count, and that may be a fault."
    made = Made(site(*FAR), site("B", 3.05, on_air_date=LATER))
    zone = made.told()
    assert (zone.cause, zone.cause_site_id, zone.other_causes) == ("data_fault", "B", "no_site_in_reach")
    assert made.causes().counts["site_rows_refused"] == 1


def test_a_site_without_a_date_in_a_period_before_the_file():
    "The status speaks for the day of the file only."
    rows = site(*FAR), site("B", 3.05, on_air_date=pd.NaT)
    assert Made(*rows).cured() == 1
    assert Made(*rows, day=dt.date(2026, 6, 30)).told().cause == "data_fault"


def test_a_date_after_the_period_and_before_the_file_is_a_site_to_come():
    made = Made(site(*FAR), site("B", 3.05, on_air_date=pd.Timestamp(2026, 8, 1)), day=dt.date(2026, 6, 30))
    assert made.told().cause == "planned_site"


def aside(*rows):
    "Rows that intake set aside, as the layer gives them; no row bears an id but what is said."
    made = Made(*({"filed_id": None, **row} for row in rows))
    return made.sites.drop(columns=["on_air", "power_source"])


def test_only_a_row_set_aside_near_by_cures():
    "It stands where the mast of `test_a_planned_site` does, so its level is the same."
    row = site("viettel.csv:4", 3.05, status=None, on_air_date=pd.NaT)
    made = Made(site(*FAR), aside=aside(row))
    zone = made.told()
    assert (zone.cause, zone.other_causes) == ("data_fault", "no_site_in_reach")
    assert (zone.cause_site_id, zone.cause_change) == ("viettel.csv:4", "counted")
    assert made.told("data_fault").sites_in_reach == 1
    assert zone.cause_level_dbm == Made(site(*FAR), site("B", 3.05, **PLANNED)).told().cause_level_dbm
    assert made.causes().counts["quarantined_sites"] == {"in_reach": 1, "tried": 1, "not_tried": {}}
    assert made.cured() == 0  # it never counts as signal
    assert made.cured(pd.concat([made.sites, aside(row).assign(on_air=True)], ignore_index=True)) == 1


def test_a_row_set_aside_too_far_away_cures_nothing():
    "From -1.15 km to the nearest column of pixels, at 3.95 km, are 5.1 km; 5 km are in reach."
    made = Made(site(*FAR), aside=aside(site("viettel.csv:4", -1.15)))
    assert made.told().cause == "no_site_in_reach"
    row = made.told("data_fault")
    assert (row.holds, row.sites_in_reach, row.site_id) == (False, 0, None)
    assert made.causes().counts["quarantined_sites"]["tried"] == 1


def test_of_equal_ones_a_site_goes_before_a_row_set_aside():
    made = Made(site(*FAR), site("Z", 3.05, on_air_date=LATER), aside=aside(site("a.csv:2", 3.05)))
    assert (made.told().cause_site_id, made.told("data_fault").sites_in_reach) == ("Z", 2)


def test_rows_set_aside_that_cannot_be_tried_are_counted_by_their_reason():
    rows = aside(
        site("a.csv:2", 3.05, operator="Viettel"),
        site("a.csv:3", 3.05, **PLANNED),
        site("a.csv:4", 3.05, status=None, on_air_date=LATER),
        site("a.csv:5", 3.05, frequency_mhz=np.nan),
        site("a.csv:6", 3.05, height_agl_m=np.nan),
        site("a.csv:7", 3.05, antenna="K80"),
        site("a.csv:8", 3.05, **OFF),
        site("a.csv:9", 3.05, on_air_date=pd.Timestamp(2026, 8, 1), status="planned", technology="NR"),
    )
    made = Made(site(*FAR), zones={"operators": ["VNPT"], "technologies": ["LTE"]}, aside=rows)
    assert made.told().cause == "no_site_in_reach"
    told = made.causes().counts["quarantined_sites"]
    assert (told["in_reach"], told["tried"]) == (8, 0)
    [unknown] = [fault for fault in told["not_tried"] if fault.startswith("antenna 'K80' is not known")]
    assert told["not_tried"] == {
        "technology_not_asked": 1, "operator_not_asked": 1, "not_on_air": 3, "no_frequency": 1, "no_prior": 1,
        unknown: 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "began", "day", "tried"),
    [
        ("on_air", OLD, DAY, True),
        ("on_air", pd.NaT, DAY, True),
        ("on_air", LATER, DAY, True),  # after the day of the file: a contradiction
        ("on_air", pd.Timestamp(2026, 8, 1), dt.date(2026, 6, 30), False),  # right, it would not have counted yet
        ("on_air", pd.NaT, dt.date(2026, 6, 30), True),
        (None, pd.NaT, DAY, True),
        (None, OLD, DAY, True),
        (None, LATER, DAY, False),
        ("planned", pd.NaT, DAY, False),
        ("planned", OLD, DAY, True),  # of the two the date counts, as for sites
        ("off", OLD, DAY, False),
        ("off", OLD, dt.date(2026, 6, 30), True),  # the status speaks for the day of the file only
    ],
)
def test_a_row_set_aside_is_tried_if_it_would_count_were_it_right(status, began, day, tried):
    made = Made(site(*FAR), day=day, aside=aside(site("a.csv:2", 3.05, status=status, on_air_date=began)))
    assert (made.told().cause == "data_fault") == tried
    assert made.causes().counts["quarantined_sites"]["tried"] == int(tried)


def test_a_row_set_aside_off_the_terrain_is_not_tried():
    "The ground ends at 3 km: nobody knows how high the mast would stand."
    ground = np.where(AROUND.x < 503_000, np.nan, LEVEL).astype(np.float32)
    made = Made(site(*FAR), aside=aside(site("a.csv:2", 2.05)))
    made.ground = ground
    row = SimpleNamespace(**ground_of(ground), day=DAY, antennas={}, quarantined_sites=made.aside)
    assert quarantined(made.project, row, made.sites).counts["not_tried"] == {"off_terrain": 1}


@pytest.mark.parametrize(
    ("changes", "tried"),
    [
        ({}, False),
        ({"status": None, "on_air_date": pd.NaT}, False),
        ({"x_km": 3.052}, True),
        ({"height_agl_m": 31.0}, True),
        ({"filed_id": "A"}, True),
    ],
)
def test_a_row_under_the_id_of_a_site_is_tried_only_if_it_says_something_else(changes, tried):
    "Its own site counts already and would not cure what it does not."
    row = {**site("B (a.csv:9)", 3.05, filed_id="B"), **changes}
    told = Made(site("B", 3.05), aside=aside(row))
    inputs = SimpleNamespace(**ground_of(LEVEL), day=DAY, antennas={}, quarantined_sites=told.aside)
    counts = quarantined(told.project, inputs, told.sites).counts
    assert counts["not_tried"] == ({} if tried else {"repeats_a_site": 1})
    planned = told.sites.assign(on_air=False)  # a site that does not count yet repeats nothing
    assert quarantined(told.project, inputs, planned).counts["tried"] == 1


def test_without_the_layer_nothing_is_told_of_it():
    assert Made(site(*FAR)).causes().counts["quarantined_sites"] == {}


def test_the_smallest_of_several_is_named_and_the_rest_listed():
    made = Made(
        site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0),
        site("B", 3.05, **PLANNED),
        site("C", 3.05, **OFF),
        site("D", 3.05, on_air_date=LATER),
        site("E", 3.05, operator="Viettel"),
        zones={"operators": ["VNPT"]},
    )
    zone = made.told()
    assert (zone.cause, zone.cause_site_id) == ("data_fault", "D")
    assert zone.other_causes == "other_operator;site_without_power;planned_site;tilt"
    table = made.causes().table
    assert table.cause.tolist() == [name for name in CAUSES if name != "no_grid"]
    assert table.holds.tolist() == [True] * 5 + [pd.NA, False, False, False, pd.NA]


def test_half_of_the_people_are_enough():
    "3.05 km reach two of the three columns of pixels, 60 of 90 people."
    radio = FREE | {"reach_km": 3.05}
    made = Made(site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0), radio=radio, cured_share=0.6)
    row = made.told("tilt")
    assert row.cured_people == 60
    assert (row.holds, row.cured_share) == (True, 0.6666)
    strict = Made(site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0), radio=radio, cured_share=0.67)
    assert not strict.told("tilt").holds


def test_only_the_most_populous_pixels_are_tested():
    made = Made(site("A", 1.05, eirp_dbm=29.0, downtilt_deg=10.0), tested_pixels=2)
    made.micro[18, 40] = 30 * PERSON
    row = made.told("tilt")
    assert (row.tested_people, row.cured_people, row.tested_share) == (40, 40, 0.3636)  # of 8 x 10 + 30


def test_the_site_that_serves_most_of_the_cured_is_named_and_of_equal_ones_the_first_id():
    rows = site(*FAR), site("C", 3.05, **PLANNED), site("B", 3.05, **PLANNED), site("A", 4.05, **PLANNED)
    assert Made(*rows).told().cause_site_id == "A"
    west = site("A", -0.95, eirp_dbm=90.0, **PLANNED)  # 5 km away: it reaches four of the nine pixels
    assert Made(*rows[:3], west).told().cause_site_id == "B"


def test_no_power():
    "The zone of those who have signal and no power, with the way to the nearest line."
    made = Made(site("A", 1.05), power=NOT_SERVED)
    assert made.told().cause == "no_grid"
    assert np.isnan(made.told().grid_distance_m)
    made.lines = gpd.GeoSeries([shapely.LineString([(504_000, 2_303_200), (506_000, 2_303_200)])], crs=3405)
    assert made.told().grid_distance_m == pytest.approx(1000 / 0.9996, abs=1)  # from 2 302 200 m; scale 0.9996
    assert made.causes().table.cause.tolist() == ["no_grid"]


def test_neither_power_nor_signal():
    made = Made(site(*FAR), power=NOT_SERVED)
    made.stations = gpd.GeoSeries([shapely.Point(504_050, 2_303_200)], crs=3405)
    zone = made.told()
    assert (zone.cause, zone.other_causes) == ("no_site_in_reach", "no_grid")
    assert zone.grid_distance_m == pytest.approx(1000, abs=1)


def test_no_zone_at_all():
    made = Made(site("A", 1.05)).causes()
    assert (len(made.zones), len(made.table)) == (0, 0)
    assert set(made.counts["zones_by_cause"].values()) == {0}


def test_neither_threads_nor_the_order_of_rows_change_anything():
    rows = [site(f"S{n}", 0.3 * n, eirp_dbm=24.0 + n, downtilt_deg=9.0, height_agl_m=10.0 + n) for n in range(8)]
    rough = (np.random.default_rng(5).uniform(0, 60, AROUND.shape)).astype(np.float32)
    once = Made(*rows, ground=rough, radio=EDGE, at_km=6.05).causes()
    again = Made(*rows[::-1], ground=rough, radio=EDGE, at_km=6.05).causes(workers=3)
    pd.testing.assert_frame_equal(once.table, again.table)
    pd.testing.assert_frame_equal(once.zones, again.zones)
    assert once.table.holds.any()


def test_zones_in_batches_of_their_own_have_the_causes_of_one_batch(monkeypatch):
    "Villages 2, 4 and 6 km from the west: all in one world, or each on the ground within its own reach."
    rows = [site(f"S{n}", 0.9 * n, eirp_dbm=24.0 + n, downtilt_deg=9.0, height_agl_m=10.0 + n) for n in range(8)]
    rough = (np.random.default_rng(6).uniform(0, 60, AROUND.shape)).astype(np.float32)
    made = Made(*rows, site("P", 3.05, **PLANNED), ground=rough, radio=EDGE | B28)
    for column in (10, 60):
        made.micro[2:5, column : column + 4] = 10 * PERSON
    once = made.causes()
    monkeypatch.setattr(trials, "_reach_pixels", lambda *_: 1)
    again = made.causes()
    assert len(once.zones) > 1
    pd.testing.assert_frame_equal(once.table, again.table)
    pd.testing.assert_frame_equal(once.zones, again.zones)


def test_an_operator_without_a_site_is_refused():
    made = Made(site(*FAR), zones={"operators": ["VNTP"]})
    with pytest.raises(ConfigError, match=r"zones.operators: no site in reach is of 'VNTP' \(did you mean 'VNPT'\?\)"):
        refuse_unknown_operators(made.project.zones.operators, made.sites.operator)
