"""Levels from stored tenths of dBm, and the best of several operators."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from phusong.config import Environment, Levels, Radio, Uncertainty
from phusong.radio.levels import best, by_operator, enough_ddbm, level
from phusong.units import NO_SIGNAL_DDBM as NONE


def test_a_threshold_belongs_to_the_level_above():
    stored = np.array([-32768, -1101, -1100, -1001, -1000, -901, -900, 0], np.int16)
    assert level(stored, np.zeros(8, bool), Levels()).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_thresholds_of_a_tenth_meet_the_stored_tenth():
    "-110.1 in binary is a little off; -1101 reaches it nevertheless."
    thresholds = Levels(limited_dbm=-110.1)
    assert level(np.array([-1102, -1101], np.int16), np.zeros(2, bool), thresholds).tolist() == [0, 1]


def test_doubt_does_not_take_signal_away():
    stored = np.array([-32768, -1200, -1050], np.int16)
    assert level(stored, np.ones(3, bool), Levels()).tolist() == [255, 255, 251]


@given(st.lists(st.integers(-32768, 0), min_size=2))
def test_more_signal_is_never_a_lower_level(stored):
    found = level(np.array(sorted(stored), np.int16), np.zeros(len(stored), bool), Levels())
    assert (np.diff(found.astype(int)) >= 0).all()


def test_best_of_none_is_refused():
    with pytest.raises(ValueError, match="best of no levels"):
        best([])


def servers(*groups, unknown=None):
    "Technology, operator, band's frequency and levels of each group, in a dataset as of `strongest_servers`."
    technology, operator, frequency_mhz, levels = zip(*groups, strict=True)
    doubt = np.zeros((len(groups), 1, len(levels[0])), bool) if unknown is None else np.array(unknown)[:, np.newaxis]
    return xr.Dataset(
        {
            "rsrp_ddbm": (("group", "y", "x"), np.array(levels, np.int16)[:, np.newaxis]),
            "unknown": (("group", "y", "x"), doubt),
        },
        {
            "technology": ("group", np.array(technology, object)),
            "operator": ("group", np.array(operator, object)),
            "frequency_mhz": ("group", np.array(frequency_mhz, float)),
        },
    )


def coded(found, radio):
    return {key: values.tolist() for key, values, _ in by_operator(found, radio, 100.0)}


def test_operators_and_all_together():
    one = servers(
        ("NR", "Viettel", 2550, [-800, -1200]),
        ("NR", "VNPT", 2550, [-1200, -1200]),
        unknown=[[False, False], [False, True]],
    )
    assert coded(one, Radio()) == {
        ("LTE", "any"): [[0, 0]],
        ("NR", "Viettel"): [[3, 0]],
        ("NR", "VNPT"): [[0, 255]],
        ("NR", "any"): [[3, 255]],
    }


def test_the_best_band_counts_and_the_doubt_of_any():
    "A site of the second band that could not be computed changes nothing where the first is very good already."
    both = servers(
        ("LTE", "VNPT", 900, [-895, -1150, -1050, NONE]),
        ("LTE", "VNPT", 1840, [-1000, -995, NONE, NONE]),
        unknown=[[False] * 4, [True, False, True, True]],
    )
    found = {key: (values.tolist(), received) for key, values, received in by_operator(both, Radio(), 100.0)}
    assert found["LTE", "VNPT"][0] == [[3, 2, 251, 255]]
    assert found["LTE", "VNPT"][1].tolist() == [[-895, -995, -1050, NONE]]
    assert found["LTE", "any"] == ([[3, 2, 251, 255]], None)


ONE = servers(("NR", "VNPT", 3700, [-1011, -1010, -910, -810, NONE]))


def test_the_first_environment_decides_and_the_received_level_stays_outdoors():
    "In a car, 9 dB down: -1010 stays limited and -1011 is none."
    car = Radio(environments=(Environment(name="in_vehicle", loss_db=9, sigma_db=5), Environment(name="outdoor")))
    found = {key: (values.tolist(), received) for key, values, received in by_operator(ONE, car, 100.0)}
    assert found["NR", "VNPT"][0] == [[0, 1, 2, 3, 0]]
    assert found["NR", "VNPT"][1].tolist() == [[-1011, -1010, -910, -810, NONE]]


def test_bands_meet_after_the_wall():
    "3700 MHz is 0.4 dB stronger outdoors, and 1.7 dB weaker behind a traditional wall (14.1 and 15.8 dB)."
    both = servers(("NR", "VNPT", 763, [-960]), ("NR", "VNPT", 3700, [-956]))
    indoor = Environment(name="indoor", building="traditional")
    thresholds = Levels(limited_dbm=-110.2, good_dbm=-110.1, very_good_dbm=-90)
    assert coded(both, Radio(environments=(indoor,), nr=thresholds))["NR", "any"] == [[2]]
    for group, reached in ((0, 2), (1, 0)):
        assert coded(both.isel(group=[group]), Radio(environments=(indoor,), nr=thresholds))["NR", "any"] == [[reached]]


@pytest.mark.parametrize(("percent", "margin"), [(50, 0), (75, 37), (90, 70), (95, 90)])
def test_more_places_take_more_signal(percent, margin):
    "With 5.5 dB from place to place: 0.6745, 1.2816 and 1.6449 times that."
    radio = Radio(covered_at_percent=percent, uncertainty=Uncertainty(location_sigma_db=5.5))
    edge = servers(("LTE", "VNPT", 1840, [-1100 + margin - 1, -1100 + margin, NONE]))
    assert coded(edge, radio)["LTE", "VNPT"] == [[0, 1, 0]]


@given(
    st.lists(
        st.tuples(st.sampled_from(["LTE", "NR"]), st.sampled_from(["A", "B"]), st.integers(-1300, -500), st.booleans()),
        min_size=1,
        max_size=8,
        unique_by=lambda group: group[2],
    )
)
def test_half_of_the_places_outdoors_are_the_plain_levels_whatever_the_bands(groups):
    "Bands change nothing then: the levels of the operator's strongest carrier, in doubt where any of them is."
    found = coded(
        servers(
            *((t, o, 900 + n, [level]) for n, (t, o, level, _) in enumerate(groups)), unknown=[[g[3]] for g in groups]
        ),
        Radio(),
    )
    for technology, operator in {(t, o) for t, o, _, _ in groups}:
        own = [group for group in groups if group[:2] == (technology, operator)]
        strongest, doubt = max(group[2] for group in own), any(group[3] for group in own)
        expected = level(np.array([strongest], np.int16), np.array([doubt]), Levels())
        assert found[technology, operator] == [expected.tolist()]


def test_enough_is_very_good_everywhere():
    "The most that any environment asks: 15.8 dB of a traditional wall at 3700 MHz."
    assert enough_ddbm(Radio(), "NR", 3700, 100) == -900 + 158
    assert enough_ddbm(Radio(environments=(Environment(name="outdoor"),)), "NR", 3700, 100) == -900


def test_a_margin_cannot_turn_round():
    "Levels are 16 bits wide; the weakest that can be stored is no signal after any loss."
    weak = servers(("LTE", "VNPT", 1840, [-32700, NONE]))
    assert coded(weak, Radio(environments=(Environment(name="in_vehicle", loss_db=60),)))["LTE", "any"] == [[0, 0]]
