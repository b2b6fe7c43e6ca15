"""Resource blocks by the standards' tables, and the power of one element by hand."""

from __future__ import annotations

import pytest

from phusong.radio.link import LTE_BLOCKS, NR_BLOCKS, element_eirp, resource_blocks


@pytest.mark.parametrize(
    ("technology", "bandwidth_mhz", "scs_khz", "blocks"),
    [
        ("LTE", 1.4, 15, 6),
        ("LTE", 20.0, 15, 100),
        ("NR", 5, 15, 25),
        ("NR", 20, 15, 106),
        ("NR", 50, 15, 270),
        ("NR", 40, 30, 106),
        ("NR", 100, 30, 273),
        ("NR", 100, 60, 135),
    ],
)
def test_resource_blocks(technology, bandwidth_mhz, scs_khz, blocks):
    assert resource_blocks(technology, bandwidth_mhz, scs_khz) == blocks


def test_blocks_fit_into_their_carrier():
    "And leave at most a tenth of it to the guard bands, but in the narrowest carriers."
    for scs_khz, table in [(15, LTE_BLOCKS), *NR_BLOCKS.items()]:
        for bandwidth_mhz, blocks in table.items():
            assert 0.7 < blocks * 12 * scs_khz / 1000 / bandwidth_mhz < 1


@pytest.mark.parametrize(
    ("technology", "bandwidth_mhz", "scs_khz", "sentence"),
    [
        ("LTE", 12, 15, "LTE with 15 kHz subcarriers has no bandwidth of 12 MHz; it has 1.4, 3, 5, 10, 15, 20"),
        ("NR", 100, 15, "NR with 15 kHz .* it has 5, 10, 15, 20, 25, 30, 35, 40, 45, 50"),
        ("NR", 5, 60, "no bandwidth of 5 MHz; it has 10, 15"),
    ],
)
def test_carriers_that_do_not_exist(technology, bandwidth_mhz, scs_khz, sentence):
    with pytest.raises(ValueError, match=sentence):
        resource_blocks(technology, bandwidth_mhz, scs_khz)


def test_power_of_one_element():
    # 273 blocks are 3276 elements, 35.153 dB; the synchronisation block is sent 3 dB stronger.
    assert element_eirp(75.0, 273, 3.0) == pytest.approx(42.847, abs=1e-3)
