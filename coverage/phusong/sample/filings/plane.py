"""Plane: degrees to metres of the VN-2000 zones and back, by the definitions of the EPSG registry."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer


def planes(pairs: NDArray[np.float64], zones: NDArray[np.int64], *, inverse: bool = False) -> NDArray[np.float64]:
    """
    Easting and northing in metres of longitude and latitude in degrees, each in its own zone; or the other way.

    Parameters
    ----------
    pairs
        One row for each place.
    zones
        EPSG codes.
    """
    found = np.full(pairs.shape, np.nan)
    for zone in np.unique(zones):
        at = zones == zone
        found[at] = np.stack(_transformer(int(zone), inverse).transform(*pairs[at].T), axis=1)
    return found


@cache
def _transformer(zone: int, inverse: bool) -> Transformer:
    ends = (zone, 4326) if inverse else (4326, zone)
    return Transformer.from_crs(*ends, always_xy=True)
