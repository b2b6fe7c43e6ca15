"""Quality: what was filed, by operator and layer, and how it agrees with what others say."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.publish.labels import read_labels
from phusong.publish.report.model import Block, Query
from phusong.publish.report.scope import Ask, Scope
from phusong.text import sort_key

LETTER = "Q"


def quality(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "quality")
    sites = scope.tables.frames["sites"]
    if scope.tier == "regulator" and {"operator", "on_air", "assumed"} <= {*sites}:
        yield from _operators(scope)
    else:
        yield scope.note("quality.hidden")
    if scope.level == "nation":
        yield from _layers(scope)
    if scope.value(scope.sum_of("listed_rows")):
        names = {"rows": "rows", "agreed": "agreed_rows", "contradicted": "contradicted_rows"}
        names["unmatched"] = "unmatched_rows"
        yield scope.say(
            "quality.listed",
            **{key: scope.figure(LETTER, "listed", scope.sum_of(f"listed_{name}")) for key, name in names.items()},
        )
    yield scope.note("quality.axes")
    if scope.level == "nation" and len(scope.tables.frames.get("published/figures", ())):
        names = {"figures": "published", "contradictions": "contradictions"}
        told = {key: scope.figure(LETTER, name, Query(f"published/{key}", (), "count")) for key, name in names.items()}
        yield scope.say("quality.published", **told)


def _operators(scope: Scope) -> Iterator[Block]:
    rows = []
    frame = scope.tables.frames["sites"].iloc[scope.tables.rows(Query("sites", scope.own))]
    for operator in sorted(map(str, frame["operator"].dropna().unique()), key=sort_key):
        where = (*scope.own, ("operator", operator))
        cells = [
            Ask("site_rows", Query("sites", where, "count")),
            Ask("sites_on_air", Query("sites", (*where, ("on_air", True)), "count")),
            Ask("sites_complete", Query("sites", (*where, ("assumed", "")), "count")),
        ]
        rows.append(scope.row(LETTER, [operator, *cells]))
    if rows:
        caption = scope.words.text("quality.operators", unit=scope.name)
        yield scope.table("filings", caption, ("operator", "rows", "on_air", "complete"), rows, (3, 1.2, 1.2, 1.8))


def _layers(scope: Scope) -> Iterator[Block]:
    labels = read_labels(scope.words.language)
    rows = []
    for filed in scope.each("filed"):
        where = (("layer", str(filed["layer"])),)
        cells = [
            Ask(f"rows_{name}", Query("filed", where, "value", (column,)))
            for name, column in (("in", "rows_in"), ("accepted", "accepted"), ("refused", "refused"))
        ]
        rows.append(scope.row(LETTER, [labels.get(f"layer.{filed['layer']}", str(filed["layer"])), *cells]))
    if rows:
        caption = scope.words.text("quality.layers")
        yield scope.table("layers", caption, ("layer", "rows", "accepted", "refused"), rows, (4, 1.3, 1.3, 1.3))
