"""Areas and probabilities of a storm: read, projected, and refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS

from phusong.errors import LayerError
from phusong.layers.hazard import probability_at, read_area

GRID = CRS(3405)
SQUARE = shapely.box(500_000, 2_300_000, 510_000, 2_310_000)
OTHER = shapely.box(505_000, 2_300_000, 520_000, 2_310_000)


def file_of(folder: Path, shapes: list[shapely.Geometry], name: str = "area.gpkg", crs: object = 4326) -> Path:
    "Shapes of the grid's CRS, written in another."
    frame = gpd.GeoDataFrame({"name": ["bão"] * len(shapes)}, geometry=shapes, crs=GRID)
    frame.to_crs(crs).to_file(folder / name)
    return folder / name


@pytest.mark.parametrize(("name", "crs"), [("area.gpkg", 4326), ("area.geojson", 4326), ("area.shp", 3857)])
def test_polygons_in_another_crs_become_one_in_ours(tmp_path, name, crs):
    "150 km² and 100 km² that share 50."
    found = read_area(file_of(tmp_path, [SQUARE, OTHER], name, crs), GRID)
    assert found.geom_type == "Polygon"
    assert found.area == pytest.approx(200e6, rel=1e-4)
    assert shapely.hausdorff_distance(found, shapely.union_all([SQUARE, OTHER])) < 5


def test_polygons_apart_stay_apart(tmp_path):
    found = read_area(file_of(tmp_path, [SQUARE, shapely.affinity.translate(SQUARE, 50_000)]), GRID)
    assert found.geom_type == "MultiPolygon"


def test_a_long_edge_is_straight_in_its_own_crs(tmp_path):
    "A parallel of latitude bends in our projection: the middle of 4 degrees lies 1.2 km off the straight line."
    wide = shapely.box(103, 20, 107, 21)
    gpd.GeoDataFrame(geometry=[wide], crs=4326).to_file(tmp_path / "wide.geojson")
    found = read_area(tmp_path / "wide.geojson", GRID)
    inside, outside = gpd.GeoSeries(shapely.points([(105, 20.001), (105, 19.999)]), crs=4326).to_crs(GRID)
    assert found.covers(inside)
    assert not found.covers(outside)


def test_a_bow_tie_is_repaired(tmp_path):
    tie = shapely.Polygon([(500_000, 2_300_000), (501_000, 2_301_000), (501_000, 2_300_000), (500_000, 2_301_000)])
    found = read_area(file_of(tmp_path, [tie]), GRID)
    assert found.is_valid
    assert found.area == pytest.approx(5e5, rel=1e-3)


def refused(read, *arguments: object) -> str:
    with pytest.raises(LayerError) as caught:
        read(*arguments)
    return str(caught.value)


def test_what_is_no_area_is_refused_and_told(tmp_path):
    assert "there is no file" in refused(read_area, tmp_path / "none.gpkg", GRID)
    (tmp_path / "noise.geojson").write_text("bão", "utf-8")
    assert "noise.geojson cannot be read as polygons" in refused(read_area, tmp_path / "noise.geojson", GRID)
    empty = {"type": "FeatureCollection", "features": []}
    (tmp_path / "empty.geojson").write_text(json.dumps(empty), "utf-8")
    assert "empty.geojson is empty; expected at least one polygon" in refused(
        read_area, tmp_path / "empty.geojson", GRID
    )
    line = file_of(tmp_path, [SQUARE, shapely.LineString([(500_000, 2_300_000), (501_000, 2_300_000)])], "mixed.gpkg")
    assert "mixed.gpkg: 1 of 2 features are no polygons" in refused(read_area, line, GRID)
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "table.csv is a table without geometry" in refused(read_area, tmp_path / "table.csv", GRID)


def test_an_area_without_crs_is_refused(tmp_path):
    file_of(tmp_path, [SQUARE], "bare.shp")
    (tmp_path / "bare.prj").unlink()
    assert "bare.shp has no CRS" in refused(read_area, tmp_path / "bare.shp", GRID)


def test_several_layers_are_refused(tmp_path):
    file = file_of(tmp_path, [SQUARE])
    gpd.GeoDataFrame(geometry=[SQUARE], crs=GRID).to_file(file, layer="another")
    assert "has several layers (area, another)" in refused(read_area, file, GRID)


def raster_of(folder: Path, values: list[list[float]], crs: str | None = "EPSG:3405") -> Path:
    "Pixels of 10 km with the north-western corner at 500 000 east, 2 320 000 north; -1 is no data."
    array = np.array(values, np.float32)
    profile = {"driver": "GTiff", "height": array.shape[0], "width": array.shape[1], "count": 1, "dtype": "float32"}
    transform = rasterio.Affine(10_000, 0, 500_000, 0, -10_000, 2_320_000)
    with rasterio.open(folder / "p.tif", "w", **profile, crs=crs, transform=transform, nodata=-1) as raster:
        raster.write(array, 1)
    return folder / "p.tif"


def test_probability_of_the_pixel_that_holds_the_place(tmp_path):
    file = raster_of(tmp_path, [[0.1, 0.2], [0.3, -1]])
    x, y = np.array([505e3, 515e3, 505e3, 515e3, 525e3]), np.array([2315e3, 2315e3, 2305e3, 2305e3, 2315e3])
    found = probability_at(file, x, y, GRID)
    assert found[:3].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert np.isnan(found[3:]).all()
    degrees = gpd.GeoSeries(shapely.points(x[:3], y[:3]), crs=GRID).to_crs(4326)
    assert probability_at(file, degrees.x.to_numpy(), degrees.y.to_numpy(), CRS(4326)).tolist() == found[:3].tolist()


def test_probabilities_that_cannot_be_are_refused(tmp_path):
    here = np.array([505e3]), np.array([2315e3])
    assert "1 values outside 0..1, such as 35; is it in per cent?" in refused(
        probability_at, raster_of(tmp_path, [[35]]), *here, GRID
    )
    assert "such as -0.5" in refused(probability_at, raster_of(tmp_path, [[-0.5]]), *here, GRID)
    assert "has no CRS" in refused(probability_at, raster_of(tmp_path, [[0.5]], None), *here, GRID)
    assert "there is no file" in refused(probability_at, tmp_path / "none.tif", *here, GRID)
    (tmp_path / "text.tif").write_text("bão", "utf-8")
    assert "cannot be read as a raster" in refused(probability_at, tmp_path / "text.tif", *here, GRID)
