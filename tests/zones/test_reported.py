"""Reported: names in all their ways of writing, the stages of a match, nothing guessed, every row with its outcome."""

from __future__ import annotations

import unicodedata

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.zones.reported import MATCHES, OUTCOMES, Reported, beside, by_commune, from_flags
from phusong.zones.village_names import likeness

WEST, SOUTH = 500_000.0, 2_300_000.0
COMMUNES = pd.DataFrame(
    {
        "commune_code": ["00001", "00002", "00003"],
        "commune_name": ["Xã Hoà Bình", "Xã Nậm Cọ", "Xã Hòa Bình"],
        "province_name": ["Sơn La", "Sơn La", "Lào Cai"],
    }
)
# id, name, commune, metres east and north, signal, power
VILLAGES = [
    ("V1", "Bản Nà Cọ", "00001", 0, 0, "not_served", "served"),
    ("V2", "Bản Nà Cọ", "00001", 3000, 0, "served", "served"),
    ("V3", "Thôn 3", "00001", 6000, 0, "unknown", "not_served"),
    ("V4", "Bản Nà Cọ", "00002", 0, 9000, "not_served", "not_served"),
    ("V5", "Tổ dân phố 3", "00002", 3000, 9000, "served", "unknown"),
    ("V6", "Bản Pác Lìn", "00003", 0, 20000, "not_served", "served"),
]


def villages(rows=VILLAGES) -> gpd.GeoDataFrame:
    names = ["village_id", "village_name", "commune_code", "x", "y", "signal", "power"]
    table = pd.DataFrame(rows, columns=names)
    points = shapely.points(WEST + table.x.to_numpy(float), SOUTH + table.y.to_numpy(float))
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=3405)


def filed(*rows: dict) -> gpd.GeoDataFrame:
    "Rows of a list; `at` in metres from the corner."
    columns = ("village_id", "village_name", "commune_code", "commune_name", "province_name", "lacks", "source")
    table = pd.DataFrame([{"lacks": "signal", **row} for row in rows]).reindex(columns=list(columns)).astype(object)
    table = table.where(table.notna(), None)
    places = [row.get("at") for row in rows]
    shapes = [None if at is None else shapely.Point(WEST + at[0], SOUTH + at[1]) for at in places]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=3405)


def held(*rows: dict, of=VILLAGES) -> Reported:
    return beside(filed(*rows), villages(of), COMMUNES, reach_m=1000, place_m=300)


def one(**row) -> tuple[str, str | None, str]:
    "How the one row filed is matched, with which village, and what the prediction says."
    found = held(row).rows.iloc[0]
    return found.match, found.matched_id, found.outcome


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("Bản Nà Cọ", unicodedata.normalize("NFD", "BẢN  NÀ CỌ"), "same"),
        ("Thôn Hoà Mỹ", "thôn Hòa Mĩ", "same"),
        ("Buôn Ea H'Leo", "Buôn Ea HʼLeo", "same"),
        ("Thôn 03", "THÔN III", "same"),
        ("Thôn 4", "Thôn IV", "same"),
        ("Xóm 9", "Xóm IX", "same"),
        ("Xóm 12", "Xóm XII", "same"),
        ("Thôn Ba", "Thôn số 3", "same"),
        ("TDP3", "Tổ 3", "same"),
        ("Thôn 3A", "thôn 3a", "same"),
        ("3", "Thôn 3", "kind_missing"),
        ("Thôn Bản Khao", "Bản Khao", "kind_missing"),
        ("Xóm Nà Cọ", "Bản Nà Cọ", "kind_differs"),
        ("BAN NA CO", "Bản Nà Cọ", "marks_missing"),
        ("Nà Khao", "Nà Kaho", "similar"),
        ("Bản Nà Mạ", "Bản Nà Má", "similar"),
        ("NÀ VI", "Nà 6", None),  # among capitals a syllable, not a number
        ("Thôn 3", "Bản 3", None),
        ("Thon 3", "Bản 3", None),
        ("Thôn 3", "Thôn 8", None),
        ("Thôn Tân Lập 3A", "Thôn Tân Lập 3B", None),
        ("Thôn Tân Lập A", "Thôn Tân Lập B", None),
        ("Trung Sơn Thượng", "Trung Sơn Hạ", None),
        ("Ba", "Bo", None),
        ("Đồi Cao", "Đội Cao", None),  # a hill is no kind of village
        ("--", "..", None),
    ],
)
def test_likeness(a: str, b: str, how: str | None):
    assert likeness(a, b) == likeness(b, a) == how


def test_an_id_is_enough():
    assert one(village_id="V2", village_name="Tên Khác") == ("id", "V2", "contradicted")


def test_an_unknown_id_leaves_it_to_the_name():
    known = {"village_name": "bản Nà Cọ", "commune_code": "00002"}
    assert one(village_id="X9", **known) == ("name_and_commune", "V4", "agreed")


