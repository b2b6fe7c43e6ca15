"""The model card: what the radio stage computed, from what, and what it left out, for the record of a run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from phusong import __version__
from phusong.config import Environment, Radio
from phusong.radio.carrier import band_name, offset_db, spacing_khz
from phusong.radio.environment import environment_loss, pixel_sigma_db
from phusong.radio.link import resource_blocks
from phusong.radio.servers import band_frequency_mhz

_SHADOWED = "shadow fading out of sight, 3GPP TR 38.901 table 7.4.1-1"
_ITU = "ITU-R P.1812-7 section 4.8, receiver at or below the clutter"


def model_card(radio: Radio, pixel_m: float, sites: pd.DataFrame, terrain: str, clutter: str = "") -> dict[str, Any]:
    """
    What a coverage layer is made of, following what regulators ask operators to say of theirs.

    Parameters
    ----------
    pixel_m
        Edge of a pixel.
    sites
        The sites that count: technology, frequency_mhz, bandwidth_mhz, eirp_dbm.
    terrain, clutter
        Source, vintage and resolution; no clutter where it is empty.

    References
    ----------
    FCC Broadband Data Collection, 47 CFR 1.7004(c): model and version, edge probability, load, clutter and terrain,
    link budget.
    """
    bands = _bands(sites, radio)
    read = clutter if radio.propagation == "p1812" else ""
    return {
        "tool": f"phusong {__version__}",
        **_propagation(radio),
        **_ground(radio, terrain, read),
        "receiver_height_m": radio.receiver_height_m,
        "receiver_gain_dbi": radio.receiver_gain_dbi,
        "body_loss_db": radio.body_loss_db,
        "reach_km": {
            "default": radio.reach_km,
            **{f"{b.technology} {b.name}": radio.reach_km if b.reach_km is None else b.reach_km for b in radio.bands},
        },
        "antenna": "pattern files where a site names one, else 3GPP TR 36.814 table A.2.1.1-2: 70 x 10 degrees, 25 dB "
        "and 20 dB floors; best sector",
        **_link(radio, bands),
        **_places(radio, bands, pixel_m),
        "uncertainty": radio.uncertainty.model_dump(mode="json", exclude={"location_sigma_db"}),
        "priors": [prior.model_dump(mode="json", exclude_none=True) for prior in radio.priors],
        "load": "not modelled: levels are those of reference signals, which traffic does not change",
        "rounding": "levels are rounded to 0.1 dB before any threshold",
        "missing": _missing(radio, read),
    }


def _propagation(radio: Radio) -> dict[str, Any]:
    """Model, its edition, and the settings that it alone has."""
    earth = {"effective_earth_radius_km": radio.effective_earth_radius_km}
    if radio.propagation == "p1812":
        names = ("time_percent", "delta_n", "n0", "polarization")
        return {
            "model": "ITU-R P.1812-7 (troposcatter of P.1812-6)",
            "edition": "P.1812-7, section 4.4 of P.1812-6",
            **{name: getattr(radio, name) for name in names},
        }
    if radio.propagation.startswith("3gpp"):
        scenario = {"3gpp-rma": "RMa", "3gpp-uma": "UMa", "3gpp-umi": "UMi"}[radio.propagation]
        model = f"3GPP TR 38.901 {scenario} with line of sight over the terrain"
        return {"model": model, "edition": "TR 38.901 V18.0.0", **earth}
    if radio.propagation == "bullington":
        model = "ITU-R P.525 free space and ITU-R P.526 Bullington diffraction"
        return {"model": model, "edition": "P.525-5, P.526-15 section 4.5.1", **earth}
    return {"model": "ITU-R P.525 free space", "edition": "P.525-5"}


def _ground(radio: Radio, terrain: str, clutter: str) -> dict[str, Any]:
    """Terrain, clutter, and how profiles are read from them."""
    radials = f"{radio.radials_per_rim_pixel:g} radials per rim pixel, shared by the pixels beside them"
    profile = {"exact": "each pixel its own", "fast": radials}[radio.mode]
    return {
        "terrain": terrain,
        "clutter": clutter or "none read",
        "mode": radio.mode,
        "profile": "none" if radio.propagation == "free-space" else f"{profile}; heights bilinear",
    }


def _link(radio: Radio, bands: list[dict[str, Any]]) -> dict[str, Any]:
    """From the power of a carrier to a level, by band."""
    return {
        "link_budget": "RSRP = EIRP - 10 log10(12 N_RB) + SSB offset (NR) - pattern - path loss + receiver gain - body "
        "loss",
        "resource_blocks": "3GPP TS 36.101 table 5.6-1 (LTE), TS 38.101-1 table 5.3.2-1 (NR)",
        "link_budget_by_band": bands,
        "thresholds_dbm": {technology: radio.levels(technology).model_dump() for technology in ("LTE", "NR")},
    }


def _bands(sites: pd.DataFrame, radio: Radio) -> list[dict[str, Any]]:
    """Link budget of each technology and band of the sites."""
    names = [band_name(radio, *carrier) for carrier in zip(sites.technology, sites.frequency_mhz, strict=True)]
    by_band = sites.assign(band=names).groupby(["technology", "band"])
    return [_band(str(technology), str(name), part, radio) for (technology, name), part in by_band]


def _band(technology: str, name: str, sites: pd.DataFrame, radio: Radio) -> dict[str, Any]:
    band = radio.band_of(technology, float(sites.frequency_mhz.iloc[0]))
    spacing = spacing_khz(band, technology)
    widths = sorted(set(sites.bandwidth_mhz))
    return {
        "technology": technology,
        "band": name,
        "carriers": len(sites),
        "frequency_mhz": [float(sites.frequency_mhz.min()), float(sites.frequency_mhz.max())],
        "eirp_dbm": [float(sites.eirp_dbm.min()), float(sites.eirp_dbm.max())],
        "scs_khz": spacing,
        "resource_blocks": {f"{width:g} MHz": resource_blocks(technology, width, spacing) for width in widths},
        "ssb_offset_db": offset_db(radio, band, technology),
        "loss_frequency_mhz": band_frequency_mhz(radio, technology, name),
    }


def _places(radio: Radio, bands: list[dict[str, Any]], pixel_m: float) -> dict[str, Any]:
    """How levels vary inside a pixel and between environments, and for which share of places they are asked."""
    stated = radio.uncertainty.location_sigma_db is not None
    standard = _SHADOWED if radio.propagation.startswith("3gpp") else _ITU
    keys = {f"{b['technology']} {b['band']}": b["loss_frequency_mhz"] for b in bands}
    return {
        "environments": [_environment(environment, keys) for environment in radio.environments],
        "levels_are_of": radio.environments[0].name,
        "covered_at_percent": radio.covered_at_percent,
        "edge_probability_percent": radio.covered_at_percent,
        "location_sigma_db": {
            "rule": "setting of the project" if stated else standard,
            **{key: round(pixel_sigma_db(radio, frequency, pixel_m), 2) for key, frequency in keys.items()},
        },
    }


def _environment(environment: Environment, frequencies: dict[str, float]) -> dict[str, Any]:
    """An environment with its median loss and spread by band."""
    losses = {key: environment_loss(environment, frequency) for key, frequency in frequencies.items()}
    rounded = {key: {"loss_db": round(loss, 2), "sigma_db": round(sigma, 2)} for key, (loss, sigma) in losses.items()}
    return {**environment.model_dump(mode="json", exclude_none=True), "by_band": rounded}


def _missing(radio: Radio, clutter: str) -> list[str]:
    """What the levels leave out."""
    time = "" if radio.propagation == "p1812" else "time variability: for 50 % of time"
    bare = "" if clutter or radio.propagation.startswith("3gpp") else "clutter: no loss from buildings and trees"
    return [
        *filter(None, (bare, time)),
        "gases and rain, interference and load",
        "azimuths count from grid north and distances are those of the projection",
    ]
