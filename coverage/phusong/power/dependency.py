"""Dependency: substation -> feeder -> site as two sparse matrices, and whom one failure alone takes along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from phusong.errors import LayerError
from phusong.power.supply import OFF_GRID


@dataclass(frozen=True)
class Dependency:
    """
    What hangs on what.

    Parameters
    ----------
    nodes
        One row a substation (its node_id is its id), then one a feeder (`substation/feeder`), by their ids: node_id,
        kind (substation or feeder), substation_id, feeder_id.
    feeds
        Shape (nodes, nodes): the row's node is fed from the column's. A node with several feeds lives by any of them.
    sites
        Shape (sites, nodes): the row's site hangs on the column's node; one or none in a row.
    order
        Rows of `nodes`, each after those that feed it.
    site_ids
        Rows of `sites`.
    without_sites
        Substations on which no site hangs, be it through feeders or other substations.
    unattached
        Sites on mains, or on what is not known, of no known substation: no cut of one reaches them here.
    unlisted
        Substations that are named by sites or as feeds, and are not in the layer.
    """

    nodes: pd.DataFrame
    feeds: sparse.csr_array
    sites: sparse.csr_array
    order: NDArray[np.int64]
    site_ids: NDArray[np.object_]
    without_sites: tuple[str, ...]
    unattached: tuple[str, ...]
    unlisted: tuple[str, ...]

    @property
    def node_of_site(self) -> NDArray[np.int32]:
        """Row in `nodes` of what each site hangs on, -1 for nothing."""
        node = np.full(self.sites.shape[0], -1, np.int32)
        node[np.diff(self.sites.indptr) > 0] = self.sites.indices
        return node


def dependency(supplied: pd.DataFrame, substations: pd.DataFrame, upstream: pd.DataFrame | None = None) -> Dependency:
    """
    The graph of the sites of `supply.supply`.

    A feeder is known by its substation and its own id, since numbers such as 471 are given anew at each substation; a
    feeder of no known substation is a node of its own.

    Parameters
    ----------
    supplied
        site_id, source, substation_id, feeder_id.
    substations
        substation_id.
    upstream
        substation_id, fed_from: one row a feed; rows in which either is empty say nothing.

    Raises
    ------
    LayerError
        Naming the substations of a cycle, in the order of the feed.
    """
    own = supplied.sort_values("site_id").reset_index(drop=True)
    on_grid = own[own.substation_id.notna() | own.feeder_id.notna()]
    pairs = pd.DataFrame(columns=["substation_id", "fed_from"]) if upstream is None else upstream
    pairs = pairs[["substation_id", "fed_from"]].dropna().drop_duplicates()
    named = {*on_grid.substation_id.dropna(), *pairs.substation_id, *pairs.fed_from}
    nodes = _nodes(on_grid, sorted({*substations.substation_id, *named}))
    row = {key: number for number, key in enumerate(_keys(nodes))}
    feeds = [(row[fed, ""], row[of, ""]) for fed, of in zip(pairs.substation_id, pairs.fed_from, strict=True)]
    feeds += [(row[of, feeder], row[of, ""]) for of, feeder in row if of and feeder]
    feeding = _incidence(feeds, (len(nodes), len(nodes)))
    hanging = [(site, row[key]) for site, key in zip(on_grid.index, _keys(on_grid), strict=True)]
    sites = _incidence(hanging, (len(own), len(nodes)))
    order = _order(feeding, nodes.node_id.to_numpy(object))
    busy = _carrying(feeding, sites, order)
    return Dependency(
        nodes=nodes,
        feeds=feeding,
        sites=sites,
        order=order,
        site_ids=own.site_id.to_numpy(object),
        without_sites=tuple(nodes.node_id[(nodes.kind == "substation") & ~busy]),
        unattached=tuple(own.site_id[own.substation_id.isna() & ~own.source.isin(OFF_GRID)]),
        unlisted=tuple(sorted(named - set(substations.substation_id))),
    )


def refuse_others(graph: Dependency, supplied: pd.DataFrame) -> None:
    """
    Stop when the rows of a supply are not the graph's sites in their order.

    Raises
    ------
    ValueError
        When they are not.
    """
    if not np.array_equal(graph.site_ids, supplied.site_id.to_numpy(object)):
        raise ValueError("the graph is of other sites, or these are not in the order of their ids")


def lost(graph: Dependency, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Nodes without supply when some are cut: those, and whatever all feeds of which are lost.

    Parameters
    ----------
    cut
        Shape (nodes, storms).
    """
    gone = cut.copy()
    edges, of = graph.feeds.indptr, graph.feeds.indices
    for node in graph.order:
        if edges[node] < edges[node + 1]:
            gone[node] |= gone[of[edges[node] : edges[node + 1]]].all(axis=0)
    return gone


