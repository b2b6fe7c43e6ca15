"""Official lists: which lists of communes there are, and the dated units, people and outlines made from them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.administration import History
from phusong.config import Layer, shipped
from phusong.intake.readers import read
from phusong.intake.replacement import replaced
from phusong.intake.unit_lists import history_of, place_people
from phusong.layers import administration, communes


@dataclass(frozen=True)
class Lists:
    """
    Files of official lists.

    Parameters
    ----------
    units
        Lists of communes by the day of which they speak; those that have outlines give these too.
    successions
        Moves from old to new communes, by the first day of the new ones.
    people
        A census whose wards are known by name, and the day of these names.
    """

    units: Mapping[dt.date, Sequence[Path]]
    successions: Mapping[dt.date, Path]
    people: tuple[Path, dt.date] | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file named."""
        people = (self.people[0],) if self.people else ()
        return (*(file for files in self.units.values() for file in files), *self.successions.values(), *people)


@dataclass(frozen=True)
class Imported:
    """What was made of lists: the dated units, the people of a census on them, and the communes that have outlines."""

    history: History
    people: pd.DataFrame | None
    outlines: int


def shipped_lists() -> Lists | None:
    """The lists of `gis_data/official_lists.toml`; None where one of them is not there."""
    table = shipped("gis_data", "official_lists.toml")
    raw = tomllib.loads(table.read_text("utf-8"))

    def placed(row: Mapping[str, Any]) -> tuple[Path, dt.date]:
        return (table.parent / row["path"]).resolve(), row["date"]

    units: dict[dt.date, list[Path]] = {}
    for file, day in map(placed, raw["units"]):
        units.setdefault(day, []).append(file)
    lists = Lists(units, {day: file for file, day in map(placed, raw["succession"])}, placed(raw["people"]))
    return lists if all(file.is_file() for file in lists.files) else None


def import_lists(lists: Lists, folder: Path) -> Imported:
    """
    Dated units, people and outlines of the lists, written to a folder.

    Outlines are those of the latest list that has any. The folder appears, or takes the place of the one before, when
    it is whole.

    Raises
    ------
    PhusongError
        When a list cannot be read as what it is said to be.
    """
    history = history_of(lists.units, lists.successions)
    people = place_people(lists.people[0], history, lists.people[1]) if lists.people else None
    outlines = _outlines(lists)
    with replaced(folder) as made:
        administration.write(history, people, made)
        if outlines is not None:
            administration.write_outlines(outlines, made)
    return Imported(history, people, 0 if outlines is None else len(outlines))


def _outlines(lists: Lists) -> gpd.GeoDataFrame | None:
    for day in sorted(lists.units, reverse=True):
        for file in lists.units[day]:
            if _outlined(file):
                return communes.read_files(Layer(path=str(file)), [file], day)[0]
    return None


def _outlined(file: Path) -> bool:
    table = next(read(file), None)
    return table is not None and table.geometry is not None and any(shape is not None for shape in table.geometry)
