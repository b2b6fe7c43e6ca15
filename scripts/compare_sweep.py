"""
Hold the fast forms of ITU-R P.1812 to the plain one, on real terrain.

    python scripts/compare_sweep.py [--data ../shared/data] [--masts 6] [--quick]

First the exact form, in which each pixel has a profile of its own, against the plain form on the same profiles. Then
the fast form, in which pixels share the profiles of radials from the mast, against the exact form: masts of 15 to 60 m
stand at random on land, and the pixels are those of the terrain's own lattice. Distances are those of a plane at the
mast, where a column is as wide as its latitude makes it; bare ground, all of it inland, half of the time. Nothing is
drawn anew from run to run. Takes three minutes of one core, with --quick some seconds.
"""

import argparse
import math
import time
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import rasterio

from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.paths import P1812, exact_loss, fast_loss

SEED = 20260930
FREQUENCIES_MHZ = (763.0, 1800.0, 2550.0, 3750.0)
MAST_M = (15.0, 60.0)
DENSITIES = (1, 2, 3)
"""Radials for each pixel at the rim."""
BIAS_DB, USUAL_DB = 0.1, 2.0
THRESHOLDS_DB, CHANGED_PERCENT = (120, 130, 140), 1.5
"""140 dB is where -110 dBm are left of 30 dBm for each resource element."""
EXACT_DB = 1e-3
KM_PER_DEGREE = math.radians(1) * 6371
VOID_M = -32768


@dataclass(frozen=True)
class Place:
    """A terrain tile, how its profiles are sampled, how far its masts are heard, and how many pixels may change."""

    name: str
    file: str
    step_km: float
    reaches_km: tuple[float, ...]
    changed_percent: float = CHANGED_PERCENT


PLACES = (
    Place("N21E105", "N21E105.hgt", 0.09, (15.0, 30.0)),
    Place("Da Nang", "danang_1arcsec.tif", 0.03, (5.0, 15.0)),
    Place("Hai Phong", "haiphong_haiduong_1arcsec.tif", 0.03, (5.0, 15.0), 2.5),
)


