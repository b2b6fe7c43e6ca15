"""Joins: names of communes to codes, in stages from the strictest, and never by luck."""

from __future__ import annotations

import pandas as pd

from phusong.administration.names import STAGES, keys, province_key, split_type


def join(table: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """
    Codes of the names of a table.

    A name is compared with its type within its province, each stage more loosely than the one before. A stage joins only
    where one name and one unit share a key; a unit is given once. Without marks, and without the type, a name is joined
    only when no other unit of the province comes as near.

    Parameters
    ----------
    table
        name_ (with its type) and province_name.
    units
        Units of the day: code, name, province_name.

    Returns
    -------
    The table with code (None where not joined), stage (empty there) and candidates in words.
    """
    own, theirs = _keyed(table.name_, table.province_name), _keyed(units.name, units.province_name)
    own["code"], own["stage"] = None, ""
    theirs["code"] = units.code.to_numpy()
    for number, stage in enumerate(STAGES):
        columns = ["province", "type", f"key{number}"] if stage != "type_changed" else ["province", "key4"]
        left = own[own.code.isna()].drop_duplicates(columns, keep=False)
        free = theirs[~theirs.code.isin(own.code.dropna())]
        whole = theirs if stage in ("without_marks", "type_changed") else free
        sole = free[
            ~free[columns]
            .apply(tuple, axis=1)
            .isin(whole[whole.duplicated(columns, keep=False)][columns].apply(tuple, axis=1))
        ]
        both = (
            left.reset_index(names="at")
            .drop(columns="code")
            .merge(sole.drop_duplicates(columns, keep=False)[[*columns, "code"]], on=columns)
        )
        own.loc[both["at"], "code"] = both.code.to_numpy()
        own.loc[both["at"], "stage"] = stage
    near = [_candidates(row, theirs, units) if row.code is None else "" for row in own.itertuples()]
    return table.assign(code=own.code.to_numpy(), stage=own.stage.to_numpy(), candidates=near)


def _keyed(names: pd.Series, provinces: pd.Series) -> pd.DataFrame:
    split = [split_type(str(name)) for name in names]
    found = pd.DataFrame(
        {"province": [province_key(str(name)) for name in provinces], "type": [kind for kind, _ in split]}
    )
    for number in range(6):
        found[f"key{number}"] = [keys(bare)[number] for _, bare in split]
    found["key0"] = [str(name) for name in names]
    return found


def _candidates(row: object, theirs: pd.DataFrame, units: pd.DataFrame) -> str:
    near = theirs[(theirs.province == row.province) & (theirs.key5 == row.key5)]  # type: ignore[attr-defined]
    return "; ".join(f"{units.code.iloc[i]} {units.name.iloc[i]}" for i in near.index[:4])
