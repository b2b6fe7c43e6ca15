"""Placeholders: numbers and places that stand where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.claim import Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.pairs import Pairs
from phusong.intake.coordinates.settings import Settings

_CENTROID = (14.058324, 108.277199)
"""Latitude and longitude of the country in the tables of geocoders."""
_FORMS = ((0.0, 0.0), (16.0, 106.0), (14.0, 108.0), (1.0, 1.0))
"""What forms are filled with, and centroids in other tables."""
_FORMS_M = ((0.0, 500_000.0), (0.0, 0.0))
_CLOSE_DEG, _CLOSE_M = 2e-6, 1.0
_COARSEST_DEG = 0.1
_CONVERTED_DEG = 5e-5
"""The centroid may come back from metres of another set of parameters."""
_CLAIMS = 3


def hollow(pairs: Pairs) -> NDArray[np.bool_]:
    """
    Rows filled with what forms and geocoders give where nothing is known, in either order.

    The country's centroid is known as well where it is rounded: both numbers lie within half of their own last digit.
    """
    found = np.zeros(len(pairs.first), bool)
    for a, b in _both_ways(_FORMS):
        found |= (np.abs(pairs.first - a) < _CLOSE_DEG) & (np.abs(pairs.second - b) < _CLOSE_DEG)
    for a, b in _both_ways(_FORMS_M):
        found |= (np.abs(pairs.first - a) < _CLOSE_M) & (np.abs(pairs.second - b) < _CLOSE_M) & pairs.in_metres
    steps = [np.minimum(step, _COARSEST_DEG) for step in (pairs.first_step, pairs.second_step)]
    for a, b in _both_ways((_CENTROID,)):
        close = np.abs(pairs.first - a) <= steps[0] / 2 + _CLOSE_DEG
        found |= close & (np.abs(pairs.second - b) <= steps[1] / 2 + _CLOSE_DEG)
    return found


def at_centroid(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a place that came from metres is the country's centroid."""
    close = np.abs(latitude - _CENTROID[0]) < _CONVERTED_DEG
    return close & (np.abs(longitude - _CENTROID[1]) < _CONVERTED_DEG)


def crowds(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    settings: Settings,
) -> NDArray[np.bool_]:
    """Rows at a place where too many different communes are said to be, most of them far from it; NaN is no place."""
    found = np.zeros(len(longitude), bool)
    at = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    place = pd.MultiIndex.from_arrays([np.round(longitude[at], 6), np.round(latitude[at], 6)])
    codes, _ = pd.factorize(place)
    told = pd.DataFrame({"place": codes, "claim": claims.of_row[at], "row": at})
    rows = told.groupby("place").claim.agg(["size", "nunique"])
    full = rows.index[(rows["size"] >= settings.crowd) & (rows["nunique"] >= _CLAIMS)]
    told = told[told.place.isin(full)]
    if told.empty:
        return found
    own = told.row.to_numpy()
    far = ground.claimed_m(longitude[own], latitude[own], claims.at(own)) > settings.commune_tolerance_m
    most = pd.Series(far).groupby(told.place.to_numpy()).transform("mean").to_numpy() > 0.5
    found[own[most]] = True
    return found


def _both_ways(pairs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return (*pairs, *((b, a) for a, b in pairs))
