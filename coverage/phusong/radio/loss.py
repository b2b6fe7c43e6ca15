"""The loss of a carrier's paths by the project's model: every model behind one door."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.radio.carrier import Carrier
from phusong.radio.free_space import free_space_loss
from phusong.radio.reach import LEAST_DISTANCE_M, Paths, Transmitter
from phusong.radio.sweep.elementary import vectorised
from phusong.radio.sweep.ground import Mast, Receivers
from phusong.radio.sweep.horizon import DARK, IN_SIGHT, lines_of_sight
from phusong.radio.sweep.paths import P1812, Bullington, exact_loss, fast_loss
from phusong.radio.tr38901 import Scenario, path_loss
from phusong.radio.world import World

KM_PER_DEGREE = 110.9
"""Of latitude; within 0.4 % anywhere, and P.1812 wants the middle of a path to a hundredth of a degree."""
RMA_MAST_M = (10.0, 150.0)
"""Antenna heights of TR 38.901 rural macro; others are taken as the nearer end."""


def radial_count(reach_m: float, pixel_m: float, radials_per_rim_pixel: float) -> int:
    """
    Radials of a sweep, so many per pixel at its rim.

    Examples
    --------
    >>> radial_count(10_000, 100, 2)
    1257
    """
    return math.ceil(radials_per_rim_pixel * 2 * math.pi * reach_m / pixel_m)


def loss_db(carrier: Carrier, transmitter: Transmitter, paths: Paths, world: World) -> NDArray[np.float64]:
    """
    Basic transmission loss of each path by the project's model; NaN where terrain is missing.

    A receiver nearer than 0.25 km, the lower limit of P.1812, goes through the same equations; one under the mast
    itself stands a metre away.
    """
    radio = world.radio
    if radio.propagation == "free-space":
        return free_space_loss(carrier.frequency_mhz, paths.slant_km(transmitter.top_amsl_m))
    mast = _mast(carrier, transmitter, world)
    receivers = _receivers(transmitter, paths, world)
    step_km = world.grid.pixel_m / 1000
    radials = radial_count(transmitter.reach_m, world.grid.pixel_m, radio.radials_per_rim_pixel)
    if radio.propagation.startswith("3gpp"):
        return _with_sight(carrier, mast, receivers, world, step_km, radials)
    model = _model(carrier, radio)
    if radio.mode == "exact":
        return exact_loss(world.ground, mast, receivers, model, step_km)
    return fast_loss(world.ground, mast, receivers, model, step_km, step_km, step_km, radials)


def _model(carrier: Carrier, radio: Radio) -> P1812 | Bullington:
    if radio.propagation == "bullington":
        return Bullington(carrier.frequency_mhz, radio.effective_earth_radius_km, radio.receiver_height_m)
    return P1812(
        carrier.frequency_mhz,
        radio.time_percent,
        radio.polarization,
        radio.delta_n,
        radio.n0,
        radio.receiver_height_m,
    )


def _mast(carrier: Carrier, transmitter: Transmitter, world: World) -> Mast:
    pixel_m = world.grid.pixel_m
    return Mast(
        transmitter.x_m / pixel_m - 0.5,
        -transmitter.y_m / pixel_m - 0.5,
        transmitter.top_amsl_m - carrier.height_agl_m,
        carrier.height_agl_m,
    )


def _receivers(transmitter: Transmitter, paths: Paths, world: World) -> Receivers:
    left, top = world.grid.lattice_origin
    column, row, distance_km, latitude_deg = _placed(
        paths.pixel,
        paths.distance_m,
        world.grid.shape[1],
        left,
        top,
        world.grid.pixel_m,
        transmitter.y_m,
        world.latitude_deg(transmitter.x_m, transmitter.y_m),
    )
    ground_m = paths.receiver_amsl_m - world.radio.receiver_height_m
    return Receivers(column, row, distance_km, paths.azimuth_deg, ground_m, latitude_deg)


@vectorised
def _placed(
    pixel: np.ndarray,
    distance_m: np.ndarray,
    width: int,
    left: int,
    top: int,
    pixel_m: float,
    y_m: float,
    at_mast_deg: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Column and row on the lattice, distance in km, and latitude in the middle of the path."""
    n = pixel.size
    column, row, distance_km, latitude_deg = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for path in range(n):
        south = pixel[path] // width
        column[path], row[path] = left + pixel[path] - south * width, south - top
        distance_km[path] = max(distance_m[path], LEAST_DISTANCE_M) / 1000.0
        north_km = (-pixel_m * (row[path] + 0.5) - y_m) / 1000.0
        latitude_deg[path] = at_mast_deg + north_km / (2.0 * KM_PER_DEGREE)
    return column, row, distance_km, latitude_deg


def _with_sight(
    carrier: Carrier, mast: Mast, receivers: Receivers, world: World, step_km: float, radials: int
) -> NDArray[np.float64]:
    """TR 38.901, in sight or not as the terrain has it."""
    radio = world.radio
    scenario = cast(Scenario, radio.propagation.removeprefix("3gpp-"))
    sight = lines_of_sight(
        world.ground,
        mast,
        receivers,
        rx_height_agl_m=radio.receiver_height_m,
        effective_earth_radius_km=radio.effective_earth_radius_km,
        step_km=step_km,
        column_km=step_km,
        row_km=step_km,
        radials=radials,
    )
    height_m = carrier.height_agl_m if scenario != "rma" else float(np.clip(carrier.height_agl_m, *RMA_MAST_M))
    loss = path_loss(
        scenario,
        sight == IN_SIGHT,
        receivers.distance_km * 1000,
        frequency_mhz=carrier.frequency_mhz,
        tx_height_agl_m=height_m,
        rx_height_agl_m=radio.receiver_height_m,
    )
    return np.where(sight == DARK, np.nan, loss)
