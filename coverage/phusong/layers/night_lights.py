"""Night lights: radiance at the villages, from composites of what VIIRS saw at night."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.config import Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.raster import at_points, crs_of

_OTHER_QUANTITIES = {"lightscore": "a likelihood", "prplit": "a share of nights", "zscore": "a standard score"}
"""Rasters of HREA that hold no radiance, by what their names hold."""
_LOGARITHM, _SHIFT = "rade9lnmu", 2.5
"""HREA's annual radiance is kept as the mean of ln(radiance + 2.5)."""
_NO_LOGARITHM = -100.0
"""Lower is a value for no data of which the file does not say so."""


def radiance_nw_cm2_sr(project: Project, villages: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], Account]:
    """
    Radiance in nW/cm²/sr of the pixel in which each village stands; NaN outside, without data, and without the layer.

    The values are taken as the file holds them, an annual or monthly composite of VIIRS; those of `rade9lnmu` of HREA,
    which are logarithms, are turned back, and 0 where that leaves less than no light. Where files overlap the first
    that has a value counts. What no radiance can be is left to who weighs it.

    Parameters
    ----------
    villages
        Points in any CRS.

    Returns
    -------
    One value a village, and the account with the villages of which nothing is known (`villages_unknown`) and the
    `brightest_nw_cm2_sr`, missing where nothing is known of any.

    Raises
    ------
    LayerError
        When a file cannot be read, or by its name holds another quantity.

    References
    ----------
    High Resolution Electricity Access (HREA), data overview: 15 arc-seconds, float, -999999 where there is no data;
    its makers' code takes the mean of ln(radiance + 2.5) for `rade9lnmu`.
    """
    layer, radiance = project.layers.night_lights, np.full(len(villages), np.nan)
    if layer is None:
        return radiance, Account("night_lights", 0)
    files = project.files(layer)
    refuse_if(
        "night_lights",
        [
            f"{file.name} is {meaning} of HREA: expected radiance in nW/cm²/sr, such as rade9lnmu"
            for file in files
            for mark, meaning in _OTHER_QUANTITIES.items()
            if _holds(file, mark)
        ],
    )
    for file in files:
        into = Transformer.from_crs(villages.crs, crs_of("night_lights", file), always_xy=True)
        x, y = into.transform(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
        found = at_points("night_lights", file, x, y)
        if _holds(file, _LOGARITHM):
            found = np.where(found < _NO_LOGARITHM, found, np.maximum(np.exp(found) - _SHIFT, 0))
        radiance = np.where(np.isnan(radiance), found, radiance)
    known = radiance[np.isfinite(radiance)]
    counts = {
        "villages_unknown": len(villages) - len(known),
        "brightest_nw_cm2_sr": round(float(known.max()), 3) if len(known) else None,
    }
    return radiance, Account("night_lights", len(files), counts=counts)


def _holds(file: Path, mark: str) -> bool:
    """Whether one of the words of a file's name, between underscores, is the mark."""
    return f"_{mark}_" in f"_{file.stem}_".lower()
