"""Contents: what the index page of a release tells: whose and of when it is, its files, definitions and sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phusong.ledger.definitions import Definition, definitions
from phusong.ledger.edition import Edition
from phusong.publish.atlas.contents import facts, sources, synthetic
from phusong.publish.atlas.look import Both
from phusong.publish.atlas.wording import figure_words, filled
from phusong.publish.labels import date_vi
from phusong.publish.redaction import redact
from phusong.publish.release import sums
from phusong.publish.release.listing import Part, Sizes, listing, own_words, size_of
from phusong.publish.release.parts import Asked
from phusong.publish.report.content import unit_name
from phusong.text import nfc

INDEX = "index.html"


@dataclass(frozen=True)
class Contents:
    """
    What the index tells, as plain text; it is escaped when it is drawn.

    Parameters
    ----------
    facts
        Period, day and tier; the unit, where it is of one; the day of the tasks; files and their size.
    synthetic
        What is made up; None for nothing.
    definitions
        Of the indicators that the edition has, by the id and version under which they are published.
    """

    title: str
    title_en: str
    facts: Sequence[Both]
    synthetic: Both | None
    parts: Sequence[Part]
    definitions: Sequence[tuple[str, Both]]
    sources: Sequence[Both]
    edition: Both


def contents(folder: Path, edition: Edition, asked: Asked) -> Contents:
    """
    The contents of the index of what lies in a folder.

    Parameters
    ----------
    folder
        With all files of the release but the index and the sums.
    edition
        With everything in it; it is redacted here.
    """
    own, said = redact(edition, asked.tier, asked.unit), counted_vi()
    sizes = {name: path.stat().st_size for name, path in sums.files_below(folder).items()}
    sizes[sums.NAME] = sums.length([*sizes, INDEX])
    return Contents(
        title=own.title,
        title_en=own.title_en,
        facts=_facts(own, asked, sizes),
        synthetic=synthetic(own),
        parts=listing(folder, own, asked, sizes),
        definitions=[_definition(one, said) for name, one in definitions().items() if name in _indicators(edition)],
        sources=sources(own),
        edition=filled(own_words()["page.edition"], hash=own.digest),
    )


def _facts(edition: Edition, asked: Asked, sizes: Sizes) -> list[Both]:
    words = own_words()
    found = [facts(edition, asked.tier, figure_words())]
    if asked.unit:
        found.append(filled(words["page.unit"], unit=unit_name(edition, asked.report())))
    found.append(filled(words["page.day"], day=date_vi(edition.day or edition.as_of)))
    # and the index itself
    return [*found, filled(words["page.whole"], count=len(sizes) + 1, size=size_of(sum(sizes.values())))]


def _indicators(edition: Edition) -> set[str]:
    return set(edition.run.get("definitions", ()))


def counted_vi() -> Mapping[str, str]:
    """What each definition counts in Vietnamese, by its id and version."""
    return tomllib.loads(Path(__file__).with_name("counted_vi.toml").read_text("utf-8"))


def _definition(one: Definition, said: Mapping[str, str]) -> tuple[str, Both]:
    """Its id and version, and what it counts; in English on both sides where a study has a version of its own."""
    name, counted = f"{one.id}/{one.version}", f"{one.numerator} / {one.denominator}"
    return name, Both(f"{one.name_vi}: {nfc(said.get(name, counted))}", f"{one.name}: {counted}")
