"""What a filing tells of itself."""

from __future__ import annotations

import pandas as pd
import pytest
from small_country import HEADER, request, row

from phusong.intake.blocks import find
from phusong.intake.metadata import titles, told
from phusong.intake.recognition import recognised
from phusong.intake.spec import spec
from phusong.intake.table import RawTable


def sheet(file: str = "tram.csv", above: tuple[str, ...] = (), crs: str = "", header: tuple[str, ...] = HEADER):
    rows = [[text, *[None] * (len(header) - 1)] for text in above] + [list(header), row("A-1"), row("A-2")]
    cells = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    table = RawTable(file, "Trạm", cells.where(cells.notna(), None), crs=crs)
    return recognised(find(table), request(), spec("sites"))


@pytest.mark.parametrize(
    ("made", "items"),
    [
        (sheet(), set()),
        (sheet("viettel.csv"), {"filer"}),
        (sheet(above=("Tập đoàn VNPT", "Quý III/2026")), {"filer", "day"}),
        (sheet("tram_2026Q3.csv"), {"day"}),
        (sheet(above=("Số liệu đến 30/09/2026",)), {"day"}),
        (sheet(crs="EPSG:4326"), {"crs"}),
        (sheet(above=("Hệ toạ độ VN-2000, KTT 105°30'",)), {"crs"}),
        (sheet(above=("Điều kiện sử dụng: CC BY 4.0",)), {"licence"}),
    ],
    ids=lambda value: "" if not isinstance(value, set) else "+".join(sorted(value)) or "nothing",
)
def test_each_item_is_seen_where_it_is_told(made, items):
    assert told(*made) == items


def test_titles_and_sheet_are_read_once_each():
    blocks, _ = sheet(above=("Biểu 1", "Biểu 1"))
    assert titles(blocks) == ["Trạm", "Biểu 1"]
