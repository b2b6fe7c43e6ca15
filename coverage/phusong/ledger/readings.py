"""Readings of "nationwide 5G in 2026", side by side: nobody has defined it, and they need not agree."""

from __future__ import annotations

from typing import Any

import pandas as pd

from phusong.ledger.run_rate import people_needed
from phusong.units import ANY

COVERED = "people_covered_limited_share"
PEOPLE_SHARE = 0.99
"""Decision 1132/QĐ-TTg of 9 October 2024 asks it by 2030; of 2026 it is one reading."""
READINGS = {
    "people_covered": (
        "Nhà mạng phủ nhiều dân nhất đạt tỷ lệ dân số yêu cầu (SDG 9.c.1)",
        "the operator that covers most people covers the share asked (SDG 9.c.1)",
    ),
    "communes_with_site": ("Mỗi xã có ít nhất một trạm 5G", "every commune has at least one NR site"),
    "communes_centre_covered": ("Trung tâm của mọi xã có sóng 5G", "the centre of every commune is covered by NR"),
}
"""Words of `reading`, in Vietnamese and English."""


def readings(communes: pd.DataFrame, indicators: pd.DataFrame, share: float = PEOPLE_SHARE) -> pd.DataFrame:
    """
    The three readings of one unit, a row each.

    Of several operators the one counts that covers most people (SDG 9.c.1, metadata of 2023-03-31, section 2.a: "the
    maximum population number covered should be reported"), not their union; of equal ones the first by name. All people
    are below the line there, so people of whom nothing is known stand in the way of a yes, as unknown communes do.

    Parameters
    ----------
    communes
        All of the unit: `people`; `nr_sites` on air, whole or missing; `centre_covered`, yes, no or unknown.
    indicators
        Rows of the unit, as of `indicators.indicator_table`; of several environments the first counts.
    share
        Of the people, that the first reading asks; the others ask all communes.

    Returns
    -------
    pd.DataFrame
        `reading`, as in `READINGS`; `operator`, empty for communes and where none is known; `numerator`, people or
        communes known to be so; `denominator`, those of whom it is known; `value`; `shown_percent`, cut to one decimal,
        so that a figure short of its target never rounds up to it; `target`; `needed`, the fewest people or communes
        that meet it; `short_by`, how many of these are not known to be so; `unknown`, how many more may be so; `met`:
        yes or no where it holds whatever the unknown are, else unknown.

    Examples
    --------
    Of 1,000 people A covers 980, and of 15 more it is not known; one of two communes has no site:

    >>> communes = pd.DataFrame({"people": [900, 100], "nr_sites": [3, 0], "centre_covered": ["yes", "yes"]})
    >>> row = {"definition_id": COVERED, "technology": "NR", "operator": "A", "environment": "outdoor"}
    >>> found = readings(communes, pd.DataFrame([{**row, "numerator": 980, "denominator": 985}]))
    >>> found[["numerator", "needed", "short_by", "unknown", "met"]].values.tolist()
    [[980, 990, 10, 15, 'unknown'], [1, 2, 1, 0, 'no'], [2, 2, 0, 0, 'yes']]
    """
    sites = communes.nr_sites.astype("Int64")
    centre = communes.centre_covered.fillna("unknown")
    every = len(communes)
    rows = [
        _row(*_most(indicators, int(communes.people.sum())), share),
        _row("", int((sites > 0).sum()), int(sites.notna().sum()), every, int(sites.isna().sum()), 1.0),
        _row("", int((centre == "yes").sum()), int(centre.isin(["yes", "no"]).sum()), every, _unsure(centre), 1.0),
    ]
    return pd.DataFrame([{"reading": name, **row} for name, row in zip(READINGS, rows, strict=True)])


def _unsure(state: pd.Series) -> int:
    return int((~state.isin(["yes", "no"])).sum())


def _most(indicators: pd.DataFrame, people: int) -> tuple[str, int, int, int, int]:
    """Operator that covers most; its people covered and known; all people; how many more the best may cover."""
    named = (indicators.definition_id == COVERED) & (indicators.technology == "NR") & (indicators.operator != ANY)
    own = indicators[named].drop_duplicates("operator").sort_values(["numerator", "operator"], ascending=[False, True])
    if own.empty:
        return "", 0, 0, people, people
    best = own.iloc[0]
    most = int((own.numerator + people - own.denominator).max())
    return str(best.operator), int(best.numerator), int(best.denominator), people, most - int(best.numerator)


def _row(operator: str, numerator: int, known: int, everyone: int, unknown: int, target: float) -> dict[str, Any]:
    needed = people_needed(everyone, target)
    met = "unknown" if not everyone or numerator < needed <= numerator + unknown else "no"
    return {
        "operator": operator,
        "numerator": numerator,
        "denominator": known,
        "value": numerator / known if known else float("nan"),
        "shown_percent": 1000 * numerator // known / 10 if known else float("nan"),
        "target": target,
        "needed": needed,
        "short_by": max(needed - numerator, 0),
        "unknown": unknown,
        "met": "yes" if everyone and numerator >= needed else met,
    }
