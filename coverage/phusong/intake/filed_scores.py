"""Filed scores: what intake said of each filing that a study stands on, as tables of a snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import FilingError
from phusong.intake.previous import ACCEPTED, QUALITY
from phusong.intake.quality import filer
from phusong.intake.reasons import AXES, general, reasons

FILINGS, FILING_REASONS = "filings", "filing_reasons"
"""Names of the tables."""
FILED = ("filing", "layer", "filed_as_of", "file", "filer", "rows", "accepted", "quarantined")
"""Columns of `filings` beside the two of each axis, such as `correct_numerator` and `correct_denominator`."""
REASONS = ("filing", "layer", "filer", "reason", "axis", "rows", "reason_vi", "reason_en")
_PARTS = ("numerator", "denominator")


def filed_scores(files: Sequence[tuple[str, Path]]) -> dict[str, pd.DataFrame]:
    """
    Scores of filings; no tables where nothing came through intake.

    Parameters
    ----------
    files
        Layers and their files; those that no intake wrote are passed over.

    Returns
    -------
    dict
        `filings`: a row a filing, `FILED` and the counts of each axis. `filing_reasons`: why its rows were set aside,
        most rows first.

    Raises
    ------
    FilingError
        When `quality.json` beside accepted rows cannot be read.
    """
    found = [(layer, quality) for layer, file in files if (quality := _quality(file)) is not None]
    if not found:
        return {}
    entries = [(layer, quality, entry) for layer, quality in found for entry in quality["files"]]
    filings = [_filing(number, *told) for number, told in enumerate(entries, start=1)]
    held = [row for number, (layer, _, entry) in enumerate(entries, start=1) for row in _reasons(number, layer, entry)]
    counts = [f"{axis}_{part}" for axis in AXES for part in _PARTS]
    return {
        FILINGS: pd.DataFrame(filings, columns=[*FILED, *counts]),
        FILING_REASONS: pd.DataFrame(held, columns=[*REASONS]),
    }


def _quality(accepted: Path) -> Mapping[str, Any] | None:
    """`quality.json` beside accepted rows; None where the file is none that intake wrote."""
    place = accepted.with_name(QUALITY)
    if accepted.name != ACCEPTED or not place.is_file():
        return None
    try:
        told = json.loads(place.read_text("utf-8"))
        if {"as_of", "files"} <= set(told):
            return dict(told)
    except (OSError, ValueError, TypeError) as fault:
        raise FilingError(f"{place} cannot be read: {fault}") from None
    raise FilingError(f"{place} is not what an intake wrote: expected as_of and files")


def _filing(number: int, layer: str, quality: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: entry[name] for name in ("file", "rows", "accepted", "quarantined")}
    scores = {f"{axis}_{part}": float(entry["scores"][axis][part]) for axis in AXES for part in _PARTS}
    own = {"filing": number, "layer": layer, "filed_as_of": str(quality["as_of"]), "filer": filer(entry)}
    return {**own, **told, **scores}


def _reasons(number: int, layer: str, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = reasons()
    held = [(key, rows) for key, rows in entry["reasons"].items() if key in known and known[key].kind == "quarantine"]
    for key, rows in sorted(held, key=lambda pair: (-pair[1], pair[0])):
        own = {"filing": number, "layer": layer, "filer": filer(entry), "reason": key, "axis": known[key].axis}
        yield {**own, "rows": rows, **dict(zip(REASONS[-2:], general(known[key]), strict=True))}
