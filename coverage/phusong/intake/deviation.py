"""Deviation: how far published figures of communes are from what the ground says, and what that makes likely."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FACTORS = (1, 10, 100, 1000)
"""A figure such as 55.820 that was read as a decimal has lost its trailing zeros, at most three."""
_FEW = 10
_LEAST = {"people": 0.10, "census": 0.05, "density": 0.30, "area": 0.02}
"""Decades by which right figures are off, at least, whatever a file says; twice that where it has few rows."""


@dataclass(frozen=True)
class Deviation:
    """
    How far the figures of each row are from what is expected.

    Parameters
    ----------
    off
        Decades by which the population, as it stands, is above what is usual in its province: against `people` of a
        raster, the `census`, and, where neither is known, by `density`; NaN where not known.
    area_off
        Decades by which the area is above that of the outline.
    spread
        Scale of the Laplace distribution of right figures, by kind of evidence, in decades.
    """

    off: Mapping[str, NDArray[np.float64]]
    area_off: NDArray[np.float64]
    spread: Mapping[str, float]

    @property
    def grounded(self) -> NDArray[np.bool_]:
        """Rows whose people are known from somewhere else, be it roughly."""
        return np.isfinite(self.off["people"]) | np.isfinite(self.off["census"])

    def cost(self, zeros: int) -> NDArray[np.float64]:
        """Minus log likelihood of each population, had it lost so many zeros; one figure in ten ends in a zero."""
        parts = [np.nan_to_num(np.abs(off + zeros)) / self.spread[name] for name, off in self.off.items()]
        return np.sum(parts, axis=0) + zeros * math.log(10)

    def misfit(self, zeros: NDArray[np.int64]) -> NDArray[np.float64]:
        """Decades by which the population is off at the least, zeros given back; NaN where no people are known."""
        known = np.abs(np.stack([self.off["people"], self.off["census"]]) + zeros)
        least = np.where(np.isnan(known), np.inf, known).min(axis=0)
        return np.where(np.isfinite(least), least, np.nan)


def deviation(frame: pd.DataFrame, ground: pd.DataFrame, province: NDArray[np.object_]) -> Deviation:
    """
    Figures against the ground, each ratio against what is usual in its province.

    A raster or an old census is off by much the same in all communes of a province.

    Parameters
    ----------
    frame
        population and area_km2.
    ground
        area_km2, people and census, in the same order.
    province
        Key of the province of each row.
    """
    population = frame.population.to_numpy(float)
    area_km2 = ground.area_km2.to_numpy(float)
    off = {name: _decades(population, ground[name].to_numpy(float)) for name in ("people", "census")}
    off = {name: values - _usual(values, province) for name, values in off.items()}
    density = _decades(population, area_km2)
    density -= _usual(density, province)
    spread = {name: _spread(values, _LEAST[name]) for name, values in {**off, "density": density}.items()}
    known = np.isfinite(off["people"]) | np.isfinite(off["census"])
    area_off = _decades(frame.area_km2.to_numpy(float), area_km2)
    return Deviation(
        {**off, "density": np.where(known, np.nan, density)},
        area_off,
        {**spread, "area": _spread(area_off, _LEAST["area"])},
    )


def _decades(value: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log10(value / base)
    return np.where(np.isfinite(found), found, np.nan)


def _usual(off: NDArray[np.float64], province: NDArray[np.object_]) -> NDArray[np.float64]:
    """Median of the province, of figures with their zeros given back; of all rows where a province has few."""
    if not np.isfinite(off).any():
        return np.zeros(len(off))
    whole = float(np.nanmedian(_folded(off, float(np.nanmedian(off)))))
    folded = pd.Series(_folded(off, whole)).groupby(province)
    return np.where(folded.transform("count") >= _FEW, folded.transform("median"), whole)


def _folded(off: NDArray[np.float64], usual: float) -> NDArray[np.float64]:
    return off + np.clip(np.round(usual - off), 0, len(FACTORS) - 1)


def _spread(off: NDArray[np.float64], least: float) -> float:
    """Of a Laplace distribution with the median deviation found."""
    known = _folded(off[np.isfinite(off)], 0.0)
    return max(float(np.median(np.abs(known))) / math.log(2), least) if len(known) >= _FEW else 2 * least
