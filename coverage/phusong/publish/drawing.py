"""Drawing: what pictures for phones have in common: their width, letters, lines of text, and settings of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_IN = 6.4
LARGE_PT, TEXT_PT, SMALL_PT = 14.0, 11.5, 9.0
"""Sizes of letters that can be read where the width is 412 dots, on a phone."""
PLAIN = "black"
_TEXT_IN = 0.96 * WIDTH_IN
_MEASURED_AT = 200.0
"""Dots per inch at which texts are measured; letters are a little wider or narrower at another."""
_FONT = "DejaVu Sans"
"""Comes with matplotlib and has every Vietnamese letter."""
_LINE = 1.35 / 72
Line = tuple[str, float, str]
"""Text, size in points, and colour; what has a colour, and the title, are bold."""

_SETTINGS: Any = {
    "font.family": _FONT,
    "font.size": TEXT_PT,
    "text.parse_math": False,  # a dollar sign in a name is no formula
    "svg.fonttype": "path",  # the phone need not have the font
    "svg.hashsalt": "phusong",  # the same picture gives the same bytes
}


def lines(texts: Sequence[Line]) -> list[Line]:
    """
    Texts broken into lines that fit the width; a word that is wider by itself is cut.

    Examples
    --------
    >>> [text for text, _, _ in lines([("Xã An Phú", TEXT_PT, PLAIN), ("W" * 50, TEXT_PT, PLAIN)])]
    ['Xã An Phú', 'WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW', 'WWWWWWWWWWWW']
    """
    from matplotlib import rcParams

    broken: list[Line] = []
    for text, size, colour in texts:
        found = _lines(text, size, _is_bold(size, colour), rcParams["text.hinting"])
        broken += [(line, size, colour) for line in found]
    return broken


@lru_cache(maxsize=1024)
def _lines(text: str, size: float, is_bold: bool, hinting: str) -> Sequence[str]:
    """Remembered, as most texts of a picture stand on all pictures of an edition; hinting makes letters wider."""
    del hinting
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    renderer = RendererAgg(1, 1, _MEASURED_AT)
    font = FontProperties(family=_FONT, size=size, weight="bold" if is_bold else "normal")

    def fits(part: str) -> bool:
        width, _, _ = renderer.get_text_width_height_descent(part, font, ismath=False)
        return bool(width <= _TEXT_IN * _MEASURED_AT)

    return tuple(_broken(text.split(), fits))


def _broken(words: Sequence[str], fits: Callable[[str], bool]) -> list[str]:
    found: list[str] = []
    line = ""
    for word in words:
        whole = f"{line} {word}" if line else word
        if fits(whole):
            line = whole
            continue
        found += [line] if line else []
        line = word
        while not fits(line):
            end = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or fits(line[:end]))
            found.append(line[:end])
            line = line[end:]
    return [*found, line] if line else found


def height_in(broken: Sequence[Line]) -> float:
    """Height of lines in inches, with a little room round them."""
    return sum(size for _, size, _ in broken) * _LINE + 0.15


def write(figure: Figure, broken: Sequence[Line], top_in: float) -> None:
    """Write lines from `top_in` inches above the foot of a figure downwards."""
    for line, size, colour in broken:
        weight = "bold" if _is_bold(size, colour) else "normal"
        place = (0.02, top_in / figure.get_figheight())
        figure.text(*place, line, fontsize=size, fontweight=weight, color=colour, va="top")
        top_in -= size * _LINE


@contextmanager
def own_settings() -> Iterator[None]:
    """The settings of our drawings, whatever somebody set for others, which is left as it was."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def _is_bold(size: float, colour: str) -> bool:
    return size == LARGE_PT or colour != PLAIN
