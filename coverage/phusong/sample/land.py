"""The land of the sample: a made-up relief, and how inviting each spot of it is to live on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, minimum_filter

Floats = NDArray[np.float64]

WEST, NORTH = 104.525, 22.6
STEP_DEGREES = 1 / 1200
"""Pixel of the relief: 3 arc-seconds, as SRTM has it."""
SHAPE = (960, 1040)
KM_PER_DEGREE = (103.2, 110.75)
"""Along the parallel and the meridian at 22.2 degrees north (WGS 84)."""
HIGHEST_M = 1600
"""About the highest peak within the communes."""
RADIUS_KM = 27.5
"""No commune reaches farther east, west, north or south, so profiles of 15 km from its sites stay on the relief."""
_PIXEL_KM = (KM_PER_DEGREE[0] * STEP_DEGREES, KM_PER_DEGREE[1] * STEP_DEGREES)


@dataclass(frozen=True)
class Land:
    """
    The relief on its lattice, row 0 the northernmost.

    Parameters
    ----------
    heights_m
        Metres above sea level.
    appeal
        How inviting the spot is to settle on, 0..1: flat, low, near the floor of a valley.
    highland
        0 in the plain of the south-east, 1 in the mountains of the north-west.
    """

    heights_m: Floats
    appeal: Floats
    highland: Floats

    def at(self, field: Floats, x_km: Floats, y_km: Floats) -> Floats:
        """Values of a field of the lattice at places, bilinear."""
        rows, columns = SHAPE
        where = [rows / 2 - 0.5 - y_km / _PIXEL_KM[1], columns / 2 - 0.5 + x_km / _PIXEL_KM[0]]
        return np.asarray(map_coordinates(field, where, order=1, mode="nearest"), float)


def relief(seed: int) -> Land:
    """
    Mountains in the north-west, a plain in the south-east, valleys, and a river that runs from one to the other.

    Valleys are where a fractal noise crosses zero: its absolute value has the creases and forks of a river system.
    """
    rng = np.random.default_rng([seed, 1])
    x, y = axes_km()
    up, across = (y - x) / np.sqrt(2), (x + y) / np.sqrt(2)
    highland = 1 / (1 + np.exp(-(up + 6 + 4 * noise(rng, 25)) / 5))
    ridges, spurs = np.abs(noise(rng, 13, stretch=2.2)), np.abs(noise(rng, 5, stretch=1.4))
    bends = 3.5 * np.sin(up / 7 + rng.uniform(0, 2 * np.pi)) + 1.5 * noise(rng, 20)
    river = 1 - 0.93 * np.exp(-(((across - bends) / (1.8 + 2 * (1 - highland))) ** 2))
    raised = highland * river * (0.1 + ridges + 0.5 * spurs * np.minimum(0.15 + ridges, 1) + 0.02 * noise(rng, 2))
    raised = np.clip(raised, 0, None) / raised[np.maximum(np.abs(x), np.abs(y)) < RADIUS_KM].max()
    knolls = (1 - highland) * np.clip(noise(rng, 5) - 1, 0, None) * river * 80
    floor = 35 + 230 * highland + 4 * noise(rng, 3)
    heights = np.clip(floor + knolls + raised * (HIGHEST_M - 265), 8, None)
    return Land(heights, _appeal(heights), highland)


def axes_km() -> tuple[Floats, Floats]:
    """East and north of the pixel centres in km from the middle of the lattice, shapes (1, columns) and (rows, 1)."""
    rows, columns = SHAPE
    x: Floats = (np.arange(columns, dtype=np.float64) + 0.5 - columns / 2) * _PIXEL_KM[0]
    y: Floats = (rows / 2 - np.arange(rows, dtype=np.float64) - 0.5) * _PIXEL_KM[1]
    return x[None, :], y[:, None]


def degrees(x_km: Floats, y_km: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude of places, to six decimals, as they are written."""
    rows, columns = SHAPE
    longitude = WEST + columns / 2 * STEP_DEGREES + x_km / KM_PER_DEGREE[0]
    latitude = NORTH - rows / 2 * STEP_DEGREES + y_km / KM_PER_DEGREE[1]
    return longitude.round(6), latitude.round(6)


def transform(pixels: int = 1, first_column: int = 0) -> Affine:
    """Affine transform from (column, row) to degrees, of the lattice or of its blocks of some pixels."""
    step = STEP_DEGREES * pixels
    return Affine(step, 0.0, WEST + first_column * STEP_DEGREES, 0.0, -step, NORTH)


def noise(rng: np.random.Generator, wavelength_km: float, stretch: float = 1.0) -> Floats:
    """
    Fractal noise of mean 0 and deviation 1 (von Kármán spectrum).

    Its largest features are about a wavelength across, and `stretch` times as long from north-west to south-east, as
    the ranges of the real north run.
    """
    rows, columns = SHAPE
    east = np.fft.rfftfreq(columns, _PIXEL_KM[0])[None, :]
    south = np.fft.fftfreq(rows, _PIXEL_KM[1])[:, None]
    along, across = (east + south) / np.sqrt(2) * stretch, (east - south) / np.sqrt(2)
    amplitude = (along**2 + across**2 + wavelength_km**-2) ** -1.25
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(SHAPE)) * amplitude, SHAPE)
    return np.asarray((field - field.mean()) / field.std(), float)


def _appeal(heights_m: Floats) -> Floats:
    down, along = np.gradient(heights_m, _PIXEL_KM[1] * 1000, _PIXEL_KM[0] * 1000)
    slope = gaussian_filter(np.hypot(down, along), 2)
    above_valley = heights_m - minimum_filter(heights_m, 25)
    return np.exp(-slope / 0.12 - above_valley / 110 - heights_m / 700)
