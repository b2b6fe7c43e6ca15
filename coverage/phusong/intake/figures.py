"""Figures: people and areas of communes as published – lost zeros, figures of another commune, what cannot be true."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.administration.names import keys, province_key, split_type
from phusong.intake.deviation import FACTORS, Deviation, deviation
from phusong.intake.expected import expected
from phusong.intake.finding import Finding
from phusong.intake.reference import Reference
from phusong.text import nfc, slug

AREA_TOLERANCE = 0.20
"""A published area farther from the outline's than this is told."""
NOBODY = -2
"""Owner of figures that fit none of the communes which bear them."""
_PENDING = {"dang_cap_nhat", "chua_cap_nhat", "chua_co", "chua_co_so_lieu", "khong_co_so_lieu", "n_a", "na", "null", ""}
_GROUPED = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_FITS, _FITS_ODD_AREA, _FAR = 0.35, 0.20, 0.50
"""Decades: a population so near to what is expected fits, so near it does with an odd area, so far it never does."""
_SURE = math.log(20)
"""A reading that is not 20 times as likely as another is not told without the other."""


def titled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the type of the commune before its name, where a column of its own tells it."""
    if "commune_type" not in frame:
        return frame
    pairs = zip(frame.commune_type.astype(str), frame.commune_name.astype(str), strict=True)
    typed = np.array([str(name).lower().startswith(str(kind).lower()) for kind, name in pairs], bool)
    bare = frame.commune_name.notna() & frame.commune_type.notna() & ~typed
    whole = frame.commune_type.astype(str).str.capitalize() + " " + frame.commune_name.astype(str)
    return frame.assign(commune_name=frame.commune_name.where(~bare, whole))


def checked(frame: pd.DataFrame, reference: Reference, as_of: dt.date) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Figures of communes held against the ground and against each other.

    Nothing is repaired: a figure that lost its zeros is set aside with the figure meant.

    Parameters
    ----------
    frame
        commune_code (settled), population (cells as filed) and area_km2.

    Returns
    -------
    The frame with population as a number, and what was found.
    """
    population, findings = read_counts(frame.population.to_numpy(object))
    frame = frame.assign(population=population)
    units = reference.communes.set_index("commune_code").reindex(frame.commune_code)
    ground = expected(reference, as_of).reindex(frame.commune_code)
    province = units.province_name.fillna("").map(province_key).to_numpy(object)
    off = deviation(frame, ground, province)
    owner = owners(frame, off)
    own = ((owner == -1) | (owner == np.arange(len(frame)))) & units.commune_name.notna().to_numpy(bool)
    findings += _of_another(frame, ground, units, owner)
    findings += _unlikely(frame, ground, off, own & np.isfinite(population))
    odd_area = own & _odd_area(off)
    told = np.array([f"{a:g} km2 ({b:.2f} km2)" for a, b in zip(frame.area_km2, ground.area_km2, strict=True)], object)
    return frame, findings + _found("area_disagrees", odd_area, "area_km2", told)


def read_counts(cells: NDArray[np.object_]) -> tuple[NDArray[np.float64], list[Finding]]:
    """
    Numbers of people; a text that says that there is none yet is a missing figure.

    Examples
    --------
    >>> values, findings = read_counts(np.array(["55.820", "5582", "đang cập nhật", 17.5], object))
    >>> values.tolist(), [finding.reason for finding in findings]
    ([55820.0, 5582.0, nan, 17.5], ['missing'])
    """
    values = np.array([_count(cell) for cell in cells], np.float64)
    shown = np.array(["" if pd.isna(cell) else nfc(str(cell)) for cell in cells], object)
    pending = np.array([slug(text) in _PENDING for text in shown], bool) & (shown != "")
    unread = (shown != "") & ~pending & ~np.isfinite(values)
    return values, _found("missing", pending, "population", shown) + _found("not_a_number", unread, "population", shown)


def _count(cell: Any) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if cell >= 0 else math.nan
    text = nfc(str(cell))
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[.,\s]", "", text))
    return float(text.replace(",", ".")) if _PLAIN.fullmatch(text) else math.nan


def owners(frame: pd.DataFrame, off: Deviation) -> NDArray[np.int64]:
    """
    For rows that share population and area with another commune, the row whose own they are; -1 for all others.

    Two communes do not have the same people and the same hectares, so that at most one of such rows is right: of those
    whose outline has that area the one whose outline and people fit best. `NOBODY` where no outline has.
    """
    found = np.full(len(frame), -1, np.int64)
    filled = frame[frame.population.notna() & (frame.area_km2 > 0) & frame.commune_code.notna()]
    pairs = filled.groupby(["population", "area_km2"])
    shared = filled.index[pairs.commune_code.transform("nunique") > 1]
    cost = np.min([off.cost(zeros) for zeros in range(len(FACTORS))], axis=0)
    cost = cost + np.abs(off.area_off) / off.spread["area"]
    cost = np.where(_odd_area(off) | np.isnan(off.area_off), np.inf, cost)
    for rows in filled.loc[shared].groupby(["population", "area_km2"]).indices.values():
        at = shared[rows].to_numpy()
        best = at[np.argmin(cost[at])]
        found[at] = best if np.isfinite(cost[best]) else NOBODY
    return found


