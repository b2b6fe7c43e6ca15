"""What a storm leaves, hour by hour, and by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from small_storm import PERSON, places, prints, stations, supplied, worlds

from phusong.config.storm import Storm
from phusong.errors import ConfigError
from phusong.power.dependency import dependency
from phusong.power.footprints import Footprints
from phusong.power.storm import Aftermath, Loss, checked_hours, mains_lost, monte_carlo, storm, survivors

STUDY = shapely.box(-500, -500, 10_000, 6000)


def five() -> pd.DataFrame:
    "On S1: A with 4 h, B with 8 h, B with an unknown backup; on S2: A with none; and a solar site of A with 24 h."
    return supplied(
        {"substation_id": "S1", "hardened": True, "operators": 2},
        {"substation_id": "S1", "operator": "B", "autonomy_hours": 8.0, "hardened": True, "sharing": "unknown"},
        {"substation_id": "S1", "operator": "B", "autonomy_hours": np.nan, "commune_code": "00002", "hardened": None},
        {"substation_id": "S2", "autonomy_hours": 0.0, "commune_code": "00002"},
        {"source": "solar", "autonomy_hours": 24.0, "commune_code": "00002", "hardened": True},
    )


def world() -> tuple:
    "Pixels 0 to 5; 10, 20, 40 people in commune 1, 80, 160, 320 in commune 2; nobody serves the last."
    sites = five()
    graph = dependency(sites, stations("S1", "S2"))
    reached = [[0, 1], [1, 2], [2, 3], [3], [4]]
    return (
        sites,
        graph,
        prints(sites, reached, 6),
        places([[10, 20, 40, 0, 0, 0], [0, 0, 0, 80, 160, 320]], [0, 2, 5, -1]),
    )


def after(hours: list[float], **loss: object) -> Aftermath:
    sites, graph, footprints, here = world()
    gone = mains_lost(sites, graph, stations("S1", "S2"), STUDY, **loss)
    return storm(sites, gone, footprints, here, hours)


def column(found: Aftermath, name: str, operator: str) -> list[float]:
    rows = found.by_operator[found.by_operator.operator == operator]
    return (rows[name] // PERSON if name.endswith("micro") else rows[name]).tolist()


def test_people_by_hour_when_a_substation_is_cut():
    "At hour 4 all of S1 may live still; at 8 A's pixels 0 are gone; at 24 B is only where the unknown site may live."
    found = after([4, 8, 24, 72], named=["S1"])
    assert found.by_operator.hour.unique().tolist() == [4, 8, 24, 72]
    assert column(found, "before_micro", "any") == [310] * 4
    assert column(found, "low_micro", "any") == [310, 300, 240, 240]
    assert column(found, "high_micro", "any") == [310, 300, 280 + 0, 280]
    assert column(found, "before_micro", "A") == [270] * 4
    assert column(found, "low_micro", "A") == [270, 240, 240, 240]
    assert column(found, "low_micro", "B") == [60, 60, 0, 0]
    assert column(found, "high_micro", "B") == [140, 140, 120, 120]
    assert column(found, "people_micro", "any") == [630] * 4


def test_communes_villages_and_states_by_hour():
    found = after([8, 24], named=["S1"])
    assert column(found, "communes_before", "any") == [2, 2]
    assert column(found, "communes_low", "any") == [2, 1]
    assert column(found, "communes_high", "any") == [2, 2]
    assert column(found, "villages_before", "any") == [2, 2]
    assert column(found, "villages_low", "any") == [1, 0]
    assert column(found, "villages_high", "any") == [1, 1]
    assert column(found, "sites", "any") == [5, 5]
    assert column(found, "alive", "any") == [3, 2]
    assert column(found, "dark", "any") == [1, 2]
    assert column(found, "unknown", "any") == [1, 1]
    assert column(found, "unknown", "B") == [1, 1]
    states = found.sites.pivot_table("state", "site_id", "hour", aggfunc="first")
    assert states[8].tolist() == ["dark", "alive", "unknown", "alive", "alive"]
    assert states[24].tolist() == ["dark", "dark", "unknown", "alive", "alive"]


def test_villages_are_yes_no_or_unknown():
    villages = after([24], named=["S1"]).villages
    assert villages.before.tolist() == ["yes", "yes", "no", "unknown"]
    assert villages.covered.tolist() == ["no", "unknown", "no", "unknown"]


def test_what_a_dark_path_may_cover_is_unknown_and_counted_apart():
    "The site serves pixel 0 and may serve 0 and 1 over ground that is not known; nobody serves pixel 2."
    sites = supplied({"substation_id": "S1"})
    dark = {"A": np.array([True, True, False])}
    footprints = Footprints.of("LTE", sites, [np.array([0])], 3, dark)
    here, graph = places([[1, 2, 4]], [0, 1, 2]), dependency(sites, stations("S1"))
    found = storm(sites, mains_lost(sites, graph, stations("S1"), STUDY, ["S1"]), footprints, here, [24])
    assert column(found, "before_micro", "any") == [1]
    assert column(found, "unknown_micro", "any") == column(found, "unknown_micro", "A") == [2]
    assert (found.by_commune.unknown_micro // PERSON).tolist() == [2, 2]
    assert found.villages.before.tolist() == ["yes", "unknown", "no"]
    assert found.villages.covered.tolist() == ["unknown", "unknown", "no"]


def test_communes_sum_to_the_operators():
    found = after([4, 24], named=["S1", "S2"])
    sums = found.by_commune.groupby(["hour", "operator"])[
        ["people_micro", "before_micro", "low_micro", "high_micro", "unknown_micro"]
    ].sum()
    told = found.by_operator.set_index(["hour", "operator"])[sums.columns].sort_index()
    pd.testing.assert_frame_equal(sums, told)
    one = found.by_commune[(found.by_commune.hour == 24) & (found.by_commune.operator == "any")]
    assert (one.low_micro // PERSON).tolist() == [0, 160]
    assert (one.high_micro // PERSON).tolist() == [40, 240]


def test_live_hardened_sites_of_each_commune():
    "The site of commune 2 whose hardening is not known has an unknown backup too; the solar one is hardened."
    found = after([4, 24], named=["S1"]).lifelines
    assert found.hardened_low.tolist() == [2, 1, 0, 1]
    assert found.hardened_high.tolist() == [2, 2, 0, 2]
    assert found.live_hardened.tolist() == ["yes", "yes", "no", "yes"]


def test_hardening_that_is_not_known_leaves_the_lifeline_open():
    sites = supplied({"hardened": None})
    graph = dependency(sites, stations("S1"))
    footprints, here = prints(sites, [[0]], 1), places([[1]], [])
    found = storm(sites, mains_lost(sites, graph, stations("S1"), STUDY, ["S1"]), footprints, here, [4])
    assert found.lifelines.live_hardened.tolist() == ["unknown"]


def test_shared_masts_that_live():
    "Of S1 the first is shared as filed, the second may be."
    found = after([4, 8, 24], named=["S1"])
    assert column(found, "shared_low", "any") == [1, 0, 0]
    assert column(found, "shared_high", "any") == [2, 1, 0]
    assert column(found, "shared_high", "B") == [1, 1, 0]


def test_two_carriers_on_a_shared_mast_are_one_shared_mast():
    one = {"operators": 2, "mast": "7 7"}
    sites = supplied(one, {**one, "operator": "B"})
    loss = Loss(np.zeros(2, bool), np.zeros(2, bool), ())
    found = storm(sites, loss, prints(sites, [[0], [0]], 1), places([[1]], []), [4])
    assert [column(found, "shared_low", operator) for operator in ("A", "B", "any")] == [[1], [1], [1]]


def test_in_an_area_sites_off_the_grid_live_by_their_backup_too():
    "The area holds the sites s3 (0 h) and s4 (solar, 24 h), and no substation."
    found = after([0, 4, 24, 25], area=shapely.box(2500, -100, 4000, 100))
    states = found.sites.pivot_table("state", "site_id", "hour", aggfunc="first")
    assert states.loc["s3"].tolist() == ["alive", "dark", "dark", "dark"]
    assert states.loc["s4"].tolist() == ["alive", "alive", "alive", "dark"]
    assert set(states.loc[["s0", "s1", "s2"]].to_numpy().ravel()) == {"alive"}


def test_an_area_takes_its_substations_along_and_holds_its_edge():
    "S1 stands on the corner of an area without sites."
    sites, graph, *_ = world()
    loss = mains_lost(sites, graph, stations("S1", "S2"), STUDY, area=shapely.box(-100, 4900, 0, 5000))
    assert loss.nodes == ("S1",)
    assert loss.struck.tolist() == [False] * 5
    assert loss.cut.tolist() == [True, True, True, False, False]


def test_an_unknown_source_is_dark_in_the_area_and_unknown_behind_a_substation():
    sites = supplied({"source": "unknown", "substation_id": "S1"})
    yes, no = np.array([True]), np.array([False])
    assert [flags.tolist() for flags in survivors(sites, no, yes, 5)] == [[False], [True]]
    assert [flags.tolist() for flags in survivors(sites, no, yes, 4)] == [[True], [True]]
    assert [flags.tolist() for flags in survivors(sites, yes, no, 5)] == [[False], [False]]
    assert [flags.tolist() for flags in survivors(sites, no, no, 99)] == [[True], [True]]


def test_an_unknown_backup_is_never_taken_for_alive():
    sites = supplied({"autonomy_hours": np.nan})
    yes = np.array([True])
    assert [flags.tolist() for flags in survivors(sites, ~yes, yes, 0.5)] == [[False], [True]]
    assert [flags.tolist() for flags in survivors(sites, ~yes, yes, 0)] == [[True], [True]]


def test_a_feeder_can_be_cut_by_name():
    sites = supplied({"substation_id": "S1", "feeder_id": "471"}, {"substation_id": "S1"})
    graph = dependency(sites, stations("S1"))
    assert mains_lost(sites, graph, stations("S1"), STUDY, ["S1/471"]).cut.tolist() == [True, False]


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ({"named": ["S1", "S9"]}, "no substation or feeder is called S9"),
        ({"named": []}, "name substations, or give an area"),
        ({"area": shapely.box(20_000, 0, 21_000, 10)}, "the area lies outside the study"),
        ({"area": shapely.Point(0, 0)}, "no sound polygon"),
        ({"area": shapely.Polygon()}, "no sound polygon"),
        ({"area": shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])}, "Self-intersection"),
    ],
)
def test_a_storm_that_cannot_be_is_refused(loss: dict[str, object], told: str):
    with pytest.raises(ConfigError, match=told):
        after([4], **loss)


@pytest.mark.parametrize("hours", [[-1], [4, float("nan")], [float("inf")], []])
def test_hours_that_cannot_be_are_refused(hours: list[float]):
    with pytest.raises(ConfigError, match="0 or more"):
        after(hours, named=["S1"])
    with pytest.raises(ValidationError):
        Storm(hours=tuple(hours))


def test_hours_in_order_each_once():
    assert checked_hours([72, 4, 4.0]) == [4.0, 72.0]


def test_a_site_without_supply_is_a_fault_of_ours():
    sites, graph, footprints, here = world()
    loss = mains_lost(sites, graph, stations("S1", "S2"), STUDY, ["S1"])
    with pytest.raises(ValueError, match="no supply of site s4"):
        storm(sites[:4], Loss(loss.struck[:4], loss.cut[:4], loss.nodes), footprints, here, [4])


def test_a_graph_of_other_sites_is_a_fault_of_ours():
    sites, graph, *_ = world()
    for others in (sites[:4], sites.iloc[::-1]):
        with pytest.raises(ValueError, match="the graph is of other sites"):
            mains_lost(others, graph, stations("S1", "S2"), STUDY, ["S1"])


@given(worlds(), st.lists(st.sampled_from([0.0, 1.0, 4.0, 5.0, 24.0]), min_size=1), st.data())
@settings(max_examples=40, deadline=None)
def test_later_is_never_better_and_low_never_above_high(world: tuple, hours: list[float], data: st.DataObject):
    sites, graph, footprints, here = world
    names = data.draw(st.lists(st.sampled_from(list(graph.nodes.node_id)), min_size=1))
    loss = mains_lost(sites, graph, stations("S0"), STUDY, names)
    found = storm(sites, loss, footprints, here, [0.0, *hours]).by_operator
    assert (found.low_micro <= found.high_micro).all()
    assert (found.high_micro <= found.before_micro).all()
    for _, rows in found.groupby("operator"):
        assert (np.diff(rows.low_micro) <= 0).all()
        assert (np.diff(rows.high_micro) <= 0).all()
        assert rows.low_micro.iloc[0] == rows.before_micro.iloc[0]


def chances(values: dict[str, float]) -> pd.Series:
    return pd.Series(values, dtype=float)


def drawn(substation: float = 0.0, site: float = 0.0, draws: int = 100, seed: int = 1) -> pd.DataFrame:
    sites, graph, footprints, here = world()
    settings_ = Storm(hours=(4, 24), draws=draws, seed=seed)
    by_substation = chances(dict.fromkeys(("S1", "S2"), substation))
    return monte_carlo(
        sites, graph, footprints, here, settings_, by_substation, chances(dict.fromkeys(sites.site_id, site))
    )


def test_certainty_is_the_storm_and_impossibility_is_none():
    none, sure = drawn(), drawn(substation=1.0)
    plain = after([4, 24], named=["S1", "S2"]).by_operator
    for bound in ("low", "high"):
        for name in ("mean_micro", "p5_micro", "p50_micro", "p95_micro"):
            assert none[none.bound == bound][name].tolist() == plain.before_micro.tolist()
            assert sure[sure.bound == bound][name].tolist() == plain[f"{bound}_micro"].tolist()


def test_half_the_storms_take_the_only_site():
    "The mean over 2 000 draws has a standard error of 1.1 %."
    sites = supplied({"autonomy_hours": 0.0})
    graph, footprints, here = dependency(sites, stations()), prints(sites, [[0]], 1), places([[100]], [])
    half = Storm(hours=(4,), draws=2000, seed=5)
    found = monte_carlo(sites, graph, footprints, here, half, chances({}), chances({"s0": 0.5}))
    assert found.mean_micro.iloc[0] / PERSON == pytest.approx(50, abs=4)
    assert found[["p5_micro", "p95_micro"]].iloc[0].tolist() == [0, 100 * PERSON]


def test_a_substation_drawn_takes_along_what_it_feeds():
    sites = supplied({"substation_id": "S2", "autonomy_hours": 0.0})
    graph = dependency(sites, stations("S1", "S2"), pd.DataFrame({"substation_id": ["S2"], "fed_from": ["S1"]}))
    footprints, here, only = prints(sites, [[0]], 1), places([[100]], []), Storm(hours=(4,), draws=10)
    found = monte_carlo(sites, graph, footprints, here, only, chances({"S1": 1.0, "S2": 0.0}), chances({"s0": 0.0}))
    assert found.mean_micro.tolist() == [0] * 4


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    once, again, other = (drawn(0.4, 0.3, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(once, again)
    assert once.mean_micro.tolist() != other.mean_micro.tolist()


def test_another_site_does_not_reshuffle_the_others():
    "The new one comes first and serves nothing."
    sites = supplied({"autonomy_hours": 0.0, "mast": "9 9"}, {"autonomy_hours": 0.0}, {"autonomy_hours": 0.0})
    alone = sites[1:].reset_index(drop=True)
    means = []
    for rows, reached in ((sites, [[], [0], [1]]), (alone, [[0], [1]])):
        graph, footprints = dependency(rows, stations()), prints(rows, reached, 2)
        by_site = chances(dict.fromkeys(rows.site_id, 0.5))
        found = monte_carlo(rows, graph, footprints, places([[10, 1000]], []), Storm(draws=50), chances({}), by_site)
        means.append(found.mean_micro.tolist())
    assert means[0] == means[1]


def test_sites_of_one_mast_are_struck_together():
    "So the pixel of both is dark in half of the draws, not in a quarter."
    one = {"autonomy_hours": 0.0, "mast": "7 7"}
    sites = supplied(one, one)
    graph, footprints = dependency(sites, stations()), prints(sites, [[0], [0]], 1)
    by_site, many = chances({"s0": 0.5, "s1": 0.5}), Storm(hours=(4,), draws=1000)
    found = monte_carlo(sites, graph, footprints, places([[100]], []), many, chances({}), by_site)
    assert found.mean_micro.iloc[0] / PERSON == pytest.approx(50, abs=7)


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1])
def test_a_probability_that_cannot_be_is_named(wrong: float):
    with pytest.raises(ConfigError, match=r"2 substation\(s\) without a probability in 0..1, such as S1, S2"):
        drawn(substation=wrong)
    with pytest.raises(ConfigError, match=r"5 site\(s\) without a probability"):
        drawn(site=wrong)
