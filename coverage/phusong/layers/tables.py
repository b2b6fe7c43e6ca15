"""Layers without geometry: satellite terminals and outages, by commune and quarter."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from phusong.config import Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import read_table
from phusong.layers.points import complete
from phusong.layers.schema import CODE, CODE_FORM, FILE, ROW, conform, number, word

QUARTER = r"\d{4}Q[1-4]"
TERMINALS = pa.DataFrameSchema(
    {
        "period": word(pattern=QUARTER, form="2026Q3"),
        "provider": word(),
        "commune_code": word(pattern=CODE, form=CODE_FORM),
        "active_terminals": number(0, 1e6, whole=True),
    }
)
OUTAGES = pa.DataFrameSchema(
    {
        "commune_code": word(pattern=CODE, form=CODE_FORM),
        "period": word(pattern=QUARTER, form="2026Q3"),
        "saidi_min": number(0, 132_480),  # minutes of the longest quarter
        "saifi_count": number(0, 10_000),
    }
)


def read_terminals(project: Project) -> tuple[pd.DataFrame, Account]:
    """
    Active satellite terminals by quarter, provider and commune.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return _read(project, "terminals", TERMINALS, ["period", "provider", "commune_code"])


def read_outages(project: Project) -> tuple[pd.DataFrame, Account]:
    """
    SAIDI in minutes and SAIFI in interruptions (IEEE 1366) by quarter and commune.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return _read(project, "outages", OUTAGES, ["period", "commune_code"])


def by_commune(terminals: pd.DataFrame, outages: pd.DataFrame, codes: pd.Series, period: str) -> pd.DataFrame:
    """Active terminals, SAIDI and SAIFI of each commune in one quarter; missing where nothing was filed."""
    active = terminals[terminals.period == period].groupby("commune_code").active_terminals.sum()
    felt = outages[outages.period == period].set_index("commune_code").reindex(codes)
    columns = {name: felt[name].to_numpy(float) for name in ("saidi_min", "saifi_count")}
    return pd.DataFrame({"terminals": active.reindex(codes).astype("Int64").to_numpy(), **columns})


def _read(project: Project, name: str, schema: pa.DataFrameSchema, key: list[str]) -> tuple[pd.DataFrame, Account]:
    layer = getattr(project.layers, name)
    if layer is None:
        return complete(pd.DataFrame(), schema), Account(name, 0)
    raw = read_table(project, name)
    table, faults = conform(raw, schema, layer)
    refuse_if(name, faults)
    again = table.duplicated(key, keep=False)
    first = table[ROW].to_numpy()[again.to_numpy().argmax()] if again.any() else 0
    refuse_if(name, [f"{', '.join(key)}: {again.sum()} rows repeated, first at row {first}"] if again.any() else [])
    canonical = complete(table, schema).drop(columns=[FILE, ROW]).sort_values(key).reset_index(drop=True)
    return canonical, Account(name, len(raw))
