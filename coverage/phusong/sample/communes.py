"""Communes of the sample: small wards round two towns, larger communes elsewhere, with edges exactly shared."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from phusong.sample.land import RADIUS_KM, SHAPE, Floats, Land, axes_km, degrees, noise
from phusong.sample.names import Words, commune_names

COUNT = 100
PROVINCES = {"97": "Tỉnh Mẫu Thượng", "98": "Tỉnh Mẫu Hạ"}
"""Upper and lower sample province; no real province bears these codes, nor do real communes begin with them."""
_GRAIN_KM = 0.4
_SMOOTH_KM = 0.3
_OFFICIAL_OVER_RASTER = 1.06  # registers of 2026 hold more people than a raster of an earlier count


@dataclass(frozen=True)
class Town:
    """A town: its middle in km, how far its wards reach, and how much more densely they lie."""

    x_km: float
    y_km: float
    reach_km: float
    density: float

    def distance_km(self, x_km: Floats, y_km: Floats) -> Floats:
        """Distances from the middle of the town."""
        return np.hypot(x_km - self.x_km, y_km - self.y_km)


def towns(land: Land) -> tuple[Town, Town]:
    """The chief town in the south-east and the smaller one in the mountains, where the land invites most."""
    x, y = np.broadcast_arrays(*axes_km())
    appeal = gaussian_filter(land.appeal, 30)
    chief = _best(appeal * (np.hypot(x - 6, y + 6) < 6), x, y)
    apart = np.hypot(x - chief[0], y - chief[1]) > 18
    second = _best(appeal * apart * (y - x > 10) * (np.hypot(x, y) < 17), x, y)
    return Town(*chief, 3.8, 34), Town(*second, 2.8, 26)


def communes(seed: int, land: Land, words: Words) -> gpd.GeoDataFrame:
    """About a hundred communes of two provinces in EPSG:4326, in the order of their codes; no people yet."""
    rng = np.random.default_rng([seed, 2])
    grains, cells = _grains(rng)
    both = towns(land)
    inside = _inside(rng, grains)
    seats = _seats(rng, grains[inside], land, both)
    bent = grains + np.stack([land.at(_bend_km(rng), *grains.T), land.at(_bend_km(rng), *grains.T)], axis=1)
    owner = cKDTree(bent[cKDTree(grains).query(seats)[1]]).query(bent)[1]
    outlines = _outlines(cells, _whole(grains, np.where(inside, owner, -1)))
    urban = np.any([town.distance_km(*seats.T) < town.reach_km for town in both], axis=0)
    upper = (seats[:, 1] - seats[:, 0]) / np.sqrt(2) + 3 * np.sin(seats.sum(axis=1) / 9) > 0
    names = commune_names(rng, words, upper, ~urban & (land.at(land.highland, *seats.T) > 0.5))
    return _table(outlines, seats, names, urban, upper)


def official_population(seed: int, people: Floats) -> Floats:
    """People by the registers: more than were counted, and missing for one commune in sixteen."""
    rng = np.random.default_rng([seed, 4])
    figures = np.round(people * _OFFICIAL_OVER_RASTER * rng.normal(1, 0.03, len(people)))
    figures[rng.choice(len(people), len(people) // 16, replace=False)] = np.nan
    return figures


def _best(score: Floats, x: Floats, y: Floats) -> tuple[float, float]:
    k = np.unravel_index(int(score.argmax()), SHAPE)
    return float(x[k]), float(y[k])


def _grains(rng: np.random.Generator) -> tuple[Floats, NDArray[np.object_]]:
    """Small Voronoi cells that communes are put together from, so that neighbours have the very same edge."""
    steps = np.arange(-RADIUS_KM - 4, RADIUS_KM + 4, _GRAIN_KM)
    lattice = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    points = lattice + rng.uniform(-0.4, 0.4, lattice.shape) * _GRAIN_KM
    cells = shapely.voronoi_polygons(shapely.multipoints(points), ordered=True)
    return points, shapely.get_parts(cells)


def _bend_km(rng: np.random.Generator) -> Floats:
    """Shifts that bend straight edges; smooth, because rough ones would tear bits off a commune."""
    return np.asarray(gaussian_filter(noise(rng, 5), 10) * 0.6, float)


def _inside(rng: np.random.Generator, points: Floats) -> NDArray[np.bool_]:
    """Within the outline of the two provinces: a rounded square with bays."""
    angle = np.arctan2(points[:, 1], points[:, 0])
    radius = (np.cos(angle) ** 4 + np.sin(angle) ** 4) ** -0.25
    for harmonic in range(2, 18):
        radius += 0.06 / harmonic**0.6 * np.sin(harmonic * angle + rng.uniform(0, 2 * np.pi))
    reach = radius * np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle)))
    return np.asarray(np.hypot(*points.T) < radius * (RADIUS_KM / reach.max()), bool)


def _seats(rng: np.random.Generator, grains: Floats, land: Land, both: tuple[Town, Town]) -> Floats:
    """Middles of the communes: weighted k-means, so that communes are small where many live."""
    weight = 0.5 + 3 * (1 - land.at(land.highland, *grains.T))
    for town in both:
        weight += town.density * np.exp(-((town.distance_km(*grains.T) / town.reach_km) ** 2))
    seats = grains[rng.choice(len(grains), COUNT, replace=False, p=weight / weight.sum())]
    for _ in range(15):
        owner = cKDTree(seats).query(grains)[1]
        mass = np.bincount(owner, weight, COUNT)
        middle = [np.bincount(owner, weight * axis, COUNT) for axis in grains.T]
        seats = np.where(mass[:, None] > 0, np.stack(middle, axis=1) / np.maximum(mass, 1e-9)[:, None], seats)
    return np.asarray(seats, float)


def _whole(points: Floats, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Owners without exclaves: a grain cut off from the bulk of its commune goes to the nearest that is not."""
    corners = Delaunay(points).simplices
    one, other = np.concatenate([corners[:, :2], corners[:, 1:], corners[:, ::2]]).T
    same = owner[one] == owner[other]
    graph = coo_array((np.ones(same.sum()), (one[same], other[same])), (len(points), len(points)))
    part = connected_components(graph, directed=False)[1]
    size = np.bincount(part)[part]
    largest = np.zeros(COUNT + 1, int)
    np.maximum.at(largest, owner, size)  # owner -1, outside, counts in the last place
    kept = (size == largest[owner]) & (owner >= 0)
    stray = (owner >= 0) & ~kept
    mended = owner.copy()
    mended[stray] = owner[kept][cKDTree(points[kept]).query(points[stray])[1]]
    return mended


