"""Nameless sentences: what a reader may not know by name is told as what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_COUNT_DIGITS = 3
"""A name of so few digits could be any number of a sentence, so it is taken for none."""


@dataclass(frozen=True)
class Nameless:
    """
    What stands in the place of each name.

    Parameters
    ----------
    instead
        By the name without capitals.
    lengths
        Of the names, the longest first: of a hundred thousand names of ten lengths ten are looked up at a place.
    """

    instead: Mapping[str, str]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, instead: Mapping[str, str]) -> Self:
        """From what stands in the place of each name; a name that is no more than a small number is left out."""
        names = {
            name: told
            for name, told in instead.items()
            if name.strip() and not (name.isdigit() and len(name) <= _COUNT_DIGITS)
        }
        lengths = tuple(sorted({len(name) for name in names}, reverse=True))
        return cls({name.casefold(): told for name, told in names.items()}, lengths)

    def __call__(self, text: str) -> str:
        """
        The text with every name replaced that stands in it as a whole word, in capitals or not.

        Examples
        --------
        >>> Nameless.of({"NM-1": "a site", "NM-12": "a site"})("nm-12 or NM-1; NM-123 and X-NM-1 are others, NM-1.")
        'a site or a site; NM-123 and X-a site are others, a site.'
        """
        parts, at = [], 0
        while at < len(text):
            length, told = self._at(text, at)
            parts.append(told if length else text[at])
            at += length or 1
        return "".join(parts)

    def _at(self, text: str, at: int) -> tuple[int, str]:
        """Length of the name that begins at a place, 0 for none, and what stands instead."""
        if at and text[at - 1].isalnum() and text[at].isalnum():
            return 0, ""
        for length in self.lengths:
            told = self.instead.get(text[at : at + length].casefold())
            after = text[at + length : at + length + 1]
            if told is not None and not (after.isalnum() and text[at + length - 1].isalnum()):
                return length, told
        return 0, ""
