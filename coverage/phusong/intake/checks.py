"""Checks: rows against each other, against the licence table, the calendar and the period before."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.intake.finding import Finding
from phusong.intake.seen import Seen
from phusong.intake.spectrum import holders, names_of_operators, operator_named, others_hold

SAME_PLACE_M = 50.0
MOVED_M = 100.0
_NAMED, _NEIGHBOURS = 3, 16
_NO_RADIO_MHZ = 1e5
_EARTH_M = 6_371_000


def places(frame: pd.DataFrame) -> pd.Series:
    """Where rows stand in their source, for people: sheet and row."""
    sheet = frame.source_sheet.astype(str)
    return (sheet + ("!" if len(frame) else "")).where(sheet != "", "") + frame.source_row.astype(str)


def duplicates(frame: pd.DataFrame, key: str, taken: NDArray[np.bool_], seen: Seen) -> list[Finding]:
    """
    Rows whose id a row before them bears: the same row again, or the id of another place.

    Of rows with one id the first that has no other fault is kept; another place under the same id is told apart, for
    then either may be wrong.

    Parameters
    ----------
    taken
        Rows that no other check has set aside.
    """
    own = frame[taken & frame[key].notna().to_numpy()]
    ids = own[key].astype(object)
    places_of = {"at": places(own), "longitude": own.longitude.astype(float), "latitude": own.latitude.astype(float)}
    within = pd.DataFrame(places_of).groupby(ids.to_numpy(), sort=False).transform("first")
    before = seen.first(ids)
    known = (before["at"] != "").to_numpy()
    again = known | ids.duplicated().to_numpy()
    kept = within.where(pd.Series(~known, index=own.index), before, axis=0)[again]
    rows = own[again]
    apart = _metres(*(part[n].to_numpy(float) for part in (rows, kept) for n in ("longitude", "latitude")))
    findings = []
    for reason, which in (("duplicate", ~(apart > SAME_PLACE_M)), ("id_used_twice", apart > SAME_PLACE_M)):
        told = tuple(ids[again][which].astype(str)), (), tuple(kept["at"][which].astype(str))
        positions = np.flatnonzero(taken & frame[key].notna().to_numpy())[again][which]
        findings += [Finding(reason, positions, key, *told)] if len(positions) else []
    return findings


def repeated(frame: pd.DataFrame, taken: NDArray[np.bool_]) -> list[Finding]:
    """Rows of a table without ids that say the same of the same commune, period and provider again."""
    names = [name for name in ("commune_code", "period", "provider") if name in frame]
    again = frame.duplicated(names) & taken & frame[names].notna().all(axis=1).to_numpy()
    rows = np.flatnonzero(again.to_numpy(bool))
    if not len(rows):
        return []
    first = frame.assign(at=places(frame)).groupby(names).at.transform("first")
    return [
        Finding(
            "duplicate",
            rows,
            names[0],
            tuple(frame[names[0]].iloc[rows].astype(str)),
            (),
            tuple(first.iloc[rows].astype(str)),
        )
    ]


def co_sited(frame: pd.DataFrame, key: str, taken: NDArray[np.bool_]) -> list[Finding]:
    """
    Rows at the place of another operator's: shared masts, told and not faulted.

    Each place of an operator is looked at once, with its nearest neighbours alone, so that a crowd takes no longer.
    """
    at = np.flatnonzero(taken & np.isfinite(frame.longitude.to_numpy(float)) & frame[key].notna().to_numpy())
    if len(at) < 2 or "operator" not in frame:
        return []
    rows = pd.DataFrame({"x": frame.longitude.to_numpy(float)[at], "y": frame.latitude.to_numpy(float)[at]})
    rows = rows.assign(
        operator=pd.factorize(frame.operator.astype(str))[0][at], id=frame[key].astype(str).to_numpy()[at]
    )
    if rows.operator.nunique() < 2:
        return []
    mast = rows.groupby(["x", "y", "operator"], sort=False).ngroup().to_numpy()
    masts = rows.assign(mast=mast).drop_duplicates("mast").reset_index(drop=True)
    points = _plane(masts.x.to_numpy(), masts.y.to_numpy())
    near = cKDTree(points).query(points, k=min(_NEIGHBOURS, len(points)), distance_upper_bound=SAME_PLACE_M)[1]
    operators = np.append(masts.operator.to_numpy(), -1)  # -1 picks the last: no neighbour
    others = np.sort(np.where((operators[near] != masts.operator.to_numpy()[:, None]), near, len(masts)), axis=1)
    ids = np.append(masts.id.to_numpy(object), "")
    told = np.array([", ".join(filter(None, ids[other[:_NAMED]])) for other in others], object)[mast]
    shared = np.flatnonzero(told != "")
    return [Finding("co_sited", at[shared], key, (), (), tuple(told[shared]))] if len(shared) else []


def licensed(frame: pd.DataFrame, as_of: dt.date) -> list[Finding]:
    """
    Frequencies that others held on the day; those of nobody in the table are told and accepted.

    The day is that of the filing, for sites of any age: what they may do now is asked.
    """
    if not {"operator", "frequency_mhz"} <= set(frame):
        return []
    couples = pd.MultiIndex.from_arrays(
        [frame.operator.astype(object).where(frame.operator.notna(), ""), frame.frequency_mhz.to_numpy(float)]
    )
    codes, different = pd.factorize(couples)
    found: dict[tuple[str, str], list[int]] = {}
    for code, (operator, frequency) in enumerate(different):
        if not operator or not 0 < frequency < _NO_RADIO_MHZ:
            continue
        who = holders(float(frequency), as_of)
        if others_hold(str(operator), float(frequency), as_of):
            found.setdefault(("band_not_licensed", ", ".join(who)), []).append(code)
        elif not who or _unlisted(str(operator), who):
            found.setdefault(("licence_unknown", ""), []).append(code)
    findings = []
    for (reason, holder), which in sorted(found.items()):
        rows = np.flatnonzero(np.isin(codes, which))
        texts = tuple(f"{value:g}" for value in frame.frequency_mhz.to_numpy(float)[rows])
        findings.append(Finding(reason, rows, "frequency_mhz", texts, words={"holder": holder} if holder else {}))
    return findings


def _unlisted(operator: str, who: tuple[str, ...]) -> bool:
    """Whether the table names an operator, but no licence of its own for what others share."""
    return operator_named(operator) in set(names_of_operators().values()) - set(who)


def dated(frame: pd.DataFrame, as_of: dt.date) -> list[Finding]:
    """States and days that cannot both be true on the as-of date."""
    if not {"status", "on_air_date"} <= set(frame):
        return []
    day = frame.on_air_date
    late = (day > pd.Timestamp(as_of)) & (frame.status == "on_air")
    past = (day <= pd.Timestamp(as_of)) & (frame.status == "planned")
    findings = []
    for reason, which in (("on_air_in_future", late), ("planned_but_past", past)):
        rows = np.flatnonzero(which.to_numpy(bool))
        if len(rows):
            findings.append(
                Finding(
                    reason,
                    rows,
                    "on_air_date",
                    tuple(day.iloc[rows].dt.strftime("%Y-%m-%d")),
                    words={"as_of": str(as_of)},
                )
            )
    return findings


def moved(frame: pd.DataFrame, key: str, before: pd.DataFrame) -> list[Finding]:
    """Rows that stood elsewhere in the period before, by more than `MOVED_M`."""
    earlier = before.dropna(subset=[key]).drop_duplicates(key).set_index(key)[["longitude", "latitude"]]
    own = frame[[key, "longitude", "latitude"]].join(earlier.add_suffix("_before"), on=key)
    names = ("longitude", "latitude", "longitude_before", "latitude_before")
    far = _metres(*(own[name].to_numpy(float) for name in names))
    rows = np.flatnonzero(np.nan_to_num(far) > MOVED_M)
    told = tuple(f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.1f} km" for metres in far[rows])
    return [Finding("moved", rows, key, told)] if len(rows) else []


def vanished(now: frozenset[str], key: str, before: pd.DataFrame, operators: frozenset[str]) -> tuple[str, ...]:
    """Ids of the period before, of some operators or of all, that are not there now; in order."""
    same = before[before.operator.isin(operators)] if "operator" in before and operators else before
    return tuple(sorted(set(same[key].dropna().astype(str)) - now))


def _plane(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres on a sphere, as three coordinates: chords of some metres are as long as arcs."""
    east, north = np.radians(longitude), np.radians(latitude)
    return _EARTH_M * np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def _metres(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    longitude_b: NDArray[np.float64],
    latitude_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(_plane(longitude, latitude) - _plane(longitude_b, latitude_b), axis=1))
