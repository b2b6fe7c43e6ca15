"""The map on a dead zone's sheet: the zone and its people over the terrain, with sites, villages and power lines."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.config import shipped
from phusong.grid import Grid
from phusong.ledger.edition import Edition
from phusong.publish.classes import NO_DATA, Palette, line_legend, read_palette, share_class, voltage_class
from phusong.publish.drawing import SMALL_PT
from phusong.publish.labels import Labels, number_text, read_labels
from phusong.publish.place_names import place_names
from phusong.publish.zone_ground import Box, Ground, hill_shade
from phusong.text import sort_key

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_APART_POINTS = 9.0
"""How far the signs of several operators at one mast stand from each other."""
_NAME_LETTERS = 40
_STATES = ("served", "unknown", "not_served")
_BARS_KM = (0.5, 1, 2, 5, 10, 20, 50, 100)
_BAR_SHARE = 0.3
_INK = "#1a1a1a"
_CORNERS = ((0.0, 0.0, 0.4, 0.11), (0.9, 0.86, 1.0, 1.0))
"""Where the bar of the scale and the arrow to the north stand, in shares of the map."""


@dataclass(frozen=True)
class Looks:
    """Words and colours of a sheet."""

    labels: Labels
    palette: Palette
    own: Mapping[str, Any]

    @classmethod
    def shipped(cls) -> Self:
        """Those that come with the code."""
        raw = tomllib.loads(shipped("maps", "palettes.toml").read_text("utf-8"))
        return cls(read_labels(), read_palette(), raw["sheet"])


@dataclass(frozen=True)
class Drawn:
    """What a map shows: the signs its legend explains, its sites on air, and its villages and how many are named."""

    signs: list[Artist]
    sites: int
    villages: int
    named: int


def draw_map(axes: Axes, edition: Edition, zone: gpd.GeoDataFrame, ground: Ground, looks: Looks) -> Drawn:
    """
    Draw the frame of a zone; `zone` is its row of the edition's table.

    The axes must have their size already: names are put where there is room.
    """
    west, south, east, north = ground.box
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor=looks.own["no_ground"])
    villages, sites = _framed(edition.villages, ground.box), _framed(edition.sites, ground.box)
    on_air = sites[sites["on_air"].fillna(False).astype(bool)] if len(sites) else sites
    signs = [*_draw_terrain(axes, ground, looks), *_draw_people(axes, ground, looks)]
    signs += _draw_outlines(axes, edition, zone, ground.box, looks)
    signs += _draw_lines(axes, edition.power_lines, ground.box, looks)
    signs += _draw_villages(axes, villages, looks)
    signs += _draw_sites(axes, on_air, _operators(edition), looks) if len(on_air) else []
    signs += _draw_cause(axes, sites, zone, looks)
    _draw_scale(axes, ground.box, looks)
    return Drawn(signs, len(on_air), len(villages), _name_villages(axes, villages, on_air, zone))


def _framed(rows: gpd.GeoDataFrame, box: Box) -> gpd.GeoDataFrame:
    return rows[rows.geometry.intersects(shapely.box(*box))] if len(rows) else rows


def _operators(edition: Edition) -> list[str]:
    """All operators of the study, so that one has the same sign on every sheet."""
    return sorted(edition.sites["operator"].dropna().unique(), key=sort_key) if len(edition.sites) else []


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    return grid.west, grid.east, grid.south, grid.north


def _draw_terrain(axes: Axes, ground: Ground, looks: Looks) -> list[Artist]:
    from matplotlib.patches import Patch

    drawn = min(ground.heights_m.shape) > 1
    shade = hill_shade(ground.heights_m, ground.terrain.pixel_m) if drawn else np.full(1, np.nan)
    if drawn:
        # from light grey to white, so that what is drawn on top stands out
        axes.imshow(shade, cmap="gray", vmin=-0.7, vmax=1, extent=_extent(ground.terrain), interpolation="bilinear")
    whole = shapely.box(*ground.terrain.bounds).covers(shapely.box(*ground.box)) and not np.isnan(shade).any()
    return [] if whole else [Patch(facecolor=looks.own["no_ground"], label=looks.labels["zone.no_ground"])]


def _draw_people(axes: Axes, ground: Ground, looks: Looks) -> list[Artist]:
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    breaks, fills = looks.own["people_breaks"], looks.own["people_fills"]
    classes = share_class(ground.people, breaks)
    present = sorted(set(classes[classes != NO_DATA].tolist()))
    if present:
        shown = np.ma.masked_equal(classes, NO_DATA)
        look: dict[str, Any] = {"vmin": -0.5, "vmax": len(fills) - 0.5, "alpha": looks.own["people_opacity"]}
        axes.imshow(shown, cmap=ListedColormap(fills), extent=_extent(ground.pixels), interpolation="nearest", **look)
    texts = _people_classes(breaks, looks.labels)
    unit = looks.labels["zone.people_pixel"].format(side=number_text(ground.pixels.pixel_m, ""))
    return [Patch(facecolor=fills[k], edgecolor="#8c8c8c", label=f"{unit}: {texts[k]}") for k in present]


def _people_classes(breaks: list[float], labels: Labels) -> list[str]:
    """
    Texts of the classes.

    Examples
    --------
    >>> _people_classes([1, 5], read_labels())
    ['0', 'dưới 1', '1 – dưới 5', 'từ 5']
    """
    ends = [number_text(value, "", 1) for value in breaks]
    between = [labels["zone.between"].format(low=a, high=b) for a, b in pairwise(ends)]
    first, last = labels["zone.under"].format(high=ends[0]), labels["zone.from"].format(low=ends[-1])
    return [labels["zone.nobody"], first, *between, last]


def _draw_outlines(axes: Axes, edition: Edition, zone: gpd.GeoDataFrame, box: Box, looks: Looks) -> list[Artist]:
    gap = looks.palette.gaps.get(str(zone["gap"].iloc[0]))
    colour = gap.outline if gap else _INK
    others = edition.zones[edition.zones["zone_id"] != zone["zone_id"].iloc[0]]
    kinds: list[tuple[gpd.GeoDataFrame, str, dict[str, Any]]] = [
        (edition.communes, "communes", {"color": looks.own["commune"], "linewidth": 1.2, "linestyle": ":"}),
        (others, "other_zones", {"color": _INK, "linewidth": 0.9, "linestyle": "--"}),
        (zone, "outline", {"color": colour, "linewidth": 2.4}),
    ]
    return [
        sign for rows, name, look in kinds for sign in _strokes(axes, rows, box, looks.labels[f"zone.{name}"], **look)
    ]


def _draw_lines(axes: Axes, lines: gpd.GeoDataFrame, box: Box, looks: Looks) -> list[Artist]:
    if not len(lines):
        return []
    classes = voltage_class(lines["voltage_kv"].to_numpy(float), looks.palette.line_floors_kv)
    kinds = [*reversed(range(len(looks.palette.lines))), NO_DATA]
    signs = []
    for kind, entry in zip(kinds, line_legend(looks.palette, looks.labels), strict=True):
        label = looks.labels["zone.line"].format(voltage=entry.label)
        look: dict[str, Any] = {"color": entry.style.outline, "linewidth": entry.style.weight}
        look["linestyle"] = "--" if entry.style.dashes else "-"
        signs += _strokes(axes, lines[classes == kind], box, label, **look)
    return signs


def _strokes(axes: Axes, rows: gpd.GeoDataFrame, box: Box, label: str, **look: Any) -> list[Artist]:
    """Lines, or the edges of areas, as far as the box; and their sign, if anything was drawn."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    shapes = _framed(rows, box).geometry.to_numpy()
    edges = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
    parts = shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(edges, *box)))
    drawn = [shapely.get_coordinates(part) for part in parts if shapely.get_dimensions(part) == 1]
    if not drawn:
        return []
    axes.add_collection(LineCollection(drawn, **look), autolim=False)
    return [Line2D([], [], label=label, **look)]


