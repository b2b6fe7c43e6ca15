"""Failures: what each substation, feeder and mast that fails alone would silence, all of them in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from phusong.power.dependency import Dependency, meeting, parents, refuse_others
from phusong.power.footprints import Footprints, Places
from phusong.power.storm import checked_hours, rows_of, survivors

_LIVES, _UNSERVED = -1, -2  # in place of a node: no failure in question silences the pixel; nobody serves it


@dataclass(frozen=True)
class Failures:
    """
    What each single failure silences of one technology; `low` and `high` as in `Aftermath`, the other way round.

    Parameters
    ----------
    failures
        kind (substation, feeder, mast), failure_id, technology, operator, sites that go with it, silenced_low_micro,
        silenced_high_micro, communes_low, communes_high (somebody there is silenced), villages_low, villages_high; by
        kind and operator those that silence most first, of equals by id.
    by_commune
        kind, failure_id, technology, operator, commune_code, silenced_low_micro, silenced_high_micro, where the last is
        not zero.
    """

    failures: pd.DataFrame
    by_commune: pd.DataFrame


def single_failures(
    supplied: pd.DataFrame, graph: Dependency, footprints: Footprints, places: Places, hour: float
) -> Failures:
    """
    Every substation, feeder and mast failing alone: people who have signal before and none `hour` hours after.

    A pixel is silenced by a node alone exactly when all its sites hang on that node and none would outlive the loss, so
    one pass finds the lowest such node of each pixel; those above it silence the pixel too. A mast that fails takes its
    sites along at once, whatever their backup.

    Raises
    ------
    ConfigError
        When the hour is negative or not finite.
    """
    refuse_others(graph, supplied)
    (hour,) = checked_hours([hour])
    rows = rows_of(supplied, footprints)
    node = graph.node_of_site
    surely, maybe = survivors(supplied, np.zeros(len(node), bool), node >= 0, hour)
    hanging = [np.where(lives, _LIVES, node)[rows].astype(np.int32) for lives in (maybe, surely)]
    mast, names = pd.factorize(supplied.mast, sort=True)
    on_mast, alone = mast[rows].astype(np.int32), np.full(len(names), -1, np.int32)
    nodes = _Forest(graph.nodes.kind.to_numpy(object), graph.nodes.node_id.to_numpy(object), *parents(graph))
    masts = _Forest(np.full(len(names), "mast", object), np.asarray(names, object), alone, np.zeros_like(alone))
    found = [
        _silenced(nodes, node[rows], hanging, footprints, places),
        _silenced(masts, on_mast, [on_mast, on_mast], footprints, places),
    ]
    order = ["kind", "operator", "silenced_high_micro", "silenced_low_micro", "failure_id"]
    failures = pd.concat([table for table, _ in found], ignore_index=True)
    failures = failures.sort_values(order, ascending=[True, True, False, False, True], ignore_index=True)
    return Failures(failures, pd.concat([table for _, table in found], ignore_index=True))


@dataclass(frozen=True)
class _Forest:
    kind: NDArray[np.object_]
    names: NDArray[np.object_]
    parent: NDArray[np.int32]
    depth: NDArray[np.int32]


def _silenced(
    forest: _Forest,
    node: NDArray[np.int32],
    hanging: list[NDArray[np.int32]],
    footprints: Footprints,
    places: Places,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables of `Failures` for one forest; of the sites on its nodes those `hanging` go dark, at least and at most."""
    above, operators, count = _with_all_above(forest.parent), len(footprints.operators), len(forest.names)
    names = pd.DataFrame({"kind": forest.kind, "failure_id": forest.names, "technology": footprints.technology})
    relation = footprints.indptr, footprints.sites, footprints.operator
    bounds = [_alone(*relation, dark, forest.parent, forest.depth, operators) for dark in hanging]
    tables, details = [], []
    for scope, operator in enumerate(footprints.scopes):
        own = (footprints.operator == scope) | (scope == operators)
        table = names.assign(operator=operator, sites=_count(node[own], count) @ above)
        silent = [lowest[scope] for lowest in bounds]
        people = [sparse.csr_array(places.micro @ _one_hot(lowest, count) @ above) for lowest in silent]
        for bound, found, lowest in zip(("low", "high"), people, silent, strict=True):
            table[f"silenced_{bound}_micro"] = np.asarray(found.sum(axis=0)).ravel()
            table[f"communes_{bound}"] = np.asarray((found > 0).sum(axis=0)).ravel()
            at = lowest[places.village_pixel[places.village_pixel >= 0]]
            table[f"villages_{bound}"] = _count(at, count) @ above
        tables.append(table)
        details.append(_details(names.assign(operator=operator), people, places.commune_codes))
    return pd.concat(tables, ignore_index=True), pd.concat(details, ignore_index=True)


def _count(nodes: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """How often each node is there; negative entries are none."""
    return np.bincount(nodes[nodes >= 0], minlength=count)


def _details(names: pd.DataFrame, people: list[sparse.csr_array], codes: NDArray[np.object_]) -> pd.DataFrame:
    low, high = people
    commune, node = high.nonzero()
    figures = {"silenced_low_micro": low, "silenced_high_micro": high}
    found = {name: np.asarray(micro[commune, node]).ravel() for name, micro in figures.items()}
    return names.iloc[node].reset_index(drop=True).assign(commune_code=codes[commune], **found)


def _one_hot(column: NDArray[np.int32], columns: int) -> sparse.csr_array:
    """A row for each entry with a one in its column, none where that is negative."""
    kept = np.flatnonzero(column >= 0)
    return sparse.csr_array((np.ones(len(kept), np.int64), (kept, column[kept])), (len(column), columns))


def _with_all_above(parent: NDArray[np.int32]) -> sparse.csr_array:
    """For each node of a forest itself and all above it, shape (nodes, nodes)."""
    every = np.arange(len(parent), dtype=np.int32)
    rows, columns = [every], [every]
    while len(columns[-1]):
        up = parent[columns[-1]]
        rows.append(rows[-1][up >= 0])
        columns.append(up[up >= 0])
    at = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.ones(len(at[0]), np.int64), at), (len(parent), len(parent)))


@njit(cache=True, nogil=True)
def _alone(
    indptr: np.ndarray,
    sites: np.ndarray,
    operator: np.ndarray,
    hanging: np.ndarray,
    parent: np.ndarray,
    depth: np.ndarray,
    operators: int,
) -> np.ndarray:
    """Lowest node whose failure alone silences each pixel, negative for none, shape (scopes, pixels)."""
    pixels = len(indptr) - 1
    lowest = np.full((operators + 1, pixels), _UNSERVED, np.int32)
    for pixel in range(pixels):
        for k in range(indptr[pixel], indptr[pixel + 1]):
            scope = operator[sites[k]]
            lowest[scope, pixel] = _both(lowest[scope, pixel], hanging[sites[k]], parent, depth)
        for scope in range(operators):
            lowest[operators, pixel] = _both(lowest[operators, pixel], lowest[scope, pixel], parent, depth)
    return lowest


@njit(cache=True, nogil=True)
def _both(one: int, other: int, parent: np.ndarray, depth: np.ndarray) -> int:
    """Lowest node whose failure silences both; where a site lives, none does, and where none serves, the other's."""
    if one == _UNSERVED:
        return other
    if other == _UNSERVED:
        return one
    return meeting(one, other, parent, depth)
