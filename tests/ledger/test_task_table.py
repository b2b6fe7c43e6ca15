"""Tables of tasks: headings in both languages, rows told by their number, and rows for an export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from small_tasks import EVIDENCE, SAID

from phusong.ledger import task_table
from phusong.ledger.tasks import Evidence, State, Task, TaskError

HEADER = ("STT", "Nhiệm vụ", "Người thực hiện", "Hạn hoàn thành", "Trách nhiệm", "Thẩm quyền", "Sản phẩm", "Start")
ROW = (1, "Dựng cột", "Bà An", dt.datetime(2026, 9, 30), "Chủ trì", "UBND tỉnh", "Trạm", "01/07/2026")


def days(cells: Sequence[object]) -> list[dt.date | None]:
    return [cell.date() if isinstance(cell, dt.datetime) else dt.date(2026, 7, 1) for cell in cells]


def test_rows_below_a_title_and_a_line_of_numbers():
    numbering = tuple(f"({k})" for k in range(1, 9))
    rows = [(1, ("KẾ HOẠCH", *[None] * 7)), (3, HEADER), (4, numbering), (5, ROW), (6, (float("nan"),) * 8)]
    read = task_table.parse(rows, days, "Quý 3")
    assert read is not None
    assert read.said == {
        "Quý 3, row 5": {
            "work": "Dựng cột", "person": "Bà An", "deadline": dt.date(2026, 9, 30), "responsibility": "Chủ trì",
            "authority": "UBND tỉnh", "product": "Trạm", "start": dt.date(2026, 7, 1),
        }
    }  # fmt: skip
    assert read.words == ("row 4 only numbers the columns: not read",)


def test_codes_regain_their_zeros_and_unknown_columns_are_told():
    header = ("person", "work", "deadline", "product", "mã xã", "mã tỉnh", "Ghi chú khác")
    read = task_table.parse([(1, header), (2, ("An", "x", None, "y", 123.0, 1, "z"))], days)
    assert read is not None
    own = read.said["row 2"]
    assert (own["commune_code"], own["province_code"], own["deadline"]) == ("00123", "01", "")
    assert read.words == ("column 'Ghi chú khác' is not read",)


def test_two_columns_of_one_meaning_are_refused():
    with pytest.raises(TaskError, match="'Nhiệm vụ' and 'Việc' both mean work: keep one"):
        task_table.parse([(1, (*HEADER, "Việc")), (2, (*ROW, "x"))], days)


def test_no_header_of_tasks():
    assert task_table.parse([(1, ("a", "b")), (2, ("Nhiệm vụ", "Sản phẩm"))], days) is None


def test_a_day_that_cannot_be_read_stays_as_it_is_told():
    read = task_table.parse([(1, HEADER), (2, (*ROW[:3], "cuối năm", *ROW[4:]))], lambda cells: [None] * len(cells))
    assert read is not None
    assert read.said["row 2"]["deadline"] == "cuối năm"


def test_the_record_says_done_only_from_its_day_on():
    state = State(Task.of({**SAID, "task_id": "T-1"}), done_on=dt.date(2026, 10, 1), evidence=Evidence.of(EVIDENCE))
    before, after = (task_table.record(state, dt.date(2026, 10, day)) for day in (0 + 1, 2))
    assert tuple(after) == task_table.RECORD
    assert before == after
    assert (after["status"], after["done_on"], after["evidence"]) == ("late", "2026-10-01", "bien-ban.pdf")
    running = task_table.record(state, dt.date(2026, 9, 30))
    assert (running["status"], running["done_on"], running["evidence_sha256"]) == ("running", "", "")


def test_an_export_is_read_back():
    state = State(Task.of({**SAID, "task_id": "T-1", "agency": "=Sở"}))
    row = task_table.record(state, dt.date(2026, 9, 30))
    cells = tuple("'=Sở" if value == "=Sở" else value for value in row.values())
    read = task_table.parse([(1, tuple(row)), (2, cells)], lambda told: [dt.date.fromisoformat(str(c)) for c in told])
    assert read is not None
    assert Task.of(read.said["row 2"]) == state.task
