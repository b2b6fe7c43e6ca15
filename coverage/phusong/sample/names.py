"""Names of the sample: Vietnamese syllables put together, so that they sound right and mean no real place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from phusong.config import shipped
from phusong.text import nfc


@dataclass(frozen=True)
class Words:
    """First and second syllables of names in the plain and in the mountains, and what a village is called."""

    lowland: tuple[tuple[str, ...], tuple[str, ...]]
    highland: tuple[tuple[str, ...], tuple[str, ...]]
    village_kinds: dict[str, str]


def read_words() -> Words:
    """The syllables that come with the code."""
    raw = tomllib.loads(shipped("gis_data", "sample_names.toml").read_text("utf-8"))
    lowland, highland = (
        (tuple(map(nfc, raw[part]["first"])), tuple(map(nfc, raw[part]["second"]))) for part in ("lowland", "highland")
    )
    return Words(lowland, highland, {kind: nfc(name) for kind, name in raw["village_kinds"].items()})


def commune_names(
    rng: np.random.Generator, words: Words, province: NDArray[np.generic], highland: NDArray[np.bool_]
) -> list[str]:
    """Names without type, of the mountains or the plain, unique within each province."""
    names = [""] * len(province)
    for one in np.unique(province):
        low, high = _pairs(rng, words.lowland), _pairs(rng, words.highland)
        for k in np.flatnonzero(province == one):
            names[k] = (high if highland[k] else low).pop()
    return names


def village_names(rng: np.random.Generator, words: Words, kind: str, highland: bool, count: int) -> list[str]:
    """Names of the villages of one commune: numbered in wards, else of their own, which may repeat elsewhere."""
    if kind == "phường":
        return [f"{words.village_kinds['ward']} {number}" for number in range(1, count + 1)]
    called = words.village_kinds["highland" if highland else "lowland"]
    pairs = _pairs(rng, words.highland if highland else words.lowland)
    return [f"{called} {pair}" for pair in pairs[:count]]


def _pairs(rng: np.random.Generator, parts: tuple[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    pairs = [f"{first} {second}" for first, second in product(*parts) if first != second]
    return [pairs[k] for k in rng.permutation(len(pairs))]
