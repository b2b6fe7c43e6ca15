"""Folder: reports written in every form, one after the other or on several cores."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.ledger.edition import Edition
from phusong.progress import Step
from phusong.publish.report import record
from phusong.publish.report.content import Asked, Source, content, scope_of, shared
from phusong.publish.report.model import Report
from phusong.publish.report.pictures import Gallery
from phusong.publish.report.tables import Tables
from phusong.publish.report.writers import Writers

FORMS = ("docx", "pdf", "xlsx")


@dataclass(frozen=True)
class Work:
    """
    What writing every report of a command takes.

    Parameters
    ----------
    common
        The edition as the tier holds it with its tables, where all reports share them; None where each has its own.
    gallery
        Of the pictures; None for none.
    """

    source: Source
    folder: Path
    forms: tuple[str, ...]
    gallery: Gallery | None
    common: tuple[Edition, Tables] | None


def write(work: Work, asked: Sequence[Asked], writers: Writers, progress: Step) -> list[Path]:
    """
    Write reports; returns the files, those of a report together.

    Raises
    ------
    PhusongError
        When a unit is not there, a template is wrong, or a form cannot be written.
    """
    work.folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number, files in enumerate(writers.each(write_one, work, asked), start=1):
        progress("writing the reports", number, len(asked))
        written += files
    return written


def work_of(
    source: Source, asked: Sequence[Asked], folder: Path, forms: Sequence[str], gallery: Gallery | None
) -> Work:
    """The work of a command, what all its reports share made once."""
    if asked[0].tier not in ("public", "regulator"):
        return Work(source, folder, tuple(forms), gallery, None)
    edition, tables = shared(source, asked[0])
    light = dataclasses.replace(source, edition=_light(source.edition))
    return Work(light, folder, tuple(forms), gallery, (_light(edition), tables))


def _light(edition: Edition) -> Edition:
    """What reports ask of an edition beside its tables: else every process is handed all outlines several times."""
    frames: dict[str, Any] = {
        field.name: value.iloc[:0]
        for field in dataclasses.fields(edition)
        if isinstance(value := getattr(edition, field.name), pd.DataFrame)
    }
    frames["communes"] = edition.communes.drop(columns="geometry")
    return dataclasses.replace(edition, **frames)


def write_one(work: Work, asked: Asked) -> list[Path]:
    """Every form of one report and its record, all of them or none."""
    scope = scope_of(work.source, asked, work.common)
    report = content(work.source, asked, scope, work.gallery.pictures if work.gallery else None)
    writers = {form: partial(_writer(form), report) for form in work.forms}
    writers["json"] = partial(record.write, report, scope.edition)
    files = {form: work.folder / f"{report.name}.{form}" for form in writers}
    drafts = {form: path.with_name(f".{path.name}.draft") for form, path in files.items()}
    try:
        for form, write_form in writers.items():
            write_form(drafts[form])
        for form, path in files.items():
            drafts[form].replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return [*files.values()]


def _writer(form: str) -> Callable[[Report, Path], None]:
    """The function that writes a form; imported when it is asked, as each needs a library of its own."""
    return importlib.import_module(f"phusong.publish.report.forms.{form}").write
