"""Patches: connected pixels that lack the same thing, as polygons with their people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from scipy import ndimage

from phusong.grid import Grid
from phusong.layers.geometry import geodesic_area_km2, geodesic_distance_m
from phusong.zones.gaps import Gap

_TOUCHING = np.ones((3, 3), int)  # pixels that meet at a corner are one zone


@dataclass(frozen=True)
class Patches:
    """
    Dead zones of a study, and the people left in zones too small to draw.

    Parameters
    ----------
    zones
        One row a zone, ranked by people: `rank`, `gap`, `micro` (micro-persons), `area_km2` (geodesic), geometry.
    label
        Row of the zone of each pixel, -1 in none; shape of the grid.
    scattered_micro
        Micro-persons by gap in zones of fewer than `min_people`.
    scattered
        Number of such zones with anyone in them.
    """

    zones: gpd.GeoDataFrame
    label: NDArray[np.int32]
    scattered_micro: dict[str, int]
    scattered: int


def patches(gap: NDArray[np.uint8], micro: NDArray[np.int64], grid: Grid, min_micro: int) -> Patches:
    """
    Connected zones of each kind of gap with at least `min_micro` micro-persons, the most people first.

    Of zones with equally many people the more northern, then the more western one has the better rank.
    """
    label, kinds = _connected(gap)
    people = np.bincount(label[label >= 0], micro[label >= 0], len(kinds)).astype(np.int64)
    kept = np.flatnonzero(people >= max(min_micro, 1))
    order = kept[np.lexsort((kept, -people[kept]))]
    rest = np.setdiff1d(np.flatnonzero(people > 0), kept)
    scattered = {kind.label: int(people[rest[kinds[rest] == kind]].sum()) for kind in (Gap.SIGNAL, Gap.POWER, Gap.BOTH)}
    rank = np.full(len(kinds) + 1, -1, np.int32)
    rank[order] = np.arange(len(order))
    ranked = rank[label]
    outlines = _outlines(ranked, grid, len(order))
    zones = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(order) + 1),
            "gap": [Gap(kinds[k]).label for k in order],
            "micro": people[order],
            "area_km2": geodesic_area_km2(outlines).round(4),
        },
        geometry=outlines,
    )
    return Patches(zones, ranked, scattered, len(rest))


def in_communes(
    found: Patches, commune: NDArray[np.int32], micro: NDArray[np.int64], communes: pd.DataFrame
) -> pd.DataFrame:
    """
    The commune with most of each zone's people, its province, and the codes of all communes the zone touches.

    Parameters
    ----------
    commune
        Row in `communes` of the commune of each pixel, -1 outside.
    """
    held = (found.label >= 0) & (commune >= 0)
    table = pd.DataFrame({"zone": found.label[held], "commune": commune[held], "micro": micro[held]})
    sums = pd.DataFrame(table.groupby(["zone", "commune"]).micro.sum()).reset_index()
    sums["code"] = communes.commune_code.to_numpy()[sums.commune]
    first = sums.sort_values(["zone", "micro", "code"], ascending=[True, False, True]).drop_duplicates("zone").commune
    named = communes.iloc[first][["commune_code", "commune_name", "province_name"]].reset_index(drop=True)
    return named.assign(commune_codes=sums.groupby("zone").code.agg(lambda codes: ";".join(sorted(codes))).to_numpy())


def nearest_villages(found: Patches, micro: NDArray[np.int64], grid: Grid, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """The village nearest to the centre of each zone's people, and the geodesic distance in metres."""
    zones = len(found.zones)
    if villages.empty or not zones:
        empty = {"village_id": None, "village_name": None, "village_distance_m": np.nan}
        return pd.DataFrame(empty, index=range(zones)).astype({"village_distance_m": float})
    centre = gpd.GeoSeries(shapely.points(_centres(found.label, micro, grid, zones)), crs=grid.crs)
    tree = shapely.STRtree(villages.geometry.to_numpy())
    of, near = tree.query_nearest(centre.to_numpy(), all_matches=True)
    picked = pd.Series(near).groupby(of).min().to_numpy()  # of villages at one place the first
    chosen = villages.iloc[picked].reset_index(drop=True)
    distance = geodesic_distance_m(centre, chosen.geometry).round(0)
    return chosen[["village_id", "village_name"]].assign(village_distance_m=distance)


def _connected(gap: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Label of the connected area of one kind that each pixel belongs to, -1 in none, and each label's kind."""
    label = np.full(gap.shape, -1, np.int32)
    kinds: list[int] = []
    for kind in (Gap.SIGNAL, Gap.POWER, Gap.BOTH):
        own, count = ndimage.label(gap == kind, _TOUCHING)
        label[own > 0] = own[own > 0] - 1 + len(kinds)
        kinds += [kind] * count
    return _by_first_pixel(label, np.array(kinds, np.uint8))


def _by_first_pixel(label: NDArray[np.int32], kinds: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    values, first = np.unique(label, return_index=True)
    first = first[values >= 0]
    order = np.argsort(first, kind="stable")
    new = np.full(len(kinds) + 1, -1, np.int32)
    new[order] = np.arange(len(order))
    return new[label], kinds[order]


def _centres(label: NDArray[np.int32], micro: NDArray[np.int64], grid: Grid, zones: int) -> NDArray[np.float64]:
    rows, columns = np.nonzero(label >= 0)
    zone, weight = label[rows, columns], micro[rows, columns].astype(float)
    total = np.bincount(zone, weight, zones)
    # offsets from the grid's corner are summed, so that the large coordinates cost no digits
    x = np.bincount(zone, weight * (columns + 0.5), zones) / total
    y = np.bincount(zone, weight * (rows + 0.5), zones) / total
    return np.stack([grid.west + x * grid.pixel_m, grid.north - y * grid.pixel_m], axis=1)


def _outlines(label: NDArray[np.int32], grid: Grid, zones: int) -> gpd.GeoSeries:
    parts: list[list[Any]] = [[] for _ in range(zones)]
    for shape, value in shapes(label, mask=label >= 0, connectivity=4, transform=grid.transform):
        parts[int(value)].append(shapely.geometry.shape(shape))
    return gpd.GeoSeries([shapely.MultiPolygon(part) for part in parts], crs=grid.crs)
