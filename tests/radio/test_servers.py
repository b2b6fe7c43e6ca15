"""The two strongest servers: of whatever came, in whatever order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from phusong.config import Band, Environment, Radio
from phusong.grid import Grid
from phusong.radio.carrier import Carrier
from phusong.radio.servers import band_frequency_mhz, groups_of, merge, unserved
from phusong.units import NO_SIGNAL_DDBM

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (1, 3))
RADIO = Radio(environments=(Environment(name="outdoor"),))


def carrier(**changes):
    given = {"row": 0, "site_id": "A", "operator": "VNPT", "technology": "LTE", "x_m": 0.0, "y_m": 0.0}
    given |= {"height_agl_m": 30.0, "frequency_mhz": 1800.0, "element_eirp_dbm": 30.0, "reach_km": 2.0}
    given |= {"boresights_deg": np.empty(0), "downtilt_deg": 0.0, "band": "B3"}
    return Carrier(**given | changes)


def fresh():
    servers = unserved([carrier(band="1800 MHz")], GRID, RADIO)
    (best,) = groups_of(servers, RADIO, 100.0).values()
    return servers, best


def test_a_group_fills_the_dataset():
    servers, best = fresh()
    merge(best, 7, np.array([2, 0], np.int32), np.array([-800.0, np.nan]))
    assert servers.rsrp_ddbm.values.tolist() == [[[NO_SIGNAL_DDBM, NO_SIGNAL_DDBM, -800]]]
    assert servers.server.values.tolist() == [[[-1, -1, 7]]]
    assert servers.unknown.values.tolist() == [[[True, False, False]]]


def test_by_hand():
    "Row 5 first; 3 ties with it and goes before; 1 is weaker than both; 4 is the strongest of all."
    _, best = fresh()
    expected = [
        (5, -900.0, (-900, 5), (NO_SIGNAL_DDBM, -1)),
        (3, -900.0, (-900, 3), (-900, 5)),
        (1, -901.0, (-900, 3), (-900, 5)),
        (4, -700.0, (-700, 4), (-900, 3)),
        (2, -900.0, (-700, 4), (-900, 2)),
    ]
    for row, level, first, second in expected:
        merge(best, row, np.array([1], np.int32), np.array([level]))
        assert (best.rsrp_ddbm[0, 1], best.server[0, 1]) == first
        assert (best.second_ddbm[0, 1], best.second_server[0, 1]) == second


@given(st.lists(st.integers(-1000, -995), min_size=1, max_size=7), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_changes_nothing(levels, random):
    rows = list(range(len(levels)))
    random.shuffle(rows)
    _, best = fresh()
    for row in rows:
        merge(best, row, np.array([0], np.int32), np.array([float(levels[row])]))
    strongest = sorted((-level, row) for row, level in enumerate(levels))
    found = [(-int(best.rsrp_ddbm[0, 0]), int(best.server[0, 0]))]
    if len(levels) > 1:
        found.append((-int(best.second_ddbm[0, 0]), int(best.second_server[0, 0])))
    assert found == strongest[:2]


def test_groups_are_told_apart_by_technology_operator_and_band():
    carriers = [carrier(), carrier(band="B1"), carrier(technology="NR"), carrier(operator="Viettel"), carrier()]
    radio = Radio(bands=(Band(name="B3", technology="LTE", low_mhz=1800, high_mhz=1880),))
    servers = unserved([c for c in carriers if c.band != "B1" and c.technology == "LTE"], GRID, radio)
    assert list(groups_of(servers, radio, 100.0)) == [("LTE", "Viettel", "B3"), ("LTE", "VNPT", "B3")]
    assert servers.frequency_mhz.values.tolist() == [1840.0, 1840.0]


def test_enough_is_what_no_environment_needs_more_than():
    "Very good is -90 dBm; 9 dB of a car and 15 dB of another make it -81 and -75 dBm."
    cars = [Environment(name="in_vehicle", loss_db=loss) for loss in (9, 15)]
    for environments, enough in (((), -900), (cars[:1], -810), (cars[1:], -750)):
        radio = Radio(environments=(Environment(name="outdoor"), *environments))
        (best,) = groups_of(unserved([carrier(band="1800 MHz")], GRID, radio), radio, 100.0).values()
        assert best.enough_ddbm == enough


def test_frequency_of_a_band():
    bands = (
        Band(name="n41", technology="NR", low_mhz=2500, high_mhz=2600),
        Band(name="n41", technology="NR", low_mhz=2600, high_mhz=2690),
    )
    radio = Radio(bands=bands)
    assert band_frequency_mhz(radio, "NR", "n41") == 2550
    assert band_frequency_mhz(radio, "NR", "3750.5 MHz") == 3750.5
    with pytest.raises(ValueError, match="n41"):
        band_frequency_mhz(radio, "LTE", "n41")
