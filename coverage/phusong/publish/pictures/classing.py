"""Classing: how each unit of a page looks by one of its figures, and what the legend says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from phusong.publish.atlas.packing import MISSING, Whole
from phusong.publish.pictures.unpacking import numbers

Style = Mapping[str, Any]
"""A class or state as the palette has it: fill, label in both languages, and hatching where it has one."""


@dataclass(frozen=True)
class Classed:
    """
    Units by a figure.

    Parameters
    ----------
    styles, of
        All looks, and which of them each unit has.
    shown
        The looks of the legend: all classes of the scale, and the states that units are in.
    """

    styles: Sequence[Style]
    of: Whole
    shown: Sequence[Style]


def classed(figure: Mapping[str, Any], data: Mapping[str, Any], look: Mapping[str, Any]) -> Classed:
    """
    Look of each unit now; the same as the page's script gives it (classes.js, legend.js).

    Parameters
    ----------
    figure
        One of the figures of the data block.
    look
        The palette.
    """
    scale = look["scales"][figure["scale"]]
    classes, states = list(scale["styles"]), look["states"]
    values = _values(figure, data)
    state = _states(figure, data, values, list(states))
    of = len(classes) + state
    of[state < 0] = _class(scale, values[state < 0])
    found = [style for place, style in enumerate(states.values(), len(classes)) if (of == place).any()]
    if data["base"] and states["outside"] not in found:
        found.append(states["outside"])
    # what exactly nothing is shown as takes the place of the first class
    return Classed([*classes, *states.values()], of, [*(classes[1:] if figure["zero"] else classes), *found])


def _values(figure: Mapping[str, Any], data: Mapping[str, Any]) -> np.ndarray:
    """Values of the units; not a number where there is none."""
    part = numbers(figure["numerator"], data).astype(np.float64)
    part[part == MISSING] = np.nan
    if figure["unit"] != "share":
        return part
    whole = numbers(figure["denominator"], data)
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _states(figure: Mapping[str, Any], data: Mapping[str, Any], values: np.ndarray, names: list[str]) -> Whole:
    """Place of each unit's state among the names; -1 where it has a class of its own."""
    outside = numbers(data["units"]["own"], data) == 0
    suppressed = np.isin(np.arange(len(values)), figure["suppressed"])
    kinds = [(outside, "outside"), (suppressed, "suppressed"), (np.isnan(values), figure["missing"])]
    kinds += [(values == 0, figure["zero"])] if figure["zero"] else []
    return np.select([where for where, _ in kinds], [names.index(name) for _, name in kinds], -1)


def _class(scale: Mapping[str, Any], values: np.ndarray) -> Whole:
    if scale["kind"] == "named":
        return values.astype(np.int64)
    return np.where(values == 0, 0, 1 + np.searchsorted(scale["breaks"], values, side="right"))
