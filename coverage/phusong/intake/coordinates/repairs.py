"""Repairs: what was changed in positions on the way to WGS 84, as findings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.intake.coordinates.metres import Placed
from phusong.intake.coordinates.pairs import Pairs
from phusong.intake.coordinates.scale import wrong
from phusong.intake.finding import Finding

_UNKNOWN = "cho biết kinh tuyến trục / say the central meridian"


def told(reason: str, at: NDArray[np.bool_], text: NDArray[np.object_] | None = None) -> list[Finding]:
    """A finding for some rows, with what was filed; none for no rows."""
    rows = np.flatnonzero(at)
    found = () if text is None else tuple(text[rows])
    return [Finding(reason, rows, "coordinates", found)] if len(rows) else []


def exchanged(
    pairs: Pairs,
    swapped: NDArray[np.bool_],
    of: NDArray[np.bool_],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
) -> list[Finding]:
    """
    Rows with their axes the other way round, told one by one; where most rows are so, the whole file is.

    Parameters
    ----------
    swapped, of
        Rows filed the other way round than their columns say, of which rows.
    """
    if not swapped.any():
        return []
    most = swapped.sum() * 2 > of.sum()
    odd, rest = (of & ~swapped, swapped) if most else (swapped, np.zeros_like(swapped))
    findings = []
    for reason, at in (("axes_swapped", odd), ("axes_swapped_file", rest)):
        rows = np.flatnonzero(at)
        became = tuple(f"{latitude[i]:.6f}, {longitude[i]:.6f}" for i in rows)
        findings += [Finding(reason, rows, "coordinates", tuple(pairs.text[rows]), became)] if len(rows) else []
    return findings


def converted(text: NDArray[np.object_], rows: NDArray[np.int64], placed: Placed) -> list[Finding]:
    """Rows in metres: converted from which system, with a scale factor put right, or set aside with the candidates."""
    findings = []
    settled = ~placed.ambiguous
    for j, system in enumerate(placed.systems):
        at = np.flatnonzero((placed.system == j) & settled)
        if not len(at):
            continue
        became = tuple(f"{placed.latitude[i]:.6f}, {placed.longitude[i]:.6f}" for i in at)
        words = {"system": system.name}
        found = tuple(text[rows[at]])
        findings.append(Finding("vn2000_converted", rows[at], "coordinates", found, became, words=words))
        if wrong(system):
            findings.append(Finding("scale_factor_wrong", rows[at], "coordinates", ("0,9996",) * len(at)))
    at = np.flatnonzero(placed.ambiguous)
    candidates = tuple(placed.rivals[i] or _UNKNOWN for i in at)
    if len(at):
        found = tuple(text[rows[at]])
        findings.append(Finding("position_ambiguous", rows[at], "coordinates", found, (), candidates))
    return findings
