"""Sources: public homes of open data, as gis_data/open_data.toml tells them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from phusong.config import Section, shipped
from phusong.errors import FetchError

Form = Literal["tiff", "parquet", "osm.pbf"]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""


class Tiling(Section):
    """Squares into which a publisher cuts its data, named by their south-west corners."""

    degrees: int = Field(ge=1, le=60)
    shift_deg: float = Field(0, ge=0, lt=1)
    """How far north and west of their whole degrees the tiles lie."""
    name: str
    """Of a tile, with {ns}, {lat}, {ew} and {lon} to be filled in."""
    index: str
    """The publisher's list of the tiles that there are, below the base."""


class Edition(Section):
    """Vintages of one form, and their files below the base."""

    vintage: str
    """Regular expression of a whole vintage."""
    files: tuple[str, ...] = Field(min_length=1)


class Source(Section):
    """A public home of open data."""

    name: str
    what: str
    publisher: str
    home: str
    """Page where people read about it."""
    base: str = Field(pattern=r"^https://.*/$")
    licence: str
    """Key of gis_data/licences.toml."""
    attribution: str
    form: Form
    md5_beside: bool = False
    """Whether the publisher puts the MD5 of each file beside it, under its name with .md5 added."""
    newest: str
    """Vintage that is taken when none is asked for."""
    editions: tuple[Edition, ...] = Field(min_length=1)
    tiles: Tiling | None = None
    notes: tuple[str, ...] = ()
    settings: str = ""
    """Lines of a project file that use it, {folder} and {vintage} to be filled in; empty where no layer reads it."""

    @model_validator(mode="after")
    def _editions_fit(self) -> Self:
        self.paths(self.newest)
        if self.tiles and any(len(edition.files) > 1 for edition in self.editions):
            raise ValueError("a tile is one file")
        return self

    def paths(self, vintage: str) -> tuple[str, ...]:
        """
        Files of a vintage below the base, {tile} not filled in.

        Raises
        ------
        FetchError
            When there is no such vintage.

        Examples
        --------
        >>> source_of("speed").paths("2024Q4")
        ('type=mobile/year=2024/quarter=4/2024-10-01_performance_mobile_tiles.parquet',)
        """
        for edition in self.editions:
            if re.fullmatch(edition.vintage, vintage):
                return tuple(file.format(tile="{tile}", **_parts(vintage)) for file in edition.files)
        known = ", ".join(edition.vintage for edition in self.editions)
        raise FetchError(f"--vintage {vintage}: {self.name} has {known}; the newest known here is {self.newest}")


def _parts(vintage: str) -> dict[str, str]:
    year, _, quarter = vintage.partition("Q")
    month = f"{3 * int(quarter) - 2:02d}" if quarter else ""
    return {"vintage": vintage, "year": year, "quarter": quarter, "month": month}


def source_of(name: str) -> Source:
    """
    A source by its name.

    Raises
    ------
    FetchError
        Naming the sources that there are.
    """
    if name not in sources():
        raise FetchError(f"SOURCE {name!r}: expected {', '.join(sources())} (phusong fetch --list says what they are)")
    return sources()[name]


@cache
def sources() -> dict[str, Source]:
    """All sources, by their names, in the order of the file."""
    return {name: Source(name=name, **entry) for name, entry in _table()["sources"].items()}


@cache
def viet_nam() -> tuple[Box, ...]:
    """Boxes that hold the land of Viet Nam."""
    return tuple((west, south, east, north) for west, south, east, north in _table()["viet_nam"]["boxes"])


def _table() -> dict[str, Any]:
    return tomllib.loads(shipped("gis_data", "open_data.toml").read_text("utf-8"))
