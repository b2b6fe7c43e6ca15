"""Wording: what the map pages say of figures and rasters, in both languages, and numbers put into it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from phusong.config import shipped
from phusong.publish.atlas.look import Both, Words, read_words
from phusong.publish.labels import Labels, number_text, read_labels
from phusong.text import percent_vi

_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class PixelClass:
    """One class of a raster: the values it stands for, its colour, and its label."""

    values: tuple[int, ...]
    fill: str
    label: Both


@cache
def map_labels(language: Literal["vi", "en"]) -> Labels:
    """The labels that all maps share."""
    return read_labels(language)


def figure_words() -> Words:
    """The words of figures, marks, sentences and notes."""
    return read_words(shipped("maps", "atlas.toml"))


@cache
def pixel_classes() -> Mapping[str, Sequence[PixelClass]]:
    """
    The classes of each kind of raster, in the order of the legend.

    Examples
    --------
    >>> pixel_classes()["covered"][1]
    PixelClass(values=(1,), fill='#2a95c1', label=Both(vi='có sóng', en='signal'))
    """
    raw = tomllib.loads(shipped("maps", "atlas_rasters.toml").read_text("utf-8"))
    return {
        kind: [PixelClass(tuple(one["values"]), one["fill"], Both(**one["label"])) for one in classes.values()]
        for kind, classes in raw.items()
    }


@cache
def road_ranks() -> Mapping[str, int]:
    """
    Rank of each class of roads without capitals: 0 national, 1 main, 2 other.

    Examples
    --------
    >>> [road_ranks()[name] for name in ("trunk", "đường tỉnh", "residential")]
    [0, 1, 2]
    """
    raw = tomllib.loads(shipped("maps", "atlas_roads.toml").read_text("utf-8"))
    return {name: rank for rank, kind in enumerate(("national", "main", "other")) for name in raw[kind]}


def filled(text: Both, **values: Any) -> Both:
    """
    A text with numbers, shares and names put in: whole numbers and shares as each language writes them.

    Examples
    --------
    >>> filled(Both("{n} người, {share}", "{n} people, {share}"), n=1234, share=0.98999)
    Both(vi='1.234 người, 98,9 %', en='1,234 people, 98.9 %')
    """
    said = {key: as_both(value) for key, value in values.items()}
    vi = {key: value.vi for key, value in said.items()}
    return Both(text.vi.format(**vi), text.en.format(**{key: value.en for key, value in said.items()}))


def as_both(value: Any) -> Both:
    """A value in both languages: floats are shares, other numbers are written whole."""
    if isinstance(value, Both):
        return value
    if isinstance(value, str):
        return Both(value, value)
    vi = percent_vi(value) if isinstance(value, float) else number_text(value, "")
    return Both(vi, vi.translate(_SWAPPED))


def as_dict(text: Both) -> dict[str, str]:
    """For the data block."""
    return {"vi": text.vi, "en": text.en}
