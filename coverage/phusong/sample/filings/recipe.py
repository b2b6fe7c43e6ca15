"""Recipes: how the filing of a seed is made – whose it is, where, in which form, and how many rows have each fault."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FAULTS = (
    "axes_swapped", "missing_coordinates", "placeholder_coordinates", "outside_country", "height_out_of_range",
    "band_not_licensed", "technology_missing", "on_air_in_future", "commune_disagrees", "legacy_commune_code",
    "duplicate",
)  # fmt: skip
"""What can be wrong with a row; a row has one fault at most."""
REPAIRED = ("axes_swapped", "legacy_commune_code")
"""Faults that a careful clerk mends; rows with another are set aside."""

FileForm = Literal["csv", "xlsx", "geojson"]
Notation = Literal["degrees", "dms", "metres"]
Decimals = Literal["point", "comma", "half"]
_SIZES = (40, 60, 100, 200, 300, 600, 900, 1500)
_DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y")
_OPERATORS = ("MobiFone", "VNPT", "Vietnamobile", "Viettel")
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1258", "utf-16")


@dataclass(frozen=True)
class Recipe:
    """
    How one filing is made.

    Parameters
    ----------
    share
        Share of the rows that has each fault.
    both
        Whether the two numbers of a position stand in one field.
    exchanged
        Whether the two numbers stand the other way round than their headers, or the form, say, in the whole file.
    decimals
        How fractions are written as text; `half`: with a comma in about half of the rows.
    whole_codes
        Whether commune codes are written as integers.
    named, province_named
        Whether the names of commune and province are filed too.
    decomposed
        Whether text is decomposed (NFD).
    sheets
        How many sheets a workbook has for data: one, one a technology, or the rows parted anyhow.
    """

    seed: int
    operator: str
    provinces: int
    rows: int
    share: Mapping[str, float]
    form: FileForm
    notation: Notation
    both: bool
    exchanged: bool
    decimals: Decimals
    whole_codes: bool
    named: bool
    province_named: bool
    decomposed: bool
    encoding: str
    delimiter: str
    day: str
    sheets: Literal["one", "technologies", "parts"]
    titles: bool


def recipe(seed: int) -> Recipe:
    """The recipe of a seed; every form can meet every notation, fault and way of writing."""
    rng = random.Random(seed)
    form: FileForm = rng.choice(("csv", "csv", "xlsx", "geojson"))
    decimals: Decimals = rng.choice(("point", "comma", "half"))
    named = rng.random() < (0.3 if form == "geojson" else 0.9)
    encoding = rng.choice(_ENCODINGS)
    return Recipe(
        seed=seed,
        operator=rng.choice(_OPERATORS),
        provinces=rng.choice((1, 2, 3, 5, 5, 5, 8)),
        rows=rng.choice(_SIZES),
        share=_shares(rng),
        form=form,
        notation=rng.choice(("degrees", "dms", "metres")),
        both=rng.random() < 0.3,
        exchanged=rng.random() < 0.25,
        decimals=decimals,
        whole_codes=form != "geojson" and rng.random() < 0.4,
        named=named,
        province_named=named and rng.random() < 0.85,
        decomposed=encoding.startswith("utf") and rng.random() < 0.3,
        encoding=encoding,
        delimiter=rng.choice(",;\t" if decimals == "point" else ";;\t,"),
        day=rng.choice(_DAYS),
        sheets=rng.choice(("one", "technologies", "parts")),
        titles=form == "xlsx" and rng.random() < 0.8,
    )


def _shares(rng: random.Random) -> dict[str, float]:
    """Some hundredths of each fault; one in three filings has a tenth of one of them."""
    share = {fault: rng.uniform(0, 0.025) for fault in FAULTS}
    if rng.random() < 0.33:
        share[rng.choice(FAULTS)] = 0.1
    return share
