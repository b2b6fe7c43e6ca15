"""Headway: what each operator has in each province of what is asked, the rate that is left, and the pace so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.ledger.planned import TECHNOLOGY, communes_of, on_air_of
from phusong.ledger.prospects import operators_of
from phusong.ledger.readings import COVERED, PEOPLE_SHARE
from phusong.ledger.run_rate import pace, people_needed, required, with_totals
from phusong.units import ANY

QUANTITIES = {
    "people": ("Dân có sóng 5G (mục tiêu 99 %)", "people with 5G signal (99 % asked)"),
    "sites": ("Trạm 5G (theo kế hoạch đã nộp)", "5G sites (as filed for the day)"),
    "communes_with_site": ("Xã có trạm 5G (mọi xã)", "communes with a 5G site (all asked)"),
}
"""Words of `quantity`, in Vietnamese and English."""
_KEY = ["province_code", "operator", "quantity"]


def counts(
    communes: gpd.GeoDataFrame, indicators: pd.DataFrame, sites: gpd.GeoDataFrame, waiting: pd.DataFrame, by: dt.date
) -> pd.DataFrame:
    """
    `province_code`, `operator`, `quantity` (as in `QUANTITIES`), `done`, `target`: whole counts, a row a province and
    operator, and after them the sums with an empty `province_code` (`run_rate.with_totals`).

    Asked are 99 % of the people of each province, a site in each commune, and the sites that are on air or planned by
    the day: what the operator itself filed. Each share is rounded up to whole people and the study is asked the sum of
    its provinces, which may be a person for each of them more than 99 % of all. The operator `ANY` is all together:
    people whom one of them covers, communes with a site of one of them.

    Parameters
    ----------
    communes, indicators, sites
        Tables of one snapshot.
    waiting
        As of `planned.open_sites`.
    by
        Day.
    """
    province = communes.set_index("commune_code").province_code
    standing = gpd.GeoDataFrame(sites.loc[on_air_of(sites), ["operator", "geometry"]])
    on_air = pd.DataFrame({"operator": standing.operator, "commune_code": communes_of(standing, communes)})
    coming = waiting[waiting.planned <= pd.Timestamp(by)]
    operators = sorted({*operators_of(indicators), *on_air.operator, *waiting.operator})
    have, plan = (_standing(table, province) for table in (on_air, coming))
    covered = _covered(indicators)
    rows: list[dict[str, Any]] = []
    for code, own in pd.DataFrame(communes[["province_code", "people"]]).groupby("province_code"):
        everyone = people_needed(int(own.people.sum()), PEOPLE_SHARE)
        for operator in (ANY, *operators):
            unit = (str(code), operator)
            sites, with_site = have.get(unit, (0, 0))
            found = {
                "people": (covered.get(unit), everyone),
                "sites": (sites, sites + plan.get(unit, (0, 0))[0]),
                "communes_with_site": (with_site, len(own)),
            }
            rows += _rows(*unit, found)
    return with_totals(pd.DataFrame(rows, columns=[*_KEY, "done", "target"]))


def rates(
    now: pd.DataFrame, as_of: dt.date, by: dt.date, earlier: pd.DataFrame | None = None, days: int = 0
) -> pd.DataFrame:
    """
    Counts with what is left and the rate that is required (`run_rate.required`), and `per_week_before`.

    Parameters
    ----------
    now
        As of `counts`.
    earlier
        The same of an earlier period of the same definitions, `days` before; without it the pace so far is missing.
    """
    found = required(now, as_of, by)
    if earlier is None:
        return found.assign(per_week_before=float("nan"))
    was, start = found[_KEY].merge(earlier, on=_KEY, how="left").done, as_of - dt.timedelta(days=days)
    told = [
        float("nan") if one is pd.NA or other is pd.NA else pace(int(one), int(other), start, as_of)
        for one, other in zip(was, found.done, strict=True)
    ]
    return found.assign(per_week_before=told)


def _standing(sites: pd.DataFrame, province: pd.Series) -> dict[tuple[str, str], tuple[int, int]]:
    """Sites in each province of each operator and of all, and the communes that have one."""
    placed = sites.assign(province=sites.commune_code.map(province))
    both = pd.concat([placed, placed.assign(operator=ANY)])
    found = both.groupby(["province", "operator"]).commune_code.agg(["size", "nunique"])
    counts = zip(found["size"].tolist(), found["nunique"].tolist(), strict=True)
    return {(str(code), str(name)): told for (code, name), told in zip(found.index, counts, strict=True)}


def _covered(indicators: pd.DataFrame) -> dict[tuple[str, str], int]:
    """People whom each operator is known to cover in each province; of several environments the first counts."""
    named = (indicators.definition_id == COVERED) & (indicators.technology == TECHNOLOGY)
    own = indicators[named & (indicators.unit_level == "province")].drop_duplicates(["unit_code", "operator"])
    keys = zip(own.unit_code.astype(str), own.operator.astype(str), strict=True)
    return dict(zip(keys, map(int, own.numerator), strict=True))


def _rows(code: str, operator: str, found: dict[str, tuple[int | None, int]]) -> Iterator[dict[str, Any]]:
    for quantity, (done, target) in found.items():
        counted = pd.NA if done is None else done
        yield dict(zip([*_KEY, "done", "target"], (code, operator, quantity, counted, target), strict=True))
