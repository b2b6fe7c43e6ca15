"""Wording: the templates and words of the report in one language, and numbers as that language writes them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from phusong.config import shipped
from phusong.errors import ConfigError
from phusong.publish.report.model import Figure, Language, Run
from phusong.text import nfc, number_vi, percent_vi

_SWAPPED = str.maketrans(",.", ".,")
_FILE = "report.toml"
_DECIMALS = {"rate": 1}


@dataclass(frozen=True)
class Wording:
    """
    Everything that a report says, in its language.

    Parameters
    ----------
    texts
        By their dotted place in the file, such as `head.zones`.
    units
        Of the figures, by their name.
    """

    language: Language
    texts: Mapping[str, str]
    units: Mapping[str, str]

    def text(self, key: str, /, **values: str) -> str:
        """A text of words alone."""
        return "".join(str(run) for run in self.runs(key, **values))

    def runs(self, key: str, /, **values: Run) -> tuple[Run, ...]:
        """
        A sentence with words and figures put in.

        Raises
        ------
        ConfigError
            When the template asks for something that there is not, naming both.
        """
        found: list[Run] = []
        for literal, name in pieces(self.texts[key]):
            if name is not None and name not in values:
                raise ConfigError(f"{_FILE}: {key} has {{{name}}}; it can hold {_listed(values)}")
            for run in (literal, *([] if name is None else [values[name]])):
                if isinstance(run, str) and found and isinstance(found[-1], str):
                    found[-1] += run
                elif run != "":
                    found.append(run)
        return tuple(found)

    def number(self, value: float | None, unit: str, empty: str) -> str:
        """
        A value as it is printed.

        Examples
        --------
        >>> wording("vi").number(0.98999, "share", ""), wording("en").number(1234.0, "people", "")
        ('98,9 %', '1,234')
        >>> wording("vi").number(27, "points", ""), wording("vi").number(9281, "percent", "")
        ('+0,27', '92,81')
        """
        if value is None or math.isnan(value):
            return empty
        if unit in ("share", "share2"):
            text = percent_vi(value, 2 if unit == "share2" else 1)
        elif unit in ("points", "percent"):
            sign = "+" if unit == "points" and value > 0 else ""
            text = sign + number_vi(value / 100, 2)
        else:
            text = number_vi(value, _DECIMALS.get(unit, 0))
        return text if self.language == "vi" else text.translate(_SWAPPED)


@cache
def wording(language: Language) -> Wording:
    """The words that come with the code."""
    return read(shipped("maps", _FILE), language)


def read(file: Path, language: Language) -> Wording:
    """
    Read a file of words.

    Raises
    ------
    ConfigError
        With every fault: an entry without one of the languages, braces that are none, and placeholders that only one
        language has.
    """
    raw = tomllib.loads(file.read_text("utf-8"))
    entries = {f"{section}.{key}": entry for section, own in raw.items() for key, entry in own.items()}
    faults = [fault for key, entry in entries.items() for fault in _faults(key, entry)]
    if faults:
        raise ConfigError("\n".join([f"{file.name}: {len(faults)} fault(s)", *(f"  - {fault}" for fault in faults)]))
    texts = {key: nfc(entry[language]) for key, entry in entries.items()}
    return Wording(language, texts, {key: entry["unit"] for key, entry in entries.items() if "unit" in entry})


def pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """
    Words, and the name of what comes after them.

    Examples
    --------
    >>> list(pieces("{n} of {all} zones"))
    [('', 'n'), (' of ', 'all'), (' zones', None)]
    """
    for literal, name, form, conversion in Formatter().parse(template):
        if form or conversion or (name is not None and not name.isidentifier()):
            raise ValueError(f"{{{name}}} is no plain placeholder")
        yield literal, name


def _faults(key: str, entry: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping) or not {"vi", "en"} <= set(entry):
        yield f"{key}: expected a text in vi and in en"
        return
    if key.startswith("figure.") and "unit" not in entry:
        yield f"{key}: the unit is missing"
    names = {}
    for language in ("vi", "en"):
        try:
            names[language] = {name for _, name in pieces(entry[language]) if name is not None}
        except ValueError as fault:
            yield f"{key}.{language}: {fault}"
    if len(names) == 2:
        for one, other in (("vi", "en"), ("en", "vi")):
            for name in sorted(names[one] - names[other]):
                yield f"{key}: {{{name}}} is in {one} and not in {other}"


def _listed(values: Mapping[str, str | Figure]) -> str:
    return ", ".join(f"{{{name}}}" for name in values) or "nothing"
