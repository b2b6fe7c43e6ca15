"""Map: the frame of a picture, with what lies far off in a smaller frame in a corner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phusong.publish.pictures.captions import worst
from phusong.publish.pictures.classing import Classed
from phusong.publish.pictures.ground import area_paths, draw_ground, draw_points, fill_areas, ground_of
from phusong.publish.pictures.names import Writer, archipelagos, names_of, village_names
from phusong.publish.pictures.unpacking import Points, numbers, places
from phusong.publish.pictures.window import (
    MARGIN,
    WIDE_MARGIN,
    Place,
    Window,
    framed,
    least_covering,
    lies_afar,
    mercator,
    window_of,
)
from phusong.publish.topology import UNITS_PER_DEGREE, decoded, part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_SEA = "#edf1f3"
"""Of what is not drawn too: the ground of neighbouring countries."""
_LACKING = ("village_none", "village_no_signal")
"""Villages that are shown where a whole province is."""
_SIZES = {"province": 0.6, "commune": 1.0}
"""Of the signs of villages, as shares of those on a page that is looked at closely."""
_VILLAGE_POINTS = 3.0
_FEWER = 5
"""One corner of an outline in so many is enough to keep names off it."""
_WIDELY = sorted(product(range(-80, 81, 8), range(-60, 61, 6)), key=lambda aside: aside[0] ** 2 + 4 * aside[1] ** 2)
_BESIDE = ((0, 7), (0, -7), (0, 12), (0, -12))
"""Where names of archipelagos and of villages are tried, in points from their place."""


@dataclass(frozen=True)
class Shown:
    """What a map shows: the data block of its page, the palette, and the looks of the units by the figure."""

    data: Mapping[str, Any]
    look: Mapping[str, Any]
    looks: Classed

    def windows(self) -> tuple[Window, Window]:
        """What is near, and everything."""
        units = self.data["units"]
        return window_of(units["view"]), window_of(units["bounds"])

    @property
    def leaves_sea(self) -> bool:
        """Whether it is the whole country with its far islands, so that there is room on the sea to the north-east."""
        return self.data["level"] == "nation" and lies_afar(*self.windows())

    def villages(self) -> Iterator[tuple[Mapping[str, Any], NDArray[np.bool_]]]:
        """The mark of villages, where villages can be seen, and which of them are drawn."""
        for mark in self.data["marks"]:
            if mark["id"] == "villages" and self.data["level"] in _SIZES:
                lacking = [told["style"] in _LACKING for told in mark["classes"]]
                kinds = numbers(mark["class"], self.data)
                yield mark, np.array(lacking)[kinds] | (self.data["level"] == "commune")

    def zones(self) -> Iterator[Mapping[str, Any]]:
        """The mark of zones, where zones can be seen."""
        yield from (mark for mark in self.data["marks"] if mark["id"] == "zones" and self.data["level"] != "nation")


def draw_map(axes: Axes, shown: Shown, taken: Sequence[Bbox] = ()) -> None:
    """
    Draw the map of a page into axes that have their size already.

    Parameters
    ----------
    taken
        Where something stands that no name may cover, in dots of the picture.
    """
    level, box = shown.data["level"], axes.get_window_extent()
    view, bounds = shown.windows()
    shape = (box.width, box.height)
    if shown.leaves_sea:
        _draw(axes, shown, framed(bounds, shape, (1, 1)), taken)
    elif lies_afar(view, bounds):
        window, place = least_covering(view, shape, bounds, _corners(shown))
        _draw(axes, shown, window, [*taken, _draw_inset(axes, shown, place, bounds)])
    else:
        _draw(axes, shown, framed(bounds, shape, margin=WIDE_MARGIN if level == "commune" else MARGIN), taken)


def _draw_inset(axes: Axes, shown: Shown, place: Place, bounds: Window) -> Bbox:
    """A map of all that the page has, in a corner; returns where it stands."""
    inset = axes.inset_axes(place, zorder=8)
    box = inset.get_window_extent()
    window = framed(bounds, (box.width, box.height))
    _fit(inset, window)
    _draw_units(inset, shown, window)
    writer = Writer(inset)
    writer.keep_free(_corners(shown)[::_FEWER], 0.5)
    for name in archipelagos(shown.data, shown.look):
        writer.write(name, _WIDELY)
    return box


def _draw(axes: Axes, shown: Shown, window: Window, taken: Sequence[Bbox]) -> None:
    _fit(axes, window)
    _draw_units(axes, shown, window)
    for mark in shown.zones():
        _draw_zones(axes, shown, mark)
    writer = Writer(axes, taken)
    for mark, chosen in shown.villages():
        _draw_villages(writer, shown, mark, chosen)
    _number_worst(writer, shown)
    for name in names_of(shown.data, shown.look, window):
        writer.write(name)
    for mark, _ in shown.villages():
        if shown.data["level"] == "commune":
            for name in village_names(shown.data, mark, shown.look):
                writer.write(name, _BESIDE)


def _corners(shown: Shown) -> Points:
    """Corners of the outlines of the units."""
    return mercator(decoded(shown.data["units"]["topology"]).points / UNITS_PER_DEGREE)


def _fit(axes: Axes, window: Window) -> None:
    axes.set(xlim=(window.west, window.east), ylim=(window.south, window.north), xticks=[], yticks=[], facecolor=_SEA)


def _draw_units(axes: Axes, shown: Shown, window: Window) -> None:
    width_in = axes.get_window_extent().width / axes.figure.dpi
    ground = ground_of(shown.data, window, window.metres(1.0, width_in))
    draw_ground(axes, ground, shown.looks, shown.look["lines"], shown.look["states"]["outside"])


def _draw_zones(axes: Axes, shown: Shown, mark: Mapping[str, Any]) -> None:
    paths, kinds = area_paths(decoded(mark["topology"])), numbers(mark["class"], shown.data)
    for place, told in enumerate(mark["classes"]):
        style = shown.look["marks"][told["style"]]
        own = [paths[row] for row in np.flatnonzero(kinds == place)]
        fill_areas(axes, own, {**style, "line": style["outline"], "weight": 0.5}, zorder=3)


def _draw_villages(writer: Writer, shown: Shown, mark: Mapping[str, Any], chosen: NDArray[np.bool_]) -> None:
    at, kinds = mercator(places(mark["points"])), numbers(mark["class"], shown.data)
    for place, told in reversed(list(enumerate(mark["classes"]))):  # those that lack most on top
        style = shown.look["marks"][told["style"]]
        draw_points(writer.axes, at[chosen & (kinds == place)], style, _SIZES[shown.data["level"]])
    writer.keep_free(at[chosen], _VILLAGE_POINTS)


def _number_worst(writer: Writer, shown: Shown) -> None:
    found = worst(shown.data)
    if found is None:
        return
    mark, rows = found
    arcs = decoded(mark["topology"])
    for number, row in enumerate(rows, start=1):
        ring = part(arcs, [row]).outlines()[0]
        writer.number(mercator(ring / UNITS_PER_DEGREE).mean(axis=0), number)
