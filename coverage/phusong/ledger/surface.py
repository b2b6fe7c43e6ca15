"""The surface: what the stages found on every pixel of a study, tile by tile, and the rasters that keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.text import slug
from phusong.units import (
    ANY,
    LEVEL_VALUES,
    LEVELS,
    MICRO,
    NO_SIGNAL_DDBM,
    OUTSIDE,
    OUTSIDE_DDBM,
    UNKNOWN,
    UNKNOWN_DDBM,
)


@dataclass(frozen=True)
class Surface:
    """
    What the stages found, each array of the grid's shape.

    Parameters
    ----------
    level
        By (technology, operator), the operator "any" being the best of all; codes as in `LEVEL_VALUES`.
    rsrp_ddbm
        Received level in tenths of dBm by (technology, operator); -32768 where no site reaches.
    operators
        By technology, and by "any" for all of them, the number of operators that serve; 255 unknown.
    spots
        By the same, whether none, some or all of them do; codes as in `SPOT_VALUES`.
    micro
        Micro-persons of the studied communes.
    commune, territory
        Row of the commune and of the village that each pixel belongs to, -1 for none.
    signal, power
        0 not served, 1 served, 255 unknown.
    fragile
        1 where a pixel has signal and loses it some hours after all mains is lost, 0 where not, 255 unknown.
    gap
        What the pixel lacks, as `kinds` says.
    kinds
        Meaning of the values of `gap`.
    claimed
        By (technology, operator), "any" being all of them: 1 where an operator claims coverage, else 0.
    """

    level: Mapping[tuple[str, str], NDArray[np.uint8]]
    rsrp_ddbm: Mapping[tuple[str, str], NDArray[np.int16]]
    operators: Mapping[str, NDArray[np.uint8]]
    spots: Mapping[str, NDArray[np.uint8]]
    micro: NDArray[np.int64]
    commune: NDArray[np.int32]
    territory: NDArray[np.int32]
    signal: NDArray[np.uint8]
    power: NDArray[np.uint8]
    fragile: NDArray[np.uint8]
    gap: NDArray[np.uint8]
    kinds: Mapping[int, str]
    claimed: Mapping[tuple[str, str], NDArray[np.uint8]] = field(default_factory=dict)


class Tiled(Protocol):
    """The surface of a study, tile by tile."""

    @property
    def grid(self) -> Grid:
        """Of the study."""

    @property
    def parts(self) -> Sequence[Grid]:
        """Sub-grids of it, row by row, that hold all studied ground; what lies in none of them is outside."""

    def surface(self, number: int) -> Surface:
        """What was found on one of the parts."""


@dataclass(frozen=True)
class Whole:
    """A study of one tile."""

    grid: Grid
    only: Surface

    @property
    def parts(self) -> Sequence[Grid]:
        """The study's grid."""
        return (self.grid,)

    def surface(self, number: int) -> Surface:
        """What was found."""
        return (self.only,)[number]


def rasters(surface: Surface, grid: Grid) -> Iterator[tuple[str, xr.DataArray]]:
    """Name and labelled array of everything a snapshot keeps of a surface."""
    yield "people", grid.wrap((surface.micro / MICRO).astype(np.float32), "people", "1")
    kinds = ", ".join(f"{value} {kind}" for value, kind in surface.kinds.items())
    yield "gap", grid.wrap(surface.gap, "what the pixel lacks", "1").assign_attrs(flags=kinds, nodata=OUTSIDE)
    served = "0 not served, 1 served"
    yield "signal", _coded(surface, grid, surface.signal, "signal of any operator", served)
    yield "power", _coded(surface, grid, surface.power, "grid electricity of the village", served)
    lost = "0 no, 1 signal is lost with mains"
    yield "fragile", _coded(surface, grid, surface.fragile, "signal that does not outlive the loss of mains", lost)
    steps = ", ".join(f"{value} {name}" for value, name in sorted(zip(LEVEL_VALUES, LEVELS, strict=True))[:-1])
    for (technology, operator), level in surface.level.items():
        yield (
            slug(f"level {technology} {operator}"),
            _coded(surface, grid, level, f"level of {technology}, {operator}", steps),
        )
    for technology, count in surface.operators.items():
        of = "any technology" if technology == ANY else technology
        known = "number of operators known to be at or above limited"
        yield slug(f"operators {technology}"), _coded(surface, grid, count, f"operators that serve with {of}", known)
    for (technology, operator), received in surface.rsrp_ddbm.items():
        quantity = "SS-RSRP" if technology == "NR" else "RSRP"
        dark = (received == NO_SIGNAL_DDBM) & (surface.level[technology, operator] == UNKNOWN)
        stored = np.select([surface.commune < 0, dark], [OUTSIDE_DDBM, UNKNOWN_DDBM], received).astype(np.int16)
        wrapped = grid.wrap(stored, f"strongest {quantity}, {operator}", "0.1 dBm")
        meaning = f"{NO_SIGNAL_DDBM} no site reaches, {UNKNOWN_DDBM} unknown, {OUTSIDE_DDBM} outside the study"
        yield slug(f"rsrp {technology} {operator}"), wrapped.assign_attrs(flags=meaning, nodata=OUTSIDE_DDBM)
    for (technology, operator), claim in surface.claimed.items():
        stored = np.where(surface.commune < 0, OUTSIDE, claim).astype(np.uint8)
        wrapped = grid.wrap(stored, f"coverage with {technology} that {operator} claims", "1")
        meaning = f"0 not claimed, 1 claimed, {OUTSIDE} outside the study"
        yield slug(f"claimed {technology} {operator}"), wrapped.assign_attrs(flags=meaning, nodata=OUTSIDE)


def _coded(surface: Surface, grid: Grid, values: NDArray[np.uint8], name: str, meaning: str) -> xr.DataArray:
    wrapped = grid.wrap(np.where(surface.commune < 0, OUTSIDE, values).astype(np.uint8), name, "1")
    return wrapped.assign_attrs(flags=f"{meaning}, {UNKNOWN} unknown, {OUTSIDE} outside the study", nodata=OUTSIDE)
