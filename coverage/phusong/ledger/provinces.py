"""The table of provinces and the study: sums of the published figures of communes, and what is made of the sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from phusong.ledger.communes import OUTAGES, STATES, shares, zones_touching
from phusong.ledger.counts import Whole
from phusong.ledger.expectation import Expectation, Key, expectation_columns
from phusong.ledger.indicators import published_units

_SUMMED = ("people", "households", "villages", "sites", "rows", "terminals")
_PREFIXES = ("villages_", "lifeline_masts_")
_METS = {"met": "yes", "not_met": "no", "met_unknown": "unknown"}
_FILED = ("customers", "customers_not_filed", "communes_filed", "communes_not_filed", "communes_without_customers")


def province_table(
    communes: pd.DataFrame,
    expectations: Mapping[Key, Expectation],
    environment: str,
    confidence: float,
    zones: pd.DataFrame,
    reliability: pd.DataFrame,
) -> pd.DataFrame:
    """
    One row a province, in the order of their codes, and last the study.

    Columns: unit_level, unit_code (empty for the study), province_name, communes. People, households, villages, sites,
    masts, terminals and rows of the list are sums of the communes' columns of the same names; what is missing in some
    communes is summed over the others, and missing where it is in all. Shares are made of the sums. The ends of the
    interval of expected people come from summed draws, so they are no sums of the communes' ends. `zones` counts a
    zone once in every province that it touches and once in the study, so provinces do not sum to it.
    `lifeline_met_communes`, `lifeline_not_met_communes`, `lifeline_met_unknown_communes`: communes by the obligation.
    SAIDI, SAIFI and CAIDI weigh customers, of whom `outage_customers` and the columns after it tell.

    Parameters
    ----------
    communes
        As published (`communes.commune_table` with the columns of the stages).
    expectations, environment, confidence
        As for `expectation.expectation_columns`; a row a commune.
    zones
        `commune_codes`, separated by ";".
    reliability
        Of communes, provinces and the study, as of `power.outages.reliability`.
    """
    units, member = _units(communes)
    sums = pd.DataFrame({name: _summed(member, communes[name]) for name in communes if additive(str(name))})
    larger = {key: found.within(member) for key, found in expectations.items()}
    expected = expectation_columns(larger, environment, confidence)
    technologies = [str(name).removesuffix("_share") for name in communes if str(name).endswith("_share")]
    share = shares(sums, [name for name in technologies if name != "power"])
    figures = pd.concat([sums.drop(columns=expected.columns, errors="ignore"), expected, share], axis=1)
    own = pd.concat([_zones(zones, communes), _lifelines(member, communes), _outages(reliability, units)], axis=1)
    ordered = figures[[name for name in communes if name in figures]]
    return pd.concat([units.assign(communes=member.sum(axis=1)), ordered, own], axis=1)


def additive(column: str) -> bool:
    """
    Whether a column of communes may be summed over them.

    Examples
    --------
    >>> [additive(name) for name in ("lte_people", "lte_share", "villages_without_power", "zones", "saidi_min")]
    [True, False, True, False, False]
    """
    return column.rsplit("_", 1)[-1] in _SUMMED or column.startswith(_PREFIXES)


def joint_table(provinces: pd.DataFrame) -> pd.DataFrame:
    """
    Table of the joint classes in long form: people of each province and of the study by signal and power.

    Columns: unit_level, unit_code, province_name, signal, power (as in `communes.STATES`), of_which, people. Rows with
    an empty `of_which` are the nine classes, which sum to the people of their unit. Below them, where it was asked, of
    those with signal the `fragile`, and of all the `fragile_unknown`: there a state is empty that they do not share.
    """
    classes = [(s, p, "", f"signal_{s}_power_{p}_people") for s in STATES for p in STATES]
    asked = [("served", "", "fragile", "fragile_people"), ("", "", "fragile_unknown", "fragile_unknown_people")]
    units = ["unit_level", "unit_code", "province_name"]
    parts = [
        provinces[units].assign(signal=signal, power=power, of_which=of_which, people=provinces[column].to_numpy())
        for signal, power, of_which, column in (*classes, *asked)
        if column in provinces
    ]
    # stable, so that classes stay in their order within a unit
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def milestone_table(communes: pd.DataFrame, milestones: Callable[[pd.Series], pd.DataFrame]) -> pd.DataFrame:
    """
    What each province and the study need by each milestone of the obligation, with unit_level, unit_code before it.

    Parameters
    ----------
    communes
        `commune_code`, `province_code`, `province_name`, `lifeline_met`.
    milestones
        Makes of whether each of some communes meets the obligation (yes, no, unknown) a row a milestone.
    """
    units, member = _units(communes)
    found = [milestones(communes.lifeline_met[row]).assign(unit=unit) for unit, row in enumerate(member.astype(bool))]
    table = pd.concat(found, ignore_index=True)
    return pd.concat([units.loc[table.pop("unit")].reset_index(drop=True), table], axis=1)


def _units(communes: pd.DataFrame) -> tuple[pd.DataFrame, Whole]:
    """Level, code and name of the provinces and the study, and the communes of each, shape (units, communes)."""
    units, member = published_units(communes)
    table = pd.DataFrame(units).iloc[len(communes) :].reset_index(drop=True)
    names = communes.drop_duplicates("province_code").set_index("province_code").province_name
    return table.assign(province_name=table.unit_code.map(names).fillna("")), member[len(communes) :].toarray()


def _summed(member: Whole, values: pd.Series) -> Any:
    sums = member @ values.fillna(0).to_numpy(np.int64)
    if values.dtype == np.int64:
        return sums
    return pd.Series(sums, dtype="Int64").mask(member @ values.notna().to_numpy(np.int64) == 0)


def _zones(zones: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    codes = communes.commune_code.to_numpy()
    levels = (pd.Series(communes.province_code.to_numpy(), codes), pd.Series("", codes))
    return pd.DataFrame({"zones": np.concatenate([zones_touching(zones, unit_of) for unit_of in levels])})


def _lifelines(member: Whole, communes: pd.DataFrame) -> pd.DataFrame:
    met = communes.lifeline_met.to_numpy()
    return pd.DataFrame({f"lifeline_{name}_communes": member @ (met == word) for name, word in _METS.items()})


def _outages(reliability: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    own = reliability.set_index(["unit_level", "unit_code"]).loc[[*zip(units.unit_level, units.unit_code, strict=True)]]
    return pd.concat([own[list(OUTAGES)], own[list(_FILED)].add_prefix("outage_")], axis=1).reset_index(drop=True)
