"""Parts: the maps, reports and exports of a release, each written by those who write it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phusong.ledger.edition import Edition
from phusong.progress import Step
from phusong.publish import atlas, exports
from phusong.publish.atlas.rasters import ImageOf
from phusong.publish.exports.folder import Format
from phusong.publish.pictures import write_beside
from phusong.publish.report import folder as reports
from phusong.publish.report.content import Asked as AskedReport
from phusong.publish.report.content import Source
from phusong.publish.report.model import Language
from phusong.publish.report.pictures import gallery
from phusong.publish.report.writers import Writers
from phusong.publish.tiers import Tier

MAPS, REPORTS, EXPORTS = "maps", "reports", "exports"


@dataclass(frozen=True)
class Held:
    """
    What a release is made of, with everything in it; each part redacts it for itself.

    Parameters
    ----------
    source
        Of the reports.
    edition
        That of the source, with its roads.
    earlier
        The quarter before; None for none.
    """

    source: Source
    edition: Edition
    earlier: atlas.Earlier | None
    image_of: ImageOf


@dataclass(frozen=True)
class Asked:
    """
    Which release is wanted.

    Parameters
    ----------
    unit
        Code of the province or commune whose tier it is; None in the tiers of everyone and of the regulator.
    language
        Of the reports; maps and index have both.
    before, against
        Quarter before, and quarter from which the reports divide changes; empty for none.
    pictures
        Whether reports have a chart and a map, and map pages a picture beside them.
    """

    tier: Tier
    unit: str | None
    language: Language
    before: str
    against: str
    formats: tuple[Format, ...]
    pictures: bool

    def report(self, province: str = "") -> AskedReport:
        """The report of the whole release, or that of one province in a release of all."""
        whole = "nation" if self.unit is None else self.tier
        level = "province" if province else whole
        told = (province or self.unit or "", self.tier, self.language, self.before, self.against)
        return AskedReport(level, *told)  # type: ignore[arg-type]


def fill(draft: Path, scratch: Path, held: Held, asked: Asked, workers: int, progress: Step) -> None:
    """
    Write all parts into an empty folder.

    Parameters
    ----------
    scratch
        Folder on the same disk for what is still to be moved.
    """
    _write_maps(draft / MAPS, scratch, held, asked, progress)
    pictures = gallery(held.source.edition) if asked.pictures else None
    each = list(asked_reports(held.edition, asked))
    work = reports.work_of(held.source, each, draft / REPORTS, reports.FORMS, pictures)
    with Writers(workers if len(each) > 1 else 1) as writers:
        reports.write(work, each, writers, progress)
    for number, form in enumerate(asked.formats):
        progress("writing the exports", number, len(asked.formats))
        wanted = exports.Asked(form, asked.tier, asked.unit)
        exports.write(held.edition, held.image_of, wanted, draft / EXPORTS / form)


def asked_reports(edition: Edition, asked: Asked) -> Iterator[AskedReport]:
    """That of the whole, and in a release of all provinces one of each, by code."""
    yield asked.report()
    if asked.unit is None:
        yield from map(asked.report, sorted(edition.communes["province_code"].astype(str).unique()))


def _write_maps(place: Path, scratch: Path, held: Held, asked: Asked, progress: Step) -> None:
    """The pages, without the folders of tier and unit that they have where several tiers lie side by side."""
    own = {asked.tier: asked.unit} if asked.unit else {}
    wanted = atlas.Asked(asked.tier, own.get("province"), own.get("commune"))
    beside = write_beside if asked.pictures else None
    pages = atlas.write(held.edition, held.earlier, held.image_of, wanted, scratch / MAPS, progress, beside)
    pages[0].parent.rename(place)
