"""Candidates: the sites whose signal counts, and those whose would if something were otherwise, with their carriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.antennas import Pattern
from phusong.radio.carrier import Carrier, carriers

Masks = Mapping[str, NDArray[np.bool_]]
Groups = Mapping[str, Sequence[Carrier]]


class Candidates:
    """
    Sites by group; the carriers of a site are made when they are asked for.

    Parameters
    ----------
    sites
        As the radio engine takes them.
    masks
        Sites of each group; a site may be in several, or in none.
    aside
        Further carriers by group, of rows behind those of the sites.
    """

    def __init__(
        self, project: Project, antennas: Mapping[str, Pattern], sites: pd.DataFrame, masks: Masks, aside: Groups
    ) -> None:
        self.sites, self.masks, self.aside = sites, masks, aside
        self.antennas, self._radio = antennas, project.radio
        self._made: dict[int, Carrier] = {}

    def within(self, bounds: tuple[float, float, float, float]) -> Near:
        """Those in a box: west, south, east, north in metres."""
        west, south, east, north = bounds
        in_a_group = np.logical_or.reduce([np.zeros(len(self.sites), bool), *self.masks.values()])
        here = self.sites.x_m.between(west, east) & self.sites.y_m.between(south, north)
        rows = np.flatnonzero(here.to_numpy(bool) & in_a_group)
        aside = {
            name: [one for one in own if west <= one.x_m <= east and south <= one.y_m <= north]
            for name, own in self.aside.items()
        }
        behind = {one.row for own in aside.values() for one in own}
        return Near(self, rows, aside, np.concatenate([rows, np.array(sorted(behind), np.int64)]))

    def carriers(self, rows: NDArray[np.int64]) -> list[Carrier]:
        """Carriers of some sites."""
        new = np.array([row for row in rows.tolist() if row not in self._made], np.int64)
        made = carriers(self.sites.iloc[new], self._radio, self.antennas)
        self._made.update((row, replace(one, row=row)) for row, one in zip(new.tolist(), made, strict=True))
        return [self._made[row] for row in rows.tolist()]


@dataclass(frozen=True)
class Near:
    """
    Candidates in a box.

    Parameters
    ----------
    rows
        Of the sites, rising.
    aside
        Further carriers by group.
    every
        All rows, of sites and of further carriers, rising: a site's place among them is the same whatever stands
        elsewhere.
    """

    of: Candidates
    rows: NDArray[np.int64]
    aside: Groups
    every: NDArray[np.int64]

    @property
    def told(self) -> list[Any]:
        """All that their carriers depend on, beside the settings."""
        masks = {name: mask[self.rows] for name, mask in self.of.masks.items()}
        aside = {name: [replace(one, row=int(self.place(one.row))) for one in own] for name, own in self.aside.items()}
        named = set(self.of.sites["antenna"].iloc[self.rows].dropna()) if "antenna" in self.of.sites else set()
        patterns = {name: pattern for name, pattern in self.of.antennas.items() if name in named}
        return [self.of.sites.iloc[self.rows], masks, aside, patterns]

    def groups(self) -> dict[str, list[Carrier]]:
        """Their carriers by group, in the order of their rows."""
        return {
            name: [*self.of.carriers(self.rows[mask[self.rows]]), *self.aside.get(name, [])]
            for name, mask in self.of.masks.items()
        }

    def place(self, row: Any) -> Any:
        """Places among `every` of rows; -1 of -1."""
        return np.where(np.asarray(row) < 0, -1, np.searchsorted(self.every, row))
