"""
Path loss of 3GPP TR 38.901 V18.0.0 for outdoor receivers: rural macro, urban macro, urban micro in a street canyon.

The table has three formulas a scenario: in sight before the breakpoint, in sight beyond it, and out of sight, which
never costs less than in sight. Each is a straight line over the logarithm of the slant distance, plus (rural, in sight)
a term over the distance itself, so a path costs one logarithm.

Where the table ends, a path of less than 10 m counts as 10 m, and beyond its last distance (rural 10 km in sight and
5 km out of sight, urban 5 km) the formulas are simply continued. Frequencies and heights outside the table are refused.
Urban macro and micro masts are the exception: the table knows them at 25 m and 10 m only, but its formulas hold the
height as a variable, and masts of 3 to 300 m are accepted.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Scenario = Literal["rma", "uma", "umi"]
"""Rural macro, urban macro, urban micro (street canyon)."""

NEAREST_M = 10.0
"""Shorter distances over the ground count as this."""
ENVIRONMENT_HEIGHT_M = 1.0
"""Effective environment height of the urban breakpoints; for urban macro it is fixed up to a receiver at 13 m only."""
SPEED_OF_LIGHT_M_MHZ = 300.0
"""Speed of light in metres times megahertz, as the notes to the table round it."""
DECADES_PER_NEPER = 1 / math.log(10)
"""The kernel takes the natural logarithm, which is faster than log10."""

_RANGES: dict[Scenario, dict[str, tuple[float, float]]] = {
    "rma": {
        "frequency_mhz": (500, 30_000),
        "tx_height_agl_m": (10, 150),
        "rx_height_agl_m": (1, 10),
        "building_height_m": (5, 50),
        "street_width_m": (5, 50),
    },
    "uma": {"frequency_mhz": (500, 100_000), "tx_height_agl_m": (3, 300), "rx_height_agl_m": (1.5, 13)},
    "umi": {"frequency_mhz": (500, 100_000), "tx_height_agl_m": (3, 300), "rx_height_agl_m": (1.5, 22.5)},
}


class _Curve(NamedTuple):
    """Loss in dB over the slant distance d in m: at_1_m + per_decade * log10(d) + per_m * d."""

    at_1_m: float
    per_decade: float
    per_m: float = 0.0


class _Curves(NamedTuple):
    """The three formulas of a scenario: in sight up to the breakpoint, in sight beyond, out of sight."""

    near: _Curve
    far: _Curve
    hidden: _Curve


def path_loss(
    scenario: Scenario,
    line_of_sight: ArrayLike,
    distance_m: ArrayLike,
    *,
    frequency_mhz: float,
    tx_height_agl_m: float,
    rx_height_agl_m: float = 1.5,
    building_height_m: float = 5.0,
    street_width_m: float = 20.0,
) -> NDArray[np.float64]:
    """
    Median path loss in dB between isotropic antennas, receiver outdoors; NaN where the distance is NaN.

    It holds clutter and diffraction already: no terrain or clutter loss is to be added. At the rural breakpoint the
    loss in sight steps by -0.01 to 0.04 dB, since the table takes the breakpoint for a slant distance there.

    Parameters
    ----------
    line_of_sight
        True where the receiver is in sight; one value, or one for each distance.
    distance_m
        Distance over the ground ("2D"), used from 10 m upwards.
    frequency_mhz
        500 MHz to 100 GHz; rural to 30 GHz, where above 7 GHz it rests on a single campaign at 24 GHz.
    tx_height_agl_m
        Rural 10 to 150 m. Urban 3 to 300 m, though the table is stated for 25 m (macro) and 10 m (micro).
    rx_height_agl_m
        Rural 1 to 10 m, urban macro 1.5 to 13 m, urban micro 1.5 to 22.5 m.
    building_height_m, street_width_m
        Averages, 5 to 50 m each; they count in the rural scenario only.

    Raises
    ------
    ValueError
        For an unknown scenario, or a frequency, height or width outside these ranges.

    References
    ----------
    3GPP TR 38.901 V18.0.0, section 7.4.1, table 7.4.1-1.

    Examples
    --------
    >>> path_loss("rma", [True, False], [1000, 1000], frequency_mhz=700, tx_height_agl_m=35).round(2).tolist()
    [93.38, 116.44]
    >>> float(path_loss("uma", False, 500, frequency_mhz=3500, tx_height_agl_m=25).round(2))
    129.92
    """
    _check(
        scenario,
        frequency_mhz=frequency_mhz,
        tx_height_agl_m=tx_height_agl_m,
        rx_height_agl_m=rx_height_agl_m,
        building_height_m=building_height_m,
        street_width_m=street_width_m,
    )
    breakpoint_m = _breakpoint_m(scenario, frequency_mhz, tx_height_agl_m, rx_height_agl_m)
    rise_m = tx_height_agl_m - rx_height_agl_m
    if scenario == "rma":
        curves = _rural(
            breakpoint_m, frequency_mhz, tx_height_agl_m, rx_height_agl_m, building_height_m, street_width_m
        )
    else:
        curves = _urban(scenario, breakpoint_m, rise_m, frequency_mhz, rx_height_agl_m)
    sight, distance = np.broadcast_arrays(np.asarray(line_of_sight, bool), np.asarray(distance_m, float))
    return np.asarray(_losses(distance.ravel(), sight.ravel(), rise_m, breakpoint_m, curves)).reshape(distance.shape)


def shadow_sigma_db(
    scenario: Scenario,
    line_of_sight: ArrayLike,
    distance_m: ArrayLike,
    *,
    frequency_mhz: float,
    tx_height_agl_m: float,
    rx_height_agl_m: float = 1.5,
) -> NDArray[np.float64]:
    """
    Standard deviation in dB of the shadow fading about `path_loss`, whose arguments these are.

    Raises
    ------
    ValueError
        As `path_loss`.

    References
    ----------
    3GPP TR 38.901 V18.0.0, table 7.4.1-1, column of the shadow fading.

    Examples
    --------
    >>> shadow_sigma_db("rma", [True, True, False], [500, 5000, 500], frequency_mhz=700, tx_height_agl_m=35).tolist()
    [4.0, 6.0, 8.0]
    """
    _check(scenario, frequency_mhz=frequency_mhz, tx_height_agl_m=tx_height_agl_m, rx_height_agl_m=rx_height_agl_m)
    breakpoint_m = _breakpoint_m(scenario, frequency_mhz, tx_height_agl_m, rx_height_agl_m)
    far, hidden = {"rma": (6.0, 8.0), "uma": (4.0, 6.0), "umi": (4.0, 7.82)}[scenario]
    in_sight = np.where(np.asarray(distance_m, float) <= breakpoint_m, 4.0, far)
    return np.where(line_of_sight, in_sight, hidden)


def _check(scenario: Scenario, **given: float) -> None:
    if scenario not in _RANGES:
        raise ValueError(f"TR 38.901 has no scenario {scenario!r} here, only {', '.join(get_args(Scenario))}")
    for name, (low, high) in _RANGES[scenario].items():
        if name in given and not low <= given[name] <= high:
            raise ValueError(f"TR 38.901 {scenario}: {name} is {given[name]:g}, not within {low:g} to {high:g}")


def _breakpoint_m(scenario: Scenario, frequency_mhz: float, tx_height_m: float, rx_height_m: float) -> float:
    """Distance over the ground where the slope in sight changes: notes 1 (urban) and 5 (rural) to table 7.4.1-1."""
    per_m2 = frequency_mhz / SPEED_OF_LIGHT_M_MHZ
    if scenario == "rma":
        return 2 * math.pi * tx_height_m * rx_height_m * per_m2
    return 4 * (tx_height_m - ENVIRONMENT_HEIGHT_M) * (rx_height_m - ENVIRONMENT_HEIGHT_M) * per_m2


def _rural(
    breakpoint_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    building_m: float,
    street_m: float,
) -> _Curves:
    f_ghz, lift, log_tx = frequency_mhz / 1000, building_m**1.72, math.log10(tx_height_m)
    near = _Curve(
        20 * math.log10(40 * math.pi * f_ghz / 3) - min(0.044 * lift, 14.77),
        20 + min(0.03 * lift, 10),
        0.002 * math.log10(building_m),
    )
    at_breakpoint = near.at_1_m + near.per_decade * math.log10(breakpoint_m) + near.per_m * breakpoint_m
    at_1_km = (
        161.04
        - 7.1 * math.log10(street_m)
        + 7.5 * math.log10(building_m)
        - (24.37 - 3.7 * (building_m / tx_height_m) ** 2) * log_tx
        + 20 * math.log10(f_ghz)
        - (3.2 * math.log10(11.75 * rx_height_m) ** 2 - 4.97)
    )
    per_decade = 43.42 - 3.1 * log_tx
    return _Curves(
        near,
        far=_Curve(at_breakpoint - 40 * math.log10(breakpoint_m), 40.0),
        hidden=_Curve(at_1_km - 3 * per_decade, per_decade),
    )


def _urban(scenario: Scenario, breakpoint_m: float, rise_m: float, frequency_mhz: float, rx_height_m: float) -> _Curves:
    log_ghz, log_bend = math.log10(frequency_mhz / 1000), math.log10(breakpoint_m**2 + rise_m**2)
    above_m = rx_height_m - 1.5
    if scenario == "uma":
        return _Curves(
            near=_Curve(28 + 20 * log_ghz, 22.0),
            far=_Curve(28 + 20 * log_ghz - 9 * log_bend, 40.0),
            hidden=_Curve(13.54 + 20 * log_ghz - 0.6 * above_m, 39.08),
        )
    return _Curves(
        near=_Curve(32.4 + 20 * log_ghz, 21.0),
        far=_Curve(32.4 + 20 * log_ghz - 9.5 * log_bend, 40.0),
        hidden=_Curve(22.4 + 21.3 * log_ghz - 0.3 * above_m, 35.3),
    )


@njit(cache=True, nogil=True)
def _losses(
    distance_m: np.ndarray, line_of_sight: np.ndarray, rise_m: float, breakpoint_m: float, curves: _Curves
) -> np.ndarray:
    """Loss of each path; the comparison lets a NaN distance through."""
    loss = np.empty(distance_m.size)
    near, far, hidden = curves
    for path in range(distance_m.size):
        across_m = NEAREST_M if distance_m[path] < NEAREST_M else distance_m[path]
        slant_m2 = across_m * across_m + rise_m * rise_m
        decades = 0.5 * DECADES_PER_NEPER * math.log(slant_m2)
        if across_m <= breakpoint_m:
            found = near.at_1_m + near.per_decade * decades + near.per_m * math.sqrt(slant_m2)
        else:
            found = far.at_1_m + far.per_decade * decades
        if not line_of_sight[path]:
            found = max(found, hidden.at_1_m + hidden.per_decade * decades)
        loss[path] = found
    return loss
