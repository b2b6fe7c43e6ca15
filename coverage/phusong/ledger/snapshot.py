"""Snapshots: one period of one study in one folder, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import xarray as xr

from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.layers.memory import Memory, forgetful
from phusong.ledger import chain, figures, geoparquet, mosaics
from phusong.ledger.bundle import csv_bytes
from phusong.ledger.definitions import redefined
from phusong.ledger.mosaics import Piece
from phusong.ledger.quadrangles import Quadrangles
from phusong.ledger.record import sha256_of
from phusong.ledger.standing import CLOSED, SUPERSEDED, closings, kept_as, standing

Table = pd.DataFrame | Quadrangles
TIER = "regulator"
INDICATORS = "indicators"
"""Table of which only whole numbers are kept: value, low and high follow from them, and are back when it is read."""
_RUN = "run.json"
COMPLETE, INCOMPLETE = "complete", "incomplete"
"""State of a snapshot: incomplete when an input could not be read to its end, so that what hangs on it is unknown."""


@dataclass(frozen=True)
class Snapshot:
    """
    One period as of its last day.

    Parameters
    ----------
    tables
        Frames by name, geometry in the project's CRS.
    rasters
        Pieces of them, or grid and array by name, with `long_name`, `units` and, for integers, `nodata` among their
        attributes.
    run
        What `run.json` says: inputs and their hashes, settings, versions, counts, model card.
    """

    tables: Mapping[str, Table]
    rasters: Iterable[Piece] | Mapping[str, tuple[Grid, xr.DataArray]]
    run: Mapping[str, Any]


def write(snapshot: Snapshot, folder: Path, workers: int = 1, memory: Memory = forgetful) -> tuple[Path, str]:
    """
    Write a snapshot below `folder`, in place of an earlier one of the same period.

    Everything is written beside it first and moved into place at the end; when anything fails the earlier snapshot is
    as it was. What was closed is never replaced; what was closed and opened for correction is kept in `.superseded`.

    Parameters
    ----------
    workers, memory
        Threads that compress rasters, and what they compressed in runs before.

    Returns
    -------
    The snapshot's folder, and its digest (SHA-256 of `run.json`, which holds the hashes of all other files).

    Raises
    ------
    SnapshotError
        When the period is closed, the folder holds another project's snapshots or cannot be written, or an indicator
        was redefined in place.
    """
    period, project = str(snapshot.run["period"]), str(snapshot.run["project"])
    refuse_closed(folder, period)
    refuse_foreign(folder, project)
    refuse_redefined(folder, snapshot.run.get("definitions", {}))
    staging = folder / f".{period}.partial"
    if (folder / period).exists() and not (folder / period / _RUN).exists():
        raise SnapshotError(f"{folder / period} is there and no snapshot. Move it away first.")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        hashes = {name: _put(staging / name, data) for name, data in _files(snapshot, staging, workers, memory)}
        text = json.dumps(
            {**snapshot.run, "files": hashes}, ensure_ascii=False, indent=1, allow_nan=False, default=_plain
        )
        digest = _put(staging / _RUN, [text.encode()])
        return _replace(staging, folder / period), digest
    except OSError as fault:
        shutil.rmtree(staging, ignore_errors=True)
        recover(folder)
        reason = fault.strerror or str(fault)
        kept = "; the earlier snapshot is untouched" if (folder / period).exists() else ""
        raise SnapshotError(f"The snapshot {folder / period} could not be written: {reason}{kept}.") from fault
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def refuse_foreign(folder: Path, project: str) -> None:
    """
    Stop before another project's snapshots are mixed with ours.

    Raises
    ------
    SnapshotError
        When any snapshot in the folder belongs to another project.
    """
    recover(folder)
    for run in sorted(folder.glob(f"[!.]*/{_RUN}")):
        other = _record(run)[0]["project"]
        if other != project:
            raise SnapshotError(
                f"{folder} holds snapshots of the project '{other}', not of '{project}'. Choose another folder."
            )


def refuse_redefined(folder: Path, now: Mapping[str, Mapping[str, str]]) -> None:
    """
    Stop before figures go on in the line of a closed period whose definition said something else.

    Parameters
    ----------
    now
        As of `definitions.recorded`.

    Raises
    ------
    SnapshotError
        Naming the definitions and the period.
    """
    for period, last in standing(folder).items():
        run = folder / period / _RUN
        before = _record(run)[0].get("definitions", {}) if last.act == CLOSED and run.exists() else {}
        if changed := redefined(now, before):
            raise SnapshotError(
                f"{', '.join(changed)}: the definition says something else than in {period}, which is closed, and has "
                "the same version. A changed definition takes a new version in gis_data/indicators.toml."
            )


def refuse_closed(folder: Path, period: str) -> None:
    """
    Stop before a closed period is computed again.

    Raises
    ------
    SnapshotError
        Saying who closed it and when; or when the register of closings is not as it was written.
    """
    last = standing(folder).get(period)
    if last is not None and last.act == CLOSED:
        raise SnapshotError(
            f"{period} was {last} and stays as it is. A correction begins with `phusong ledger close PROJECT "
            f"--period {period} --correction --by NAME --reason TEXT`."
        )


def make_ready(folder: Path) -> None:
    """
    Make sure before the work that the folder can be written to.

    Raises
    ------
    SnapshotError
        When it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise SnapshotError(f"{folder} cannot be written to: {fault.strerror or fault}") from None


