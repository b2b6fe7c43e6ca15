"""What every carrier of a study meets: ground, pixels and settings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.config import Radio
from phusong.grid import Grid
from phusong.radio.reach import Transmitter
from phusong.radio.sweep.ground import Ground


@dataclass(frozen=True)
class World:
    """
    Ground, pixels and settings.

    Parameters
    ----------
    terrain
        Heights on `terrain_grid`, NaN where not known.
    clutter_m
        Representative clutter height on `terrain_grid`; None for bare ground.
    grid
        The pixels to be covered, a sub-grid of `terrain_grid`.
    """

    terrain: NDArray[np.float32]
    terrain_grid: Grid
    grid: Grid
    radio: Radio
    clutter_m: NDArray[np.float32] | None = None

    @cached_property
    def ground(self) -> Ground:
        """The ground on the whole lattice of its CRS, rows counted southwards."""
        column, row = self.terrain_grid.lattice_origin
        return Ground(self.terrain, self.clutter_m, origin=(column, -row))

    def latitude_deg(self, x_m: float, y_m: float) -> float:
        """Latitude of a place of the grid's CRS."""
        return float(self._to_degrees.transform(x_m, y_m)[1])

    @cached_property
    def _to_degrees(self) -> Transformer:
        crs = self.terrain_grid.crs
        return Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)

    def may_be_dark(self, transmitter: Transmitter) -> bool:
        """Whether a path of a transmitter may meet ground that is not known."""
        if math.isnan(transmitter.top_amsl_m):
            return True
        grid, (rows, columns) = self.terrain_grid, self.terrain_grid.shape
        row = (grid.north - transmitter.y_m) / grid.pixel_m
        column = (transmitter.x_m - grid.west) / grid.pixel_m
        far = transmitter.reach_m / grid.pixel_m + 2  # a height is read from the four pixels around a point
        top, bottom = max(0, math.floor(row - far)), min(rows, math.ceil(row + far))
        left, right = max(0, math.floor(column - far)), min(columns, math.ceil(column + far))
        sums = self._voids
        return bool(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])

    @cached_property
    def _voids(self) -> NDArray[np.int32]:
        """Pixels of unknown height to the north-west of each corner of a pixel."""
        rows, columns = self.terrain.shape
        sums, unknown = np.zeros((rows + 1, columns + 1), np.int32), np.isnan(self.terrain)
        if unknown.any():
            unknown.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, out=sums[1:, 1:])
        return sums
