"""`phusong fetch`: open data from its public homes into a local store. No other command goes to the web."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.errors import FetchError

if TYPE_CHECKING:
    from phusong.intake.fetch.order import Order, Outcome
    from phusong.intake.fetch.source import Box

_STOPPED = 130


def fetch(
    source: Annotated[
        str | None,
        typer.Argument(help="terrain, population, osm, access, landcover or speed.", metavar="SOURCE"),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Argument(help="project.toml or its folder: only tiles near its communes.", metavar="PROJECT"),
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="Box in degrees instead; else all of Viet Nam.", metavar="WEST,SOUTH,EAST,NORTH")
    ] = None,
    vintage: Annotated[str | None, typer.Option(help="Year, quarter such as 2026Q2, or day; else the newest.")] = None,
    store: Annotated[Path | None, typer.Option(help="Where it is kept; else the user's data folder.")] = None,
    mirror: Annotated[
        str | None, typer.Option(help="Address or folder that holds the same paths.", metavar="URL_OR_FOLDER")
    ] = None,
    allow_http: Annotated[bool, typer.Option("--allow-http", help="Take a mirror without encryption.")] = False,
    list_only: Annotated[
        bool, typer.Option("--list", help="Say what would be fetched; ask nothing of the web.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Bring open data from its public home into a local store: resumed, checked, and with its source and licence."""
    del debug
    if source is None and list_only:
        _print_sources()
        return
    if project is not None and within is not None:
        raise FetchError("PROJECT and --within: give one of them")
    from phusong.intake.fetch.order import Order
    from phusong.intake.fetch.source import source_of
    from phusong.intake.fetch.store import STORE

    asked = source_of(source or "")
    wanted = vintage or asked.newest
    asked.paths(wanted)
    boxes = _boxes(project, within) if asked.tiles else ()
    order = Order(asked, wanted, boxes, store or STORE)
    if list_only:
        _print_files(order)
        return
    outcome = _fetched(order, mirror, allow_http, quiet)
    if not quiet:
        _print_outcome(order, outcome)
    if outcome.faults:
        raise FetchError("\n".join(["Not everything could be had:", *(f"  - {fault}" for fault in outcome.faults)]))


def _boxes(project: Path | None, within: str | None) -> tuple[Box, ...]:
    from phusong.intake.fetch.area import box_of, boxes_of
    from phusong.intake.fetch.source import viet_nam

    if within is not None:
        return (box_of(within),)
    if project is None:
        return viet_nam()
    from phusong.config import load

    return tuple(boxes_of(load(project), dt.date.today()))


def _fetched(order: Order, mirror: str | None, allow_http: bool, quiet: bool) -> Outcome:
    from phusong.intake.fetch.order import fetch
    from phusong.intake.fetch.origin import origin_of
    from phusong.intake.fetch.patience import Patience
    from phusong.progress import Reporter

    patience = Patience()
    origin = origin_of(mirror or order.source.base, patience.silence_s, allow_http)
    try:
        with Reporter(quiet) as reporter:
            return fetch(order, origin, patience, reporter.step)
    except KeyboardInterrupt:
        typer.echo("Stopped. What has arrived is kept: the same command goes on from there.", err=True)
        raise typer.Exit(_STOPPED) from None


def _print_sources() -> None:
    from phusong.intake.fetch.source import sources

    for name, entry in sources().items():
        area = "by area" if entry.tiles else "comes whole"
        typer.echo(f"{name:<12}{entry.what}")
        typer.echo(f"{'':<12}{entry.publisher}; {entry.licence}; newest {entry.newest}; {area}")


def _print_files(order: Order) -> None:
    from phusong.intake.fetch.order import survey

    typer.echo(f"{order.source.what}, {order.vintage}\n{order.source.attribution.format(vintage=order.vintage)}")
    for path, state in survey(order).items():
        typer.echo(f"{state:<12}{order.source.base}{path}")


def _print_outcome(order: Order, outcome: Outcome) -> None:
    counts = [f"{len(outcome.fetched)} fetched", f"{len(outcome.kept)} there already"]
    if outcome.not_published:
        counts.append(f"{len(outcome.not_published)} tiles that are not published (sea)")
    typer.echo(f"{order.source.what}, {order.vintage}: {', '.join(counts)}\nFolder:   {order.folder}")
    typer.echo(f"Licence:  {order.source.licence}: {order.source.attribution.format(vintage=order.vintage)}")
    for note in order.source.notes:
        typer.echo(f"Mind:     {note}")
    if order.settings:
        typer.echo(f"In project.toml:\n\n{order.settings}")
