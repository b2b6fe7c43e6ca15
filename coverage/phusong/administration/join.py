"""Joins: names of communes to codes, in stages from the strictest, and never by luck."""

from __future__ import annotations

import pandas as pd

from phusong.administration.names import STAGES, keys, province_key, split_type

_LOOSE = ("without_marks", "type_changed")
_MOSTLY = 0.5


def join(table: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """
    Codes of the names of a table.

    A name is compared with its type within its province, each stage more loosely than the one before. A stage joins a
    name only to a unit that no other unit of the province is like at that stage, be that unit taken or free: what is
    left over proves nothing. In the last two stages, without marks and without the type, moreover only one name of
    the table may be like the unit, and no stricter stage may have taken it. A name typed without any mark, or standing
    in a table that mostly has none, is nobody's where units of the province differ in marks alone, even if one of them
    has none: "Thanh An" may be Thạnh An.

    Parameters
    ----------
    table
        name_ (with its type, or without) and province_name; a name may stand on several rows.
    units
        Units of the day: code, name, province_name.

    Returns
    -------
    The table with code (None where not joined), stage (empty there) and candidates in words.
    """
    rows = pd.MultiIndex.from_arrays([table.name_.astype(str), table.province_name.astype(str)])
    positions, distinct = pd.factorize(rows)
    of_row = positions.tolist()
    own = _keyed([name for name, _ in distinct], [province for _, province in distinct])
    theirs = _keyed(units.name, units.province_name).assign(code=units.code.to_numpy())
    code: dict[int, str] = {}
    stage: dict[int, str] = {}
    sure = own[~_unmarked(own, theirs)]
    for number, name in enumerate(STAGES):
        found = _stage(sure.drop(index=list(code)), theirs, number, set(code.values()))
        code |= found
        stage |= dict.fromkeys(found, name)
    near = {at: _near(own.loc[at], theirs, units) for at in own.index if at not in code}
    return table.assign(
        code=pd.Series([code.get(at) for at in of_row], table.index, dtype=object),
        stage=[stage.get(at, "") for at in of_row],
        candidates=[near.get(at, "") for at in of_row],
    )


def _stage(own: pd.DataFrame, theirs: pd.DataFrame, number: int, taken: set[str]) -> dict[int, str]:
    columns = ["province", "key4"] if STAGES[number] == "type_changed" else ["province", "type", f"key{number}"]
    sole = theirs.drop_duplicates(columns, keep=False)
    if STAGES[number] in _LOOSE:
        own, sole = own.drop_duplicates(columns, keep=False), sole[~sole.code.isin(taken)]
    both = own.reset_index(names="at").merge(sole[[*columns, "code"]], on=columns)
    return dict(zip(both["at"], both.code, strict=True))


def _unmarked(own: pd.DataFrame, theirs: pd.DataFrame) -> pd.Series:
    """Names without a mark that several units of the province bear, marks aside, of their type where they tell it."""
    places = ["province", "key5"]
    alike = pd.MultiIndex.from_frame(theirs[theirs.duplicated(places, keep=False)][places])
    of_type = pd.MultiIndex.from_frame(theirs[theirs.duplicated([*places, "type"], keep=False)][[*places, "type"]])
    several = pd.MultiIndex.from_frame(own[places]).isin(alike) & own.type.eq("")
    several |= pd.MultiIndex.from_frame(own[[*places, "type"]]).isin(of_type)
    plain = own.key1.map(str.isascii)
    return several & plain & (own.key0.map(str.isascii) | (plain.mean() > _MOSTLY))


def _keyed(names: list[str] | pd.Series, provinces: list[str] | pd.Series) -> pd.DataFrame:
    split = [split_type(str(name)) for name in names]
    ways = [(str(name), *keys(bare)[1:]) for name, (_, bare) in zip(names, split, strict=True)]
    found = pd.DataFrame(ways, columns=[f"key{number}" for number in range(6)])
    return found.assign(province=[province_key(str(name)) for name in provinces], type=[kind for kind, _ in split])


def _near(own: pd.Series, theirs: pd.DataFrame, units: pd.DataFrame) -> str:
    near = theirs[(theirs.province == own.province) & (theirs.key5 == own.key5)]
    return "; ".join(f"{units.code.iloc[i]} {units.name.iloc[i]}" for i in near.index[:4])
