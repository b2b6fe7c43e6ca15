"""Zones: the meridian in which each row in metres is read, as far as rows and their claims decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.coordinates.evidence import NEAR_M, Evidence
from phusong.intake.coordinates.ground import Ground

_ENOUGH = 3
"""So many places must speak for a system and against each other one."""
_CONTRARY = 4
"""So many times as many must speak for it as against it."""
_SURE, _SURE_OF_PROVINCE = 0.5, 0.9
"""Share of a group's places that a system puts near the communes meant, or into the province."""
_OF_MIXTURE = 0.1
_FILE_WIDE = 10
"""Rows that mean no place follow the one system of their file when so many places speak for it."""
_BY_M = 300
"""In a file of several systems a row is believed that lies so near the commune it means."""
_MAST_PER_DEG = 1_000
"""A thousandth of a degree: rows that close were measured together, and in one system."""
_TOLD, _SAMPLE = 6, 200

Own = tuple[list[int], bool]
"""Systems of a group, the best first, and whether the rows of the group alone are sure of the one."""


@dataclass(frozen=True)
class _Reading:
    """Systems and rivals of some rows."""

    rows: NDArray[np.int64]
    system: NDArray[np.int64]
    rivals: NDArray[np.object_]

    def into(self, system: NDArray[np.int64], rivals: NDArray[np.object_]) -> None:
        """Write them among those of all rows."""
        system[self.rows], rivals[self.rows] = self.system, self.rivals


def chosen(evidence: Evidence, ground: Ground, tolerance_m: float) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """
    System of each row, -1 where none comes into question; and the readings between which nothing decides, as text.

    A group of rows that is sure of its system is read in it; but in a file of several systems a row that lies by its
    commune in none of them, or in another, may be of another. A group that is not sure is read row by row: near the
    commune meant in one system of all, and that an expected one.
    """
    stated = _stated(evidence)
    if stated is not None:
        return np.full(evidence.near.shape[1], stated), np.full(evidence.near.shape[1], "", object)
    own = {group: _own(evidence, group, rows) for group, rows in evidence.groups()}
    system, rivals = np.full(evidence.near.shape[1], -1), np.full(evidence.near.shape[1], "", object)
    sure = {systems[0] for systems, certain in own.values() if certain}
    file_wide = _file_wide(evidence, own)
    for group, rows in evidence.groups():
        systems, certain = own[group]
        if certain:
            system[rows] = systems[0]
            continue
        systems = list(dict.fromkeys([*(systems or evidence.due(group)), *(sure if len(sure) == 1 else ())]))
        _one_by_one(evidence, ground, tolerance_m, rows, systems, file_wide).into(system, rivals)
    alive = sorted(set(system[(rivals == "") & (system >= 0)].tolist()))
    if len(alive) > 1:
        for group, rows in evidence.groups():
            systems, certain = own[group]
            if certain:
                _strays(evidence, ground, tolerance_m, rows, systems[0], alive).into(system, rivals)
        _siblings(evidence, system, rivals)
    return system, rivals


def _stated(evidence: Evidence) -> int | None:
    """The system that the file names, unless its rows lie elsewhere in it."""
    if evidence.said.system is None:
        return None
    at = evidence.systems.index(evidence.said.system)
    witnesses = evidence.witness & evidence.means
    return at if not witnesses.any() or evidence.near[at, witnesses].mean() >= _SURE else None


def _own(evidence: Evidence, group: int, rows: NDArray[np.int64]) -> Own:
    """Systems that the rows of a group speak for: one; several on ground of several old provinces; or none."""
    witnesses = rows[evidence.witness[rows] & evidence.means[rows]]
    near, due = evidence.near[:, witnesses], evidence.due(group)
    if not len(witnesses) or not len(near):
        return [], False
    hits = near.sum(axis=1)
    best = int(np.argmax(2 * hits + np.isin(np.arange(len(hits)), due)))
    for_best = (near[best] & ~near).sum(axis=1)
    against = (near & ~near[best]).sum(axis=1)
    open_ = [
        j for j in range(len(hits)) if j != best and (for_best[j] < _ENOUGH or against[j] * _CONTRARY > for_best[j])
    ]
    broad = bool(evidence.broad[witnesses].any())
    share = hits[best] / len(witnesses)
    if not open_ and hits[best] >= _ENOUGH and share >= (_SURE_OF_PROVINCE if broad else _SURE):
        return [best], not broad or due == [best]  # rows of another zone would lie in a merged province just as well
    mixed = [j for j in open_ if against[j] >= _ENOUGH and (j in due or against[j] >= _OF_MIXTURE * len(witnesses))]
    if (mixed or best in due) and near[[best, *mixed]].any(axis=0).mean() >= _SURE:
        return [best, *mixed], False
    return [], False


