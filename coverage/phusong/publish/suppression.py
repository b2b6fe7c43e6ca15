"""Suppression: which counts of satellite terminals are left out, so that nobody can work out one of 1 to 4."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SMALL = (1, 2, 3, 4)
"""Counts that are left out: so few terminals point at households. None at all is shown."""
COUNT, MARK = "terminals", "terminals_suppressed"
"""Column of the count, and the one that says whether it was left out, which is not the same as not filed."""
_SPAN = SMALL[-1] - SMALL[0]
_Cells = Mapping[str, int]


@dataclass(frozen=True)
class Hidden:
    """The units of a period whose count is left out, and whether that of the study is."""

    communes: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    study: bool = False

    def __or__(self, other: Hidden) -> Hidden:
        """Units left out in either of two periods: of them no difference may be shown."""
        return Hidden(self.communes | other.communes, self.provinces | other.provinces, self.study or other.study)

    def holds(self, unit_level: str, unit_code: str) -> bool:
        """Whether the count of a unit is left out."""
        if unit_level == "study":
            return self.study
        return unit_code in (self.communes if unit_level == "commune" else self.provinces)


def hidden(communes: pd.DataFrame) -> Hidden:
    """
    What must be left out of the counts of communes, provinces and the study in one period.

    Small counts are, and with them the smallest others that keep them from being worked out: other communes of the
    province first, its total only where they do not suffice, then totals of other provinces, and that of the study
    last. Whoever knows the counts of one commune (or, where totals of provinces are left out, of one province) still
    cannot tell those of another. Depends on nothing but the counts and codes.

    Parameters
    ----------
    communes
        `commune_code`, `province_code` and `terminals`, which is missing where nothing was filed.

    Examples
    --------
    One small count takes two others with it: the one alone is their difference, and two are known to either commune.

    >>> counts = {"commune_code": ["1", "2", "3", "4"], "province_code": "01", "terminals": [3, 9, 7, 0]}
    >>> sorted(hidden(pd.DataFrame(counts)).communes)
    ['1', '2', '3']
    """
    filed = communes[communes[COUNT].fillna(0) > 0]
    provinces = {
        str(code): dict(zip(own["commune_code"].astype(str), own[COUNT].astype(int), strict=True))
        for code, own in filed.groupby("province_code")
    }
    chosen = {code: _within(cells) for code, cells in provinces.items()}
    open_totals = {code for code, own in chosen.items() if not _safe([[provinces[code][one]] for one in own])}
    wider, totals = _across(provinces, chosen, open_totals)
    study = not _safe([[provinces[code][one] for one in wider[code]] for code in totals])
    # without the study's total no other province stands between the small counts and their sum
    kept, totals = (chosen, open_totals) if study else (wider, totals)
    return Hidden(frozenset(one for own in kept.values() for one in own), frozenset(totals), study)


def published(communes: pd.DataFrame, period: str, left_out: Hidden) -> pd.DataFrame:
    """
    Every count that may be shown, by commune, province and for the study.

    A count that is missing was either left out, where `terminals_suppressed` says so, or never filed. Totals leave out
    communes that filed nothing, and are missing where none filed.

    Returns
    -------
    pd.DataFrame
        `period`, `unit_level`, `unit_code` (empty for the study), `province_code` (of a commune, else empty),
        `terminals`, `terminals_suppressed`.
    """
    counts = communes[["commune_code", "province_code", COUNT]].astype({COUNT: "Int64"})
    parts = [
        counts.rename(columns={"commune_code": "unit_code"}).assign(unit_level="commune"),
        _totals(counts, "province_code").assign(unit_level="province", province_code=""),
        _totals(counts.assign(study=""), "study").assign(unit_level="study", province_code=""),
    ]
    table = pd.concat(parts, ignore_index=True).assign(period=period)
    order = ["period", "unit_level", "unit_code", "province_code", COUNT]
    of = [left_out.holds(level, str(code)) for level, code in zip(table["unit_level"], table["unit_code"], strict=True)]
    return withhold(table[order], np.array(of, dtype=bool), [COUNT])


def withhold(table: pd.DataFrame, rows: NDArray[np.bool_], columns: Iterable[str]) -> pd.DataFrame:
    """The table without what some rows hold in some columns, and with `terminals_suppressed` to say so."""
    return table.assign(**{name: table[name].mask(rows) for name in columns}, **{MARK: rows})


def _within(cells: _Cells) -> list[str]:
    """Communes of a province to leave out: the small counts, and others from the smallest if they protect them."""
    small = sorted(code for code, count in cells.items() if count in SMALL)
    chosen = list(small)
    for code in sorted(set(cells) - set(small), key=lambda code: (cells[code], code)):
        if _safe([[cells[one]] for one in chosen]):
            break
        chosen.append(code)
    return chosen if _safe([[cells[one]] for one in chosen]) else small


def _across(
    provinces: Mapping[str, _Cells], chosen: Mapping[str, list[str]], totals: Collection[str]
) -> tuple[dict[str, list[str]], set[str]]:
    """Communes and totals to leave out when totals of further provinces protect those that must be left out."""
    wider, out = dict(chosen), set(totals)
    # first those that leave counts out already
    for code in sorted(set(provinces) - out, key=lambda code: (not chosen[code], sum(provinces[code].values()), code)):
        if _safe([[provinces[one][cell] for cell in wider[one]] for one in out]):
            break
        cells = provinces[code]
        out.add(code)
        wider[code] = wider[code] or [min(cells, key=lambda one: (cells[one], one))]
    return wider, out


def _safe(blocks: Sequence[Sequence[int]]) -> bool:
    """
    Whether counts of which only the sum is known can each be anything from 1 to 4, also for who knows one block.

    Each is known to be at least 1, as 0 would be shown. Of n counts with the sum S one can be at most S - (n - 1).
    """
    counts, above = sum(map(len, blocks)), sum(count - 1 for block in blocks for count in block)
    return all(counts - len(block) >= 2 and above - sum(count - 1 for count in block) >= _SPAN for block in blocks)


def _totals(counts: pd.DataFrame, by: str) -> pd.DataFrame:
    sums = counts.groupby(by)[COUNT].sum(min_count=1)
    return sums.rename_axis("unit_code").reset_index()