def _outlines(cells: NDArray[np.object_], owner: NDArray[np.int64]) -> NDArray[np.object_]:
    """Outlines in degrees. Rounding moves a shared corner the same way in each outline that has it."""
    joined = np.array([shapely.coverage_union_all(cells[owner == k]) for k in range(COUNT)], object)
    smooth = shapely.coverage_simplify(joined, _SMOOTH_KM)
    single = np.array(
        [shapely.get_parts(shape)[0] if len(shapely.get_parts(shape)) == 1 else shape for shape in smooth]
    )
    return np.asarray(shapely.transform(single, lambda xy: np.stack(degrees(*xy.T), axis=1)), object)


def _table(
    outlines: NDArray[np.object_],
    seats: Floats,
    names: list[str],
    urban: NDArray[np.bool_],
    upper: NDArray[np.bool_],
) -> gpd.GeoDataFrame:
    """Rows numbered within their province, from north to south; wards first, as official lists have them."""
    province = np.where(upper, "97", "98")
    order = np.lexsort((-seats[:, 1], ~urban, province))
    province, urban = province[order], urban[order]
    serial = np.concatenate([np.arange((province == code).sum()) + 1 for code in PROVINCES])
    kind = np.where(urban, "phường", "xã")
    return gpd.GeoDataFrame(
        {
            "commune_code": [f"{code}{number:03d}" for code, number in zip(province, serial, strict=True)],
            "commune_name": [f"{kind[k].capitalize()} {names[row]}" for k, row in enumerate(order)],
            "commune_type": kind,
            "province_code": province,
            "province_name": [PROVINCES[code] for code in province],
            "valid_from": pd.Timestamp(2025, 7, 1),
            "population": np.nan,
        },
        geometry=outlines[order],
        crs="EPSG:4326",
    )
