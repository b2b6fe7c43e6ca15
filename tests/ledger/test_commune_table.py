"""The table of communes: people, households, villages and findings by hand, and classes that sum to the people."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_counts import COMMUNES, COUNTS, EXTRA, NOBODY, counts_of, rows

from phusong.ledger.communes import (
    STATES,
    commune_table,
    household_columns,
    joint_columns,
    lifeline_columns,
    outage_columns,
    reported_columns,
    spot_columns,
    village_columns,
    zones_touching,
)
from phusong.ledger.counts import Counts
from phusong.units import ANY

CODES = COMMUNES.commune_code
LEVELS = ("none", "limited", "good", "very_good", "unknown")
STEPS = {"lte": [2, 3, 1, 2, 2], "lte_viettel": [5, 2, 1, 0, 2], "lte_dong_a": [3, 1, 0, 2, 4],
         "nr": [10, 0, 0, 0, 0], "nr_viettel": [10, 0, 0, 0, 0]}  # fmt: skip


def test_commune_table_by_hand():
    table = commune_table(COMMUNES, COUNTS, EXTRA)
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs == COMMUNES.crs
    assert table.geometry.tolist() == COMMUNES.geometry.tolist()
    first = table.iloc[0].drop("geometry").to_dict()
    classes = {
        f"{name}_{level}_people": n for name, steps in STEPS.items() for level, n in zip(LEVELS, steps, strict=True)
    }
    assert first == pytest.approx(
        {
            "commune_code": "01001",
            "commune_name": "An Bình",
            "province_code": "01",
            "province_name": "Hà Nội",
            "people": 10,
            **classes,
            "lte_people": 6,
            "lte_viettel_people": 3,
            "lte_dong_a_people": 3,
            "nr_people": 0,
            "nr_viettel_people": 0,
            "lte_share": 0.75,
            "lte_share_low": 0.6,
            "lte_share_high": 0.8,
            "nr_share": 0.0,
            "nr_share_low": 0.0,
            "nr_share_high": 0.0,
            "power_no_people": 3,
            "power_yes_people": 5,
            "power_unknown_people": 2,
            "power_share": 5 / 8,
            "power_share_low": 0.5,
            "power_share_high": 0.7,
            "gap_none_people": 3,
            "gap_signal_people": 2,
            "gap_power_people": 2,
            "gap_both_people": 1,
            "gap_unknown_people": 2,
            "signal_not_served_power_not_served_people": 1,
            "signal_not_served_power_served_people": 1,
            "signal_not_served_power_unknown_people": 1,
            "signal_served_power_not_served_people": 2,
            "signal_served_power_served_people": 3,
            "signal_served_power_unknown_people": 0,
            "signal_unknown_power_not_served_people": 0,
            "signal_unknown_power_served_people": 1,
            "signal_unknown_power_unknown_people": 1,
            "lte_white_people": 2,
            "lte_grey_people": 3,
            "lte_all_operators_people": 1,
            "lte_spots_unknown_people": 4,
            "nr_white_people": 10,
            "nr_grey_people": 0,
            "nr_all_operators_people": 0,
            "nr_spots_unknown_people": 0,
            "any_white_people": 2,
            "any_grey_people": 3,
            "any_all_operators_people": 2,
            "any_spots_unknown_people": 3,
            "zones": 1,
        }
    )


def test_commune_with_nobody_has_no_share():
    table = commune_table(COMMUNES, COUNTS, EXTRA)
    assert table.people.tolist() == [10, 4, 0]
    assert table.people.dtype == np.int64
    assert table.lte_share.isna().tolist() == [False, False, True]
    assert table[["lte_share_low", "lte_share_high", "nr_share", "power_share"]].iloc[2].isna().all()
    assert table.lte_people.iloc[2] == 0


def test_unknown_is_not_no():
    "In the second commune nothing is known of 5G and of power: the shares have no value, not the value 0."
    second = commune_table(COMMUNES, COUNTS, EXTRA).iloc[1]
    for name in ("nr", "power"):
        assert np.isnan(second[f"{name}_share"])
        assert (second[f"{name}_share_low"], second[f"{name}_share_high"]) == (0.0, 1.0)


def test_a_level_that_may_be_better_counts_as_the_level_it_has_at_least():
    "Of 10 people 4 have limited signal or better and 3 good signal or better."
    counts = Counts({("NR", ANY): rows([2, 1, 0, 0, 0, 4, 3])}, rows([10, 0, 0, 0, 0, 0, 0, 0, 0]))
    table = commune_table(COMMUNES.iloc[:1], counts, EXTRA.iloc[:1])
    assert table[[f"nr_{level}_people" for level in LEVELS]].iloc[0].tolist() == [2, 5, 3, 0, 0]


def test_order_in_which_operators_were_met_changes_nothing():
    turned = replace(COUNTS, levels=dict(reversed(COUNTS.levels.items())), spots=dict(reversed(COUNTS.spots.items())))
    pd.testing.assert_frame_equal(commune_table(COMMUNES, turned, EXTRA), commune_table(COMMUNES, COUNTS, EXTRA))


@pytest.mark.parametrize(("operator", "column"), [("Viettel good", "lte_viettel_good_people"), ("White", "lte_white")])
def test_an_operator_that_takes_anothers_column_is_refused(operator: str, column: str):
    counts = replace(COUNTS, levels={**COUNTS.levels, ("LTE", operator): COUNTS.levels["LTE", "Viettel"]})
    with pytest.raises(ValueError, match=f"{column}.* twice"):
        commune_table(COMMUNES, counts, EXTRA)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_classes_sum_to_the_people(seed: int):
    counts = counts_of(seed)
    table = commune_table(COMMUNES, counts, EXTRA)
    sums = [[f"signal_{s}_power_{p}_people" for s in STATES for p in STATES]]
    sums += [[f"{t}{o}_{level}_people" for level in LEVELS] for t in ("lte", "nr") for o in ("", "_viettel", "_dong_a")]
    kinds = ("white", "grey", "all_operators", "spots_unknown")
    sums += [[f"{technology}_{kind}_people" for kind in kinds] for technology in ("lte", "nr", "any")]
    for columns in sums:
        assert table[columns].sum(axis=1).tolist() == table.people.tolist()
    for name in ("lte", "nr_viettel"):
        better = table[[f"{name}_{level}_people" for level in ("limited", "good", "very_good")]].sum(axis=1)
        assert better.tolist() == table[f"{name}_people"].tolist()


# fragile signal


def test_fragile_people_are_told_where_somebody_asked():
    assert not any("fragile" in name for name in joint_columns(COUNTS))
    told = joint_columns(replace(COUNTS, fragile=rows([5, 3, 2], [4, 0, 0], [0, 0, 0])))
    assert told[["fragile_people", "fragile_unknown_people"]].to_numpy().tolist() == [[3, 2], [0, 0], [0, 0]]


def test_without_spots_there_are_no_columns_of_them():
    assert spot_columns(Counts({}, COUNTS.joint)).shape == (3, 0)


# households


def test_households_follow_the_people():
    "2, 3, 1, 2 and 2 of 10 people make 1, 2, 0, 1 and 1 of 5 households; all 4 people good; nobody: all unknown."
    found = household_columns(COUNTS, pd.Series([5, 7, 6], dtype="Int64"))
    lte = found[[f"lte_{level}_households" for level in LEVELS]].to_numpy().tolist()
    assert lte == [[1, 2, 0, 1, 1], [0, 0, 7, 0, 0], [0, 0, 0, 0, 6]]
    assert found.nr_unknown_households.tolist() == [0, 7, 6]


def test_households_not_known_have_no_levels():
    found = household_columns(COUNTS, pd.Series([5, None, 0], dtype="Int64"))
    assert found.isna().all(axis=1).tolist() == [False, True, False]
    assert (found.iloc[2] == 0).all()
    assert {str(kind) for kind in found.dtypes} == {"Int64"}


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_households_by_level_sum_to_the_households_and_are_near_their_share(seed: int, households: list[int]):
    counts = counts_of(seed)
    found = household_columns(counts, pd.Series(households, dtype="Int64"))
    for technology in ("lte", "nr"):
        own = found[[f"{technology}_{level}_households" for level in LEVELS]].to_numpy(np.int64)
        assert own.sum(axis=1).tolist() == households
        assert own.min() >= 0
        people = np.stack([*counts.steps(technology.upper(), ANY).values()], axis=1)
        lived = counts.people > 0
        due = people[lived] / counts.people[lived, None] * np.array(households)[lived, None]
        assert np.abs(own[lived] - due).max(initial=0) <= 1


# villages

VILLAGES = pd.DataFrame(
    {
        "commune_code": ["01001", "01001", "01001", "01002", "99999"],
        "households": [10.0, np.nan, 5.0, np.nan, 7.0],
        "signal": ["not_served", "not_served", "unknown", "served", "not_served"],
        "power": ["not_served", "served", "unknown", "unknown", "not_served"],
    }
)


def test_villages_count_in_the_commune_they_name():
    "The third stands elsewhere and counts all the same; the last names a commune beyond the study."
    astray = np.array([False, False, True, False, False])
    found = village_columns(VILLAGES, astray, CODES)
    assert found.fillna(-1).to_dict("list") == {
        "villages": [3, 1, 0],
        "villages_astray": [1, 0, 0],
        "villages_without_signal": [2, 0, 0],
        "villages_without_power": [1, 0, 0],
        "villages_without_both": [1, 0, 0],
        "villages_signal_unknown": [1, 0, 0],
        "villages_power_unknown": [1, 1, 0],
        "villages_households_unknown": [1, 1, 0],
        "households": [15, -1, -1],
    }
    assert {str(kind) for kind in found.dtypes} == {"Int64"}
    turned = village_columns(VILLAGES[::-1], astray[::-1], CODES)
    pd.testing.assert_frame_equal(turned, found)


def test_without_a_layer_nothing_is_known_of_villages():
    found = village_columns(None, np.zeros(0, bool), CODES)
    assert found.shape == (3, 9)
    assert found.isna().all(axis=None)
    assert list(found) == list(village_columns(VILLAGES, np.zeros(5, bool), CODES))
    none = village_columns(VILLAGES.iloc[:0], np.zeros(0, bool), CODES)
    assert none.villages.tolist() == [0, 0, 0]
    assert none.households.isna().all()
    assert none.dtypes.tolist() == found.dtypes.tolist()


# findings of the stages


def test_lifelines_are_found_by_code():
    found = pd.DataFrame(
        {
            "commune_code": ["02003", "01001", "01002"], "masts_low": [0, 1, 2], "masts_high": [1, 1, 4],
            "met": ["unknown", "no", "yes"], "sites": "", "sites_perhaps": "a",
        }
    )  # fmt: skip
    assert lifeline_columns(found, CODES).to_dict("list") == {
        "lifeline_masts_low": [1, 2, 0],
        "lifeline_masts_high": [1, 4, 1],
        "lifeline_met": ["no", "yes", "unknown"],
    }


def test_outages_are_those_of_the_commune_and_not_of_a_province_with_the_same_code():
    felt = pd.DataFrame(
        {
            "unit_level": ["commune", "commune", "commune", "province"],
            "unit_code": ["01002", "01001", "02003", "01001"],
            "saidi_min": [2.0, 1.0, np.nan, 9.0], "saifi_count": [1.0, 1.0, np.nan, 9.0],
            "caidi_min": [2.0, 1.0, np.nan, 1.0], "customers": 5.0,
        }
    )  # fmt: skip
    found = outage_columns(felt, CODES)
    assert list(found) == ["saidi_min", "saifi_count", "caidi_min"]
    assert found.saidi_min.fillna(-1).tolist() == [1, 2, -1]


def test_rows_of_the_list_by_commune():
    "One row of which the commune is not known is in none."
    listed = pd.DataFrame(
        {
            "commune_code": ["", "01002"],
            "filed": [1, 3],
            "agreed": [0, 2],
            "unmatched": [1, 1],
            "predicted_only": [0, 4],
        }
    )  # fmt: skip
    assert reported_columns(listed, CODES).to_dict("list") == {
        "listed_rows": [0, 3, 0],
        "listed_agreed_rows": [0, 2, 0],
        "listed_unmatched_rows": [0, 1, 0],
        "predicted_only_villages": [0, 4, 0],
    }


def test_a_zone_counts_once_in_every_commune_it_touches():
    zones = pd.DataFrame({"commune_codes": ["01001;01002", "01002", "99999"]}, index=[7, 7, 7])
    own = pd.Series(CODES.to_numpy(), CODES)
    assert zones_touching(zones, own).to_dict() == {"01001": 1, "01002": 2, "02003": 0}
    assert zones_touching(zones.iloc[:0].astype(float), own).tolist() == [0, 0, 0]


# the dictionary


def test_the_dictionary_knows_every_column():
    file = Path(__file__).resolve().parents[2] / "gis_data" / "data_dictionary.toml"
    dictionary = tomllib.loads(file.read_text("utf-8"))
    known = {*dictionary["layers"]["communes"], *dictionary["snapshot"]["communes"]}
    spelt = {
        name.replace("{technology}", technology).replace("{operator}", operator)
        for name in known for technology in ("lte", "nr") for operator in ("viettel", "dong_a")
    }  # fmt: skip
    counts = counts_of(1)
    villages = village_columns(VILLAGES, np.zeros(5, bool), CODES)
    listed = pd.DataFrame(columns=["commune_code", "filed", "agreed", "reported_only", "contradicted", "ambiguous",
                                   "unmatched", "predicted_only"])  # fmt: skip
    extra = [villages, household_columns(counts, villages.households), reported_columns(listed, CODES)]
    assert set(commune_table(COMMUNES, counts, pd.concat(extra, axis=1))) - spelt == set()


def test_nobody_is_a_commune_too():
    counts = Counts({("LTE", ANY): rows(NOBODY)}, rows([0] * 9))
    table = commune_table(COMMUNES.iloc[:1], counts, EXTRA.iloc[:1])
    assert table[[f"lte_{level}_people" for level in LEVELS]].iloc[0].tolist() == [0] * 5
