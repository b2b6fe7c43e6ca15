"""Horizons, smooth-Earth heights and roughness of one path: Attachment 1 to Annex 1 of Recommendation ITU-R P.1812."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WAVELENGTH_M_GHZ = 0.2998
"""Wavelength in metres is this over the frequency in GHz, with the digits of P.1812."""


@dataclass(frozen=True, kw_only=True)
class PathGeometry:
    """
    Where the antennas see the ground, over bare terrain and the median effective Earth.

    Parameters
    ----------
    distance_km
        Length of the path: d.
    tx_amsl_m, rx_amsl_m
        Antennas above sea level: h_ts, h_rs.
    line_of_sight
        Whether the bare ground leaves the antennas in sight of each other: equations 76 to 78.
    tx_horizon_km, rx_horizon_km
        Distance from each antenna to its horizon or, in sight, to the point that comes nearest to obstructing:
        d_lt, d_lr, equations 80 and 83.
    tx_horizon_mrad, rx_horizon_mrad
        Elevation of the horizon or, in sight, of the other antenna: theta_t, theta_r, equations 79, 81 and 82.
    angular_distance_mrad
        theta, equation 84.
    tx_smooth_amsl_m, rx_smooth_amsl_m
        Smooth surface fitted to the terrain, at the ends: h_st, h_sr, equations 87 and 88.
    tx_smooth_diffraction_amsl_m, rx_smooth_diffraction_amsl_m
        The same lowered by what obstructs, never above ground, for diffraction: h_std, h_srd, equation 91.
    tx_smooth_ducting_amsl_m, rx_smooth_ducting_amsl_m
        The fitted surface, never above ground, for ducting: h_st, h_sr, equation 92.
    tx_diffraction_height_m, rx_diffraction_height_m
        Antennas above the surface for diffraction: h_tesph, h_resph, equation 37.
    tx_ducting_height_m, rx_ducting_height_m
        Antennas above the surface for ducting: h_te, h_re, equation 94.
    roughness_m
        Highest ground above the surface for ducting, from horizon to horizon: h_m, equation 95.
    """

    distance_km: float
    tx_amsl_m: float
    rx_amsl_m: float
    line_of_sight: bool
    tx_horizon_km: float
    rx_horizon_km: float
    tx_horizon_mrad: float
    rx_horizon_mrad: float
    angular_distance_mrad: float
    tx_smooth_amsl_m: float
    rx_smooth_amsl_m: float
    tx_smooth_diffraction_amsl_m: float
    rx_smooth_diffraction_amsl_m: float
    tx_smooth_ducting_amsl_m: float
    rx_smooth_ducting_amsl_m: float
    tx_diffraction_height_m: float
    rx_diffraction_height_m: float
    tx_ducting_height_m: float
    rx_ducting_height_m: float
    roughness_m: float


def path_geometry(
    distance_km: NDArray[np.float64],
    ground_amsl_m: NDArray[np.float64],
    *,
    tx_height_agl_m: float,
    rx_height_agl_m: float,
    frequency_ghz: float,
    effective_earth_radius_km: float,
) -> PathGeometry:
    """
    Geometry of one path over bare ground; the profile starts at 0, rises and has points between its ends.

    References
    ----------
    Recommendation ITU-R P.1812-6, Attachment 1 to Annex 1, sections 4 and 5.
    """
    path_km = float(distance_km[-1])
    ground_tx_m, ground_rx_m = float(ground_amsl_m[0]), float(ground_amsl_m[-1])
    tx_m, rx_m = ground_tx_m + tx_height_agl_m, ground_rx_m + rx_height_agl_m
    horizons = _horizons(distance_km, ground_amsl_m, tx_m, rx_m, frequency_ghz, effective_earth_radius_km)
    smooth_tx_m, smooth_rx_m = _smooth_surface(distance_km, ground_amsl_m)
    lowered_tx_m, lowered_rx_m = _obstruction(distance_km, ground_amsl_m, tx_m, rx_m)
    diffraction_tx_m = min(smooth_tx_m - lowered_tx_m, ground_tx_m)
    diffraction_rx_m = min(smooth_rx_m - lowered_rx_m, ground_rx_m)
    ducting_tx_m, ducting_rx_m = min(smooth_tx_m, ground_tx_m), min(smooth_rx_m, ground_rx_m)
    between = slice(horizons.first, horizons.last + 1)
    surface_m = ducting_tx_m + (ducting_rx_m - ducting_tx_m) / path_km * distance_km[between]
    return PathGeometry(
        distance_km=path_km,
        tx_amsl_m=tx_m,
        rx_amsl_m=rx_m,
        line_of_sight=horizons.line_of_sight,
        tx_horizon_km=float(distance_km[horizons.tx]),
        rx_horizon_km=float(path_km - distance_km[horizons.rx]),
        tx_horizon_mrad=horizons.tx_mrad,
        rx_horizon_mrad=horizons.rx_mrad,
        angular_distance_mrad=1000 * path_km / effective_earth_radius_km + horizons.tx_mrad + horizons.rx_mrad,
        tx_smooth_amsl_m=smooth_tx_m,
        rx_smooth_amsl_m=smooth_rx_m,
        tx_smooth_diffraction_amsl_m=diffraction_tx_m,
        rx_smooth_diffraction_amsl_m=diffraction_rx_m,
        tx_smooth_ducting_amsl_m=ducting_tx_m,
        rx_smooth_ducting_amsl_m=ducting_rx_m,
        tx_diffraction_height_m=tx_m - diffraction_tx_m,
        rx_diffraction_height_m=rx_m - diffraction_rx_m,
        tx_ducting_height_m=tx_height_agl_m + ground_tx_m - ducting_tx_m,
        rx_ducting_height_m=rx_height_agl_m + ground_rx_m - ducting_rx_m,
        roughness_m=float(np.max(ground_amsl_m[between] - surface_m)),
    )


@dataclass(frozen=True)
class _Horizons:
    """Points of the profile that are the horizons of the two antennas, and the elevations there."""

    line_of_sight: bool
    tx: int
    rx: int
    tx_mrad: float
    rx_mrad: float

    @property
    def first(self) -> int:
        """The horizon nearer to the transmitter: on grazing paths rounding may cross the two."""
        return min(self.tx, self.rx)

    @property
    def last(self) -> int:
        return max(self.tx, self.rx)


def _horizons(
    distance_km: NDArray[np.float64],
    ground_m: NDArray[np.float64],
    tx_m: float,
    rx_m: float,
    frequency_ghz: float,
    earth_km: float,
) -> _Horizons:
    """Equations 76 to 83."""
    path_km = float(distance_km[-1])
    d, h = distance_km[1:-1], ground_m[1:-1]
    from_tx, from_rx = _elevation_mrad(h, d, tx_m, earth_km), _elevation_mrad(h, path_km - d, rx_m, earth_km)
    rx_seen_mrad = float(_elevation_mrad(np.array(rx_m), np.array(path_km), tx_m, earth_km))
    tx_seen_mrad = float(_elevation_mrad(np.array(tx_m), np.array(path_km), rx_m, earth_km))
    if np.max(from_tx) > rx_seen_mrad:
        # among equals, the horizons that lie farthest apart
        tx, rx = int(np.argmax(from_tx)), _last_maximum(from_rx)
        return _Horizons(False, tx + 1, rx + 1, float(from_tx[tx]), float(from_rx[rx]))
    bulge_m = 500 / earth_km * d * (path_km - d)
    clearance_m = h + bulge_m - (tx_m * (path_km - d) + rx_m * d) / path_km
    wavelength_m = WAVELENGTH_M_GHZ / frequency_ghz
    nearest = _last_maximum(clearance_m * np.sqrt(0.002 * path_km / (wavelength_m * d * (path_km - d)))) + 1
    return _Horizons(True, nearest, nearest, rx_seen_mrad, tx_seen_mrad)


def _elevation_mrad(
    seen_m: NDArray[np.float64], away_km: NDArray[np.float64], eye_m: float, earth_km: float
) -> NDArray[np.float64]:
    """Elevation of what stands `away_km` from the eye: equations 77, 78, 81 and 82."""
    return np.asarray(1000 * np.arctan((seen_m - eye_m) / (1000 * away_km) - away_km / (2 * earth_km)))


def _last_maximum(values: NDArray[np.float64]) -> int:
    return values.size - 1 - int(np.argmax(values[::-1]))


def _smooth_surface(distance_km: NDArray[np.float64], ground_m: NDArray[np.float64]) -> tuple[float, float]:
    """Ends of the straight line of least squares through the terrain: equations 85 to 88."""
    path_km = float(distance_km[-1])
    near_km, far_km, near_m, far_m = distance_km[:-1], distance_km[1:], ground_m[:-1], ground_m[1:]
    v1 = np.sum((far_km - near_km) * (far_m + near_m))
    v2 = np.sum((far_km - near_km) * (far_m * (2 * far_km + near_km) + near_m * (far_km + 2 * near_km)))
    return float((2 * v1 * path_km - v2) / path_km**2), float((v2 - v1 * path_km) / path_km**2)


def _obstruction(
    distance_km: NDArray[np.float64], ground_m: NDArray[np.float64], tx_m: float, rx_m: float
) -> tuple[float, float]:
    """How far the ground that stands above the line between the antennas lowers the two ends: equations 89 and 90."""
    path_km = float(distance_km[-1])
    d = distance_km[1:-1]
    above_m = ground_m[1:-1] - (tx_m * (path_km - d) + rx_m * d) / path_km
    highest_m = float(np.max(above_m))
    if highest_m <= 0:
        return 0.0, 0.0
    from_tx, from_rx = float(np.max(above_m / d)), float(np.max(above_m / (path_km - d)))
    return highest_m * from_tx / (from_tx + from_rx), highest_m * from_rx / (from_tx + from_rx)
