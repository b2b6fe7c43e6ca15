"""Outlines of communes: away while nobody looks at them, the same bytes when they are back."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from phusong.layers import geometry
from phusong.ledger.tile_store import TileStore
from phusong.pipeline.outlines import Outlines


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    "Outlines of one and of several parts, with holes, and a column on each side of theirs."
    near, far = shapely.Point(500_000, 2_300_000).buffer(900), shapely.box(510_000.1, 2_300_000, 511_000, 2_300_500.7)
    shapes = [
        shapely.difference(near, shapely.Point(500_000, 2_300_000).buffer(70)),
        shapely.union_all([near, far]),
        far,
    ]
    return gpd.GeoDataFrame(
        {"commune_code": ["00004", "00008", "00013"], "geometry": shapes, "area_km2": [2.0, 3.0, 0.5]}, crs=3405
    )


@pytest.mark.parametrize("few", [1, 2, 256])
def test_they_come_back_as_they_were(communes, tmp_path, monkeypatch, few):
    monkeypatch.setattr(geometry, "_FEW", few)
    bare, away = Outlines.put_away(communes, TileStore(tmp_path))
    back = away.back_in(bare)
    assert bare.commune_code.tolist() == ["00004", "00008", "00013"]
    assert back.columns.tolist() == communes.columns.tolist()
    assert back.crs == communes.crs
    written = [shapely.to_wkb(one.geometry.to_numpy()).tolist() for one in (back, communes)]
    assert written[0] == written[1]


def test_who_asks_for_one_meanwhile_is_refused(communes, tmp_path):
    "None of them is taken for nothing."
    bare, _ = Outlines.put_away(communes, TileStore(tmp_path))
    with pytest.raises(AttributeError, match="geometry"):
        _ = bare.geometry


def test_they_are_written_once(communes, tmp_path):
    store = TileStore(tmp_path)
    Outlines.put_away(communes, store)
    written = {file: file.stat().st_mtime_ns for file in tmp_path.glob("??/*")}
    bare, away = Outlines.put_away(communes, store)
    assert away.back_in(bare).geom_equals_exact(communes, 0).all()
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob("??/*")} == written != {}


def test_outlines_that_somebody_removed_are_no_empty_ones(communes, tmp_path):
    bare, away = Outlines.put_away(communes, TileStore(tmp_path))
    for file in tmp_path.glob("??/*"):
        file.unlink()
    with pytest.raises(LookupError, match="run again"):
        away.back_in(bare)


def test_no_communes_at_all(communes, tmp_path):
    bare, away = Outlines.put_away(communes.iloc[:0], TileStore(tmp_path))
    back = away.back_in(bare)
    assert (len(back), back.crs, back.columns.tolist()) == (0, communes.crs, communes.columns.tolist())
