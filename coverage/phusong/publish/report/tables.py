"""Tables: what a report may ask, by name, and how a question to them is answered."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.ledger.edition import Edition, Frames
from phusong.publish.report.model import Query
from phusong.publish.tiers import Rules, Tier

_FIELDS = ("communes", "zones", "villages", "sites", "levels", "filings", "filing_reasons")
_GROUPS = ("outlook", "published", "tasks")
_COMPARED = "changes"
"""Table beside an edition that is no table of a snapshot."""


@dataclass(frozen=True)
class Tables:
    """Frames by name; those of a group such as the outlook as `outlook/chances`."""

    frames: Frames
    _places: dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], list[int]]] = field(default_factory=dict)

    def rows(self, query: Query) -> NDArray[np.int64]:
        """Places of the rows that a question means; none where the table or a column is not there."""
        frame = self.frames.get(query.table)
        names = tuple(name for name, _ in query.where)
        if frame is None or not {*names} <= {*frame}:
            return np.zeros(0, np.int64)
        if not names:
            return np.arange(len(frame), dtype=np.int64)
        key = (query.table, names)
        if key not in self._places:
            found: dict[tuple[object, ...], list[int]] = {}
            for place, values in enumerate(zip(*(frame[name].tolist() for name in names), strict=True)):
                found.setdefault(values, []).append(place)
            self._places[key] = found
        return np.array(self._places[key].get(tuple(value for _, value in query.where), []), np.int64)

    def answer(self, query: Query) -> float | None:
        """
        What the rows say; None where it is not known, which is not 0.

        Raises
        ------
        ValueError
            When the value of one row was asked and there are several.
        """
        frame, rows = self.frames.get(query.table), self.rows(query)
        if frame is None or not {*query.columns, *(name for name, _ in query.where)} <= {*frame}:
            return None
        if query.how == "count":
            return float(len(rows))
        if query.how == "value":
            if len(rows) > 1:
                raise ValueError(f"{query}: {len(rows)} rows, expected one")
            return _number(frame[query.columns[0]].iloc[rows[0]]) if len(rows) else None
        # of no rows it is 0, and of rows of which none is known it is not known
        sums = [_number(frame[name].iloc[rows].sum(min_count=min(len(rows), 1))) for name in query.columns]
        if query.how == "sum":
            return sums[0]
        above, below = sums
        return None if above is None or not below else above / below

    def text(self, query: Query) -> str:
        """What the one row says in words; empty where there is none."""
        rows = self.rows(query)
        if len(rows) != 1 or query.columns[0] not in self.frames[query.table]:
            return ""
        value = self.frames[query.table][query.columns[0]].iloc[rows[0]]
        return "" if pd.isna(value) else str(value)


def tables(edition: Edition, beside: Frames, tier: Tier) -> Tables:
    """
    Everything that a report of an edition may ask.

    Parameters
    ----------
    edition
        As its tier may hold it.
    beside
        Tables of the snapshot that an edition has not, and `changes`; what the tier may not hold is left out here.
    """
    found = {name: _plain(getattr(edition, name)) for name in _FIELDS}
    for group in _GROUPS:
        found |= {f"{group}/{name}": frame for name, frame in getattr(edition, group).items()}
    found |= held(beside, tier, tuple(edition.run.get("operators") or _operators(edition)))
    found["filed"] = _filed(edition)
    of = _commune_of(found)
    for name in ("zones", "sites", "zone_events", "zones_closed"):
        found[name] = _placed(found.get(name, pd.DataFrame()), of, found["communes"])
    return Tables({name: _dated(frame) for name, frame in found.items()})


def held(beside: Frames, tier: Tier, operators: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """
    The columns of a snapshot's tables that a tier may hold, without anything from which a count of terminals is told.

    Their rows are nobody's own, so below the regulator only what is public is held. Of changes these tiers hold those
    of all operators together: the others judge a filing.
    """
    if tier == "regulator":
        return dict(beside)
    rules, found = Rules.shipped(), {}
    for name, whole in beside.items():
        frame = whole[~whole["definition_id"].isin(rules.hidden_figures)] if "definition_id" in whole else whole
        if name == _COMPARED:
            found[name] = frame[frame["operator"].isin(["any", ""])] if "operator" in frame else frame
            continue
        hidden = {*rules.hidden_columns}
        found[name] = frame[[c for c in frame if c not in hidden and rules.holds("public", name, str(c), operators)]]
    return found


def _operators(edition: Edition) -> list[str]:
    return sorted(map(str, edition.sites["operator"].dropna().unique())) if "operator" in edition.sites else []


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame).drop(columns="geometry", errors="ignore")


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as text in ISO form, so that a question can name one and be written down."""
    days = [name for name in frame if frame[name].dtype == object and isinstance(_first(frame[name]), dt.date)]
    return frame.assign(**{str(name): [_iso(day) for day in frame[name]] for name in days})


def _first(column: pd.Series) -> object:
    known = column.dropna()
    return known.iloc[0] if len(known) else None


def _iso(day: object) -> str:
    return day.isoformat()[:10] if isinstance(day, dt.date) else ""


def _filed(edition: Edition) -> pd.DataFrame:
    """Rows in, taken and refused by layer, where the tier may know."""
    counts = edition.run.get("counts") or {}
    rows = [
        {"layer": name, "rows_in": own["rows_in"], "accepted": own["accepted"], "refused": len(own["refused"])}
        for name, own in counts.items()
        if isinstance(own, Mapping) and {"rows_in", "accepted", "refused"} <= set(own) and own["rows_in"]
    ]
    return pd.DataFrame(rows, columns=["layer", "rows_in", "accepted", "refused"])


def _commune_of(found: Frames) -> dict[str, str]:
    """Commune that each zone lies in most, of this quarter and the one before."""
    of: dict[str, str] = {}
    for name in ("earlier_zones", "zones"):
        frame = found.get(name, pd.DataFrame())
        if {"zone_id", "commune_code"} <= {*frame}:
            of |= dict(zip(frame["zone_id"], frame["commune_code"], strict=True))
    return of


def _placed(frame: pd.DataFrame, of: Mapping[str, str], communes: pd.DataFrame) -> pd.DataFrame:
    """Rows of zones and sites with the codes of their commune and province."""
    if "commune_code" not in frame and "zone_id" in frame:
        frame = frame.assign(commune_code=frame["zone_id"].map(of))
    if "commune_code" not in frame or "province_code" in frame or "province_code" not in communes:
        return frame
    province = dict(zip(communes["commune_code"], communes["province_code"], strict=True))
    return frame.assign(province_code=frame["commune_code"].map(province))


def _number(value: object) -> float | None:
    number = float("nan") if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]
    return None if math.isnan(number) else number
