"""A survey of packets as paths: points from which packets came, the losses measured there, and the losses predicted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.layers.dem import LEAST_INTERVALS, SEEN, Dem, Sight, sight
from phusong.radio.free_space import free_space_loss
from phusong.radio.p1812.climate import EARTH_RADIUS_KM
from phusong.radio.p1812.geometry import path_geometry
from phusong.radio.survey.measured import (
    clusters,
    reports_signal_alone,
    sensitivity_dbm,
    signal_power_dbm,
    thermal_noise_dbm,
)
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.paths import P1812, exact_loss
from phusong.radio.tr38901 import path_loss

PLACE_APART_M = 150.0
"""Positions of gateways that hang together by such steps are one place."""
SQUARE_M = 10.0
"""Packets from one such square are one point."""
_FARTHEST_KM = 1000.0


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """
    What a survey does not say of itself, and the settings of the model.

    Heights, gains and power are those that the publishers of the survey in Đà Nẵng assume; nobody measured them.

    Parameters
    ----------
    gateway_height_m, board_height_m
        Antennas above ground.
    noise_figure_db
        Of the gateways, for their sensitivity; None takes the noise that each of them had, the median of its packets.
    edge_db
        Width of the sensitivity's edge.
    step_km
        Longest interval of a profile.
    """

    power_dbm: float = 14.0
    board_gain_dbi: float = 2.0
    gateway_gain_dbi: float = 5.0
    gateway_height_m: float = 15.0
    board_height_m: float = 1.5
    noise_figure_db: float | None = 6.0
    edge_db: float = 2.0
    frequency_mhz: float = 922.0
    delta_n: float = 58.0
    n0: float = 370.0
    step_km: float = 0.03

    @property
    def radiated_dbm(self) -> float:
        """Received power, had the path no loss: power and both antenna gains."""
        return self.power_dbm + self.board_gain_dbi + self.gateway_gain_dbi


def with_signal(packets: pd.DataFrame, repaired: bool = True) -> pd.DataFrame:
    """
    Packets with the power of their signal, `signal_dbm`, and the noise they came through, `noise_dbm`.

    Parameters
    ----------
    packets
        gateway, rssi_dbm, snr_db, bandwidth_hz.
    repaired
        Whether the RSSI of gateways that must report the signal alone is taken as such, and marked in `signal_alone`.
    """
    alone = {
        name: repaired and reports_signal_alone(rows.rssi_dbm, rows.snr_db, rows.bandwidth_hz)
        for name, rows in packets.groupby("gateway")
    }
    marked = packets.gateway.map(alone).astype(bool)
    signal = np.where(marked, packets.rssi_dbm, signal_power_dbm(packets.rssi_dbm, packets.snr_db))
    noise = pd.Series(signal - packets.snr_db, packets.index)
    weak = noise.where(packets.snr_db < 0)
    usual = weak.groupby(packets.gateway).transform("median").fillna(noise.groupby(packets.gateway).transform("median"))
    return packets.assign(signal_alone=marked, signal_dbm=signal, noise_dbm=noise, usual_noise_dbm=usual)


def points(packets: pd.DataFrame) -> pd.DataFrame:
    """
    One row for each place of gateways, square of the board and spreading factor: medians of its packets.

    Places are numbered from the one with most points on; a place stands at the median of its packets' gateways.

    Parameters
    ----------
    packets
        As `with_signal` returns them, with x_m, y_m, longitude, latitude of the board, the same with `gateway_` of the
        gateway, and spreading_factor.
    """
    cluster = clusters(packets.gateway_x_m, packets.gateway_y_m, PLACE_APART_M)
    squares = {f"{axis}_square": np.floor(packets[f"{axis}_m"] / SQUARE_M).astype(np.int64) for axis in ("x", "y")}
    keys = ["cluster", *squares, "spreading_factor"]
    rows = packets.assign(cluster=cluster, **squares)
    medians = ["x_m", "y_m", "longitude", "latitude", "signal_dbm", "usual_noise_dbm", "bandwidth_hz"]
    found = rows.groupby(keys)[medians].median().assign(packets=rows.groupby(keys).size()).reset_index()
    masts = rows.groupby("cluster")[["gateway_longitude", "gateway_latitude"]].median()
    size = found.cluster.value_counts(sort=False).sort_index()
    number = {name: place for place, name in enumerate(size.sort_values(ascending=False, kind="stable").index)}
    found = found.join(masts, on="cluster").assign(place=found.cluster.map(number))
    return found.sort_values(["place", *keys], kind="stable", ignore_index=True).drop(columns=["cluster", *squares])


def predicted(
    found: pd.DataFrame, dem: Dem, assumed: Assumptions, clutter_m: NDArray[np.float32] | None = None
) -> pd.DataFrame:
    """
    Points with their paths: distance_km (geodesic), measured_db, p1812_db and the gateway's sensitivity_dbm.

    The predicted loss is NaN where the terrain does not hold the path, and at the mast itself.
    """
    lost = pd.concat([_p1812(rows, dem, assumed, clutter_m) for _, rows in found.groupby("place", sort=True)])
    figure = assumed.noise_figure_db
    noise = found.usual_noise_dbm if figure is None else thermal_noise_dbm(found.bandwidth_hz, figure)
    return found.join(lost).assign(
        measured_db=assumed.radiated_dbm - found.signal_dbm,
        sensitivity_dbm=sensitivity_dbm(noise, found.spreading_factor),
    )


def with_baselines(paths: pd.DataFrame, dem: Dem, assumed: Assumptions) -> pd.DataFrame:
    """
    Paths of `predicted` with the losses by simpler models: free_space_db, and uma_db of TR 38.901 urban macro.

    The latter takes a path for in sight where bare ground leaves it so, `in_sight`, by equations 76 to 78 of P.1812.
    """
    clear = pd.concat([_in_sight(rows, dem, assumed) for _, rows in paths.groupby("place", sort=True)])
    table = paths.assign(in_sight=clear)
    metres = np.maximum(1000 * table.distance_km, 1)
    heights = {"tx_height_agl_m": assumed.gateway_height_m, "rx_height_agl_m": max(assumed.board_height_m, 1.5)}
    return table.assign(
        free_space_db=free_space_loss(assumed.frequency_mhz, metres / 1000),
        uma_db=path_loss("uma", table.in_sight, metres, frequency_mhz=assumed.frequency_mhz, **heights),
    )


def _placed(rows: pd.DataFrame, dem: Dem, assumed: Assumptions) -> tuple[Mast, Sight]:
    """The gateway of one place, and the boards as they lie from it."""
    longitude, latitude = (float(rows[f"gateway_{axis}"].iloc[0]) for axis in ("longitude", "latitude"))
    column, row = dem.locate(longitude, latitude)
    mast = Mast(float(column), float(row), float(dem.ground(column, row)), assumed.gateway_height_m)
    boards = rows.longitude.to_numpy(float), rows.latitude.to_numpy(float)
    return mast, sight(dem, longitude, latitude, boards, _FARTHEST_KM)


def _p1812(rows: pd.DataFrame, dem: Dem, assumed: Assumptions, clutter_m: NDArray[np.float32] | None) -> pd.DataFrame:
    mast, seen = _placed(rows, dem, assumed)
    near = seen.only(seen.state == SEEN)
    boards = Receivers(near.column, near.row, near.distance_km, near.azimuth_deg, near.ground_m, near.latitude_deg)
    model = P1812(assumed.frequency_mhz, delta_n=assumed.delta_n, n0=assumed.n0, rx_height_agl_m=assumed.board_height_m)
    loss = np.full(seen.state.size, np.nan)
    loss[seen.state == SEEN] = exact_loss(Ground(dem.heights_m, clutter_m), mast, boards, model, assumed.step_km)
    return pd.DataFrame({"distance_km": seen.distance_km, "p1812_db": loss}, rows.index)


def _in_sight(rows: pd.DataFrame, dem: Dem, assumed: Assumptions) -> pd.Series:
    mast, seen = _placed(rows, dem, assumed)
    clear = np.zeros(seen.state.size, bool)
    for path in np.flatnonzero(seen.state == SEEN):
        length = seen.distance_km[path]
        share = np.linspace(0, 1, max(LEAST_INTERVALS, math.ceil(length / assumed.step_km)) + 1)
        ground = dem.ground(
            mast.column + share * (seen.column[path] - mast.column), mast.row + share * (seen.row[path] - mast.row)
        )
        if not np.isnan(ground).any():
            clear[path] = path_geometry(
                share * length,
                ground,
                tx_height_agl_m=mast.height_agl_m,
                rx_height_agl_m=assumed.board_height_m,
                frequency_ghz=assumed.frequency_mhz / 1000,
                effective_earth_radius_km=EARTH_RADIUS_KM * 157 / (157 - assumed.delta_n),
            ).line_of_sight
    return pd.Series(clear, rows.index)
