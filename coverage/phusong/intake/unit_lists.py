"""Unit lists: official lists of communes, of their succession and of their people, read as they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.administration import History
from phusong.administration.census import place
from phusong.administration.names import keys, province_key, split_type
from phusong.errors import FilingError
from phusong.intake.blocks import find
from phusong.intake.readers import read
from phusong.intake.synonyms import forms, synonyms
from phusong.text import nfc

_UNIT_COLUMNS = [
    "code",
    "name",
    "type",
    "province_code",
    "province_name",
    "district_code",
    "valid_from",
    "valid_to",
    "people",
    "area_km2",
    "source",
]


def read_list(path: Path, kind: str, required: Sequence[str]) -> pd.DataFrame:
    """
    Columns of a list, as text in NFC, by their canonical names.

    Parameters
    ----------
    kind
        Section of the synonym table: units, succession or census.

    Raises
    ------
    FilingError
        When a required column is not there.
    """
    words = synonyms(kind)
    order = {name: rank for rank, name in enumerate(words)}
    for table in read(path):
        for block in find(table):
            found: dict[str, tuple[int, int]] = {}
            for position, header in enumerate(block.header):
                form = next((form for form in forms(header) if form in words), None)
                if form is not None and order[form] >= found.get(words[form], (-1, 0))[0]:
                    found[words[form]] = (order[form], position)
            if set(required) <= set(found):
                columns = {
                    name: block.cells[position].map(_text).to_numpy(object) for name, (_, position) in found.items()
                }
                return pd.DataFrame(columns)
    raise FilingError(f"{path.name}: expected a table with the columns {', '.join(required)}")


def history_of(lists: Mapping[dt.date, Sequence[Path]], successions: Mapping[dt.date, Path]) -> History:
    """
    Dated units out of lists that tell the communes of one day, and of the moves on others.

    A list that names a unit as the list before it does adds nothing; a changed type or name begins a new row. Units that a
    list lacks, while a later one has another code for the same name in the province, were a draft and are left out.

    Parameters
    ----------
    lists
        Files by the day of which they speak.
    successions
        Files of moves by the first day of the new communes.

    Raises
    ------
    FilingError
        When a list is none, or when there is none.
    """
    if not lists:
        raise FilingError("no list of communes was given: expected FILE@DATE, such as communes.parquet@2026-04-30")
    days = sorted(lists)
    frames = [_units(path, day) for day in days for path in lists[day]]
    units = _versions(frames, days)
    moves = [_moves(path, day) for day, path in sorted(successions.items())]
    units = pd.concat(
        [*(_before(part, day) for part, day in zip(moves, sorted(successions), strict=True)), units], ignore_index=True
    )
    succession = pd.concat(moves, ignore_index=True) if moves else _no_moves()
    kept = ["date", "old_code", "new_code", "relation", "doubtful", "source"]
    codes = units.sort_values(["code", "valid_from"], na_position="first", kind="stable")[_UNIT_COLUMNS].reset_index(
        drop=True
    )
    return History(
        codes,
        _doubts(succession, codes)[kept].sort_values(["old_code", "new_code"], kind="stable").reset_index(drop=True),
    )


def _text(cell: object) -> str | None:
    if cell is None or cell != cell:
        return None
    return nfc(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))


def _units(path: Path, day: dt.date) -> pd.DataFrame:
    frame = read_list(path, "units", ("code", "name", "province_name"))
    frame = frame[frame.code.notna()].assign(
        code=lambda f: f.code.str.zfill(5), day=pd.Timestamp(day), source=path.name
    )
    for name in ("province_code", "type", "people", "area_km2"):
        if name not in frame:
            frame[name] = None
    for name in ("people", "area_km2"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
    frame["type"] = [split_type(name)[0] for name in frame.name]
    return frame


def _versions(frames: list[pd.DataFrame], days: list[dt.date]) -> pd.DataFrame:
    """Rows of one unit from the day it is first told so until the day before it is told otherwise."""
    told = pd.concat(frames, ignore_index=True)
    told["key"] = [f"{kind}|{keys(split_type(name)[1])[4]}" for kind, name in zip(told.type, told.name, strict=True)]
    told["province_key"] = told.province_name.map(province_key)
    last = told[told.day == told.day.max()]
    codes = {(p, k): c for p, k, c in zip(last.province_key, last.key, last.code, strict=True)}
    draft = [
        codes.get((p, k), c) != c and c not in set(last.code)
        for p, k, c in zip(told.province_key, told.key, told.code, strict=True)
    ]
    told = told[~np.array(draft, bool)].sort_values(["code", "day"], kind="stable")
    told["province_code"] = told.province_code.fillna(
        told.province_key.map(dict(zip(last.province_key, last.province_code, strict=True)))
    )
    changed = told.key.ne(told.groupby("code").key.shift())
    versions = told[changed].rename(columns={"day": "valid_from"})
    following = versions.groupby("code").valid_from.shift(-1)
    names = _latest_names(told)
    versions["name"] = [
        names.get((c, k), n) for c, k, n in zip(versions.code, versions.key, versions.name, strict=True)
    ]
    for name in ("people", "area_km2"):
        versions[name] = versions.code.map(
            told.dropna(subset=[name]).drop_duplicates("code", keep="last").set_index("code")[name]
        ).astype("float64")
    versions["valid_to"] = following - pd.Timedelta(days=1)
    versions["district_code"] = None
    first = pd.Timestamp(days[0])
    since = told.groupby("code").day.min()
    late = versions.code.map(since) > first  # a unit that the first list lacks under a draft code was there all along
    missing = versions.code.isin(told[told.day == first].code)
    versions.loc[late & ~missing & versions.valid_from.eq(versions.code.map(since)), "valid_from"] = first
    return versions[_UNIT_COLUMNS]


def _latest_names(told: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(c, k): n for c, k, n in zip(told.code, told.key, told.name, strict=True)}


def _moves(path: Path, day: dt.date) -> pd.DataFrame:
    frame = read_list(path, "succession", ("old_code", "old_name", "new_code", "relation", "old_province_name"))
    for name in ("old_province_code", "old_district_code", "new_name"):
        if name not in frame:
            frame[name] = None
    return frame.assign(date=pd.Timestamp(day), source=path.name).drop_duplicates(["old_code", "new_code"])


def _no_moves() -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(dtype=object)
            for name in ("date", "old_code", "new_code", "relation", "old_province_code", "source")
        }
    )


def _before(moves: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Units as they were until the day before a move."""
    old = moves.drop_duplicates("old_code")
    return pd.DataFrame({
        "code": old.old_code, "name": old.old_name, "type": [split_type(name)[0] for name in old.old_name],
        "province_code": old.old_province_code, "province_name": old.old_province_name, "district_code": old.old_district_code,
        "valid_from": pd.NaT, "valid_to": pd.Timestamp(day) - pd.Timedelta(days=1), "people": np.nan, "area_km2": np.nan, "source": old.source,
    }).astype({"valid_from": "datetime64[s]"})  # fmt: skip


