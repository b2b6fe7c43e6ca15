"""Sizes of pictures on the page, from the picture itself."""

from __future__ import annotations

from phusong.publish.report.forms.decree import HEIGHT_MM, ROOM_MM
from phusong.publish.report.model import Picture

_TALLEST_MM = 0.85 * HEIGHT_MM
"""What is taller leaves no room for its caption."""
_ACROSS, _DOWN = slice(16, 20), slice(20, 24)
"""Where a PNG says how many pixels it has."""


def size_mm(picture: Picture) -> tuple[float, float]:
    """Width and height in mm: as wide as asked for, and no larger than the page."""
    across, down = (int.from_bytes(picture.png[place]) for place in (_ACROSS, _DOWN))
    width_mm = min(picture.width_mm, ROOM_MM, _TALLEST_MM * across / down)
    return width_mm, width_mm * down / across
