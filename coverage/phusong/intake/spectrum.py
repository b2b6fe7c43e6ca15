"""Spectrum: who held which part of it on a day, as a table with sources."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from phusong.config import shipped
from phusong.text import slug


@dataclass(frozen=True)
class Licence:
    """Parts of the spectrum that one operator holds from a day on; of older licences, the names of their bands."""

    operator: str
    ranges_mhz: tuple[tuple[float, float], ...]
    bands_mhz: tuple[float, ...] = ()
    begins: dt.date | None = None

    def covers(self, frequency_mhz: float, day: dt.date) -> bool:
        """Whether a frequency, or the name of a band, falls under it on a day."""
        if self.begins is not None and day < self.begins:
            return False
        return frequency_mhz in self.bands_mhz or any(low <= frequency_mhz <= high for low, high in self.ranges_mhz)


@cache
def licences() -> tuple[Licence, ...]:
    """The licence table."""
    return tuple(
        Licence(
            row["operator"],
            tuple((float(low), float(high)) for low, high in row["ranges_mhz"]),
            tuple(map(float, row.get("bands_mhz", ()))),
            row.get("from"),
        )
        for row in _table()["licence"]
    )


def operator_named(name: str) -> str:
    """
    The operator a name stands for; the name itself where none is known.

    Examples
    --------
    >>> operator_named("vinaphone"), operator_named("VTL"), operator_named("Sóng Mẫu")
    ('VNPT', 'Viettel', 'Sóng Mẫu')
    """
    return names_of_operators().get(slug(name), name)


def holders(frequency_mhz: float, day: dt.date) -> tuple[str, ...]:
    """
    Operators that hold a frequency on a day, in the order of their names.

    Examples
    --------
    >>> holders(3750, dt.date(2026, 9, 30)), holders(3750, dt.date(2023, 1, 1)), holders(450, dt.date(2026, 9, 30))
    (('VNPT',), (), ())
    """
    return tuple(sorted({licence.operator for licence in licences() if licence.covers(frequency_mhz, day)}))


def others_hold(operator: str, frequency_mhz: float, day: dt.date) -> bool:
    """
    Whether a frequency was held on a day by others and not by an operator.

    Of an operator that the table does not name nothing is said; of one without any licence in it, nothing of the bands
    that several share by older licences, since the table does not tell all of these.

    Examples
    --------
    >>> [others_hold(name, 3750, dt.date(2026, 9, 30)) for name in ("VNPT", "Viettel", "Gmobile", "Sóng Mẫu")]
    [False, True, True, False]
    """
    name = operator_named(operator)
    own = [licence for licence in licences() if licence.covers(frequency_mhz, day)]
    if not own or name in {licence.operator for licence in own} or name not in _table()["operators"]:
        return False
    known = any(licence.operator == name for licence in licences())
    return known or all(licence.begins is not None for licence in own)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(shipped("gis_data", "spectrum.toml").read_text("utf-8"))


@cache
def names_of_operators() -> Mapping[str, str]:
    """The operator of each name, names as slugs."""
    return {slug(word): name for name, words in _table()["operators"].items() for word in (name, *words)}
