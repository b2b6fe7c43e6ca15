"""Carriers: what the radio stage needs of each row of the sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Band, Radio
from phusong.errors import LayerError
from phusong.radio.antenna import azimuths
from phusong.radio.link import element_eirp, resource_blocks


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
        With every bandwidth and azimuth that cannot be, and how many sites have it.
    """
    found: list[Carrier] = []
    faults: dict[str, list[str]] = {}
    for row, site in enumerate(sites.itertuples(index=False)):
        try:
            found.append(_carrier(row, site, radio))
        except ValueError as fault:
            faults.setdefault(str(fault), []).append(str(site.site_id))
    if faults:
        raise LayerError("sites", [f"{fault}: {_named(ids)}" for fault, ids in faults.items()])
    return found


def _named(site_ids: list[str]) -> str:
    return f"{len(site_ids)} sites, first {site_ids[0]}" if len(site_ids) > 1 else site_ids[0]


def band_of(radio: Radio, technology: str, frequency_mhz: float) -> Band | None:
    """The first band of the project that holds a carrier."""
    fits = (b for b in radio.bands if b.technology == technology and b.low_mhz <= frequency_mhz <= b.high_mhz)
    return next(fits, None)


def _carrier(row: int, site: object, radio: Radio) -> Carrier:
    values = site._asdict()  # type: ignore[attr-defined]  # a named tuple of the frame
    technology, frequency, width = values["technology"], values["frequency_mhz"], values["bandwidth_mhz"]
    band = band_of(radio, technology, frequency)
    blocks = resource_blocks(technology, width, _spacing(band, technology))
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


def _spacing(band: Band | None, technology: str) -> int:
    """Subcarrier spacing in kHz: the band's, else 15 for LTE and 30 for NR."""
    return (band and band.scs_khz) or (30 if technology == "NR" else 15)
