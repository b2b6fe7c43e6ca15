"""Positions of a filing, and what is wrong with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plane_country import OLD, claims, ground, metres, places

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates import Located, Settings, locate
from phusong.intake.coordinates.statement import Statement
from phusong.intake.coordinates.vn2000 import System
from phusong.intake.reasons import kind, reasons, sentence

GROUND = ground()
GOOD = [
    ("21.0123", "105.7123"),
    ("21.0234", "105.7234"),
    ("21.0345", "105.7345"),
    ("21.0156", "105.7156"),
    ("21.0267", "105.7267"),
]
"""In commune 0."""


def located(*pairs, communes=None, settings=None, columns=("latitude", "longitude"), **other) -> Located:
    frame = pd.DataFrame(list(pairs), columns=list(columns), dtype=object)
    meant = claims(communes if communes is not None else [-1] * len(frame))
    return locate(frame, meant, GROUND, settings, **other)


def told(found: Located) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for finding in found.findings:
        rows.setdefault(finding.reason, []).extend(finding.rows.tolist())
    return {reason: sorted(own) for reason, own in rows.items()}


def english(found: Located, reason: str) -> list[str]:
    return [sentence(one, i, "en") for one in found.findings if one.reason == reason for i in range(len(one.rows))]


def test_good_rows_are_placed_and_nothing_is_told():
    found = located(*GOOD, communes=[0] * 5)
    assert told(found) == {}
    assert found.longitude.tolist() == [float(x) for _, x in GOOD]
    assert found.commune.tolist() == [0] * 5
    assert found.distance_m.tolist() == [0] * 5
    assert found.accuracy_m == pytest.approx([11.1] * 5)


def test_rows_the_other_way_round_are_repaired_one_by_one():
    found = located(*GOOD, ("105.7123", "21.0123"), communes=[0] * 6)
    assert told(found) == {"axes_swapped": [5]}
    assert (found.longitude[5], found.latitude[5]) == (105.7123, 21.0123)
    assert english(found, "axes_swapped") == ["axes exchanged: 105.7123 21.0123 became 21.012300, 105.712300"]


def test_where_most_rows_are_the_file_is_and_the_others_are_told():
    found = located(*[pair[::-1] for pair in GOOD], GOOD[0], communes=[0] * 6)
    assert told(found) == {"axes_swapped": [5], "axes_swapped_file": [0, 1, 2, 3, 4]}
    assert set(found.longitude) <= {float(x) for _, x in GOOD}


def test_a_place_abroad_follows_the_order_of_its_file():
    found = located(*[pair[::-1] for pair in GOOD], ("130.5123", "35.5123"), communes=[0] * 6)
    assert (found.longitude[5], found.latitude[5]) == (130.5123, 35.5123)
    assert told(found)["outside_country"] == [5]


@pytest.mark.parametrize(
    "pair", [(None, None), ("", " "), ("-", "-"), ("21.0123", None), (np.nan, 105.7), ("N/A", "null")]
)
def test_nothing_or_half_of_it_is_missing(pair):
    assert told(located(pair)) == {"missing_coordinates": [0]}


@pytest.mark.parametrize("pair", [("x", "y"), ("21.0123", "hỏng"), ("21..0", "105.7"), ("21028511", "105851234")])
def test_what_cannot_be_read(pair):
    found = located(pair)
    assert told(found) == {"coordinates_unreadable": [0]}
    assert english(found, "coordinates_unreadable") == [f"coordinates cannot be read: {pair[0]} {pair[1]}"]


@pytest.mark.parametrize(
    "pair",
    [
        ("14.058324", "108.277199"),
        ("108.277199", "14.058324"),
        (14.058324, 108.277199),
        ("14.0583", "108.2772"),
        ("14.06", "108.28"),
        ("14.1", "108.3"),
        ("14", "108"),
        ("14°03'30\"", "108°16'38\""),
        ("14°03'29.97\"N", "108°16'37.92\"E"),
        ("0", "0"),
        ("0.0", "0,0"),
        ("16", "106"),
        ("500000", "0"),
        ("0", "500000,00"),
    ],
)
def test_placeholders_in_any_order_and_rounding(pair):
    found = located(pair)
    assert told(found)["placeholder_coordinates"] == [0]
    assert np.isnan(found.longitude[0])


@pytest.mark.parametrize(
    "pair", [("14.058424", "108.277199"), ("14.0584", "108.2772"), ("14.05832", "108.27711"), ("14.06", "108.277111")]
)
def test_places_beside_the_centroid_are_places(pair):
    assert "placeholder_coordinates" not in told(located(pair))


def test_the_centroid_in_metres_is_none():
    centroid = np.array([[108.277199, 14.058324]])
    said = Statement(system=System(108.5))
    northing, easting = metres(centroid, 9218)
    found = located((f"{northing[0]:.2f}", f"{easting[0]:.2f}"), columns=("northing_m", "easting_m"), said=said)
    assert told(found)["placeholder_coordinates"] == [0]


def test_a_crowd_of_different_communes_at_one_place_is_no_place():
    crowd = [("21.0199", "105.7199")] * 5
    found = located(*crowd, communes=[4, 5, 6, 7, 0])
    assert told(found) == {"placeholder_coordinates": [0, 1, 2, 3, 4]}
    few = located(*crowd[:4], communes=[4, 5, 6, 7])
    assert told(few) == {"commune_disagrees": [0, 1, 2, 3]}
    mast = located(*crowd, communes=[0] * 5)
    assert told(mast) == {}


def test_a_row_is_rounded_when_both_numbers_are_coarse():
    found = located(*GOOD, ("21.0", "105.7"), ("21.0234", "105.7"), ("21", "105.7123"), communes=[0] * 8)
    assert told(found)["rounded_coordinates"] == [5]
    assert english(found, "rounded_coordinates") == ["rounded coordinates, good to about 11100 m: 21.0 105.7"]
    assert found.accuracy_m[6:].tolist() == pytest.approx([11.1, 11.1])
    assert np.isfinite(found.longitude[5])


def test_a_column_that_is_always_coarse_is_rounded():
    found = located(*[(lat, "105.7") for lat, _ in GOOD], communes=[0] * 5)
    assert told(found) == {"rounded_coordinates": [0, 1, 2, 3, 4]}


def test_how_far_a_rounded_place_is_believed_is_a_setting():
    found = located(*[("21.0", "105.7")] * 2, communes=[0, 0], settings=Settings(rounded_m=20_000))
    assert told(found) == {}
    assert found.accuracy_m.tolist() == pytest.approx([11_100, 11_100])


def test_minutes_and_seconds_are_told():
    found = located(("21°01'01.2\"N", "105°43'01.2\"Đ"), communes=[0])
    assert told(found) == {"dms_read": [0]}
    assert found.latitude[0] == pytest.approx(21.017)


def test_one_field_or_two_and_the_first_that_has_both():
    frame = pd.DataFrame(
        {
            "latitude": ["21.0123", None, "21.0123"],
            "longitude": ["105.7123", None, None],
            "coordinates": [None, "21.0234, 105.7234", "21.0234 105.7234"],
        },
        dtype=object,
    )
    found = locate(frame, claims([0, 0, 0]), GROUND)
    assert found.latitude.tolist() == [21.0123, 21.0234, 21.0234]
    assert told(found) == {}


def test_marks_between_thousands_are_told_by_the_other_number():
    northing, easting = (float(part[0]) for part in metres(places([4, 5, 6, 7])[:1], 9209))
    text = f"{northing:,.0f}".replace(",", "."), f"{easting:,.0f}".replace(",", ".")
    assert text[1].count(".") == 1
    found = located(text, columns=("northing_m", "easting_m"), communes=[4])
    assert told(found) == {"vn2000_converted": [0]}


def test_degrees_on_vn2000_are_moved_some_200_m():
    plain, moved = (located(GOOD[0], communes=[0], said=Statement(vn2000=flag)) for flag in (False, True))
    assert 190 < np.hypot(*(moved.longitude - plain.longitude, moved.latitude - plain.latitude))[0] * 111_000 < 240
    assert moved.accuracy_m[0] >= 1


def test_a_place_far_from_its_commune_is_set_aside_and_a_near_one_told():
    found = located(("21.0123", "105.7123"), ("21.0123", "105.7423"), ("21.0123", "105.6901"), communes=[2, 0, 0])
    assert told(found) == {"commune_near": [0, 1, 2]}
    assert english(found, "commune_near") == [
        "the place is 0.2 km outside the declared commune",
        "the place is 1.0 km outside the declared commune",
        "the place is 9.7 km outside the declared commune",
    ]
    strict = located(("21.0123", "105.7123"), communes=[2], settings=Settings(commune_tolerance_m=5_000))
    assert told(strict) == {"commune_disagrees": [0]}
    assert english(strict, "commune_disagrees") == ["the place is 9.7 km from the declared commune: 21.0123 105.7123"]


def test_a_river_bank_counts_to_the_nearest_commune():
    found = located(("21.0123", "105.7423"), ("21.0123", "105.7623"))
    assert found.commune.tolist() == [0, -1]
    assert told(found) == {"outside_country": [1]}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("10.72", "106.40"), "in_the_sea"),
        (("10.72", "106.60"), "outside_country"),
        (("10.72", "115.22"), "outside_country"),
        (("11.22", "105.90"), "outside_country"),
        (("35.1123", "135.1123"), "outside_country"),
        (("91.1123", "105.7123"), "outside_country"),
        (("-21.02", "105.72"), "outside_country"),
    ],
)
def test_the_sea_ends_12_nautical_miles_off(place, reason):
    assert told(located(place, communes=[8])) == {reason: [0]}


def test_how_far_off_shore_is_told_in_both_languages():
    [finding] = located(("10.72", "106.40"), communes=[8]).findings
    assert sentence(finding, 0, "vi") == "toạ độ nằm trên biển, cách đất liền 6.6 km: 10.72 106.40"
    assert sentence(finding, 0, "en") == "the place is in the sea, 6.6 km off: 10.72 106.40"


def test_a_row_with_a_province_alone_is_held_to_it():
    only = Claims((Claim((), (), "hanoi"),), np.zeros(3, np.int64))
    frame = pd.DataFrame(
        [("21.0123", "105.7123"), ("10.72", "106.22"), ("21.0123", "105.7423")], columns=["latitude", "longitude"]
    )
    found = locate(frame, only, GROUND)
    assert told(found) == {"province_elsewhere": [1], "province_near": [2]}
    assert kind(found.findings[0]) == "quarantine"


def test_metres_are_converted_and_told_with_their_system():
    true = places([4, 5, 6, 7] * 2)
    pairs = [(f"{n:.2f}", f"{e:.2f}") for n, e in zip(*metres(true, 9209), strict=True)]
    found = located(*pairs, columns=("northing_m", "easting_m"), communes=[4, 5, 6, 7] * 2)
    assert told(found) == {"vn2000_converted": [*range(8)]}
    assert np.allclose(found.longitude, true[:, 0], atol=1e-6)
    assert english(found, "vn2000_converted")[0].startswith("converted from VN-2000 (EPSG:9209, 105°30', k 0,9999): ")


def test_ambiguous_metres_have_no_place_and_their_candidates_as_a_suggestion():
    pair = tuple(f"{part[0]:.2f}" for part in metres(places([4]), 9209))
    found = located(pair, columns=("northing_m", "easting_m"))
    assert told(found) == {"position_ambiguous": [0]}
    assert np.isnan(found.longitude[0])
    assert "EPSG:9209" in found.findings[0].suggestion[0]
    assert "hệ toạ độ, kinh tuyến trục" in sentence(found.findings[0], 0, "vi")


CELLS = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(10**8), 10**8),
    st.text(max_size=8),
    st.sampled_from(["21.02", "105.7", "1205000", "560.123", "0", "1e999", "21°1'", "-"]),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS, st.integers(-1, 11)), min_size=1, max_size=6))
def test_every_row_has_a_finding_or_a_place_and_never_a_failure(rows):
    names = ["latitude", "longitude", "coordinates", "northing_m", "easting_m"]
    frame = pd.DataFrame([row[:5] for row in rows], columns=names, dtype=object)
    found = locate(frame, claims([row[5] for row in rows]), GROUND)
    held = np.zeros(len(rows), bool)
    for finding in found.findings:
        assert finding.reason in reasons()
        held[finding.rows] |= kind(finding) == "quarantine"
    assert (held | np.isfinite(found.longitude)).all()
    placed = ~held
    assert (np.abs(found.longitude[placed]) <= 180).all()
    assert (found.commune[placed] >= 0).all()
    assert (found.accuracy_m[placed] > 0).all()


def test_a_place_at_sea_far_from_the_commune_meant_is_abroad():
    "Six nautical miles off the coast of the south, and said to be in Hà Nội."
    assert told(located(*GOOD, ("10.72", "106.40123"), communes=[0] * 5 + [8])) == {"in_the_sea": [5]}
    assert told(located(*GOOD, ("10.72", "106.40123"), communes=[0] * 6)) == {"outside_country": [5]}


def test_a_row_that_is_abroad_only_in_the_zone_of_the_commune_it_means_disagrees_with_that():
    "A place of Hà Nội, in its zone, said to be in a commune of the south, whose zone puts it in no commune."
    communes = [*range(12)] * 4
    true = places(communes)
    zones = [{"hanoi": 5897, "tayninh": 9209, "longan": 9210}[OLD[i]] for i in communes]
    northing, easting = metres(true, zones)
    wrong = [*communes[:-1], 8]
    northing[-1], easting[-1] = (one[0] for one in metres(true[:1], 5897))
    columns = ("northing_m", "easting_m")
    found = located(*zip(northing.astype(str), easting.astype(str), strict=True), communes=wrong, columns=columns)
    assert told(found)["commune_disagrees"] == [47]
    assert "outside_country" not in told(found)
