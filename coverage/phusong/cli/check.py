"""`phusong check`: every fault of a study's layers, or of a bare file of outlines, before anything is computed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from phusong.config import Project
    from phusong.layers.account import Account
    from phusong.layers.boundaries import Summary
    from phusong.layers.boundary_repair import Repair

_SHOWN = 20
_SHOWN_FAULTS = 3
_ENDINGS = {"--faults": (".gpkg",), "--repair": (".parquet", ".gpkg")}
_KINDS = {
    "overlap": "chồng lấn / overlap",
    "gap": "khoảng trống / gap",
    "sliver": "mảnh hẹp / sliver",
    "mismatched_edge": "cạnh không khớp / mismatched edge",
    "area_differs": "diện tích chênh lệch / area differs",
    "sea": "vẽ trên biển / drawn over the sea",
}


def check(
    target: Annotated[
        Path,
        typer.Argument(
            help="project.toml, the folder it lies in, or a file of commune outlines.", metavar="PROJECT|OUTLINES"
        ),
    ],
    period: Annotated[str | None, typer.Option(help="Quarter, such as 2026Q3; else the present one.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day of the communes in a file of outlines, such as 2026-09-30.", metavar="DATE")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="GeoPackage to write the boundary faults to.", metavar="FILE.gpkg")
    ] = None,
    repair: Annotated[
        Path | None,
        typer.Option(help="Write outlines whose shared edges are shared, .parquet or .gpkg.", metavar="FILE"),
    ] = None,
    area_percent: Annotated[
        float, typer.Option(min=0, help="Difference from the stated area that is told, in percent of the outline.")
    ] = 20,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Read every layer and tell every fault of every layer at once; of a file of outlines, those of its boundaries."""
    del debug
    from phusong.config import load

    study = load(target) if target.is_dir() or target.suffix.lower() == ".toml" or not target.exists() else None
    inputs = study.files(study.layers.communes) if study else [target]
    _refuse_targets({"--faults": faults, "--repair": repair}, inputs)
    communes, codes = _study(study, as_of, period, quiet) if study else _outlines(target, as_of, period, quiet)
    _boundaries(communes, codes, faults, area_percent / 100, quiet)
    if repair:
        _repair(communes, repair, area_percent / 100, quiet)


def _study(
    study: Project, as_of: str | None, period: str | None, quiet: bool
) -> tuple[gpd.GeoDataFrame, list[str] | None]:
    """All communes of a project's file and the codes of those studied; its layers are told."""
    if as_of:
        raise PhusongError("--as-of is for a file of outlines; a project is checked for a --period")
    from phusong import pipeline
    from phusong.layers import communes
    from phusong.ledger.period import Period
    from phusong.progress import Reporter

    quarter = Period.parse(period) if period else Period.present()
    with Reporter(quiet) as reporter:
        inputs = pipeline.prepare(study, quarter, reporter.step)
    if not quiet:
        from phusong.layers.cautions import warnings

        _print_accounts(inputs.accounts)
        told = warnings(inputs.accounts)
        for warning in told:
            typer.echo(f"WARNING {warning}")
        refused = sum(len(account.refused) for account in inputs.accounts)
        typer.echo(f"No fault that stops a run; {refused} rows refused, {len(told)} warnings.")
    return communes.read(study, inputs.day)[0], inputs.communes.commune_code.tolist()


def _outlines(
    file: Path, as_of: str | None, period: str | None, quiet: bool
) -> tuple[gpd.GeoDataFrame, list[str] | None]:
    """The communes of a bare file on a day; its columns are found by their synonyms."""
    if period:
        raise PhusongError("--period is for a project; a file of outlines is checked for a day, --as-of DATE")
    if not as_of:
        raise PhusongError(f"{file.name} is a file of outlines, and a code needs a date: add --as-of DATE")
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise PhusongError(f"--as-of: {as_of} is no day; expected such as 2026-09-30") from None
    from phusong.config import Layer
    from phusong.layers import communes
    from phusong.layers.boundary_files import column_names

    columns = canonical_columns(column_names(file))
    read, account = communes.read_files(Layer(path=file.name, columns=columns), [file], day)
    if not quiet:
        for canonical, own in columns.items():
            typer.echo(f"{canonical} is taken from the column '{own}'")
        _print_accounts([account])
    return read, None


def canonical_columns(own: Iterable[str]) -> dict[str, str]:
    """
    Canonical column = the file's column, of those that are called otherwise but known by a synonym.

    A file's area is what it states, so it goes to `stated_area_km2`; ours are measured.
    """
    from phusong.intake.synonyms import forms, synonyms
    from phusong.layers.communes import SCHEMA

    names = list(own)
    known = {**synonyms("unit"), **synonyms("communes")}
    found: dict[str, str] = {}
    for name in names:
        column = next((known[form] for form in forms(name) if form in known), "")
        canonical = "stated_area_km2" if column == "area_km2" else column
        if canonical in SCHEMA.columns and canonical not in names:
            found.setdefault(canonical, name)
    return found


