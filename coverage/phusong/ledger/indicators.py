"""Indicators: published figures with their numerators, denominators and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from phusong.config import Target
from phusong.errors import ConfigError
from phusong.ledger.counts import AT_LEAST, SPOT_DOUBTS, Counts, Whole
from phusong.ledger.definitions import definitions
from phusong.ledger.figures import Scope, figures
from phusong.text import nearest
from phusong.units import ANY


def indicator_table(communes: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """
    One row a definition, unit, operator and technology, with the columns of `figures.figures`.

    Provinces and the study are sums of published commune figures.
    """
    units, member = published_units(communes)
    people = member @ counts.people
    tables = []
    for definition, scope, part, of in _parts(counts):
        known = member @ of
        tables.append(figures(units, definition, scope, member @ part, known, people - known))
    return pd.concat(tables, ignore_index=True)


def refuse_unknown(targets: Sequence[Target]) -> None:
    """
    Stop when a target speaks of no indicator.

    Raises
    ------
    ConfigError
        Naming the nearest one.
    """
    known = definitions()
    for target in targets:
        if target.definition_id not in known:
            near = nearest(target.definition_id, known)
            hint = f"; did you mean '{near}'?" if near else f"; known are {', '.join(known)}"
            raise ConfigError(f"targets '{target.name}': there is no indicator '{target.definition_id}'{hint}")


def reached(targets: Sequence[Target], table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Each target with the value the study has reached; None where nothing is known or no such row exists.

    Of several environments the first counts, which is the one that levels speak of.
    """
    key = ["definition_id", "technology", "operator"]
    study = table[table.unit_level == "study"].drop_duplicates(key).set_index(key).value.dropna().to_dict()
    found = []
    for target in targets:
        value = study.get((target.definition_id, target.technology, target.operator))
        met = None if value is None else value >= target.value
        found.append({**target.model_dump(mode="json"), "reached": value, "met": met})
    return found


def _parts(counts: Counts) -> Iterator[tuple[str, Scope, Whole, Whole]]:
    """Definition and scope; people of the numerator; people whose state is known."""
    people, where = counts.people, counts.environment
    for technology, operator in sorted(counts.levels):
        for level in AT_LEAST:
            scope = Scope(operator, technology, where)
            yield f"people_covered_{level}_share", scope, *counts.reaching(technology, operator, level)
    for technology in sorted(counts.spots):
        for spot, (definition, _) in SPOT_DOUBTS.items():
            yield definition, Scope(ANY, technology, where), *counts.living_in(technology, spot)
    yield "people_with_power_share", Scope(), counts.power[:, 1], people - counts.power[:, 2]
    no, yes, unknown = (counts.joint[:, i : i + 3] for i in (0, 3, 6))
    everywhere = Scope(ANY, ANY, where)
    yield "people_without_signal_share", everywhere, no.sum(axis=1), no.sum(axis=1) + yes.sum(axis=1)
    open_question = no[:, 2] + unknown[:, 0] + unknown[:, 2]  # either lacking or not known, and not both known to lack
    yield "people_without_signal_and_power_share", everywhere, no[:, 0], people - open_question


def published_units(communes: pd.DataFrame) -> tuple[dict[str, Any], sparse.csr_array]:
    """Level and code of every unit, and which communes each is made of, shape (units, communes)."""
    codes, province = communes.commune_code.to_numpy(), communes.province_code.to_numpy()
    provinces, of = np.unique(province.astype(str), return_inverse=True)
    every = np.arange(len(codes))
    # a row for each commune, then for each province, then for the study: few of the pairs hold anything
    row = np.concatenate([every, len(codes) + of, np.full(len(codes), len(codes) + len(provinces))])
    shape = (len(codes) + len(provinces) + 1, len(codes))
    member = sparse.csr_array((np.ones(row.size, np.int64), (row, np.tile(every, 3))), shape)
    level = ["commune"] * len(codes) + ["province"] * len(provinces) + ["study"]
    return {"unit_level": level, "unit_code": [*codes, *provinces.tolist(), ""]}, member
