"""Sheets: rows of a filing as columns of cells, with headers, before they are written to a file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.sample.filings.faults import Row
from phusong.sample.filings.positions import Pair, joined, pairs, texts
from phusong.sample.filings.recipe import Recipe
from phusong.sample.filings.words import BOTH, BOTH_METRES, DEGREES, HEADERS, KEYS, METRES, SECTORS, WORDS
from phusong.sample.filings.world import World

Cell = str | float | int | None
_NUMBERS = ("frequency_mhz", "height_agl_m", "downtilt_deg", "eirp_dbm", "backup_hours")


@dataclass(frozen=True)
class Sheet:
    """
    A filing as one table.

    Parameters
    ----------
    columns
        Cells under each header, in the order of the columns.
    technologies
        Technology of each row, in canonical words.
    points
        Numbers of each row under the northern and eastern header, for files that have geometry.
    """

    columns: dict[str, list[Cell]]
    technologies: list[str]
    points: list[Pair]

    @property
    def headers(self) -> list[str]:
        """Names of the columns."""
        return list(self.columns)

    @property
    def rows(self) -> list[list[Cell]]:
        """Cells row by row."""
        return [list(row) for row in zip(*self.columns.values(), strict=True)]


def sheet(rows: Sequence[Row], world: World, made: Recipe) -> Sheet:
    """The table of a filing, written as its recipe says."""
    rng = random.Random(made.seed + 2_000_000)
    commas = [made.decimals == "comma" or (made.decimals == "half" and rng.random() < 0.5) for _ in rows]
    points = pairs(rows, world, made, rng)
    place = _place(points, commas, made, rng)
    cells = {name: _cells(name, rows, commas, made, rng) for name in _filed(made)}
    names = KEYS if made.form == "geojson" else HEADERS
    headed = {rng.choice(names[name]): column for name, column in cells.items()}
    at = rng.randint(1, len(headed))
    order = [*list(headed.items())[:at], *place.items(), *list(headed.items())[at:]]
    return Sheet(dict(order), [row.technology for row in rows], points)


def _filed(made: Recipe) -> list[str]:
    left_out = {"name": not made.named, "province": not made.province_named}
    return [name for name in HEADERS if not left_out.get(name, False)]


def _cells(name: str, rows: Sequence[Row], commas: Sequence[bool], made: Recipe, rng: random.Random) -> list[Cell]:
    values = [getattr(row, name) for row in rows]
    if name in _NUMBERS:
        return [str(v).replace(".", ",") if comma else v for v, comma in zip(values, commas, strict=True)]
    if name in WORDS:
        manner = rng.randrange(4)
        words = {canonical: written[manner] for canonical, written in WORDS[name].items()}
        return [words.get(value, value) for value in values]
    if name == "azimuths_deg":
        between = rng.choice(SECTORS)
        return [value.replace(";", between) for value in values]
    if name == "on_air_date":
        return [value.strftime(made.day) for value in values]
    if name == "declared" and made.whole_codes:
        return [int(value) for value in values]
    return values


def _place(points: Sequence[Pair], commas: Sequence[bool], made: Recipe, rng: random.Random) -> dict[str, list[Cell]]:
    """Columns of the position; none where the geometry of the file tells it."""
    if made.form == "geojson" and made.notation != "dms":
        return {}
    written = texts(points, commas, made, rng)
    metres = made.notation == "metres"
    if made.both:
        return {rng.choice(BOTH_METRES if metres else BOTH): list(joined(written, rng))}
    headers = rng.choice(METRES if metres else DEGREES)
    columns = {header: [pair[i] for pair in written] for i, header in enumerate(headers)}
    if rng.random() < 0.5:
        columns = dict(reversed(columns.items()))
    return {header: list(_numbers(column, made)) for header, column in columns.items()}


def _numbers(column: Sequence[str], made: Recipe) -> list[Cell]:
    """Texts with a decimal point as numbers, so that a workbook holds them as such."""
    if made.notation == "dms":
        return list(column)
    return [float(text) if text.count(".") == 1 and "," not in text else text for text in column]
