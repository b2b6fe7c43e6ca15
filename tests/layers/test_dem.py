"""Terrain around a mast: bilinear between centres, voids left as they are, places and distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from phusong.errors import LayerError
from phusong.layers.dem import (
    AT_MAST,
    BEYOND,
    OFF_TERRAIN,
    SEEN,
    VOID,
    Dem,
    around,
    geodesic_km,
    ground_at,
    ground_between,
    sight,
    swapped,
)
from phusong.layers.terrain import Terrain, headers

ARC = 1 / 1200
"""Three arc-seconds in degrees."""
VOID_M = -32768


def tif(path: Path, heights, west=105.0, north=21.0, pixel=ARC, crs="EPSG:4326") -> Path:
    "A GeoTIFF by its north-west corner."
    array = np.asarray(heights)
    with rasterio.open(
        path, "w", driver="GTiff", height=array.shape[0], width=array.shape[1], count=1, dtype=array.dtype, crs=crs,
        nodata=VOID_M, transform=Affine(pixel, 0, west, 0, -pixel, north),
    ) as raster:  # fmt: skip
        raster.write(array, 1)
    return path


def centre(row: float, column: float) -> tuple[float, float]:
    "Longitude and latitude of the centre of a pixel of the tiles at 105 E, 21 N."
    return 105 + (column + 0.5) * ARC, 21 - (row + 0.5) * ARC


def plane(rows: int, columns: int) -> np.ndarray:
    "Two metres more with each column and ten with each row."
    return (2 * np.arange(columns)[None, :] + 10 * np.arange(rows)[:, None]).astype(np.int16)


@pytest.fixture
def tile(tmp_path) -> Terrain:
    "40 rows and 50 columns of a plane."
    return headers([tif(tmp_path / "a.tif", plane(40, 50))])


def test_heights_are_bilinear_between_centres(tile):
    "At row 10.25, column 20.5: 2 x 20.5 + 10 x 10.25 = 143.5 m."
    dem = around(tile, *centre(20, 25), 5)
    assert dem.ground(*dem.locate(*centre(10.25, 20.5))) == pytest.approx(143.5, abs=1e-6)


def test_a_window_of_the_terrain_is_the_terrain(tile):
    "The circle of 0.5 km has a window of its own, and the same heights."
    small, large = around(tile, *centre(20, 25), 0.5), around(tile, *centre(20, 25), 5)
    assert small.heights_m.shape < large.heights_m.shape == (40, 50)
    for place in (centre(21.3, 24.2), centre(18.5, 27)):
        assert small.ground(*small.locate(*place)) == pytest.approx(
            float(large.ground(*large.locate(*place))), abs=1e-6
        )


@given(row=st.floats(0, 39), column=st.floats(0, 49))
def test_there_and_back(row, column):
    dem = Dem(CRS(4326), (105, 21), (ARC, ARC), plane(40, 50).astype(np.float32), np.ones((40, 50), bool), ())
    found = dem.locate(*dem.place(column, row))
    assert found == (pytest.approx(column, abs=2e-6), pytest.approx(row, abs=2e-6))
    assert dem.ground(*found) == pytest.approx(2 * column + 10 * row, abs=1e-3)


@pytest.mark.parametrize(
    ("pixel", "crs", "step"),
    [
        (1 / 1200, "EPSG:4326", 0.09),
        (1 / 3600, "EPSG:4326", 0.03),
        (1 / 1800, "EPSG:4326", 0.06),
        (1 / 120, "EPSG:4326", 0.9),
        (30, "EPSG:3405", 0.03),
        (12.5, "EPSG:3405", 0.01),
        (100, "EPSG:3405", 0.1),
        (90, "EPSG:3405", 0.09),
    ],
)
def test_step_is_a_pixel_rounded_down_to_one_digit(tmp_path, pixel, crs, step):
    "3 arc-seconds from north to south are 92.6 m, 1 arc-second 30.9 m."
    west, north = (105, 21) if crs == "EPSG:4326" else (500_000, 2_300_000)
    terrain = headers([tif(tmp_path / "a.tif", plane(9, 9), west, north, pixel, crs)])
    middle = west + 4.5 * pixel, north - 4.5 * pixel
    if crs != "EPSG:4326":
        middle = Transformer.from_crs(3405, 4326, always_xy=True).transform(*middle)
    assert around(terrain, *middle, 1).step_km == step


def test_distances_are_geodesics():
    lengths = geodesic_km((105.0, 21.0), ([105.0, 106.0, 105.3], [22.0, 21.0, 20.6]))
    expected = [Geod(ellps="WGS84").inv(105, 21, x, y)[2] / 1000 for x, y in ((105, 22), (106, 21), (105.3, 20.6))]
    np.testing.assert_allclose(lengths, expected, atol=1e-9)
    assert lengths[0] == pytest.approx(110.72, abs=0.01), "one degree of latitude at 21.5 degrees"


def test_places_by_what_they_are_to_the_mast(tmp_path):
    "Seen, the mast itself, a void and beside one, off the tile, beyond the radius."
    heights = plane(40, 50)
    heights[5, 5] = VOID_M
    terrain, mast = headers([tif(tmp_path / "a.tif", heights)]), centre(20, 25)
    dem = around(terrain, *mast, 4)
    places = [centre(10, 10), mast, centre(5, 5), centre(5.5, 5.5), centre(5, 6), centre(-0.4, 25), (106, 21)]
    seen = sight(dem, *mast, tuple(np.array(places).T), 4)
    assert seen.state.tolist() == [SEEN, AT_MAST, VOID, VOID, SEEN, OFF_TERRAIN, BEYOND]
    assert seen.ground_m[[0, 4]].tolist() == [120, 62], "on the centre of a pixel, a void beside it does not matter"
    assert np.isnan(seen.ground_m[2:4]).all()
    assert seen.latitude_deg[0] == pytest.approx(21 - 15.5 * ARC)


@pytest.mark.parametrize(("row", "column", "degrees"), [(0, 25, 0), (20, 45, 90), (39, 25, 180), (20, 5, 270)])
def test_azimuth_is_clockwise_from_north(tile, row, column, degrees):
    dem, mast = around(tile, *centre(20, 25), 5), centre(20, 25)
    seen = sight(dem, *mast, tuple(np.array([centre(row, column)]).T), 5)
    assert seen.azimuth_deg[0] % 360 == pytest.approx(degrees, abs=1e-3)


def test_azimuth_takes_the_pixels_as_wide_as_they_are(tile):
    "At 21 degrees a pixel is 93 % as wide as high: ten columns and ten rows away lies 43 degrees from north."
    dem, mast = around(tile, *centre(20, 25), 5), centre(20, 25)
    seen = sight(dem, *mast, tuple(np.array([centre(10, 35)]).T), 5)
    width, height = dem.pixel_km(*mast)
    assert (width, height) == (pytest.approx(0.08665, abs=1e-4), pytest.approx(0.09225, abs=1e-4))
    assert seen.azimuth_deg[0] == pytest.approx(np.degrees(np.arctan(width / height)), abs=1e-6)


def test_the_very_edge_is_on_the_terrain(tile):
    dem = around(tile, *centre(20, 25), 5)
    for row, column in ((0, 0), (39, 49), (39, 0)):
        assert dem.ground(*dem.locate(*centre(row, column))) == 2 * column + 10 * row
    assert np.isnan(dem.ground(*dem.locate(*centre(39.01, 49))))


def test_tiles_side_by_side_are_one_surface(tmp_path):
    heights = plane(40, 50)
    files = [
        tif(tmp_path / "west.tif", heights[:, :25]),
        tif(tmp_path / "east.tif", heights[:, 25:], west=105 + 25 * ARC),
        tif(tmp_path / "far.tif", heights, west=107.0),
    ]
    dem = around(headers(files), *centre(20, 20), 2)
    assert dem.ground(*dem.locate(*centre(12, 24.5))) == pytest.approx(2 * 24.5 + 120, abs=1e-5)
    assert [file.name for file in dem.files] == ["west.tif", "east.tif"], "the far tile was not read"


def test_profile_has_equal_intervals_and_both_ends(tile):
    "3.8 km at 0.09 km: 2 m a column and 10 m a row, straight from row 0 to row 39, column 0 to column 13."
    start, end = centre(0, 0), centre(39, 13)
    _, distance_km, ground_m, step = ground_between(tile, start, end)
    length = float(geodesic_km(start, end))
    assert step == 0.09
    assert distance_km.size == np.ceil(length / 0.09) + 1
    np.testing.assert_allclose(np.diff(distance_km), length / (distance_km.size - 1))
    np.testing.assert_allclose(ground_m, np.linspace(0, 2 * 13 + 390, distance_km.size), atol=1e-4)


def test_a_short_path_has_four_intervals(tile):
    _, distance_km, _, _ = ground_between(tile, centre(10, 10), centre(10, 11))
    assert distance_km.size == 5


def test_a_profile_over_a_void_says_where(tmp_path):
    "39 pixels of 86.6 m are 3.38 km, so 38 intervals of 88.9 m; the void's column is met between km 1.65 and 1.82."
    heights = plane(9, 40)
    heights[:, 20] = VOID_M
    terrain = headers([tif(tmp_path / "a.tif", heights)])
    with pytest.raises(
        LayerError, match=r"path meets ground that is not known \(2 of 39 points, the first at km 1\.69"
    ):
        ground_between(terrain, centre(4, 0), centre(4, 39))


def test_a_mast_off_the_terrain_hears_where_the_terrain_is(tile):
    with pytest.raises(LayerError) as fault:
        around(tile, 107, 21.5, 30)
    assert str(fault.value).splitlines()[1] == (
        "  - the transmitter (107, 21.5) stands outside the terrain, "
        "which reaches over longitude 105.000 to 105.042, latitude 20.967 to 21.000"
    )


def test_a_swapped_mast_is_told_so(tmp_path):
    "In a place where both numbers could be either."
    terrain = headers([tif(tmp_path / "a.tif", plane(40, 50), west=20, north=45)])
    assert swapped(terrain, [44.99, 20.01], [20.01, 44.99]).tolist() == [True, False]
    with pytest.raises(LayerError, match="longitude and latitude look swapped"):
        around(terrain, 44.99, 20.01, 5)


def test_a_mast_on_a_void_is_refused(tmp_path):
    heights = plane(20, 20)
    heights[10, 10] = VOID_M
    terrain = headers([tif(tmp_path / "a.tif", heights)])
    with pytest.raises(LayerError, match=r"the transmitter \(.*\) stands on a void"):
        around(terrain, *centre(10, 10), 1)


def test_ground_under_an_antenna(tile):
    dem = around(tile, *centre(20, 25), 5)
    assert ground_at(tile, dem, *centre(3, 4), "the receiver") == pytest.approx(38)


def test_terrain_in_feet_is_refused(tmp_path):
    terrain = headers([tif(tmp_path / "a.tif", plane(9, 9), 600_000, 4_000_000, 100, "EPSG:2264")])
    with pytest.raises(LayerError, match="degrees or metres are expected"):
        around(terrain, -84, 35, 5)


def test_projected_terrain_has_its_own_straight_line(tmp_path):
    "Pixels of 100 m: a place 7 columns and 3 rows from the corner is found in metres, whatever its degrees."
    terrain = headers([tif(tmp_path / "a.tif", plane(40, 50), 500_000, 2_300_000, 100, "EPSG:3405")])
    degrees = Transformer.from_crs(3405, 4326, always_xy=True)
    dem = around(terrain, *degrees.transform(502_000, 2_298_000), 5)
    column, row = dem.locate(*degrees.transform(500_750, 2_299_650))
    assert (float(column), float(row)) == (pytest.approx(7, abs=1e-3), pytest.approx(3, abs=1e-3))
    assert float(dem.ground(column, row)) == pytest.approx(44, abs=0.02)


def test_places_must_be_finite(tile):
    dem = around(tile, *centre(20, 25), 5)
    with pytest.raises(ValueError, match="finite longitude and latitude"):
        sight(dem, *centre(20, 25), (np.array([np.nan]), np.array([21.0])), 5)


def test_the_real_tile(shared_data):
    "The pixel of N21E105 at 105.5 E, 21.5 N, whose centre is a whole number of pixels from the corner."
    file = shared_data / "dem" / "N21E105.hgt"
    dem = around(headers([file]), 105.5, 21.5, 30)
    with rasterio.open(file) as raster:
        assert float(dem.ground(*dem.locate(105.5, 21.5))) == raster.read(1)[600, 600]
    assert dem.step_km == 0.09
