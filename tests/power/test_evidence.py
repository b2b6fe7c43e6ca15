"""Evidence of electricity: flags first, then lines, lights and records together; unknown where nothing speaks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from phusong.config.power import DistributionLines, NightLights, Power
from phusong.power.evidence import combine, light_ratio, line_ratio, weigh
from phusong.units import NOT_SERVED, SERVED, UNKNOWN

CODES = pd.Series(["01001", "01002"])
NAN = float("nan")


def one(flag: bool | None, line: float = 1, light: float = 1, record: float = 1, **keys: float) -> list[object]:
    "Power, ten-thousandths, evidence and contradiction of one village."
    found = combine(pd.Series([flag], dtype="boolean"), np.array([[line], [light], [record]], float), Power(**keys))
    return [None if value is pd.NA else value for value in found.iloc[0].tolist()]


def test_flags_decide_alone():
    assert one(True) == [SERVED, 9900, "flag", ""]
    assert one(False) == [NOT_SERVED, 200, "flag", ""]
    assert one(True, flag_yes_probability=0.5, served_from=0.6)[:2] == [SERVED, 5000]


def test_weaker_evidence_never_overrules_a_flag_but_its_contradiction_is_named():
    assert one(False, line=4.5, light=10) == [NOT_SERVED, 200, "flag", "distribution_line;night_lights"]
    assert one(False, line=0.125, light=10) == [NOT_SERVED, 200, "flag", "night_lights"]
    assert one(True, line=0.125, light=0.4) == [SERVED, 9900, "flag", "distribution_line;night_lights"]
    assert one(True, line=4.5, light=10) == [SERVED, 9900, "flag", ""]


def test_a_record_of_the_commune_contradicts_no_village():
    assert one(False, record=2) == [NOT_SERVED, 200, "flag", ""]


def test_unknown_is_never_no():
    "Nothing speaks; a prior gives a probability, but decides nothing."
    assert one(None) == [UNKNOWN, None, "none", ""]
    assert one(None, prior_share=0.99) == [UNKNOWN, 9900, "none", ""]
    assert one(None, prior_share=0.01) == [UNKNOWN, 100, "none", ""]


@pytest.mark.parametrize(
    ("line", "light", "expected"),
    [
        (1, 10, [SERVED, 9091, "night_lights"]),  # 10 / 11
        (4.5, 1, [UNKNOWN, 8182, "distribution_line"]),  # 4.5 / 5.5
        (4.5, 10, [SERVED, 9783, "distribution_line;night_lights"]),  # 45 / 46
        (0.125, 1, [UNKNOWN, 1111, "distribution_line"]),  # 1 / 9
        (1, 0.4, [UNKNOWN, 2857, "night_lights"]),  # 0.4 / 1.4
        (0.125, 0.4, [NOT_SERVED, 476, "distribution_line;night_lights"]),  # 0.05 / 1.05
        (4.5, 0.4, [UNKNOWN, 6429, "distribution_line;night_lights"]),  # 1.8 / 2.8
    ],
)
def test_evidence_from_even_odds(line, light, expected):
    "One kind alone decides nothing, but light; darkness and distance together do."
    assert one(None, line, light) == [*expected, ""]


def test_prior_odds_are_multiplied():
    "Odds of 3 to 1 times 4.5 are 13.5: 13.5 / 14.5."
    assert one(None, line=4.5, prior_share=0.75)[:2] == [SERVED, 9310]


def test_record_of_the_commune_can_be_made_to_speak():
    assert one(None, record=1.5) == [UNKNOWN, 6000, "outage_record", ""]
    assert one(None, light=10, record=1.5)[1:3] == [9375, "night_lights;outage_record"]


def test_thresholds_hold_their_own_edge_after_rounding():
    "10 / 11 is 0.90909..., stored as 9091; 1 / 9 is 0.1111..., stored as 1111."
    assert one(None, light=10, served_from=0.9091)[0] == SERVED
    assert one(None, light=10, served_from=0.9092)[0] == UNKNOWN
    assert one(None, line=0.125, not_served_to=0.1111)[0] == NOT_SERVED
    assert one(None, line=0.125, not_served_to=0.111)[0] == UNKNOWN


def test_evidence_makes_nothing_certain():
    assert one(None, line=1000, light=1000)[1] == 9999
    assert one(None, line=1e-4, light=1e-4)[1] == 1


def test_flags_of_other_types_and_no_villages():
    flags = pd.Series([True, None, False], dtype=object)
    assert combine(flags, np.ones((3, 3)), Power()).power.tolist() == [SERVED, UNKNOWN, NOT_SERVED]
    none = combine(pd.Series([], dtype="boolean"), np.ones((3, 0)), Power())
    assert none.empty
    assert none.power.dtype == np.uint8


def test_light_between_dark_and_lit_says_nothing():
    radiance = np.array([-1.5, 0.0, 0.3, 0.31, 0.99, 1.0, 300.0])
    assert light_ratio(radiance, NightLights()).tolist() == [0.4, 0.4, 0.4, 1, 1, 10, 10]


def test_light_that_was_not_measured_says_nothing():
    assert light_ratio(np.array([NAN, -999.3, -1.6, np.inf, -np.inf]), NightLights()).tolist() == [1] * 5


def test_line_speaks_only_where_the_map_is_complete():
    found = line_ratio(np.array([1000.0, 1001.0, 0.0]), np.array([True, True, False]), DistributionLines())
    assert found.tolist() == [4.5, 0.125, 1]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"served_from": 0.1, "not_served_to": 0.1}, "not_served_to must lie below served_from"),
        ({"flag_yes_probability": 0.1, "flag_no_probability": 0.2}, "flag_no_probability must lie below"),
        ({"lights": {"lit_nw_cm2_sr": 0.2}}, "lit_nw_cm2_sr must lie above dark_nw_cm2_sr"),
        ({"lines": {"far_ratio": 0}}, "greater than 0"),
        ({"lines": {"far_ratio": 2}}, "less than or equal to 1"),
        ({"lights": {"lit_ratio": 0.5}}, "greater than or equal to 1"),
        ({"prior_share": 1}, "less than 1"),
        ({"village_reach_km": 2}, "Extra inputs"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(keys, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Power.model_validate(keys)


def world(**changes: object) -> dict[str, object]:
    """
    Commune 01001 has a 22 kV line and five villages with power at it, commune 01002 only a 110 kV line.

    Villages 5 to 7 of the first have no flag: at the line, 5 km away, astray 5 km away. Villages 8 and 9 of the second:
    under the 110 kV line without a flag, and with the flag no. Village 10 names a commune that is not there.
    """
    east = [*range(0, 500, 100), 500, 5000, 5000, 50_000, 50_000, 0]
    codes = ["01001"] * 8 + ["01002"] * 2 + ["99999"]
    flags = [True] * 5 + [None, None, None, None, False, None]
    villages = gpd.GeoDataFrame(
        {"commune_code": codes, "has_grid_power": pd.Series(flags, dtype="boolean")},
        geometry=shapely.points([(500_000 + x, 2_300_000) for x in east]),
        crs=3405,
    )
    lines = gpd.GeoDataFrame(
        {"voltage_kv": pd.Series([22, 110, None, "500000;220000"], dtype=object)},
        geometry=[shapely.LineString([(500_000 + x, 2_290_000), (500_000 + x, 2_310_000)]) for x in (0, 50_000, 0, 0)],
        crs=3405,
    )
    return {
        "villages": villages,
        "astray": np.arange(11) == 7,
        "lines": lines,
        "radiance_nw_cm2_sr": np.full(11, NAN),
        "commune_codes": CODES,
        "filed": np.zeros(2, bool),
        "settings": Power(),
    } | changes


def test_lines_speak_of_villages_at_their_place_in_communes_with_a_complete_map():
    found = weigh(**world())
    assert found.communes.complete.tolist() == [True, False]
    assert found.villages.power.tolist() == [SERVED] * 5 + [UNKNOWN] * 4 + [NOT_SERVED, UNKNOWN]
    assert found.villages.evidence.tolist() == ["flag"] * 5 + ["distribution_line"] * 2 + ["none"] * 2 + [
        "flag",
        "none",
    ]
    assert found.villages.probability_e4.tolist()[5:7] == [8182, 1111]
    assert found.villages.line_distance_m.tolist()[:2] == [0, 100]


def test_a_village_astray_judges_no_map():
    "Four of the five villages with power are left in the first commune: too few."
    found = weigh(**world(astray=np.arange(11) == 0))
    assert found.communes.flagged_villages.tolist() == [4, 0]
    assert found.villages.evidence.tolist()[5:8] == ["none"] * 3


def test_what_is_found_on_the_way_is_counted():
    lit = np.full(11, NAN)
    lit[[0, 6, 7, 8, 9, 10]] = [0.1, 50, 50, -999, 50, np.inf]
    counts = weigh(**world(radiance_nw_cm2_sr=lit)).counts
    assert counts == {
        "villages": {"served": 5, "not_served": 1, "unknown": 5},
        "evidence": {"distribution_line": 1, "distribution_line;night_lights": 1, "flag": 6, "none": 3},
        "contradictions": {
            "flag_no_against_distribution_line": 0,
            "flag_no_against_night_lights": 1,
            "flag_yes_against_distribution_line": 0,
            "flag_yes_against_night_lights": 1,
        },
        "villages_with_split_evidence": 1,
        "lines": {"low": 0, "medium": 1, "high": 1, "not_stated": 1, "several": 1, "impossible": 0},
        "villages_of_unknown_commune": 1,
        "villages_astray": 1,
        "villages_without_radiance": 5,
        "villages_with_impossible_radiance": 2,
        "communes_with_complete_lines": 1,
    }


def test_high_voltage_alone_proves_nothing():
    "Without the 22 kV line no commune has a map of it, and distances have no end."
    given_ = world()
    found = weigh(**{**given_, "lines": given_["lines"].iloc[1:]})
    assert found.counts["evidence"] == {"flag": 6, "none": 5}
    assert found.villages.line_distance_m.isna().all()


def test_records_speak_of_the_villages_of_their_commune():
    found = weigh(**world(filed=np.array([False, True]), settings=Power(outage_record_ratio=2)))
    assert found.villages.evidence.tolist()[8:] == ["outage_record", "flag", "none"]
    assert found.villages.probability_e4.tolist()[8] == 6667


def test_by_default_records_say_nothing():
    assert weigh(**world(filed=np.ones(2, bool))).counts["evidence"] == weigh(**world()).counts["evidence"]


def test_no_villages_no_lines_no_communes():
    empty = world()
    nobody = weigh(
        empty["villages"].iloc[:0], np.zeros(0, bool), empty["lines"].iloc[:0], np.zeros(0),
        pd.Series([], dtype=object), np.zeros(0, bool), Power(),
    )  # fmt: skip
    assert nobody.villages.empty
    assert nobody.villages.columns.tolist() == [
        "power", "probability_e4", "evidence", "contradicted_by", "line_distance_m",
    ]  # fmt: skip
    assert nobody.counts["villages"] == {"served": 0, "not_served": 0, "unknown": 0}
    nowhere = weigh(**world(commune_codes=pd.Series([], dtype=object), filed=np.zeros(0, bool)))
    assert nowhere.counts["villages_of_unknown_commune"] == 11
    assert nowhere.counts["villages"] == {"served": 5, "not_served": 1, "unknown": 5}


@given(st.permutations(range(11)), st.permutations(range(4)), st.permutations(range(2)))
@settings(max_examples=25, deadline=None)
def test_order_of_rows_changes_nothing(villages, lines, communes):
    radiance = np.array([0.1, NAN, 5, 0.2, 1, 0.1, 9, 0, 3, 2, 1])
    base = world(radiance_nw_cm2_sr=radiance)
    mixed = {
        **base,
        "villages": base["villages"].iloc[villages],
        "astray": base["astray"][villages],
        "radiance_nw_cm2_sr": radiance[villages],
        "lines": base["lines"].iloc[lines],
        "commune_codes": CODES.iloc[communes].reset_index(drop=True),
    }
    one, other = weigh(**base), weigh(**mixed)
    pd.testing.assert_frame_equal(one.villages, other.villages.sort_index())
    assert one.counts == other.counts


ratio = st.sampled_from([0.125, 0.4, 1.0, 4.5, 10.0])


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), ratio, ratio, ratio), max_size=6))
def test_evidence_against_bayes_rule_with_plain_numbers(rows):
    flags = pd.Series([row[0] for row in rows], dtype="boolean")
    ratios = np.array([row[1:] for row in rows], float).reshape(-1, 3).T
    found = combine(flags, ratios, Power(prior_share=0.75))
    for (flag, *own), power, share in zip(rows, found.power, found.probability_e4, strict=True):
        product = 0.75 * np.prod(own)
        chance = product / (product + 0.25)
        if flag is None:
            assert share == pytest.approx(10_000 * chance, abs=0.5 + 1e-6)
            silent = own == [1, 1, 1]
            clear = UNKNOWN if silent else SERVED if share >= 9000 else NOT_SERVED if share <= 1000 else UNKNOWN
            assert power == clear
        else:
            assert (power, share) == ((SERVED, 9900) if flag else (NOT_SERVED, 200))
