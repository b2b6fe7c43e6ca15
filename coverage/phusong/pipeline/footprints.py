"""Footprints of a study: which pixels each site on air serves, computed tile by tile and kept between commands."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong import radio
from phusong.config import Project
from phusong.errors import SnapshotError
from phusong.layers.inputs import Inputs
from phusong.ledger import record
from phusong.pipeline.preparation import placed
from phusong.pipeline.tiles import tiles
from phusong.power.footprints import Footprints
from phusong.progress import Step
from phusong.radio.reached import reached
from phusong.units import ANY

FOLDER = "cache"
_FILE = "footprints.kept"
_WORDS = ("site_id", "operator", "technology")
_DIGITS = 64

Flags = NDArray[np.bool_]
Origin = Literal["computed", "kept", "other", "damaged", "apart"]
"""Computed since nothing was kept; as kept; computed since what was kept was of other inputs, or damaged; or apart from
all that is kept."""


@dataclass(frozen=True)
class Reach:
    """
    Pixels that each site on air serves at the zones' level.

    Parameters
    ----------
    sites
        site_id, operator, technology, in the order of the ids.
    starts, pixels
        Site k serves the flat pixels `pixels[starts[k]:starts[k + 1]]` of the study's grid.
    dark
        By technology and operator, flat: where a path could not be computed.
    """

    sites: pd.DataFrame
    starts: NDArray[np.int64]
    pixels: NDArray[np.int32]
    dark: dict[tuple[str, str], Flags]

    def footprints(self, technologies: tuple[str, ...], pixels: int) -> Footprints:
        """The relation of the sites of some technologies, called after the one or `any`."""
        rows = np.flatnonzero(self.sites.technology.isin(technologies))
        own = self.sites.iloc[rows].reset_index(drop=True)
        dark = {name: np.zeros(pixels, bool) for name in own.operator.unique()}
        for (technology, operator), flags in self.dark.items():
            if technology in technologies:
                dark[operator] |= flags
        served = [self.pixels[self.starts[row] : self.starts[row + 1]] for row in rows]
        name = technologies[0] if len(technologies) == 1 else ANY
        return Footprints.of(name, own, served, pixels, dark)


def reach(
    project: Project, inputs: Inputs, wanted: Flags, workers: int, progress: Step, keep: bool
) -> tuple[Reach, Origin]:
    """
    Who reaches which pixels: as kept in the project's folder, if it is of the same inputs, settings and code.

    Parameters
    ----------
    wanted
        Pixels of the study that count; the others are nobody's.
    keep
        Whether to read what is kept, and to keep what is computed.

    Raises
    ------
    SnapshotError
        When the result cannot be kept.
    """
    file = project.folder / FOLDER / _FILE
    if not keep:
        return _computed(project, inputs, wanted, workers, progress), "apart"
    key = _key(project, inputs, wanted)
    found, origin = _kept(file, key)
    if found is None:
        found = _computed(project, inputs, wanted, workers, progress)
        _keep(file, key, found)
    return found, origin


def _computed(project: Project, inputs: Inputs, wanted: Flags, workers: int, progress: Step) -> Reach:
    grid = inputs.grid
    sites = _sites(inputs)
    parts: list[list[NDArray[np.int32]]] = [[] for _ in range(len(sites))]
    named = zip(sites.technology, sites.operator, strict=True)
    dark = {key: np.zeros(grid.shape, bool) for key in sorted(set(named))}
    for tile in tiles(project, inputs):

        def tell(done: int, of: int, label: str = tile.label) -> None:
            progress(f"footprints, {label}: sites", done, of)

        window = grid.window(tile.grid)
        found = reached(
            tile.sites, tile.heights_m, tile.around, tile.grid, project.radio, project.zones.level, workers, tell,
            inputs.antennas, tile.clutter_m, wanted[window],
        )  # fmt: skip
        flat = np.arange(grid.shape[0] * grid.shape[1], dtype=np.int32).reshape(grid.shape)[window].ravel()
        for row, own in zip(sites.index.get_indexer(pd.Index(tile.sites.site_id)), found.pixels, strict=True):
            parts[row].append(flat[own])
        for key, flags in found.dark.items():
            dark[key][window] = flags
    served = [np.sort(np.concatenate(own)) if own else np.empty(0, np.int32) for own in parts]
    starts = np.concatenate([[0], np.cumsum([len(own) for own in served], dtype=np.int64)])
    pixels = np.concatenate([np.empty(0, np.int32), *served])
    return Reach(
        sites.reset_index().astype(object), starts, pixels, {key: flags.ravel() for key, flags in dark.items()}
    )


def _sites(inputs: Inputs) -> pd.DataFrame:
    """Operator and technology of the sites on air, by site_id."""
    on_air = inputs.sites[inputs.sites.on_air]
    return pd.DataFrame(on_air[list(_WORDS)], dtype=object).set_index("site_id").sort_index()


def _key(project: Project, inputs: Inputs, wanted: Flags) -> str:
    """SHA-256 of everything that the footprints depend on, the code of the radio stage among it."""
    digest = hashlib.sha256()
    for part in _told(project, inputs, wanted):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _told(project: Project, inputs: Inputs, wanted: Flags) -> Iterator[bytes]:
    grid = inputs.grid
    lattice = [grid.crs.to_wkt(), grid.west, grid.north, grid.pixel_m, grid.shape, inputs.terrain_grid.shape]
    settings = [project.radio.model_dump(mode="json"), project.zones.level, record.versions()]
    yield json.dumps([lattice, settings], sort_keys=True).encode()
    sites = placed(inputs.sites[inputs.sites.on_air]).sort_values("site_id")
    yield sites.to_csv(index=False, float_format="%.17g").encode()
    yield np.ascontiguousarray(inputs.heights_m).tobytes()
    yield b"" if inputs.clutter_m is None else np.ascontiguousarray(inputs.clutter_m).tobytes()
    yield np.packbits(wanted).tobytes()
    for name in sorted(inputs.antennas):
        pattern = inputs.antennas[name]
        yield repr((name, pattern.tilt_deg)).encode()
        yield pattern.horizontal_db.tobytes() + pattern.vertical_db.tobytes()
    package = Path(radio.__path__[0]).parent
    for code in sorted([*package.glob("radio/**/*.py"), package / "grid.py", Path(__file__).with_name("tiles.py")]):
        yield code.read_bytes()
    yield Path(__file__).read_bytes()


def _kept(file: Path, key: str) -> tuple[Reach | None, Origin]:
    """What the file holds: the key and the SHA-256 of the rest, then arrays."""
    if not file.exists():
        return None, "computed"
    held = file.read_bytes()
    if held[:_DIGITS] != key.encode():
        return None, "other"
    if held[_DIGITS : 2 * _DIGITS] != hashlib.sha256(held[2 * _DIGITS :]).hexdigest().encode():
        return None, "damaged"
    with np.load(io.BytesIO(held[2 * _DIGITS :])) as arrays:
        sites = pd.DataFrame({name: arrays[name] for name in _WORDS}, dtype=object)
        keys = zip(arrays["dark_technology"].tolist(), arrays["dark_operator"].tolist(), strict=True)
        flags = np.unpackbits(arrays["dark"], axis=1, count=int(arrays["size"])).astype(bool)
        pixels = np.cumsum(arrays["steps"], dtype=np.int32)
        return Reach(sites, arrays["starts"], pixels, dict(zip(keys, flags, strict=True))), "kept"


def _keep(file: Path, key: str, found: Reach) -> None:
    """Written beside and moved into place, so that a command that is cut off leaves what was there."""
    into, keys = io.BytesIO(), np.array(list(found.dark), str).reshape(-1, 2)
    size = len(next(iter(found.dark.values()), ()))
    flags = np.array(list(found.dark.values()), bool).reshape(len(keys), size)
    steps = np.diff(found.pixels, prepend=np.int32(0))  # mostly ones, of which a file needs little
    arrays: dict[str, Any] = {name: found.sites[name].to_numpy(str) for name in _WORDS}
    arrays |= {"starts": found.starts, "steps": steps, "dark": np.packbits(flags, axis=1), "size": np.array(size)}
    np.savez_compressed(into, dark_technology=keys[:, 0], dark_operator=keys[:, 1], **arrays)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        head = key + hashlib.sha256(into.getbuffer()).hexdigest()
        draft.write_bytes(head.encode() + into.getbuffer())
        draft.replace(file)
    except OSError as fault:
        raise SnapshotError(f"The footprints cannot be kept in {file.parent}: {fault.strerror or fault}.") from fault
    finally:
        draft.unlink(missing_ok=True)
