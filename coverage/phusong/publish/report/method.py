"""Method, limits and sources: how the figures came about, and what they do not say."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.publish.labels import read_labels
from phusong.publish.page import source_lines
from phusong.publish.report.model import Block, Heading, Paragraph, Run
from phusong.publish.report.scope import Scope


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
    told = {"edition": scope.edition.digest, "snapshot": scope.edition.snapshot_digest or scope.edition.digest}
    return (*lines, words.text("method.digest", **told))


def _model(scope: Scope) -> Paragraph:
    card = scope.edition.run.get("model_card") or {}
    if not card.get("model"):
        return scope.say("method.no_model")
    unknown = scope.words.text("word.unknown")
    told = {name: str(card.get(name) or unknown) for name in ("model", "terrain", "clutter")}
    percent = card.get("covered_at_percent")
    places = () if percent is None else (" ", *scope.words.runs("method.places", percent=str(percent)))
    return Paragraph((*scope.words.runs("method.model", **told), *places))


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
