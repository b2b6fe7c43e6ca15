"""What is asked of a tool that is compared, and what it gives back: terrain, masts and paths, and their losses."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from rasterio.fill import fillnodata

Floats = NDArray[np.float64]
Losses = dict[int, tuple[NDArray[np.int64], Floats]]
"""By the number of a mast: pixels of the tile, and their losses in dB."""

SEED = 20261127
FREQUENCY_MHZ, MAST_M, RECEIVER_M, PERCENT = 1800.0, 30.0, 1.5, 50.0
DELTA_N, N0 = 45.0, 325.0
CLIMATE, PERMITTIVITY, CONDUCTIVITY_S_M = 2, 15.0, 0.005
"""Longley-Rice asks for these: continental subtropical, average ground."""
STEP_KM = 0.09
LEAST_KM = 1.0
NOTHING_KM = 0.3
"""Radius of a run that does all but paths: what it costs is taken off a program's run."""
WGS84_KM, ECCENTRICITY_2 = 6378.137, 0.00669437999014


@dataclass(frozen=True)
class Tile:
    """Terrain of one degree: heights in metres of (pixel, pixel), north up, and the place of the first."""

    height_m: NDArray[np.float32]
    north_deg: float
    west_deg: float

    @classmethod
    def read(cls, path: Path) -> "Tile":
        """An SRTM tile, its voids filled from their edges and rounded, as the peers' formats want it."""
        with rasterio.open(path) as file:
            height_m, known, place = file.read(1), file.read_masks(1), file.transform
        filled = np.rint(fillnodata(height_m.astype(np.float32), known, max_search_distance=100))
        return cls(filled, place.f + place.e / 2, place.c + place.a / 2)

    @property
    def pixels_per_degree(self) -> int:
        """Intervals along an edge."""
        return len(self.height_m) - 1

    def latitude_deg(self, row: float) -> float:
        """Latitude of a row of pixels."""
        return self.north_deg - row / self.pixels_per_degree

    def longitude_deg(self, column: float) -> float:
        """Longitude of a column of pixels."""
        return self.west_deg + column / self.pixels_per_degree

    def plane_km(self, latitude_deg: ArrayLike) -> tuple[Floats, Floats]:
        """Width of a column and height of a row on the WGS 84 ellipsoid."""
        angle, sine = np.radians(latitude_deg), np.sin(np.radians(latitude_deg))
        across = WGS84_KM / np.sqrt(1 - ECCENTRICITY_2 * sine**2)
        along = across * (1 - ECCENTRICITY_2) / (1 - ECCENTRICITY_2 * sine**2)
        pixel = math.radians(1 / self.pixels_per_degree)
        return across * np.cos(angle) * pixel, along * pixel

    def masts(self, count: int, radius_km: float) -> list[tuple[int, int]]:
        """Rows and columns of masts anywhere, so far inside that no path leaves the tile."""
        edge = math.ceil(1.02 * radius_km / min(float(part) for part in self.plane_km(self.north_deg))) + 1
        places = np.random.default_rng(SEED).integers(edge, self.pixels_per_degree - edge, (count, 2))
        return [(int(row), int(column)) for row, column in places]

    def around(self, mast: tuple[int, int], radius_km: float) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Pixels within a radius of a mast, how far they are to the east and north in km, and their middle latitude."""
        row, column = mast
        most = [math.ceil(1.02 * radius_km / float(part)) for part in self.plane_km(self.latitude_deg(row))]
        rows, columns = np.mgrid[row - most[1] : row + most[1] + 1, column - most[0] : column + most[0] + 1]
        middle_deg = self.north_deg - (rows + row) / (2 * self.pixels_per_degree)
        column_km, row_km = self.plane_km(middle_deg[:, :1])
        east_km, north_km = (columns - column) * column_km, (row - rows) * row_km
        far_km = np.hypot(east_km, north_km)
        near = (far_km <= radius_km) & (far_km > 0)
        pixel = rows * self.height_m.shape[1] + columns
        return pixel[near], east_km[near], north_km[near], middle_deg[near]

    def hgt(self, folder: Path) -> Path:
        """The tile as SRTM has it, big-endian metres."""
        name = f"N{round(self.north_deg) - 1:02}E{round(self.west_deg):03}.hgt"
        (folder / name).write_bytes(self.height_m.astype(">i2").tobytes())
        return folder / name


@dataclass(frozen=True)
class Profile:
    """One path as our exact mode reads it: equal intervals of a straight line in pixels, heights bilinear."""

    distance_km: Floats
    height_m: Floats
    tx_deg: tuple[float, float]
    rx_deg: tuple[float, float]

    @classmethod
    def between(cls, tile: Tile, mast: tuple[int, int], pixel: int, distance_km: float) -> "Profile":
        """From a mast to a pixel; latitude stands before longitude."""
        end = divmod(pixel, tile.height_m.shape[1])
        share = np.linspace(0, 1, max(4, math.ceil(distance_km / STEP_KM)) + 1)
        row, column = (a + share * (b - a) for a, b in zip(mast, end, strict=True))
        top, left = (np.minimum(part.astype(int), tile.pixels_per_degree - 1) for part in (row, column))
        h, down, right = tile.height_m.astype(float, copy=False), row - top, column - left
        upper = h[top, left] * (1 - right) + h[top, left + 1] * right
        lower = h[top + 1, left] * (1 - right) + h[top + 1, left + 1] * right
        places = [(tile.latitude_deg(r), tile.longitude_deg(c)) for r, c in (mast, end)]
        return cls(share * distance_km, upper * (1 - down) + lower * down, *places)


@dataclass(frozen=True)
class Task:
    """What a contender is asked for: numbered masts on a tile."""

    tile: Tile
    masts: dict[int, tuple[int, int]]
    radius_km: float
    paths_a_mast: int
    peers: Path
    scratch: Path


@dataclass
class Outcome:
    """What a contender did: losses, paths, processor seconds of the paths and of everything, and most memory."""

    losses: Losses = field(default_factory=dict)
    paths: int = 0
    work_s: float = 0.0
    whole_s: float = 0.0
    memory_mib: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "Outcome":
        """As `write` left it."""
        with np.load(path) as file:
            paths, *rest = file["sums"]
            numbers = [int(name[1:]) for name in file.files if name[0] == "p"]
            return cls({n: (file[f"p{n}"], file[f"l{n}"]) for n in numbers}, int(paths), *map(float, rest))

    def write(self, path: Path) -> None:
        """To a file, for the process that asked."""
        arrays: dict[str, Any] = {"sums": np.array([self.paths, self.work_s, self.whole_s, self.memory_mib])}
        for number, (pixel, loss_db) in self.losses.items():
            arrays |= {f"p{number}": pixel, f"l{number}": loss_db}
        np.savez(path, **arrays)

    def closed(self) -> "Outcome":
        """With what this process has used by now."""
        self.whole_s = time.process_time()
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        self.memory_mib = int(status["VmHWM"].split()[0]) / 1024
        return self
