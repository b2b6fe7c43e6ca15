"""Identity: which dead zone of this period is which of the period before, so that a zone keeps its id through time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from phusong.grid import Grid
from phusong.layers.fractions import area_fractions
from phusong.zones.gaps import Gap

LYING = ("old", "new", "gap")
"""What the sums of `lying` are by."""
_PIXEL = 1_000_000_000
"""Areas are whole milliardths of a pixel: the rest is rounding of the coordinates, which must not break a tie."""
_GRAIN = 1_000
"""Sums of areas are compared in millionths of a pixel, for each of many pixels may be rounded."""
_SQUARE_PIXELS = 2048
_CHUNK = 256  # outlines at once
_FATES = {Gap.NONE: "served", Gap.UNKNOWN: "unknown", Gap.OUTSIDE: "outside"}
_CLOSED = ("zone_id", "gap", "first_seen", "last_seen", "closed", "why", "merged_into")


@dataclass(frozen=True)
class Event:
    """
    What happened to a zone between two periods.

    Every zone of now is `continued` or a `birth`, every zone of before is `continued` or a `death`. `others` are the
    parents of a `birth` and a `merge`, the parts of a `split`, and the zone into which a `death` merged.
    """

    kind: Literal["continued", "birth", "death", "split", "merge"]
    zone_id: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identity:
    """
    The zones of a period under their ids.

    Parameters
    ----------
    current
        Row by row with the zones found: `zone_id`, `parents` (ids joined by ;), `first_seen`, `last_seen` (periods),
        `gap_before` (None for a zone that is born).
    closed
        Every zone that ever was and is no more, in the order of the ids: `zone_id`, `gap`, `first_seen`, `last_seen`,
        `closed` (period), `why`, `merged_into`. `why` is `merged`, or where most of its people are now: `served`,
        `scattered` (in zones too small to draw), `unknown` (which is not served), `outside` the study.
    events
        By id, then kind.
    """

    current: pd.DataFrame
    closed: pd.DataFrame
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Before:
    """
    The zones before a period, as they are laid over the tiles of the period.

    Parameters
    ----------
    zones
        Those of the period before, in the order of their ids: `zone_id, gap, first_seen, last_seen` and outlines. They
        may come from another lattice.
    closed
        Zones closed before, as `Identity.closed` had them.
    pieces, owner
        The outlines, cut where they are large, and the row of the zone that each is of.
    """

    zones: gpd.GeoDataFrame
    closed: pd.DataFrame
    pieces: NDArray[np.object_]
    owner: NDArray[np.int64]

    @classmethod
    def of(cls, previous: gpd.GeoDataFrame, closed: pd.DataFrame, grid: Grid) -> Before:
        """
        Zones of the period before (no rows in the first period) and zones closed before.

        Raises
        ------
        ValueError
            When an id of before is there twice, or the outlines are in another CRS.
        """
        used = [*previous.zone_id, *closed.zone_id]
        if len(set(used)) < len(used) or (len(previous) and previous.crs != grid.crs):
            raise ValueError("zones of before need ids of their own, and outlines in the grid's CRS")
        old = previous.sort_values("zone_id").reset_index(drop=True)
        pieces = [_cut(shape, grid.pixel_m) for shape in old.geometry]
        owner = np.repeat(np.arange(len(old)), [len(own) for own in pieces]).astype(np.int64)
        return cls(old, closed, np.array([piece for own in pieces for piece in own], object), owner)


def lying(
    before: Before, label: NDArray[np.int32], gap: NDArray[np.uint8], micro: NDArray[np.int64], part: Grid
) -> pd.DataFrame:
    """
    What lies of each zone of before on a tile, to be added over the tiles by `old`, `new` and `gap`.

    Parameters
    ----------
    label, gap, micro
        Row of the zone (-1 in none), value of `Gap` and micro-persons of each pixel of the tile.

    Returns
    -------
    `old`, `new` (row of the zone of now, -1 in none), `gap`, `micro` (micro-persons, whole in each pixel) and `area`
    (milliardths of a pixel): whole numbers, so that no order of tiles makes a difference.
    """
    near = np.flatnonzero(_meeting(before.pieces, part))
    piece = area_fractions(before.pieces[near], part).tocoo()
    area = np.rint(piece.data * _PIXEL).astype(np.int64)
    table = pd.DataFrame(
        {
            "old": before.owner[near][piece.row],
            "new": label.ravel()[piece.col].astype(np.int64),
            "gap": gap.ravel()[piece.col].astype(np.int64),
            "micro": np.rint(area / _PIXEL * micro.ravel()[piece.col]).astype(np.int64),
            "area": area,
        }
    )
    return table.groupby(list(LYING), as_index=False).sum()


def on_no_tile(before: Before, found: pd.DataFrame, parts: Sequence[Grid], grid: Grid) -> pd.DataFrame:
    """
    The ground of the zones of before that lies on the study's grid and on none of its tiles: outside, without people.

    Parameters
    ----------
    found
        What lies on the tiles, as of `lying`.
    """
    within = np.zeros(len(before.pieces), bool)
    west, south, east, north = shapely.bounds(before.pieces).reshape(-1, 4).T
    for part in parts:
        within |= (west >= part.west) & (east <= part.east) & (south >= part.south) & (north <= part.north)
    apart = np.isin(before.owner, before.owner[~within])
    area = np.zeros(len(before.zones), np.int64)
    for start in range(0, len(before.pieces), _CHUNK):
        own = np.flatnonzero(apart[start : start + _CHUNK]) + start
        piece = area_fractions(before.pieces[own], grid).tocoo()
        np.add.at(area, before.owner[own][piece.row], np.rint(piece.data * _PIXEL).astype(np.int64))
    told = found[np.isin(found.old, before.owner[apart])]
    np.subtract.at(area, told.old.to_numpy(), told.area.to_numpy())
    left = np.flatnonzero(area)
    return pd.DataFrame({"old": left, "new": -1, "gap": int(Gap.OUTSIDE), "micro": 0, "area": area[left]})


def identify(before: Before, found: pd.DataFrame, zones: pd.DataFrame, period: str, overlap_share: float) -> Identity:
    """
    Give each zone its id, by the people who live in what it shares with the zones of before.

    Two zones are related when what they share holds at least `overlap_share` of the people of the smaller one; of its
    area where that has no people. People are those of now. Each zone of before passes its id to the related zone that
    holds most of its people; of equals to the one that holds more of its area, then to the more northern, then to the
    more western one. A zone that is passed several ids keeps that of the zone which gives it most people, then most
    area, then the first in the order of the ids, which is the older one; the other ids are closed as merged. A zone
    that is passed none is born: its id is the period and the next free number in the order of rank. An id never
    returns. A zone may change what it lacks and stay the same.

    Parameters
    ----------
    found
        What lies of the zones of before, as of `lying`, added over all tiles, with what lies on none of them.
    zones
        As of `patches.Patches`.
    """
    old, used = before.zones, [*before.zones.zone_id, *before.closed.zone_id]
    lain = found.assign(area=(found.area + _GRAIN // 2) // _GRAIN)
    links = _related(lain, zones, overlap_share)
    heir, keeper = _passed(links, zones)
    ids = _named(old, keeper, zones["rank"].to_numpy(), period, used)
    parents = _parents(old, links, len(ids))
    current = _current(old, keeper, ids, parents, period)
    gone = _closed(old, heir, keeper, _fates(lain, len(old)), ids, period)
    closed = before.closed
    every = pd.concat([closed.reindex(columns=list(_CLOSED)), gone]).astype(object) if len(closed) else gone
    ordered = every.sort_values("zone_id").reset_index(drop=True)
    ends = dict(zip(gone.zone_id, gone.merged_into, strict=True))
    return Identity(current, ordered, _events(ids, parents, _parts(old, links, ids), keeper, ends))


def _cut(shape: BaseGeometry, pixel_m: float) -> list[BaseGeometry]:
    """
    An outline, in squares of the lattice where its box is large: fractions are worked out in the box of a shape.

    The squares are those of the CRS, so that no grid or tile cuts a shape otherwise.
    """
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    edge_m = _SQUARE_PIXELS * pixel_m
    if (east - west) * (north - south) <= edge_m * edge_m:
        return [shape]
    squares = [
        shapely.box(column * edge_m, row * edge_m, (column + 1) * edge_m, (row + 1) * edge_m)
        for row in range(math.floor(south / edge_m), math.ceil(north / edge_m))
        for column in range(math.floor(west / edge_m), math.ceil(east / edge_m))
    ]
    pieces = shapely.get_parts(shapely.intersection(shape, np.array(squares, object)))
    return [piece for piece in pieces if piece.geom_type == "Polygon"]


def _meeting(shapes: NDArray[np.object_], part: Grid) -> NDArray[np.bool_]:
    """Shapes whose boxes meet a tile."""
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    return (west < part.east) & (east > part.west) & (south < part.north) & (north > part.south)


def _related(lain: pd.DataFrame, zones: pd.DataFrame, overlap_share: float) -> pd.DataFrame:
    """Pairs of an old and a new zone that share enough, with the micro-persons and the area that they share."""
    pairs = lain.groupby(["old", "new"], as_index=False)[["micro", "area"]].sum()
    before = pairs.groupby("old")[["micro", "area"]].sum()
    pairs = pairs[pairs.new >= 0].reset_index(drop=True)
    now = {"micro": zones.micro.to_numpy(), "area": zones.pixels.to_numpy() * (_PIXEL // _GRAIN)}
    people, area = (
        np.minimum(before[name].loc[pairs.old].to_numpy(), now[name][pairs.new]) for name in ("micro", "area")
    )
    inhabited = people > 0
    shared = np.where(inhabited, pairs.micro / np.where(inhabited, people, 1), pairs.area / np.maximum(area, 1))
    return pairs[shared >= overlap_share].reset_index(drop=True)


def _passed(links: pd.DataFrame, zones: pd.DataFrame) -> tuple[dict[int, int], dict[int, int]]:
    """The new zone to which each old one passes its id, and the old zone whose id each new one keeps."""
    ordered = links.assign(place=zones.first_pixel.to_numpy()[links.new])
    falling = [False, False, True]
    heirs = ordered.sort_values(["micro", "area", "place"], ascending=falling).drop_duplicates("old")
    keepers = heirs.sort_values(["micro", "area", "old"], ascending=falling).drop_duplicates("new")
    pairs = zip(heirs.old, heirs.new, strict=True), zip(keepers.new, keepers.old, strict=True)
    return {int(a): int(b) for a, b in pairs[0]}, {int(a): int(b) for a, b in pairs[1]}


def _named(
    old: pd.DataFrame, keeper: dict[int, int], rank: NDArray[np.integer], period: str, used: Iterable[str]
) -> list[str]:
    taken = set(used)
    free = (name for number in count(1) if (name := f"{period}-{number:04d}") not in taken)
    ids = [""] * len(rank)
    for new in np.argsort(rank):
        ids[new] = str(old.zone_id[keeper[new]]) if new in keeper else next(free)
    return ids


def _parents(old: pd.DataFrame, links: pd.DataFrame, zones: int) -> list[tuple[str, ...]]:
    found: list[list[str]] = [[] for _ in range(zones)]
    for before, new in sorted(zip(links.old, links.new, strict=True)):  # `old` is in the order of the ids
        found[new].append(old.zone_id[before])
    return [tuple(names) for names in found]


def _parts(old: pd.DataFrame, links: pd.DataFrame, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for before, new in zip(links.old, links.new, strict=True):
        found.setdefault(old.zone_id[before], []).append(ids[new])
    return {name: tuple(sorted(parts)) for name, parts in found.items()}


def _current(
    old: pd.DataFrame, keeper: dict[int, int], ids: Sequence[str], parents: Sequence[tuple[str, ...]], period: str
) -> pd.DataFrame:
    kept = [keeper.get(new) for new in range(len(ids))]
    columns = {
        "zone_id": list(ids),
        "parents": [";".join(names) for names in parents],
        "first_seen": [period if k is None else old.first_seen[k] for k in kept],
        "last_seen": [period] * len(ids),
        "gap_before": [None if k is None else old.gap[k] for k in kept],
    }
    return pd.DataFrame(columns, dtype=object)


def _fates(lain: pd.DataFrame, zones: int) -> list[str]:
    """Where most of the people of each old zone are, most of its area if it has none now."""
    kinds = lain.groupby(["old", "gap"], as_index=False)[["micro", "area"]].sum()
    most = kinds.sort_values(["micro", "area", "gap"], ascending=[False, False, True]).drop_duplicates("old")
    gap = dict(zip(most.old, most.gap, strict=True))
    return [_FATES.get(Gap(gap.get(k, Gap.OUTSIDE)), "scattered") for k in range(zones)]


def _closed(
    old: pd.DataFrame,
    heir: dict[int, int],
    keeper: dict[int, int],
    fates: Sequence[str],
    ids: Sequence[str],
    period: str,
) -> pd.DataFrame:
    kept = set(keeper.values())
    gone = [k for k in range(len(old)) if k not in kept]
    ended = old.loc[gone, ["zone_id", "gap", "first_seen", "last_seen"]].reset_index(drop=True)
    why = ["merged" if k in heir else fates[k] for k in gone]
    into = [ids[heir[k]] if k in heir else None for k in gone]
    told = {"closed": [period] * len(gone), "why": why, "merged_into": into}
    return pd.concat([pd.DataFrame(ended), pd.DataFrame(told, dtype=object)], axis=1).astype(object)


def _events(
    ids: Sequence[str],
    parents: Sequence[tuple[str, ...]],
    parts: dict[str, tuple[str, ...]],
    keeper: dict[int, int],
    ends: dict[str, str | None],
) -> tuple[Event, ...]:
    found = [Event("death", name, (into,) if into else ()) for name, into in ends.items()]
    found += [Event("split", name, into) for name, into in parts.items() if len(into) > 1]
    for new, (name, own) in enumerate(zip(ids, parents, strict=True)):
        found.append(Event("continued", name) if new in keeper else Event("birth", name, own))
        found += [Event("merge", name, own)] if len(own) > 1 else []
    return tuple(sorted(found, key=lambda event: (event.zone_id, event.kind)))
