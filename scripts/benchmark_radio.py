"""
Measure the radio stage: receiver paths per second and core, and where the time goes, on seeded rough terrain.

    python scripts/benchmark_radio.py [--reach 10] [--pixel 100] [--sites 200]

A path is a pixel within reach of a site. "alone" computes every path of single sites; "together" is the stage as it
runs, where paths that cannot change a pixel are left out. Compilation is reported apart.
"""

import argparse
import time

import numpy as np
import pandas as pd
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from phusong.config import Radio
from phusong.grid import Grid
from phusong.radio import carrier, coverage, reach, sweep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reach", type=float, default=10.0, help="farthest pixel in km (default: %(default)s)")
    parser.add_argument("--pixel", type=float, default=100.0, help="edge of a pixel in m (default: %(default)s)")
    parser.add_argument("--sites", type=int, default=200, help="sites on the square (default: %(default)s)")
    options = parser.parse_args()

    random = np.random.default_rng(20260930)
    span_m = 4000 * options.reach
    grid = Grid.over((500_000, 2_300_000, 500_000 + span_m, 2_300_000 + span_m), options.pixel, CRS(3405))
    around = grid.padded(1000 * options.reach)
    scales_m = {300: 8, 1500: 40, 6000: 120}
    fields = [
        (gaussian_filter(random.standard_normal(around.shape), s / options.pixel), h) for s, h in scales_m.items()
    ]
    terrain = sum(field / field.std() * height_m for field, height_m in fields).astype(np.float32)
    count = options.sites
    margin_m = 1000 * options.reach
    sites = pd.DataFrame(
        {
            "site_id": [f"S{number:05}" for number in range(count)],
            "operator": random.choice(["A", "B", "C"], count),
            "technology": "NR",
            "frequency_mhz": random.choice([763.0, 2600.0, 3700.0], count),
            "bandwidth_mhz": 20.0,
            "height_agl_m": random.uniform(15, 45, count),
            "azimuths_deg": "0;120;240",
            "downtilt_deg": 5.0,
            "eirp_dbm": 66.0,
            "x_m": random.uniform(grid.west + margin_m, grid.east - margin_m, count),
            "y_m": random.uniform(grid.south + margin_m, grid.north - margin_m, count),
        }
    )
    paths_of_all = count * np.pi * (1000 * options.reach / options.pixel) ** 2

    for propagation in ("bullington", "free-space"):
        radio = Radio(reach_km=options.reach, propagation=propagation)
        world = coverage.World(terrain, around, grid, radio)
        start = time.perf_counter()
        coverage.strongest_servers(sites[:1], terrain, around, grid, radio)
        print(f"\n{propagation}: first site, with compilation or its cache: {time.perf_counter() - start:.1f} s")

        shares = dict.fromkeys(("binning", "profile", "loss", "link", "merge"), 0.0)
        paths_alone = 0
        for one in carrier.carriers(sites[:40], radio):
            best = coverage.empty_groups([one], world)[one.technology, one.operator]
            mast = reach.Transmitter.on(terrain, around, one.x_m, one.y_m, one.height_agl_m, margin_m)
            clock = [time.thread_time()]
            paths = reach.paths_within(mast, terrain, around, grid, radio.receiver_height_m)
            clock.append(time.thread_time())
            keywords = {
                "frequency_mhz": one.frequency_mhz,
                "radials": sweep.radial_count(margin_m, options.pixel, radio.radials_per_rim_pixel),
                "effective_earth_radius_km": radio.effective_earth_radius_km,
            }
            bare = propagation == "free-space"
            _ = bare or sweep.equivalent_edges(mast, paths, terrain, around, **keywords)
            clock.append(time.thread_time())
            _ = bare or sweep.terrain_loss(mast, paths, terrain, around, **keywords)
            clock.append(time.thread_time())
            _, level = coverage.received_ddbm(one, mast, paths, world)
            clock.append(time.thread_time())
            coverage.merge(best, one.row, paths.pixel, level)
            clock.append(time.thread_time())
            binning, profile, profile_loss, everything, merge = np.diff(clock)
            loss, link = max(profile_loss - profile, 0.0), max(everything - profile_loss, 0.0)
            for stage, spent in zip(shares, (binning, profile, loss, link, merge), strict=True):
                shares[stage] += spent
            paths_alone += paths.pixel.size
        spent = sum(shares.values())
        print(f"alone: {paths_alone / spent / 1e6:.2f} million paths per second of one core")
        print("  " + ", ".join(f"{stage} {share / spent:.0%}" for stage, share in shares.items()))

        for workers in (1, 2):
            start, used = time.perf_counter(), time.process_time()
            coverage.strongest_servers(sites, terrain, around, grid, radio, workers)
            wall, used = time.perf_counter() - start, time.process_time() - used
            print(
                f"together, {workers} worker{'s' * (workers > 1)}: {paths_of_all / wall / 1e6:.2f} million paths per "
                f"second, {paths_of_all / used / 1e6:.2f} million per second of processor time ({wall:.1f} s)"
            )


if __name__ == "__main__":
    main()
