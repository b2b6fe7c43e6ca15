"""
Other open tools and our two modes behind one face: a contender is asked for the paths of some masts on a tile.

What is not in Debian's packages is sought in one folder of peers, and nothing of it is imported before it runs.
"""

import ctypes
import io
import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from peers.task import (
    CLIMATE,
    CONDUCTIVITY_S_M,
    DELTA_N,
    FREQUENCY_MHZ,
    LEAST_KM,
    MAST_M,
    N0,
    NOTHING_KM,
    PERCENT,
    PERMITTIVITY,
    RECEIVER_M,
    SEED,
    STEP_KM,
    Floats,
    Outcome,
    Profile,
    Task,
    Tile,
)

LAUNCHER = """
import json, os, sys
runs = json.load(sys.stdin)
for command in runs:
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (1, 2)]
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    _, status, used = os.wait4(child, 0)
    print(json.dumps([status, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""A process of its own and a small one: a child's greatest memory counts what its parent held when it was started."""


@dataclass(frozen=True)
class Contender:
    """A tool with one model: how it is found, installed and run."""

    key: str
    name: str
    model: str
    needs: tuple[str, ...] = ()
    install: str = ""

    def is_there(self, peers: Path) -> bool:
        """Whether all it needs is installed: commands on the path, or files among the peers."""
        return all(shutil.which(need) is not None or (peers / need).exists() for need in self.needs)

    def run(self, task: Task) -> Outcome:
        """All paths of a task."""
        raise NotImplementedError


@dataclass(frozen=True)
class Ours(Contender):
    """Our fast or exact mode; the places of the receivers are worked out in the time that counts."""

    def run(self, task: Task) -> Outcome:
        """One call a mast; the first of all, which compiles or reads what was compiled, does not count."""
        from phusong.config import Radio
        from phusong.radio.loss import radial_count
        from phusong.radio.sweep.ground import Ground, Mast, Receivers
        from phusong.radio.sweep.paths import P1812, exact_loss, fast_loss

        tile, outcome = task.tile, Outcome()
        ground, model = Ground(tile.height_m), P1812(FREQUENCY_MHZ, PERCENT, "vertical", DELTA_N, N0, RECEIVER_M)
        radials = radial_count(1000 * task.radius_km, 1000 * STEP_KM, Radio().radials_per_rim_pixel)
        first = next(iter(task.masts.values()))
        for number, place, radius_km in (
            (-1, first, NOTHING_KM),
            *((n, p, task.radius_km) for n, p in task.masts.items()),
        ):
            start = time.process_time()
            pixel, east_km, north_km, middle_deg = tile.around(place, radius_km)
            row, column = np.divmod(pixel, tile.height_m.shape[1])
            receivers = Receivers(
                column.astype(float),
                row.astype(float),
                np.hypot(east_km, north_km),
                np.degrees(np.arctan2(east_km, north_km)) % 360,
                tile.height_m.ravel()[pixel].astype(float),
                middle_deg,
            )
            mast = Mast(float(place[1]), float(place[0]), float(tile.height_m[place]), MAST_M)
            if self.key == "exact":
                loss_db = exact_loss(ground, mast, receivers, model, STEP_KM)
            else:
                column_km, row_km = map(float, tile.plane_km(tile.latitude_deg(place[0])))
                loss_db = fast_loss(ground, mast, receivers, model, STEP_KM, column_km, row_km, radials)
            if number >= 0:
                outcome.work_s += time.process_time() - start
                outcome.paths += pixel.size
                outcome.losses[number] = pixel, loss_db
        return outcome.closed()