def _odd_area(off: Deviation) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(10**off.area_off - 1) > AREA_TOLERANCE)


def _of_another(
    frame: pd.DataFrame, ground: pd.DataFrame, units: pd.DataFrame, owner: NDArray[np.int64]
) -> list[Finding]:
    """Rows with the figures of another commune; most often of one that bears the same name."""
    names = [keys(split_type(str(name))[1])[5] for name in units.commune_name]
    sharing = frame.assign(bare=names).groupby(["population", "area_km2", "bare"]).commune_code.transform("nunique") > 1
    foreign = (owner != -1) & (owner != np.arange(len(frame)))
    findings = []
    for reason, which in (("homonym_figures", sharing), ("shared_figures", ~sharing)):
        rows = np.flatnonzero(foreign & which.to_numpy(bool))
        found = tuple(
            f"{frame.population.iloc[i]:.0f} / {frame.area_km2.iloc[i]:g} km2 ({ground.area_km2.iloc[i]:.2f} km2)"
            for i in rows
        )
        whose = tuple("" if owner[i] == NOBODY else _named(frame, units, owner[i]) for i in rows)
        findings += [Finding(reason, rows, "population", found, (), whose)] if len(rows) else []
    return findings


def _named(frame: pd.DataFrame, units: pd.DataFrame, row: int) -> str:
    return f"{frame.commune_code.iloc[row]} {units.commune_name.iloc[row]}, {units.province_name.iloc[row]}"


def _unlikely(frame: pd.DataFrame, ground: pd.DataFrame, off: Deviation, judged: NDArray[np.bool_]) -> list[Finding]:
    """Figures that lost zeros, those that no zeros explain, and those of which two readings are as likely."""
    population = frame.population.to_numpy(float)
    costs = np.stack([_possible(population, zeros, off.cost(zeros)) for zeros in range(len(FACTORS))])
    zeros, likely = costs.argmin(axis=0), costs < costs.min(axis=0) + _SURE
    with np.errstate(invalid="ignore"):
        fits = off.misfit(zeros) <= np.where(_odd_area(off), _FITS_ODD_AREA, _FITS)
        far = off.misfit(np.zeros_like(zeros)) > np.where(_odd_area(off), _FITS, _FAR)
    lost = judged & (zeros > 0) & np.where(off.grounded, fits, ~likely[0])
    odd = judged & ~lost & far
    doubtful = judged & ~lost & ~odd & (likely.sum(axis=0) > 1)
    shown = _shown(frame, ground)
    findings = _zeros_lost(population, ground, np.where(lost, zeros, 0), likely)
    findings += _found("figures_implausible", odd, "population", shown)
    return findings + _found("population_doubtful", doubtful, "population", shown)


def _possible(population: NDArray[np.float64], zeros: int, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Cost of a reading, infinite where it cannot be.

    All trailing zeros are lost or none: a figure that still ends in one lost three, if any, and then is below 1,000.
    What has a fraction has lost some.
    """
    ends = population % 10 == 0
    possible = [population % 1 == 0, ~ends, ~ends, ~ends | (population < 1000)][zeros]
    return np.where(possible & ((population * FACTORS[zeros]) % 1 == 0), cost, np.inf)


def _zeros_lost(
    population: NDArray[np.float64], ground: pd.DataFrame, zeros: NDArray[np.int64], likely: NDArray[np.bool_]
) -> list[Finding]:
    """Told by factor, each with the figure meant and, behind it, others that are not much less likely."""
    known = ground.census.where(ground.census.notna(), ground.people).to_numpy(float)
    findings = []
    for count in range(1, len(FACTORS)):
        rows = np.flatnonzero(zeros == count)
        found = tuple(
            f"{population[i]:.10g}" + (f" (× {population[i] / known[i]:.2g})" if known[i] > 0 else "") for i in rows
        )
        meant = tuple(" / ".join(_readings(population[i], count, likely[:, i])) for i in rows)
        if len(rows):
            findings.append(Finding("zeros_lost", rows, "population", found, (), meant, {"factor": FACTORS[count]}))
    return findings


def _readings(figure: float, zeros: int, likely: NDArray[np.bool_]) -> list[str]:
    others = [n for n in reversed(range(len(FACTORS))) if likely[n] and n != zeros]
    return [f"{figure * FACTORS[n]:.10g}" for n in (zeros, *others)]


def _shown(frame: pd.DataFrame, ground: pd.DataFrame) -> NDArray[np.object_]:
    """Figures as filed, each with what is expected in brackets."""
    people = ground.census.where(ground.census.notna(), ground.people)
    rows = zip(frame.population, people, frame.area_km2, ground.area_km2, strict=True)
    return np.array([f"{p:.0f} (~{e:.0f}) / {a:g} km2 ({g:.2f} km2)" for p, e, a, g in rows], object)


def _found(reason: str, at: NDArray[np.bool_], column: str, shown: NDArray[np.object_]) -> list[Finding]:
    rows = np.flatnonzero(at)
    return [Finding(reason, rows, column, tuple(map(str, shown[rows])))] if len(rows) else []
