"""`phusong zones`: the worst dead zones of a period, what changed, and a map sheet of each, from its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.publish.zone_list import Listing

_TABLES = ("communes", "zones", "zone_events", "zones_closed", "sites", "villages", "power_lines", "substations")
_RASTERS = ("terrain", "people")


def zones(
    project: Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")],
    period: Annotated[str, typer.Option(help="Quarter, such as 2026Q3.")],
    worst: Annotated[int, typer.Option(min=1, help="How many zones, the worst first.")] = 10,
    out: Annotated[
        Path | None, typer.Option(help="Folder for a map sheet of each zone and worst.csv.", metavar="DIR")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Print the worst dead zones of a quarter that was run, what changed, and people by signal and power."""
    del debug
    from phusong.config import load

    study = load(project)
    if out is not None and not out.parent.is_dir():
        raise PhusongError(f"--out {out}: there is no folder {out.parent}")
    from phusong.ledger import snapshot
    from phusong.ledger.period import Period

    quarter = Period.parse(period).name
    folder = study.folder / "snapshots"
    held, run, digest = snapshot.read(folder, quarter, (*_TABLES, "provinces", *(_RASTERS if out else ())))
    _print(held, run, worst)
    if out is not None and len(held["zones"]):
        from phusong.pipeline import edit
        from phusong.publish.zone_list import worst as first
        from phusong.publish.zone_list import write_table
        from phusong.publish.zone_sheet import write_sheets

        out.mkdir(exist_ok=True)
        edition = edit(held, run, digest)
        for file in write_sheets(edition, folder / quarter / "surface", out, worst):
            typer.echo(f"Wrote {file}")
        typer.echo(f"Wrote {write_table(first(edition.zones, worst), out / 'worst.csv')}")


def _print(held: Mapping[str, pd.DataFrame], run: Mapping[str, Any], count: int) -> None:
    from phusong.publish.labels import period_vi, read_labels
    from phusong.publish.zone_list import both_labels, changes, joint_listing, worst, zone_listing

    both, zones = both_labels(), held["zones"]
    when = period_vi(run["period"], read_labels())
    if run["synthetic"]:
        typer.echo(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(run['synthetic'])}")
    if len(zones):
        _table(f"{both['zone.list_title']} – {run['title']}, {when}", zone_listing(worst(zones, count)))
    else:
        typer.echo(both["zone.list_none"].format(period=when))
    compared = run["counts"]["zones"].get("compared_with") or {}
    if {"zone_events", "zones_closed"} <= set(held):
        for line in changes(held["zone_events"], held["zones_closed"], run["period"], compared.get("period", "")):
            typer.echo(line)
    if "provinces" in held:
        from phusong.ledger.provinces import joint_table

        _table(both["zone.joint_title"], joint_listing(joint_table(held["provinces"])))


def _table(title: str, listing: Listing) -> None:
    from phusong.cli.tables import print_table

    print_table(title, listing.headings, listing.rows, listing.texts)
