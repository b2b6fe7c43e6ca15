"""Lifeline: which communes have the hardened, shared masts that the obligation asks for, and what is short by when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config.storm import Lifeline
from phusong.power.supply import hardened, masts, shared


@dataclass(frozen=True)
class Lifelines:
    """
    The obligation, checked.

    Parameters
    ----------
    communes
        commune_code; masts that surely and that perhaps count (masts_low, masts_high); met: yes, no, unknown; sites on
        the former and those that may count besides (sites, sites_perhaps: ids separated by ";").
    milestones
        by, share, communes, required (the least number that is not below the share), met, unknown, short (of required,
        unknown counted as not met), short_at_least (unknown counted as met) and reached: yes, no, unknown.
    without_commune, elsewhere
        Sites that count or may, but name no commune, or one that is not studied.
    """

    communes: pd.DataFrame
    milestones: pd.DataFrame
    without_commune: tuple[str, ...]
    elsewhere: tuple[str, ...]


def lifelines(supplied: pd.DataFrame, commune_codes: pd.Series, obligation: Lifeline) -> Lifelines:
    """
    Whether each commune meets the obligation, and each milestone what the country or study falls short.

    A mast counts when one of its sites is hardened and carries enough operators. Where either is not known it may
    count; other operators near by (sharing "inferred") count as operators, as nobody has said otherwise.

    Parameters
    ----------
    supplied
        As from `supply.supply`.
    """
    codes = pd.Index(commune_codes)
    sure, may = (
        is_hard & is_shared
        for is_hard, is_shared in zip(hardened(supplied), shared(supplied, obligation.least_operators), strict=True)
    )
    low, high = masts(supplied, sure, codes), masts(supplied, may, codes)
    least = obligation.least_hardened_sites
    table = pd.DataFrame({"commune_code": codes, "masts_low": low, "masts_high": high})
    table["met"] = np.select([low >= least, high < least], ["yes", "no"], "unknown").astype(object)
    table["sites"], table["sites_perhaps"] = _ids(supplied, sure, codes), _ids(supplied, may & ~sure, codes)
    unnamed = supplied.commune_code.isna().to_numpy(bool)
    astray = ~supplied.commune_code.isin(codes).to_numpy(bool) & ~unnamed
    return Lifelines(
        table,
        milestones(table.met, obligation),
        tuple(sorted(supplied.site_id[may & unnamed])),
        tuple(sorted(supplied.site_id[may & astray])),
    )


def required(communes: int, share: float) -> int:
    """
    The least number of communes that is not below the share, which is taken as it is written.

    Examples
    --------
    >>> required(3321, 0.5), required(10, 0.7), required(0, 1.0)
    (1661, 7, 0)
    """
    return math.ceil(Fraction(str(share)) * communes)


def milestones(met: pd.Series, obligation: Lifeline) -> pd.DataFrame:
    """A row a milestone, as `Lifelines.milestones`, of whether each of some communes meets it: yes, no, unknown."""
    yes, unknown = int((met == "yes").sum()), int((met == "unknown").sum())
    rows = []
    for milestone in obligation.milestones:
        wanted = required(len(met), milestone.share)
        reached = "yes" if yes >= wanted else "unknown" if yes + unknown >= wanted else "no"
        short = max(wanted - yes, 0), max(wanted - yes - unknown, 0)
        rows.append((milestone.by, milestone.share, len(met), wanted, yes, unknown, *short, reached))
    columns = ["by", "share", "communes", "required", "met", "unknown", "short", "short_at_least", "reached"]
    return pd.DataFrame(rows, columns=columns)


def _ids(supplied: pd.DataFrame, which: NDArray[np.bool_], codes: pd.Index) -> NDArray[np.object_]:
    named = supplied[which].groupby("commune_code").site_id.agg(lambda ids: ";".join(sorted(ids)))
    return named.reindex(codes, fill_value="").to_numpy(object)
