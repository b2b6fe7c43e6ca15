"""The sheet of one dead zone: a picture for a phone, its map with what is known of it above and below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phusong.ledger.edition import Edition
from phusong.publish import drawing
from phusong.publish.drawing import LARGE_PT, PLAIN, SMALL_PT, TEXT_PT, WIDTH_IN, Line
from phusong.publish.labels import date_vi, number_text, period_vi
from phusong.publish.page import source_lines
from phusong.publish.zone_ground import Ground, ground_of
from phusong.publish.zone_list import worst
from phusong.publish.zone_map import Drawn, Looks, draw_map
from phusong.publish.zone_words import Fact, facts, rows_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
_MAP_IN = 6.1
_ROW_IN = 0.2
_HEADED = ("rank", "gap", "commune")
"""What the title and the line below it say."""
_FIRST = ("people", "without_signal", "cause")
_LAYERS = ("communes", "population", "terrain", "sites", "villages", "power_lines")


def write_sheets(edition: Edition, surface: Path, folder: Path, count: int) -> list[Path]:
    """
    Write a sheet for each of the first `count` zones by rank, named by its id; each whole or not at all.

    Parameters
    ----------
    surface
        Folder of the snapshot's rasters.

    Raises
    ------
    LayerError
        When a raster cannot be read.
    """
    return [_write(edition, surface, folder, str(zone_id)) for zone_id in worst(edition.zones, count)["zone_id"]]


def draw(edition: Edition, zone_id: str, ground: Ground) -> Figure:
    """The sheet of one of the edition's zones over its ground."""
    from matplotlib.figure import Figure

    looks = Looks.shipped()
    zone = edition.zones[edition.zones["zone_id"] == zone_id]
    vintage = str(edition.run.get("people_vintage") or "?")
    told = facts(rows_of(zone)[0], len(edition.zones), vintage, looks.labels)
    with drawing.own_settings():
        figure = Figure(figsize=(WIDTH_IN, _MAP_IN), dpi=DOTS_PER_INCH)
        axes = figure.add_axes((0.5 - _MAP_IN / WIDTH_IN / 2, 0, _MAP_IN / WIDTH_IN, 1))
        drawn = draw_map(axes, edition, zone, ground, looks)
        head = drawing.lines(_head(edition, zone_id, told, looks))
        foot = drawing.lines(_foot(edition, told, drawn, looks))
        _compose(figure, axes, head, drawn.signs, foot)
    return figure


def _compose(figure: Figure, axes: Axes, head: Sequence[Line], signs: Sequence[Artist], foot: Sequence[Line]) -> None:
    """The head, the map with the size it was drawn in, its legend, and the foot."""
    head_in, legend_in, foot_in = drawing.height_in(head), _ROW_IN * -(-len(signs) // 2) + 0.1, drawing.height_in(foot)
    height_in = head_in + _MAP_IN + legend_in + foot_in
    figure.set_size_inches(WIDTH_IN, height_in)
    left, _, width, _ = axes.get_position().bounds
    axes.set_position((left, (foot_in + legend_in) / height_in, width, _MAP_IN / height_in))
    place = (0.02, (foot_in + legend_in - 0.02) / height_in)
    look = {"ncols": 2, "frameon": False, "fontsize": SMALL_PT, "borderpad": 0.3, "columnspacing": 1.0}
    figure.legend(handles=list(signs), loc="upper left", bbox_to_anchor=place, borderaxespad=0, **look)
    drawing.write(figure, head, height_in - 0.08)
    drawing.write(figure, foot, foot_in - 0.08)


def _head(edition: Edition, zone_id: str, told: Sequence[Fact], looks: Looks) -> list[Line]:
    labels, text = looks.labels, {fact.key: fact.text for fact in told}
    zone = labels["zone.heading"].format(zone_id=zone_id)
    when = f"{period_vi(edition.period, labels)}, {labels['page.as_of'].format(date=date_vi(edition.as_of))}"
    found: list[Line] = [
        (f"{zone} – {labels['zone.list_rank'].lower()} {text['rank']}", LARGE_PT, PLAIN),
        (f"{text['gap'][:1].upper()}{text['gap'][1:]} – {text['commune']}", TEXT_PT, looks.own["emphasis"]),
        *((f"{fact.label}: {fact.text}", TEXT_PT, PLAIN) for fact in told if fact.key in _FIRST and fact.text),
        (when, SMALL_PT, PLAIN),
    ]
    if edition.synthetic:
        layers = ", ".join(labels.get(f"layer.{name}", name) for name in edition.synthetic)
        found.append((labels["page.synthetic"].format(layers=layers), SMALL_PT, looks.own["warning"]))
    return found


def _foot(edition: Edition, told: Sequence[Fact], drawn: Drawn, looks: Looks) -> list[Line]:
    labels = looks.labels
    rest = [f"{fact.label}: {fact.text}" for fact in told if fact.key not in (*_HEADED, *_FIRST) and fact.text]
    notes = [] if drawn.sites else [labels["zone.no_sites"]]
    if drawn.named < drawn.villages:
        counts = {"shown": number_text(drawn.named, ""), "count": number_text(drawn.villages, "")}
        notes.append(labels["zone.names_shown"].format(**counts))
    inputs = [entry for entry in edition.run.get("inputs", ()) if entry["layer"] in _LAYERS]
    sources = f"{labels['legend.sources']}: {'. '.join(source_lines(inputs, labels))}." if inputs else ""
    last = [sources, labels["legend.digest"].format(digest=edition.digest[:12]), labels["page.tier"]]
    return [(line, SMALL_PT, PLAIN) for line in (*rest, *notes, *last) if line]


def _write(edition: Edition, surface: Path, folder: Path, zone_id: str) -> Path:
    path = folder / f"{zone_id}.png"
    zone = edition.zones.geometry[edition.zones["zone_id"] == zone_id].iloc[0]
    draft = path.with_name(path.name + ".draft")
    try:
        figure = draw(edition, zone_id, ground_of(surface, zone))
        with drawing.own_settings():
            # neither the day nor the version, so that the same snapshot gives the same bytes
            figure.savefig(draft, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
