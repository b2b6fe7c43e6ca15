"""`phusong report`: the quarterly report of the nation, a province or a commune, in every form."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from phusong.cli.editions import AsOf, Debug, PeriodText, ProjectPath, asked
from phusong.cli.report_source import FOLDER, source_of, with_changes
from phusong.errors import PhusongError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.publish.report.content import Asked

_EACH = "provinces"
"""A level: a report for every province."""
_LEVELS = f"nation, {_EACH}, province:CODE or commune:CODE"


def report(
    project: ProjectPath,
    period: PeriodText,
    against: Annotated[
        str | None,
        typer.Option(help="Quarter that changes are explained from; else the one before.", metavar="QUARTER"),
    ] = None,
    level: Annotated[str, typer.Option(help=f"{_LEVELS}.")] = "nation",
    tier: Annotated[str, typer.Option(help="For whom: public, commune, province or regulator.")] = "public",
    lang: Annotated[str, typer.Option(help="vi or en.")] = "vi",
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option(help="Folder; else reports/PERIOD of the project.", metavar="DIR")] = None,
    forms: Annotated[str, typer.Option(help="Which forms, with commas between.")] = "docx,pdf,xlsx",
    changes: Annotated[bool, typer.Option(help="Divide changes among causes: the radio model is run for it.")] = True,
    gains: Annotated[
        bool, typer.Option(help="Measure whom each planned site brings: the radio model is run for it.")
    ] = False,
    pictures: Annotated[bool, typer.Option(help="Draw the chart and the map.")] = True,
    workers: Annotated[int, typer.Option(min=1, help="Processes that write, and threads.")] = os.cpu_count() or 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Debug = False,
) -> None:
    """Write the quarterly report as DOCX, PDF and XLSX, with the record that `phusong explain` reads."""
    del debug
    wanted = _forms(forms)
    study, quarter, day = asked(project, period, as_of)
    from phusong.pipeline.beside import earlier_of
    from phusong.progress import Reporter
    from phusong.publish.report.content import unit_name
    from phusong.publish.report.folder import work_of, write
    from phusong.publish.report.pictures import gallery
    from phusong.publish.report.writers import Writers

    earlier = earlier_of(study, quarter)
    divided = (against.upper() if against else earlier) if changes else ""
    told = dataclasses.replace(_asked(level, tier, lang, earlier, divided), gains=gains)
    folder = out or study.folder / FOLDER / quarter.name
    with Writers(workers if level == _EACH else 1) as writers, Reporter(quiet) as reporter:
        source = source_of(study, quarter, day, reporter.step, workers, gains=gains)
        every = _each(source.edition.communes, told) if level == _EACH else [told]
        for one in every:
            unit_name(source.edition, one)  # refuses what is not there before the long part
        source = with_changes(study, source, told, workers, reporter.step)
        work = work_of(source, every, folder, wanted, gallery(source.edition) if pictures else None)
        files = write(work, every, writers, reporter.step)
    if not quiet:
        size = sum(file.stat().st_size for file in files) / 1e6
        typer.echo(f"Đã ghi / wrote {len(every)} báo cáo / reports, {len(files)} tệp / files, {size:.1f} MB: {folder}")


def _forms(said: str) -> tuple[str, ...]:
    from phusong.publish.report.folder import FORMS

    found = tuple(filter(None, said.split(",")))
    if unknown := [form for form in found if form not in FORMS]:
        raise PhusongError(f"--forms {','.join(unknown)}: expected {', '.join(FORMS)}")
    return found


def _asked(level: str, tier: str, lang: str, earlier: str, against: str) -> Asked:
    from phusong.publish.report.content import Asked
    from phusong.publish.report.model import Language
    from phusong.publish.report.scope import Level
    from phusong.publish.tiers import Tier

    named, _, code = level.partition(":")
    kind = next((one for one in get_args(Level) if one == ("province" if level == _EACH else named)), None)
    if kind is None or (level != _EACH and (kind == "nation") == bool(code)):
        raise PhusongError(f"--level {level}: expected {_LEVELS}, such as province:22")
    whose = next((one for one in get_args(Tier) if one == tier), None)
    if whose is None:
        raise PhusongError(f"--tier {tier}: expected {', '.join(get_args(Tier))}")
    if whose in ("province", "commune") and whose != kind:
        raise PhusongError(f"--tier {tier}: only with --level {tier}:CODE")
    language = next((one for one in get_args(Language) if one == lang), None)
    if language is None:
        raise PhusongError(f"--lang {lang}: expected vi or en")
    return Asked(kind, code, whose, language, earlier, against)


def _each(communes: pd.DataFrame, told: Asked) -> list[Asked]:
    """A report each province, by code."""
    return [dataclasses.replace(told, code=str(code)) for code in sorted(communes["province_code"].unique())]
