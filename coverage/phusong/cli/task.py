"""`phusong task`: what was ordered, by whom, until when; closed by evidence only, in a log that is never changed."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.config import Project
    from phusong.ledger.task_changes import Places
    from phusong.ledger.task_log import Book, Change
    from phusong.ledger.tasks import Evidence

app = typer.Typer(help="Tasks with the six clarities, and how they stand on a day.", no_args_is_help=True)

ProjectPath = Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")]
TaskId = Annotated[str, typer.Argument(help="Id of the task, such as T-0001.", metavar="TASK")]
Who = Annotated[str | None, typer.Option(help="Who records this; else the name of the login.", metavar="NAME")]
Reason = Annotated[str, typer.Option(help="Why, in words.")]
AsOf = Annotated[str | None, typer.Option(help="Day at whose end the tasks stand so; else today.", metavar="DATE")]
Known = Annotated[str | None, typer.Option(help="Only what was recorded by this day.", metavar="DATE")]
EvidenceFile = Annotated[Path | None, typer.Option("--file", help="File that shows it; its SHA-256 is kept.")]
Address = Annotated[str | None, typer.Option(help="Address that shows it, with --read-on.", metavar="URL")]
ReadOn = Annotated[str | None, typer.Option(help="Day the address was read.", metavar="DATE")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]


@app.command()
def add(
    project: ProjectPath,
    work: Annotated[str, typer.Option(help="rõ việc: what is done.")] = "",
    person: Annotated[str, typer.Option(help="rõ người: who does it.")] = "",
    deadline: Annotated[str, typer.Option(help="rõ thời gian: last day in time.", metavar="DATE")] = "",
    responsibility: Annotated[str, typer.Option(help="rõ trách nhiệm: what they answer for.")] = "",
    authority: Annotated[str, typer.Option(help="rõ thẩm quyền: by whose power.")] = "",
    product: Annotated[str, typer.Option(help="rõ sản phẩm: what there is when it is done.")] = "",
    start: Annotated[str | None, typer.Option(help="First day; else today.", metavar="DATE")] = None,
    agency: Annotated[str, typer.Option(help="Whose task it is, for the sums.")] = "",
    province: Annotated[str, typer.Option(help="Code of the province; else that of the commune.")] = "",
    commune: Annotated[str, typer.Option(help="Code of the commune; else that of the zone.")] = "",
    zone: Annotated[str, typer.Option(help="Dead zone of the last snapshot that the task speaks of.")] = "",
    task_id: Annotated[str, typer.Option("--id", help="Id of its own; else the next number.")] = "",
    who: Who = None,
    debug: Debug = False,
) -> None:
    """Order a task; all six clarities are required."""
    del debug
    from phusong.ledger.tasks import today

    said = {
        "task_id": task_id, "person": person, "work": work, "deadline": deadline, "responsibility": responsibility,
        "authority": authority, "product": product, "start": start or str(today()), "agency": agency,
        "province_code": province, "commune_code": commune, "zone_id": zone,
    }  # fmt: skip
    _add(study_of(project), {"task": said}, who)


@app.command("import")
def import_(
    project: ProjectPath,
    table: Annotated[Path, typer.Argument(help="CSV or workbook with a task a row.", metavar="TABLE")],
    who: Who = None,
    debug: Debug = False,
) -> None:
    """Order the tasks of a table, under Vietnamese or English headings: all of them, or none and every fault."""
    del debug
    from phusong.cli.task_files import read_tasks

    study, read = study_of(project), read_tasks(table)
    for word in read.words:
        typer.echo(f"{table.name}: {word}", err=True)
    _add(study, read.said, who)


@app.command()
def close(
    project: ProjectPath,
    task: TaskId,
    done_on: Annotated[str, typer.Option(help="Day on which it was done, as the evidence shows.", metavar="DATE")],
    file: EvidenceFile = None,
    address: Address = None,
    read_on: ReadOn = None,
    who: Who = None,
    debug: Debug = False,
) -> None:
    """Close a task by its evidence: a file, or an address with the day it was read."""
    del debug
    from phusong.ledger.task_table import STATUSES
    from phusong.ledger.tasks import day_of

    study, day, evidence = study_of(project), day_of(done_on), evidence_of(file, address, read_on)
    payload = {"task_id": task, "done_on": str(day), "evidence": evidence.as_dict()}
    book = append(study, who, lambda _: ("close", payload))
    vi, en = STATUSES[book.tasks[task].status(day)]
    typer.echo(f"Đã đóng / closed: {task}, {vi} / {en}: {day}, {evidence.name}")


@app.command()
def reopen(project: ProjectPath, task: TaskId, reason: Reason, who: Who = None, debug: Debug = False) -> None:
    """Open a closed task again; the closing stays in the log."""
    del debug
    append(study_of(project), who, lambda _: ("reopen", {"task_id": task, "reason": reason}))
    typer.echo(f"Đã mở lại / reopened: {task} – {reason}")


@app.command()
def amend(
    project: ProjectPath,
    task: TaskId,
    changes: Annotated[list[str], typer.Option("--set", help="Field and its new value.", metavar="FIELD=VALUE")],
    reason: Reason,
    who: Who = None,
    debug: Debug = False,
) -> None:
    """Change what an open task says; what it said before stays in the log."""
    del debug
    from phusong.ledger.task_changes import amended

    wrong = [change for change in changes if "=" not in change]
    if wrong:
        raise PhusongError(f"--set {wrong[0]}: expected FIELD=VALUE, such as deadline=2026-12-31")
    told = {name.strip(): value.strip() for name, _, value in (change.partition("=") for change in changes)}
    study = study_of(project)
    places = places_of(study) if any(name in told for name in ("zone_id", "commune_code")) else None
    append(study, who, lambda book: ("amend", amended(book.tasks, task, told, reason, places)))
    typer.echo(f"Đã sửa / amended: {task}: {', '.join(f'{name} = {value}' for name, value in told.items())}")


@app.command("list")
def list_(
    project: ProjectPath,
    as_of: AsOf = None,
    known: Known = None,
    by: Annotated[
        Literal["agency", "province", "commune"] | None, typer.Option(help="Sums of each instead of the tasks.")
    ] = None,
    status: Annotated[
        Literal["on_time", "late", "running", "overdue", "not_started"] | None, typer.Option(help="Only these tasks.")
    ] = None,
    debug: Debug = False,
) -> None:
    """Say how the tasks stand at the end of a day, with the counting rule."""
    del debug
    from phusong.ledger import tasks
    from phusong.ledger.task_table import records
    from phusong.ledger.task_zones import UNDRAWN_EN, UNDRAWN_VI

    if by and status:
        raise PhusongError("--by sums all tasks; --status lists some of them: give one of the two")
    book, day = book_of(study_of(project), known), day_or_today(as_of)
    states = list(book.tasks.values())
    total = tasks.roll_up(states, day, by or "agency")
    typer.echo(f"{day}: {total[-1].sentence_vi()}\n{day}: {total[-1].sentence_en()}\n{tasks.RULE_VI}\n{tasks.RULE_EN}")
    if by:
        names = ("tasks", "done", "on_time", "late", "running", "overdue", "not_started")
        rows = [[_unit(row.unit_level, row.unit_code), *(str(getattr(row, name)) for name in names)] for row in total]
        _table(str(day), [_HEADS[by], *(_HEADS[name] for name in names)], rows, (0,))
    elif states:
        own = [state for state in states if status in (None, state.status(day))]
        rows = [[row[name] for name in _SHOWN] for row in records(own, day)]
        _table(str(day), [_HEADS[name] for name in _SHOWN], rows, tuple(range(len(_SHOWN))))
        for state in own:
            if state.undrawn:
                typer.echo(f"{state.task.task_id}: {UNDRAWN_VI} / {UNDRAWN_EN}")
    typer.echo(f"{len(book.entries)} mục / entries, SHA-256 {book.digest}")


@app.command()
def export(
    project: ProjectPath,
    out: Annotated[Path, typer.Option(help="CSV or JSON file to write.", metavar="FILE")],
    as_of: AsOf = None,
    known: Known = None,
    debug: Debug = False,
) -> None:
    """Write the tasks as they stand at the end of a day; JSON with the sums, the rule and the SHA-256 of the log."""
    del debug
    from phusong.cli.arguments import check_out
    from phusong.cli.task_files import csv_of, json_of
    from phusong.ledger.task_table import records

    check_out(out, (".csv", ".json"), [])
    book, day = book_of(study_of(project), known), day_or_today(as_of)
    rows = records(book.tasks.values(), day)
    out.write_bytes(csv_of(rows) if out.suffix.lower() == ".csv" else json_of(book, day, rows))
    typer.echo(f"{len(rows)} tasks as of {day}. Wrote {out}")


@app.command()
def follow(project: ProjectPath, who: Who = None, debug: Debug = False) -> None:
    """Let open tasks follow the splits, merges and ends of their zones, through every snapshot in order."""
    del debug
    from phusong.ledger import snapshot
    from phusong.ledger.task_zones import UNDRAWN_EN, UNDRAWN_VI
    from phusong.ledger.task_zones import follow as moves_of

    study = study_of(project)
    folder = study.folder / "snapshots"
    for period in snapshot.periods(folder):
        held = snapshot.read(folder, period, ("zone_events", "zones_closed"))[0]
        if set(held) != {"zone_events", "zones_closed"}:
            typer.echo(f"{period}: the snapshot knows no history of zones; run the period again", err=True)
            continue
        own = moves_of(book_of(study, None).tasks.values(), held["zone_events"], held["zones_closed"], period)
        moves = [move for move in own if move.changed]
        if moves:
            payload = {"period": period, "tasks": [move.as_dict() for move in moves]}
            append(study, who, lambda _, payload=payload: ("follow", payload))  # type: ignore[misc]
        for move in moves:
            ends = ", ".join(f"{zone}: {why}" for zone, why in move.gone)
            note = f"{UNDRAWN_VI} / {UNDRAWN_EN}" if move.undrawn else f"nay là / now {', '.join(move.zone_ids)}"
            typer.echo(f"{period} {move.task_id}: {note}" + (f" ({ends})" if ends else ""))
        untold = [f"{move.task_id} ({', '.join(move.untold)})" for move in own if move.untold]
        if untold:
            typer.echo(f"{period}: không có vùng / no such zones, kept as told: {'; '.join(untold)}", err=True)
        typer.echo(f"{period}: {len(moves)} of {len(own)} open tasks with zones changed their zones")


@app.command()
def verify(project: ProjectPath, debug: Debug = False) -> None:
    """Verify the log of tasks: every entry is as it was written, and none that was recorded is missing."""
    del debug
    book = book_of(study_of(project), None)
    typer.echo(f"Nhật ký nguyên vẹn / the log is whole: {len(book.entries)} entries, SHA-256 {book.digest}")


_HEADS = {
    "agency": "Cơ quan / Agency",
    "province": "Tỉnh / Province",
    "commune": "Xã / Commune",
    "tasks": "Tổng / Tasks",
    "done": "Hoàn thành / Done",
    "on_time": "Đúng hạn / On time",
    "late": "Chậm hạn / Late",
    "running": "Đang làm / Running",
    "overdue": "Quá hạn / Overdue",
    "not_started": "Chưa bắt đầu / Not started",
    "task_id": "Mã / Id",
    "work": "Nhiệm vụ / Task",
    "person": "Người / Person",
    "deadline": "Hạn / Due",
    "status_vi": "Tình trạng / Status",
    "zones_now": "Vùng / Zones",
}
_SHOWN = ("task_id", "work", "person", "agency", "deadline", "status_vi", "zones_now")


def study_of(project: Path) -> Project:
    """The project that a command is for."""
    from phusong.config import load

    return load(project)


def book_of(study: Project, known: str | None) -> Book:
    """Its log of tasks; what has to be told beside it is told."""
    from phusong.ledger import task_log
    from phusong.ledger.tasks import day_of

    book = task_log.read(study.folder / task_log.FOLDER, day_of(known) if known else None)
    for word in book.words:
        typer.echo(word, err=True)
    return book


def append(study: Project, who: str | None, decide: Callable[[Book], Change]) -> Book:
    """The log with one entry more, by the name of the login unless another is told."""
    from phusong.ledger import task_log

    book = task_log.append(study.folder / task_log.FOLDER, getpass.getuser() if who is None else who, decide)
    for word in book.words:
        typer.echo(word, err=True)
    return book


def _add(study: Project, said: Mapping[str, Mapping[str, Any]], who: str | None) -> None:
    from phusong.ledger.task_changes import new_tasks

    placed = any(one.get("zone_id") or one.get("commune_code") for one in said.values())
    places = places_of(study) if placed else None
    if placed and places is None:
        typer.echo("no snapshot yet: codes of zones and communes are taken as they are told", err=True)
    book = append(study, who, lambda book: ("add", new_tasks(book.tasks, said, places)))
    added = [task["task_id"] for task in book.entries[-1].payload["tasks"]]
    typer.echo(f"Đã ghi / added: {_some(added)}")


def places_of(study: Project) -> Places | None:
    """What the last snapshot knows of zones and communes; None before the first."""
    from phusong.ledger import snapshot
    from phusong.ledger.task_changes import Places

    folder = study.folder / "snapshots"
    periods = snapshot.periods(folder)
    if not periods:
        return None
    held = snapshot.read(folder, periods[-1], ("zones", "communes"))[0]
    zones, communes = held["zones"], held["communes"]
    return Places(
        periods[-1],
        dict(zip(zones.zone_id, zones.commune_code.fillna(""), strict=True)),
        dict(zip(communes.commune_code, communes.province_code, strict=True)),
    )


def evidence_of(file: Path | None, address: str | None, read_on: str | None) -> Evidence:
    """
    Evidence out of the options of a command.

    Raises
    ------
    PhusongError
        When there is none, or a file is empty.
    """
    from phusong.ledger.record import sha256_of
    from phusong.ledger.tasks import Evidence, day_of

    if (file is None) == (address is None) or (address is None) != (read_on is None):
        raise PhusongError("only evidence closes a task: give --file FILE, or --address URL with --read-on DATE")
    if file is None:
        return Evidence(str(address), read_on=day_of(str(read_on)))
    if not file.is_file() or not file.stat().st_size:
        raise PhusongError(f"--file {file} {'is empty, and shows nothing' if file.is_file() else 'is no file'}")
    return Evidence(file.name, sha256_of(file))


def day_or_today(text: str | None) -> dt.date:
    """A day as told; else today in Viet Nam."""
    from phusong.ledger.tasks import day_of, today

    return day_of(text) if text else today()


def _unit(level: str, code: str) -> str:
    return "Tất cả / All" if level == "study" else code or "chưa nói / not said"


def _some(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{len(ids)} ({ids[0]} … {ids[-1]})"


def _table(title: str, headings: list[str], rows: list[list[str]], texts: tuple[int, ...]) -> None:
    from phusong.cli.tables import print_table

    print_table(title, headings, rows, texts)
