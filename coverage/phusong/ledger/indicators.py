"""Indicators: published figures with their numerators, denominators and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Target
from phusong.errors import ConfigError
from phusong.text import nearest, slug, sort_key
from phusong.units import ANY, LEVELS, SPOTS

ACCESS = ("no", "yes", "unknown")
GAPS = ("none", "signal", "power", "both", "unknown")
VERSION = "1"
DEFINITIONS = (
    "people_covered_limited_share",
    "people_covered_good_share",
    "people_covered_very_good_share",
    "people_covered_expected_share",
    "people_with_power_share",
    "people_without_signal_share",
    "people_without_signal_and_power_share",
    "people_white_share",
    "people_grey_share",
    "people_all_operators_share",
    "people_claimed_share",
    "people_claimed_not_predicted_share",
)
_AT_LEAST = {
    "limited": (("limited", "good", "very_good", "limited_or_better", "good_or_better"), ("unknown",)),
    "good": (("good", "very_good", "good_or_better"), ("unknown", "limited_or_better")),
    "very_good": (("very_good",), ("unknown", "limited_or_better", "good_or_better")),
}
"""Classes of people that reach each level, and those of whom it is not known."""
_SPOT_DOUBTS = {
    "white": ("people_white_share", ("unknown", "white_or_grey")),
    "grey": ("people_grey_share", ("unknown", "white_or_grey", "grey_or_all")),
    "all": ("people_all_operators_share", ("unknown", "grey_or_all")),
}
"""Indicator of each kind of spot, and the classes of people of whom it is not known whether they live in one."""
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """
    Whole people of each commune, each array of shape (communes, classes).

    Parameters
    ----------
    levels
        By technology ("LTE", "NR") and operator, classes as in `LEVELS`; the operator `ANY` is the best of all.
    joint
        Signal and power together, nine classes: signal no, yes, unknown, and within each power no, yes, unknown.
    spots
        By technology, and `ANY` for all of them, classes as in `SPOTS`.
    environment
        Where the receiver is of whose signal all these speak.
    """

    levels: Mapping[tuple[str, str], Whole]
    joint: Whole
    spots: Mapping[str, Whole] = field(default_factory=dict)
    environment: str = "outdoor"

    @property
    def people(self) -> Whole:
        """People of each commune."""
        return self.joint.sum(axis=1)

    @property
    def power(self) -> Whole:
        """People by power, classes as in `ACCESS`."""
        return self.joint.reshape(-1, 3, 3).sum(axis=1)

    @property
    def gaps(self) -> Whole:
        """People by what they are known to lack, classes as in `GAPS`."""
        no, yes, unknown = (self.joint[:, i : i + 3] for i in (0, 3, 6))
        unsure = yes[:, 2] + unknown[:, 1] + unknown[:, 2]
        return np.stack([yes[:, 1], no[:, 1] + no[:, 2], yes[:, 0] + unknown[:, 0], no[:, 0], unsure], axis=1)

    def reaching(self, technology: str, operator: str, level: str) -> tuple[Whole, Whole]:
        """People known to have a level or better, and people of whom that is known."""
        classes = self.levels[technology, operator]
        served, open_question = ([LEVELS.index(name) for name in names] for names in _AT_LEAST[level])
        return classes[:, served].sum(axis=1), self.people - classes[:, open_question].sum(axis=1)

    def living_in(self, technology: str, spot: str) -> tuple[Whole, Whole]:
        """People known to live in a kind of `SPOTS` that is certain, and people of whom that is known."""
        classes, (_, doubts) = self.spots[technology], _SPOT_DOUBTS[spot]
        open_question = classes[:, [SPOTS.index(name) for name in doubts]].sum(axis=1)
        return classes[:, SPOTS.index(spot)], self.people - open_question


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
    whose state is unknown out of and into the numerator.
    """
    units, member = published_units(communes)
    tables = []
    for (definition, operator, technology, environment), part, known in _definitions(counts):
        numerator, denominator, people = member @ part, member @ known, member @ counts.people
        share = interval(numerator, denominator, people).rename(columns={"share": "value"})
        named = {"operator": operator, "technology": technology, "environment": environment}
        sums = {"numerator": numerator, "denominator": denominator}
        head = pd.DataFrame({"definition_id": definition, "version": VERSION, **units})
        tables.append(pd.concat([head.assign(**named, **sums), share[["value", "low", "high"]]], axis=1))
    return pd.concat(tables, ignore_index=True)


