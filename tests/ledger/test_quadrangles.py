"""Quadrangles: the same bytes as geopandas writes of the same outlines, without an object for each."""

from __future__ import annotations

import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pyproj import CRS

from phusong.ledger import quadrangles
from phusong.ledger.quadrangles import Quadrangles

METRES = st.floats(-1e7, 1e7, allow_nan=False)
CORNERS = (
    st.integers(1, 6)
    .flatmap(lambda count: arrays.arrays(float, (count, 4, 2), elements=METRES))
    .filter(lambda corners: (corners[:, 0] != corners[:, 3]).any(axis=1).all())  # or the ring would be closed already
)


def both(corners: np.ndarray) -> tuple[bytes, bytes]:
    "Files of some people on outlines, as we write them and as geopandas does."
    people = np.arange(len(corners)) / 7
    told = {"as_of": "2026-09-30", "year": pd.array([None] * len(corners), "Int64")}
    ours = Quadrangles(pd.DataFrame({"people": people}), corners, CRS(3405)).assign(**told)
    theirs, into = (
        gpd.GeoDataFrame({"people": people}, geometry=list(shapely.polygons(corners)), crs=3405),
        io.BytesIO(),
    )
    theirs.assign(**told).to_parquet(into, index=False, compression="zstd")
    return b"".join(ours.parts()), into.getvalue()


@given(CORNERS)
def test_the_file_is_that_of_geopandas(corners):
    ours, theirs = both(corners)
    assert ours == theirs


def test_outlines_come_back():
    corners = np.array([[[0, 1], [1, 1.5], [1, 0], [0, 0.0]], [[5, 6], [6, 6], [6, 5], [5, 5]]])
    back = gpd.read_parquet(io.BytesIO(both(corners)[0]))
    assert shapely.equals_exact(back.geometry.to_numpy(), shapely.polygons(corners)).all()
    assert back.crs == CRS(3405)
    assert back.people.tolist() == [0, 1 / 7]


def test_more_outlines_than_a_group_of_rows(monkeypatch):
    monkeypatch.setattr(quadrangles, "_ROWS", 2)
    corners = np.random.default_rng(3).uniform(0, 1e6, (5, 4, 2))
    back = gpd.read_parquet(io.BytesIO(both(corners)[0]))
    assert shapely.equals_exact(back.geometry.to_numpy(), shapely.polygons(corners)).all()


def test_a_table_has_as_many_rows_as_outlines():
    one = Quadrangles(pd.DataFrame({"people": [1.0, 2.0]}), np.zeros((2, 4, 2)), CRS(3405))
    assert len(one) == 2
    with pytest.raises(ValueError, match="length"):
        one.assign(year=[1, 2, 3])
