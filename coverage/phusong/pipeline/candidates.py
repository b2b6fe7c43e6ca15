"""Candidates: the sites whose signal counts, and those whose would if something were otherwise, with their carriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.layers.antennas import Pattern
from phusong.radio.carrier import Carrier, carriers

Masks = Mapping[str, NDArray[np.bool_]]
Groups = Mapping[str, Sequence[Carrier]]


@dataclass(frozen=True)
class Candidates:
    """
    Sites by group.

    Parameters
    ----------
    sites
        As the radio engine takes them.
    masks
        Sites of each group; a site may be in several, or in none.
    aside
        Further carriers by group, of rows behind those of the sites.
    antennas
        Patterns by the names that sites call them.
    """

    sites: pd.DataFrame
    masks: Masks
    aside: Groups
    antennas: Mapping[str, Pattern]

    def within(self, bounds: tuple[float, float, float, float]) -> tuple[Candidates, NDArray[np.int64]]:
        """
        Those of a group in a box (west, south, east, north in metres), and the row here of each of theirs, rising.

        Nothing of them depends on what stands elsewhere.
        """
        west, south, east, north = bounds
        in_a_group = np.logical_or.reduce([np.zeros(len(self.sites), bool), *self.masks.values()])
        inside = self.sites.x_m.between(west, east) & self.sites.y_m.between(south, north)
        rows = np.flatnonzero(inside.to_numpy(bool) & in_a_group)
        aside = {
            name: [one for one in own if west <= one.x_m <= east and south <= one.y_m <= north]
            for name, own in self.aside.items()
        }
        behind = np.array(sorted({one.row for own in aside.values() for one in own}), np.int64)
        place = {row: number for number, row in enumerate(behind.tolist(), len(rows))}
        sites = self.sites.iloc[rows].reset_index(drop=True)
        named = set(sites["antenna"].dropna()) if "antenna" in sites else set()
        cut = Candidates(
            sites,
            {name: mask[rows] for name, mask in self.masks.items()},
            {name: [replace(one, row=place[one.row]) for one in own] for name, own in aside.items()},
            {name: pattern for name, pattern in self.antennas.items() if name in named},
        )
        return cut, np.concatenate([rows, behind])

    @property
    def told(self) -> list[Any]:
        """All that their carriers depend on, beside the settings."""
        return list(vars(self).values())

    def groups(self, radio: Radio) -> dict[str, list[Carrier]]:
        """Their carriers by group, in the order of their rows."""
        every = carriers(self.sites, radio, self.antennas)
        return {
            name: [*(every[row] for row in np.flatnonzero(mask)), *self.aside.get(name, [])]
            for name, mask in self.masks.items()
        }
