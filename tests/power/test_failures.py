"""Every single failure at once, held to each of them in turn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_storm import PERSON, places, prints, stations, supplied, worlds

from phusong.errors import ConfigError
from phusong.power.dependency import dependency, lost
from phusong.power.failures import Failures, single_failures
from phusong.power.footprints import living, people_covered, villages_covered
from phusong.power.storm import Loss, storm


def small() -> Failures:
    "S2 is fed from S1; feeder 7 hangs on S2. s3 is solar, s4's backup is not known."
    sites = supplied(
        {"substation_id": "S1", "mast": "0 0"},
        {"substation_id": "S2", "feeder_id": "7", "mast": "1 0"},
        {"substation_id": "S2", "operator": "B", "mast": "1 0"},
        {"source": "solar", "mast": "2 0"},
        {"substation_id": "S1", "autonomy_hours": np.nan, "operator": "B", "mast": "3 0"},
    )
    pairs = pd.DataFrame({"substation_id": ["S2"], "fed_from": ["S1"]})
    graph = dependency(sites, stations("S1", "S2", "S3"), pairs)
    reached = [[0, 1], [1, 2, 3], [2, 4], [3], [5]]
    here = places([[1, 2, 4, 8, 16, 0], [0, 0, 0, 0, 0, 32]], [1, 4, -1])
    return single_failures(sites, graph, prints(sites, reached, 7 - 1), here, 8)


def row(found: Failures, failure: str, operator: str) -> pd.Series:
    rows = found.failures
    return rows[(rows.failure_id == failure) & (rows.operator == operator)].iloc[0]


def test_counted_by_hand():
    "Pixel 3 is served by the solar site too, pixel 5 by a site that may live."
    found = small()
    assert row(found, "S1", "any").silenced_low_micro == (1 + 2 + 4 + 16) * PERSON
    assert row(found, "S1", "any").silenced_high_micro == (1 + 2 + 4 + 16 + 32) * PERSON
    assert row(found, "S2", "any").silenced_high_micro == (4 + 16) * PERSON
    assert row(found, "S2/7", "any").silenced_high_micro == 0
    assert row(found, "S2/7", "A").silenced_high_micro == 4 * PERSON
    assert row(found, "S3", "any").silenced_high_micro == 0
    assert row(found, "1 0", "any").silenced_low_micro == (4 + 16) * PERSON
    assert row(found, "2 0", "A").silenced_low_micro == 0
    assert row(found, "3 0", "any").silenced_low_micro == 32 * PERSON


def test_sites_communes_and_villages_that_go_along():
    found = small()
    assert row(found, "S1", "any")[["sites", "communes_low", "communes_high"]].tolist() == [4, 1, 2]
    assert row(found, "S1", "any")[["villages_low", "villages_high"]].tolist() == [2, 2]
    assert row(found, "S2", "any")[["sites", "villages_low"]].tolist() == [2, 1]
    assert row(found, "S2", "B")[["sites", "villages_low"]].tolist() == [1, 1]
    assert row(found, "1 0", "A")[["sites", "villages_low"]].tolist() == [1, 0]


def test_by_commune_is_told_where_somebody_is_silenced():
    rows = small().by_commune
    chosen = rows[(rows.failure_id == "S1") & (rows.operator == "any")]
    assert chosen.commune_code.tolist() == ["00001", "00002"]
    assert (chosen.silenced_low_micro // PERSON).tolist() == [23, 0]
    assert (chosen.silenced_high_micro // PERSON).tolist() == [23, 32]
    assert (rows.silenced_high_micro > 0).all()


def test_the_worst_come_first():
    rows = small().failures
    worst = rows[(rows.kind == "substation") & (rows.operator == "any")]
    assert worst.failure_id.tolist() == ["S1", "S2", "S3"]
    equal = rows[(rows.kind == "mast") & (rows.operator == "A")]
    assert equal.failure_id.tolist() == ["1 0", "0 0", "2 0", "3 0"]


def test_a_backup_that_lasts_silences_nobody():
    sites = supplied({"substation_id": "S1"})
    graph, footprints, here = dependency(sites, stations("S1")), prints(sites, [[0]], 1), places([[5]], [0])
    silenced = [row(single_failures(sites, graph, footprints, here, hour), "S1", "any") for hour in (4, 4.5)]
    assert [found.silenced_low_micro for found in silenced] == [0, 5 * PERSON]


def test_a_negative_hour_is_refused():
    sites = supplied({"substation_id": "S1"})
    graph, footprints = dependency(sites, stations("S1")), prints(sites, [[0]], 1)
    with pytest.raises(ConfigError, match="0 or more"):
        single_failures(sites, graph, footprints, places([[5]], []), -1)


@given(worlds(), st.sampled_from([0.0, 4.0, 6.0, 24.0]))
@settings(max_examples=80, deadline=None)
def test_every_substation_and_feeder_against_its_own_storm(world: tuple, hour: float):
    "A recount: cut, let live, cover and count, one node after the other."
    sites, graph, footprints, here = world
    found = single_failures(sites, graph, footprints, here, hour)
    by_commune = found.by_commune.set_index(["failure_id", "operator", "commune_code"])
    for node, name in enumerate(graph.nodes.node_id):
        gone = lost(graph, (np.arange(len(graph.nodes)) == node)[:, np.newaxis])
        cut = np.asarray((graph.sites @ gone.astype(int)) > 0)[:, 0]
        recount = storm(sites, Loss(np.zeros(len(sites), bool), cut, ()), footprints, here, [hour])
        for told in recount.by_operator.itertuples():
            fast = row(found, name, told.operator)
            assert fast.silenced_low_micro == told.before_micro - told.high_micro
            assert fast.silenced_high_micro == told.before_micro - told.low_micro
            assert fast.villages_low == told.villages_before - told.villages_high
            assert fast.villages_high == told.villages_before - told.villages_low
        for told in recount.by_commune.itertuples():
            key = name, told.operator, told.commune_code
            high = by_commune.silenced_high_micro.get(key, 0)
            assert high == told.before_micro - told.low_micro
            assert by_commune.silenced_low_micro.get(key, 0) == told.before_micro - told.high_micro


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_every_mast_against_a_recount(world: tuple):
    sites, graph, footprints, here = world
    found = single_failures(sites, graph, footprints, here, 4)
    every = living(footprints, np.ones(len(sites), bool))
    for mast in sites.mast.unique():
        left = living(footprints, (sites.mast != mast).to_numpy())
        people = (people_covered(here, every) - people_covered(here, left)).sum(axis=1)
        villages = villages_covered(here, every).sum(axis=1) - villages_covered(here, left).sum(axis=1)
        for scope, operator in enumerate(footprints.scopes):
            fast = row(found, mast, operator)
            assert fast.silenced_low_micro == fast.silenced_high_micro == people[scope]
            assert fast.villages_low == villages[scope]
