"""Filed scores: what intake said of each filing that a study stands on, as frames for an edition."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import FilingError
from phusong.intake.previous import ACCEPTED, QUALITY
from phusong.intake.quality import filer
from phusong.intake.reasons import AXES, general, reasons

FILES = ("filing", "layer", "as_of", "file", "filer", "rows", "accepted", "quarantined")
"""Columns of `files` beside the two of each axis, such as `correct_numerator` and `correct_denominator`."""
REASONS = ("filing", "layer", "filer", "reason", "axis", "rows", "reason_vi", "reason_en")
_PARTS = ("numerator", "denominator")


@dataclass(frozen=True)
class Accepted:
    """A layer's file that may be what an intake accepted, and whether it is still the one that the quarter read."""

    layer: str
    file: Path
    same: bool


def filed_scores(read: Sequence[Accepted]) -> dict[str, pd.DataFrame]:
    """
    Scores of filings; no frames where nothing came through intake.

    Parameters
    ----------
    read
        Files of layers; those that no intake wrote are passed over.

    Returns
    -------
    dict
        `files`: a row a filing, `FILES` and the counts of each axis. `reasons`: why its rows were set aside, most rows
        first. `layers`: `layer` and `state`, `scored`, or `replaced` where the intake was written anew since the
        quarter was run, so that its scores are of other rows and are not told.

    Raises
    ------
    FilingError
        When `quality.json` beside accepted rows cannot be read.
    """
    found = [(one, quality) for one in read if (quality := _quality(one.file)) is not None]
    if not found:
        return {}
    entries = [(one.layer, quality, entry) for one, quality in found if one.same for entry in quality["files"]]
    files = [_file(number, *told) for number, told in enumerate(entries, start=1)]
    held = [row for number, (layer, _, entry) in enumerate(entries, start=1) for row in _reasons(number, layer, entry)]
    layers = [(one.layer, "scored" if one.same else "replaced") for one, _ in found]
    counts = [f"{axis}_{part}" for axis in AXES for part in _PARTS]
    return {
        "files": pd.DataFrame(files, columns=[*FILES, *counts]),
        "reasons": pd.DataFrame(held, columns=[*REASONS]),
        "layers": pd.DataFrame(sorted(set(layers)), columns=["layer", "state"]),
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


def _file(number: int, layer: str, quality: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: entry[name] for name in ("file", "rows", "accepted", "quarantined")}
    scores = {f"{axis}_{part}": float(entry["scores"][axis][part]) for axis in AXES for part in _PARTS}
    return {"filing": number, "layer": layer, "as_of": quality["as_of"], "filer": filer(entry), **told, **scores}


def _reasons(number: int, layer: str, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = reasons()
    held = [(key, rows) for key, rows in entry["reasons"].items() if key in known and known[key].kind == "quarantine"]
    for key, rows in sorted(held, key=lambda pair: (-pair[1], pair[0])):
        own = {"filing": number, "layer": layer, "filer": filer(entry), "reason": key, "axis": known[key].axis}
        yield {**own, "rows": rows, **dict(zip(REASONS[-2:], general(known[key]), strict=True))}
