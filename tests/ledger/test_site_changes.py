"""Changes of sites: in which group each row stands, and which of its versions is on air with which causes."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from phusong.ledger.site_changes import ALTERED, FILING, LOST, NEW, counted, site_groups

LAST_DAY = dt.date(2026, 6, 30)
EVERY = frozenset({NEW, LOST, ALTERED, FILING})
NOTHING = frozenset()


def row(site_id: str, **changes):
    plain = {
        "operator": "VNPT",
        "technology": "LTE",
        "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0,
        "height_agl_m": 30.0,
        "azimuths_deg": "0;120;240",
        "downtilt_deg": 4.0,
        "mechanical_tilt_deg": 0.0,
        "antenna": None,
        "eirp_dbm": 60.0,
        "status": "on_air",
        "on_air_date": "2020-01-01",
        "on_air": True,
        "assumed": "",
        "x": 0.0,
    }
    return {"site_id": site_id, **plain, **changes}


PLANNED = row("A", on_air=False, status="planned", on_air_date="2026-09-01")


def table(*rows) -> gpd.GeoDataFrame:
    found = pd.DataFrame(rows).astype({"antenna": object})
    found = found.assign(on_air_date=pd.to_datetime(found.on_air_date))
    return gpd.GeoDataFrame(
        found.drop(columns="x"), geometry=gpd.points_from_xy(found.x, np.zeros(len(found))), crs=3405
    )


def on_air(groups, come) -> dict[str, tuple]:
    "Power, height and place of the rows on air with some causes."
    rows = pd.concat([group.rows for group in groups if group.on(come)])
    assert rows.site_id.is_unique
    return {row.site_id: (row.eirp_dbm, row.height_agl_m, row.geometry.x) for row in rows.itertuples()}


def fate(before, after) -> str:
    "What became of one site; the other stays."
    groups = site_groups(table(row("Z"), *before), table(row("Z"), *after), LAST_DAY)
    found = [name for name, count in counted(groups).items() if count > (name == "kept")]
    return "kept" if not found else found[0] if len(found) == 1 else str(found)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([row("A")], [row("A")], "kept"),
        ([], [], "kept"),
        ([], [row("A", on_air_date="2026-07-01")], "new"),
        ([], [row("A", on_air_date=None)], "new"),
        ([], [row("A", on_air_date="2026-06-30")], "late"),
        (
            [row("A", on_air=False, status="planned", on_air_date="2026-09-01")],
            [row("A", on_air_date="2026-08-15")],
            "new",
        ),
        ([PLANNED], [row("A")], "late"),
        ([row("A", on_air=False, status="off")], [row("A")], "new"),
        ([row("A")], [], "lost"),
        ([row("A")], [row("A", on_air=False, status="off")], "lost"),
        ([row("A")], [row("A", on_air=False, status="off", on_air_date="2026-07-02")], "lost"),
        ([row("A")], [row("A", on_air=False, status="planned", on_air_date="2026-12-01")], "withdrawn"),
        ([row("A")], [row("A", eirp_dbm=57.0)], "altered"),
        ([row("A")], [row("A", antenna="K742215")], "altered"),
        ([row("A")], [row("A", operator="Viettel")], "altered"),
        ([row("A")], [row("A", x=50.0)], "corrected"),
        ([row("A")], [row("A", on_air_date="2019-01-01")], "kept"),
        ([row("A", assumed="eirp_dbm;height_agl_m")], [row("A", eirp_dbm=57.0)], "corrected"),
        ([row("A", assumed="height_agl_m")], [row("A", eirp_dbm=57.0)], "altered"),
        ([row("A")], [row("A", x=50.0, eirp_dbm=57.0)], "altered and corrected"),
    ],
)
def test_what_became_of_a_site(before, after, expected):
    assert fate(before, after) == expected


def test_no_cause_is_the_earlier_quarter_and_all_are_the_later():
    before = table(row("A"), row("B"), row("C"), row("D"), row("E"), row("F", on_air=False))
    after = table(
        row("A"),
        row("C", eirp_dbm=50.0),
        row("D", x=9.0),
        row("E", x=9.0, eirp_dbm=50.0),
        row("F"),
        row("G", on_air_date="2026-08-01"),
    )
    groups = site_groups(before, after, LAST_DAY)
    old, new = (60.0, 30.0, 0.0), (60.0, 30.0, 0.0)
    assert on_air(groups, NOTHING) == dict.fromkeys("ABCDE", old)
    assert on_air(groups, EVERY) == {
        **dict.fromkeys("AFG", new),
        "C": (50.0, 30.0, 0.0),
        "D": (60.0, 30.0, 9.0),
        "E": (50.0, 30.0, 9.0),
    }
    assert counted(groups) == {
        **{"kept": 1, "altered": 1, "corrected": 1, "altered and corrected": 1},
        **{"new": 1, "late": 1, "lost": 1},
    }


def test_what_was_altered_and_corrected_has_four_versions():
    before = table(row("A", assumed="height_agl_m"))
    after = table(row("A", eirp_dbm=50.0, height_agl_m=45.0, x=9.0))
    groups = site_groups(before, after, LAST_DAY)
    assert len(groups) == 4
    versions = {come: on_air(groups, frozenset(come))["A"] for come in [(), (ALTERED,), (FILING,), (ALTERED, FILING)]}
    assert versions == {
        (): (60.0, 30.0, 0.0),
        (ALTERED,): (50.0, 30.0, 0.0),
        (FILING,): (60.0, 45.0, 9.0),
        (ALTERED, FILING): (50.0, 45.0, 9.0),
    }
    assert counted(groups) == {"altered and corrected": 1}
