"""From one mast to many places: the plain form of P.1812 on explicit bilinear profiles, and nothing lost on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
from pyproj import CRS, Geod

from phusong.layers.dem import Dem, around
from phusong.layers.terrain import headers
from phusong.radio.from_mast import Sampling, Tally, Transmission, loss_raster, losses_at
from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.sweep.paths import P1812

ARC = 1 / 1200
MAST = (105.05, 20.95)
MODEL = P1812(900.0)


def hills(rows: int = 121, columns: int = 121) -> np.ndarray:
    "Ridges of 150 m, some 1.3 km apart, across a slope."
    row, column = np.mgrid[:rows, :columns]
    return (60 + 75 * np.sin(column / 2.3) * np.cos(row / 3.1) + 0.5 * row + (row * column) % 7).astype(np.float32)


def dem_of(heights: np.ndarray, arc: float = ARC) -> Dem:
    "Terrain whose north-west corner is 105 E, 21 N."
    return Dem(CRS(4326), (105.0, 21.0), (arc, arc), heights, np.ones(heights.shape, bool), ())


def silent(done: int, of: int) -> None:
    assert done <= of


def link_on(dem: Dem, mode="exact", radius_km=8.0, place=MAST, model=MODEL, height_m=30.0) -> Transmission:
    return Transmission.on(dem, place, height_m, model, radius_km=radius_km, mode=mode)


def plain(heights, corner, arc, place, end, step_km, model=MODEL, height_m=30.0, nearest=False) -> float:
    "One path by the plain form, its profile read pixel by pixel."
    (x0, y0), (x1, y1) = place, end
    length = Geod(ellps="WGS84").inv(x0, y0, x1, y1)[2] / 1000
    count = max(4, math.ceil(length / step_km))
    profile = []
    for k in range(count + 1):
        x, y = x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count
        column, row = (x - corner[0]) / arc - 0.5, (corner[1] - y) / arc - 0.5
        if nearest and 0 < k < count:
            profile.append(float(heights[round(row), round(column)]))
            continue
        c, r = min(int(column), heights.shape[1] - 2), min(int(row), heights.shape[0] - 2)
        a, b = column - c, row - r
        upper = heights[r, c] * (1 - a) + heights[r, c + 1] * a
        profile.append(upper * (1 - b) + (heights[r + 1, c] * (1 - a) + heights[r + 1, c + 1] * a) * b)
    if not np.isfinite(profile).all():
        return math.nan
    return basic_transmission_loss(
        np.linspace(0, length, count + 1), profile, 0.0, 4, frequency_mhz=model.frequency_mhz,
        time_percent=model.time_percent, tx_height_agl_m=height_m, rx_height_agl_m=model.rx_height_agl_m,
        polarization=model.polarization, latitude_deg=(y0 + y1) / 2, delta_n=model.delta_n, n0=model.n0,
    )  # fmt: skip


def places(count: int, spread_deg: float, place=MAST) -> tuple[np.ndarray, np.ndarray]:
    "Places scattered around a mast."
    scatter = np.random.default_rng(5).uniform(-spread_deg, spread_deg, (2, count))
    return place[0] + scatter[0], place[1] + scatter[1]


@pytest.mark.parametrize(
    "model",
    [MODEL, P1812(2600.0, time_percent=10.0, polarization="horizontal", delta_n=60.0, n0=340.0, rx_height_agl_m=4.0)],
)
def test_losses_are_those_of_the_plain_form(model):
    heights, at = hills(), places(60, 0.04)
    loss, tally = losses_at(link_on(dem_of(heights), model=model), at, 2, silent)
    expected = [plain(heights, (105, 21), ARC, MAST, end, 0.09, model) for end in zip(*at, strict=True)]
    np.testing.assert_allclose(loss, expected, rtol=0, atol=1e-3)
    assert tally.asked == tally.computed == 60


def test_nearest_instead_of_bilinear_would_be_seen():
    "The tolerance of the test above is a thousandth of what the other way to read the terrain would change."
    heights, at = hills(), places(60, 0.04)
    loss, _ = losses_at(link_on(dem_of(heights)), at, 1, silent)
    other = [plain(heights, (105, 21), ARC, MAST, end, 0.09, nearest=True) for end in zip(*at, strict=True)]
    assert np.quantile(np.abs(loss - other), 0.95) > 1


@pytest.mark.parametrize(
    ("name", "place", "spread_deg", "arc", "step_km"),
    [("N21E105.hgt", (105.5, 21.5), 0.25, 1 / 1200, 0.09), ("danang_1arcsec.tif", (108.2, 16.0), 0.07, 1 / 3600, 0.03)],
)
def test_real_terrain_is_read_bilinear(shared_data, name, place, spread_deg, arc, step_km):
    "200 places to 1e-3 dB; the nearest pixel instead would be wrong by more than 2 dB for one in 20."
    file = shared_data / "dem" / name
    with rasterio.open(file) as raster:
        heights = raster.read(1).astype(float)
        corner = raster.transform.c, raster.transform.f
    heights[heights == -32768] = np.nan
    at = places(200, spread_deg, place)
    loss, tally = losses_at(link_on(around(headers([file]), *place, 40), radius_km=40, place=place), at, 2, silent)
    ends = list(zip(*at, strict=True))
    expected = np.array([plain(heights, corner, arc, place, end, step_km) for end in ends])
    np.testing.assert_allclose(loss, expected, rtol=0, atol=1e-3)
    assert tally.computed == (~np.isnan(expected)).sum() > 150
    assert tally.asked == tally.computed + tally.void == 200
    other = np.array([plain(heights, corner, arc, place, end, step_km, nearest=True) for end in ends])
    assert np.nanquantile(np.abs(loss - other), 0.95) > 2


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_a_raster_holds_the_losses_at_its_pixel_centres(mode):
    dem = dem_of(hills())
    link = link_on(dem, mode, radius_km=3.0)
    found = loss_raster(link, 2, silent)
    rows, columns = found.loss_db.shape
    column, row = np.meshgrid(np.arange(columns) + found.column, np.arange(rows) + found.row)
    at = dem.place(column.ravel(), row.ravel())
    loss, tally = losses_at(link, at, 1, silent)
    np.testing.assert_array_equal(found.loss_db.ravel(), loss.astype(np.float32))
    assert found.tally.asked == tally.asked - tally.beyond
    assert found.tally.computed == tally.computed > 3000
    assert found.tally.at_mast == 0


def test_a_raster_is_cut_to_the_radius():
    "3 km are 34.6 columns of 86.6 m and 32.5 rows of 92.3 m to each side of the mast in the middle of its pixel."
    dem = dem_of(hills())
    place = tuple(float(axis) for axis in dem.place(60, 60))
    found = loss_raster(link_on(dem, radius_km=3.0, place=place), 1, silent)
    assert found.loss_db.shape == (65, 69)
    assert (found.row, found.column) == (28, 26)
    assert np.isnan(found.loss_db[0, 0])
    assert np.isnan(found.loss_db[32, 34])
    assert found.tally.at_mast == 1
    assert found.tally.asked == found.tally.computed + 1


def test_workers_change_nothing():
    link = link_on(dem_of(hills(600, 600)), "fast", 20, (105.25, 20.75))
    one, two = loss_raster(link, 1, silent), loss_raster(link, 3, silent)
    np.testing.assert_array_equal(one.loss_db, two.loss_db)
    assert one.tally == two.tally


def test_a_circle_smaller_than_a_pixel_is_empty():
    assert loss_raster(link_on(dem_of(hills()), radius_km=0.01), 1, silent).loss_db.size == 0


def test_nothing_is_lost():
    "A void and the path across it, the mast itself, a near and a far place, off the terrain, beyond the radius."
    heights = hills()
    heights[20, 20] = np.nan
    dem = dem_of(heights)
    mast = tuple(float(axis) for axis in dem.place(60, 60))
    pixels = ((20, 20), (15, 15), (60, 60), (61, 60), (90, 90), (120.5, 60), (119, 119))
    longitude, latitude = np.array([dem.place(*pixel) for pixel in pixels], float).T
    loss, tally = losses_at(link_on(dem, radius_km=7, place=mast), (longitude, latitude), 1, silent)
    assert np.isnan(loss).tolist() == [True, True, True, False, False, True, True]
    assert tally == Tally(asked=7, computed=2, near=1, off_terrain=1, void=2, at_mast=1, beyond=1)


def test_fast_is_near_to_exact():
    "On gentle ground the two ways to read it differ by little."
    dem = dem_of((hills() / 5).astype(np.float32))
    exact, fast = (loss_raster(link_on(dem, mode, 4.0), 1, silent).loss_db for mode in ("exact", "fast"))
    differences = (fast - exact)[~np.isnan(exact)]
    assert abs(differences.mean()) < 0.2
    assert np.quantile(np.abs(differences), 0.95) < 2


def test_radials_are_three_for_each_pixel_of_the_rim():
    "8 km around are 50.27 km, 580 pixels of 86.67 m, so 1740 radials; the exact mode has none."
    dem = dem_of(hills())
    assert Sampling.on(dem, MAST, 8.0, "fast", None).radials == 1740
    assert Sampling.on(dem, MAST, 8.0, "exact", None).radials == 0
    assert Sampling.on(dem, MAST, 8.0, "exact", 0.05).step_km == 0.05


def test_the_card_says_what_was_done():
    card = link_on(dem_of(hills()), "fast").card()
    assert card["model"] == "ITU-R P.1812-7 (troposcatter of P.1812-6)"
    chosen = {key: card[key] for key in ("mode", "step_km", "radials", "frequency_mhz", "tx_height_agl_m", "n0")}
    assert chosen == {
        "mode": "fast", "step_km": 0.09, "radials": 1740, "frequency_mhz": 900.0, "tx_height_agl_m": 30.0, "n0": 325.0,
    }  # fmt: skip
    assert card["tx_ground_amsl_m"] == pytest.approx(float(dem_of(hills()).ground(*dem_of(hills()).locate(*MAST))))
