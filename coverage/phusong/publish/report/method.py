"""Method, limits and sources: how the figures came about, and what they do not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phusong.publish.labels import read_labels
from phusong.publish.page import source_lines
from phusong.publish.report.model import Block, Heading, Paragraph, Run
from phusong.publish.report.scope import Scope
from phusong.text import slug


def method(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    words = scope.words
    yield scope.heading(number, "method")
    yield _model(scope)
    yield scope.say("method.codes")
    yield Heading(2, words.text("head.limits"))
    yield scope.bullets(*_limits(scope))
    yield Heading(2, words.text("head.sources"))
    yield scope.bullets(*((line,) for line in sources(scope)))


def sources(scope: Scope) -> tuple[str, ...]:
    """What was read, with its date, and the digests that say which data these were."""
    words, run = scope.words, scope.edition.run
    lines = source_lines(run.get("inputs") or (), read_labels(words.language)) or [words.text("method.no_source")]
    digests = {"edition": scope.edition.digest, "snapshot": scope.edition.snapshot_digest or scope.edition.digest}
    return (*lines, *(words.text(f"method.{name}", digest=_grouped(digest)) for name, digest in digests.items()))


def _grouped(digest: str) -> str:
    """In eights, so that a line can break within it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _model(scope: Scope) -> Paragraph:
    card = scope.edition.run.get("model_card") or {}
    if not card.get("model"):
        return scope.say("method.no_model")
    model = str(card["model"])
    told = {"model": scope.words.texts.get(f"model.{slug(model)}", model)}
    told |= {name: _ground(scope, name) for name in ("terrain", "clutter")}
    percent = card.get("covered_at_percent")
    places = () if percent is None else (" ", *scope.words.runs("method.places", percent=str(percent)))
    return Paragraph((*scope.words.runs("method.model", **told), *places))


def _ground(scope: Scope, layer: str) -> str:
    """Sources of terrain or land cover with their vintage, each once, and the pixel that they were sampled at."""
    words, run = scope.words, scope.edition.run
    found = dict.fromkeys(
        words.text(
            "method.vintage", source=str(one.get("source") or words.text("word.not_said")), year=_year(scope, one)
        )
        for one in run.get("inputs") or ()
        if one["layer"] == layer
    )
    if not found:
        return words.text("word.none")
    pixel_m = (run.get("grid") or {}).get("pixel_m")
    sampled = "" if pixel_m is None else words.text("method.sampled", pixel=f"{pixel_m:g}")
    return "; ".join(found) + sampled


def _year(scope: Scope, one: Mapping[str, Any]) -> str:
    year = str(one.get("as_of") or "")[:4] or one.get("year")
    return str(year or scope.words.text("word.unknown"))


def _limits(scope: Scope) -> Iterator[tuple[Run, ...]]:
    words, run = scope.words, scope.edition.run
    yield words.runs("method.computed")
    yield words.runs("method.unknown")
    if missing := (run.get("model_card") or {}).get("missing"):
        yield words.runs("method.lacking", what="; ".join(_lacking(scope, str(text)) for text in missing))
    if scope.edition.synthetic:
        labels = read_labels(words.language)
        layers = ", ".join(labels.get(f"layer.{name}", name) for name in scope.edition.synthetic)
        yield words.runs("method.synthetic", layers=layers)


def _lacking(scope: Scope, text: str) -> str:
    """What the model card leaves out, in the language; as it stands where no words are known for it."""
    return scope.words.texts.get(f"lacking.{text.partition(' ')[0].rstrip(':')}", text)