def _draw_villages(axes: Axes, villages: gpd.GeoDataFrame, looks: Looks) -> list[Artist]:
    signs = []
    for state in _STATES if len(villages) else ():
        own = villages.geometry[villages["signal"] == state]
        fill = {"markerfacecolor": looks.own[f"village_{state}"], "markeredgecolor": looks.own["village_outline"]}
        signs += _marks(axes, own, looks.labels[f"zone.village_{state}"], marker="o", markersize=5, **fill)
    return signs


def _draw_sites(axes: Axes, sites: gpd.GeoDataFrame, operators: list[str], looks: Looks) -> list[Artist]:
    """A sign for each operator at each mast; where several share one, the signs stand side by side."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    number = {name: place for place, name in enumerate(operators)}
    pairs = zip(sites.geometry.x.round(), sites.geometry.y.round(), sites["operator"].map(number), strict=True)
    masts = pd.DataFrame(sorted(set(pairs)), columns=["x", "y", "operator"])
    at = masts.groupby(["x", "y"]).operator
    shift = (at.cumcount() - (at.transform("size") - 1) / 2) * _APART_POINTS / 72
    signs: dict[int, Artist] = {}
    for x, y, one, aside in zip(masts.x, masts.y, masts.operator, shift, strict=True):
        colours, markers = looks.own["operators"], looks.own["markers"]
        look: dict[str, Any] = {"color": colours[one % len(colours)], "marker": markers[one % len(markers)]}
        look |= {"markersize": 8, "markeredgecolor": "white", "markeredgewidth": 0.8, "linestyle": "none"}
        beside = ScaledTranslation(aside, 0, axes.figure.dpi_scale_trans)
        axes.plot([x], [y], transform=axes.transData + beside, zorder=4, **look)
        name = looks.labels["zone.operator"].format(operator=operators[one])
        signs[one] = Line2D([], [], label=shorten(name, _NAME_LETTERS, placeholder="…"), **look)
    return [signs[one] for one in sorted(signs)]


def _draw_cause(axes: Axes, sites: gpd.GeoDataFrame, zone: gpd.GeoDataFrame, looks: Looks) -> list[Artist]:
    """A ring round the site that the cause names, on air or not, where it stands in the frame."""
    if "cause_site_id" not in zone or not len(sites):
        return []
    named = sites.geometry[sites["site_id"] == zone["cause_site_id"].iloc[0]]
    ring = {"markerfacecolor": "none", "markeredgecolor": looks.own["cause_site"], "markeredgewidth": 2}
    return _marks(axes, named, looks.labels["zone.cause_site_here"], marker="o", markersize=15, **ring)


def _marks(axes: Axes, places: gpd.GeoSeries, label: str, **look: Any) -> list[Artist]:
    """Signs at places, and the one for the legend if there are any."""
    from matplotlib.lines import Line2D

    if not len(places):
        return []
    axes.plot(places.x, places.y, linestyle="none", zorder=3, **look)
    return [Line2D([], [], label=label, linestyle="none", **look)]


def _draw_scale(axes: Axes, box: Box, looks: Looks) -> None:
    """A bar of a round length in the corner to the south-west, and where north is."""
    side = box[2] - box[0]
    length_km = max(length for length in _BARS_KM if length * 1000 <= max(_BAR_SHARE * side, _BARS_KM[0] * 1000))
    x, y = box[0] + 0.04 * side, box[1] + 0.03 * side
    axes.plot([x, x + 1000 * length_km], [y, y], color=_INK, linewidth=4, solid_capstyle="butt", zorder=5)
    text = looks.labels["zone.kilometres"].format(number=number_text(length_km, "", 1))
    paper = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5}
    axes.text(x + 500 * length_km, y + 0.015 * side, text, ha="center", fontsize=SMALL_PT, bbox=paper, zorder=5)
    arrow = {"arrowstyle": "-|>", "color": _INK, "linewidth": 2}
    look: dict[str, Any] = {"ha": "center", "fontweight": "bold", "bbox": paper, "zorder": 5, "arrowprops": arrow}
    axes.annotate(looks.labels["zone.north"], (0.95, 0.985), (0.95, 0.89), "axes fraction", **look)


def _name_villages(axes: Axes, villages: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, zone: gpd.GeoDataFrame) -> int:
    """Names where there is room: first of villages in the zone, then of those with most people."""
    if not len(villages):
        return 0
    inside = villages.geometry.intersects(zone.geometry.iloc[0])
    keys = pd.DataFrame({"inside": ~inside, "people": -villages["people"], "id": villages["village_id"]})
    first = villages.loc[keys.sort_values(["inside", "people", "id"]).index]
    points = [*villages.geometry, *(sites.geometry if len(sites) else ())]
    marks = [(point.x, point.y) for point in points]
    named = [(point.x, point.y, str(name)) for point, name in zip(first.geometry, first["village_name"], strict=True)]
    return place_names(axes, named, marks, _CORNERS)
