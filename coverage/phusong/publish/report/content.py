"""Content: one report of an edition, section by section, as every form shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from phusong.config.report import Report as Issued
from phusong.errors import SnapshotError
from phusong.ledger.edition import Edition, Frames
from phusong.publish.labels import period_vi, read_labels
from phusong.publish.redaction import redact
from phusong.publish.report.annexes import annexes
from phusong.publish.report.changes import TABLE, changes
from phusong.publish.report.codes import figures
from phusong.publish.report.dead_zones import dead_zones
from phusong.publish.report.duties import duties
from phusong.publish.report.frame import form
from phusong.publish.report.headline import headline
from phusong.publish.report.method import method, sources
from phusong.publish.report.model import Block, Identity, Language, Paragraph, Picture, Report
from phusong.publish.report.power import power
from phusong.publish.report.progress import progress
from phusong.publish.report.quality import quality
from phusong.publish.report.regions import regions
from phusong.publish.report.satellite import satellite
from phusong.publish.report.scope import Level, Scope
from phusong.publish.report.tables import Tables, tables
from phusong.publish.report.wording import wording
from phusong.publish.tiers import Tier
from phusong.text import slug

NAME_SIGNS = 60
"""A file's name holds so much of the unit's at most."""
Pictures = Callable[[Scope], Sequence[Picture]]


@dataclass(frozen=True)
class Asked:
    """
    Which report is wanted.

    Parameters
    ----------
    code
        Of the province or commune; empty for the nation.
    earlier
        The quarter before that was run; empty for none.
    against
        Quarter from which changes are divided; empty for none.
    gains
        Whether the edition tells whom planned sites bring.
    """

    level: Level
    code: str
    tier: Tier
    language: Language
    earlier: str = ""
    against: str = ""
    gains: bool = False


@dataclass(frozen=True)
class Source:
    """
    What reports of one edition are made of.

    Parameters
    ----------
    beside
        Tables of the snapshot that an edition has not, and `changes`.
    compared_with
        Quarter that the dead zones were compared with; empty for none.
    issued
        Section of the project file.
    """

    edition: Edition
    beside: Frames
    compared_with: str
    issued: Issued


def scope_of(source: Source, asked: Asked, of: tuple[Edition, Tables] | None = None) -> Scope:
    """
    The unit of a report, with everything that it may ask.

    Parameters
    ----------
    of
        The edition as the tier holds it and its tables, where several reports share them.

    Raises
    ------
    SnapshotError
        When the edition has no such unit.
    """
    name = unit_name(source.edition, asked)
    edition, held = of or shared(source, asked)
    return Scope(asked.level, asked.code, name, asked.tier, edition, held, wording(asked.language))


def shared(source: Source, asked: Asked) -> tuple[Edition, Tables]:
    """The edition as a tier holds it, and its tables."""
    unit = asked.code if asked.tier in ("commune", "province") else None
    edition = redact(source.edition, asked.tier, unit)
    return edition, tables(edition, source.beside, asked.tier)


def content(source: Source, asked: Asked, scope: Scope, pictures: Pictures | None = None) -> Report:
    """
    The report of a scope.

    Parameters
    ----------
    pictures
        Draws those of the headline; None for none.

    Raises
    ------
    ConfigError
        When a template has a wrong placeholder.
    """
    labels = read_labels(asked.language)
    quarter, before, against = (
        period_vi(name, labels) if name else "" for name in (source.edition.period, asked.earlier, asked.against)
    )
    parts: Sequence[Callable[[int], Iterator[Block]]] = (
        lambda number: _with(headline(scope, number, quarter), pictures and pictures(scope)),
        lambda number: progress(scope, number),
        lambda number: regions(scope, number),
        lambda number: dead_zones(scope, number, source.compared_with),
        lambda number: power(scope, number),
        lambda number: satellite(scope, number),
        lambda number: quality(scope, number),
        lambda number: duties(scope, number),
        lambda number: changes(scope, number, (before, against if TABLE in scope.tables.frames else ""), quarter),
        lambda number: method(scope, number),
    )
    framed = form(scope, source.issued, quarter)
    notes = [Paragraph((sentence,), "warning") for sentence in framed.missing]
    blocks = (*notes, *(block for number, part in enumerate(parts, start=1) for block in part(number)))
    found = figures(blocks)
    return Report(
        identity=_identity(source, asked),
        name=file_name(source.edition, asked, scope.name),
        form=framed,
        blocks=blocks,
        annexes=annexes(found, scope.tables),
        figures=found,
        sources=sources(scope),
    )


def file_name(edition: Edition, asked: Asked, name: str) -> str:
    """
    Name of a report's files, without ending; a long name is cut.

    No name of a place can lead out of a folder: only letters, digits and hyphens are left of it.
    """
    unit = asked.code + "-" + slug(name)[:NAME_SIGNS].strip("_").replace("_", "-") if asked.code else "toan-quoc"
    return "-".join((edition.project, edition.period, unit.strip("-"), asked.tier, asked.language))


def _with(blocks: Iterator[Block], pictures: Sequence[Picture] | None) -> Iterator[Block]:
    yield from blocks
    yield from pictures or ()


def _identity(source: Source, asked: Asked) -> Identity:
    edition = source.edition
    day = edition.day or edition.as_of
    told = (edition.project, edition.period, day, asked.tier, asked.language, asked.level, asked.code, asked.against)
    return Identity(*told, edition.digest, asked.gains)


def unit_name(edition: Edition, asked: Asked) -> str:
    """
    Name of the unit of a report; of the nation that of the study.

    Raises
    ------
    SnapshotError
        When the edition has no such unit.
    """
    if asked.level == "nation":
        english = edition.title_en if asked.language == "en" else ""
        return english or edition.title or wording(asked.language).text("word.study")
    communes = edition.communes
    own = communes[communes[f"{asked.level}_code"].astype(str) == asked.code]
    if own.empty:
        said = f"{asked.level} '{asked.code}'"
        raise SnapshotError(f"Bản {edition.period} không có đơn vị {said} / the edition has no such unit")
    first = own.iloc[0]
    if asked.level == "province":
        return str(first["province_name"])
    return f"{first['commune_name']}, {first['province_name']}"
