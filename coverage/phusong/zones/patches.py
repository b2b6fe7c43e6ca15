"""Patches: the fragments of all tiles joined to dead zones, with their people and their place in the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from phusong.grid import Grid
from phusong.zones.fragments import LACKING, Fragments, labelled
from phusong.zones.gaps import Gap

_NEIGHBOURS = ((0, 1), (1, -1), (1, 0), (1, 1))
"""Rows down and columns right to half of the pixels that touch one; of the other half it is the neighbour."""


@dataclass(frozen=True)
class Patches:
    """
    Dead zones of a study, and the people left in zones too small to draw.

    Parameters
    ----------
    zones
        One row a zone, ranked by people: `rank`, `gap`, `micro` (micro-persons), `pixels` (how many), `first_pixel`
        (the most northern, of these the most western, by its place in the flattened grid of the study).
    rows
        By tile, the row of the zone of each fragment; -1 where it is too small.
    scattered_micro
        Micro-persons by gap in zones of fewer than `min_people`.
    scattered
        Number of such zones with anyone in them.
    """

    zones: pd.DataFrame
    rows: tuple[NDArray[np.int32], ...]
    scattered_micro: dict[str, int]
    scattered: int

    def label(self, number: int, gap: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Row of the zone of each pixel of a tile, -1 in none, from the gaps of which its fragments were made."""
        return np.append(self.rows[number], np.int32(-1))[labelled(gap)[0]]

    @property
    def crossing(self) -> NDArray[np.bool_]:
        """Zones that lie in more than one tile."""
        held = [np.unique(rows[rows >= 0]) for rows in self.rows]
        return np.bincount(np.concatenate(held), minlength=len(self.zones)) > 1


def joined(tiles: Sequence[Fragments], grid: Grid, min_micro: int) -> Patches:
    """
    Connected zones of each kind of gap with at least `min_micro` micro-persons, the most people first.

    Of zones with equally many people the more northern, then the more western one has the better rank. How the study is
    cut into tiles changes nothing.

    Parameters
    ----------
    tiles
        At least one; ground in none of them lacks nothing.
    grid
        Of the study.
    """
    kind, micro, pixels, first = (
        np.concatenate([getattr(own, name) for own in tiles]) for name in ("kind", "micro", "pixels", "first")
    )
    area = _areas(tiles, kind, grid.shape[1])
    count = int(area.max(initial=-1)) + 1
    kinds, firsts = np.zeros(count, np.uint8), np.full(count, grid.shape[0] * grid.shape[1], np.int64)
    kinds[area] = kind
    np.minimum.at(firsts, area, first)
    people, sizes = (np.bincount(area, own, count).astype(np.int64) for own in (micro, pixels))
    kept = np.flatnonzero(people >= max(min_micro, 1))
    order = kept[np.lexsort((firsts[kept], -people[kept]))]
    rest = np.setdiff1d(np.flatnonzero(people > 0), kept)
    row = np.full(count, -1, np.int32)
    row[order] = np.arange(len(order))
    zones = pd.DataFrame(
        {
            "rank": np.arange(1, len(order) + 1),
            "gap": np.array([Gap(value).label for value in kinds[order]], object),
            "micro": people[order],
            "pixels": sizes[order],
            "first_pixel": firsts[order],
        }
    )
    by_tile = np.split(row[area], np.cumsum([len(own.kind) for own in tiles])[:-1])
    scattered = {gap.label: int(people[rest[kinds[rest] == gap]].sum()) for gap in LACKING}
    return Patches(zones, tuple(by_tile), scattered, len(rest))


def _areas(tiles: Sequence[Fragments], kind: NDArray[np.uint8], columns: int) -> NDArray[np.int64]:
    """Number of the connected area that each fragment of all tiles is a part of."""
    if not kind.size:
        return np.empty(0, np.int64)
    starts = np.cumsum([0, *(len(own.kind) for own in tiles)])
    pixel = np.concatenate([own.rim_pixel for own in tiles])
    fragment = np.concatenate([own.rim_fragment + start for own, start in zip(tiles, starts, strict=False)])
    pairs = np.concatenate([np.empty((2, 0), np.int64), *_touching(pixel, fragment, columns)], axis=1)
    one, other = pairs[:, kind[pairs[0]] == kind[pairs[1]]]
    links = sparse.coo_array((np.ones(one.size, np.int8), (one, other)), (kind.size, kind.size))
    return np.asarray(csgraph.connected_components(links, directed=False)[1], np.int64)


def _touching(pixel: NDArray[np.int64], fragment: NDArray[np.int64], columns: int) -> Iterator[NDArray[np.int64]]:
    """Pairs of fragments that meet at an edge or a corner of a pixel, shape (2, pairs)."""
    order = np.argsort(pixel)
    fragment = fragment[order]
    ordered = np.append(pixel[order], -1)  # what is looked for beyond the last pixel is not found
    column = ordered[:-1] % columns
    for down, right in _NEIGHBOURS:
        wanted = ordered[:-1] + down * columns + right
        place = np.searchsorted(ordered[:-1], wanted)
        met = (ordered[place] == wanted) & (column + right >= 0) & (column + right < columns)
        yield np.stack([fragment[met], fragment[place[met]]])