def refuse_unknown(targets: Sequence[Target]) -> None:
    """
    Stop when a target speaks of no indicator.

    Raises
    ------
    ConfigError
        Naming the nearest one.
    """
    for target in targets:
        if target.definition_id not in DEFINITIONS:
            near = nearest(target.definition_id, DEFINITIONS)
            hint = f"; did you mean '{near}'?" if near else f"; known are {', '.join(DEFINITIONS)}"
            raise ConfigError(f"targets '{target.name}': there is no indicator '{target.definition_id}'{hint}")


def reached(targets: Sequence[Target], table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Each target with the value the study has reached; None where nothing is known or no such row exists.

    Of several environments the first counts, which is the one that levels speak of.
    """
    key = ["definition_id", "technology", "operator"]
    study = table[table.unit_level == "study"].drop_duplicates(key).set_index(key).value.dropna().to_dict()
    found = []
    for target in targets:
        value = study.get((target.definition_id, target.technology, target.operator))
        met = None if value is None else value >= target.value
        found.append({**target.model_dump(mode="json"), "reached": value, "met": met})
    return found


def interval(served: Whole, known: Whole, people: Whole) -> pd.DataFrame:
    """Share of people among those known, and its bounds when the unknown are counted out of and into the numerator."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(known > 0, served / known, np.nan)
        low = np.where(people > 0, served / people, np.nan)
        high = np.where(people > 0, (served + people - known) / people, np.nan)
    return pd.DataFrame({"share": share, "low": low, "high": high})


def _technology(technology: str, counts: Counts) -> dict[str, Any]:
    name = technology.lower()
    best = dict(zip(LEVELS, counts.levels[technology, ANY].T, strict=True))
    served, known = counts.reaching(technology, ANY, "limited")
    shares = interval(served, known, counts.people)
    figures: dict[str, Any] = {
        f"{name}_people": served,
        f"{name}_share": shares.share,
        f"{name}_share_low": shares.low,
        f"{name}_share_high": shares.high,
        f"{name}_unknown_people": best["unknown"],
        f"{name}_none_people": best["none"],
        f"{name}_limited_people": best["limited"] + best["limited_or_better"],
        f"{name}_good_people": best["good"] + best["good_or_better"],
        f"{name}_very_good_people": best["very_good"],
    }
    for operator in _operators(counts, technology):
        figures[f"{name}_{slug(operator)}_people"] = counts.reaching(technology, operator, "limited")[0]
    return figures


def _operators(counts: Counts, technology: str) -> list[str]:
    return sorted((o for t, o in counts.levels if t == technology and o != ANY), key=sort_key)


Definition = tuple[tuple[str, str, str, str], Whole, Whole]


def _definitions(counts: Counts) -> Iterator[Definition]:
    """Definition, operator, technology and environment; people of the numerator; people whose state is known."""
    people, where = counts.people, counts.environment
    for technology, operator in sorted(counts.levels):
        for level in _AT_LEAST:
            key = (f"people_covered_{level}_share", operator, technology, where)
            yield key, *counts.reaching(technology, operator, level)
    for technology in sorted(counts.spots):
        for spot, (definition, _) in _SPOT_DOUBTS.items():
            yield (definition, ANY, technology, where), *counts.living_in(technology, spot)
    yield ("people_with_power_share", "", "", ""), counts.power[:, 1], people - counts.power[:, 2]
    no, yes, unknown = (counts.joint[:, i : i + 3] for i in (0, 3, 6))
    yield ("people_without_signal_share", ANY, ANY, where), no.sum(axis=1), no.sum(axis=1) + yes.sum(axis=1)
    open_question = no[:, 2] + unknown[:, 0] + unknown[:, 2]  # either lacking or not known, and not both known to lack
    yield ("people_without_signal_and_power_share", ANY, ANY, where), no[:, 0], people - open_question


def published_units(communes: pd.DataFrame) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Level and code of every unit, and which communes each is made of, shape (units, communes)."""
    codes, province = communes.commune_code.to_numpy(), communes.province_code.to_numpy()
    provinces = sorted(set(province))
    level = ["commune"] * len(codes) + ["province"] * len(provinces) + ["study"]
    member = [np.eye(len(codes), dtype=np.int64), *(province == code for code in provinces), np.ones(len(codes), bool)]
    return {"unit_level": level, "unit_code": [*codes, *provinces, ""]}, np.vstack(member).astype(np.int64)
