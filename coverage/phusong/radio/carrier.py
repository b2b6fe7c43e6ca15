"""Carriers: what the radio stage needs of each row of the sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Band, Radio
from phusong.errors import LayerError
from phusong.radio.antenna import azimuths
from phusong.radio.link import NR_BLOCKS, element_eirp, resource_blocks


@dataclass(frozen=True)
class Carrier:
    """
    One operator's carrier at a mast.

    Parameters
    ----------
    row
        Its row in the sites; of two equal levels the lower row serves.
    x_m, y_m, height_agl_m
        Where its antennas hang.
    element_eirp_dbm
        EIRP of one measured resource element at boresight.
    boresights_deg, downtilt_deg
        Its sectors; no boresight means omnidirectional.
    """

    row: int
    site_id: str
    operator: str
    technology: str
    x_m: float
    y_m: float
    height_agl_m: float
    frequency_mhz: float
    element_eirp_dbm: float
    reach_km: float
    boresights_deg: NDArray[np.float64]
    downtilt_deg: float


def carriers(sites: pd.DataFrame, radio: Radio) -> list[Carrier]:
    """
    The carriers of the sites, in their order, each with the settings of its band.

    Raises
    ------
    LayerError
        Naming every site whose bandwidth or azimuths cannot be.
    """
    found: list[Carrier] = []
    faults: list[str] = []
    for row, site in enumerate(sites.itertuples(index=False)):
        try:
            found.append(_carrier(row, site, radio))
        except ValueError as fault:
            faults.append(f"{site.site_id}: {fault}")
    if faults:
        raise LayerError("sites", faults)
    return found


def band_of(radio: Radio, technology: str, frequency_mhz: float) -> Band | None:
    """The first band of the project that holds a carrier."""
    fits = (b for b in radio.bands if b.technology == technology and b.low_mhz <= frequency_mhz <= b.high_mhz)
    return next(fits, None)


def _carrier(row: int, site: object, radio: Radio) -> Carrier:
    values = site._asdict()  # type: ignore[attr-defined]  # a named tuple of the frame
    technology, frequency, width = values["technology"], values["frequency_mhz"], values["bandwidth_mhz"]
    band = band_of(radio, technology, frequency)
    blocks = resource_blocks(technology, width, _spacing(band, technology, width))
    offset = 0.0
    if technology == "NR":
        offset = radio.ssb_offset_db if band is None or band.ssb_offset_db is None else band.ssb_offset_db
    return Carrier(
        row=row,
        site_id=values["site_id"],
        operator=values["operator"],
        technology=technology,
        x_m=float(values["x_m"]),
        y_m=float(values["y_m"]),
        height_agl_m=float(values["height_agl_m"]),
        frequency_mhz=float(frequency),
        element_eirp_dbm=element_eirp(float(values["eirp_dbm"]), blocks, offset),
        reach_km=radio.reach_km if band is None or band.reach_km is None else band.reach_km,
        boresights_deg=azimuths(values["azimuths_deg"]),
        downtilt_deg=float(values["downtilt_deg"]),
    )


def _spacing(band: Band | None, technology: str, bandwidth_mhz: float) -> int:
    """Subcarrier spacing in kHz: the band's, else 15 for LTE and 30 for NR where the standard has that carrier."""
    if band is not None:
        return band.scs_khz
    return 30 if technology == "NR" and (bandwidth_mhz in NR_BLOCKS[30] or bandwidth_mhz not in NR_BLOCKS[15]) else 15