def _doubts(moves: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """A move into another province than that where nearly all of an old province went is told as doubtful."""
    if moves.empty:
        return moves.assign(doubtful=pd.Series(dtype=object))
    province = units[units.valid_to.isna()].drop_duplicates("code").set_index("code").province_code
    new = moves.new_code.map(province)
    usual = new.groupby(moves.old_province_code).agg(lambda codes: codes.mode().iloc[0] if len(codes.mode()) else None)
    crosses = new.notna() & (new != moves.old_province_code.map(usual))
    return moves.assign(doubtful=np.where(crosses, "goes to another province than the rest of its old one", ""))


def place_people(path: Path, history: History, day: dt.date) -> pd.DataFrame:
    """
    People of a census, whose wards are known by name, on the units of a day.

    Raises
    ------
    FilingError
        When the file has not the columns of a census.
    """
    census = read_list(path, "census", ("city", "district", "ward", "ward_title", "people"))
    people = pd.to_numeric(census.people, errors="coerce")
    if people.isna().any():
        raise FilingError(f"{path.name}: {int(people.isna().sum())} wards have no number of people")
    return place(census.assign(people=people.astype("int64")), history.units_on(day))


def read_names(path: Path) -> pd.DataFrame:
    """
    Names of communes and their provinces: columns name_ and province_name.

    Raises
    ------
    FilingError
        When there are no such columns.
    """
    table = read_list(path, "units", ("name", "province_name"))
    name = [
        f"{kind} {bare}" if isinstance(kind, str) and not split_type(bare)[0] else bare
        for kind, bare in zip(table.get("type", [None] * len(table)), table.name, strict=True)
    ]
    return pd.DataFrame({"name_": name, "province_name": table.province_name})
