"""Evidence: which rows in metres each system puts near the areas that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.statement import Statement
from phusong.intake.coordinates.vn2000 import System, made_of, meridians, systems

NEAR_M = 1_000
"""Outlines are generalised, and a scale factor that is wrong moves a place by 700 m."""
_SAMPLE = 3_000
_PLACE_M = 500
"""Rows of one claim that stand no farther apart are one witness."""


@dataclass(frozen=True)
class Evidence:
    """
    Readings of rows in metres.

    Parameters
    ----------
    systems
        Systems that come into question, the meridians alone: a wrong scale factor is looked for later.
    longitude, latitude
        Of each system and row, degrees.
    near
        Of each system and row, whether the reading is near an area that the row means.
    meant
        Rows, and the areas that they mean; a province that contradicts the commune too.
    firm
        Of these, whether the row is held to the area: not to a province that contradicts the commune.
    group
        Of each row: rows of one old province, or else of one province of the day.
    expected
        Of each group the meridians in which its ground was surveyed.
    witness
        The first row of each place and claim.
    broad
        Rows that mean a whole province.
    """

    systems: tuple[System, ...]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    near: NDArray[np.bool_]
    meant: tuple[NDArray[np.int64], NDArray[np.int64]]
    firm: NDArray[np.bool_]
    group: NDArray[np.int64]
    expected: tuple[frozenset[float], ...]
    witness: NDArray[np.bool_]
    broad: NDArray[np.bool_]
    said: Statement

    @cached_property
    def means(self) -> NDArray[np.bool_]:
        """Rows that mean an area."""
        found = np.zeros(self.near.shape[1], bool)
        found[self.meant[0]] = True
        return found

    @cached_property
    def contradicted(self) -> NDArray[np.bool_]:
        """Rows whose commune and province disagree."""
        found = np.zeros(self.near.shape[1], bool)
        found[self.meant[0][~self.firm]] = True
        return found

    def told(self, row: int, systems: Iterable[int]) -> str:
        """Readings of a row, for people."""
        return "; ".join(
            f"{self.systems[j].name}: {self.latitude[j, row]:.6f}, {self.longitude[j, row]:.6f}" for j in systems
        )

    def groups(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Groups and their rows."""
        order = np.argsort(self.group, kind="stable")
        bounds = np.searchsorted(self.group[order], np.arange(len(self.expected) + 1))
        for group in range(len(self.expected)):
            rows = order[bounds[group] : bounds[group + 1]]
            if len(rows):
                yield group, rows

    def within(
        self, ground: Ground, metres: float, rows: NDArray[np.int64], systems: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Of some systems and rows, whether the reading lies within some metres of an area that the row is held to."""
        wanted = np.zeros(self.near.shape[1], bool)
        wanted[rows] = True
        at = wanted[self.meant[0]] & self.firm
        own, areas = self.meant[0][at], self.meant[1][at]
        found = np.zeros((len(systems), self.near.shape[1]), bool)
        for k, j in enumerate(systems):
            found[k, own[ground.near(self.longitude[j, own], self.latitude[j, own], areas, metres)]] = True
        return found[:, rows]

    def due(self, group: int) -> list[int]:
        """Systems in which the ground of a group was surveyed."""
        return [j for j, one in enumerate(self.systems) if one.meridian_deg in self.expected[group]]


def gathered(
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    said: Statement,
) -> Evidence:
    """The readings of rows in every system that is expected of them, or that puts some of a sample near their areas."""
    group, expected = _groups(claims)
    rows, areas = ground.meant(claims, either=True)
    kept = _kept(northing, easting, (rows, areas), expected, ground, said)
    longitude, latitude = np.zeros((2, len(kept), len(northing)))
    near = np.zeros((len(kept), len(northing)), bool)
    for j, system in enumerate(kept):
        longitude[j], latitude[j] = system.to_wgs84(easting, northing)
        near[j, rows[ground.near(longitude[j, rows], latitude[j, rows], areas, NEAR_M)]] = True
    broad = np.zeros(len(northing), bool)
    broad[rows[areas >= len(ground.communes)]] = True
    broad[claims.pairs()[0]] = False
    firm = (areas < len(ground.communes)) | broad[rows]
    witness = _witnesses(northing, easting, claims)
    return Evidence(kept, longitude, latitude, near, (rows, areas), firm, group, expected, witness, broad, said)


def _groups(claims: Claims) -> tuple[NDArray[np.int64], tuple[frozenset[float], ...]]:
    keys = ["|".join(claim.old_provinces) or claim.province for claim in claims.different]
    order = sorted(set(keys))
    expected = dict.fromkeys(order, frozenset[float]())
    for claim, key in zip(claims.different, keys, strict=True):
        expected[key] |= _expected(claim)
    return np.array([order.index(key) for key in keys], np.int64)[claims.of_row], tuple(expected[k] for k in order)


def _expected(claim: Claim) -> frozenset[float]:
    """Meridians in which the ground of a claim was surveyed."""
    old = claim.old_provinces or made_of().get(claim.province, (claim.province,))
    return frozenset(meridians()[name] for name in old if name in meridians())


def _kept(
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    meant: tuple[NDArray[np.int64], NDArray[np.int64]],
    expected: tuple[frozenset[float], ...],
    ground: Ground,
    said: Statement,
) -> tuple[System, ...]:
    due = frozenset[float]().union(*expected)
    step = max(1, len(northing) // _SAMPLE)
    chosen = meant[0] % step == 0
    rows, areas = meant[0][chosen], meant[1][chosen]
    enough = max(1, len(rows) // 1_000)
    named = () if said.system is None else (said.system,)
    others = [one for one in systems() if not named or one.meridian_deg != named[0].meridian_deg]
    kept = [*named]
    for system in others:
        degrees = system.to_wgs84(easting[rows], northing[rows])
        if system.meridian_deg in due or not len(rows) or ground.near(*degrees, areas, NEAR_M).sum() >= enough:
            kept.append(system)
    return tuple(kept)


def _witnesses(northing: NDArray[np.float64], easting: NDArray[np.float64], claims: Claims) -> NDArray[np.bool_]:
    """The first row of each place and claim."""
    places = pd.DataFrame({"n": northing // _PLACE_M, "e": easting // _PLACE_M, "claim": claims.of_row})
    return ~places.duplicated().to_numpy(bool)
