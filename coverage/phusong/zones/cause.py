"""Cause: which change would give a dead zone signal, and the smallest of those that would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.errors import ConfigError
from phusong.grid import Grid
from phusong.text import nearest, sort_key
from phusong.zones.fragments import in_study

DATA_FAULT, OTHER_OPERATOR, WITHOUT_POWER, PLANNED = (
    "data_fault",
    "other_operator",
    "site_without_power",
    "planned_site",
)
TILT, BAND, HEIGHT = "tilt", "band", "antenna_height"
SHADOW, NO_SITE, NO_GRID, CONGESTION = "terrain_shadow", "no_site_in_reach", "no_grid", "congestion"
CAUSES = (
    DATA_FAULT, OTHER_OPERATOR, WITHOUT_POWER, PLANNED, TILT, BAND, HEIGHT, SHADOW, NO_SITE, NO_GRID, CONGESTION,
)  # fmt: skip
"""
Causes from the smallest change to the largest. Of `SHADOW` and `NO_SITE`, whose cure is a new place, just one holds;
`NO_GRID` speaks of power, and `CONGESTION` waits for measurements.
"""
_CERTAIN = 10_000


@dataclass(frozen=True)
class Sampled:
    """
    The pixels of zones at which changes are tried: arrays of one length, by pixel.

    Parameters
    ----------
    pixel, zone, micro
        Place in the flattened grid, row of the zone, and micro-persons.
    """

    pixel: NDArray[np.int64]
    zone: NDArray[np.int64]
    micro: NDArray[np.int64]

    def only(self, kept: NDArray[np.bool_]) -> Sampled:
        """The pixels where `kept` is true."""
        return Sampled(self.pixel[kept], self.zone[kept], self.micro[kept])


def sampled(
    label: NDArray[np.int32], micro: NDArray[np.int64], zones: NDArray[np.bool_], most: int, part: Grid, grid: Grid
) -> Sampled:
    """
    The most populous pixels of some zones on a tile, as of `most_populous`.

    Parameters
    ----------
    label
        Row of the zone of each pixel of the tile, -1 in none.
    zones
        Which are asked.
    part, grid
        The tile, and the study, of whose flattened grid the places are told.

    Examples
    --------
    >>> from pyproj import CRS
    >>> grid = Grid(CRS(3405), 0.0, 0.0, 50.0, (2, 3))
    >>> label, micro = np.array([[0, 0, 1], [0, -1, 1]], np.int32), np.array([[5, 7, 0], [5, 9, 8]])
    >>> sampled(label, micro, np.array([True, True]), 2, grid, grid)
    Sampled(pixel=array([0, 1, 5]), zone=array([0, 0, 1]), micro=array([5, 7, 8]))
    """
    place = np.flatnonzero((micro > 0) & np.append(zones, False)[label])
    zone, people = label.ravel()[place].astype(np.int64), micro.ravel()[place]
    return most_populous([Sampled(in_study(place, part, grid), zone, people)], most)


def most_populous(tiles: Sequence[Sampled], most: int) -> Sampled:
    """The most populous pixels of all tiles, `most` of a zone at most; of equally many people the first pixel."""
    pixel, zone, people = (
        np.concatenate([np.empty(0, np.int64), *(getattr(own, name) for own in tiles)])
        for name in ("pixel", "zone", "micro")
    )
    order = np.lexsort((pixel, -people, zone))
    _, start, count = np.unique(zone[order], return_index=True, return_counts=True)
    kept = order[np.arange(order.size) - np.repeat(start, count) < most]
    kept = kept[np.argsort(pixel[kept])]
    return Sampled(pixel[kept], zone[kept], people[kept])


def suspects(
    sites: pd.DataFrame, last_day: dt.date, as_of: dt.date | None, unpowered: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """
    Sites that do not count in the period, by the cause they stand for if they would cure; a site may be in two.

    - `data_fault`: their status says that they are on air, and their on-air date is missing or after the day of which
      the file speaks;
    - `site_without_power`: their status is off, or they live on mains where there is none;
    - `planned_site`: their status is planned, or their on-air date is after the period.

    A site off the terrain is none of them: what it reaches has unknown signal, and lacks none.

    Parameters
    ----------
    sites
        status, on_air_date, on_air.
    last_day, as_of
        Last day of the period, and the day of which the file speaks.
    unpowered
        Sites known to live on mains where power is known to be lacking.
    """
    idle = ~sites.on_air.to_numpy(bool)
    status, undated = sites.status.to_numpy(object), sites.on_air_date.isna().to_numpy(bool)
    later = (sites.on_air_date > pd.Timestamp(last_day)).to_numpy(bool)
    beyond = np.zeros(len(sites), bool) if as_of is None else (sites.on_air_date > pd.Timestamp(as_of)).to_numpy(bool)
    fault = idle & (status == "on_air") & (undated | beyond)
    dark = idle & ((status == "off") | unpowered)
    planned = idle & ~fault & (status != "off") & ((status == "planned") | later)
    return {DATA_FAULT: fault, WITHOUT_POWER: dark, PLANNED: planned}


def refuse_unknown_operators(wanted: Sequence[str], known: Sequence[str]) -> None:
    """
    Stop when the zones ask for an operator that has no site.

    Parameters
    ----------
    wanted
        `zones.operators` of the project.
    known
        Operators of the sites.

    Raises
    ------
    ConfigError
        Naming every such operator, and the nearest that has one.
    """
    strange = sorted(set(wanted) - set(known), key=sort_key)
    if strange:
        near = {name: nearest(name, sorted(set(known))) for name in strange}
        told = [f"'{name}'" + (f" (did you mean '{near[name]}'?)" if near[name] else "") for name in strange]
        raise ConfigError(f"zones.operators: no site in reach is of {', '.join(told)}")


def trial(
    at: Sampled,
    before_ddbm: NDArray[np.float64],
    after_ddbm: NDArray[np.float64],
    thresholds_ddbm: Mapping[str, int],
    site: NDArray[np.int64],
    place: NDArray[np.int64],
    over_ddb: NDArray[np.int64],
) -> pd.DataFrame:
    """
    What one change would do to each zone.

    Parameters
    ----------
    at
        The pixels at which it was tried.
    before_ddbm, after_ddbm
        Levels there, shape (technologies, pixels), -inf for none; what the change makes worse stays as it was.
    thresholds_ddbm
        By technology, in the order of the levels.
    site, place, over_ddb
        Which site would give which of the pixels the threshold, and by how much more.

    Returns
    -------
    One row a zone, by `zone`: `micro` (of the people tested), `cured_micro`, `cured_share` (cut to ten-thousandths),
    `site` (the strongest for most of the cured, of equal ones the lower; -1 for none), and of the `technology` that
    comes nearest to its threshold after the change (of equal ones the first) `before_ddbm`, `after_ddbm` (medians over
    the pixels tested) and `threshold_ddbm`.
    """
    zones, of = np.unique(at.zone, return_inverse=True)
    cured = np.zeros(at.pixel.size, bool)
    cured[place] = True
    people, well = (_summed(of, own, zones.size) for own in (at.micro, np.where(cured, at.micro, 0)))
    level = _nearest_level(of, zones.size, before_ddbm, np.maximum(before_ddbm, after_ddbm), thresholds_ddbm)
    share = well * _CERTAIN // people / _CERTAIN
    busiest = _busiest(at.micro, of, zones.size, site, place, over_ddb)
    told = {"micro": people, "cured_micro": well, "cured_share": share, "site": busiest, **level}
    return pd.DataFrame(told, index=pd.Index(zones, name="zone"))


def smallest(trials: pd.DataFrame, cured_share: float) -> pd.DataFrame:
    """
    Of trials in their order, for each zone the first that cures; else the one that cures most, then the strongest.

    Parameters
    ----------
    trials
        As of `trial`, one below the other, with `change` and the number of the `step`; zones that a step before has
        cured may be missing.

    Returns
    -------
    One row a zone, by `zone`, with `holds`: whether it cures.
    """
    every = trials.reset_index()
    holds = every.cured_share >= cured_share
    keyed = every.assign(
        holds=holds, more=every.cured_micro.where(~holds, 0), stronger=every.after_ddbm.where(~holds, 0)
    )
    keys = ["zone", "holds", "more", "stronger", "step"]
    ordered = keyed.sort_values(keys, ascending=[True, False, False, False, True]).drop_duplicates("zone")
    return ordered.set_index("zone").drop(columns=["more", "stronger", "step"])


def _summed(of: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, np.int64)
    np.add.at(total, of, values)
    return total


def _busiest(
    micro: NDArray[np.int64],
    of: NDArray[np.int64],
    zones: int,
    site: NDArray[np.int64],
    place: NDArray[np.int64],
    over_ddb: NDArray[np.int64],
) -> NDArray[np.int64]:
    """By zone, the site that is the strongest for most people of those who are cured; of equal ones the lower."""
    order = np.lexsort((site, -over_ddb, place))
    first = order[_first(place[order])]
    pairs, which = np.unique(np.stack([of[place[first]], site[first]]), axis=1, return_inverse=True)
    served = _summed(which.ravel(), micro[place[first]], pairs.shape[1])
    order = np.lexsort((pairs[1], -served, pairs[0]))
    most = order[_first(pairs[0][order])]
    found = np.full(zones, -1, np.int64)
    found[pairs[0][most]] = pairs[1][most]
    return found


def _first(ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of ordered numbers are the first of their kind."""
    return np.append(True, np.diff(ordered) != 0)[: ordered.size]


