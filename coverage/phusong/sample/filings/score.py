"""Scores: what intake did with a filing, held against the truth; and the tables that tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

MISPLACED_M = 30.0
"""An accepted row farther from its true place is misplaced."""
OVER_SHARE = 0.01
"""Share of the rows to be accepted that may be set aside."""
_GOOD, _ACCEPTED = "good", "accepted"
_COLUMNS = ("rows", "misplaced", "wrongly accepted", "twice", "lost", "over", "due", "right", "wrong")


@dataclass(frozen=True)
class Score:
    """
    What became of the rows of one filing.

    Parameters
    ----------
    misplaced
        Accepted rows farther than `MISPLACED_M` from the true place, or without a place.
    wrongly_accepted
        Accepted rows that were to be set aside; of duplicates one may be accepted.
    over
        Rows set aside that were to be accepted, of `due`; where a VN-2000 zone is ambiguous both are right.
    reasons
        Counts of the true reason and the one told; "good" is the true reason of rows without fault, "accepted" is told
        of a row that was accepted without a word.
    """

    file: str
    rows: int
    misplaced: int
    wrongly_accepted: int
    twice: int
    lost: int
    over: int
    due: int
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def right(self) -> int:
        """Rows with a fault of which the true reason was told."""
        return sum(count for (true, told), count in self.reasons.items() if true == told)

    @property
    def wrong(self) -> int:
        """Rows of which another reason was told, those without a fault among them."""
        return sum(count for (true, told), count in self.reasons.items() if true != told)

    @property
    def passed(self) -> bool:
        """Whether nothing was misplaced, wrongly accepted, doubled or lost, and not too much set aside."""
        clean = self.misplaced == self.wrongly_accepted == self.twice == self.lost == 0
        return clean and self.over <= OVER_SHARE * self.due


def score(file: str, truth: pd.DataFrame, accepted: pd.DataFrame, quarantine: pd.DataFrame) -> Score:
    """
    Hold what was accepted and set aside against the truth of a filing.

    Parameters
    ----------
    truth
        Columns of `truth.COLUMNS`.
    accepted
        site_id, longitude, latitude, repairs.
    quarantine
        source_file, source_sheet, source_row, site_id, reason; several lines a row where it has several reasons.
    """
    good = truth[truth.verdict != "quarantine"].drop_duplicates("site_id").set_index("site_id")
    bad = truth[(truth.verdict == "quarantine") & (truth.reason != "duplicate")]
    met = accepted[accepted.site_id.isin(good.index)].join(good[["true_lon", "true_lat"]], on="site_id")
    held = quarantine.drop_duplicates(["source_file", "source_sheet", "source_row"])
    due = good[~good.zone_ambiguous.astype(str).eq("True")]
    return Score(
        file,
        rows=len(truth),
        misplaced=int((~(_metres(met) <= MISPLACED_M)).sum()),
        wrongly_accepted=int(accepted.site_id.isin(bad.site_id).sum()),
        twice=int(accepted.site_id.duplicated().sum()),
        lost=len(truth) - len(accepted) - len(held),
        over=int((~due.index.isin(accepted.site_id)).sum()),
        due=len(due),
        reasons=_reasons(truth, accepted, quarantine),
    )


def files_told(scores: Iterable[Score]) -> list[str]:
    """Lines of the table of filings: one a filing, and their sums."""
    lines, sums = [f"{'filing':<28}" + "".join(f"{name:>17}" for name in _COLUMNS)], Counter[str]()
    for one in scores:
        numbers = (
            one.rows,
            one.misplaced,
            one.wrongly_accepted,
            one.twice,
            one.lost,
            one.over,
            one.due,
            one.right,
            one.wrong,
        )
        sums.update(dict(zip(_COLUMNS, numbers, strict=True)))
        lines.append(f"{one.file:<28}" + "".join(f"{number:>17}" for number in numbers) + ("" if one.passed else "  *"))
    return [*lines, f"{'all':<28}" + "".join(f"{sums[name]:>17}" for name in _COLUMNS)]


def reasons_told(scores: Sequence[Score]) -> list[str]:
    """Lines of the table of reasons: of how many rows the true one was told, of how many another, and which."""
    both = sum((one.reasons for one in scores), Counter[tuple[str, str]]())
    lines = [f"{'true reason':<28}{'right':>8}{'wrong':>8}  told instead"]
    for reason in sorted({true for true, _ in both}):
        others = {told: count for (true, told), count in both.items() if true == reason != told}
        told = ", ".join(f"{word} {count}" for word, count in sorted(others.items(), key=lambda pair: -pair[1]))
        lines.append(f"{reason:<28}{both[reason, reason]:>8}{sum(others.values()):>8}  {told}".rstrip())
    return lines


def _metres(met: pd.DataFrame) -> pd.Series:
    east = (met.longitude - met.true_lon) * 111_320 * np.cos(np.radians(met.true_lat))
    return pd.Series(np.hypot(east, (met.latitude - met.true_lat) * 110_900), met.index)


def _reasons(truth: pd.DataFrame, accepted: pd.DataFrame, quarantine: pd.DataFrame) -> Counter[tuple[str, str]]:
    """True reason and the one told of each site; of rows without fault only those that were set aside."""
    held = quarantine.groupby("site_id").reason.agg(set).to_dict()
    repairs = accepted.drop_duplicates("site_id").set_index("site_id").repairs.to_dict()
    pairs: Counter[tuple[str, str]] = Counter()
    for site, reason, verdict in zip(truth.site_id, truth.reason, truth.verdict, strict=True):
        told = held.get(site, set())
        if verdict == "repair":
            right = reason in str(repairs.get(site, ""))
            pairs[reason, reason if right else _first(told)] += 1
        elif reason:
            pairs[reason, reason if reason in told else _first(told)] += 1
        elif site not in repairs:
            pairs[_GOOD, _first(told - {"duplicate"})] += 1
    return pairs


def _first(told: set[str]) -> str:
    return min(told, default=_ACCEPTED)
