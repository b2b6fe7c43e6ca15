"""Villages of the sample (thôn, bản, tổ dân phố) and the people who live in and around them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from phusong.sample.land import SHAPE, Floats, Land, axes_km, degrees, transform
from phusong.sample.names import Words, village_names

PEOPLE = 800_000
BLOCK = 5
"""Pixels of the relief in one of the population raster, so 15 arc-seconds; at most one village stands in each."""
NO_PEOPLE_DATA = -99_999.0
_HOUSEHOLDS = {"ward": 330.0, "lowland": 190.0, "highland": 100.0}
_PEOPLE_PER_HOUSEHOLD = {"ward": 3.7, "lowland": 4.0, "highland": 4.7}
_SCATTERED_SHARE = 0.15


def villages(seed: int, land: Land, communes: gpd.GeoDataFrame, words: Words) -> pd.DataFrame:
    """
    Villages of every commune, where the land invites.

    Columns of the layer, and `x_km`, `y_km`, `commune` (position), `highland` (0..1), `people` for the other parts.
    """
    rng = np.random.default_rng([seed, 5])
    spots = _spots(rng, land, communes)
    parts = []
    for k, (code, kind) in enumerate(zip(communes.commune_code, communes.commune_type, strict=True)):
        own = spots[spots.commune == k]
        count = min(len(own), int(np.clip(rng.normal(12, 3), 6, 19)))
        # Gumbel noise and the highest scores: a weighted draw without replacement
        chosen = own.iloc[np.argsort(-(np.log(own.appeal + 1e-4) + rng.gumbel(size=len(own))).to_numpy())[:count]]
        mountains = bool(chosen.highland.mean() > 0.5)
        style = "ward" if kind == "phường" else "highland" if mountains else "lowland"
        parts.append(
            chosen.assign(
                village_id=[f"{code}-{number:03d}" for number in range(1, count + 1)],
                village_name=village_names(rng, words, kind, mountains, count),
                commune_code=code,
                style=style,
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return _flags(rng, _households(rng, table))


def population(land: Land, villages: pd.DataFrame, communes: gpd.GeoDataFrame) -> NDArray[np.float32]:
    """People per block of the lattice: most near their village, some scattered; no data outside the communes."""
    rows, columns = SHAPE[0] // BLOCK, SHAPE[1] // BLOCK
    x, y = axes_km()
    row = np.searchsorted(-y[:, 0], -villages.y_km.to_numpy()) // BLOCK
    column = np.searchsorted(x[0], villages.x_km.to_numpy()) // BLOCK
    at = np.zeros((rows, columns))
    np.add.at(at, (row, column), villages.people.to_numpy())
    within = rasterize(communes.geometry, SHAPE, transform=transform(), dtype="uint8")
    inside = _blocks(within).mean(axis=2) > 0.5
    appeal = _blocks(land.appeal).mean(axis=2) + 0.02
    near = gaussian_filter(at, 0.8) * appeal**0.5 * inside
    scattered = gaussian_filter(at, 2.5) * appeal * inside
    people = (1 - _SCATTERED_SHARE) * near / near.sum() + _SCATTERED_SHARE * scattered / scattered.sum()
    people = np.round(people * villages.people.sum(), 2)
    return np.where(inside, people, NO_PEOPLE_DATA).astype(np.float32)


def without_signal(rng: np.random.Generator, villages: pd.DataFrame, masts_km: Floats) -> NDArray[np.object_]:
    """What villages report: mostly no signal where the nearest mast is far, and nothing at all from some."""
    distance = cKDTree(masts_km).query(villages[["x_km", "y_km"]].to_numpy())[0]
    reported = distance + rng.normal(0, 0.8, len(villages)) > 4.2
    return _some_missing(rng, reported, 0.05)


def _blocks(field: NDArray[Any]) -> NDArray[Any]:
    """The lattice as (rows, columns, pixels) of blocks."""
    rows, columns = SHAPE[0] // BLOCK, SHAPE[1] // BLOCK
    return field.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(rows, columns, BLOCK * BLOCK)


def _spots(rng: np.random.Generator, land: Land, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """One pixel of each block, a random one weighted by its appeal, with the commune it lies in."""
    x, y = np.broadcast_arrays(*axes_km())
    score = np.log(_blocks(land.appeal) + 1e-6) + rng.gumbel(size=(SHAPE[0] // BLOCK, SHAPE[1] // BLOCK, BLOCK**2))
    best = score.argmax(axis=2)[..., None]
    fields = {"x_km": x, "y_km": y, "appeal": land.appeal, "highland": land.highland}
    picked = {name: np.take_along_axis(_blocks(field), best, 2).ravel() for name, field in fields.items()}
    longitude, latitude = degrees(picked["x_km"], picked["y_km"])
    at = shapely.points(longitude, latitude)
    spot, commune = shapely.STRtree(communes.geometry.to_numpy()).query(at, predicate="within")
    return pd.DataFrame({**picked, "longitude": longitude, "latitude": latitude}).iloc[spot].assign(commune=commune)


def _households(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    size = table["style"].map(_PEOPLE_PER_HOUSEHOLD)
    households = table["style"].map(_HOUSEHOLDS) * rng.lognormal(0, 0.4, len(table))
    households = (households * PEOPLE / (households * size).sum()).round().clip(lower=8)
    return table.assign(households=households, people=households * size)


def _flags(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Grid power is lacking in some mountain villages, more often in small ones; a few say nothing."""
    remote = (table["style"] == "highland") & (table.households < 115)
    lacks = remote & (rng.random(len(table)) < 0.11)
    difficult = (table["style"] == "highland") & (rng.random(len(table)) < 0.2 + 0.4 * remote)
    return table.assign(
        has_grid_power=_some_missing(rng, (~lacks).to_numpy(), 0.015),
        especially_difficult=difficult,
    )


def _some_missing(rng: np.random.Generator, values: NDArray[Any], share: float) -> NDArray[np.object_]:
    said = values.astype(object)
    said[rng.random(len(values)) < share] = None
    return said
