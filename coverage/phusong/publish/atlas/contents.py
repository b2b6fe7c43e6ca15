"""Contents: everything that a map page shows, in its data block and round the map."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from phusong.ledger.edition import Edition
from phusong.publish.atlas.atlas import Atlas, Page
from phusong.publish.atlas.data_block import data_block, page_zones
from phusong.publish.atlas.figures import Figure, figures
from phusong.publish.atlas.frame import Contents, Table
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.outlines import NATION_TOLERANCE_M, TOLERANCE_M
from phusong.publish.atlas.sentences import of_all, sentences, summed
from phusong.publish.atlas.static_table import static_table
from phusong.publish.atlas.wording import filled, map_labels
from phusong.publish.labels import date_vi, period_vi
from phusong.publish.page import source_lines

_OPENSTREETMAP = re.compile(r"(?:(?:©|\(c\)) *)?OpenStreetMap(?: contributors)?", re.IGNORECASE)


def contents(atlas: Atlas, page: Page) -> Contents:
    """Everything that a page shows."""
    words, earlier = atlas.words, _quarter(atlas.before_period) if atlas.before_period else None
    units = atlas.communes.iloc[page.rows]
    before = None if atlas.before is None else atlas.before.iloc[page.rows]
    own = len(page.own)
    drawn = figures(units, before, atlas.operators, words)
    return Contents(
        data=data_block(atlas, page, drawn, sentences(units, before, earlier, words)),
        title=page.name,
        facts=facts(atlas.edition, atlas.tier, atlas.words),
        synthetic=synthetic(atlas.edition),
        sentences=of_all(units[:own], None if before is None else before[:own], earlier, words),
        table=_province_table(atlas) if page.level == "nation" else _commune_table(units, drawn, words),
        sources=sources(atlas.edition),
        notes=_notes(atlas, page),
    )


def facts(edition: Edition, tier: str, words: Words) -> Both:
    """Quarter, day and tier."""
    day = date_vi(edition.as_of)
    as_of = Both(*(map_labels(language)["page.as_of"].format(date=day) for language in ("vi", "en")))
    return filled(words["page.facts"], period=_quarter(edition.period), as_of=as_of, tier=words[f"tier.{tier}"])


def _quarter(period: str) -> Both:
    return Both(period_vi(period, map_labels("vi")), period_vi(period, map_labels("en")))


def synthetic(edition: Edition) -> Both | None:
    """What is made up; None for nothing."""
    if not edition.synthetic:
        return None
    said = []
    for language in ("vi", "en"):
        labels = map_labels(language)
        names = ", ".join(labels.get(f"layer.{name}", name) for name in edition.synthetic)
        said.append(labels["page.synthetic"].format(layers=names))
    return Both(*said)


def sources(edition: Edition) -> list[Both]:
    """A line a source, with what its licence asks."""
    inputs = edition.run.get("inputs", ())
    lines = (source_lines(inputs, map_labels(language)) for language in ("vi", "en"))
    return [Both(credited(vi), credited(en)) for vi, en in zip(*lines, strict=True)]


def credited(source: str) -> str:
    """
    A source with OpenStreetMap named as its licence asks, however the project file has it.

    References
    ----------
    OpenStreetMap Foundation, Attribution Guidelines, 2021.

    Examples
    --------
    >>> credited("Đường điện: OpenStreetMap contributors; ODbL 1.0")
    'Đường điện: © OpenStreetMap contributors; ODbL 1.0'
    """
    return _OPENSTREETMAP.sub("© OpenStreetMap contributors", source)


def _commune_table(units: pd.DataFrame, drawn: Sequence[Figure], words: Words) -> Table:
    names, codes = units["commune_name"].tolist(), units["commune_code"].tolist()
    return static_table(words["cell.commune"], names, codes, drawn, words)


def _province_table(atlas: Atlas) -> Table:
    """A row a province, with the sums of its communes."""
    codes, names = (atlas.provinces[f"province_{of}"].tolist() for of in ("code", "name"))
    groups = [atlas.communes[atlas.communes["province_code"] == code] for code in codes]
    found = figures(pd.concat(map(summed, groups), ignore_index=True), None, (), atlas.words)
    return static_table(atlas.words["cell.province"], names, codes, found, atlas.words)


def _notes(atlas: Atlas, page: Page) -> list[Both]:
    words = atlas.words
    metres = NATION_TOLERANCE_M if page.level == "nation" else TOLERANCE_M
    rows, every = page_zones(atlas, page)
    year = str(atlas.edition.run.get("people_vintage") or "?")
    notes = [
        words["note.computed"],
        filled(words["note.people"], year=year),
        filled(words["note.outlines"], metres=round(metres)),
    ]
    if len(rows) < every:
        notes.append(filled(words["note.zones_left_out"], drawn=len(rows), all=every))
    return notes
