"""Dictionary: type, unit, meaning and tier of every exported column, as `gis_data/data_dictionary.toml` says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from phusong.config import shipped
from phusong.publish.tiers import Tier
from phusong.text import slug
from phusong.units import ANY

_Declared = Mapping[str, Mapping[str, str]]
NOT_DESCRIBED = ("chưa có mô tả", "not described")
"""Said of a column that the dictionary of this version does not know."""
_DTYPES: dict[str, Any] = {
    "text": "str",
    "integer": "Int64",
    "number": "float64",
    "yes_no": "boolean",
    "date": "datetime64[ms]",
}


@dataclass(frozen=True)
class Entry:
    """
    What the dictionary says of one column or raster.

    Parameters
    ----------
    column
        Its name, with the technology and the operator filled in.
    type
        text, integer, number, yes_no, date, point, line, polygon or raster; "?" after it: may be missing.
    unit
        UCUM where there is one, "1" for counts and shares, empty for what has none.
    """

    column: str
    type: str
    unit: str
    vi: str
    en: str
    tier: Tier


def entries(table: str, columns: Iterable[str], operators: Iterable[str] = ()) -> list[Entry]:
    """
    Entries of the columns of a table, in their order.

    Parameters
    ----------
    table
        Name of a table, or `surface` for rasters.
    operators
        Names that may stand in a column's name, as slugs.

    Examples
    --------
    >>> [entry.vi for entry in entries("sites", ["operator", "colour"])]
    ['Doanh nghiệp viễn thông', 'chưa có mô tả']
    """
    declared = _declared(table)
    slugs = "|".join(map(re.escape, sorted({ANY, *map(slug, operators)})))
    patterns = [
        (re.compile(name.format(technology="(?P<technology>lte|nr)", operator=f"(?P<operator>{slugs})")), name)
        for name in declared
        if "{" in name
    ]
    return [_entry(str(column), declared, patterns) for column in columns]


def dictionary(tables: Mapping[str, Sequence[Entry]]) -> pd.DataFrame:
    """A row for each column of each table: table, column, type, whether it may be missing, unit, meanings, tier."""
    rows = [
        {
            "table": table,
            "column": entry.column,
            "type": entry.type.removesuffix("?"),
            "may_be_missing": entry.type.endswith("?"),
            "unit": entry.unit,
            "meaning_vi": entry.vi,
            "meaning_en": entry.en,
            "tier": entry.tier,
        }
        for table, known in tables.items()
        for entry in known
    ]
    return pd.DataFrame(rows)


def typed(frame: pd.DataFrame, known: Sequence[Entry]) -> pd.DataFrame:
    """
    The frame with each column in the type that the dictionary says, so that no format guesses it from the rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"site_id": [None, None], "backup_hours": [None, 4]}, dtype=object)
    >>> [str(kind) for kind in typed(frame, entries("sites", frame)).dtypes]
    ['str', 'float64']
    """
    wanted = {entry.column: _DTYPES.get(entry.type.removesuffix("?")) for entry in known}
    return frame.assign(**{name: frame[name].astype(kind) for name, kind in wanted.items() if kind and name in frame})


def _entry(column: str, declared: _Declared, patterns: list[tuple[re.Pattern[str], str]]) -> Entry:
    if column in declared:
        return Entry(column, **declared[column])  # type: ignore[arg-type]
    for pattern, name in patterns:
        if found := pattern.fullmatch(column):
            words = " ".join(part.upper() if key == "technology" else part for key, part in found.groupdict().items())
            said = declared[name]
            about = {key: f"{said[key]} ({words})" for key in ("vi", "en")}
            return Entry(column, **{**said, **about})  # type: ignore[arg-type]
    vi, en = NOT_DESCRIBED
    return Entry(column, "", "", vi, en, "regulator")


@cache
def _declared(table: str) -> _Declared:
    """Entries by column, those of the snapshot before those of the layer of the same name."""
    raw = tomllib.loads(shipped("gis_data", "data_dictionary.toml").read_text("utf-8"))
    found = dict(raw["snapshot"]["every"])
    for part in ("layers", "snapshot", "exports"):
        found |= raw[part].get(table, {})
    return {**found, **raw["exports"]["every"]}
