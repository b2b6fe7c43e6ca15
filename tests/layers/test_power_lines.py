"""Power lines: lines only, voltages in kV or unknown."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from phusong.errors import LayerError
from phusong.layers import power_lines

ONE = shapely.LineString([(500_000, 2_300_000), (501_000, 2_300_000)])
TWO = shapely.MultiLineString([[(500_000, 2_300_000), (501_000, 2_301_000)], [(0, 0), (1, 1)]])


def lines(**columns: object) -> gpd.GeoDataFrame:
    "Two lines."
    return gpd.GeoDataFrame({"line_id": [12, 7], **columns}, geometry=[ONE, TWO], crs=3405)


def test_volts_become_kilovolts_and_ids_words(world):
    world.features(
        "power_lines", lines(volt=[220_000.0, np.nan]), "l.gpkg",
        columns={"voltage_kv": "volt"}, factors={"voltage_kv": 0.001},
    )  # fmt: skip
    frame, account = power_lines.read(world.project())
    assert frame.line_id.tolist() == ["12", "7"]
    assert frame.voltage_kv[0] == pytest.approx(220)
    assert np.isnan(frame.voltage_kv[1])
    assert frame.operator.tolist() == [None, None]
    assert (account.rows_in, account.accepted) == (2, 2)


def test_volts_taken_for_kilovolts_are_refused(world):
    world.features("power_lines", lines(voltage_kv=[220_000, 110]), "l.gpkg")
    with pytest.raises(LayerError, match=r"voltage_kv: 1 row outside 0\.1\.\.1200, first at row 1 \(found 220000\.0\)"):
        power_lines.read(world.project())


def test_what_is_no_line_is_refused_and_listed(world):
    frame = lines()
    frame.loc[1, "geometry"] = shapely.Point(0, 0)
    world.features("power_lines", frame, "l.gpkg")
    kept, account = power_lines.read(world.project())
    assert kept.line_id.tolist() == ["12"]
    assert [(refusal.row, refusal.reason) for refusal in account.refused] == [(2, "not a LineString")]


def test_a_closed_line_and_one_that_crosses_itself_are_no_faults(world):
    ring = shapely.LineString([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    world.features("power_lines", lines().set_geometry([ring, ONE], crs=3405), "l.gpkg")
    frame, account = power_lines.read(world.project())
    assert (len(frame), account.repaired) == (2, 0)
    assert shapely.equals_exact(frame.geometry[0], ring)


def test_without_such_a_layer_there_are_none(world):
    frame, account = power_lines.read(world.project())
    assert (len(frame), frame.crs, account.rows_in) == (0, 3405, 0)
