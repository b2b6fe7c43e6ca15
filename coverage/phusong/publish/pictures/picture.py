"""Picture: the map of a page with its heading, legend and sources, for a chat (PNG) or for print (SVG)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phusong.publish.atlas.frame import Contents
from phusong.publish.atlas.look import page_words, palette
from phusong.publish.drawing import WIDTH_IN, height_in, lines, own_settings, write
from phusong.publish.pictures.captions import KEY_PT, explained, foot, head, spaced, warned
from phusong.publish.pictures.classing import classed
from phusong.publish.pictures.keys import keys, rows
from phusong.publish.pictures.map import Shown, draw_map
from phusong.publish.pictures.slimming import fewer_colours, fewer_digits
from phusong.publish.pictures.unpacking import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KEY_ROW_IN = 0.145
_LEAST_MAP_IN, _LEAST_NATION_IN = 3.6, 5.0
_SIDE = 0.02
"""Room left and right, as a share of the width."""
_KEYS: dict[str, Any] = {"fontsize": KEY_PT, "handlelength": 1.8, "labelspacing": 0.35}
_ON_MAP: dict[str, Any] = {"framealpha": 1, "edgecolor": "#b5ae9c", "borderpad": 0.6}
_BELOW: dict[str, Any] = {"ncols": 2, "frameon": False, "borderpad": 0, "borderaxespad": 0}


@dataclass(frozen=True)
class Kind:
    """A kind of picture: the ending of its file, its least height, and its dots."""

    ending: str
    height_in: float
    dots_per_inch: float


KINDS = (Kind("png", 8.0, 168.75), Kind("svg", 9.05, 72.0))
"""For chats, 1,080 x 1,350 dots, and for print, in the shape of A4. Both grow where the texts are long."""


def picture(contents: Contents, kind: Kind, figure_id: str | None = None) -> bytes:
    """
    The picture of a page by one of its figures, the first if none is named; the same bytes for the same contents.

    Raises
    ------
    ValueError
        When the page has no such figure.
    """
    drawn = io.BytesIO()
    look = palette(page_words())
    metadata = {"Title": printable(contents.title), "Date": None} if kind.ending == "svg" else {"Software": None}
    with settings():
        page = draw(contents, kind, look, figure_id)
        page.savefig(drawn, format=kind.ending, dpi=kind.dots_per_inch, metadata=metadata)
    if kind.ending == "svg":
        return fewer_digits(drawn.getvalue())
    return fewer_colours(drawn.getvalue(), re.findall("#[0-9a-f]{6}", str(look)))


def files_beside(page: Path) -> list[Path]:
    """The files of the pictures of a page."""
    return [page.with_suffix(f".{kind.ending}") for kind in KINDS]


def write_beside(contents: Contents, page: Path) -> list[Path]:
    """Write the pictures of a page beside it; returns the files."""
    files = files_beside(page)
    for kind, file in zip(KINDS, files, strict=True):
        file.write_bytes(picture(contents, kind))
    return files


def draw(
    contents: Contents, kind: Kind, look: Mapping[str, Any], figure_id: str | None = None, *, alone: bool = True
) -> Figure:
    """
    The figure, under the `settings`; higher where heading, legend and sources leave the map too little room.

    Parameters
    ----------
    look
        The palette.
    alone
        Whether the picture itself says what, when and from where; a document says so beside it.
    """
    from matplotlib.figure import Figure

    data, words = contents.data, page_words()
    chosen = next((one for one in data["figures"] if figure_id in (None, one["id"])), None)
    if chosen is None:
        raise ValueError(f"the page of {contents.title} has no figure '{figure_id}'")
    shown = Shown(data, look, classed(chosen, data, look))
    if alone:
        above, below = spaced(lines(head(contents, chosen, words))), lines(foot(contents, chosen, words))
    else:
        above, below = lines(warned(contents)), lines(explained(contents, chosen, words))
    entries = list(keys(shown))
    keys_in = 0.1 + (0 if shown.leaves_sea else rows(entries) * _KEY_ROW_IN)
    head_in, foot_in = height_in(above), height_in(below)
    map_in = max(_LEAST_NATION_IN if shown.leaves_sea else _LEAST_MAP_IN, kind.height_in - head_in - keys_in - foot_in)
    whole_in = head_in + map_in + keys_in + foot_in
    page = Figure(figsize=(WIDTH_IN, whole_in), dpi=kind.dots_per_inch)
    write(page, above, whole_in - 0.12)
    write(page, below, foot_in - 0.06)
    axes = page.add_axes((_SIDE, (foot_in + keys_in) / whole_in, 1 - 2 * _SIDE, map_in / whole_in))
    if shown.leaves_sea:
        legend = axes.legend(handles=entries, loc="upper right", **_ON_MAP, **_KEYS)
        draw_map(axes, shown, [legend.get_window_extent()])
    else:
        box = (_SIDE, foot_in / whole_in, 1, (keys_in - 0.07) / whole_in)
        page.legend(handles=entries, loc="upper left", bbox_to_anchor=box, **_BELOW, **_KEYS)
        draw_map(axes, shown)
    return page


@contextmanager
def settings() -> Iterator[None]:
    """Those of all drawings, with letters that are as wide as they were measured, at any size."""
    import matplotlib

    with own_settings():
        matplotlib.rcParams["text.hinting"] = "no_hinting"
        yield
