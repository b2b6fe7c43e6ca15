"""Names on a picture: of seas, neighbours, provinces, communes and villages, none over another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from phusong.publish.pictures.unpacking import Points, numbers, places, printable, texts
from phusong.publish.pictures.window import Window, mercator
from phusong.publish.topology import UNITS_PER_DEGREE, decoded, shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_POINTS_PER_PIXEL = 0.55
"""Letters of a picture for those of a page."""
_CROWDED = 0.82
_APART_POINTS = 0.8
_ISLAND_DEGREES = 2.0
"""An island this near to the name of an archipelago is part of it."""
_RANK_PT, _RING_POINTS = 6.5, 3.5
_ASIDE: Sequence[tuple[float, float]] = ((0, 0), (0, 6), (0, -6), (10, 0), (-10, 0), (0, 11), (0, -11))
"""Where a name is tried, in points from its place."""
_TURNS = np.arange(8) * np.pi / 4
_ROUND = [(away * np.cos(turn), away * np.sin(turn)) for away in (11, 18, 26, 36) for turn in _TURNS]
"""The same of a number."""
_MIDDLE: dict[str, Any] = {"ha": "center", "va": "center"}
_WIDER = 1.2
_INK = "#1a1a1a"
_MOST_LETTERS = 28
_KINDS = ("Thành phố", "Tỉnh", "Phường", "Xã", "Đặc khu", "Thôn", "Bản")
"""Said of most names; they are left out so that more names find room."""


@dataclass(frozen=True)
class Name:
    """
    A name on a map.

    Parameters
    ----------
    spots
        Where it may stand, in Mercator degrees, the best first (n, 2).
    look
        A kind of the palette's names.
    room
        Width of what it names, in Mercator degrees; a name that is much wider is left out.
    """

    spots: Points
    text: str
    look: Mapping[str, Any]
    room: float = np.inf


def bare(name: str) -> str:
    """
    A name without its kind, and cut where it is too long for any map.

    Examples
    --------
    >>> bare("Thành phố Đà Nẵng"), bare("Xã " + "a" * 40)
    ('Đà Nẵng', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa…')
    """
    whole = printable(name)
    kind = next((kind for kind in _KINDS if whole.startswith(f"{kind} ")), "")
    said = whole[len(kind) :].strip()
    return said if len(said) <= _MOST_LETTERS else f"{said[: _MOST_LETTERS - 1]}…"


def names_of(data: Mapping[str, Any], look: Mapping[str, Any], window: Window) -> Iterator[Name]:
    """All names that a map of a page may have, those that matter most first."""
    own = {name.text: name for name in archipelagos(data, look)}
    yield from (own.get(name.text, name) for name in _places(look))
    units, kinds = data["units"], _kinds(look)
    if data["level"] == "nation":
        named = zip(mercator(places(units["provinces"]["at"])), units["provinces"]["name"], strict=True)
        yield from (Name(at[None], bare(name), kinds["province"]) for at, name in named)
        return
    at, widths = _in_sight(data, window), _widths(data)
    for row in np.lexsort((-widths, numbers(units["own"], data) == 0)):
        yield Name(at[[row]], bare(units["name"][row]), kinds["commune"], widths[row])


def archipelagos(data: Mapping[str, Any], look: Mapping[str, Any]) -> Iterator[Name]:
    """Names of the archipelagos of which islands are on the page; they may also stand at the nearest island."""
    islands = mercator(decoded(data["units"]["topology"]).points / UNITS_PER_DEGREE)
    for name in _places(look):
        away = np.hypot(*(islands - name.spots[0]).T)
        if name.look["kind"] == "archipelago" and away.min() < _ISLAND_DEGREES:
            yield replace(name, spots=np.append(name.spots, islands[[away.argmin()]], axis=0))


def village_names(data: Mapping[str, Any], mark: Mapping[str, Any], look: Mapping[str, Any]) -> Iterator[Name]:
    """Names of villages, those that lack most first."""
    at, told = mercator(places(mark["points"])), texts(mark["name"], data)
    style = {**look["names"]["kinds"]["commune"], "kind": "village", "size": 10, "slanted": True}
    for row in np.argsort(numbers(mark["class"], data), kind="stable"):
        if told[row]:
            yield Name(at[[row]], bare(str(told[row])), style)


class Writer:
    """Writes on a map what finds room, and remembers where something stands."""

    def __init__(self, axes: Axes, taken: Sequence[Bbox] = ()) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.axes = axes
        self.renderer: Any = FigureCanvasAgg(axes.get_figure(root=True)).get_renderer()
        self.frame = axes.get_window_extent(self.renderer)
        self.taken = np.array([box.extents for box in taken]).reshape(-1, 4)

    def keep_free(self, points: Points, half_points: float) -> None:
        """No name may cover these places."""
        if len(points):
            half, at = half_points * self.renderer.dpi / 72, self.axes.transData.transform(points)
            self._take(np.hstack([at - half, at + half]))

    def write(self, name: Name, aside: Sequence[tuple[float, float]] = ()) -> bool:
        """Write a name at or near one of its places; False where there is no room."""
        from matplotlib.patheffects import withStroke

        look = name.look
        # names without a halo are for empty ground, so they stay where they are
        aside = aside or (_ASIDE if look["halo"] else _ASIDE[:1])
        smaller = _POINTS_PER_PIXEL * (_CROWDED if look["kind"] == "province" else 1)
        style: dict[str, Any] = {"fontsize": look["size"] * smaller, "fontweight": look["weight"]}
        style |= {"fontstyle": "italic" if look.get("slanted") else "normal", "color": look["colour"], "zorder": 6}
        if look["halo"]:
            style["path_effects"] = [withStroke(linewidth=1.5, foreground=look["halo"])]
        west, east = self.axes.transData.transform([(0, 0), (min(name.room, 90), 0)])[:, 0]
        middle = self.axes.transAxes.transform((0.5, 0.5))
        made = self.axes.annotate(
            name.text, (0.5, 0.5), (0, 0), xycoords="axes fraction", textcoords="offset points", **_MIDDLE, **style
        )
        # a text is as large wherever it stands, and to measure it takes longer than all the rest
        box = made.get_window_extent(self.renderer).padded(_APART_POINTS * self.renderer.dpi / 72)
        seen = [spot for spot in name.spots if self.frame.contains(*self.axes.transData.transform(spot))]
        for spot, offset in product(seen, aside) if box.width <= _WIDER * (east - west) else ():
            by = self.axes.transData.transform(spot) - middle + np.array(offset) * self.renderer.dpi / 72
            moved = box.translated(*by)
            if self._is_free(moved):
                self._take(moved.extents)
                made.xy, made.xycoords, made.xyann = (spot[0], spot[1]), "data", offset
                return True
        made.remove()
        return False

    def number(self, spot: Points, rank: int) -> bool:
        """Write a rank in a ring near its place, with a line to it; False where there is no room."""
        from matplotlib.transforms import Bbox

        ring = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": _INK, "linewidth": 0.7}
        leader = {"arrowstyle": "-", "color": _INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        style: dict[str, Any] = {"fontsize": _RANK_PT, "fontweight": "bold", "bbox": ring, "arrowprops": leader}
        half = (_RING_POINTS + 1.5 * len(str(rank))) * self.renderer.dpi / 72
        place = self.axes.transData.transform(spot)
        for offset in _ROUND:
            x, y = place + np.array(offset) * self.renderer.dpi / 72
            box = Bbox.from_extents(x - half, y - half, x + half, y + half)
            if self._is_free(box):
                self._take(box.extents)
                self.axes.annotate(
                    str(rank), (spot[0], spot[1]), offset, textcoords="offset points", zorder=7, **_MIDDLE, **style
                )
                return True
        return False

    def _is_free(self, box: Bbox) -> bool:
        frame = self.frame
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        west, south, east, north = self.taken.T
        over = (west <= box.x1) & (box.x0 <= east) & (south <= box.y1) & (box.y0 <= north)
        return bool(inside and not over.any())

    def _take(self, extents: ArrayLike) -> None:
        self.taken = np.vstack([self.taken, np.asarray(extents)])


def _places(look: Mapping[str, Any]) -> Iterator[Name]:
    """Names of seas, archipelagos and neighbouring countries, each once with all places where it may stand."""
    kinds, found = _kinds(look), dict[str, Name]()
    for place in look["names"]["places"]:
        text, spots = place["text"]["vi"], mercator([spot[::-1] for spot in place["at"]])
        known = found.get(text, Name(spots[:0], text, kinds[place["kind"]]))
        found[text] = replace(known, spots=np.append(known.spots, spots, axis=0))
    yield from found.values()


def _kinds(look: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {kind: {"kind": kind, **style} for kind, style in look["names"]["kinds"].items()}


def _in_sight(data: Mapping[str, Any], window: Window) -> Points:
    """A point of each unit; of a commune's neighbours in the part of them that is in the window."""
    at = mercator(places(data["units"]["at"]))
    hidden = ~window.holds(at)
    if data["level"] == "commune" and hidden.any():
        areas = shapely.transform(shapes(decoded(data["units"]["topology"])).to_numpy(), mercator)
        seen = shapely.intersection(areas[hidden], shapely.box(window.west, window.south, window.east, window.north))
        there = ~shapely.is_empty(seen)
        at[np.flatnonzero(hidden)[there]] = shapely.get_coordinates(shapely.point_on_surface(seen[there]))
    return at


def _widths(data: Mapping[str, Any]) -> NDArray[np.float64]:
    """Width of each unit's largest ring in degrees."""
    arcs = decoded(data["units"]["topology"])
    sizes = arcs.ring_sizes()
    found = []
    for start, end in pairwise(arcs.area_starts):
        largest = arcs.ring(int(start + np.argmax(sizes[start:end])))
        found.append(np.ptp(largest[:, 0]) / UNITS_PER_DEGREE)
    return np.array(found)
