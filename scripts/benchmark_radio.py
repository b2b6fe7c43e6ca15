"""
Speed of the radio engine on synthetic terrain: receiver paths a second of one core, and of two.

    python scripts/benchmark_radio.py [--seconds 3] [--radials 1]

Every figure is of repeated runs in this one process, of all pixels around masts 15 to 60 m high on fractal hills, from
the places of the receivers to the loss. Machines are shared: the median says what a run takes beside its neighbours,
the best what it takes without them. What is compared takes turns. Read the ratios, which are of the best.
"""

from __future__ import annotations

import argparse
import time

from phusong.radio.sweep.benchmark import job, rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=float, default=3, help="least time for each figure")
    parser.add_argument("--radials", type=float, default=1, help="radials a rim pixel")
    options = parser.parse_args()
    start = time.perf_counter()
    for kind in ("fast", "exact", "tr38901", "bullington", "part time"):
        job(kind, 1, 0.09, options.radials, 30)()
    print(f"first calls, with compilation or its cache: {time.perf_counter() - start:.1f} s")
    print(f"million paths a second, {options.radials:g} radials a rim pixel; 'part time' is p = 10 %, fast\n")
    print(f"{'':>22}{'one core':>16}{'two cores':>16}")
    print(f"{'':>22}{'median':>9}{'best':>7}{'median':>9}{'best':>7}{'ratio':>7}")
    cases = [("fast", 5, 0.03), ("fast", 15, 0.03), ("fast", 30, 0.09)]
    cases += [("exact", 5, 0.03), ("exact", 15, 0.03), ("exact", 30, 0.09)]
    cases += [("part time", 15, 0.03), ("bullington", 15, 0.03), ("tr38901", 5, 0.03), ("tr38901", 15, 0.03)]
    for kind, radius_km, pixel_km in cases:
        jobs = [job(kind, radius_km, pixel_km, options.radials, mast_m) for mast_m in (15.0, 30.0, 60.0)]
        (usual, one), (together, two) = rates([(jobs, 1), (jobs, 2)], options.seconds)
        name = f"{kind} R {radius_km} km @ {1000 * pixel_km:g} m"
        print(f"{name:>22}{usual:>9.2f}{one:>7.2f}{together:>9.2f}{two:>7.2f}{two / one:>7.2f}", flush=True)
    print("\nfast at 90 m, one core, best, by radius:")
    radii_km = (5, 10, 20, 40)
    by_radius = [
        ([job("fast", radius_km, 0.09, options.radials, mast_m) for mast_m in (15.0, 30.0, 60.0)], 1)
        for radius_km in radii_km
    ]
    best = [found for _, found in rates(by_radius, options.seconds)]
    print(", ".join(f"{radius_km} km {found:.2f}" for radius_km, found in zip(radii_km, best, strict=True)))
    print(f"least over greatest: {min(best) / max(best):.2f}")


if __name__ == "__main__":
    main()