def recover(folder: Path) -> None:
    """Put back a snapshot whose replacement was cut off between the two moves; where we may not write, leave it."""
    for aside in folder.glob(".*.old"):
        place = folder / aside.name[1:].removesuffix(".old")
        if place.exists():
            _put_away(aside)
        else:
            with contextlib.suppress(OSError):
                aside.rename(place)


def read(
    folder: Path, period: str, only: Sequence[str] | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any], str]:
    """
    Tables, `run.json` and digest of a written snapshot.

    Parameters
    ----------
    only
        Names of the tables to read, of which those that are not there are left out; then no other file is checked.

    Raises
    ------
    SnapshotError
        When there is none, or a file is not the one that was written.
    """
    run, digest_of_run = whole(folder, period, only)
    place = folder / period
    files = _among(run["files"], only)
    tables = {Path(name).stem: _table(place / name) for name in sorted(files) if name.endswith(".parquet")}
    if INDICATORS in tables:
        tables[INDICATORS] = figures.derived(tables[INDICATORS])
    return tables, run, digest_of_run


def whole(folder: Path, period: str, only: Sequence[str] | None = None) -> tuple[dict[str, Any], str]:
    """
    `run.json` and digest of a written snapshot, of which every file is the one that was written.

    Parameters
    ----------
    only
        Names of the files to check, without their endings; all others are taken on trust.

    Raises
    ------
    SnapshotError
        When there is none, or naming the first file that is another.
    """
    recover(folder)
    place = folder / period
    if not (place / _RUN).exists():
        have = ", ".join(periods(folder)) or "none"
        raise SnapshotError(f"There is no snapshot of {period} in {folder} (there are: {have}).")
    run, digest_of_run = _record(place / _RUN)
    for name, digest in _among(run["files"], only).items():
        if not (place / name).exists() or sha256_of(place / name) != digest:
            raise SnapshotError(f"{place / name} is not the file that the run wrote; run the period again.")
    return run, digest_of_run


def periods(folder: Path) -> list[str]:
    """Periods that have a snapshot, in order."""
    recover(folder)
    return sorted(run.parent.name for run in folder.glob(f"[12][0-9][0-9][0-9]Q[1-4]/{_RUN}"))


def _among(files: Mapping[str, str], only: Sequence[str] | None) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if only is None or Path(name).stem in only}


def _files(
    snapshot: Snapshot, staging: Path, workers: int, memory: Memory
) -> Iterable[tuple[str, Iterable[bytes | memoryview]]]:
    tables: Mapping[str, Any] = snapshot.tables
    for name, table in tables.items():
        yield f"{name}.parquet", _parquet(figures.kept(table) if name == INDICATORS else table)
    yield "communes.csv", [csv_bytes(pd.DataFrame(tables["communes"].drop(columns="geometry")))]
    yield "zones.gpkg", [_geopackage(tables["zones"], str(snapshot.run["as_of"]))]
    pieces = mosaics.whole(snapshot.rasters) if isinstance(snapshot.rasters, Mapping) else snapshot.rasters
    for name, cog in mosaics.cogs(pieces, staging / ".pieces", TIER, workers, memory):
        yield f"surface/{name}.tif", cog


def _record(file: Path) -> tuple[dict[str, Any], str]:
    text = file.read_bytes()
    try:
        run = json.loads(text)
    except ValueError:
        run = None
    if not isinstance(run, dict) or not {"project", "files"} <= set(run):
        raise SnapshotError(f"{file} is not the record that a run wrote; remove its folder and run the period again.")
    return run, _sha256(text)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} has no place in {_RUN}")


def _put(file: Path, parts: Iterable[bytes | memoryview]) -> str:
    file.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with file.open("wb") as opened:
        for part in parts:
            opened.write(part)
            digest.update(part)
        opened.flush()
        os.fsync(opened.fileno())
    return digest.hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _replace(staging: Path, place: Path) -> Path:
    aside = place.with_name(f".{place.name}.old")
    with chain.held(place.parent):
        refuse_closed(place.parent, place.name)  # it may have been closed while we wrote
        if place.exists():
            place.rename(aside)
        staging.rename(place)
        _put_away(aside)
    return place


def _put_away(aside: Path) -> None:
    """Remove a snapshot that was replaced; one that was closed is kept, and so is one of which that cannot be told."""
    folder, period = aside.parent, aside.name[1:].removesuffix(".old")
    with contextlib.suppress(OSError, SnapshotError):
        digest = _sha256((aside / _RUN).read_bytes()) if (aside / _RUN).exists() else ""
        kept = folder / SUPERSEDED / kept_as(period, digest)
        if (period, digest) in {(entry.period, entry.digest) for entry in closings(folder)} and not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            aside.rename(kept)
        else:
            shutil.rmtree(aside, ignore_errors=True)


def _table(file: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(file)
    except ValueError:  # no geometry
        return pd.read_parquet(file)


def _parquet(table: Table) -> Iterable[bytes | memoryview]:
    if isinstance(table, Quadrangles):
        return table.parts()
    if isinstance(table, gpd.GeoDataFrame):
        return geoparquet.parts(table)
    into = io.BytesIO()
    table.to_parquet(into, index=False, compression="zstd")
    return [into.getbuffer()]


def _geopackage(zones: pd.DataFrame, as_of: str) -> bytes:
    # a GeoPackage says when it was written; the period's last day makes two runs the same
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of}T00:00:00.000Z"})
    into = io.BytesIO()
    try:
        pyogrio.write_dataframe(zones, into, driver="GPKG", layer="zones", geometry_type="MultiPolygon")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return into.getvalue()
