"""`phusong maps`: the map pages of a quarter, for one tier, from its snapshot."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from phusong.cli.editions import AsOf, Debug, PeriodText, ProjectPath, asked
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.publish.atlas import Earlier

TierName = Literal["public", "commune", "province", "regulator"]
_TABLES = ("communes", "zones", "sites", "villages", "power_lines", "substations", "roads")


def maps(
    project: ProjectPath,
    period: PeriodText,
    tier: Annotated[str, typer.Option(help="For whom: public, commune, province or regulator.")] = "public",
    province: Annotated[str | None, typer.Option(help="Code of the one province to draw.", metavar="CODE")] = None,
    commune: Annotated[str | None, typer.Option(help="Code of the one commune to draw.", metavar="CODE")] = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; else maps/PERIOD beside the project.", metavar="DIR")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="A PNG for chats and an SVG for print beside each.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Debug = False,
) -> None:
    """Write the map pages of a quarter that was run: an index of the whole study, and a page a province or commune."""
    del debug
    wanted = next((name for name in get_args(TierName) if name == tier), None)
    if wanted is None:
        raise PhusongError(f"--tier {tier}: expected {', '.join(get_args(TierName))}")
    if wanted == "commune" and commune is None:
        raise PhusongError("--tier commune: say which one with --commune CODE, such as --commune 00097")
    if province is not None and commune is not None:
        raise PhusongError("--province and --commune: give one of them")
    study, quarter, day = asked(project, period, as_of)
    from phusong.ledger import snapshot
    from phusong.ledger.images import image
    from phusong.pipeline import edit
    from phusong.pipeline.companions import companions
    from phusong.progress import Reporter
    from phusong.publish.atlas import Asked, write
    from phusong.publish.pictures import write_beside

    folder = study.folder / "snapshots"
    with Reporter(quiet) as reporter:
        reporter.step("reading the snapshot", 0, 0)
        held, run, digest = snapshot.read(folder, quarter.name, _TABLES)
        edition = edit(held, run, digest, companions(study, quarter, day))
        files = write(
            edition,
            earlier(folder, quarter.name),
            partial(image, folder, quarter.name),
            Asked(wanted, province, commune),
            out or study.folder / "maps" / quarter.name,
            reporter.step,
            write_beside if pictures else None,
        )
    if not quiet:
        typer.echo(
            f"Đã ghi / wrote {len(files)} trang / pages, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB"
            f"{' và ảnh / and pictures' if pictures else ''}: {files[0]}"
        )


def earlier(folder: Path, period: str) -> Earlier | None:
    """The communes of the last quarter before one; None where there is none."""
    import geopandas as gpd

    from phusong.ledger import snapshot
    from phusong.publish.atlas import Earlier

    names = [name for name in snapshot.periods(folder) if name < period]
    if not names:
        return None
    held, _, _ = snapshot.read(folder, names[-1], ("communes",))
    return Earlier(names[-1], gpd.GeoDataFrame(held["communes"]))
