"""What hangs on what: substations, feeders and sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from small_storm import stations, supplied, worlds

from phusong.errors import LayerError
from phusong.power.dependency import dependency, lost, parents


def upstream(*pairs: tuple[str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["substation_id", "fed_from"])


def test_the_chain_as_two_matrices():
    "The feeder 471 of S1 is not that of S2."
    sites = supplied(
        {"substation_id": "S1", "feeder_id": "471"},
        {"substation_id": "S2", "feeder_id": "471"},
        {"substation_id": "S1"},
        {"source": "solar"},
    )
    graph = dependency(sites, stations("S1", "S2"))
    assert graph.nodes.node_id.tolist() == ["S1", "S2", "S1/471", "S2/471"]
    assert graph.nodes.kind.tolist() == ["substation", "substation", "feeder", "feeder"]
    assert graph.feeds.toarray().tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]
    assert graph.sites.toarray().tolist() == [[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert graph.node_of_site.tolist() == [2, 3, 0, -1]


def test_the_odd_ones_are_named():
    sites = supplied(
        {"substation_id": "S1"},
        {"substation_id": "GHOST"},
        {},
        {"source": "unknown"},
        {"source": "solar"},
        {"feeder_id": "9"},
    )
    graph = dependency(sites, stations("S1", "S2", "S3"), upstream(("S1", "S3"), ("S2", "TOP"), ("S2", None)))
    assert graph.without_sites == ("S2", "TOP")
    assert graph.unattached == ("s2", "s3", "s5")
    assert graph.unlisted == ("GHOST", "TOP")


def test_a_feeder_of_no_known_substation_is_its_own_root():
    graph = dependency(supplied({"feeder_id": "9"}), stations("S1"))
    assert graph.nodes.node_id.tolist() == ["S1", "/9"]
    assert graph.feeds.nnz == 0
    assert graph.node_of_site.tolist() == [1]


def cut(graph: object, *names: str) -> np.ndarray:
    return graph.nodes.node_id.isin(names).to_numpy()[:, np.newaxis]


def test_loss_runs_downstream_and_stops_where_another_feed_holds():
    "S3 is fed from S1 and S2, S4 from S3."
    graph = dependency(
        supplied({"substation_id": "S4", "feeder_id": "1"}),
        stations("S1", "S2", "S3", "S4"),
        upstream(("S3", "S1"), ("S3", "S2"), ("S4", "S3")),
    )
    assert lost(graph, cut(graph, "S1"))[:, 0].tolist() == [True, False, False, False, False]
    assert lost(graph, cut(graph, "S1", "S2"))[:, 0].tolist() == [True, True, True, True, True]
    assert lost(graph, cut(graph, "S3"))[:, 0].tolist() == [False, False, True, True, True]


def test_what_alone_takes_a_node_along():
    "A ring of S2 and S3 below S1: S4 hangs on S1, not on either of them."
    graph = dependency(
        supplied({"substation_id": "S4"}),
        stations("S1", "S2", "S3", "S4"),
        upstream(("S2", "S1"), ("S3", "S1"), ("S4", "S2"), ("S4", "S3")),
    )
    parent, depth = parents(graph)
    assert parent.tolist() == [-1, 0, 0, 0]
    assert depth.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("S1", "S2"), ("S2", "S3"), ("S3", "S1"), ("S4", "S1")], "S1 -> S3 -> S2 -> S1"),
        ([("S2", "S2")], "S2 -> S2"),
        ([("S1", "S4"), ("S4", "S3"), ("S3", "S4")], "S3 -> S4 -> S3"),
    ],
)
def test_a_cycle_is_named_and_refused(pairs: list[tuple[str, str]], told: str):
    "Each feeds the one after it."
    rows = upstream(*pairs)
    for turned in (rows, rows.iloc[::-1]):
        with pytest.raises(LayerError) as refused:
            dependency(supplied({}), stations("S1", "S2", "S3", "S4"), turned)
        assert refused.value.faults == (f"they feed each other in a circle: {told}",)


def test_order_of_rows_changes_nothing():
    sites = supplied({"substation_id": "S2"}, {"substation_id": "S1", "feeder_id": "4"}, {})
    rows = upstream(("S1", "S2"), ("S3", "S2"))
    once = dependency(sites, stations("S1", "S2", "S3"), rows)
    turned = dependency(sites.iloc[::-1], stations("S3", "S2", "S1"), rows.iloc[::-1])
    pd.testing.assert_frame_equal(once.nodes, turned.nodes)
    assert once.feeds.toarray().tolist() == turned.feeds.toarray().tolist()
    assert once.sites.toarray().tolist() == turned.sites.toarray().tolist()
    assert once.order.tolist() == turned.order.tolist()


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_a_node_is_lost_alone_exactly_below_its_failure(world: tuple):
    "The forest of `parents` against the loss of each node in turn."
    graph = world[1]
    parent, depth = parents(graph)
    for node in range(len(graph.nodes)):
        gone = lost(graph, np.arange(len(graph.nodes))[:, np.newaxis] == node)[:, 0]
        for other in range(len(graph.nodes)):
            above = [other]
            while above[-1] >= 0:
                above.append(int(parent[above[-1]]))
            assert gone[other] == (node in above)
            assert depth[other] == len(above) - 2