def parents(graph: Dependency) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    The nearest node whose failure alone takes each node along (-1 for none), and how many there are above it.

    These are immediate dominators: of several feeds the node depends on what they all depend on.

    References
    ----------
    Cooper, Harvey and Kennedy (2001), A Simple, Fast Dominance Algorithm; without cycles one pass in order suffices.
    """
    edges, of = graph.feeds.indptr, graph.feeds.indices
    parent, depth = np.full(len(graph.order), -1, np.int32), np.zeros(len(graph.order), np.int32)
    for node in graph.order:
        feeds = of[edges[node] : edges[node + 1]]
        if len(feeds):
            common = int(feeds[0])
            for other in feeds[1:]:
                common = meeting(common, int(other), parent, depth)
            parent[node] = common
            depth[node] = 0 if common < 0 else depth[common] + 1
    return parent, depth


@njit(cache=True, nogil=True)
def meeting(one: int, other: int, parent: np.ndarray, depth: np.ndarray) -> int:
    """Lowest node that is, or lies above, both nodes of a forest; -1 where there is none."""
    while one != other:
        if one < 0 or other < 0:
            return -1
        if depth[one] >= depth[other]:
            one = parent[one]
        else:
            other = parent[other]
    return one


def _nodes(on_grid: pd.DataFrame, substations: list[str]) -> pd.DataFrame:
    feeders = sorted({(of, feeder) for of, feeder in _keys(on_grid) if feeder})
    rows: list[tuple[str, str, str | None, str | None]] = [(name, "substation", name, None) for name in substations]
    rows += [(f"{of}/{feeder}", "feeder", of or None, feeder) for of, feeder in feeders]
    return pd.DataFrame(rows, columns=["node_id", "kind", "substation_id", "feeder_id"], dtype=object)


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Substation and feeder of each row, blank where there is none: a node, or what a site hangs on directly."""
    columns = (rows[name].astype(object).where(rows[name].notna(), "") for name in ("substation_id", "feeder_id"))
    return list(zip(*columns, strict=True))


def _incidence(pairs: list[tuple[int, int]], shape: tuple[int, int]) -> sparse.csr_array:
    ends = np.array(pairs, np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(pairs), np.int8), (ends[0], ends[1])), shape)


def _order(feeds: sparse.csr_array, names: NDArray[np.object_]) -> NDArray[np.int64]:
    waiting = np.diff(feeds.indptr).astype(np.int64)
    onward = sparse.csc_array(feeds)
    order, ready = [], list(np.flatnonzero(waiting == 0)[::-1])
    while ready:
        node = ready.pop()
        order.append(node)
        for fed in onward.indices[onward.indptr[node] : onward.indptr[node + 1]]:
            waiting[fed] -= 1
            if not waiting[fed]:
                ready.append(fed)
    if len(order) < len(names):
        raise LayerError("substations", [_cycle(feeds, waiting > 0, names)])
    return np.array(order, np.int64)


def _cycle(feeds: sparse.csr_array, left: NDArray[np.bool_], names: NDArray[np.object_]) -> str:
    """A sentence with a cycle among the nodes that never had all their feeds; each of them is fed from another."""
    walk = [int(np.flatnonzero(left)[0])]
    while walk.count(walk[-1]) < 2:
        of = feeds.indices[feeds.indptr[walk[-1]] : feeds.indptr[walk[-1] + 1]]
        walk.append(int(of[left[of]].min()))
    ring = walk[walk.index(walk[-1]) :][::-1]
    start = ring.index(min(ring))
    ring = [*ring[start:-1], *ring[:start], ring[start]]
    return f"they feed each other in a circle: {' -> '.join(names[node] for node in ring)}"


def _carrying(feeds: sparse.csr_array, sites: sparse.csr_array, order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Nodes on which a site hangs, directly or through others."""
    busy = np.bincount(sites.indices, minlength=sites.shape[1]) > 0
    for node in order[::-1]:
        if busy[node]:
            busy[feeds.indices[feeds.indptr[node] : feeds.indptr[node + 1]]] = True
    return busy
