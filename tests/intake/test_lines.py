"""Power lines: shapes, axes, ids, voltages and who runs them."""

from __future__ import annotations

import gzip
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_country import AS_OF, reference

from phusong.intake.coordinates import Ground, Settings
from phusong.intake.filing import batches, take_in
from phusong.intake.lines import settle
from phusong.intake.outcome import write
from phusong.intake.request import Request
from phusong.intake.voltages import read_voltages

GROUND = Ground(gpd.GeoDataFrame(geometry=[shapely.box(106, 10, 107, 11)], crs=4326))
INSIDE = ((106.2, 10.2), (106.4, 10.6))
SWAPPED = ((10.2, 106.2), (10.6, 106.4))


def frame(*lines, **columns) -> pd.DataFrame:
    "Rows as filed, of the points given or of a shape."
    shapes = np.empty(len(lines), object)
    shapes[:] = [line if line is None or hasattr(line, "wkt") else shapely.LineString(line) for line in lines]
    told = {
        "line_id": [f"L{i}" for i in range(len(lines))],
        "voltage_kv": "220kV",
        "operator": None,
        "source_file": "lines.geojson",
        "source_sheet": "",
        "source_row": np.arange(len(lines)),
        "crs": "",
        **columns,
    }
    return pd.DataFrame({"geometry": shapes, **told})


def settled(*lines, **columns) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    "The rows, and the rows of each reason but the unit in the cells."
    rows, findings = settle(frame(*lines, **columns), GROUND, Settings())
    return rows, {f.reason: f.rows.tolist() for f in findings if f.reason != "unit_in_cell"}


def test_a_table_written_latitude_first_is_repaired_as_a_whole():
    rows, told = settled(SWAPPED, SWAPPED, INSIDE)
    assert told == {"axes_swapped_file": [0, 1]}
    assert [shape.wkt for shape in rows.geometry] == ["LINESTRING (106.2 10.2, 106.4 10.6)"] * 3


def test_one_line_among_right_ones_is_repaired_by_itself():
    rows, told = settled(INSIDE, SWAPPED, INSIDE)
    assert told == {"axes_swapped": [1]}
    assert rows.geometry[1].coords[0] == (106.2, 10.2)


def test_axes_are_judged_sheet_by_sheet():
    _, told = settled(SWAPPED, SWAPPED, SWAPPED, INSIDE, SWAPPED, INSIDE, source_sheet=["a"] * 3 + ["b"] * 3)
    assert told == {"axes_swapped_file": [0, 1, 2], "axes_swapped": [4]}


@given(st.lists(st.tuples(st.floats(106, 107), st.floats(10, 11)), min_size=2, max_size=5, unique=True))
def test_whichever_axis_comes_first_the_line_is_the_same(points):
    plain, _ = settled(points)
    turned, _ = settled([point[::-1] for point in points])
    assert plain.geometry[0].equals_exact(turned.geometry[0])


def test_lines_abroad_are_set_aside_and_those_at_the_border_and_in_the_sea_are_not():
    across, beside, sea, abroad = (
        ((105.0, 10.5), (106.1, 10.5)),
        ((105.5, 11.005), (106.5, 11.005)),
        ((107.2, 10.5), (107.3, 10.5)),
        ((105.0, 10.5), (105.4, 10.5)),
    )
    _, told = settled(across, beside, sea, abroad)
    assert told == {"outside_country": [3], "line_at_sea": [2]}


def test_what_is_no_line_and_what_is_nothing_are_told_apart():
    _, told = settled(None, shapely.Point(106.5, 10.5), shapely.LineString())
    assert told == {"missing_coordinates": [0, 2], "not_a_line": [1]}


def test_metres_are_read_in_the_system_that_the_file_names_and_only_then():
    metres = gpd.GeoSeries([shapely.LineString(INSIDE)], crs=4326).to_crs(32648)[0]
    rows, told = settled(metres, metres, crs=["EPSG:32648", ""])
    assert told == {"position_ambiguous": [1]}
    assert np.allclose(rows.geometry[0].coords, INSIDE)


