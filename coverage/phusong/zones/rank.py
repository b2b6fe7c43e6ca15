"""Rank: which dead zone is worse, how far its rank moves when the weights do, and why it is before the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from phusong.config.zones import Criterion
from phusong.text import number_vi

_ONE = 1_000_000
"""Weights and scaled values are whole millionths, so that scores are exact and ties are ties."""
_REASONS = ("zone_id", "next_zone_id", "criterion", "difference", "value", "next_value")


@dataclass(frozen=True)
class Ranking:
    """
    Zones in their order.

    Parameters
    ----------
    table
        Row by row with the zones given: `zone_id`, `rank` (1 is the worst), `score` (0..1), `rank_low`, `rank_high`.
    reasons
        By rank, one row for each criterion in which a zone differs from the next: `zone_id`, `next_zone_id`,
        `criterion` (column), `difference` (of the scores; above 0 where it puts the zone ahead; the largest first),
        `value` and `next_value` (as given, missing where unknown).
    left_out
        Columns of criteria of which nothing is known in any zone: they count for none, and the other weights for more.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Words:
    label: Callable[[Criterion], str]
    against: str
    unknown: str
    number: Callable[[float], str]


_VIETNAMESE = _Words(lambda one: one.label, "so với", "chưa rõ", lambda amount: number_vi(amount, int(amount % 1 > 0)))
_ENGLISH = _Words(lambda one: one.label_en, "against", "unknown", lambda amount: f"{amount:,.{int(amount % 1 > 0)}f}")


def ranked(zones: pd.DataFrame, criteria: Sequence[Criterion]) -> Ranking:
    """
    Rank zones by the weighted sum of their criteria; of equal scores more people, then the first id comes first.

    Each criterion is scaled to 0..1 by the largest of the study (`Criterion.scale`). A missing value counts as the mean
    of the known ones. `rank_low` and `rank_high` hold every rank that the zone can have while each weight moves on its
    own by up to a third, and each missing value between 0 and 1: a zone is surely before another only if no such choice
    reverses the two, which for a weighted sum is decided exactly at the corners of the box. Not every rank between
    need be reached, because what is best for a zone against one other may not be so against the next.

    Parameters
    ----------
    zones
        `zone_id`, `people`, and a column for each criterion.

    Raises
    ------
    ValueError
        When a criterion has a value below zero.
    """
    asked = [criterion for criterion in criteria if criterion.column in zones and zones[criterion.column].notna().any()]
    left_out = tuple(criterion.column for criterion in criteria if criterion not in asked)
    total = sum(criterion.weight for criterion in asked)
    weight = np.array([round(criterion.weight / total * _ONE) for criterion in asked], np.int64)
    scaled = [_scaled(_numbers(zones[criterion.column]), criterion) for criterion in asked]
    parts = np.array(scaled, np.int64).reshape(len(asked), 3, len(zones))
    middle, low, high = (parts[:, k].T for k in range(3))
    score = middle @ weight
    tie = np.lexsort((zones.zone_id.to_numpy(str), -zones.people.to_numpy(float)))
    precedence = np.argsort(tie)
    order = np.lexsort((precedence, -score))
    rank = np.argsort(order) + 1
    surely_before, surely_after = _surely(np.ascontiguousarray(low), np.ascontiguousarray(high), weight, precedence)
    table = pd.DataFrame(
        {
            "zone_id": zones.zone_id.to_numpy(object),
            "rank": rank,
            "score": score / _ONE**2,
            "rank_low": surely_before + 1,
            "rank_high": len(zones) - surely_after,
        }
    )
    return Ranking(table, _reasons(zones, asked, middle * weight, order), left_out)


