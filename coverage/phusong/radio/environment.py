"""Where the receiver is: what vehicles and buildings cost, and how much levels vary inside a pixel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from types import MappingProxyType

from phusong.config import Environment, Radio
from phusong.radio.p2109 import building_entry_loss

SHADOW_SIGMA_DB: Mapping[str, float] = MappingProxyType({"3gpp-rma": 8.0, "3gpp-uma": 6.0, "3gpp-umi": 7.82})
"""Shadow fading out of sight, by model: 3GPP TR 38.901 V18.0.0, table 7.4.1-1."""

_ONE_SIGMA_PERCENT = 84.13
"""Share of a normal distribution up to one standard deviation above its median."""


def location_sigma_db(frequency_mhz: float, pixel_m: float) -> float:
    """
    Standard deviation in dB of the level over the places of a pixel outdoors, at or below the height of the clutter.

    Parameters
    ----------
    pixel_m
        Width of the area over which the level varies (w_a).

    References
    ----------
    Recommendation ITU-R P.1812-7, section 4.8, with the weight u_h of the receiver's height taken as 1.

    Examples
    --------
    >>> round(location_sigma_db(2000, 500), 3)
    3.236
    """
    return (0.024 * frequency_mhz / 1000 + 0.52) * pixel_m**0.28


def pixel_sigma_db(radio: Radio, frequency_mhz: float, pixel_m: float) -> float:
    """
    Standard deviation in dB over the places of a pixel, as the project says it.

    Where it says nothing: the shadow fading of the 3GPP models, whose medians know no terrain or clutter, and
    `location_sigma_db` for the others.
    """
    stated = radio.uncertainty.location_sigma_db
    if stated is not None:
        return stated
    shadow = SHADOW_SIGMA_DB.get(radio.propagation)
    return location_sigma_db(frequency_mhz, pixel_m) if shadow is None else shadow


def environment_loss(environment: Environment, frequency_mhz: float) -> tuple[float, float]:
    """
    Median loss in dB of an environment against outdoors, and its standard deviation in dB.

    A building's is the median of P.2109 and the distance from there to its 84.13 % value; what the environment itself
    states comes on top, the median added and the spread in root sum square.

    References
    ----------
    Recommendation ITU-R P.2109-2, Annex 1, section 3.

    Examples
    --------
    >>> environment_loss(Environment(name="in_vehicle", loss_db=9, sigma_db=5), 1800)
    (9.0, 5.0)
    >>> [round(part, 2) for part in environment_loss(Environment(name="indoor", building="traditional"), 3500)]
    [15.72, 10.06]
    """
    if environment.building is None:
        return environment.loss_db, environment.sigma_db
    median, higher = building_entry_loss(frequency_mhz, [50.0, _ONE_SIGMA_PERCENT], environment.building).tolist()
    return median + environment.loss_db, math.hypot(higher - median, environment.sigma_db)


def margin_ddbm(radio: Radio, environment: Environment, frequency_mhz: float, pixel_m: float) -> int:
    """
    Tenths of dB by which the median outdoors must exceed a threshold, for the share of places that the project asks.

    Examples
    --------
    >>> margin_ddbm(Radio(), Radio().environments[0], 1800, 100)
    0
    >>> margin_ddbm(Radio(covered_at_percent=95), Environment(name="in_vehicle", loss_db=9, sigma_db=5), 1800, 100)
    179
    """
    loss_db, spread_db = environment_loss(environment, frequency_mhz)
    sigma_db = math.hypot(pixel_sigma_db(radio, frequency_mhz, pixel_m), spread_db)
    quantile = NormalDist().inv_cdf(radio.covered_at_percent / 100)
    return round(10 * (loss_db + quantile * sigma_db))
