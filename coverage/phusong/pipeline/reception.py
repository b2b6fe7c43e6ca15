"""Reception: what the radio stage finds on one tile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from phusong.config import Project
from phusong.ledger.expectation import Key
from phusong.pipeline import counting
from phusong.pipeline.fingerprint import fingerprint, of_code
from phusong.pipeline.fragility import Saved, fragile
from phusong.pipeline.ground import Ground
from phusong.pipeline.past import Past
from phusong.pipeline.tiles import Tile
from phusong.progress import Step
from phusong.radio import levels, probability
from phusong.radio.probability import Expected
from phusong.units import NO_SIGNAL_DDBM, NOT_SERVED

Arrays = Mapping[str, NDArray[Any]]
_GROUP = ("technology", "operator", "band", "frequency_mhz")
_SERVERS = {"rsrp_ddbm": NO_SIGNAL_DDBM, "server": -1, "second_ddbm": NO_SIGNAL_DDBM, "second_server": -1, "unknown": 0}
"""What `strongest_servers` tells of a pixel, and what where nobody reaches."""


@dataclass(frozen=True)
class Reception:
    """
    What reaches the pixels of a tile.

    Parameters
    ----------
    level, rsrp_ddbm, fragile
        As of `ledger.surface.Surface`.
    rows
        Rows of the communes that have ground here.
    expected
        People expected to be covered of these communes, by technology, operator and environment.
    dark, servers
        Inhabited pixels without the zones' signal, counted row by row and rising, and their two strongest servers: by
        name as in `strongest_servers`, arrays of shape (groups, pixels).
    groups
        Technology, operator, band and frequency of each group.
    """

    level: Mapping[tuple[str, str], NDArray[np.uint8]]
    rsrp_ddbm: Mapping[tuple[str, str], NDArray[np.int16]]
    fragile: NDArray[np.uint8]
    rows: NDArray[np.int64]
    expected: Mapping[Key, Expected]
    dark: NDArray[np.int32]
    servers: Arrays
    groups: tuple[tuple[str, str, str, float], ...]

    def strongest(self, pixel: NDArray[np.int64]) -> xr.Dataset:
        """
        The two strongest servers as `strongest_servers` gives them, of some pixels beside each other in one row.

        Parameters
        ----------
        pixel
            Counted row by row and rising. Nobody serves those that are not among the dark.
        """
        axes, found = ("group", "y", "x"), {}
        held = np.isin(pixel, self.dark)
        place = np.searchsorted(self.dark, pixel[held])
        for name, nobody in _SERVERS.items():
            values = np.full((len(self.groups), 1, pixel.size), nobody, self.servers[name].dtype)
            values[:, 0, held] = self.servers[name][:, place]
            found[name] = (axes, values)
        columns = zip(*self.groups, strict=True) if self.groups else ((),) * len(_GROUP)
        types = (object, object, object, float)
        told = {n: ("group", np.array(v, t)) for n, v, t in zip(_GROUP, columns, types, strict=True)}
        return xr.Dataset(found, told)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the tile store."""
        words = {
            "level": [list(key) for key in self.level],
            "rsrp_ddbm": [list(key) for key in self.rsrp_ddbm],
            "expected": [list(key) for key in self.expected],
            "groups": [list(group) for group in self.groups],
        }
        shape, draws = self.fragile.shape, next((one.covered.shape[1:] for one in self.expected.values()), (0,))
        stacks: dict[str, NDArray[Any]] = {
            "level": _stack(list(self.level.values()), shape, np.uint8),
            "rsrp_ddbm": _stack(list(self.rsrp_ddbm.values()), shape, np.int16),
            "covered": _stack([one.covered for one in self.expected.values()], (len(self.rows), *draws), np.int64),
            "unknown_people": _stack([one.unknown for one in self.expected.values()], (len(self.rows),), np.int64),
        }
        return {
            "words": np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), np.uint8),
            **stacks,
            "fragile": self.fragile,
            "rows": self.rows,
            "dark": self.dark,
            **{f"of_dark_{name}": values for name, values in self.servers.items()},
        }

    @classmethod
    def of(cls, arrays: Arrays) -> Reception:
        """From the tile store."""
        words = _words(arrays)
        return cls(
            dict(zip(map(tuple, words["level"]), arrays["level"], strict=True)),
            dict(zip(map(tuple, words["rsrp_ddbm"]), arrays["rsrp_ddbm"], strict=True)),
            arrays["fragile"],
            arrays["rows"],
            expected_of(arrays),
            arrays["dark"],
            {name: arrays[f"of_dark_{name}"] for name in _SERVERS},
            tuple((technology, operator, band, f) for technology, operator, band, f in words["groups"]),
        )


def expected_of(arrays: Arrays) -> dict[Key, Expected]:
    """People expected to be covered, out of what the tile store has of a reception."""
    people = zip(arrays["covered"], arrays["unknown_people"], strict=True)
    return {tuple(key): Expected(*one) for key, one in zip(_words(arrays)["expected"], people, strict=True)}


def key_of(
    tile: Tile, project: Project, ground_key: str, factors: NDArray[np.float64] | None, astray: NDArray[np.bool_]
) -> str:
    """
    Digest of all that a reception depends on.

    Parameters
    ----------
    astray
        Pixels that are wanted also where they are not studied.
    """
    settings = project.radio, project.zones, project.storm, project.grid.pixel_m
    ground = tile.grid, tile.around, tile.heights_m, tile.clutter_m, ground_key, factors, np.flatnonzero(astray)
    return fingerprint("reception", of_code(), settings, ground, tile.sites, tile.antennas)


def receive(
    tile: Tile,
    project: Project,
    ground: Ground,
    inside: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    workers: int,
    progress: Step,
    past: Past,
) -> Reception:
    """
    Compute a tile: a function of its arguments alone, the same wherever it runs, and whatever the past.

    Parameters
    ----------
    inside
        Studied pixels of the tile.
    wanted
        These and others of which the level is asked; it is none on all that are left.
    workers
        Threads.
    past
        Servers of the run before; it keeps those of this one.
    """
    pixel_m = project.grid.pixel_m
    servers = past.servers("all", tile, project, workers, progress, wanted)
    found = sorted(levels.by_operator(servers, project.radio, pixel_m), key=lambda one: one[0])
    level = {key: codes for key, codes, _ in found}
    lacking = (counting.signal(level, project) == NOT_SERVED) & inside
    dark = np.flatnonzero(lacking.ravel() & (ground.micro > 0)).astype(np.int32)
    living = sparse.csr_array(ground.divided[ground.rows])
    groups = zip(*(servers[name].values.tolist() for name in _GROUP), strict=True)
    received = {key: strongest for key, _, strongest in found if strongest is not None}
    expected = probability.expected_by_operator(servers, tile.sites, living, project.radio, pixel_m)
    of_dark = {name: servers[name].values.reshape(len(servers[name]), inside.size)[:, dark] for name in _SERVERS}
    saved = Saved.of(project, tile, servers)
    del servers  # of which another is made of the sites with backup
    held = fragile(project, tile, saved, inside, workers, progress, past)
    return Reception(level, received, held, ground.rows, expected, dark, of_dark, tuple(groups))


def _words(arrays: Arrays) -> dict[str, Any]:
    return json.loads(arrays["words"].tobytes())


def _stack(parts: list[NDArray[Any]], shape: tuple[int, ...], kind: type) -> NDArray[Any]:
    return np.stack(parts) if parts else np.empty((0, *shape), kind)
