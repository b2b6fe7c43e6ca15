"""Indicators: published figures with their numerators, denominators and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.text import slug, sort_key

ANY = "any"
LEVELS = ("none", "limited", "good", "very_good", "unknown")
ACCESS = ("no", "yes", "unknown")
GAPS = ("none", "signal", "power", "both", "unknown")
VERSION = "1"
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """
    Whole people of each commune, each array of shape (communes, classes) with the classes named above.

    Parameters
    ----------
    levels
        By technology ("LTE", "NR") and operator; the operator `ANY` is the best of all.
    joint
        Signal and power together, nine classes: signal no, yes, unknown, and within each power no, yes, unknown.
    """

    levels: Mapping[tuple[str, str], Whole]
    power: Whole
    gaps: Whole
    joint: Whole

    @property
    def people(self) -> Whole:
        """People of each commune."""
        return self.gaps.sum(axis=1)


def commune_table(communes: gpd.GeoDataFrame, counts: Counts, extra: pd.DataFrame) -> gpd.GeoDataFrame:
    """Communes with their figures; `extra` holds columns by commune that are not people."""
    figures: dict[str, Any] = {"people": counts.people}
    for technology in sorted({technology for technology, _ in counts.levels}):
        figures.update(_technology(technology, counts))
    figures.update({f"power_{name}_people": counts.power[:, i] for i, name in enumerate(ACCESS)})
    figures.update({f"gap_{name}_people": counts.gaps[:, i] for i, name in enumerate(GAPS)})
    joined = pd.concat([communes.drop(columns="geometry"), pd.DataFrame(figures), extra], axis=1)
    return gpd.GeoDataFrame(joined, geometry=communes.geometry.to_numpy(), crs=communes.crs)


def indicator_table(communes: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """
    One row a definition, unit, operator and technology; provinces and the study are sums of published commune figures.

    Columns: definition_id, version, unit_level, unit_code, operator, technology, environment, numerator, denominator,
    value, low, high. `value` is numerator / denominator (people whose state is known); `low` and `high` count those
    whose state is unknown as not served and as served.
    """
    units, member = _units(communes)
    tables = []
    for (definition, operator, technology, environment), part, known in _definitions(counts):
        numerator, denominator, people = member @ part, member @ known, member @ counts.people
        share = interval(numerator, denominator, people).rename(columns={"share": "value"})
        named = {"operator": operator, "technology": technology, "environment": environment}
        sums = {"numerator": numerator, "denominator": denominator}
        head = pd.DataFrame({"definition_id": definition, "version": VERSION, **units})
        tables.append(pd.concat([head.assign(**named, **sums), share[["value", "low", "high"]]], axis=1))
    return pd.concat(tables, ignore_index=True)


def interval(served: Whole, known: Whole, people: Whole) -> pd.DataFrame:
    """Share of people served among those known, and its bounds when the unknown are counted as not served or served."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(known > 0, served / known, np.nan)
        low = np.where(people > 0, served / people, np.nan)
        high = np.where(people > 0, (served + people - known) / people, np.nan)
    return pd.DataFrame({"share": share, "low": low, "high": high})


def _technology(technology: str, counts: Counts) -> dict[str, Any]:
    name = technology.lower()
    best = counts.levels[technology, ANY]
    served, unknown = best[:, 1:4].sum(axis=1), best[:, 4]
    shares = interval(served, counts.people - unknown, counts.people)
    figures: dict[str, Any] = {
        f"{name}_people": served,
        f"{name}_share": shares.share,
        f"{name}_share_low": shares.low,
        f"{name}_share_high": shares.high,
        f"{name}_unknown_people": unknown,
    }
    for i, level in enumerate(LEVELS[:4]):
        figures[f"{name}_{level}_people"] = best[:, i]
    for operator in _operators(counts, technology):
        figures[f"{name}_{slug(operator)}_people"] = counts.levels[technology, operator][:, 1:4].sum(axis=1)
    return figures


def _operators(counts: Counts, technology: str) -> list[str]:
    return sorted((o for t, o in counts.levels if t == technology and o != ANY), key=sort_key)


Definition = tuple[tuple[str, str, str, str], Whole, Whole]


def _definitions(counts: Counts) -> Iterator[Definition]:
    """Definition, operator, technology and environment; people of the numerator; people whose state is known."""
    people = counts.people
    for (technology, operator), levels in sorted(counts.levels.items(), key=lambda item: item[0]):
        for first, level in ((1, "limited"), (2, "good"), (3, "very_good")):
            key = (f"people_covered_{level}_share", operator, technology, "outdoor")
            yield key, levels[:, first:4].sum(axis=1), people - levels[:, 4]
    yield ("people_with_power_share", "", "", ""), counts.power[:, 1], people - counts.power[:, 2]
    no, yes, unknown = (counts.joint[:, i : i + 3] for i in (0, 3, 6))
    yield ("people_without_signal_share", ANY, ANY, "outdoor"), no.sum(axis=1), no.sum(axis=1) + yes.sum(axis=1)
    open_question = no[:, 2] + unknown[:, 0] + unknown[:, 2]  # either lacking or not known, and not both known to lack
    yield ("people_without_signal_and_power_share", ANY, ANY, "outdoor"), no[:, 0], people - open_question


def _units(communes: pd.DataFrame) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Level and code of every unit, and which communes each is made of, shape (units, communes)."""
    codes, province = communes.commune_code.to_numpy(), communes.province_code.to_numpy()
    provinces = sorted(set(province))
    level = ["commune"] * len(codes) + ["province"] * len(provinces) + ["study"]
    member = [np.eye(len(codes), dtype=np.int64), *(province == code for code in provinces), np.ones(len(codes), bool)]
    return {"unit_level": level, "unit_code": [*codes, *provinces, ""]}, np.vstack(member).astype(np.int64)
