"""Carriers: what the radio stage needs of each row of the sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Band, Radio
from phusong.errors import LayerError
from phusong.layers.antennas import Pattern
from phusong.radio.antenna import azimuths
from phusong.radio.link import element_eirp, resource_blocks
from phusong.text import nearest


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
    band
        Name of the first band of the project that holds it, else its frequency, such as "1800 MHz".
    mechanical_tilt_deg, pattern
        How far its antennas are tipped forwards, and what they radiate; None for the pattern of 3GPP.
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
    band: str
    mechanical_tilt_deg: float = 0.0
    pattern: Pattern | None = None


def carriers(sites: pd.DataFrame, radio: Radio, patterns: Mapping[str, Pattern] | None = None) -> list[Carrier]:
    """
    The carriers of the sites, in their order, each with the settings of its band.

    Parameters
    ----------
    patterns
        Antenna patterns by the names that sites call them.

    Raises
    ------
    LayerError
        With every frequency, bandwidth, azimuth and antenna that cannot be, and how many sites have it.
    """
    found, faults = possible(sites, radio, patterns)
    if faults:
        raise LayerError("sites", [f"{fault}: {_named(ids)}" for fault, ids in faults.items()])
    return found


def possible(
    sites: pd.DataFrame, radio: Radio, patterns: Mapping[str, Pattern] | None = None
) -> tuple[list[Carrier], dict[str, list[str]]]:
    """The carriers that can be, in the order of the sites, and by fault the ids of the sites that cannot."""
    found: list[Carrier] = []
    faults: dict[str, list[str]] = {}
    kind = cache(partial(_kind, radio))
    for row, site in enumerate(sites.itertuples(index=False)):
        try:
            found.append(_carrier(row, site, kind, patterns or {}))
        except ValueError as fault:
            faults.setdefault(str(fault), []).append(str(site.site_id))
    return found, faults


def reach_m(sites: pd.DataFrame, radio: Radio) -> NDArray[np.float64]:
    """How far each site's signal is followed, in metres."""
    kinds = list(zip(sites.technology, sites.frequency_mhz, strict=True))
    of_kind = {kind: 1000 * _reach_km(radio.band_of(*kind), radio) for kind in set(kinds)}
    return np.array([of_kind[kind] for kind in kinds], float)


def _reach_km(band: Band | None, radio: Radio) -> float:
    return radio.reach_km if band is None or band.reach_km is None else band.reach_km


def _named(site_ids: list[str]) -> str:
    return f"{len(site_ids)} sites, first {site_ids[0]}" if len(site_ids) > 1 else site_ids[0]


@dataclass(frozen=True)
class _Kind:
    """What all carriers of one technology, frequency and bandwidth have."""

    blocks: int
    offset_db: float
    reach_km: float
    band: str


def _kind(radio: Radio, technology: str, frequency_mhz: float, bandwidth_mhz: float) -> _Kind:
    band = radio.band_of(technology, frequency_mhz)
    low, high = radio.frequencies_mhz
    if not low <= frequency_mhz <= high:
        raise ValueError(f"{frequency_mhz:g} MHz is outside {low:g}..{high:g} MHz of propagation '{radio.propagation}'")
    return _Kind(
        resource_blocks(technology, bandwidth_mhz, spacing_khz(band, technology)),
        offset_db(radio, band, technology),
        _reach_km(band, radio),
        band_name(radio, technology, frequency_mhz),
    )


def _carrier(
    row: int, site: Any, kind: Callable[[str, float, float], _Kind], patterns: Mapping[str, Pattern]
) -> Carrier:
    common = kind(site.technology, site.frequency_mhz, site.bandwidth_mhz)
    return Carrier(
        row=row,
        site_id=site.site_id,
        operator=site.operator,
        technology=site.technology,
        x_m=float(site.x_m),
        y_m=float(site.y_m),
        height_agl_m=float(site.height_agl_m),
        frequency_mhz=float(site.frequency_mhz),
        element_eirp_dbm=element_eirp(float(site.eirp_dbm), common.blocks, common.offset_db),
        reach_km=common.reach_km,
        boresights_deg=azimuths(site.azimuths_deg),
        downtilt_deg=float(site.downtilt_deg),
        band=common.band,
        mechanical_tilt_deg=float(getattr(site, "mechanical_tilt_deg", 0.0)),
        pattern=_pattern(getattr(site, "antenna", None), patterns),
    )


def _pattern(name: str | None, patterns: Mapping[str, Pattern]) -> Pattern | None:
    if name is None or pd.isna(name):
        return None
    if name not in patterns:
        near = nearest(name, patterns)
        hint = f"did you mean '{near}'?" if near else "layers.antennas has no file of that name"
        raise ValueError(f"antenna '{name}' is not known; {hint}")
    return patterns[name]


def band_name(radio: Radio, technology: str, frequency_mhz: float) -> str:
    """Name of the first band of the project that holds a carrier, else its frequency, such as "1842.5 MHz"."""
    band = radio.band_of(technology, frequency_mhz)
    return f"{frequency_mhz:g} MHz" if band is None else band.name


def spacing_khz(band: Band | None, technology: str) -> int:
    """Subcarrier spacing: the band's, else 15 for LTE and 30 for NR."""
    return (band and band.scs_khz) or (30 if technology == "NR" else 15)


def offset_db(radio: Radio, band: Band | None, technology: str) -> float:
    """Power of NR's synchronisation block above the even share: the band's, else the project's; 0 for LTE."""
    if technology != "NR":
        return 0.0
    return radio.ssb_offset_db if band is None or band.ssb_offset_db is None else band.ssb_offset_db