def sentences(ranking: Ranking, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """
    Why each zone is before the next, in one Vietnamese and one English sentence: `zone_id`, `why_vi`, `why_en`.

    By rank, without the last zone. Only what puts the zone ahead is told, the weightiest first; where the scores are
    equal that is told.
    """
    labels = {criterion.column: criterion for criterion in criteria}
    ordered = ranking.table.sort_values("rank")
    ahead = {str(zone): rows for zone, rows in ranking.reasons[ranking.reasons.difference > 0].groupby("zone_id")}
    told = []
    for (zone, score), (following, less) in pairwise(zip(ordered.zone_id, ordered.score, strict=True)):
        rows = ahead[zone] if score > less else ranking.reasons[:0]
        parts = [(labels[name], a, b) for name, a, b in zip(rows.criterion, rows.value, rows.next_value, strict=True)]
        vi = "; ".join(_compared(*part, _VIETNAMESE) for part in parts) or "điểm bằng nhau, xét số dân rồi đến mã vùng"
        en = "; ".join(_compared(*part, _ENGLISH) for part in parts) or "equal scores, so people and then the id decide"
        told.append((zone, f"Xếp trước {following}: {vi}.", f"Before {following}: {en}."))
    return pd.DataFrame(told, columns=["zone_id", "why_vi", "why_en"], dtype=object)


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    return np.asarray(column.astype("Float64").to_numpy(float, na_value=np.nan))


def _scaled(values: NDArray[np.float64], criterion: Criterion) -> tuple[NDArray[np.int64], ...]:
    """Millionths of each zone: as known, at least, at most; a missing one is the mean of the known, 0 and 1."""
    known = np.isfinite(values)
    if (values[known] < 0).any():
        raise ValueError(f"{criterion.column} is below zero, which no scale of a criterion knows")
    steps = (
        np.log1p(values) if criterion.scale == "log" else np.minimum(values, 1) if criterion.scale == "flag" else values
    )
    largest = 1.0 if criterion.scale == "flag" else max(float(steps[known].max()), np.finfo(float).tiny)
    parts = np.rint(np.where(known, steps / largest, 0) * _ONE).astype(np.int64)
    mean = round(int(parts[known].sum()) / int(known.sum()))
    return np.where(known, parts, mean), parts, np.where(known, parts, _ONE)


@njit(cache=True, nogil=True)
def _surely(
    low: np.ndarray, high: np.ndarray, weight: np.ndarray, precedence: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    How many zones are before, and how many after each one, whatever the weights and the missing values.

    Three times the least lead of one over another: weights fall or rise as hurts it most.
    """
    zones, criteria = low.shape
    before, after = np.zeros(zones, np.int64), np.zeros(zones, np.int64)
    for one in range(zones):
        for other in range(zones):
            least = 0
            for k in range(criteria):
                lead = low[one, k] - high[other, k]
                least += weight[k] * (3 * lead - abs(lead))
            if least > 0 or (least == 0 and precedence[one] < precedence[other]):
                after[one] += 1
                before[other] += 1
    return before, after


def _reasons(
    zones: pd.DataFrame, criteria: Sequence[Criterion], parts: NDArray[np.int64], order: NDArray[np.int64]
) -> pd.DataFrame:
    zone, following = order[:-1], order[1:]
    each = []
    for k, criterion in enumerate(criteria):
        value, name = _numbers(zones[criterion.column]), zones.zone_id.to_numpy(object)
        columns = (
            name[zone], name[following], criterion.column, (parts[zone, k] - parts[following, k]) / _ONE**2,
            value[zone], value[following],
        )  # fmt: skip
        each.append(pd.DataFrame(dict(zip(_REASONS, columns, strict=True))).assign(rank=np.arange(len(zone))))
    if not each:
        return pd.DataFrame(columns=list(_REASONS))
    every = pd.concat(each)
    different = every[every.difference != 0]
    ordered = different.sort_values(["rank", "difference"], ascending=[True, False], kind="stable")
    return ordered.drop(columns="rank").reset_index(drop=True)


def _compared(criterion: Criterion, value: float, other: float, words: _Words) -> str:
    label = words.label(criterion)
    if criterion.scale == "flag" and value >= 1:
        return label
    own, its = (words.unknown if np.isnan(amount) else words.number(amount) for amount in (value, other))
    return f"{label} {own} {words.against} {its}"
