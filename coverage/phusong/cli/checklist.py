"""`phusong checklist`: what each commune fulfils of the criteria that the user brings, in the log of tasks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from phusong.cli.task import (
    Address,
    AsOf,
    Debug,
    EvidenceFile,
    Known,
    ProjectPath,
    ReadOn,
    Who,
    append,
    book_of,
    day_or_today,
    evidence_of,
    places_of,
    study_of,
)
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phusong.config import Project
    from phusong.ledger.checklist import Criterion

app = typer.Typer(help="The checklist of communes: yes, no or unknown, with evidence.", no_args_is_help=True)
Criteria = Annotated[
    Path | None, typer.Option(help="TOML file of the criteria; else checklist.toml beside the project.", metavar="FILE")
]
_FILE = "checklist.toml"


@app.command()
def answer(
    project: ProjectPath,
    commune: Annotated[str, typer.Argument(help="Code of the commune.", metavar="COMMUNE")],
    criterion: Annotated[str, typer.Argument(help="Id of the criterion.", metavar="CRITERION")],
    value: Annotated[Literal["yes", "no", "unknown"], typer.Argument(metavar="yes|no|unknown")],
    day: Annotated[str | None, typer.Option(help="From which day on; else today.", metavar="DATE")] = None,
    file: EvidenceFile = None,
    address: Address = None,
    read_on: ReadOn = None,
    criteria: Criteria = None,
    who: Who = None,
    debug: Debug = False,
) -> None:
    """Answer one criterion for one commune; yes and no need evidence. The answers before stay in the log."""
    del debug
    from phusong.ledger.checklist import Answered
    from phusong.text import nearest

    study = study_of(project)
    known = {one.id: one for one in _criteria(study, criteria)}
    if criterion not in known:
        near = nearest(criterion, known)
        raise PhusongError(f"there is no criterion {criterion}" + (f"; did you mean {near}?" if near else ""))
    places = places_of(study)
    if places and commune not in places.province_of:
        raise PhusongError(f"{commune} is none of the communes of {places.period}")
    evidence = None if value == "unknown" and not (file or address) else evidence_of(file, address, read_on)
    told = {"criterion_id": criterion, "commune_code": commune, "answer": value, "day": str(day_or_today(day))}
    own = Answered.of(
        {**told, "text_vi": known[criterion].text_vi, **({"evidence": evidence.as_dict()} if evidence else {})}
    )
    append(study, who, lambda _: ("add", {"answers": [own.as_dict()]}))
    typer.echo(f"Đã ghi / recorded: {commune}, {criterion} {known[criterion].text_vi}: {_ANSWERS[value]}")


@app.command()
def show(
    project: ProjectPath,
    commune: Annotated[str | None, typer.Option(help="The criteria of one commune.", metavar="CODE")] = None,
    as_of: AsOf = None,
    known: Known = None,
    criteria: Criteria = None,
    debug: Debug = False,
) -> None:
    """Sum the answers of the study's communes, by province and of all; or list those of one commune."""
    del debug
    from phusong.cli.tables import print_table
    from phusong.ledger import checklist

    study = study_of(project)
    asked, places = _criteria(study, criteria), places_of(study)
    book, day = book_of(study, known), day_or_today(as_of)
    if places is None:
        raise PhusongError("no snapshot yet, and so no list of communes to ask: run a period first")
    if commune:
        if commune not in places.province_of:
            raise PhusongError(f"{commune} is none of the communes of {places.period}")
        rows = [[one.id, one.text_vi, _ANSWERS[checklist.answer_of(book.answers, one, commune, day)]] for one in asked]
        print_table(f"{commune}, {day}", ["Mã / Id", "Tiêu chí / Criterion", "Kết quả / Answer"], rows, (0, 1, 2))
        return
    sums = checklist.roll_up(book.answers, asked, places.province_of, day)
    rows = [
        [
            "Tất cả / All" if row.unit_level == "study" else row.unit_code,
            *(str(number) for number in (row.communes, row.checks, row.yes, row.no, row.unknown)),
        ]
        for row in sums
        if row.unit_level != "commune"
    ]
    headings = ["Tỉnh / Province", "Xã / Communes", "Tổng / Checks", *_ANSWERS.values()]
    print_table(str(day), [name[0].upper() + name[1:] for name in headings], rows, (0,))
    for line in checklist.left_out(book.answers, asked, places.province_of):
        typer.echo(line, err=True)


_ANSWERS = {"yes": "đạt / yes", "no": "chưa đạt / no", "unknown": "chưa rõ / unknown"}


def _criteria(study: Project, file: Path | None) -> Sequence[Criterion]:
    from phusong.ledger.checklist import read_criteria

    found, cautions = read_criteria(file or study.folder / _FILE)
    for caution in cautions:
        typer.echo(caution, err=True)
    return found
