"""Identity: which dead zone of this period is which of the period before, so that a zone keeps its id through time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.fractions import area_fractions
from phusong.zones.gaps import Gap
from phusong.zones.patches import Patches

_DECIMALS = 9  # of a pixel's fraction: the rest is rounding of the coordinates, which must not break a tie
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


def identify(
    previous: gpd.GeoDataFrame,
    closed: pd.DataFrame,
    found: Patches,
    gap: NDArray[np.uint8],
    micro: NDArray[np.int64],
    grid: Grid,
    period: str,
    overlap_share: float,
) -> Identity:
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
    previous
        Zones of the period before, `zone_id, gap, first_seen, last_seen` and outlines in the grid's CRS; they may come
        from another lattice. No rows in the first period.
    closed
        Zones closed before, as `Identity.closed` had them.
    gap
        Value of `Gap` of each pixel.
    micro
        Micro-persons of each pixel.

    Raises
    ------
    ValueError
        When an id of before is there twice, or the outlines are in another CRS.
    """
    used = [*previous.zone_id, *closed.zone_id]
    if len(set(used)) < len(used) or (len(previous) and previous.crs != grid.crs):
        raise ValueError("zones of before need ids of their own, and outlines in the grid's CRS")
    old = previous.sort_values("zone_id").reset_index(drop=True)
    lying = _lying(old, found.label, gap, micro, grid)
    links = _related(lying, found.label, micro, overlap_share)
    heir, keeper = _passed(links, found.label)
    ids = _named(old, keeper, found.zones["rank"].to_numpy(), period, used)
    parents = _parents(old, links, len(ids))
    current = _current(old, keeper, ids, parents, period)
    gone = _closed(old, heir, keeper, _fates(lying, len(old)), ids, period)
    every = pd.concat([closed.reindex(columns=list(_CLOSED)), gone]).astype(object) if len(closed) else gone
    ordered = every.sort_values("zone_id").reset_index(drop=True)
    ends = dict(zip(gone.zone_id, gone.merged_into, strict=True))
    return Identity(current, ordered, _events(ids, parents, _parts(old, links, ids), keeper, ends))


def _lying(
    old: gpd.GeoDataFrame, label: NDArray[np.int32], gap: NDArray[np.uint8], micro: NDArray[np.int64], grid: Grid
) -> pd.DataFrame:
    """Micro-persons and area in pixels of each old zone in each new one (-1 in none) and in each kind of gap."""
    part = area_fractions(old.geometry.to_numpy(), grid).tocoo()
    share = part.data.round(_DECIMALS)
    table = pd.DataFrame(
        {
            "old": part.row,
            "new": label.ravel()[part.col],
            "gap": gap.ravel()[part.col],
            "micro": share * micro.ravel()[part.col],
            "area": share,
        }
    )
    sums = table.groupby(["old", "new", "gap"], as_index=False).sum()
    return sums.assign(micro=sums.micro.round().astype(np.int64), area=sums.area.round(_DECIMALS - 3))


def _related(
    lying: pd.DataFrame, label: NDArray[np.int32], micro: NDArray[np.int64], overlap_share: float
) -> pd.DataFrame:
    """Pairs of an old and a new zone that share enough, with the micro-persons and the area that they share."""
    pairs = lying.groupby(["old", "new"], as_index=False)[["micro", "area"]].sum()
    before = pairs.groupby("old")[["micro", "area"]].sum()
    pairs = pairs[pairs.new >= 0].reset_index(drop=True)
    drawn = label >= 0
    zones = int(label.max(initial=-1)) + 1
    now = {"micro": np.bincount(label[drawn], micro[drawn], zones), "area": np.bincount(label[drawn], minlength=zones)}
    people, area = (
        np.minimum(before[name].loc[pairs.old].to_numpy(), now[name][pairs.new]) for name in ("micro", "area")
    )
    inhabited = people > 0
    shared = np.where(inhabited, pairs.micro / np.where(inhabited, people, 1), pairs.area / np.maximum(area, 1e-9))
    return pairs[shared >= overlap_share].reset_index(drop=True)


def _passed(links: pd.DataFrame, label: NDArray[np.int32]) -> tuple[dict[int, int], dict[int, int]]:
    """The new zone to which each old one passes its id, and the old zone whose id each new one keeps."""
    values, first = np.unique(label, return_index=True)
    place = pd.Series(first, index=values)
    ordered = links.assign(place=place.loc[links.new].to_numpy())
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


def _fates(lying: pd.DataFrame, zones: int) -> list[str]:
    """Where most of the people of each old zone are, most of its area if it has none now."""
    kinds = lying.groupby(["old", "gap"], as_index=False)[["micro", "area"]].sum()
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
    gone = [k for k in range(len(old)) if k not in set(keeper.values())]
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