def _file_wide(evidence: Evidence, own: dict[int, Own]) -> int:
    """The one system that all groups of a file are sure of, with many witnesses; -1 for none."""
    found = {systems[0] if certain else -1 for group, (systems, certain) in own.items() if _means(evidence, group)}
    if len(found) != 1 or -1 in found:
        return -1
    [system] = found
    return system if (evidence.near[system] & evidence.witness).sum() >= _FILE_WIDE else -1


def _means(evidence: Evidence, group: int) -> bool:
    return bool(evidence.means[evidence.group == group].any())


def _one_by_one(
    evidence: Evidence,
    ground: Ground,
    tolerance_m: float,
    rows: NDArray[np.int64],
    own: Sequence[int],
    file_wide: int,
) -> _Reading:
    """
    Systems and rivals of the rows of a group that is not sure of its system.

    A row that no system puts within the tolerance is read in the first, and found far from its commune there.
    """
    near = evidence.near[:, rows]
    fits = evidence.within(ground, NEAR_M, rows, range(len(near))) & near
    within = np.zeros_like(near)
    within[own] = evidence.within(ground, tolerance_m * 1.1, rows, own)
    sole = (near.sum(axis=0) == 1) & evidence.within(ground, _BY_M, rows, own).any(axis=0)
    first = own[0] if own else -1
    system = np.where(sole, np.argmax(near, axis=0), first)
    rivals = np.full(len(rows), "", object)
    for position in np.flatnonzero(~sole & (fits | within).any(axis=0)):
        possible = np.flatnonzero(near[:, position] | within[:, position]).tolist()
        system[position] = possible[0]
        rivals[position] = evidence.told(int(rows[position]), dict.fromkeys([*possible, *own]))
    astray = ~evidence.means[rows]
    if file_wide >= 0:
        system[astray] = file_wide
        astray[:] = False
    lost = astray | (system < 0)
    rivals[lost] = _candidates(evidence, ground, rows[lost])
    return _Reading(rows, system, rivals)


def _strays(
    evidence: Evidence,
    ground: Ground,
    tolerance_m: float,
    rows: NDArray[np.int64],
    best: int,
    alive: Sequence[int],
) -> _Reading:
    """Rows not by what they mean, in a file of several systems: theirs may be another, by a wrong code of commune."""
    others = [j for j in alive if j != best]
    by = evidence.within(ground, _BY_M, rows, [best])[0]
    elsewhere = evidence.near[others][:, rows].any(axis=0)
    rows = rows[(~by & evidence.means[rows]) | (evidence.contradicted[rows] & elsewhere)]
    fits = evidence.within(ground, NEAR_M, rows, others)
    doubtful = fits.any(axis=0) | evidence.within(ground, tolerance_m * 1.1, rows, [best])[0]
    rows, fits = rows[doubtful], fits[:, doubtful]
    rivals = np.full(len(rows), "", object)
    for position, row in enumerate(rows):
        near = [j for k, j in enumerate(others) if fits[k, position]]
        rivals[position] = evidence.told(int(row), [best, *(near or others)][:_TOLD])
    return _Reading(rows, np.full(len(rows), best), rivals)


def _siblings(evidence: Evidence, system: NDArray[np.int64], rivals: NDArray[np.object_]) -> None:
    """Rows at one place that were read in two systems, by what they mean: the fewer mean a wrong commune, or either."""
    own = np.clip(system, 0, None)
    held = np.flatnonzero((system >= 0) & (rivals == "") & evidence.near[own, np.arange(len(own))])
    places = [np.round(axis[0, held] * _MAST_PER_DEG) for axis in (evidence.longitude, evidence.latitude)]
    told = pd.DataFrame({"x": places[0], "y": places[1], "system": system[held], "row": held})
    mixed = told[told.groupby(["x", "y"]).system.transform("nunique") > 1]
    for _, rows in mixed.groupby(["x", "y"]):
        counts = rows.system.value_counts()
        most = counts.index[0] if counts.iloc[0] > counts.iloc[1] else -1
        for row in rows.row[rows.system != most]:
            rivals[row] = evidence.told(int(row), sorted(counts.index))


def _candidates(evidence: Evidence, ground: Ground, rows: NDArray[np.int64]) -> list[str]:
    """Readings of some rows in the systems that put most of them into the country."""
    if not len(rows):
        return []
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    inside = [
        float(np.mean(ground.commune_at(evidence.longitude[j, sample], evidence.latitude[j, sample]) >= 0))
        for j in range(len(evidence.systems))
    ]
    order = sorted((j for j, share in enumerate(inside) if share > 0), key=lambda j: (-inside[j], j))[:_TOLD]
    return [evidence.told(int(row), order) for row in rows]