@dataclass(frozen=True)
class Program(Contender):
    """A command of its own for each mast; a run that reaches nowhere is taken off its time."""

    def prepare(self, task: Task) -> None:
        """Terrain in the program's own form."""
        subprocess.run(
            ["srtm2sdf", task.tile.hgt(task.scratch).name], cwd=task.scratch, check=True, capture_output=True
        )

    def command(self, number: int, place: tuple[int, int], radius_km: float, task: Task) -> list[str]:
        """The command for a mast, after its files are written."""
        raise NotImplementedError

    def losses(self, number: int, task: Task) -> tuple[int, tuple[NDArray[np.int64], Floats] | None]:
        """Paths of a mast, and what came out of them if it can be read."""
        raise NotImplementedError

    def run(self, task: Task) -> Outcome:
        """Up to three runs that reach nowhere, then one for each mast."""
        self.prepare(task)
        idle = [self.command(10**6 + n, place, NOTHING_KM, task) for n, place in list(task.masts.items())[:3]]
        full = [self.command(n, place, task.radius_km, task) for n, place in task.masts.items()]
        done = subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER],
            input=json.dumps(idle + full),
            cwd=task.scratch,
            check=True,
            capture_output=True,
            text=True,
        )
        status, used_s, memory_mib = np.array([json.loads(line) for line in done.stdout.splitlines()]).T
        if status.any():
            raise RuntimeError(f"{self.name}: a run ended with status {int(status[status != 0][0])}")
        whole_s = used_s[len(idle) :]
        outcome = Outcome(whole_s=float(whole_s.sum()))
        outcome.work_s = outcome.whole_s - len(full) * float(np.median(used_s[: len(idle)]))
        outcome.memory_mib = float(memory_mib.max())
        for number in task.masts:
            paths, losses = self.losses(number, task)
            outcome.paths += paths
            if losses:
                outcome.losses[number] = losses
        return outcome


@dataclass(frozen=True)
class Splat(Program):
    """SPLAT!: longitudes count westwards; -ano writes each pixel's loss as text."""

    flags: tuple[str, ...] = ()

    def command(self, number: int, place: tuple[int, int], radius_km: float, task: Task) -> list[str]:
        """With the parameters and the place of a mast in files of its name; without power, it gives losses."""
        lines = PERMITTIVITY, CONDUCTIVITY_S_M, N0, FREQUENCY_MHZ, CLIMATE, 1, PERCENT / 100, PERCENT / 100
        (task.scratch / f"m{number}.lrp").write_text("".join(f"{line}\n" for line in lines))
        latitude, longitude = task.tile.latitude_deg(place[0]), task.tile.longitude_deg(place[1])
        (task.scratch / f"m{number}.qth").write_text(f"m{number}\n{latitude:.7f}\n{-longitude:.7f}\n{MAST_M} meters\n")
        radius = ["-metric", "-R", str(radius_km), "-L", str(RECEIVER_M), "-d", "."]
        return ["splat", "-t", f"m{number}", *radius, "-o", "map.ppm", "-ano", f"m{number}.ano", *self.flags]

    @staticmethod
    def parsed(text: str, tile: Tile) -> tuple[NDArray[np.int64], Floats]:
        """Pixels and losses of an -ano file: latitude, longitude west, azimuth, elevation, loss; * is an obstacle."""
        table = pd.read_csv(io.StringIO(text.replace("*", "")), skiprows=2, header=None).to_numpy(float)
        row = np.rint((tile.north_deg - table[:, 0]) * tile.pixels_per_degree)
        column = np.rint((360 - table[:, 1] - tile.west_deg) * tile.pixels_per_degree)
        pixel, first = np.unique((row * tile.height_m.shape[1] + column).astype(np.int64), return_index=True)
        return pixel, table[first, 4]

    def losses(self, number: int, task: Task) -> tuple[int, tuple[NDArray[np.int64], Floats]]:
        """Each pixel that has a loss is a path."""
        pixel, loss_db = self.parsed((task.scratch / f"m{number}.ano").read_text(), task.tile)
        return pixel.size, (pixel, loss_db)


@dataclass(frozen=True)
class SignalServer(Program):
    """Signal-Server draws classes of loss and writes no number; painted pixels are its paths."""

    def prepare(self, task: Task) -> None:
        """Terrain as SPLAT! has it, but no colons in its names, and a palette of 32 classes."""
        super().prepare(task)
        for path in task.scratch.glob("*.sdf"):
            path.rename(path.with_name(path.name.replace(":", "_")))
        levels = "".join(f"{70 + 6 * level}: {8 * level}, {255 - 8 * level}, 77\n" for level in range(32))
        (task.scratch / "levels.lcf").write_text(levels)

    def command(self, number: int, place: tuple[int, int], radius_km: float, task: Task) -> list[str]:
        """Without power, it draws losses."""
        asked = {
            "sdf": ".",
            "lat": task.tile.latitude_deg(place[0]),
            "lon": task.tile.longitude_deg(place[1]),
            "txh": MAST_M,
            "rxh": RECEIVER_M,
            "f": FREQUENCY_MHZ,
            "erp": 0,
            "R": radius_km,
            "res": task.tile.pixels_per_degree,
            "pm": 1,
            "cl": CLIMATE,
            "terdic": PERMITTIVITY,
            "tercon": CONDUCTIVITY_S_M,
            "rel": PERCENT,
            "conf": PERCENT,
            "color": "levels",
            "o": f"mast-{number}",
        }
        words = [word for name, value in asked.items() for word in (f"-{name}", str(value))]
        return [str(task.peers / self.needs[0]), "-m", "-nothreads", *words]

    def losses(self, number: int, task: Task) -> tuple[int, None]:
        """Pixels in the palette's colours; terrain shines through, grey, where nothing was painted."""
        header, _size, _depth, picture = (task.scratch / f"mast-{number}.ppm").read_bytes().split(b"\n", 3)
        if header != b"P6":
            raise RuntimeError(f"{self.name} wrote {header!r} where a PPM picture was expected")
        red, green, blue = np.frombuffer(picture, np.uint8).reshape(-1, 3).T.astype(int)
        return int(((blue == 77) & (red + green == 255)).sum()), None


