"""Quality: what was filed, by operator and layer, its scores on six axes, and how it agrees with what others say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from phusong.intake.previous import ACCEPTED
from phusong.publish.labels import read_labels
from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Ask, Scope
from phusong.text import sort_key

LETTER = "Q"
AXES = ("correct", "complete", "clean", "live", "consistent", "shared")
REASONS_SHOWN = 3
"""Of each filing, those with most rows."""


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
    if scope.tier == "regulator":
        yield from _scores(scope)
    if scope.value(scope.sum_of("listed_rows")):
        names = {"rows": "rows", "agreed": "agreed_rows", "contradicted": "contradicted_rows"}
        names["unmatched"] = "unmatched_rows"
        yield scope.say(
            "quality.listed",
            **{key: scope.figure(LETTER, "listed", scope.sum_of(f"listed_{name}")) for key, name in names.items()},
        )
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
        caption = scope.words.text("quality.operators", unit=scope.called)
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


def _scores(scope: Scope) -> Iterator[Block]:
    """Of whole filings, which are nobody's province: they stand in the report of the whole."""
    inputs = scope.edition.run.get("inputs") or ()
    filed = dict.fromkeys(str(one["layer"]) for one in inputs if one.get("file") == ACCEPTED)
    if not filed:
        yield scope.note("quality.no_scores")
        return
    if scope.level != "nation":
        yield scope.note("quality.scores_of_whole")
        return
    names = read_labels(scope.words.language)
    filings = scope.each("filings")
    if filings:
        rows = [_score(scope, one, names) for one in filings]
        columns = ("filer", "rows", "accepted", "set_aside", *(f"axis_{axis}" for axis in AXES))
        widths = (2.6, 1.1, 1.1, 1.1, *[1.1] * len(AXES))
        yield scope.table("scores", scope.words.text("quality.scores"), columns, rows, widths)
        yield scope.note("quality.axes")
        yield from _set_aside(scope, filings)
    if unscored := [name for name in filed if name not in {one["layer"] for one in filings}]:
        yield scope.note("quality.unscored", layers=", ".join(names.get(f"layer.{name}", name) for name in unscored))


def _score(scope: Scope, filing: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Run, ...]:
    where = (("filing", filing["filing"]),)
    counts = {"filed_rows": "rows", "filed_accepted": "accepted", "filed_set_aside": "quarantined"}
    cells = [Ask(name, Query("filings", where, "value", (column,))) for name, column in counts.items()]
    for axis in AXES:
        parts = (f"{axis}_numerator", f"{axis}_denominator")
        cells.append(Ask(f"axis_{axis}", Query("filings", where, "ratio", parts)))
    layer = names.get(f"layer.{filing['layer']}", str(filing["layer"]))
    return scope.row(LETTER, [f"{filing['filer']} ({layer})", *cells])


def _set_aside(scope: Scope, filings: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    """The reasons for which most rows of each filing wait for their filer."""
    rows = []
    for filing in filings:
        for one in scope.each("filing_reasons", (("filing", filing["filing"]),))[:REASONS_SHOWN]:
            where = (("filing", filing["filing"]), ("reason", str(one["reason"])))
            asked = Ask("filed_set_aside", Query("filing_reasons", where, "value", ("rows",)))
            said = str(one[f"reason_{scope.words.language}"])
            rows.append(scope.row(LETTER, [str(filing["filer"]), said[:1].upper() + said[1:], asked]))
    if rows:
        caption = scope.words.text("quality.reasons")
        yield scope.table("set_aside", caption, ("filer", "reason", "rows"), rows, (2, 5, 1.1))
