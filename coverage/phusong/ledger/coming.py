"""What is to come: planned sites drawn on air with the delays of the past, for the study and its provinces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from phusong.ledger.prospects import CHANCES, Part, below
from phusong.ledger.rollout import INTERVALS, Rollout, Slips, arrivals, learn, simulate
from phusong.units import ANY

BASES = {
    "learnt": ("Theo độ trễ đã biết của từng nhà mạng", "with the delays that each operator is known for"),
    "as_planned": (
        "Đúng như kế hoạch (chưa biết độ trễ nào)",
        "as planned, since too few delays are known: the best case, and no probability",
    ),
}
"""Words of `basis`, in Vietnamese and English."""
REASONS = {
    "slips_unknown": ("Chưa biết độ trễ", "too few delays are known to draw from"),
    "centres_not_measured": ("Chưa đo trung tâm xã", "which planned site reaches which centre was not measured"),
}
"""Why a chance is missing, in Vietnamese and English, beside those of `forecast.REASONS`."""
DRAWS = 1000
_SLIPS = ["operator", "sites", "open_sites", "unripe_sites", "undated_sites", "cohorts", "pooled"]
_OF_COMMUNES = ["commune_code", "province_code", "nr_sites", "centre_covered"]
_ENDS = [f"{end}_{percent}" for percent in INTERVALS for end in ("low", "high")]
_ROLLOUT = [
    *("quantity", "median", *_ENDS, "unit_level", "unit_code", "operator", "now", "basis", "simulated", "undated"),
    *("astray", "pooled", "beyond_experience", "known_later"),
]


@dataclass(frozen=True)
class Coming:
    """
    Sites and communes on the day.

    Parameters
    ----------
    rollout
        A row a unit, operator (`ANY` for all together) and quantity as in `Rollout.summary`: `unit_level`, `unit_code`,
        `operator`, `quantity`, `now`, `median`, `low_50`, ..., `basis` as in `BASES`; and how many planned sites it
        stands on: `simulated`, `undated`, `astray`, `pooled`, `beyond_experience`, `known_later`.
    chances
        Columns as in `prospects.CHANCES`: of every planned site on air, and of a site in every commune.
    slips
        Of each operator, as `rollout.Slips.account`.
    communes
        `commune_code`, `probability` of an NR site on the day; where the plan is taken as it stands, 0 or 1.
    """

    rollout: pd.DataFrame
    chances: pd.DataFrame
    slips: pd.DataFrame
    communes: pd.DataFrame


def coming(
    waiting: pd.DataFrame,
    on_air: pd.DataFrame,
    communes: pd.DataFrame,
    past: pd.DataFrame,
    as_of: dt.date,
    by: dt.date,
    gained: pd.DataFrame | None = None,
) -> Coming:
    """
    Draws of the planned sites to a day after `as_of`.

    Parameters
    ----------
    waiting
        As of `planned.open_sites`.
    on_air
        `operator`, `commune_code` of the sites on air.
    communes
        `commune_code`, `province_code`, `nr_sites` (whole or missing), `centre_covered` (yes, no, unknown).
    past
        As of `planned.history`.
    as_of
        Last day of the period, of which the sites speak.
    gained
        `site_id`, `centres` of the planned sites, as of `yields.GAINED`; None where nobody measured.

    Raises
    ------
    ValueError
        When the day is not after `as_of`.
    """
    basis, slips = _slips(past, as_of)
    drawn = arrivals(waiting, slips, as_of, by, DRAWS if basis == "learnt" else 1)
    draws = partial(simulate, slips=slips, drawn=drawn)
    reaches = None if gained is None else _reaches(gained)
    rows: list[Part] = []
    chances, chance = [], pd.DataFrame(columns=["commune_code", "probability"])
    communes = pd.DataFrame(communes)[_OF_COMMUNES]
    for unit, codes, operator in _scopes(communes, waiting, on_air):
        today = _sites_now(communes, on_air, codes, operator)
        # of the study also those that stand in no commune: they are told, and come in no draw
        own = waiting if unit["unit_level"] == "study" else waiting[waiting.commune_code.isin(codes)]
        own = own if operator == ANY else own[own.operator == operator]
        made = draws(own, today)
        now = (int(today.sites.sum()), int((today.sites == 0).sum()), int(today.sites.isna().sum()))
        account = {**made.account, "known_later": int(own.known_later.sum())}
        rows.append(({**unit, "operator": operator, "basis": basis, **account}, made.summary().assign(now=now)))
        planned = now[0] + int((own.planned <= pd.Timestamp(by)).sum())
        told = {
            "sites_as_planned": (float(planned), (made.probability_of_sites(planned),) * 2),
            "communes_with_site": (float(len(codes)), made.probability_of_communes()),
        }
        reason = "" if basis == "learnt" else "slips_unknown"
        chances += [_chance(unit, operator, goal, *said, by, reason) for goal, said in told.items()]
        if operator == ANY:
            lit = _centres_lit(draws, waiting, _centres_now(communes, codes), reaches)
            why = "centres_not_measured" if reaches is None else reason
            chances.append(_chance(unit, operator, "communes_centre_covered", float(len(codes)), lit, by, why))
        if unit["unit_level"] == "study" and operator == ANY:
            chance = made.communes
    table = below(_ROLLOUT, rows)
    if basis == "as_planned":
        table = table.assign(**dict.fromkeys(_ENDS, np.nan))
    return Coming(table, pd.DataFrame(chances, columns=CHANCES), slips.account.reindex(columns=_SLIPS), chance)


def _slips(past: pd.DataFrame, as_of: dt.date) -> tuple[str, Slips]:
    """Delays that are known; where there are too few, none at all."""
    try:
        return "learnt", learn(past, as_of)
    except ValueError:
        return "as_planned", Slips({"": (np.zeros(1),)}, pd.DataFrame(columns=_SLIPS))


def _scopes(
    communes: pd.DataFrame, waiting: pd.DataFrame, on_air: pd.DataFrame
) -> Iterator[tuple[dict[str, str], list[str], str]]:
    """Unit, its communes, and operator."""
    operators = (ANY, *sorted({*waiting.operator, *on_air.operator}))
    by_province = [(str(code), own.commune_code.tolist()) for code, own in communes.groupby("province_code")]
    units = [("study", "", communes.commune_code.tolist())]
    for level, code, codes in (*units, *(("province", *one) for one in by_province)):
        for operator in operators:
            yield {"unit_level": level, "unit_code": code}, codes, operator


def _sites_now(communes: pd.DataFrame, on_air: pd.DataFrame, codes: list[str], operator: str) -> pd.DataFrame:
    if operator == ANY:
        own = communes[communes.commune_code.isin(codes)]
        return pd.DataFrame({"commune_code": own.commune_code, "sites": own.nr_sites.astype("Int64")})
    counted = on_air[on_air.operator == operator].commune_code.value_counts()
    return pd.DataFrame({"commune_code": codes, "sites": counted.reindex(codes, fill_value=0).astype("Int64").array})


def _centres_lit(
    draws: Callable[..., Rollout], waiting: pd.DataFrame, centres: pd.DataFrame, reaches: pd.DataFrame | None
) -> tuple[float, float]:
    """Chance that all centres are covered; only sites that reach one of them are drawn, wherever they stand."""
    if reaches is None:
        return np.nan, np.nan
    own = reaches[reaches.commune_code.isin(centres.commune_code)]
    return draws(waiting[waiting.site_id.isin(own.site_id)], centres, reaches=own).probability_of_communes()


def _centres_now(communes: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Whether each centre is covered today, 1 or 0, or missing."""
    own = communes[communes.commune_code.isin(codes)]
    covered = own.centre_covered.map({"yes": 1, "no": 0}).astype("Int64")
    return pd.DataFrame({"commune_code": own.commune_code, "sites": covered})


def _reaches(gained: pd.DataFrame) -> pd.DataFrame:
    pairs = gained[["site_id"]].assign(commune_code=gained.centres.str.split(";")).explode("commune_code")
    return pairs[pairs.commune_code != ""]


def _chance(
    unit: dict[str, str],
    operator: str,
    goal: str,
    value: float,
    probability: tuple[float, float],
    by: dt.date,
    reason: str,
) -> dict[str, Any]:
    low, high = probability if not reason else (np.nan, np.nan)
    told = {"goal": goal, "value": value, "by": by, "method": "simulation", "reason": reason}
    series = {"definition_id": "", "technology": "NR", "operator": operator, "environment": ""}
    return {**series, **unit, **told, "probability_low": low, "probability_high": high}