def _nearest_level(
    of: NDArray[np.int64],
    zones: int,
    before_ddbm: NDArray[np.float64],
    after_ddbm: NDArray[np.float64],
    thresholds_ddbm: Mapping[str, int],
) -> dict[str, NDArray[np.generic]]:
    """Median levels of each zone in the technology that comes nearest to its threshold."""
    names = np.array(list(thresholds_ddbm), object)
    steps = np.array(list(thresholds_ddbm.values()), float)
    before, after = (_medians(of, zones, levels) for levels in (before_ddbm, after_ddbm))
    chosen = np.argmax(after - steps[:, np.newaxis], axis=0)
    row = np.arange(zones)
    return {
        "technology": names[chosen],
        "before_ddbm": before[chosen, row],
        "after_ddbm": after[chosen, row],
        "threshold_ddbm": steps[chosen],
    }


def _medians(of: NDArray[np.int64], zones: int, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median level of each zone, every one of which has a pixel; shape (technologies, zones)."""
    count = np.bincount(of, minlength=zones)
    start = np.cumsum(count) - count
    ordered = np.array([own[np.lexsort((own, of))] for own in levels]).reshape(len(levels), of.size)
    return np.asarray((ordered[:, start + (count - 1) // 2] + ordered[:, start + count // 2]) / 2)