@dataclass(frozen=True)
class CovlibSettings(Contender):
    """crc-covlib, in C++ behind Python, set to one of two models."""

    def simulation(self, task: Task) -> Any:
        """Settings of either model, without terrain."""
        sys.path.append(str(task.peers / "crc-covlib" / "python-wrapper"))
        from crc_covlib import simulation as covlib  # type: ignore[import-not-found]

        study = covlib.Simulation()
        study.SetTransmitterHeight(MAST_M)
        study.SetTransmitterFrequency(FREQUENCY_MHZ)
        study.SetTransmitterPolarization(covlib.Polarization.VERTICAL_POL)
        study.SetReceiverHeightAboveGround(RECEIVER_M)
        study.SetResultType(covlib.ResultType.PATH_LOSS_DB)
        is_p1812 = self.model.startswith("P.1812")
        models = covlib.PropagationModel
        study.SetPropagationModel(models.ITU_R_P_1812 if is_p1812 else models.LONGLEY_RICE)
        study.SetITURP1812TimePercentage(PERCENT)
        study.SetITURP1812LocationPercentage(PERCENT)
        study.SetITURP1812AverageRadioRefractivityLapseRate(DELTA_N)
        study.SetITURP1812SeaLevelSurfaceRefractivity(N0)
        study.SetLongleyRiceTimePercentage(PERCENT)
        study.SetLongleyRiceLocationPercentage(PERCENT)
        study.SetLongleyRiceSituationPercentage(PERCENT)
        study.SetLongleyRiceSurfaceRefractivity(N0)
        study.SetLongleyRiceGroundDielectricConst(PERMITTIVITY)
        study.SetLongleyRiceGroundConductivity(CONDUCTIVITY_S_M)
        study.SetLongleyRiceClimaticZone(covlib.LRClimaticZone.LR_CONTINENTAL_SUBTROPICAL)
        return study


@dataclass(frozen=True)
class Covlib(CovlibSettings):
    """crc-covlib's own area study: every pixel of the square around a mast, over profiles that it samples itself."""

    def run(self, task: Task) -> Outcome:
        """One area study a mast; writing it out does not count."""
        study, tile, outcome = self.simulation(task), task.tile, Outcome()
        from crc_covlib import simulation as covlib  # type: ignore[import-not-found]

        source = covlib.TerrainElevDataSource.TERR_ELEV_CUSTOM
        study.SetPrimaryTerrainElevDataSource(source)
        study.SetTerrainElevDataSourceSamplingMethod(source, covlib.SamplingMethod.BILINEAR_INTERPOLATION)
        corners_deg = tile.north_deg - 1, tile.west_deg, tile.north_deg, tile.west_deg + 1
        study.AddCustomTerrainElevData(*corners_deg, *tile.height_m.shape[::-1], tile.height_m[::-1])  # from the south
        study.SetTerrainElevDataSamplingResolution(1000 * STEP_KM)
        for number, (row, column) in task.masts.items():
            column_km, row_km = tile.plane_km(tile.latitude_deg(row))
            across, along = math.ceil(task.radius_km / column_km), math.ceil(task.radius_km / row_km)
            study.SetTransmitterLocation(tile.latitude_deg(row), tile.longitude_deg(column))
            south_west = tile.latitude_deg(row + along), tile.longitude_deg(column - across)
            study.SetReceptionAreaCorners(
                *south_west, tile.latitude_deg(row - along), tile.longitude_deg(column + across)
            )
            study.SetReceptionAreaNumHorizontalPoints(2 * across + 1)
            study.SetReceptionAreaNumVerticalPoints(2 * along + 1)
            start = time.process_time()
            study.GenerateReceptionAreaResults()
            outcome.work_s += time.process_time() - start
            study.ExportReceptionAreaResultsToBilFile(str(task.scratch / "area.bil"))
            loss_db = np.fromfile(task.scratch / "area.bil", np.float32).astype(float)
            rows, columns = np.mgrid[row - along : row + along + 1, column - across : column + across + 1]
            outcome.losses[number] = (rows * tile.height_m.shape[1] + columns).ravel(), loss_db
            outcome.paths += loss_db.size
        return outcome.closed()


