"""The drawing of one radio path: terrain, line of sight, Fresnel zone, what blocks it, and the loss by its terms."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phusong.config import shipped
from phusong.errors import PhusongError
from phusong.publish.drawing import (
    LARGE_PT,
    PLAIN,
    SMALL_PT,
    TEXT_PT,
    WIDTH_IN,
    height_in,
    lines,
    own_settings,
    write,
)
from phusong.publish.link_words import Language, Source, Words, document, mark, notes, table, title, verdict
from phusong.radio.link_profile import LinkProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = (".png", ".svg", ".json")
"""Endings of the files that can be written."""
DOTS_PER_INCH = 200
"""1280 dots wide: sharp on a desk, and with letters large enough to be read 412 dots wide on a phone."""
_PATH_IN, _BARS_IN = 4.5, 2.35
_FINE = 200
"""Points of the ellipse, whatever the profile has."""
_PAPER: Mapping[str, Any] = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5}


def write_link(path: Path, profile: LinkProfile, source: Source, language: Language) -> Path:
    """
    Write a link as a picture (.png, .svg) or as all its numbers (.json), whole or not at all.

    Raises
    ------
    PhusongError
        For any other ending.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise PhusongError(f"{path.name}: expected a name ending in {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    draft = path.with_name(path.name + ".draft")
    try:
        if kind == ".json":
            plain = json.dumps(document(profile, source), ensure_ascii=False, indent=1, allow_nan=False)
            draft.write_text(plain + "\n", "utf-8")
        else:
            _save(draft, kind.removeprefix("."), profile, source, Words.of(language))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def draw(profile: LinkProfile, source: Source, words: Words) -> Figure:
    """The picture, one column wide so that it can be read on a phone."""
    from matplotlib.figure import Figure

    colours = tomllib.loads(shipped("maps", "palettes.toml").read_text("utf-8"))["link"]
    first, *others = verdict(profile, words)
    answer = colours["sight_cut" if profile.state == "blocked" else "sight_free"]
    head = lines([(title(profile, words), LARGE_PT, PLAIN), (first, TEXT_PT, answer)])
    head += lines([(said, TEXT_PT, PLAIN) for said in others])
    foot = lines([(note, SMALL_PT, PLAIN) for note in notes(profile, source, words)])
    head_in, foot_in = height_in(head), height_in(foot)
    with own_settings():
        figure = Figure(figsize=(WIDTH_IN, head_in + _PATH_IN + _BARS_IN + foot_in))
        whole_in = figure.get_figheight()
        write(figure, head, whole_in - 0.08)
        write(figure, foot, foot_in - 0.08)
        upper = (0.13, (foot_in + _BARS_IN + 1.2) / whole_in, 0.84, (_PATH_IN - 1.5) / whole_in)
        _draw_path(figure.add_axes(upper), profile, words, colours)
        lower = (0.36, (foot_in + 0.15) / whole_in, 0.61, (_BARS_IN - 0.5) / whole_in)
        _draw_losses(figure.add_axes(lower), profile, words, colours)
    return figure


def _draw_path(axes: Axes, profile: LinkProfile, words: Words, colours: Mapping[str, str]) -> None:
    d, raised, line = profile.distance_km, profile.raised_m, profile.line_m
    cut = profile.state == "blocked"
    top = max(float(raised.max()), float((line + profile.fresnel_m).max()), profile.corner.amsl_m if cut else -np.inf)
    span = max(top - float(raised.min()), 10.0)
    floor, ceiling = float(raised.min()) - 0.08 * span, top + 0.2 * span
    earth = np.clip(raised - profile.ground_amsl_m, floor, raised)
    axes.fill_between(d, floor, earth, color=colours["earth"], linewidth=0)
    axes.fill_between(d, earth, raised, color=colours["ground"], linewidth=0, label=words.say("ground"))
    axes.plot(d, raised, color=colours["ground_outline"], linewidth=1.2)
    fine = np.linspace(0, d[-1], _FINE)
    middle, radius = np.interp(fine, d, line), np.sqrt(fine * (d[-1] - fine))
    radius *= profile.fresnel_m[1] / np.sqrt(d[1] * (d[-1] - d[1]))
    zone: dict[str, Any] = {"color": colours["fresnel"], "alpha": 0.4, "linewidth": 0, "label": words.say("fresnel")}
    axes.fill_between(fine, middle - radius, middle + radius, **zone)
    look = "sight_cut" if cut else "sight_free"
    axes.plot(d, line, color=colours[look], linewidth=1.8, linestyle="--" if cut else "-", label=words.say(look))
    if cut:
        rays = ([0, profile.corner.distance_km, d[-1]], [line[0], profile.corner.amsl_m, line[-1]])
        axes.plot(*rays, color=colours["horizons"], linewidth=1.2, linestyle=":", label=words.say("horizons"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlim=(0, d[-1]), ylim=(floor, ceiling), xlabel=words.say("x_axis"), ylabel=words.say("y_axis"))
    _use_numbers_of(axes, words)
    _draw_antennas(axes, profile, words, colours)
    _mark_edges(axes, profile, words, colours)
    axes.legend(loc="upper center", bbox_to_anchor=(0.44, -0.2), ncols=2, frameon=False, fontsize=SMALL_PT + 1)


def _draw_antennas(axes: Axes, profile: LinkProfile, words: Words, colours: Mapping[str, str]) -> None:
    """Both antennas, with their heights above the plot, where nothing is in the way."""
    settings, colour = profile.settings, colours["antenna"]
    for end, who, height_m in ((0, "tx", settings.tx_height_agl_m), (-1, "rx", settings.rx_height_agl_m)):
        at, ground, top = profile.distance_km[end], profile.raised_m[end], profile.line_m[end]
        axes.plot([at, at], [ground, top], color=colour, linewidth=3, solid_capstyle="butt", clip_on=False)
        axes.plot([at], [top], color=colour, marker="o", markersize=6, clip_on=False)
        label = words.say(who, height=(height_m, 0 if height_m % 1 == 0 else 1))
        axes.set_title(label, loc="left" if who == "tx" else "right", fontsize=SMALL_PT + 1)


def _mark_edges(axes: Axes, profile: LinkProfile, words: Words, colours: Mapping[str, str]) -> None:
    """How far each edge stands above the line or, in sight, comes near to it; the worst with its figure."""
    colour = colours["sight_cut"]
    for edge in profile.edges:
        at = edge.distance_km
        line = float(np.interp(at, profile.distance_km, profile.line_m))
        top = line + edge.above_line_m
        axes.plot([at, at], [line, top], color=colour, linewidth=2)
        axes.plot([at], [top], color=colour, marker="v", markersize=7)
        if edge is profile.worst:
            share = at / profile.length_km
            side = "left" if share < 0.2 else "right" if share > 0.8 else "center"
            style: dict[str, Any] = {
                "textcoords": "offset points",
                "ha": side,
                "bbox": _PAPER,
                "color": colour,
                "fontweight": "bold",
            }
            axes.annotate(mark(edge, words), (at, max(top, line)), (0, 8), **style)


def _draw_losses(axes: Axes, profile: LinkProfile, words: Words, colours: Mapping[str, str]) -> None:
    """The loss by its terms: what distance costs, what the ground adds, and the other ways a wave can take."""
    rows, terms = table(profile, words), profile.terms
    looks = ("free_space", "diffraction", "over_ground", "other_way", "other_way", "together")
    longest = max(figure for _, figure in rows)
    for at, ((_, figure), look) in enumerate(zip(rows, looks, strict=True)):
        start = terms.los_db if look == "diffraction" else 0.0
        axes.barh(at, figure, left=start, color=colours[look], height=0.7)
        bold = "bold" if look == "together" else "normal"
        end = start + max(figure, 0.0) + 0.012 * longest
        axes.text(end, at, words.say("decibels", number=(figure, 1)), va="center", fontweight=bold)
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.set(xlim=(0, 1.26 * longest), ylim=(len(rows) - 0.5, -0.5), xticks=[])
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(words.say("ways"), loc="right", fontsize=TEXT_PT, pad=6)


def _use_numbers_of(axes: Axes, words: Words) -> None:
    """Ticks as the language writes numbers."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, place: int | None) -> str:
        del place
        return words.number(value, len(f"{value:.6g}".partition(".")[2]))

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(written))


def _save(path: Path, kind: str, profile: LinkProfile, source: Source, words: Words) -> None:
    metadata = {"Title": title(profile, words), "Date": None} if kind == "svg" else {"Software": None}
    with own_settings():
        draw(profile, source, words).savefig(path, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)
