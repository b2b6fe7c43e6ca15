"""Look: the words and colours of the map pages, which are the same on every page."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from phusong.config import shipped
from phusong.text import nfc, number_vi


@dataclass(frozen=True)
class Both:
    """A text in both languages."""

    vi: str
    en: str


Words = Mapping[str, Both]
"""A text by its dotted place in a file of words, such as `tab.map`."""


def read_words(path: Path) -> Words:
    """
    The texts of a file of words, `key = { vi = "…", en = "…" }` on the ground or in sections.

    Examples
    --------
    >>> read_words(shipped("maps", "atlas_page.toml"))["tab.map"]
    Both(vi='Bản đồ', en='Map')
    """
    return dict(_flat(tomllib.loads(path.read_text("utf-8")), ""))


@cache
def page_words() -> Words:
    """The words of the frame and of the script."""
    return read_words(shipped("maps", "atlas_page.toml"))


@cache
def answer_words() -> Words:
    """The words of the form by which an official answers back."""
    return read_words(shipped("maps", "answer.toml"))


def palette(words: Words) -> dict[str, Any]:
    """
    Scales, states, marks, lines and names as `maps/atlas_palette.toml` gives them; each class has its label.

    A scale has `kind`, `breaks` and `styles`: `rising` has a style for exactly nothing and one for each interval,
    `symmetric` one for each interval of a fall, one for no change and one for each interval of a rise, `named` one for
    each label.

    Raises
    ------
    ValueError
        When the breaks of a scale do not rise or its fills are not as many as its classes.
    """
    raw = tomllib.loads(shipped("maps", "atlas_palette.toml").read_text("utf-8"))
    return raw | {"scales": {name: _scale(name, scale, words) for name, scale in raw["scales"].items()}}


def _flat(raw: Mapping[str, Any], place: str) -> list[tuple[str, Both]]:
    found = []
    for key, value in raw.items():
        text = set(value) == {"vi", "en"} and isinstance(value["vi"], str)
        found += [(place + key, Both(nfc(value["vi"]), nfc(value["en"])))] if text else _flat(value, f"{place}{key}.")
    return found


def _scale(name: str, scale: Mapping[str, Any], words: Words) -> dict[str, Any]:
    breaks = scale.get("breaks", [])
    labels = scale["labels"] if scale["kind"] == "named" else _labels(scale, words)
    if list(breaks) != sorted(set(breaks)) or len(scale["fills"]) != len(labels):
        raise ValueError(f"atlas_palette.toml: breaks of scale {name} must rise, with {len(labels)} fills")
    styles = [{"fill": fill, "label": label} for fill, label in zip(scale["fills"], labels, strict=True)]
    return {"kind": scale["kind"], "breaks": breaks, "styles": styles}


def _labels(scale: Mapping[str, Any], words: Words) -> list[dict[str, str]]:
    """Labels of the classes of a rising or symmetric scale in both languages."""
    each: dict[str, list[str]] = {}
    for language, write in (("vi", _vietnamese), ("en", _english)):
        ends = [write(end, scale["format"]) for end in scale["breaks"]]

        def said(key: str, language: str = language, **values: str) -> str:
            return str(getattr(words[f"class.{key}"], language)).format(**values)

        if scale["kind"] == "rising":
            each[language] = [said("zero"), *_intervals(ends, said, "")]
        else:
            falls, rises = _intervals(ends, said, "less_"), _intervals(ends, said, "more_")
            each[language] = [*reversed(falls), said("same"), *rises]
    return [{"vi": vi, "en": en} for vi, en in zip(each["vi"], each["en"], strict=True)]


def _intervals(ends: list[str], said: Callable[..., str], side: str) -> list[str]:
    middle = [said(f"{side}middle", low=low, high=high) for low, high in pairwise(ends)]
    return [said(f"{side}first", high=ends[0]), *middle, said(f"{side}last", low=ends[-1])]


def _vietnamese(end: float, form: str) -> str:
    return {"share": f"{end * 100:.0f} %", "points": f"{end * 100:.0f} điểm", "count": number_vi(end)}[form]


def _english(end: float, form: str) -> str:
    return {"share": f"{end * 100:.0f} %", "points": f"{end * 100:.0f} points", "count": f"{end:,.0f}"}[form]
