"""`phusong publish`: maps, reports and exports of a quarter for one tier, in one folder with an index and hashes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.cli.editions import AsOf, Debug, PeriodText, ProjectPath, asked
from phusong.cli.export import TIERS, among, unit_of
from phusong.cli.maps import earlier
from phusong.cli.report_source import source_of, with_changes

if TYPE_CHECKING:
    from phusong.config import Project
    from phusong.ledger.period import Period
    from phusong.progress import Step
    from phusong.publish.release import Held, Release

_FORMATS = ("gpkg", "geoparquet", "geojson", "csv", "cog", "pmtiles", "stac")
_WANTED = "gpkg,csv,geojson,pmtiles,stac"
"""Each table and raster at least once: a STAC catalogue holds the GeoParquet and the COG files."""


def publish(
    project: ProjectPath,
    period: PeriodText,
    to: Annotated[Path, typer.Option("--to", help="Folder of this release alone.", metavar="DIR")],
    tier: Annotated[str, typer.Option(help="For whom: public, commune, province or regulator.")] = "public",
    province: Annotated[str | None, typer.Option(help="Code of the province, for its tier.", metavar="CODE")] = None,
    commune: Annotated[str | None, typer.Option(help="Code of the commune, for its tier.", metavar="CODE")] = None,
    lang: Annotated[str, typer.Option(help="Language of the reports, vi or en; the rest has both.")] = "vi",
    as_of: AsOf = None,
    formats: Annotated[
        str, typer.Option(help="Formats of the exports, with commas between; stac holds GeoParquet and COG.")
    ] = _WANTED,
    changes: Annotated[bool, typer.Option(help="Divide changes among causes: the radio model is run for it.")] = True,
    pictures: Annotated[
        bool, typer.Option(help="Draw a chart and a map for reports, and pictures beside the map pages.")
    ] = True,
    workers: Annotated[int, typer.Option(min=1, help="Processes that write, and threads.")] = os.cpu_count() or 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Debug = False,
) -> None:
    """Publish a quarter that was run: maps, reports and exports of one tier in one folder, complete or not at all."""
    del debug
    unit = unit_of(among("--tier", tier, TIERS), province, commune)
    among("--lang", lang, ("vi", "en"))
    forms = tuple(dict.fromkeys(among("--formats", form, _FORMATS) for form in filter(None, formats.split(","))))
    study, quarter, day = asked(project, period, as_of)
    from phusong.pipeline.beside import earlier_of
    from phusong.progress import Reporter
    from phusong.publish.release import Asked, Kind, make_ready, write
    from phusong.publish.report.content import unit_name

    make_ready(to, Kind(study.name, quarter.name, tier, unit or ""))  # type: ignore[arg-type]
    before = earlier_of(study, quarter)
    wanted = Asked(tier, unit, lang, before, before if changes else "", forms, pictures)  # type: ignore[arg-type]
    with Reporter(quiet) as reporter:
        held = _held(study, quarter, day, reporter.step)
        unit_name(held.edition, wanted.report())  # refuses what is not there before the long part
        source = with_changes(study, held.source, wanted.report(), workers, reporter.step)
        made = write(dataclasses.replace(held, source=source), wanted, to, workers, reporter.step)
    if not quiet:
        typer.echo(_told(made, to))


def _held(study: Project, quarter: Period, day: dt.date, progress: Step) -> Held:
    """The edition with its roads, which reports do not read, and what lies beside it."""
    import geopandas as gpd

    from phusong.ledger import snapshot
    from phusong.ledger.images import image
    from phusong.publish.release import Held

    folder = study.folder / "snapshots"
    source = source_of(study, quarter, day, progress)
    held, _, _ = snapshot.read(folder, quarter.name, ("roads",))
    roads = {name: gpd.GeoDataFrame(table) for name, table in held.items()}
    edition = dataclasses.replace(source.edition, **roads)
    return Held(source, edition, earlier(folder, quarter.name), partial(image, folder, quarter.name))


def _told(made: Release, to: Path) -> str:
    size = sum(file.stat().st_size for file in made.files) / 1e6
    files = f"{len(made.files)} tệp / files, {size:.1f} MB: {to / 'index.html'}"
    if not made.changed:
        return f"Không đổi / unchanged, {files}"
    before = f" thay bản / in place of edition {made.before[:12]}," if made.before else ""
    return f"Đã phát hành / published,{before} {files}"
