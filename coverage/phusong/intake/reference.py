"""Reference: what filings are held to – the communes of the day, and the units of other days."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd
from platformdirs import user_data_path

from phusong.administration import History
from phusong.config import Layer, load
from phusong.errors import FilingError
from phusong.intake.coordinates.ground import Ground
from phusong.intake.official_lists import import_lists, shipped_lists
from phusong.layers import administration, communes

UNITS_FOLDER = user_data_path("phusong", appauthor=False) / "units"
"""Where the dated units of administration are kept, once imported."""


@dataclass(frozen=True)
class Source:
    """A file that something was made of: its name, and the SHA-256 of its bytes."""

    name: str
    sha256: str

    @staticmethod
    def of(file: Path) -> Source:
        """The source that a file is."""
        with file.open("rb") as opened:
            return Source(file.name, hashlib.file_digest(opened, "sha256").hexdigest())


@dataclass(frozen=True, eq=False)
class Reference:
    """
    What a filing is held to.

    Parameters
    ----------
    communes
        Communes valid on the as-of date in EPSG:4326, in the order of their codes, with a RangeIndex.
    history
        Dated units and their successions; None when none were imported.
    sources
        The files that it was read from.
    people
        People of earlier units, by a census; None when none were imported.
    """

    communes: gpd.GeoDataFrame
    history: History | None = None
    sources: tuple[Source, ...] = ()
    people: pd.DataFrame | None = None

    @cached_property
    def ground(self) -> Ground:
        """The outlines, ready to be searched."""
        return Ground(self.communes)


def read_reference(
    outlines: Path | None, as_of: dt.date, units: Path | None = None, report: Callable[[str], None] = lambda _: None
) -> Reference:
    """
    Communes of a day with their outlines, and the imported units.

    Parameters
    ----------
    outlines
        A file with commune_code, commune_name, province_code, province_name and outlines; or a project file or folder,
        whose layer of communes is taken; None for the outlines that were imported with the units.
    units
        Folder that `phusong units import` wrote; None for the usual one, which is made from the official lists at hand
        where it is not there yet.
    report
        Told what takes a while.

    Raises
    ------
    PhusongError
        When there are no outlines, or the communes cannot be used.
    """
    folder = units or UNITS_FOLDER
    if units is None and not (folder / administration.UNITS).is_file():
        _import(folder, report)
    history = administration.read(folder) if folder.is_dir() else None
    files = _files(outlines, folder, history, as_of)
    frame = _communes(outlines, files, as_of)
    kept = [folder / name for name in (administration.UNITS, administration.SUCCESSION)] if history else []
    sources = tuple(Source.of(file) for file in (*files, *kept))
    people = administration.read_people(folder) if (folder / administration.PEOPLE).is_file() else None
    return Reference(frame.to_crs(4326).reset_index(drop=True), history, sources, people)


def _import(folder: Path, report: Callable[[str], None]) -> None:
    lists = shipped_lists()
    if lists is not None:
        report(f"importing the official lists of communes into {folder}, once")
        import_lists(lists, folder)


def _files(outlines: Path | None, folder: Path, history: History | None, as_of: dt.date) -> list[Path]:
    """The files with the outlines."""
    if outlines is None:
        _refuse_day(folder, history, as_of)
        return [administration.outlines_file(folder)]
    if not outlines.exists():
        raise FilingError(f"{outlines} is missing: expected commune outlines, or a project that has them")
    if outlines.is_dir() or outlines.suffix == ".toml":
        project = load(outlines)
        return project.files(project.layers.communes)
    return [outlines]


def _refuse_day(folder: Path, history: History | None, as_of: dt.date) -> None:
    """Imported outlines are those of today: they hold since the last day on which communes moved."""
    if not administration.outlines_file(folder).is_file():
        raise FilingError(
            "there are no outlines of communes: name a file or a project with --communes, or import a list that has"
            " outlines: phusong units import communes.parquet@2026-04-30"
        )
    last = history.succession.date.max() if history is not None and len(history.succession) else None
    if last is not None and as_of < last.date():
        raise FilingError(f"the imported outlines hold since {last:%Y-%m-%d}; for {as_of} name others with --communes")


def _communes(outlines: Path | None, files: list[Path], as_of: dt.date) -> gpd.GeoDataFrame:
    if outlines is not None and (outlines.is_dir() or outlines.suffix == ".toml"):
        return communes.read(load(outlines), as_of)[0]
    return communes.read_files(Layer(path=files[0].name), files, as_of)[0]