def test_place_and_name_tell_namesakes_of_one_commune_apart():
    found = held({"village_name": "Nà Cọ", "commune_code": "00001", "at": (2400, 0)}).rows.iloc[0]
    assert (found.match, found.matched_id, found.outcome, found.distance_m) == (
        "place_and_name", "V2", "contradicted", 600,
    )  # fmt: skip


def test_of_several_near_by_the_most_alike_name_is_meant():
    near = [
        ("A", "Bản Nà Cọ", "00001", 100, 0, "not_served", "served"),
        ("B", "Bản Nà Cò", "00001", 0, 0, "served", "served"),
    ]
    found = held({"village_name": "Bản Nà Cọ", "at": (0, 0)}, of=near).rows.iloc[0]
    assert (found.match, found.matched_id) == ("place_and_name", "A")


def test_a_similar_name_is_enough_only_beside_a_place():
    slip = {"village_name": "Bản Pác Lin", "commune_code": "00003"}
    assert one(**slip) == ("unmatched", None, "unmatched")
    assert one(**slip, at=(0, 20_900)) == ("place_and_name", "V6", "agreed")
    assert one(**slip, at=(0, 21_020)) == ("unmatched", None, "unmatched")


def test_namesakes_in_a_commune_are_ambiguous_and_named():
    found = held({"village_name": "Bản Nà Cọ", "commune_code": "00001"}).rows.iloc[0]
    assert (found.match, found.matched_id, found.outcome) == ("ambiguous", None, "ambiguous")
    assert (found.candidates, found.counted_in) == ("V1;V2", "00001")


def test_a_commune_by_its_name_and_province_however_written():
    assert one(village_name="Thôn 3", commune_name="xã HÒA BÌNH", province_name="tỉnh Sơn La")[:2] == (
        "name_and_commune", "V3",
    )  # fmt: skip
    both = held({"village_name": "Pác Lìn", "commune_name": "Hoà Bình"}).rows.iloc[0]
    assert (both.match, both.matched_id, both.counted_in) == ("name_and_commune", "V6", "00003")
    assert one(village_name="Pác Lìn", commune_name="Hoà Bình", province_name="Sơn La")[0] == "unmatched"
    assert one(village_name="Pác Lìn", commune_name="Phường Hoà Bình")[0] == "unmatched"
    nowhere = held({"village_name": "Xóm Mới", "commune_name": "Hoà Bình"}).rows.iloc[0]
    assert (nowhere.match, nowhere.counted_in) == ("unmatched", "")


def test_a_name_without_commune_and_place_means_nobody():
    assert one(village_name="Bản Pác Lìn") == ("unmatched", None, "unmatched")


def test_a_place_alone_takes_the_only_village_there_of_the_commune_named():
    assert one(village_name="Xóm Mới", at=(6200, 0)) == ("place", "V3", "reported_only")
    assert one(village_name="Xóm Mới", at=(6400, 0))[0] == "unmatched"
    assert one(village_name="Xóm Mới", at=(6200, 0), commune_code="00002")[0] == "unmatched"
    assert one(village_name="Bản Nà Cọ", at=(100, 0), commune_code="00002")[:2] == ("name_and_commune", "V4")


def test_a_place_may_choose_among_namesakes_but_not_beyond_them():
    twins = [
        ("A", "Bản Nà Cọ", "00001", 0, 0, "not_served", "served"),
        ("B", "Bản Nà Cọ", "00001", 600, 0, "served", "served"),
        ("C", "Bản Khác", "00001", 900, 0, "served", "served"),
    ]
    row = {"village_name": "Bản Nà Cọ", "commune_code": "00001"}
    first = held({**row, "at": (200, 0)}, of=twins).rows.iloc[0]
    assert (first.match, first.matched_id) == ("place", "A")
    other = held({**row, "at": (950, 0)}, of=twins).rows.iloc[0]  # A is 950 m off, B 350 m, C 50 m
    assert (other.match, other.candidates) == ("ambiguous", "A;B")


@pytest.mark.parametrize(
    ("signal", "power", "lacks", "outcome"),
    [
        ("not_served", "served", "signal", "agreed"),
        ("served", "not_served", "signal", "contradicted"),
        ("unknown", "not_served", "signal", "reported_only"),
        ("served", "not_served", "power", "agreed"),
        ("not_served", "not_served", "both", "agreed"),
        ("not_served", "unknown", "both", "reported_only"),
        ("unknown", "served", "both", "contradicted"),
    ],
)
def test_outcomes(signal: str, power: str, lacks: str, outcome: str):
    village = ("V", "Bản", "00001", 0, 0, signal, power)
    found = held({"village_id": "V", "village_name": "Bản", "lacks": lacks}, of=[village]).rows.iloc[0]
    assert (found.outcome, found.predicted_signal, found.predicted_power) == (outcome, signal, power)