def test_a_file_without_ids_is_named_by_its_rows():
    rows, told = settled(INSIDE, INSIDE, line_id=None)
    assert rows.line_id.tolist() == ["lines-0", "lines-1"]
    assert told == {"id_from_row": [0, 1]}


def test_an_id_that_is_lacking_or_there_twice_is_a_fault_where_others_have_one():
    findings = settle(frame(INSIDE, INSIDE, INSIDE, line_id=["A", None, "A"]), GROUND, Settings())[1]
    told = {f.reason: (f.rows.tolist(), f.suggestion) for f in findings if f.column == "line_id"}
    assert told == {"missing": ([1], ()), "duplicate": ([2], ("0",))}


@pytest.mark.parametrize(
    ("cells", "kv", "reason"),
    [
        (["220kV"], 220, "unit_in_cell"),
        (["0,4 kV"], 0.4, "unit_in_cell"),
        ([110], 110, ""),
        ([110000.0], 110, "voltage_in_volts"),
        (["22000 V"], 22, "voltage_in_volts"),
        (["500000;220000"], 500, "voltage_highest"),
        (["110/220 kV"], 220, "voltage_highest"),
        (["<22kV"], np.nan, "voltage_bound"),
        (["cao thế"], np.nan, "not_a_number"),
        (["1500 kV"], np.nan, "out_of_range"),
        ([None], np.nan, ""),
    ],
)
def test_voltages_as_they_are_written(cells, kv, reason):
    values, findings = read_voltages(cells)
    assert np.array_equal(values, [kv], equal_nan=True)
    assert [finding.reason for finding in findings] == ([reason] if reason else [])


def test_numbers_without_a_unit_are_all_of_one_unit():
    "400 among volts are 400 V, low voltage; alone they would be 400 kV."
    assert read_voltages(["500000", "400"])[0].tolist() == [500, 0.4]
    assert read_voltages(["500", "400"])[0].tolist() == [500, 400]


def test_operators_are_spelt_in_one_way_and_a_number_is_none():
    rows, told = settled(*[INSIDE] * 4, operator=["EVN", "evn", "EVN", "220000"])
    assert rows.operator.tolist() == ["EVN", "EVN", "EVN", None]
    assert told == {"operator_is_number": [3], "text_normalised": [1]}


def filed(folder):
    "Three lines of which one is abroad, packed, without ids, latitude first."
    lines = ([[21.05, 105.05], [21.1, 105.1]], [[21.05, 105.25], [21.1, 105.3]], [[15.0, 103.0], [15.1, 103.1]])
    features = [
        {"type": "Feature", "properties": {"voltage": "<22kV"}, "geometry": {"type": "LineString", "coordinates": line}}
        for line in lines
    ]
    file = folder / "duong_day.geojson.gz"
    file.write_bytes(gzip.compress(json.dumps({"type": "FeatureCollection", "features": features}).encode()))
    return file


def test_a_file_of_shapes_needs_one_known_column(tmp_path):
    outcome = take_in([filed(tmp_path)], Request("power_lines", AS_OF), reference())
    assert (outcome.rows_in, len(outcome.accepted), outcome.rows_quarantined) == (3, 2, 1)
    assert outcome.quarantine.reason.tolist() == ["outside_country"]
    assert outcome.accepted.remarks.tolist() == ["voltage_bound voltage_kv: <22kV"] * 2


def test_accepted_lines_are_written_with_their_shapes(tmp_path):
    request = Request("power_lines", AS_OF)
    write(batches([filed(tmp_path)], request, reference()), request, tmp_path / "out")
    kept = gpd.read_parquet(tmp_path / "out" / "accepted.parquet")
    assert kept.geometry.to_wkt().tolist() == [
        "LINESTRING (105.05 21.05, 105.1 21.1)",
        "LINESTRING (105.25 21.05, 105.3 21.1)",
    ]
    assert (kept.crs.to_authority(), str(kept.voltage_kv.dtype)) == (("OGC", "CRS84"), "float64")
