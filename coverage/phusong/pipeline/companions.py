"""Companions of an edition: the outlook, figures of others, tasks and the three levels."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import pandas as pd

from phusong.config import Project
from phusong.ledger import reconciliation, snapshot, task_log, task_table
from phusong.ledger.edition import Companions, Frames
from phusong.ledger.levels import levels
from phusong.ledger.outlook import END
from phusong.ledger.outlook import TABLES as OUTLOOK_TABLES
from phusong.ledger.period import ZONE, Period
from phusong.ledger.published import Published, read
from phusong.ledger.reproduction import is_nation, reproduced
from phusong.ledger.task_log import Book
from phusong.ledger.tasks import RULE_EN, RULE_VI, Counts, roll_up
from phusong.pipeline.outlook import look_ahead, published_file, series_to

LEVEL_TABLES = ("communes", "zones", "indicators")
"""Tables of a snapshot that the levels stand on."""
TABLES = (*OUTLOOK_TABLES, *LEVEL_TABLES)
"""Those that companions stand on."""


def companions(
    project: Project,
    period: Period,
    day: dt.date,
    by: dt.date = END,
    gained: pd.DataFrame | None = None,
    held: Frames | None = None,
) -> Companions:
    """
    What an edition of a period holds beside its snapshot.

    Parameters
    ----------
    day
        Of the edition.
    by
        Day by which targets are to be met.
    gained
        As of `outlook.measure`; None where it was not measured.
    held
        Tables of the period's snapshot, `TABLES` among them, where they were read already: it is the longer part.

    Raises
    ------
    PhusongError
        When there is no snapshot of the period, one or the log of tasks is not as it was written, or the day lies
        before the period's last.
    """
    figures, book = read(published_file(project)), task_log.read(project.folder / task_log.FOLDER)
    return Companions(
        day=day,
        outlook=look_ahead(project, period, day, by, gained, held).frames(),
        published=_published(figures, series_to(project, period)),
        tasks=_tasks(book, day),
        levels=three_levels(project, period, book, day, held),
    )


def three_levels(
    project: Project, period: Period, book: Book, day: dt.date, held: Frames | None = None
) -> pd.DataFrame:
    """
    The figures of the study, its provinces and communes (`levels.levels`), with the tasks at the end of a day.

    Parameters
    ----------
    held
        Tables of the period's snapshot, `LEVEL_TABLES` among them, where they were read already.

    Raises
    ------
    SnapshotError
        When there is no snapshot of the period, or it is not as it was written.
    """
    tables = held or snapshot.read(project.folder / "snapshots", period.name, LEVEL_TABLES)[0]
    return levels(tables, book.tasks.values(), day)


def _published(figures: Published, series: pd.DataFrame) -> Frames:
    return {
        "figures": figures.table(),
        "contradictions": reconciliation.contradictions(figures),
        "implied_bases": reconciliation.implied_bases(figures),
        "implied_counts": reconciliation.implied_counts(figures),
        "plans": reconciliation.plans(figures),
        "reproduced": reproduced(figures, series, is_nation(series)),
    }


def _tasks(book: Book, day: dt.date) -> Frames:
    states = list(book.tasks.values())
    rule = {
        "day": day.isoformat(),
        "clock": str(ZONE),
        "rule_vi": RULE_VI,
        "rule_en": RULE_EN,
        "entries": len(book.entries),
        "log_sha256": book.digest,
    }
    return {
        "tasks": pd.DataFrame(task_table.records(states, day), columns=list(task_table.RECORD)),
        "by_agency": _sums(roll_up(states, day, "agency")),
        "by_province": _sums(roll_up(states, day, "province")),
        "by_commune": _sums(roll_up(states, day, "commune")),
        "rule": pd.DataFrame([rule]),
    }


def _sums(counts: tuple[Counts, ...]) -> pd.DataFrame:
    return pd.DataFrame([asdict(one) for one in counts])
