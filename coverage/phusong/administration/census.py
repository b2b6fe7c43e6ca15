"""Census: people of wards known by their names alone, placed on dated units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from phusong.administration.names import keys, province_key, split_type

STAGES = ("unique_in_province", "in_district", "type_changed", "without_marks", "numbered")
"""How a ward was placed, the surest first."""


def place(census: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """
    Units of the wards of a census.

    A name that one ward and one unit of a province and type bear is a match. Such matches tell which district code a district
    has; within districts further names are then looked for, stage by stage. Each unit is given once.

    Parameters
    ----------
    census
        city, district, ward, ward_title and people as filed; blanks may be missing in the names.
    units
        Units of a day of before the census' wards were merged: code, name, province_name, district_code.

    Returns
    -------
    The rows of the census with code (None where not placed), stage, and reason where not placed.
    """
    own = _keyed_census(census)
    theirs = _keyed_units(units)
    code: dict[int, str] = {}
    stage: dict[int, str] = {}
    for name, columns in _stages():
        if name != STAGES[0]:
            districts = _districts(own, theirs, code)
            own["place"] = [districts.get(pair, "") for pair in zip(own.province, own.district_key, strict=True)]
        for ward, unit in _unique(own.drop(index=list(code)), theirs[~theirs.code.isin(set(code.values()))], columns):
            code[ward], stage[ward] = unit, name
    placed = pd.Series(code, dtype=object).reindex(census.index)
    lost = own.drop(index=list(code))
    bare = {(p, b) for p, b in zip(theirs.province, theirs.bare, strict=True)}
    here = {(p, b, d) for p, b, d in zip(theirs.province, theirs.bare, theirs.place, strict=True)}
    told = {
        i: _reason(p, b, d, bare, here)
        for i, p, b, d in zip(lost.index, lost.province, lost.bare, lost.place, strict=True)
    }
    reasons = [told.get(i, "") for i in census.index]
    return census.assign(
        code=placed.where(placed.notna(), None), stage=pd.Series(stage).reindex(census.index).fillna(""), reason=reasons
    )


def _stages() -> Iterator[tuple[str, list[str]]]:
    yield STAGES[0], ["province", "type", "key"]
    yield STAGES[1], ["province", "place", "type", "key"]
    yield STAGES[2], ["province", "place", "key"]
    yield STAGES[3], ["province", "place", "bare"]
    yield STAGES[4], ["province", "place", "number"]


def _keyed_census(census: pd.DataFrame) -> pd.DataFrame:
    kinds = [split_type(f"{title} x")[0] if isinstance(title, str) else "" for title in census.ward_title]
    titles = {"phường": "phường", "xã": "xã", "thịtrấn": "thị trấn", "thị trấn": "thị trấn"}
    kinds = [titles.get(str(title).lower().strip(), kind) for title, kind in zip(census.ward_title, kinds, strict=True)]
    return _keyed(
        census.ward,
        pd.DataFrame(
            {
                "province": census.city.map(province_key),
                "district_key": census.district.astype(str),
                "type": kinds,
                "place": "",
            },
            index=census.index,
        ),
    )


def _keyed_units(units: pd.DataFrame) -> pd.DataFrame:
    bare = pd.Series([split_type(name)[1] for name in units.name], index=units.index)
    columns = {
        "province": units.province_name.map(province_key),
        "place": units.district_code.fillna(""),
        "type": units.type,
        "code": units.code,
    }
    return _keyed(bare, pd.DataFrame(columns, index=units.index))


def _keyed(names: pd.Series, frame: pd.DataFrame) -> pd.DataFrame:
    text = names.fillna("").astype(str)
    joined = text.map(lambda name: keys(name.replace(" ", ""))[4])
    number = text.str.extract(r"0*(\d+)$", expand=False)
    return frame.assign(
        key=joined,
        bare=text.map(lambda name: keys(name.replace(" ", ""))[5]),
        number=number.where(number.notna(), None),
        label=text,
    )


def _unique(own: pd.DataFrame, theirs: pd.DataFrame, columns: list[str]) -> Iterator[tuple[int, str]]:
    """Pairs whose key is borne once on each side."""
    a = own.dropna(subset=columns).drop_duplicates(columns, keep=False)
    b = theirs.dropna(subset=columns).drop_duplicates(columns, keep=False)
    if "place" in columns:
        a = a[a.place != ""]
    both = a.reset_index(names="ward_row").merge(b[[*columns, "code"]], on=columns)
    yield from zip(both.ward_row, both.code, strict=True)


def _districts(own: pd.DataFrame, theirs: pd.DataFrame, code: dict[int, str]) -> dict[tuple[str, str], str]:
    """District code of each district of the census: that of most of its wards placed so far."""
    place = dict(zip(theirs.code, theirs.place, strict=True))
    votes: dict[tuple[str, str], Counter[str]] = {}
    placed = own.loc[list(code)]
    for province, district, unit in zip(placed.province, placed.district_key, code.values(), strict=True):
        votes.setdefault((province, district), Counter())[place[unit]] += 1
    return {pair: counts.most_common(1)[0][0] for pair, counts in votes.items()}


def _reason(province: str, name: str, place: str, borne: set[tuple[str, str]], here: set[tuple[str, str, str]]) -> str:
    if (province, name) not in borne:
        return "no unit of this name in the province: merged or renamed since the census"
    if (province, name, place) in here or not place:
        return "several units or wards of this name"
    return "the name is that of a unit in another district"
