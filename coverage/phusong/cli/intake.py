"""`phusong intake`: filings in; accepted rows, and rows set aside with their reasons, out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import FilingError

if TYPE_CHECKING:
    from phusong.intake.filing import Request

_SHOWN = 12


def intake(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Filings: XLSX, XLS, CSV, GeoJSON, KML, GeoPackage, Shapefile, zipped or not.", metavar="FILE..."
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder to write.", metavar="DIR")] = None,
    layer: Annotated[
        str, typer.Option(help="sites, villages, substations, power_lines, terminals, outages or points.")
    ] = "sites",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of which the filings speak, such as 2026-09-30.", metavar="DATE")
    ] = None,
    operator: Annotated[str | None, typer.Option(help="Whose filing it is, where no column tells.")] = None,
    constant: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A value for a column the files lack, such as status=on_air.", metavar="COLUMN=VALUE"
        ),
    ] = None,
    communes: Annotated[
        Path | None, typer.Option(help="Commune outlines, or a project that has them.", metavar="PATH")
    ] = None,
    units: Annotated[
        Path | None, typer.Option(help="Folder that `phusong units import` wrote; else the usual one.", metavar="DIR")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="Folder of the intake of the period before.", metavar="DIR")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="Columns as settled for this filer; written after questions.", metavar="FILE")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an intake whose to_filer.xlsx came back corrected.", metavar="DIR")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say which column was taken for what, and why.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Take filings in as they are: repair what is sure, set aside what is not, and say why, row by row."""
    del debug
    from phusong.intake.reference import UNITS_FOLDER, read_reference

    if resume is not None:
        _resume(files, resume, units or UNITS_FOLDER, quiet=quiet)
        return
    if out is None or as_of is None or communes is None:
        lacking = [
            name for name, value in (("--out", out), ("--as-of", as_of), ("--communes", communes)) if value is None
        ]
        raise FilingError(
            f"{', '.join(lacking)} is missing: phusong intake FILE... --as-of 2026-09-30 --communes PATH --out DIR"
        )
    day = _day(as_of)
    _check_out(out, files)
    from phusong.intake.profile import Profile, read_profile, write_profile

    settled = read_profile(profile) if profile and profile.is_file() else Profile({})
    asked: dict[str, str] = {}
    request = _request(layer, day, operator, constant or [], settled, previous, asked)
    reference = read_reference(communes, day, units or UNITS_FOLDER)
    if reference.history is None and not quiet:
        typer.echo(
            "no units of earlier days are imported: codes of before 1 July 2025 cannot be told (`phusong units import`)"
        )
    quality = _write(files, request, reference, out, [communes, units or UNITS_FOLDER], explain=explain and not quiet)
    if profile and asked:
        write_profile(Profile({**settled.columns, **asked}), profile)
    _tell(quality, out, quiet=quiet)


def _request(
    layer: str,
    day: dt.date,
    operator: str | None,
    constants: list[str],
    profile: Any,
    previous: Path | None,
    asked: dict[str, str],
) -> Request:
    from phusong.intake.filing import Request
    from phusong.intake.spec import spec

    fields = spec(layer).fields
    given = dict(_pair(text) for text in constants)
    if operator is not None:
        given["operator"] = operator
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise FilingError(f"{layer} has no column {', '.join(unknown)}; it has {', '.join(fields)}")
    return Request(
        layer,
        day,
        given,
        profile=profile.columns,
        ask=_asker(asked) if sys.stdin.isatty() and sys.stdout.isatty() else None,
        before=_before(previous),
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise FilingError(f"--set {text}: expected COLUMN=VALUE, such as status=on_air")
    return name, value


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FilingError(f"--as-of {text} is no day; expected such as 2026-09-30") from None


def _check_out(out: Path, files: Sequence[Path]) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "quality.json").is_file())):
        raise FilingError(f"--out {out} holds something else; name another folder")
    if any(file.resolve().is_relative_to(out.resolve()) for file in files):
        raise FilingError(f"--out {out} holds a file that is read; inputs are never changed, so name another folder")


def _before(folder: Path | None) -> Any:
    if folder is None:
        return None
    import pandas as pd

    from phusong.intake.outcome import ACCEPTED

    if not (folder / ACCEPTED).is_file():
        raise FilingError(f"--previous {folder} has no {ACCEPTED}: expected the folder of an earlier intake")
    return pd.read_parquet(folder / ACCEPTED)


def _asker(asked: dict[str, str]) -> Any:
    def ask(question: str, answers: Sequence[str]) -> int:
        typer.echo(question)
        for number, answer in enumerate(answers, 1):
            typer.echo(f"  {number}. {answer}")
        chosen = min(max(int(typer.prompt("Which", type=int)), 1), len(answers)) - 1
        column, header = question.rpartition("which column is ")[2].rstrip("?"), answers[chosen].split("'")[1]
        asked[header] = column
        return chosen

    return ask


def _write(
    files: Sequence[Path], request: Request, reference: Any, out: Path, sources: Sequence[Path], *, explain: bool
) -> dict[str, Any]:
    from phusong.intake.filing import batches
    from phusong.intake.outcome import write

    found = batches(files, request, reference)
    return write(_explained(found) if explain else found, request, out, sources)


def _explained(found: Any) -> Any:
    for result in found:
        if not isinstance(result, tuple):
            typer.echo(f"{result.file}: what each column was taken for")
            for line in dict.fromkeys(result.explained):
                typer.echo(f"  {line}")
        yield result


def _tell(quality: dict[str, Any], out: Path, *, quiet: bool) -> None:
    from phusong.intake.outcome import counted
    from phusong.intake.reasons import reasons

    if not quiet:
        for file in quality["files"]:
            aside = ", ".join(f"{count} {word}" for word, count in file["not_data"].items() if word != "header")
            typer.echo(
                f"{file['file']}: {file['rows']} in = {file['accepted']} accepted + {file['quarantined']} quarantined"
            )
            if aside:
                typer.echo(f"  rows that are no data: {aside}")
            told = sorted(file["reasons"].items(), key=lambda pair: (reasons()[pair[0]].kind != "quarantine", -pair[1]))
            for reason, rows in told[:_SHOWN]:
                typer.echo(f"  {reasons()[reason].kind:<11}{reason:<28}{rows:>8}")
            if len(told) > _SHOWN:
                typer.echo(f"  ... and {len(told) - _SHOWN} more, in {out / 'quality.json'}")
        rows, accepted, held = counted(quality)
        typer.echo(f"{rows} rows in = {accepted} accepted + {held} quarantined. Wrote {out}")
    for refused in quality["refused"]:
        typer.echo(f"{refused['file']} was not taken in: {refused['reason']}", err=True)
    if quality["refused"]:
        raise typer.Exit(1)


def _resume(files: Sequence[Path], folder: Path, units: Path, *, quiet: bool) -> None:
    from phusong.intake.resume import resume

    quality = resume(files, folder, units)
    _tell(quality, folder, quiet=quiet)
