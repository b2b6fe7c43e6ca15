"""Keys: the entries of a picture's legend, for the looks of the units and for what is drawn on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from phusong.publish.atlas.look import Both
from phusong.publish.pictures.captions import both
from phusong.publish.pictures.classing import Style
from phusong.publish.pictures.ground import hatch_of
from phusong.publish.pictures.map import Shown
from phusong.publish.pictures.unpacking import numbers

if TYPE_CHECKING:
    from matplotlib.artist import Artist

_EDGE = "#8c8c8c"
_MOST_LETTERS = 48
"""A longer entry has its English in a line of its own."""
_SIGN = 0.6
"""Signs of points are this much smaller than on a page that is looked at closely."""


def keys(shown: Shown) -> Iterator[Artist]:
    """Classes and states of units, then zones and villages of the classes that are drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    for style in shown.looks.shown:
        look: dict[str, Any] = {"facecolor": style["fill"], "edgecolor": style.get("mark", _EDGE)}
        yield Patch(label=both(Both(**style["label"])), hatch=hatch_of(style), linewidth=0.6, **look)
    for mark in shown.zones():
        for label, style in _drawn(shown, mark, numbers(mark["class"], shown.data)):
            yield Patch(label=label, facecolor=style["fill"], edgecolor=style["outline"], linewidth=0.6)
    for mark, chosen in shown.villages():
        for label, style in _drawn(shown, mark, numbers(mark["class"], shown.data)[chosen]):
            dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 2 * _SIGN * style["radius"]}
            dot |= {"markerfacecolor": style["fill"], "markeredgecolor": style["outline"]}
            yield Line2D([], [], label=label, markeredgewidth=_SIGN * style["weight"], **dot)


def rows(entries: Sequence[Artist]) -> int:
    """Lines of the higher of the two columns in which the entries stand."""
    tall = [1 + str(entry.get_label()).count("\n") for entry in entries]
    half = -(-len(tall) // 2)
    return max(sum(tall[:half]), sum(tall[half:]))


def _drawn(shown: Shown, mark: Mapping[str, Any], classes: np.ndarray) -> Iterator[tuple[str, Style]]:
    """Label and look of the classes of a mark that occur."""
    for place in np.unique(classes):
        told = mark["classes"][place]
        vi, en = (f"{mark['label'][language]}: {told['label'][language]}" for language in ("vi", "en"))
        between = " / " if len(vi) + len(en) <= _MOST_LETTERS else "\n"
        yield f"{vi}{between}{en}", shown.look["marks"][told["style"]]