@dataclass(frozen=True)
class OnProfiles(Contender):
    """A model that takes profiles: those of our exact mode, for paths drawn at random; the calls alone are timed."""

    def loss(self, task: Task) -> Callable[[Profile], float]:
        """The model, ready to be called."""
        raise NotImplementedError

    def run(self, task: Task) -> Outcome:
        """As many paths of each mast as the task wants."""
        loss, outcome = self.loss(task), Outcome()
        for number, mast in task.masts.items():
            pixel, east_km, north_km, _ = task.tile.around(mast, task.radius_km)
            far_km = np.hypot(east_km, north_km)
            random = np.random.default_rng((SEED, number))
            drawn = np.sort(random.choice(np.flatnonzero(far_km >= LEAST_KM), task.paths_a_mast, replace=False))
            profiles = [Profile.between(task.tile, mast, int(pixel[one]), float(far_km[one])) for one in drawn]
            if not outcome.losses:
                loss(profiles[0])
            start = time.process_time()
            losses = np.array([loss(profile) for profile in profiles])
            outcome.work_s += time.process_time() - start
            outcome.losses[number] = pixel[drawn], losses
            outcome.paths += drawn.size
        return outcome.closed()


@dataclass(frozen=True)
class CovlibProfiles(OnProfiles, CovlibSettings):
    """crc-covlib on given profiles; their length it takes from latitudes and longitudes, on a sphere."""

    def loss(self, task: Task) -> Callable[[Profile], float]:
        """The same settings as those of the area study."""
        study = self.simulation(task)

        def of(profile: Profile) -> float:
            study.SetTransmitterLocation(*profile.tx_deg)
            height_m = profile.height_m
            return float(study.GenerateProfileReceptionPointResult(*profile.rx_deg, height_m.size, height_m))

        return of


@dataclass(frozen=True)
class Py1812(OnProfiles):
    """P.1812 in Python by I. Stevanović (OFCOM, Switzerland); given the refractivity, it opens no map of the ITU."""

    def loss(self, task: Task) -> Callable[[Profile], float]:
        """Its one function."""
        sys.path.append(str(task.peers / "Py1812" / "src"))
        from Py1812.P1812 import bt_loss  # type: ignore[import-not-found]

        def of(profile: Profile) -> float:
            bare, inland = np.zeros(profile.height_m.size), np.full(profile.height_m.size, 4)
            (tx_lat, tx_lon), (rx_lat, rx_lon) = profile.tx_deg, profile.rx_deg
            ground = profile.distance_km, profile.height_m, bare, inland
            ends = MAST_M, RECEIVER_M, 2, tx_lat, rx_lat, tx_lon, rx_lon
            return float(bt_loss(FREQUENCY_MHZ / 1000, PERCENT, *ground, *ends, pL=PERCENT, DN=DELTA_N, N0=N0)[0])

        return of


@dataclass(frozen=True)
class Itm(OnProfiles):
    """NTIA's own Longley-Rice in C++, by its shared library."""

    def loss(self, task: Task) -> Callable[[Profile], float]:
        """Point to point, by shares of time, locations and situations."""
        library = ctypes.CDLL(str(task.peers / self.needs[0]))
        real, whole = ctypes.c_double, ctypes.c_int
        call = library.ITM_P2P_TLS
        call.argtypes = [real, real, ctypes.c_void_p, whole, real, real, whole, real, real, whole, real, real, real]
        call.argtypes += [ctypes.POINTER(real), ctypes.POINTER(ctypes.c_long)]
        found, warnings = real(), ctypes.c_long()

        def of(profile: Profile) -> float:
            steps, length_m = profile.height_m.size - 1, 1000 * profile.distance_km[-1]
            given = np.concatenate([[steps, length_m / steps], profile.height_m])
            ground = CLIMATE, N0, FREQUENCY_MHZ, 1, PERMITTIVITY, CONDUCTIVITY_S_M
            call(
                *(MAST_M, RECEIVER_M, given.ctypes.data, *ground, 12, PERCENT, PERCENT, PERCENT),
                *(ctypes.byref(found), ctypes.byref(warnings)),
            )
            return found.value

        return of


