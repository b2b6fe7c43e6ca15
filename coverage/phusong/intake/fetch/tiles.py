"""Tiles: which of a publisher's squares a study needs, and which of them there are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from phusong.errors import FetchError
from phusong.intake.fetch.source import Box, Tiling

_HA_NOI = (105.85, 21.03)


def names(tiling: Tiling, boxes: Iterable[Box]) -> list[str]:
    """
    Names of the tiles that touch any of the boxes, each once, from the south-west on.

    Examples
    --------
    >>> from phusong.intake.fetch.source import source_of
    >>> names(source_of("landcover").tiles, [(105, 20.9, 106, 21.2)])
    ['N18E105', 'N21E105']
    """
    corners = {corner for box in boxes for corner in _corners(tiling, box)}
    return [_name(tiling, latitude, longitude) for latitude, longitude in sorted(corners)]


def _corners(tiling: Tiling, box: Box) -> Iterable[tuple[int, int]]:
    west, south, east, north = box
    shift, degrees = tiling.shift_deg, tiling.degrees
    columns, rows = _range(west + shift, east + shift, degrees), _range(south - shift, north - shift, degrees)
    return ((row * degrees, column * degrees) for row in rows for column in columns)


def _range(low: float, high: float, degrees: int) -> range:
    """Places of the tiles between two degrees; one that is only touched at its edge is not needed."""
    first = math.floor(low / degrees)
    return range(first, max(math.ceil(high / degrees), first + 1))


def _name(tiling: Tiling, latitude: int, longitude: int) -> str:
    return tiling.name.format(
        ns="N" if latitude >= 0 else "S",
        lat=abs(latitude),
        ew="E" if longitude >= 0 else "W",
        lon=abs(longitude),
    )


def listed(tiling: Tiling, index: str) -> set[str]:
    """
    Words of a publisher's list, the names of its tiles among them.

    Raises
    ------
    FetchError
        When it is not the list of these tiles: it does not name the tile of Hà Nội.
    """
    words = set(re.findall(r"\w+", index))
    longitude, latitude = _HA_NOI
    known = names(tiling, [(longitude, latitude, longitude, latitude)])[0]
    if known not in words:
        raise FetchError(f"{tiling.index} does not name {known}, the tile of Hà Nội: is it the list of the tiles?")
    return words
