"""Ground: the units of a page in the looks of their classes, the land round them, and what lies on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from phusong.publish.arcs import Arcs
from phusong.publish.pictures.classing import Classed, Style
from phusong.publish.pictures.unpacking import Points, numbers
from phusong.publish.pictures.window import Window, mercator
from phusong.publish.topology import UNITS_PER_DEGREE, borders, coarser, decoded, part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

_FINE_POINTS = 0.25
"""Corners smaller than this many points of the picture are cut off."""
_DOT_POINTS = 1.6
"""Islands smaller than this are drawn as dots of this size."""
_HATCHES = {"diagonal": "/////", "cross": "++++", "dots": "...."}


@dataclass(frozen=True)
class Ground:
    """The outlines of a page as they are drawn: its units, and the land round them."""

    units: Arcs
    around: Arcs | None
    groups: Sequence[str]


def ground_of(data: Mapping[str, Any], window: Window, metres_per_point: float) -> Ground:
    """The ground of a page, simplified to what can be seen; its borders are those of provinces or of its own units."""
    units = data["units"]
    groups = numbers(units["province" if data["level"] == "nation" else "own"], data)
    tolerance_m = _FINE_POINTS * metres_per_point
    around = coarser(_inside(decoded(data["base"]["topology"]), window), tolerance_m) if data["base"] else None
    return Ground(coarser(decoded(units["topology"]), tolerance_m), around, [str(group) for group in groups])


def draw_ground(axes: Axes, ground: Ground, looks: Classed, lines: Mapping[str, str], outside: Style) -> None:
    """Land, units and borders, the lowest first; the axes have their size and window already."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if ground.around is not None and len(ground.around):
        fill_areas(axes, area_paths(ground.around), {**outside, "line": outside["outline"], "weight": 0.4})
    paths = area_paths(ground.units)
    for place in np.unique(looks.of):
        fill_areas(axes, [paths[row] for row in np.flatnonzero(looks.of == place)], looks.styles[place])
    every = np.arange(len(ground.units.starts) - 1)
    outer = borders(ground.units, ground.groups)
    weight, strong = (0.1, 0.45) if len(ground.units) > 1000 else (0.35, 0.7)
    for numbered, colour, width in ((every, lines["unit"], weight), (outer, lines["province"], strong)):
        routes = [Path(mercator(ground.units.line(int(arc)) / UNITS_PER_DEGREE)) for arc in numbered]
        axes.add_artist(PathPatch(Path.make_compound_path(*routes), fill=False, edgecolor=colour, linewidth=width))
    _draw_islets(axes, ground.units, looks, lines["unit"])


def fill_areas(axes: Axes, paths: Sequence[Path], style: Style, zorder: float = 1) -> None:
    """Areas of one look."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not paths:
        return
    whole = Path.make_compound_path(*paths)
    # added as artists: the window is set, and to find the limits of patches takes longer than to draw them;
    # a line of the same colour closes the seams between neighbours
    line, weight = style.get("line", style["fill"]), style.get("weight", 0.3)
    axes.add_artist(PathPatch(whole, facecolor=style["fill"], edgecolor=line, linewidth=weight, zorder=zorder))
    if "hatch" in style:
        hatched: dict[str, Any] = {"edgecolor": style["mark"], "hatch": _HATCHES[style["hatch"]], "linewidth": 0}
        axes.add_artist(PathPatch(whole, facecolor="none", zorder=zorder, **hatched))


def hatch_of(style: Style) -> str | None:
    """Hatching of a look for the legend."""
    return _HATCHES[style["hatch"]] * 2 if "hatch" in style else None


def area_paths(arcs: Arcs) -> list[Path]:
    """A path of each area in Mercator degrees; holes run the other way round."""
    from matplotlib.path import Path

    points, of_ring = arcs.outlines()
    ends = np.cumsum(np.bincount(of_ring, minlength=len(arcs.ring_starts) - 1))[:-1]
    each = np.split(mercator(points / UNITS_PER_DEGREE), ends)
    rings = [Path(np.append(ring, ring[:1], axis=0), closed=True) for ring in each]
    return [Path.make_compound_path(*rings[start:end]) for start, end in pairwise(arcs.area_starts)]


def draw_points(axes: Axes, at: Points, style: Style, size: float) -> None:
    """Signs of one look at places in Mercator degrees; `size` is a share of their full size."""
    look: dict[str, Any] = {"facecolors": style["fill"], "edgecolors": style["outline"], "zorder": 4}
    axes.scatter(at[:, 0], at[:, 1], s=(2 * style["radius"] * size) ** 2, linewidths=style["weight"] * size, **look)


def _inside(arcs: Arcs, window: Window) -> Arcs:
    """The areas of which something is in the window."""
    points, of_ring = arcs.outlines()
    degrees = mercator(points / UNITS_PER_DEGREE)
    starts = np.flatnonzero(np.diff(of_ring, prepend=-1))[arcs.area_starts[:-1]]
    west, south = np.minimum.reduceat(degrees, starts).T
    east, north = np.maximum.reduceat(degrees, starts).T
    seen = (west < window.east) & (east > window.west) & (south < window.north) & (north > window.south)
    return part(arcs, np.flatnonzero(seen).tolist())


def _draw_islets(axes: Axes, arcs: Arcs, looks: Classed, outline: str) -> None:
    """Dots where a part of a unit is too small to be seen."""
    points, of_ring = arcs.outlines()
    xy = axes.transData.transform(mercator(points / UNITS_PER_DEGREE)) * 72 / axes.figure.dpi
    starts = np.flatnonzero(np.diff(of_ring, prepend=-1))
    extent = np.maximum.reduceat(xy, starts) - np.minimum.reduceat(xy, starts)
    small = (extent.max(axis=1) < _DOT_POINTS) & (arcs.ring_sizes() > 0)
    of_area = np.repeat(np.arange(len(arcs)), np.diff(arcs.area_starts))
    at = mercator(points[starts[small]] / UNITS_PER_DEGREE)
    fills = [looks.styles[place]["fill"] for place in looks.of[of_area[small]]]
    axes.scatter(at[:, 0], at[:, 1], s=_DOT_POINTS**2, c=fills, edgecolors=outline, linewidths=0.3)
