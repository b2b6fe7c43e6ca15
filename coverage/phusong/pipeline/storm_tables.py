"""Tables of the storm test as people read them: whole people, and names beside codes."""

from __future__ import annotations

import pandas as pd

from phusong.layers.inputs import Inputs
from phusong.units import ANY, MICRO


def in_people(table: pd.DataFrame) -> pd.DataFrame:
    """
    Micro-persons as people, rounded once: `low_micro` becomes `low_people`, `people_micro` `people`.

    Examples
    --------
    >>> in_people(pd.DataFrame({"people_micro": [1_500_000], "low_micro": [499_999]})).to_dict("list")
    {'people': [2], 'low_people': [0]}
    """
    micro = [name for name in map(str, table) if name.endswith("_micro")]
    rounded = {name: (table[name] + MICRO // 2) // MICRO for name in micro}
    names = {name: f"{name.removesuffix('_micro')}_people".removeprefix("people_") for name in micro}
    return table.assign(**rounded).rename(columns=names)


def summed(table: pd.DataFrame, by_commune: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The table with its people as sums of those of the communes, which are rounded: 0 where no commune has any."""
    people = [name for name in map(str, by_commune) if name == "people" or name.endswith("_people")]
    sums = by_commune.groupby(keys, sort=False)[people].sum()
    found = sums.reindex(pd.MultiIndex.from_frame(table[keys]), fill_value=0)
    return table.assign(**{name: found[name].to_numpy() for name in people})


def worst(failures: pd.DataFrame, supplied: pd.DataFrame, count: int) -> pd.DataFrame:
    """The failures that silence most people of any operator, of whatever kind; `sites_named` are those of a mast."""
    own = failures[(failures.operator == ANY) & (failures.silenced_high_people > 0)]
    order = ["silenced_high_people", "silenced_low_people", "kind", "failure_id"]
    first = own.sort_values(order, ascending=[False, False, True, True], ignore_index=True).head(count)
    on_mast = supplied.groupby("mast").site_id.agg(";".join)
    mast = first.failure_id.where(first.kind == "mast")
    ranked = first.assign(sites_named=mast.map(on_mast))
    ranked.insert(0, "rank", range(1, len(first) + 1))
    return ranked


def named(table: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The table with the names of its villages, communes and substations after their codes."""
    stations = inputs.substations
    failed = stations.rename(columns={"substation_id": "failure_id", "name": "failure_name"})
    places = (
        ("village_id", inputs.villages, ["village_name", "commune_code"]),
        ("commune_code", inputs.communes, ["commune_name", "province_name"]),
        ("substation_id", stations.rename(columns={"name": "substation_name"}), ["substation_name"]),
        ("failure_id", failed, ["failure_name"]),
    )
    for code, layer, names in places:
        if code in table:
            by_code = layer.set_index(code)
            new = {name: table[code].map(by_code[name]) for name in names if name not in table}
            order = [own for name in map(str, table) for own in (name, *(new if name == code else ()))]
            table = table.assign(**new)[order]
    return table