def _print_accounts(accounts: Iterable[Account]) -> None:
    for account in accounts:
        refused = len(account.refused)
        typer.echo(f"{account.layer}: {account.rows_in} in = {account.accepted} accepted + {refused} refused")
        for refusal in account.refused[:_SHOWN]:
            typer.echo(f"  refused {refusal.file} row {refusal.row}: {refusal.reason}")
        if refused > _SHOWN:
            typer.echo(f"  ... and {refused - _SHOWN} more")
        for name, count in account.counts.items():
            if count not in (0, []):
                typer.echo(f"  {name}: {_short(count)}")
        if account.repaired:
            typer.echo(f"  repaired geometries: {account.repaired}")


def _short(count: object) -> str:
    if isinstance(count, list) and len(count) > 5:
        return f"{', '.join(map(str, count[:5]))} and {len(count) - 5} more"
    return ", ".join(map(str, count)) if isinstance(count, list) else str(count)


def _refuse_targets(targets: dict[str, Path | None], inputs: list[Path]) -> None:
    given = {option: out for option, out in targets.items() if out is not None}
    for option, out in given.items():
        endings = _ENDINGS[option]
        if out.suffix.lower() not in endings:
            raise PhusongError(f"{option} {out.name}: expected a name ending in {' or '.join(endings)}")
        if not out.parent.is_dir():
            raise PhusongError(f"{option} {out}: there is no folder {out.parent}")
        if out.resolve() in {file.resolve() for file in inputs}:
            raise PhusongError(f"{option} {out} is read too; inputs are never changed, so write to another file")
    if len({out.resolve() for out in given.values()}) < len(given):
        raise PhusongError(f"{' and '.join(given)} name the same file; write to two")


def _boundaries(
    communes: gpd.GeoDataFrame, codes: list[str] | None, file: Path | None, area_share: float, quiet: bool
) -> None:
    from phusong.layers import boundaries

    found = boundaries.faults(communes, codes, boundaries.Limits(area_share=area_share))
    if file:
        from phusong.layers.boundary_files import write_faults

        write_faults(found, file)
    if not quiet:
        _tell_faults(found, boundaries.summary(found, len(communes) if codes is None else len(codes)))
    if file:
        typer.echo(f"Wrote {file}")


def _tell_faults(found: gpd.GeoDataFrame, summary: Summary) -> None:
    typer.echo(f"Ranh giới / boundaries: {summary.communes} xã / communes, {len(found)} lỗi / faults")
    for kind, words in _KINDS.items():
        rows = found[found.kind == kind]
        size = f"{summary.length_km[kind]:.3f} km" if kind == "mismatched_edge" else f"{summary.area_km2[kind]:.3f} km²"
        typer.echo(f"  {words:<38}{summary.counts[kind]:>7}  {size if len(rows) else ''}".rstrip())
        for row in rows.head(_SHOWN_FAULTS).itertuples():
            typer.echo(f"    {row.sentence_vi}\n    {row.sentence_en}")
        if len(rows) > _SHOWN_FAULTS:
            typer.echo(f"    ... và {len(rows) - _SHOWN_FAULTS} lỗi khác / and {len(rows) - _SHOWN_FAULTS} more")
    if summary.counts["overlap"]:
        typer.echo(f"  ground with several claimants, counted once: {summary.contested_km2:.3f} km²")


def _repair(communes: gpd.GeoDataFrame, file: Path, area_share: float, quiet: bool) -> None:
    from phusong.layers.boundary_files import write_repair
    from phusong.layers.boundary_repair import RepairLimits, repair

    repaired = repair(communes, RepairLimits(area_share=area_share))
    changes = write_repair(repaired, file)
    if not quiet:
        _tell_repair(repaired)
    typer.echo(f"Wrote {file} and {changes}")


def _tell_repair(repaired: Repair) -> None:
    changes = repaired.changes
    typer.echo(
        f"Repaired: {len(changes)} communes changed; {repaired.settled_m2:,.0f} m² had several claimants, "
        f"{repaired.filled_m2:,.0f} m² of gaps filled, {repaired.gaps_left} gaps too large to fill"
    )
    order = (changes.lost_m2 + changes.won_m2).sort_values(ascending=False, kind="stable").index
    for row in changes.loc[order].head(_SHOWN).to_dict("records"):
        typer.echo(
            f"  {row['commune_code']} {row['commune_name']}: {row['area_before_km2']:.4f} -> "
            f"{row['area_after_km2']:.4f} km² (won {row['won_m2']:,.0f} m², lost {row['lost_m2']:,.0f} m²)"
        )
    if len(changes) > _SHOWN:
        typer.echo(f"  ... and {len(changes) - _SHOWN} more")
