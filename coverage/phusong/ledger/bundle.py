"""Bundles: tables for spreadsheets in one folder beside the record of what made them, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import SnapshotError
from phusong.text import cell


def write(folder: Path, record_name: str, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]) -> Path:
    """
    Write each table as CSV and the record as JSON with the tables' hashes, in place of an earlier bundle of that name.

    Everything is written beside it first and moved into place at the end; when anything fails the earlier bundle is as
    it was.

    Raises
    ------
    SnapshotError
        When the folder holds something else, or cannot be written.
    """
    write_files(folder, record_name, {f"{name}.csv": csv_bytes(table) for name, table in tables.items()}, record)
    return folder


def write_files(folder: Path, record_name: str, files: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
    """
    Write files of any kind as `write` does its tables; a name may have folders before it, with / between.

    Raises
    ------
    SnapshotError
        As `write`.
    """
    refuse_foreign(folder, record_name)
    staging, aside = (folder.with_name(f".{folder.name}.{mark}") for mark in ("partial", "old"))
    try:
        for left in (staging, aside):
            shutil.rmtree(left, ignore_errors=True)
        staging.mkdir(parents=True)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        text = json.dumps({**record, "files": hashes}, ensure_ascii=False, indent=1, allow_nan=False)
        for name, data in {**files, record_name: text.encode()}.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(data)
        if folder.exists():
            folder.rename(aside)
        staging.rename(folder)
    except OSError as fault:
        if aside.exists() and not folder.exists():
            aside.rename(folder)
        raise SnapshotError(f"{folder} could not be written: {fault.strerror or fault}.") from fault
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def refuse_foreign(folder: Path, record_name: str) -> None:
    """
    Stop before a folder is replaced that is no earlier bundle.

    Raises
    ------
    SnapshotError
        When it is a file, or holds something and no record.
    """
    if folder.exists() and not folder.is_dir():
        raise SnapshotError(f"{folder} is a file; expected a folder to write to.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / record_name).exists():
        raise SnapshotError(f"{folder} holds something else than an earlier {record_name}; choose another folder.")


def csv_bytes(table: pd.DataFrame, separator: str = ",", decimal: str = ".") -> bytes:
    """
    For spreadsheets: with the mark that makes them read UTF-8, and no text that they would run as a formula.

    Parameters
    ----------
    separator, decimal
        Between cells, and in numbers: a Vietnamese Excel expects a semicolon and a comma.
    """
    words = table.select_dtypes(["object", "string"]).columns
    safe = table.assign(**{name: _safe(table[name]) for name in words})
    text = safe.to_csv(index=False, sep=separator, decimal=decimal, lineterminator="\r\n", float_format="%.12g")
    return ("\ufeff" + text).encode()


def _safe(column: pd.Series) -> pd.Series:
    """A column with its texts escaped; each is looked at once, since they repeat."""
    texts = {value for value in column.tolist() if isinstance(value, str)}
    escaped = {text: safe for text in texts if (safe := cell(text)) != text}
    return (
        column.map(lambda value: escaped.get(value, value) if isinstance(value, str) else value) if escaped else column
    )
