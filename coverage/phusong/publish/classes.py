"""Classes: from values to the class they fall in, its label and its looks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.config import shipped
from phusong.publish.labels import Labels, number_text

NO_DATA = -1
"""Class of a value that is not known."""

NOT_DRAWN = -2
"""Class of a row that no layer draws."""


@dataclass(frozen=True)
class Style:
    """
    How a class looks: colours as CSS writes them, widths and radii in screen pixels.

    `hatch` is the colour of the hatching, empty for a plain fill; `dashes` is an SVG dash array; a line has no fill.
    """

    outline: str
    weight: float
    fill: str = ""
    opacity: float = 1.0
    radius: float = 0.0
    dashes: str = ""
    hatch: str = ""

    def leaflet(self) -> dict[str, Any]:
        """The path options Leaflet draws it with; `hatch` is ours."""
        options: dict[str, Any] = {"color": self.outline, "weight": self.weight, "fill": bool(self.fill)}
        if self.fill:
            options |= {"fillColor": self.fill, "fillOpacity": self.opacity}
        extras = {"radius": self.radius, "dashArray": self.dashes, "hatch": self.hatch}
        return options | {name: value for name, value in extras.items() if value}


@dataclass(frozen=True)
class Palette:
    """The looks of every class of a map, as `maps/palettes.toml` gives them."""

    share_breaks: tuple[float, ...]
    shares: tuple[Style, ...]
    no_data: Style
    gaps: Mapping[str, Style]
    technologies: Mapping[str, Style]
    line_floors_kv: tuple[float, ...]
    lines: tuple[Style, ...]
    line_unknown: Style
    villages: Mapping[str, Style]


@dataclass(frozen=True)
class Entry:
    """One class in a legend."""

    label: str
    style: Style


def read_palette() -> Palette:
    """
    The palette of the maps.

    Raises
    ------
    ValueError
        When breaks do not rise or the number of fills is not two more than that of breaks.
    """
    raw = tomllib.loads(shipped("maps", "palettes.toml").read_text("utf-8"))
    share = raw["share"]
    breaks = tuple(share["breaks"])
    if list(breaks) != sorted(set(breaks)) or len(share["fills"]) != len(breaks) + 2:
        raise ValueError("palettes.toml: breaks must rise, with one fill for 0 and one for each interval")
    looks = {key: share[key] for key in ("outline", "weight", "opacity")}
    lines = sorted(raw["line"], key=lambda line: line["from_kv"])
    return Palette(
        share_breaks=breaks,
        shares=tuple(Style(fill=fill, **looks) for fill in share["fills"]),
        no_data=Style(**raw["no_data"]),
        gaps={gap: Style(**style) for gap, style in raw["gap"].items()},
        technologies={technology: Style(**style) for technology, style in raw["technology"].items()},
        line_floors_kv=tuple(line["from_kv"] for line in lines),
        lines=tuple(Style(outline=line["outline"], weight=line["weight"]) for line in lines),
        line_unknown=Style(**raw["line_unknown"]),
        villages={state: Style(**style) for state, style in raw["village"].items()},
    )


def share_class(share: ArrayLike, breaks: Sequence[float]) -> NDArray[np.int64]:
    """
    Class of each share (0..1): 0 for exactly nothing, then the interval whose lower break it reaches.

    A share short of a break never counts as reaching it, however it is printed; not-a-number is `NO_DATA`.

    Examples
    --------
    >>> share_class([float("nan"), 0, 0.001, 0.25, 0.98999999, 0.99, 1], [0.25, 0.5, 0.75, 0.9, 0.99]).tolist()
    [-1, 0, 1, 2, 5, 6, 6]
    """
    values = np.asarray(share, dtype=float)
    classes = np.searchsorted(breaks, values, side="right") + (values > 0)
    return np.where(np.isnan(values), NO_DATA, classes)


def voltage_class(voltage_kv: ArrayLike, floors_kv: Sequence[float]) -> NDArray[np.int64]:
    """
    Class of each line: the last floor its voltage in kV reaches; `NO_DATA` where the voltage is unknown.

    Examples
    --------
    >>> voltage_class([22, 110, 219.9, 500, float("nan")], [0, 110, 220, 500]).tolist()
    [0, 1, 1, 3, -1]
    """
    values = np.asarray(voltage_kv, dtype=float)
    return np.where(np.isnan(values), NO_DATA, np.searchsorted(floors_kv, values, side="right") - 1)


def name_class(names: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """
    Place of each name among the known ones; `NOT_DRAWN` for any other.

    Examples
    --------
    >>> name_class(["NR", "GSM", "LTE"], ["NR", "LTE"]).tolist()
    [0, -2, 1]
    """
    places = {name: place for place, name in enumerate(known)}
    return np.array([places.get(name, NOT_DRAWN) for name in names], dtype=np.int64)


def share_legend(palette: Palette, labels: Labels) -> list[Entry]:
    """The classes of a share from none to most, then no data."""
    percents = [number_text(100 * edge, "", decimals=1) for edge in palette.share_breaks]
    texts = [labels["class.zero"], labels["class.first"].format(high=percents[0])]
    texts += [labels["class.middle"].format(low=a, high=b) for a, b in pairwise(percents)]
    texts += [labels["class.last"].format(low=percents[-1])]
    entries = [Entry(text, style) for text, style in zip(texts, palette.shares, strict=True)]
    return [*entries, Entry(labels["class.no_data"], palette.no_data)]


def line_legend(palette: Palette, labels: Labels) -> list[Entry]:
    """The classes of power lines from the highest voltage, then the unknown."""
    floors = [number_text(floor, "", decimals=1) for floor in palette.line_floors_kv]
    names = ["line_first", *["line_middle"] * (len(floors) - 2), "line_last"]
    texts = [
        labels[f"class.{n}"].format(low=a, high=b) for n, a, b in zip(names, floors, [*floors[1:], ""], strict=True)
    ]
    entries = [Entry(text, style) for text, style in zip(texts, palette.lines, strict=True)]
    return [*reversed(entries), Entry(labels["class.line_unknown"], palette.line_unknown)]
