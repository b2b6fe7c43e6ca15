"""What the tests of reading share: tables made of rows, and files made of bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from rows_of_sheets import raw_table

from phusong.intake.blocks import find
from phusong.intake.readers import read
from phusong.intake.table import Block, RawTable


@pytest.fixture
def raw() -> Callable[..., RawTable]:
    """A table of rows."""
    return raw_table


@pytest.fixture
def block() -> Callable[..., Block]:
    """The only block of a table of rows."""

    def only(*rows: list[object], merged: tuple = ()) -> Block:
        (found,) = find(raw_table(*rows, merged=merged))
        return found

    return only


@pytest.fixture
def filed(tmp_path) -> Callable[[str, bytes], Path]:
    """A file of some bytes."""

    def write(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


@pytest.fixture
def zipped(tmp_path) -> Callable[[str, Mapping[str, bytes]], Path]:
    """A zip of members."""

    def write(name: str, members: Mapping[str, bytes]) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        return tmp_path / name

    return write


@pytest.fixture
def workbook(tmp_path) -> Callable[..., Path]:
    """A workbook of sheets by title, each of rows."""

    def write(name: str, sheets: Mapping[str, list[list[object]]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def cells_of() -> Callable[[Path], list[list[object]]]:
    """Cells of the only table of a file."""

    def only(path: Path) -> list[list[object]]:
        (table,) = read(path)
        return table.cells.to_numpy(object).tolist()

    return only
