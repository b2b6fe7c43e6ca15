"""Speed of the radio engine on synthetic terrain: million receiver paths a second."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.horizon import IN_SIGHT, lines_of_sight
from phusong.radio.sweep.paths import P1812, Bullington, exact_loss, fast_loss
from phusong.radio.tr38901 import path_loss

_MHZ = 1800.0
Job = Callable[[], int]


def hills(pixels: int, pixel_km: float) -> NDArray[np.float32]:
    """Fractal terrain: heights whose spectrum falls as that of real hills, about 300 m of relief."""
    wave = np.hypot(np.fft.fftfreq(pixels)[:, np.newaxis], np.fft.rfftfreq(pixels)) / pixel_km
    wave[0, 0] = np.inf
    random = np.random.default_rng(1)
    shape = (pixels, pixels // 2 + 1)
    spectrum = (random.standard_normal(shape) + 1j * random.standard_normal(shape)) / np.maximum(wave, 1 / 30) ** 2
    heights = np.fft.irfft2(spectrum, (pixels, pixels))
    return (100 * heights / heights.std() + 300).astype(np.float32)


def job(kind: str, radius_km: float, pixel_km: float, radials_per_rim_pixel: float, mast_m: float) -> Job:
    """A run over all pixels in a radius; returns how many there were."""
    across = 2 * math.ceil(radius_km / pixel_km) + 9
    middle = across // 2 + 0.3
    heights = hills(across, pixel_km)
    rows, columns = np.mgrid[0:across, 0:across].astype(float)
    east, north = (columns - middle) * pixel_km, (middle - rows) * pixel_km
    distance: NDArray[np.float64] = np.hypot(east, north)
    near = distance <= radius_km
    receivers = Receivers(
        columns[near],
        rows[near],
        distance[near],
        np.degrees(np.arctan2(east[near], north[near])) % 360,
        heights[near].astype(float),
        np.full(int(near.sum()), 21.0),
    )
    ground, mast = Ground(heights), Mast(middle, middle, float(heights[int(middle), int(middle)]), mast_m)
    radials = math.ceil(radials_per_rim_pixel * 2 * math.pi * radius_km / pixel_km)
    plane = (pixel_km, pixel_km, pixel_km, radials)

    def run() -> int:
        if kind == "exact":
            exact_loss(ground, mast, receivers, P1812(_MHZ), pixel_km)
        elif kind == "tr38901":
            sight = lines_of_sight(
                ground,
                mast,
                receivers,
                rx_height_agl_m=1.5,
                effective_earth_radius_km=8500,
                step_km=pixel_km,
                column_km=pixel_km,
                row_km=pixel_km,
                radials=radials,
            )
            path_loss(
                "rma", sight == IN_SIGHT, receivers.distance_km * 1000, frequency_mhz=_MHZ, tx_height_agl_m=mast_m
            )
        else:
            model = Bullington(_MHZ) if kind == "bullington" else P1812(_MHZ, 50.0 if kind == "fast" else 10.0)
            fast_loss(ground, mast, receivers, model, *plane)
        return receivers.distance_km.size

    return run


def rates(cases: Sequence[tuple[list[Job], int]], seconds: float) -> list[tuple[float, float]]:
    """
    Median and greatest million paths a second of repeated runs of each case: jobs, and on how many threads.

    Cases take turns, so that what else the machine does falls on all of them.

    Parameters
    ----------
    seconds
        Least time, for each case.
    """
    found: list[list[float]] = [[] for _ in cases]
    with ThreadPoolExecutor(max(cores for _, cores in cases)) as pool:
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds * len(cases) or len(found[-1]) < 3:
            for (jobs, cores), own in zip(cases, found, strict=True):
                start = time.perf_counter()
                # as many at once as there are cores; each thread has the jobs one after the other
                paths = sum(pool.map(lambda jobs: sum(run() for run in jobs), [jobs] * cores))
                own.append(paths / (time.perf_counter() - start) / 1e6)
    return [(statistics.median(own), max(own)) for own in found]