def test_predicted_only_is_what_no_row_says():
    found = held({"village_id": "V1", "village_name": "x"}, {"village_name": "Nà Cọ", "commune_code": "00001"})
    assert found.predicted_only.values.tolist() == [
        ["V4", "Bản Nà Cọ", "00002", "signal", False],
        ["V6", "Bản Pác Lìn", "00003", "signal", False],
    ]
    unsaid = held({"village_name": "Nà Cọ", "commune_code": "00001"}).predicted_only
    assert unsaid[unsaid.candidate].village_id.tolist() == ["V1"]
    power = held({"village_id": "V4", "village_name": "x", "lacks": "power"}).predicted_only
    assert dict(zip(power.village_id, power.lacks, strict=True)) == {
        "V1": "signal", "V3": "power", "V4": "signal", "V6": "signal",
    }  # fmt: skip


def test_what_was_filed_stays_as_it_was():
    rows = filed({"village_id": "V1", "village_name": "tên  lạ", "source": "Công văn 12"}, {"village_name": "không"})
    before = rows.copy()
    found = beside(rows, villages(), COMMUNES, 1000, 300)
    pd.testing.assert_frame_equal(found.rows[list(before.columns)], before)
    pd.testing.assert_frame_equal(rows, before)


def test_counts_by_commune_sum_to_the_rows():
    found = held(
        {"village_id": "V1", "village_name": "x"},
        {"village_id": "V1", "village_name": "x", "lacks": "power"},
        {"village_name": "Nà Cọ", "commune_code": "00001"},
        {"village_name": "Đâu Đó"},
    )
    assert found.counts == {
        "agreed": 1, "reported_only": 0, "contradicted": 1, "ambiguous": 1, "unmatched": 1, "predicted_only": 3,
    }  # fmt: skip
    table = by_commune(found).set_index("commune_code")
    assert table.loc["00001"].tolist() == [3, 1, 0, 1, 1, 0, 1]
    assert table.loc["00002"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert table.loc[""].tolist() == [1, 0, 0, 0, 0, 1, 0]
    assert table.filed.sum() == 4


def test_without_a_list_the_flags_of_the_villages_are_one():
    flags = pd.array([True, False, None, True, None, None], "boolean")
    rows = from_flags(villages().assign(reported_no_signal=flags))
    assert rows.village_id.tolist() == ["V1", "V4"]
    assert rows.source.unique().tolist() == ["villages"]
    found = beside(rows, villages(), COMMUNES, 1000, 300)
    assert found.rows["match"].tolist() == ["id", "id"]
    assert found.rows.outcome.tolist() == ["agreed", "agreed"]
    assert found.predicted_only.village_id.tolist() == ["V6"]


def test_an_empty_list_leaves_all_predicted_only():
    found = beside(filed({"village_name": "x"})[:0], villages(), COMMUNES, 1000, 300)
    assert len(found.rows) == 0
    assert found.predicted_only.village_id.tolist() == ["V1", "V4", "V6"]
    assert by_commune(found).predicted_only.sum() == 3


names = st.sampled_from(["Bản Nà Cọ", "nà cọ", "Thôn 3", "TDP 3", "Pác Lìn", "Bản Pac Lin", "Xóm Mới"])
rows_filed = st.lists(
    st.fixed_dictionaries(
        {"village_name": names, "lacks": st.sampled_from(["signal", "power", "both"])},
        optional={
            "village_id": st.sampled_from(["V1", "V5", "X"]),
            "commune_code": st.sampled_from(["00001", "00002", "99999"]),
            "commune_name": st.sampled_from(["Hoà Bình", "Nậm Cọ", "Nơi Xa"]),
            "at": st.tuples(st.sampled_from([0, 250, 2900]), st.sampled_from([0, 8900, 20_500])),
        },
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(rows_filed, st.randoms(use_true_random=False))
def test_every_row_has_one_outcome_and_the_order_changes_nothing(rows, random):
    found = held(*rows)
    assert len(found.rows) == len(rows)
    assert set(found.rows["match"]) <= set(MATCHES)
    assert sum(found.counts[name] for name in OUTCOMES) == len(rows) == by_commune(found).filed.sum()
    assert (found.rows.matched_id.notna() == ~found.rows["match"].isin(["ambiguous", "unmatched"])).all()
    assert (found.rows.candidates != "").tolist() == (found.rows["match"] == "ambiguous").tolist()
    order = random.sample(range(len(rows)), len(rows))
    shuffled = held(*(rows[k] for k in order), of=random.sample(VILLAGES, len(VILLAGES)))
    again = shuffled.rows.set_axis(order).sort_index()
    columns = ["match", "matched_id", "candidates", "distance_m", "outcome", "counted_in"]
    pd.testing.assert_frame_equal(found.rows[columns], again[columns])
    ordered = shuffled.predicted_only.sort_values("village_id", ignore_index=True)
    pd.testing.assert_frame_equal(found.predicted_only, ordered)
