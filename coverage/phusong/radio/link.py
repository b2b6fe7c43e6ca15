"""Link budget: from the power a sector radiates to the level of one reference signal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

LTE_BLOCKS: Mapping[float, int] = MappingProxyType({1.4: 6, 3: 15, 5: 25, 10: 50, 15: 75, 20: 100})
"""Resource blocks by bandwidth in MHz: 3GPP TS 36.101, table 5.6-1."""

NR_BLOCKS: Mapping[int, Mapping[float, int]] = MappingProxyType(
    {
        15: {5: 25, 10: 52, 15: 79, 20: 106, 25: 133, 30: 160, 35: 188, 40: 216, 45: 242, 50: 270},
        30: {
            **{5: 11, 10: 24, 15: 38, 20: 51, 25: 65, 30: 78, 35: 92, 40: 106, 45: 119, 50: 133},
            **{60: 162, 70: 189, 80: 217, 90: 245, 100: 273},
        },
        60: {
            **{10: 11, 15: 18, 20: 24, 25: 31, 30: 38, 35: 44, 40: 51, 45: 58, 50: 65},
            **{60: 79, 70: 93, 80: 107, 90: 121, 100: 135},
        },
    }
)
"""Resource blocks by subcarrier spacing in kHz and bandwidth in MHz: 3GPP TS 38.101-1, table 5.3.2-1."""

_SUBCARRIERS = 12


def resource_blocks(technology: str, bandwidth_mhz: float, scs_khz: int) -> int:
    """
    Resource blocks of a whole carrier.

    Raises
    ------
    ValueError
        When the standard has no such carrier; the sentence names the bandwidths it has.

    Examples
    --------
    >>> resource_blocks("LTE", 20, 15), resource_blocks("NR", 100, 30)
    (100, 273)
    """
    table = LTE_BLOCKS if technology == "LTE" else NR_BLOCKS[scs_khz]
    if bandwidth_mhz not in table:
        allowed = ", ".join(f"{width:g}" for width in table)
        raise ValueError(
            f"{technology} with {scs_khz} kHz subcarriers has no bandwidth of {bandwidth_mhz:g} MHz; it has {allowed}"
        )
    return table[bandwidth_mhz]


def element_eirp(eirp_dbm: float, blocks: int, ssb_offset_db: float = 0.0) -> float:
    """
    EIRP of one resource element in dBm, from that of the whole carrier spread evenly over its elements.

    Parameters
    ----------
    eirp_dbm
        EIRP of one sector at boresight over the whole bandwidth.
    blocks
        Resource blocks of the carrier, of twelve subcarriers each.
    ssb_offset_db
        Power of the elements that are measured (NR: of the synchronisation block) above the even share.

    References
    ----------
    3GPP TS 38.215, section 5.1.1 (SS-RSRP), and TS 36.214, section 5.1.1 (RSRP): power of one resource element.

    Examples
    --------
    >>> round(element_eirp(60.8, 100), 2)
    30.01
    """
    return eirp_dbm - 10 * math.log10(_SUBCARRIERS * blocks) + ssb_offset_db
