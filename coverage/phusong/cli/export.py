"""`phusong export`: the tables and rasters of a quarter for other tools, for one tier, from its snapshot."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.cli.editions import Debug, PeriodText, ProjectPath, asked
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.ledger.edition import Edition
    from phusong.publish.atlas.rasters import ImageOf
    from phusong.publish.exports import Asked

_POSTGIS, _RASTERS = "postgis", "cog"
_URL = "PHUSONG_DATABASE_URL"
"""Variable of the environment that tells the connection, so that a password need not stand on the command line."""
_FORMATS = ("gpkg", "geoparquet", "geojson", "csv", _RASTERS, "pmtiles", _POSTGIS, "stac")
TIERS = ("public", "commune", "province", "regulator")
_CSV_FORMS = ("plain", "excel-vi")
_TABLES = ("communes", "zones", "sites", "villages", "power_lines", "substations")


def export(
    project: ProjectPath,
    period: PeriodText,
    to: Annotated[str, typer.Option("--format", help=f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}.")],
    tier: Annotated[str, typer.Option(help="For whom: public, commune, province or regulator.")] = "public",
    province: Annotated[str | None, typer.Option(help="Code of the province, for its tier.", metavar="CODE")] = None,
    commune: Annotated[str | None, typer.Option(help="Code of the commune, for its tier.", metavar="CODE")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of this export alone; else in exports/.", metavar="DIR")
    ] = None,
    csv: Annotated[str, typer.Option("--csv", help="plain, or excel-vi: semicolons and decimal commas.")] = "plain",
    hexagons: Annotated[bool, typer.Option("--hexagons", help="Sum people over H3 cells of resolution 8 too.")] = False,
    url: Annotated[str, typer.Option(help="PostGIS: postgresql://USER@HOST/DATABASE.", envvar=_URL)] = "",
    schema: Annotated[str | None, typer.Option(help="PostGIS: schema; else project, period and tier.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Debug = False,
) -> None:
    """Export the tables or rasters of a quarter that was run, for GIS, spreadsheets, web maps and databases."""
    del debug
    form, unit = among("--format", to, _FORMATS), unit_of(among("--tier", tier, TIERS), province, commune)
    if form == _POSTGIS and not url:
        raise PhusongError("--format postgis: say where with --url postgresql://USER@HOST/DATABASE")
    if form == _RASTERS and hexagons:
        raise PhusongError(f"--hexagons: a table, which --format {_RASTERS} does not hold")
    study, quarter, _ = asked(project, period, None)
    from phusong.ledger import snapshot
    from phusong.ledger.images import image
    from phusong.pipeline import edit
    from phusong.progress import Reporter
    from phusong.publish.exports import Asked

    folder = study.folder / "snapshots"
    wanted = Asked(form, tier, unit, among("--csv", csv, _CSV_FORMS), hexagons)  # type: ignore[arg-type]
    place = out or study.folder / "exports" / quarter.name / "-".join(filter(None, (tier, unit))) / form
    with Reporter(quiet) as reporter:
        reporter.step("reading the snapshot", 0, 0)
        held, run, digest = snapshot.read(folder, quarter.name, _TABLES)
        edition = edit(held, run, digest)
        reporter.step(f"writing {form}", 0, 0)
        image_of = partial(image, folder, quarter.name)
        if form == _POSTGIS:
            told = _loaded(edition, image_of, wanted, url, schema)
        else:
            told = _written(edition, image_of, wanted, place)
    if not quiet:
        typer.echo(told)


def _written(edition: Edition, image_of: ImageOf, wanted: Asked, place: Path) -> str:
    from phusong.publish.exports import write

    files = write(edition, image_of, wanted, place)
    size = sum(file.stat().st_size for file in files) / 1e6
    return f"Đã xuất / wrote {len(files)} tệp / files, {size:.1f} MB: {place}"


def _loaded(edition: Edition, image_of: ImageOf, wanted: Asked, url: str, schema: str | None) -> str:
    from phusong.publish.exports import content, load, schema_of

    held = content(edition, image_of, wanted.tier, wanted.unit, with_hexagons=wanted.with_hexagons)
    name = schema or schema_of(held)
    rows = load(held, url, name)
    told = ", ".join(f"{table} {count:,}" for table, count in rows.items())
    return f"Đã ghi / wrote schema {name}: {told}"


def unit_of(tier: str, province: str | None, commune: str | None) -> str | None:
    """Code of the unit that a tier needs; refused where there is none, or one that the tier does not have."""
    given = {"province": province, "commune": commune}
    if tier in given and given[tier] is None:
        raise PhusongError(f"--tier {tier}: say which one with --{tier} CODE")
    if extra := next((name for name, code in given.items() if code is not None and name != tier), None):
        raise PhusongError(f"--{extra}: only for --tier {extra}")
    return given.get(tier)


def among(option: str, value: str, known: tuple[str, ...]) -> str:
    """The value, refused where it is none of those known."""
    if value not in known:
        raise PhusongError(f"{option} {value}: expected {', '.join(known)}")
    return value
