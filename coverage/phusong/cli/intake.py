"""`phusong intake`: filings in; accepted rows, and rows set aside with their reasons, out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import FilingError

if TYPE_CHECKING:
    from phusong.intake.batch import Batch
    from phusong.intake.reference import Reference
    from phusong.intake.request import Request

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
        str,
        typer.Option(
            help="sites, villages, substations, power_lines, terminals, outages, communes, points or reports."
        ),
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
        Path | None,
        typer.Option(help="Commune outlines, or a project that has them; else those imported.", metavar="PATH"),
    ] = None,
    units: Annotated[
        Path | None, typer.Option(help="Folder that `phusong units import` wrote; else the usual one.", metavar="DIR")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="Folder of the intake of the period before.", metavar="DIR")
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(
            help="Columns of this filer, so that next quarter needs no guessing; written when it is not there.",
            metavar="FILE",
        ),
    ] = None,
    tolerance_km: Annotated[
        float | None,
        typer.Option(
            min=0, help="A row farther from the commune it names is set aside; else 20, of reports 2.", metavar="KM"
        ),
    ] = None,
    edition: Annotated[
        list[str] | None,
        typer.Option(
            help="Edition whose pages may have been answered: its hash, a page or a folder of pages; reports of others "
            "are marked.",
            metavar="HASH|PATH",
        ),
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
    say = _silent if quiet else _say
    if resume is not None:
        _resume(files, resume, communes, units, say)
        return
    if out is None or as_of is None:
        lacking = [name for name, value in (("--out", out), ("--as-of", as_of)) if value is None]
        raise FilingError(f"{', '.join(lacking)} is missing: phusong intake FILE... --as-of 2026-09-30 --out DIR")
    day = _day(as_of)
    _check_out(out, files)
    from phusong.intake.previous import read_previous
    from phusong.intake.profile import read_profile

    before = read_previous(previous, "--previous") if previous else None
    settled = read_profile(profile) if profile and profile.is_file() else {}
    constants = _constants(layer, operator, constant or [])
    asked = _request(layer, day, constants, tolerance_km, settled, before and before.accepted)
    request = replace(asked, editions=_editions(layer, edition or []))
    reference = _reference(communes, day, units, say)
    columns: dict[str, str] = {}
    results = _noted(files, request, reference, columns, say if explain else _silent)
    quality = _write(results, files, request, reference, out, before)
    if profile:
        from phusong.intake.profile import write_profile

        write_profile({**columns, **settled}, profile)
    _tell(quality, out, say)


Say = Callable[[str], None]


def _say(text: str) -> None:
    typer.echo(text)


def _silent(text: str) -> None:
    del text


def _reference(communes: Path | None, day: dt.date, units: Path | None, say: Say) -> Reference:
    from phusong.intake.reference import read_reference

    reference = read_reference(communes, day, units, say)
    if reference.history is None:
        say("no units of earlier days are imported: codes of before 1 July 2025 cannot be told (phusong units import)")
    return reference


def _constants(layer: str, operator: str | None, constants: list[str]) -> dict[str, str]:
    from phusong.intake.spec import spec
    from phusong.intake.spectrum import operator_named

    given = dict(_pair(text) for text in constants)
    if operator is not None:
        given["operator"] = operator_named(operator)
    unknown = sorted(set(given) - set(spec(layer).fields))
    if unknown:
        raise FilingError(f"{layer} has no column {', '.join(unknown)}; it has {', '.join(spec(layer).fields)}")
    return given


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise FilingError(f"--set {text}: expected COLUMN=VALUE, such as status=on_air")
    return name, value


def _editions(layer: str, named: list[str]) -> tuple[str, ...]:
    from phusong.intake.editions import editions

    if named and layer != "reports":
        raise FilingError(f"--edition: {layer} come from no map page; it goes with --layer reports")
    return editions(named)


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


def _request(
    layer: str,
    day: dt.date,
    constants: dict[str, str],
    tolerance_km: float | None,
    profile: dict[str, str],
    before: Any,
) -> Request:
    from phusong.intake.coordinates import Settings
    from phusong.intake.request import Request
    from phusong.intake.spec import spec

    ask = _ask if sys.stdin.isatty() and sys.stdout.isatty() else None
    far_km = spec(layer).tolerance_km if tolerance_km is None else tolerance_km
    settings = Settings(commune_tolerance_m=1000 * far_km)
    return Request(layer, day, constants, settings, profile, ask, before)


def _ask(question: str, answers: Sequence[str]) -> int:
    typer.echo(question)
    for number, answer in enumerate(answers, 1):
        typer.echo(f"  {number}. {answer}")
    while not 1 <= (chosen := int(typer.prompt("Which", type=int))) <= len(answers):
        typer.echo(f"expected 1 to {len(answers)}")
    return chosen - 1


def _noted(
    files: Sequence[Path], request: Request, reference: Reference, columns: dict[str, str], say: Say
) -> Iterator[Batch | tuple[str, str]]:
    """The batches as they come, with what each column was taken for told, and kept in `columns`."""
    from phusong.intake.filing import batches

    for result in batches(files, request, reference):
        if not isinstance(result, tuple):
            columns.update(result.columns)
            say(f"{result.file}: what each column was taken for")
            for line in dict.fromkeys(result.explained):
                say(f"  {line}")
        yield result


def _write(
    results: Iterator[Batch | tuple[str, str]],
    files: Sequence[Path],
    request: Request,
    reference: Reference,
    out: Path,
    before: Any,
) -> dict[str, Any]:
    from phusong.intake.outcome import Made, write
    from phusong.intake.reference import Source

    filings = tuple(Source.of(file) for file in files if file.is_file())
    return write(results, request, out, Made(filings, reference.sources), before)


def _tell(quality: dict[str, Any], out: Path, say: Say) -> None:
    from phusong.intake.outcome import counted

    for file in quality["files"]:
        _tell_file(file, out, say)
    rows, accepted, held = counted(quality)
    say(f"{rows} rows in = {accepted} accepted + {held} quarantined. Wrote {out}")
    if held:
        say(f"Send {out / 'to_filer.xlsx'} to the filer; then: phusong intake to_filer.xlsx --resume {out}")
    for refused in quality["refused"]:
        typer.echo(f"{refused['file']} was not taken in: {refused['reason']}", err=True)
    if quality["refused"]:
        raise typer.Exit(1)


def _tell_file(file: dict[str, Any], out: Path, say: Say) -> None:
    from phusong.intake.reasons import reasons

    say(f"{file['file']}: {file['rows']} in = {file['accepted']} accepted + {file['quarantined']} quarantined")
    aside = ", ".join(f"{count} {word}" for word, count in file["not_data"].items() if word != "header")
    if aside:
        say(f"  rows that are no data: {aside}")
    told = sorted(file["reasons"].items(), key=lambda pair: (reasons()[pair[0]].kind != "quarantine", -pair[1]))
    for reason, rows in told[:_SHOWN]:
        say(f"  {reasons()[reason].kind:<11}{reason:<28}{rows:>8}")
    if len(told) > _SHOWN:
        say(f"  ... and {len(told) - _SHOWN} more, in {out / 'quality.json'}")
    if file["vanished"]:
        say(f"  {len(file['vanished'])} ids of the period before are not in this one")


def _resume(files: Sequence[Path], folder: Path, communes: Path | None, units: Path | None, say: Say) -> None:
    from phusong.intake.previous import read_previous
    from phusong.intake.resume import request_of, resume, same_reference

    before = read_previous(folder, "--resume")
    reference = _reference(communes, request_of(before).as_of, units, say)
    if not same_reference(before, reference):
        say("the communes are not those of the first intake; name them with --communes and --units")
    _tell(resume(files, folder, reference), folder, say)
