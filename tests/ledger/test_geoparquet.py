"""GeoParquet: the same bytes as geopandas writes, and the same table where it is written in groups of rows."""

from __future__ import annotations

import io

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from phusong.ledger import geoparquet

METRES = st.integers(-(10**6), 10**6)
OUTLINES = st.builds(
    lambda x, y, corners: shapely.Point(x, y).buffer(100, quad_segs=corners), METRES, METRES, st.integers(1, 9)
)
SHAPES = st.one_of(
    st.none(),
    OUTLINES,
    st.builds(shapely.Point, METRES, METRES),
    st.lists(OUTLINES, max_size=3).map(shapely.MultiPolygon),
)


def table(shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    "Rows of every type that snapshots have, the first of them empty."
    count = len(shapes)
    columns = {
        "xã": pd.Series([None, *(f"Mường {k}" for k in range(1, count))][:count], dtype=object),
        "people": np.arange(count) / 7,
        "year": pd.array([None] * count, "Int64"),
        "flag": pd.array(([None, True, False] * count)[:count], "boolean"),
        "day": pd.Series([pd.NaT, *[pd.Timestamp("2026-09-30")] * count][:count]).astype("datetime64[s]"),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=3405), crs=3405)


def ours(one: gpd.GeoDataFrame) -> bytes:
    "The file that we write."
    return b"".join(geoparquet.parts(one))


@given(st.lists(SHAPES, max_size=8))
def test_a_small_file_is_that_of_geopandas(shapes):
    one, into = table(shapes), io.BytesIO()
    one.to_parquet(into, index=False, compression="zstd")
    assert ours(one) == into.getvalue()


@pytest.fixture
def in_groups(monkeypatch) -> gpd.GeoDataFrame:
    "A table of 14 rows with 35 corners each, of which two fill a group."
    monkeypatch.setattr(geoparquet, "_COORDINATES", 50)
    return table([shapely.Point(9 * k, k).buffer(1, quad_segs=8.5) for k in range(14)])


def test_groups_of_rows_are_read_as_one_table(in_groups):
    data = ours(in_groups)
    found = parquet.ParquetFile(io.BytesIO(data))
    sizes = [found.metadata.row_group(k).num_rows for k in range(found.num_row_groups)]
    assert len(sizes) > 4
    assert sum(sizes) == 14
    back = gpd.read_parquet(io.BytesIO(data))
    whole = io.BytesIO()
    in_groups.to_parquet(whole, index=False)
    assert_geodataframe_equal(back, gpd.read_parquet(whole))
    assert found.schema_arrow.metadata == parquet.read_schema(whole).metadata


def test_another_program_reads_the_groups(in_groups, tmp_path):
    (tmp_path / "one.parquet").write_bytes(ours(in_groups))
    rows = duckdb.sql(f"select people, geometry from '{tmp_path / 'one.parquet'}'").fetchall()
    assert [people for people, _ in rows] == in_groups.people.tolist()
    found = [shapely.from_wkb(bytes(shape)) for _, shape in rows]
    assert shapely.equals_exact(found, in_groups.geometry.to_numpy()).all()


def test_no_more_than_a_group_is_in_memory(in_groups):
    *groups, footer = map(len, geoparquet.parts(in_groups))
    assert len(groups) > 4
    assert max(groups) < sum(groups) / 3
    assert footer > 0


def test_one_outline_may_have_more_corners_than_a_group(monkeypatch):
    monkeypatch.setattr(geoparquet, "_COORDINATES", 3)
    one = table([shapely.Point(k, k).buffer(1) for k in range(3)])
    assert parquet.ParquetFile(io.BytesIO(ours(one))).num_row_groups == 3
    assert shapely.equals_exact(gpd.read_parquet(io.BytesIO(ours(one))).geometry.to_numpy(), one.geometry).all()
