"""What one radio path is made of: its profile and its link, refused where Recommendation ITU-R P.1812 does not hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEA, COASTAL_LAND, INLAND = 1, 3, 4
"""Radio-climatic zones: P.1812, table 1 (A2 is inland)."""
LEAST_POINTS = 5
LONGEST_KM = 3000.0
ANTENNA_M = (1.0, 3000.0)
FREQUENCY_MHZ = (30.0, 6000.0)
TIME_PERCENT = (1.0, 50.0)

Polarization = Literal["horizontal", "vertical"]


@dataclass(frozen=True)
class Profile:
    """
    Ground between two antennas: arrays of one length, from the transmitter to the receiver.

    Parameters
    ----------
    distance_km
        From 0, rising.
    height_amsl_m
        Bare ground above sea level.
    clutter_height_m
        Representative clutter upon it; nothing at the two ends, where the antennas stand.
    zone
        Radio-climatic zone of the stretch around each point: 1 sea, 3 coastal land, 4 inland.
    """

    distance_km: NDArray[np.float64]
    height_amsl_m: NDArray[np.float64]
    clutter_height_m: NDArray[np.float64]
    zone: NDArray[np.float64]

    @classmethod
    def of(cls, distance_km: ArrayLike, height_amsl_m: ArrayLike, clutter_height_m: ArrayLike, zone: ArrayLike) -> Self:
        """A profile that has been looked at; clutter and zone may be one value for the whole path."""
        distance = np.asarray(distance_km, float)
        _check_distance(distance)
        height = _along("height_amsl_m", np.asarray(height_amsl_m, float), distance.size)
        clutter = _along("clutter_height_m", _spread(clutter_height_m, distance.size), distance.size)
        _refuse_where(clutter < 0, "clutter_height_m", clutter, "clutter has a height of 0 m or more")
        zones = _along("zone", _spread(zone, distance.size), distance.size)
        _refuse_where(
            ~np.isin(zones, (SEA, COASTAL_LAND, INLAND)),
            "zone",
            zones,
            "the zones of P.1812 are 1 (sea), 3 (coastal land) and 4 (inland)",
        )
        clutter[[0, -1]] = 0
        return cls(distance, height, clutter, zones)


def _check_distance(distance: NDArray[np.float64]) -> None:
    if distance.ndim != 1 or distance.size < LEAST_POINTS:
        raise ValueError(
            f"distance_km has {distance.size} points; P.1812 needs at least four intervals, which is five points"
        )
    _refuse_where(~np.isfinite(distance), "distance_km", distance, "every point needs a finite number")
    if distance[0] != 0:
        raise ValueError(f"distance_km starts at {distance[0]:g} km; a profile starts at its transmitter, at 0")
    _refuse_where(np.diff(distance, prepend=-1) <= 0, "distance_km", distance, "the distances of a profile must rise")
    if distance[-1] > LONGEST_KM:
        raise ValueError(f"distance_km ends at {distance[-1]:g} km; P.1812 holds up to {LONGEST_KM:g} km")


def _spread(value: ArrayLike, points: int) -> NDArray[np.float64]:
    array = np.array(value, float)
    return np.full(points, array) if array.ndim == 0 else array


def _along(name: str, array: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    if array.shape != (points,):
        raise ValueError(f"{name} has {array.size} values for {points} distances; a profile needs one for each")
    _refuse_where(~np.isfinite(array), name, array, "every point needs a finite number")
    return array


def _refuse_where(wrong: NDArray[np.bool_], name: str, array: NDArray[np.float64], expected: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"{name} is {array[first]:g} at point {first} (counted from 0); {expected}")


@dataclass(frozen=True, kw_only=True)
class Link:
    """
    What is sent, from where to where, and how often it shall be heard: the single numbers of a path.

    The parameters are those of `p1812.basic_transmission_loss`.
    """

    frequency_mhz: float
    time_percent: float
    location_percent: float
    location_sigma_db: float
    tx_height_agl_m: float
    rx_height_agl_m: float
    polarization: str
    latitude_deg: float
    delta_n: float
    n0: float
    tx_to_coast_km: float
    rx_to_coast_km: float

    @property
    def frequency_ghz(self) -> float:
        """Frequency in the unit of the equations of P.1812."""
        return self.frequency_mhz / 1000

    def __post_init__(self) -> None:
        _check_within("frequency_mhz", self.frequency_mhz, FREQUENCY_MHZ, "MHz")
        _check_within("time_percent", self.time_percent, TIME_PERCENT, "% of time")
        _check_within("tx_height_agl_m", self.tx_height_agl_m, ANTENNA_M, "m above ground")
        _check_within("rx_height_agl_m", self.rx_height_agl_m, ANTENNA_M, "m above ground")
        if self.polarization not in ("horizontal", "vertical"):
            raise ValueError(f"polarization is {self.polarization!r}; it must be 'horizontal' or 'vertical'")
        expected = {
            "location_percent": (0 < self.location_percent < 100, "above 0 and below 100 % of locations"),
            "location_sigma_db": (0 <= self.location_sigma_db < math.inf, "a standard deviation of 0 dB or more"),
            "latitude_deg": (abs(self.latitude_deg) <= 90, "a latitude from -90 to 90 degrees"),
            "delta_n": (
                0 < self.delta_n < 157,
                "the fall of refractivity in N-units/km, above 0 and below 157 (at 157 rays follow the Earth)",
            ),
            "n0": (0 < self.n0 < math.inf, "a surface refractivity above 0 N-units"),
            "tx_to_coast_km": (0 <= self.tx_to_coast_km < math.inf, "a distance of 0 km or more"),
            "rx_to_coast_km": (0 <= self.rx_to_coast_km < math.inf, "a distance of 0 km or more"),
        }
        for name, (holds, sentence) in expected.items():
            if not holds:
                raise ValueError(f"{name} is {getattr(self, name):g}; it must be {sentence}")


def _check_within(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; P.1812 holds from {low:g} to {high:g} {unit}")
