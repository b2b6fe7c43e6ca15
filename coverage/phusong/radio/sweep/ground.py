"""Ground between antennas: heights, clutter and radio-climatic zones on one lattice, and who stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEA, COASTAL, INLAND_ZONE = 1, 3, 4
"""Radio-climatic zones as ITU-R P.1812 numbers them."""


@dataclass(frozen=True)
class Ground:
    """
    Rasters of one shape (rows, columns), north up.

    Parameters
    ----------
    heights_m
        Terrain above sea level, NaN where not known.
    clutter_m
        Representative clutter height above the terrain, known everywhere; None for bare ground.
    zone
        Radio-climatic zone: 1 sea, 3 coastal land, 4 inland; None where all is inland.
    origin
        Column and row of the first pixel. Places are counted on the whole lattice, so that the same place is the same
        number, to the last bit, whatever window of it is at hand.
    """

    heights_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32] | None = None
    zone: NDArray[np.uint8] | None = None
    origin: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        for name in ("clutter_m", "zone"):
            raster = getattr(self, name)
            if raster is not None and raster.shape != self.heights_m.shape:
                raise ValueError(f"{name} has the shape {raster.shape}, the heights {self.heights_m.shape}")
        if self.clutter_m is not None and np.isnan(self.clutter_m).any():
            raise ValueError("clutter_m is not known everywhere; 0 is bare ground")


@dataclass(frozen=True)
class Mast:
    """
    A transmitting antenna.

    Parameters
    ----------
    column, row
        Its place in pixels; the centres of pixels are whole numbers.
    ground_m, height_agl_m
        Terrain above sea level, and antenna above it.
    """

    column: float
    row: float
    ground_m: float
    height_agl_m: float


@dataclass(frozen=True)
class Receivers:
    """
    Receiving antennas of one height: arrays of one length.

    Parameters
    ----------
    column, row
        Their places in pixels; the centres of pixels are whole numbers.
    distance_km, azimuth_deg
        From the mast; azimuth clockwise from north, 0 to 360.
    ground_m
        Terrain above sea level; NaN where not known.
    latitude_deg
        Of the middle of the path.
    """

    column: NDArray[np.float64]
    row: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
