"""Environments: losses and spreads by hand, and what they ask of the level outdoors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.config import Environment, Radio, Uncertainty
from phusong.radio.environment import environment_loss, location_sigma_db, margin_ddbm, pixel_sigma_db
from phusong.radio.p2109 import building_entry_loss

OUTDOOR = Environment(name="outdoor")
INDOOR = Environment(name="indoor", building="traditional")


def test_location_sigma_by_hand():
    "At 1 GHz over 1 m only the bracket is left; 100 m make it 10^0.56 = 3.6308 times as much."
    assert location_sigma_db(1000, 1) == pytest.approx(0.544)
    assert location_sigma_db(3500, 100) == pytest.approx((0.084 + 0.52) * 3.6308, rel=1e-5)


def test_location_sigma_of_the_project_goes_first_then_the_models_own():
    stated = Uncertainty(location_sigma_db=5.5)
    assert pixel_sigma_db(Radio(uncertainty=stated), 1800, 100) == 5.5
    assert pixel_sigma_db(Radio(uncertainty=stated, propagation="3gpp-uma"), 1800, 100) == 5.5
    found = [pixel_sigma_db(Radio(propagation=f"3gpp-{name}"), 1800, 100) for name in ("rma", "uma", "umi")]
    assert found == [8.0, 6.0, 7.82]
    for propagation in ("p1812", "bullington", "free-space"):
        assert pixel_sigma_db(Radio(propagation=propagation), 1800, 100) == location_sigma_db(1800, 100)


def test_a_building_and_what_the_environment_adds():
    median, one_sigma = building_entry_loss(3500, [50, 84.13], "traditional")
    assert environment_loss(INDOOR, 3500) == pytest.approx((median, one_sigma - median))
    deep = INDOOR.model_copy(update={"loss_db": 4.0, "sigma_db": 3.0})
    spread = ((one_sigma - median) ** 2 + 9) ** 0.5
    assert environment_loss(deep, 3500) == pytest.approx((median + 4, spread))
    assert environment_loss(OUTDOOR, 3500) == (0.0, 0.0)


def test_higher_bands_lose_more_at_the_wall_of_a_traditional_building():
    assert [margin_ddbm(Radio(), INDOOR, f, 100) for f in (763, 1800, 3700)] == [141, 148, 158]


def test_margin_by_hand():
    "5.5 and 5 dB make 7.433 dB; 75, 90, 95 % lie 0.6745, 1.2816, 1.6449 of them below the median, which is 9 dB down."
    car = Environment(name="in_vehicle", loss_db=9, sigma_db=5)
    uncertainty = Uncertainty(location_sigma_db=5.5)
    found = [
        margin_ddbm(Radio(covered_at_percent=percent, uncertainty=uncertainty), car, 1800, 100)
        for percent in (50, 75, 90, 95)
    ]
    assert found == [90, 140, 185, 212]


@given(st.floats(600, 6000), st.sampled_from([10, 30, 100, 500]))
def test_half_of_the_places_outdoors_ask_for_nothing(frequency_mhz, pixel_m):
    assert margin_ddbm(Radio(), OUTDOOR, frequency_mhz, pixel_m) == 0


@given(st.floats(600, 6000), st.sampled_from([10, 30, 100, 500]))
def test_more_places_ask_for_more(frequency_mhz, pixel_m):
    asked = [margin_ddbm(Radio(covered_at_percent=p), INDOOR, frequency_mhz, pixel_m) for p in (50, 75, 90, 95)]
    assert asked == sorted(set(asked))
