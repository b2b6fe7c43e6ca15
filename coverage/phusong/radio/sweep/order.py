"""The order in which paths are swept: radial by radial, and on each outwards."""

from __future__ import annotations

import numpy as np

from phusong.radio.sweep.elementary import kernel
from phusong.radio.sweep.shared_rows import OWN_POINTS

NEAR_STEPS = 12
"""Pixels nearer than so many steps have their own profile: there a radial is a poor stand-in, and a profile short."""


@kernel
def by_radial(
    distance_km: np.ndarray, azimuth_deg: np.ndarray, step_km: float, radials: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Paths that are not near, in order.

    Returns
    -------
    The paths, where those of each radial start among them, and the last point of its radial that each path shares.
    """
    last, radial = np.empty(distance_km.size, np.int32), np.empty(distance_km.size, np.int32)
    starts = np.zeros(radials + 1, np.int64)
    farthest = 0
    for path in range(distance_km.size):
        # Half a step to one and a half before the path's own points, one on average, as everywhere else.
        last[path] = int(distance_km[path] / step_km - (OWN_POINTS + 0.5))
        nearest = int(azimuth_deg[path] * (radials / 360.0) + 0.5)
        radial[path] = nearest if nearest < radials else nearest - radials
        if distance_km[path] >= NEAR_STEPS * step_km:
            starts[radial[path] + 1] += 1
            farthest = max(farthest, last[path])
    for k in range(radials):
        starts[k + 1] += starts[k]
    found, place = np.empty(starts[radials], np.int32), starts.copy()
    for path in range(distance_km.size):
        if distance_km[path] >= NEAR_STEPS * step_km:
            found[place[radial[path]]] = path
            place[radial[path]] += 1
    count, room = np.zeros(farthest + 2, np.int32), np.empty(starts[radials], np.int32)
    for k in range(radials):
        _sort_outwards(found[starts[k] : starts[k + 1]], last, count, room)
    return found, starts, last


@kernel
def _sort_outwards(items: np.ndarray, last: np.ndarray, count: np.ndarray, room: np.ndarray) -> None:
    """Sort the paths of a radial by their last points, stable: a counting sort; `count` comes and goes zero."""
    most = 0
    for i in range(items.size):
        room[i] = items[i]
        count[last[items[i]] + 1] += 1
        most = max(most, last[items[i]])
    for k in range(most + 1):
        count[k + 1] += count[k]
    for i in range(items.size):
        key = last[room[i]]
        items[count[key]] = room[i]
        count[key] += 1
    count[: most + 2] = 0
