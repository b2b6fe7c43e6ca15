"""The record of a run: inputs with their hashes, settings and versions, free of clock, host and path."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from phusong import __version__
from phusong.config import LAYER_NAMES, Project
from phusong.errors import ConfigError, SnapshotError
from phusong.ledger.period import Period

_LIBRARIES = ("numpy", "numba", "pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio", "pyarrow", "scipy")


def compose(project: Project, period: Period, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Everything `run.json` says; `facts` is what the stages found out."""
    return {
        "project": project.name,
        "title": project.title,
        "title_en": project.title_en,
        "period": period.name,
        "as_of": period.last_day.isoformat(),
        "synthetic": list(project.synthetic_layers),
        "inputs": list(input_files(project)),
        **facts,
        "settings": settings(project),
        "versions": versions(),
    }


def input_files(project: Project) -> Iterator[dict[str, Any]]:
    """Every file that was read, by layer: name, SHA-256, bytes, and what the project file says of it."""
    for name in LAYER_NAMES:
        layer = getattr(project.layers, name)
        for file in _parts(project.files(layer)) if layer is not None else []:
            yield {
                "layer": name,
                "file": file.name,
                "sha256": sha256_of(file),
                "bytes": file.stat().st_size,
                "source": layer.source,
                "licence": layer.licence,
                "as_of": layer.as_of.isoformat() if layer.as_of else None,
                "year": layer.year,
                "synthetic": layer.synthetic,
            }


def seen(project: Project) -> list[dict[str, Any]]:
    """As `input_files`, before anything is read; nothing where a file is missing, which whoever reads it tells."""
    try:
        return list(input_files(project))
    except ConfigError:
        return []


def refuse_changed(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    """
    Stop when an input is not the file that it was when the run began: nobody could tell which of them was read.

    Raises
    ------
    SnapshotError
        Naming the files.
    """
    known = {(one["layer"], one["file"], one["sha256"]) for one in before}
    changed = sorted({one["file"] for one in after if (one["layer"], one["file"], one["sha256"]) not in known})
    if changed or len(before) != len(after):
        named = ", ".join(changed) or "a file that was there"
        raise SnapshotError(
            f"{named} changed during the run. Nothing was written; run again when the files stand still."
        )


def settings(project: Project) -> dict[str, Any]:
    """The project's settings without the layers' paths, which say where things lie on one machine."""
    everything = project.model_dump(mode="json")
    for layer in everything["layers"].values():
        if layer is not None:
            del layer["path"]
    return everything


def versions() -> dict[str, str]:
    """Versions of what computed: bytes are promised for one set of them."""
    return {"phusong": __version__} | {name: importlib.metadata.version(name) for name in _LIBRARIES}


def _parts(files: list[Path]) -> list[Path]:
    """The files, a shapefile with all its companions: its outlines, table and CRS lie in files of their own."""
    return [
        part
        for file in files
        for part in (sorted(file.parent.glob(f"{file.stem}.*")) if file.suffix.lower() == ".shp" else [file])
    ]


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
