"""Commune: the one that each row is filed under – that which it means, else that in which it lies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from phusong.intake.claim import Claims
from phusong.intake.finding import Finding
from phusong.intake.reference import Reference


def settle(
    frame: pd.DataFrame, claims: Claims, reference: Reference, *, placed: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    The frame with the code of the commune of each row: the one it means; of several, or of none, the one it lies in.

    Parameters
    ----------
    frame
        Rows as filed, with `commune_position` (in the reference's communes, -1 for none) where they have a place.
    placed
        Whether rows have a place; where they have none, the commune has to be told.
    """
    sole = np.array([c.communes[0] if len(c.communes) == 1 else -1 for c in claims.different], np.int64)[claims.of_row]
    said = np.array([bool(c.communes) for c in claims.different], bool)[claims.of_row]
    lies = frame.commune_position.to_numpy(np.int64) if placed else np.full(len(frame), -1)
    settled = np.where(sole >= 0, sole, lies)
    codes = np.array([*reference.communes.commune_code, None], object)  # -1 picks the last: no commune
    code = codes[settled]
    filed = (frame.commune_code.notna() | frame.commune_name.notna()).to_numpy(bool)
    findings = _found("commune_from_position", (sole < 0) & (lies >= 0) & ~said & ~filed, became=code)
    if not placed:
        findings += _found("missing", (settled < 0) & ~filed)
        findings += _found("commune_ambiguous", (settled < 0) & said, found=frame.commune_code.to_numpy(object))
    return frame.assign(commune_code=code).drop(columns="commune_position", errors="ignore"), findings


def _found(
    reason: str, at: np.ndarray, found: np.ndarray | None = None, became: np.ndarray | None = None
) -> list[Finding]:
    rows = np.flatnonzero(at)
    if not len(rows):
        return []
    texts = [() if values is None else tuple(map(str, values[rows])) for values in (found, became)]
    return [Finding(reason, rows, "commune_code", texts[0], texts[1])]
