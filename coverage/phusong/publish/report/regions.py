"""Regions: the figures of each province or commune, and of each operator."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Ask, Scope, Where
from phusong.text import sort_key
from phusong.units import ANY

LETTER = "R"
_TECHNOLOGIES = ("NR", "LTE")


def regions(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "regions")
    yield from _operators(scope)
    if scope.level == "commune":
        return
    units = _units(scope)
    if units:
        yield _below(scope, units)
        if scope.level == "nation" and scope.operators:
            yield _by_operator(scope, units)
    without = [
        name for code, name in units if scope.value(scope.covered("denominator", unit=_unit(scope, code))) is None
    ]
    if without:
        yield scope.note("regions.without", units=", ".join(without))


def _operators(scope: Scope) -> Iterator[Block]:
    if not scope.operators:
        return
    rows = []
    for operator in (*scope.operators, ANY):
        name = scope.words.text("word.any") if operator == ANY else operator
        cells = [
            _covered(scope, figure, column, operator, technology)
            for technology in _TECHNOLOGIES
            for figure, column in (("covered", "numerator"), ("covered_share", "value"))
        ]
        rows.append(scope.row(LETTER, [name, *cells]))
    share = scope.words.text("column.share")
    people = scope.words.text("column.people")
    columns = ["operator", *(f"{technology}, {what}" for technology in ("5G", "4G") for what in (people, share))]
    caption = scope.words.text("regions.operators", unit=scope.called)
    yield scope.table("operators", caption, columns, rows, (3, 1.6, 1.4, 1.6, 1.4), scope.words.text("regions.note"))


def _covered(
    scope: Scope, figure: str, column: str, operator: str, technology: str = "NR", unit: Where = ()
) -> Ask | str:
    """The question for an operator's coverage; a dash where it has no site of the technology, which is not unknown."""
    query = scope.covered(column, operator, technology, unit)
    return Ask(figure, query) if (operator, technology) in scope.served or operator == ANY else "–"


def _below(scope: Scope, units: list[tuple[str, str]]) -> Block:
    rows = [_row(scope, code, name) for code, name in units]
    nation = scope.level == "nation"
    if nation:
        rows.append(_row(scope, scope.code, scope.words.text("word.study"), whole=True))
    key = "regions.provinces" if nation else "regions.communes"
    caption = scope.words.text(key) if nation else scope.words.text(key, unit=scope.called)
    columns = ("unit", "people", "nr", "lte", "power", "zones", "zone_people")
    return scope.table("units", caption, columns, rows, (3.2, 1.6, 1.2, 1.2, 1.2, 1, 1.3), total=nation)


def _row(scope: Scope, code: str, name: str, *, whole: bool = False) -> tuple[Run, ...]:
    unit = scope.unit if whole else _unit(scope, code)
    own: Where = () if whole else ((f"{'province' if scope.level == 'nation' else 'commune'}_code", code),)
    power = scope.level_of("people_with_power_share", "value", unit)
    return scope.row(
        LETTER,
        [
            name,
            Ask("people", Query("communes", own, "sum", ("people",))),
            Ask("covered_share", scope.covered("value", unit=unit)),
            Ask("covered_share", scope.covered("value", technology="LTE", unit=unit)),
            Ask("power_share", power),
            Ask("zones", Query("zones", own, "count")),
            Ask("zone_people", Query("zones", own, "sum", ("people",))),
        ],
    )


def _by_operator(scope: Scope, units: list[tuple[str, str]]) -> Block:
    rows = [
        scope.row(
            LETTER,
            [
                name,
                *(_covered(scope, "covered_share", "value", one, unit=_unit(scope, code)) for one in scope.operators),
            ],
        )
        for code, name in units
    ]
    caption = scope.words.text("regions.by_operator")
    return scope.table(
        "province_operators", caption, ("unit", *scope.operators), rows, (3, *[1.4] * len(scope.operators))
    )


def _unit(scope: Scope, code: str) -> Where:
    below = "province" if scope.level == "nation" else "commune"
    return (("unit_level", below), ("unit_code", code))


def _units(scope: Scope) -> list[tuple[str, str]]:
    """Codes and names of the provinces of the study, or of the communes of the province, in Vietnamese order."""
    below = "province" if scope.level == "nation" else "commune"
    communes = scope.tables.frames["communes"].iloc[scope.tables.rows(Query("communes", scope.own))]
    if not {f"{below}_code", f"{below}_name"} <= {*communes}:
        return []
    rows = pd.DataFrame(communes).drop_duplicates(f"{below}_code")
    pairs = zip(rows[f"{below}_code"].astype(str), rows[f"{below}_name"].fillna("").astype(str), strict=True)
    return sorted(pairs, key=lambda pair: (sort_key(pair[1]), pair[0]))
