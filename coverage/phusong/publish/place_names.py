"""Names of places on a map, each put where it covers nothing, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from phusong.publish.drawing import SMALL_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_SIDES = (
    ((6, 0), "left", "center"),
    ((-6, 0), "right", "center"),
    ((0, 6), "center", "bottom"),
    ((0, -6), "center", "top"),
)
"""Offset in points and alignment: to the right, to the left, above, below."""
_MARK_POINTS = 4.0
_TRIED = 120
"""A frame has room for fewer names; each try takes about a millisecond."""


def place_names(
    axes: Axes,
    places: Sequence[tuple[float, float, str]],
    marks: Sequence[tuple[float, float]],
    corners: Sequence[tuple[float, float, float, float]],
) -> int:
    """
    Write names beside their places, the first ones first; returns how many found room.

    Parameters
    ----------
    places
        Easting, northing and name.
    marks
        Eastings and northings of signs that no name may cover.
    corners
        West, south, east and north of what else stands on the map, in shares of it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke
    from matplotlib.transforms import Bbox, TransformedBbox

    renderer: Any = FigureCanvasAgg(axes.get_figure(root=True)).get_renderer()
    halo = [withStroke(linewidth=2.2, foreground="white")]
    frame = axes.get_window_extent(renderer)
    taken: list[Any] = [TransformedBbox(Bbox.from_extents(*corner), axes.transAxes) for corner in corners]
    dots = _MARK_POINTS * renderer.dpi / 72
    for x, y in axes.transData.transform(marks) if marks else ():
        taken.append(Bbox.from_extents(x - dots, y - dots, x + dots, y + dots))
    named = 0
    for x, y, name in places[:_TRIED]:
        for offset, ha, va in _SIDES:
            look: dict[str, Any] = {"ha": ha, "va": va, "fontsize": SMALL_PT, "path_effects": halo, "zorder": 6}
            text = axes.annotate(name, (x, y), offset, textcoords="offset points", **look)
            box = text.get_window_extent(renderer)
            if _fits(box, frame, taken):
                taken.append(box)
                named += 1
                break
            text.remove()
    return named


def _fits(box: Bbox, frame: Bbox, taken: Sequence[Bbox]) -> bool:
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    return inside and not any(box.overlaps(other) for other in taken)
