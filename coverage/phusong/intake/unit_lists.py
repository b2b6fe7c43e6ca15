"""Unit lists: official lists of communes, of their succession and of their people, read as they come."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.administration import History
from phusong.administration.census import district_key, place
from phusong.administration.names import keys, province_key, split_type
from phusong.config import shipped
from phusong.errors import FilingError
from phusong.intake.blocks import find
from phusong.intake.readers import read
from phusong.intake.synonyms import forms, synonyms
from phusong.text import nfc

_UNIT_COLUMNS = (
    *("code", "name", "type", "province_code", "province_name", "district_code"),
    *("valid_from", "valid_to", "people", "area_km2", "source"),
)
_CITY = re.compile(r"^(?:thành phố|tp\b|thủ đô)", re.IGNORECASE)
_MOVE_COLUMNS = ("date", "old_code", "new_code", "relation", "doubtful", "source")


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
                return _texts(block.cells, {name: position for name, (_, position) in found.items()})
    raise FilingError(f"{path.name}: expected a table with the columns {', '.join(required)}")


def read_columns(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """
    Named columns of any table, as text in NFC.

    Raises
    ------
    FilingError
        When no table of the file has them all.
    """
    seen: list[str] = []
    for table in read(path):
        for block in find(table):
            if set(columns) <= set(block.header):
                return _texts(block.cells, {name: block.header.index(name) for name in columns})
            seen += [name for name in block.header if name]
    lacking = [name for name in columns if name not in seen] or list(columns)
    raise FilingError(
        f"{path.name} has no column {', '.join(lacking)}; it has {', '.join(dict.fromkeys(seen)) or 'none'}"
    )


def history_of(lists: Mapping[dt.date, Sequence[Path]], successions: Mapping[dt.date, Path]) -> History:
    """
    Dated units out of lists that tell all communes of one day, and of the moves on others.

    A list that names a unit as the list before it does adds nothing; a changed type or name, or a province that
    became a city, begins a new row; a unit that a list lacks has ended. A unit of an earlier list whose code the last
    list lacks, and whose name it knows by another code in the province, had a draft code and is given the final one.
    Files that `gis_data/official_lists.toml` names bring the decision it tells as their source, others their name.

    Parameters
    ----------
    lists
        Files by the day of which they speak.
    successions
        Files of moves by the first day of the new communes.

    Raises
    ------
    FilingError
        When a file is no such list, or when there is none.
    """
    if not lists:
        raise FilingError("no list of communes was given: expected FILE@DATE, such as communes.parquet@2026-04-30")
    days = sorted(lists)
    told = pd.concat([_units(path, day) for day in days for path in lists[day]], ignore_index=True)
    versions = _versions(_final_codes(told), days)
    moves = {day: _moves(path, day) for day, path in sorted(successions.items())}
    units = pd.concat([*(_before(part, day) for day, part in moves.items()), versions], ignore_index=True)
    units = units.sort_values(["code", "valid_from"], na_position="first", kind="stable")[[*_UNIT_COLUMNS]]
    succession = pd.concat(moves.values(), ignore_index=True) if moves else pd.DataFrame(columns=[*_MOVE_COLUMNS])
    succession = _doubts(succession.astype({"date": "datetime64[s]"}), units)[[*_MOVE_COLUMNS]]
    return History(
        units.reset_index(drop=True),
        succession.sort_values(["date", "old_code", "new_code"], kind="stable").reset_index(drop=True),
    )


def place_people(path: Path, history: History, day: dt.date) -> pd.DataFrame:
    """
    People of a census, whose wards are known by name, on the units of a day.

    Raises
    ------
    FilingError
        When the file has not the columns of a census, or a ward no number of people.
    """
    census = read_list(path, "census", ("city", "district", "ward", "ward_title", "people"))
    people = pd.to_numeric(census.people, errors="coerce")
    if people.isna().any():
        raise FilingError(f"{path.name}: {int(people.isna().sum())} wards have no number of people")
    units = history.units_on(day)
    if units.empty:
        raise FilingError(f"{path.name}: no list tells the communes of {day}, where its people could be placed")
    return place(census.assign(people=people.astype("int64")), units, _known_districts())


def read_names(path: Path) -> pd.DataFrame:
    """
    Names of communes and their provinces: columns name_ and province_name.

    Raises
    ------
    FilingError
        When there are no such columns.
    """
    table = read_list(path, "units", ("name", "province_name"))
    kinds = table.get("type", pd.Series([None] * len(table)))
    names = [
        f"{kind} {bare}" if isinstance(kind, str) and bare and not split_type(bare)[0] else bare
        for kind, bare in zip(kinds, table.name, strict=True)
    ]
    return pd.DataFrame({"name_": names, "province_name": table.province_name})


@cache
def _decisions() -> dict[Path, str]:
    """Decisions behind the files that the package knows of."""
    table = shipped("gis_data", "official_lists.toml")
    raw = tomllib.loads(table.read_text("utf-8"))
    return {
        (table.parent / row["path"]).resolve(): row["source"] for kind in ("units", "succession") for row in raw[kind]
    }


@cache
def _known_districts() -> dict[tuple[str, str], str]:
    raw = tomllib.loads(shipped("gis_data", "old_districts.toml").read_text("utf-8"))["codes"]
    return {
        (province_key(province), district_key(name)): code
        for province, districts in raw.items()
        for name, code in districts.items()
    }


def _source(path: Path) -> str:
    return _decisions().get(path.resolve(), path.name)


def _texts(cells: pd.DataFrame, positions: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame({name: cells[position].map(_text).to_numpy(object) for name, position in positions.items()})


def _text(cell: object) -> str | None:
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return nfc(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))


def _units(path: Path, day: dt.date) -> pd.DataFrame:
    frame = read_list(path, "units", ("code", "name", "province_name"))
    frame = frame.dropna(subset=["code", "name", "province_name"])
    frame = frame.assign(code=frame.code.str.zfill(5), day=pd.Timestamp(day), source=_source(path))
    twice = sorted(set(frame.code[frame.code.duplicated()]))
    if twice:
        raise FilingError(f"{path.name}: {len(twice)} codes stand twice, such as {twice[0]}")
    for name in ("people", "area_km2"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce") if name in frame else np.nan
    split = [split_type(name) for name in frame.name]
    return frame.assign(
        province_code=frame.get("province_code"),
        type=[kind for kind, _ in split],
        key=[f"{kind}|{keys(bare)[4]}" for kind, bare in split],
        province_key=frame.province_name.map(province_key),
        city=frame.province_name.str.contains(_CITY),
    )


def _final_codes(told: pd.DataFrame) -> pd.DataFrame:
    last = told[told.day == told.day.max()]
    final = {(p, k): c for p, k, c in zip(last.province_key, last.key, last.code, strict=True)}
    own = [final.get((p, k), c) for p, k, c in zip(told.province_key, told.key, told.code, strict=True)]
    draft = ~told.code.isin(last.code) & (told.code != own)
    return told.assign(code=np.where(draft, own, told.code))


def _versions(told: pd.DataFrame, days: Sequence[dt.date]) -> pd.DataFrame:
    """Rows of one unit from the day it is first told so until the day before it is told otherwise, or not at all."""
    told = told.sort_values(["code", "day"], kind="stable")
    province = told.dropna(subset=["province_code"]).drop_duplicates("province_key", keep="last")
    province_code = told.province_key.map(province.set_index("province_key").province_code)
    told = told.assign(province_code=told.province_code.fillna(province_code), district_code=None)
    before = told.groupby("code")[["key", "city"]].shift()
    changed = told.key.ne(before.key) | told.city.ne(before.city)
    versions = told[changed].rename(columns={"day": "valid_from"})
    of_version = pd.MultiIndex.from_frame(versions[["code", "key"]])
    latest = told.drop_duplicates(["code", "key"], keep="last").set_index(["code", "key"]).name
    following = dict(zip(map(pd.Timestamp, days), map(pd.Timestamp, days[1:]), strict=False))
    ended = pd.to_datetime(versions.code.map(told.groupby("code").day.max().map(following)))
    until = versions.groupby("code").valid_from.shift(-1).fillna(ended)
    for name in ("people", "area_km2"):
        known = told.dropna(subset=[name]).drop_duplicates("code", keep="last").set_index("code")[name]
        versions[name] = versions.code.map(known).astype("float64")
    versions = versions.assign(name=latest.reindex(of_version).to_numpy(), valid_to=until - pd.Timedelta(days=1))
    return versions[[*_UNIT_COLUMNS]].astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"})


def _moves(path: Path, day: dt.date) -> pd.DataFrame:
    frame = read_list(path, "succession", ("old_code", "old_name", "new_code", "relation", "old_province_name"))
    frame = frame.dropna(subset=["old_code", "old_name", "new_code"])
    for name in ("old_province_code", "old_district_code"):
        frame[name] = frame.get(name)
    frame = frame.assign(old_code=frame.old_code.str.zfill(5), new_code=frame.new_code.str.zfill(5))
    return frame.assign(date=pd.Timestamp(day), source=_source(path)).drop_duplicates(["old_code", "new_code"])


def _before(moves: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Units as they were until the day before a move."""
    old = moves.drop_duplicates("old_code")
    return pd.DataFrame(
        {
            "code": old.old_code,
            "name": old.old_name,
            "type": [split_type(name)[0] for name in old.old_name],
            "province_code": old.old_province_code,
            "province_name": old.old_province_name,
            "district_code": old.old_district_code,
            "valid_from": pd.NaT,
            "valid_to": pd.Timestamp(day) - pd.Timedelta(days=1),
            "people": np.nan,
            "area_km2": np.nan,
            "source": old.source,
        }
    ).astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"})


def _most(codes: pd.Series) -> str:
    modes = codes.mode()
    return str(modes.iloc[0]) if len(modes) else ""


def _doubts(moves: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """A move into another province than that where nearly all of an old province went is told as doubtful."""
    if moves.empty:
        return moves.assign(doubtful=pd.Series(dtype=object))
    province = units[units.valid_to.isna()].drop_duplicates("code").set_index("code").province_code
    new = moves.new_code.map(province)
    usual = new.groupby(moves.old_province_code).agg(_most)
    crosses = new.notna() & (new != moves.old_province_code.map(usual))
    return moves.assign(doubtful=np.where(crosses, "goes to another province than the rest of its old one", ""))
