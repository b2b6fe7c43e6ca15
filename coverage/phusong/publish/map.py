"""The map: one HTML file of the study area that opens anywhere, also with no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phusong.errors import PhusongError
from phusong.ledger.edition import Edition
from phusong.publish.classes import Palette, read_palette
from phusong.publish.contents import (
    Table,
    as_json,
    bounds_of,
    commune_table,
    fixed_tables,
    layers_of,
    zone_table,
)
from phusong.publish.labels import Labels, number_text, read_labels
from phusong.publish.page import frame_of, render

LIMIT_BYTES = 2_000_000
TOLERANCES_M = (30.0, 50.0, 80.0, 130.0, 200.0, 320.0)
"""How coarsely communes are drawn: the first with which the page keeps within its limit."""

ZONE_TOLERANCE_PIXELS = 0.75
"""Smooths the stairs of pixels, whose corners lie at most 0.71 pixels off a slanted edge."""


@dataclass(frozen=True)
class _Drawing:
    """What every drawing of an edition has in common."""

    edition: Edition
    labels: Labels
    palette: Palette
    fixed: Mapping[str, Table]
    limit_bytes: int


def write_map(edition: Edition, path: Path) -> Path:
    """
    Write the map of an edition as one HTML file of at most 2 MB, whole or not at all.

    Raises
    ------
    PhusongError
        When the study is too large for one page; says by how much.
    """
    page = draw(edition)
    draft = path.with_name(path.name + ".draft")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        draft.write_bytes(page)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def draw(edition: Edition, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """
    The page, drawn as finely as the limit allows; dead zones of the last ranks are left out when nothing else helps.

    Raises
    ------
    PhusongError
        When even the coarsest outlines without any dead zone are too large.
    """
    labels, palette = read_labels(), read_palette()
    drawing = _Drawing(edition, labels, palette, fixed_tables(edition, labels, palette), limit_bytes)
    everything = len(edition.zones)
    for tolerance_m in TOLERANCES_M:
        page = _page(drawing, tolerance_m, everything)
        if len(page) <= limit_bytes:
            return page
    return _without_last_ranks(drawing, everything)


def _without_last_ranks(drawing: _Drawing, everything: int) -> bytes:
    best, low, high = _page(drawing, TOLERANCES_M[-1], 0), 0, everything
    if len(best) > drawing.limit_bytes:
        needed, limit = (number_text(size / 1e6, "", decimals=2) for size in (len(best), drawing.limit_bytes))
        raise PhusongError(drawing.labels["page.too_large"].format(needed=needed, limit=limit))
    while high - low > 1:
        middle = (low + high) // 2
        page = _page(drawing, TOLERANCES_M[-1], middle)
        if len(page) <= drawing.limit_bytes:
            best, low = page, middle
        else:
            high = middle
    return best


def _page(drawing: _Drawing, tolerance_m: float, zones: int) -> bytes:
    edition, labels, palette = drawing.edition, drawing.labels, drawing.palette
    tables = {"communes": commune_table(edition, tolerance_m, labels, palette)}
    if zones:
        tables["zones"] = zone_table(edition, _pixel_m(edition) * ZONE_TOLERANCE_PIXELS, zones, labels, palette)
    tables |= drawing.fixed
    bounds = bounds_of(edition.communes)
    texts = {key: text for key, text in labels.items() if key.startswith("control.")}
    data = as_json(tables, layers_of(tables, labels, palette), bounds, texts)
    frame = frame_of(edition, palette, labels, _notes(drawing, tolerance_m, zones))
    centre = (bounds[0][0] + bounds[1][0]) / 2, (bounds[0][1] + bounds[1][1]) / 2
    return render(frame, labels, data, centre).encode("utf-8")


def _notes(drawing: _Drawing, tolerance_m: float, zones: int) -> list[str]:
    """What the reader must know of this drawing: its coarseness, and what it leaves out."""
    labels, missing = drawing.labels, len(drawing.edition.zones) - zones
    notes = [labels["legend.outlines"].format(metres=number_text(tolerance_m, ""))]
    if missing:
        count, rank = number_text(missing, ""), number_text(zones + 1, "")
        limit = number_text(drawing.limit_bytes / 1e6, "", decimals=2)
        notes.append(labels["legend.zones_left_out"].format(count=count, rank=rank, limit=limit))
    return notes


def _pixel_m(edition: Edition) -> float:
    return float(edition.run.get("grid", {}).get("pixel_m", 100.0))