@dataclass(frozen=True)
class Tile:
    """The terrain of a place: heights, the latitude of its first row, and the height of a row."""

    ground: Ground
    step_km: float
    north_deg: float
    row_deg: float

    @classmethod
    def of(cls, place: Place, folder: Path) -> "Tile":
        """The terrain of a place, with its voids as NaN."""
        with rasterio.open(folder / place.file) as file:
            heights_m = file.read(1, out_dtype=np.float32)
            row_deg, north_deg = -file.transform.e, file.transform.f + file.transform.e / 2
        heights_m[heights_m == VOID_M] = np.nan
        return cls(Ground(heights_m), place.step_km, north_deg, row_deg)

    @property
    def row_km(self) -> float:
        """Height of a row."""
        return self.row_deg * KM_PER_DEGREE

    def column_km(self, mast: Mast) -> float:
        """Width of a column at a mast."""
        return self.row_km * math.cos(math.radians(self.north_deg - mast.row * self.row_deg))

    def height_m(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Heights between the centres of four pixels."""
        h = self.ground.heights_m
        left, top = x.astype(int), y.astype(int)
        right, bottom = np.minimum(left + 1, h.shape[1] - 1), np.minimum(top + 1, h.shape[0] - 1)
        fx, fy = x - left, y - top
        upper, lower = (h[row, left] * (1 - fx) + h[row, right] * fx for row in (top, bottom))
        return upper * (1 - fy) + lower * fy

    def mast(self, random: np.random.Generator) -> Mast:
        """A mast anywhere on land: ground above the sea, and known."""
        rows, columns = self.ground.heights_m.shape
        while True:
            row, column = random.uniform(0, rows - 1), random.uniform(0, columns - 1)
            ground_m = self.height_m(np.array([column]), np.array([row])).item()
            if ground_m > 0:
                return Mast(column, row, ground_m, random.uniform(*MAST_M))

    def receivers(self, mast: Mast, reach_km: float, most: int, random: np.random.Generator) -> Receivers:
        """Pixels within reach of a mast, at most so many."""
        rows, columns = np.indices(self.ground.heights_m.shape).reshape(2, -1)
        east_km, north_km = (columns - mast.column) * self.column_km(mast), (mast.row - rows) * self.row_km
        distance_km, ground_m = np.hypot(east_km, north_km), self.ground.heights_m.ravel().astype(float)
        inside = np.flatnonzero((distance_km <= reach_km) & ~np.isnan(ground_m))
        if inside.size > most:
            inside = np.sort(random.choice(inside, most, replace=False))
        return Receivers(
            columns[inside].astype(float),
            rows[inside].astype(float),
            distance_km[inside],
            np.degrees(np.arctan2(east_km, north_km))[inside] % 360,
            ground_m[inside],
            self.north_deg - (rows[inside] + mast.row) / 2 * self.row_deg,
        )

    def plain_loss(self, mast: Mast, receivers: Receivers, path: int, model: P1812) -> float:
        """The plain form on a path's own profile; NaN where that meets a void."""
        d = receivers.distance_km[path]
        share = np.linspace(0, 1, max(4, math.ceil(d / self.step_km)) + 1)
        x = mast.column + share * (receivers.column[path] - mast.column)
        y = mast.row + share * (receivers.row[path] - mast.row)
        height_m = self.height_m(x, y)
        height_m[[0, -1]] = mast.ground_m, receivers.ground_m[path]
        if np.isnan(height_m).any():
            return math.nan
        return basic_transmission_loss(
            share * d,
            height_m,
            0,
            4,
            frequency_mhz=model.frequency_mhz,
            tx_height_agl_m=mast.height_agl_m,
            rx_height_agl_m=model.rx_height_agl_m,
            polarization=model.polarization,
            latitude_deg=receivers.latitude_deg[path],
            delta_n=model.delta_n,
            n0=model.n0,
        )

    def exact_and_plain(self, paths: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Losses in dB of paths up to 30 km, 250 to a mast, by the exact and by the plain form."""
        exact, plain = [], []
        for number in range(paths // 250):
            mast, model = self.mast(random), P1812(FREQUENCIES_MHZ[number % len(FREQUENCIES_MHZ)])
            receivers = self.receivers(mast, 30.0, 250, random)
            exact.append(exact_loss(self.ground, mast, receivers, model, self.step_km))
            plain.append([self.plain_loss(mast, receivers, path, model) for path in range(exact[-1].size)])
        return np.concatenate(exact), np.concatenate(plain)

    def exact_and_fast(
        self, reach_km: float, masts: int, most: int, random: np.random.Generator
    ) -> tuple[np.ndarray, dict[int, np.ndarray]]:
        """Losses in dB for all masts and frequencies by the exact form, and by the fast form at each density."""
        exact, fast = [], {density: [] for density in DENSITIES}
        for _ in range(masts):
            mast = self.mast(random)
            receivers = self.receivers(mast, reach_km, most, random)
            plane = self.step_km, self.column_km(mast), self.row_km
            for model in map(P1812, FREQUENCIES_MHZ):
                exact.append(exact_loss(self.ground, mast, receivers, model, self.step_km))
                for density, losses in fast.items():
                    radials = math.ceil(density * 2 * math.pi * reach_km / self.step_km)
                    losses.append(fast_loss(self.ground, mast, receivers, model, *plane, radials))
        return np.concatenate(exact), {density: np.concatenate(losses) for density, losses in fast.items()}


@dataclass(frozen=True)
class Row:
    """One line of the second table: what the fast form makes of the exact one's losses."""

    exact_db: np.ndarray
    fast_db: np.ndarray
    changed_percent: float

    def __str__(self) -> str:
        dark_percent = 100 * np.mean(np.isnan(self.exact_db) != np.isnan(self.fast_db))
        known = ~np.isnan(self.exact_db + self.fast_db)
        exact, fast = self.exact_db[known], self.fast_db[known]
        bias, (half, usual, most) = (fast - exact).mean(), np.quantile(np.abs(fast - exact), [0.5, 0.95, 1])
        changed = [100 * np.mean((exact <= threshold) != (fast <= threshold)) for threshold in THRESHOLDS_DB]
        holds = abs(bias) <= BIAS_DB and usual <= USUAL_DB and max(changed) <= self.changed_percent
        shares = " ".join(f"{share:6.2f}" for share in [*changed, dark_percent])
        return f"{exact.size:8} {bias:+7.3f} {half:6.3f} {usual:6.2f} {most:6.1f} {shares}  " + (
            "holds" if holds else "DOES NOT HOLD"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="folder with dem/ (default: %(default)s)")
    parser.add_argument("--masts", type=int, default=6, help="masts of each place and reach (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a few paths of each, to see that all of it runs")
    options = parser.parse_args()
    paths, masts, most = (250, 1, 2000) if options.quick else (26_000, options.masts, 40_000)

    start = time.perf_counter()
    settings = ", ".join(
        f"{field.name} {field.default:g}" for field in fields(P1812) if field.name in ("delta_n", "n0")
    )
    print(f"P.1812 at {', '.join(f'{f:g}' for f in FREQUENCIES_MHZ)} MHz, {settings}, receiver 1.5 m above ground")
    tiles = [Tile.of(place, options.data / "dem") for place in PLACES]

    print(f"\nExact against plain, |difference| in dB; the greatest may be {EXACT_DB:g}. Void: unknown ground, in both")
    print("place        paths   void     p99.9       max")
    for number, (place, tile) in enumerate(zip(PLACES[:2], tiles, strict=False)):
        exact, plain = tile.exact_and_plain(paths, np.random.default_rng((SEED, number)))
        void = np.isnan(exact) & np.isnan(plain)
        # A path that is unknown in one form alone stays, and its difference is NaN and not within the bound.
        difference = np.abs(exact - plain)[~void]
        usual, worst = np.quantile(difference, 0.999), difference.max()
        verdict = "holds" if worst <= EXACT_DB else "DOES NOT HOLD"
        print(f"{place.name:10} {difference.size:7} {void.sum():6} {usual:9.1e} {worst:9.1e}  {verdict}")

    print("\nFast against exact, in dB, and pixels in % that change level at a loss of so many dB")
    print(
        f"Bounds: |bias| {BIAS_DB}, p95 {USUAL_DB:g}, change {CHANGED_PERCENT} (Hai Phong {PLACES[2].changed_percent})"
    )
    print("Radials for each pixel at the rim; dark: pixels in % that are unknown in one form only")
    changes = "".join(f"{f'@{threshold}':>7}" for threshold in THRESHOLDS_DB)
    print("place        km radials   pixels    bias    p50    p95    max" + changes + "   dark")
    for number, (place, tile) in enumerate(zip(PLACES, tiles, strict=True)):
        for reach_km in place.reaches_km:
            random = np.random.default_rng((SEED, number, int(reach_km)))
            exact, by_density = tile.exact_and_fast(reach_km, masts, most, random)
            for density, fast in by_density.items():
                print(f"{place.name:10} {reach_km:4g} {density:7} {Row(exact, fast, place.changed_percent)}")
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
