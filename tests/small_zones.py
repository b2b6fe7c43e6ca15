"""Dead zones of small worlds, drawn from any tiles; the world may be cut as the test likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.geometry import geodesic_area_km2
from phusong.zones.fragments import fragments
from phusong.zones.outlines import outlines, sketched
from phusong.zones.patches import Patches, joined


@dataclass(frozen=True)
class Drawn:
    "The zones with their outlines, and the row of the zone of each pixel of the whole world."

    zones: gpd.GeoDataFrame
    label: NDArray[np.int32]
    found: Patches

    @property
    def scattered(self) -> int:
        return self.found.scattered

    @property
    def scattered_micro(self) -> dict[str, int]:
        return self.found.scattered_micro


def drawn(
    gap: NDArray[np.uint8],
    micro: NDArray[np.int64],
    grid: Grid,
    min_micro: int,
    parts: Sequence[Grid] | None = None,
) -> Drawn:
    "Zones of a world cut into parts; of one part where none are named."
    tiles = [(part, grid.window(part)) for part in parts or (grid,)]
    found = joined([fragments(gap[own], micro[own], part, grid) for part, own in tiles], grid, min_micro)
    label = np.full(grid.shape, -1, np.int32)
    for number, (_, own) in enumerate(tiles):
        label[own] = found.label(number, gap[own])
    sketches = [sketched(label[own], found.crossing, part, grid) for part, own in tiles]
    shapes = outlines(sketches, grid, len(found.zones))
    zones = gpd.GeoDataFrame(found.zones.assign(area_km2=geodesic_area_km2(shapes).round(4)), geometry=shapes)
    return Drawn(zones, label, found)


@st.composite
def tilings(draw: st.DrawFn, grid: Grid) -> list[Grid]:
    "Bands of rows, each cut into tiles of its own: from the whole grid in one to a tile a pixel."
    rows, columns = grid.shape
    parts = []
    for top, bottom in draw(cuts(rows)):
        for left, right in draw(cuts(columns)):
            parts.append(grid.part(top, left, bottom - top, right - left))
    return parts


def cuts(count: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    "Ways to cut so many into pieces."

    def pieces(inner: set[int]) -> list[tuple[int, int]]:
        return list(pairwise([0, *sorted(inner), count]))

    inner = st.sets(st.integers(1, count - 1)) if count > 1 else st.just(set())
    return inner.map(pieces) | st.just([(n, n + 1) for n in range(count)])
