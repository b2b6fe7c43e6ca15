"""From one mast to many receivers over terrain: the door of the two ways to read the ground between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.radio.sweep.closed_form import constants, edge_constants
from phusong.radio.sweep.exact import exact_paths
from phusong.radio.sweep.fast import Sweep, fast_paths
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.rows import Constants
from phusong.radio.sweep.sampling import ends_of, foot_of, rasters_of


@dataclass(frozen=True)
class P1812:
    """
    Settings of P.1812 for one carrier, for half of the locations.

    Parameters
    ----------
    time_percent
        Share of time, 1 to 50, for which the loss is not exceeded.
    delta_n, n0
        Fall of refractivity through the lowest kilometre, and sea-level surface refractivity, in N-units.
    tx_to_coast_km, rx_to_coast_km
        Distance of the terminals from the coast along the path; matters where sea is on the path.
    """

    frequency_mhz: float
    time_percent: float = 50.0
    polarization: str = "vertical"
    delta_n: float = 45.0
    n0: float = 325.0
    rx_height_agl_m: float = 1.5
    tx_to_coast_km: float = 500.0
    rx_to_coast_km: float = 500.0

    def constants(self, ground: Ground) -> Constants:
        """What all paths share."""
        return constants(
            self.frequency_mhz,
            self.time_percent,
            self.polarization,
            self.delta_n,
            self.n0,
            ground.zone is not None,
            self.tx_to_coast_km,
            self.rx_to_coast_km,
        )


@dataclass(frozen=True)
class Bullington:
    """Settings of free space with Bullington diffraction (ITU-R P.525 and P.526-15, section 4.5.1) for one carrier."""

    frequency_mhz: float
    effective_earth_radius_km: float = 8500.0
    rx_height_agl_m: float = 1.5

    def constants(self, ground: Ground) -> Constants:
        """What all paths share."""
        del ground
        return edge_constants(self.frequency_mhz, self.effective_earth_radius_km)


def exact_loss(
    ground: Ground, mast: Mast, receivers: Receivers, model: P1812 | Bullington, step_km: float
) -> NDArray[np.float64]:
    """
    Basic transmission loss in dB of each path, over a profile of its own.

    The profile has max(4, ceil(distance / step)) equal intervals on the straight line in pixels, heights bilinear, the
    clutter and zone of the nearest pixel. Distances under 0.25 km, below the stated range of the Recommendation, go
    through the same equations.

    Returns
    -------
    NaN where the profile meets ground that is not known, and at distance zero.

    References
    ----------
    Recommendation ITU-R P.1812-7, troposcatter of P.1812-6; `p1812.basic_transmission_loss` is the plain form.
    """
    return exact_paths(
        rasters_of(ground),
        foot_of(mast),
        ends_of(receivers),
        model.rx_height_agl_m,
        step_km,
        model.constants(ground),
    )


def fast_loss(
    ground: Ground,
    mast: Mast,
    receivers: Receivers,
    model: P1812 | Bullington,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
) -> NDArray[np.float64]:
    """
    Basic transmission loss in dB of each path, over the nearest of `radials` profiles that all paths share.

    Each path keeps its own distance and ground. The points of a radial are one step apart, on a plane where a column is
    `column_km` and a row `row_km` wide at the mast. The nearest pixels have profiles of their own, as in `exact_loss`.

    Returns
    -------
    NaN where the radial meets unknown ground before the receiver.
    """
    return fast_paths(
        rasters_of(ground),
        foot_of(mast),
        ends_of(receivers),
        Sweep(float(step_km), float(column_km), float(row_km), int(radials), float(model.rx_height_agl_m)),
        model.constants(ground),
    )