@dataclass(frozen=True)
class Pycraf(OnProfiles):
    """P.452-16 of pycraf, which has no locations: the interference model whose diffraction P.1812 shares."""

    def loss(self, task: Task) -> Callable[[Profile], float]:
        """Its path and its loss without clutter."""
        sys.path.append(str(task.peers / "python"))
        from astropy import units as u  # type: ignore[import-not-found]
        from pycraf import pathprof  # type: ignore[import-not-found]

        def of(profile: Profile) -> float:
            (tx_lat, tx_lon), (rx_lat, rx_lon) = profile.tx_deg, profile.rx_deg
            path = pathprof.PathProp(
                *(FREQUENCY_MHZ / 1000 * u.GHz, 293 * u.K, 1013 * u.hPa),
                *(tx_lon * u.deg, tx_lat * u.deg, rx_lon * u.deg, rx_lat * u.deg),
                *(MAST_M * u.m, RECEIVER_M * u.m, 1000 * STEP_KM * u.m, PERCENT * u.percent),
                polarization=1,
                delta_N=DELTA_N / u.km * u.dimensionless_unscaled,
                N0=N0 * u.dimensionless_unscaled,
                hprof_dists=profile.distance_km * u.km,
                hprof_heights=profile.height_m * u.m,
                hprof_bearing=0 * u.deg,
                hprof_backbearing=180 * u.deg,
            )
            return float(pathprof.loss_complete(path)[4].value)

        return of


COVLIB, COVLIB_BUILT = "crc-covlib", ("crc-covlib/python-wrapper/crc_covlib/bin_64bit/libcrc-covlib.so",)
COVLIB_INSTALL = "github.com/ic-crc/crc-covlib: apt-get install libgeographiclib-dev libtiff-dev; make build"
SPLAT, SPLAT_NEEDS, SPLAT_INSTALL = "SPLAT! 1.4.2", ("splat", "srtm2sdf"), "apt-get install splat"
SERVER_INSTALL = (
    "github.com/W3AXL/Signal-Server: apt-get install splat libbz2-dev libspdlog-dev; "
    "cmake -S src -B build; make -C build"
)
PY1812_INSTALL = 'github.com/eeveetza/Py1812; where it asks for maps of the ITU, numpy.savez("P1812.npz") will do'
ITM_INSTALL = (
    "github.com/NTIA/itm: \\ of its includes into /; "
    "g++ -O2 -shared -fPIC -D'__declspec(x)=' -Iinclude src/*.cpp -o libitm.so"
)
OURS = ", our profiles"
ITM, NTIA = "Longley-Rice ITM", "Longley-Rice NTIA"
CONTENDERS: list[Contender] = [
    Ours("fast", "phusong, fast", "P.1812-7"),
    Ours("exact", "phusong, exact", "P.1812-7"),
    Covlib("covlib", COVLIB, "P.1812-7", COVLIB_BUILT, COVLIB_INSTALL),
    CovlibProfiles("covlib-profiles", COVLIB + OURS, "P.1812-7", COVLIB_BUILT, COVLIB_INSTALL),
    Py1812("py1812", "Py1812" + OURS, "P.1812-7", ("Py1812/src/Py1812/P1812.npz",), PY1812_INSTALL),
    Pycraf("pycraf", "pycraf" + OURS, "P.452-16", ("python/pycraf",), "pip install --target FOLDER/python pycraf"),
    Splat("itwom", SPLAT, "ITWOM 3.0", SPLAT_NEEDS, SPLAT_INSTALL),
    Splat("itm", f"{SPLAT} -olditm", ITM, SPLAT_NEEDS, SPLAT_INSTALL, ("-olditm",)),
    SignalServer("signal", "Signal-Server", ITM, ("Signal-Server/build/signalserver", "srtm2sdf"), SERVER_INSTALL),
    Covlib("covlib-itm", COVLIB, NTIA, COVLIB_BUILT, COVLIB_INSTALL),
    Itm("ntia", "NTIA itm" + OURS, NTIA, ("itm/libitm.so",), ITM_INSTALL),
]
