"""A report of every kind of block, with hostile and long texts, whose figures can be counted by hand."""

from __future__ import annotations

import datetime as dt
import io
from string import ascii_lowercase

from matplotlib.figure import Figure as Drawing

from phusong.publish.drawing import own_settings
from phusong.publish.report.model import (
    Bullets,
    Figure,
    Form,
    Heading,
    Identity,
    Kind,
    PageBreak,
    Paragraph,
    Picture,
    Query,
    Report,
    Sheet,
    Table,
)

HOSTILE = (
    '=HYPERLINK("http://x.vn","Xã An")',
    '#eval("1") $x$ *đậm* _nghiêng_ <nhãn> @tên \\ //',
    "</w:t><script>alert(1)</script> & <b>",
    "../../etc/passwd",
)
LONG = "Xã" + "ngoằnngoèo" * 20
CHANGED, COVERED, UNKNOWN = "H-7K3QA", "H-9ZZ2B", "P-1A2B3"


def figure(code: str, text: str, value: float | None, unit: str, in_cell: bool = False) -> Figure:
    query = Query("communes", (("province_code", "22"),), "ratio", ("nr_people", "people"))
    return Figure(code, text, value, unit, "Tỷ lệ dân số có sóng 5G", query, in_cell)


IN_TEXT = (
    figure(COVERED, "98,9 %", 0.98999, "share"),
    figure(CHANGED, "1.234.567 người", 1234567.0, "people"),
    figure(UNKNOWN, "chưa rõ", None, "share"),
)


def zone_table(rows: int, name: str = "zones") -> Table:
    """Zones of 1,000 people, 1,001, ...; one name is hostile, one is long, one number is not known."""
    names = [*HOSTILE, LONG, "Bản Ngoẵng"]
    cells = [
        (
            str(number + 1),
            names[number % len(names)],
            figure(f"Z-{number:05d}.c", f"1.{number % 1000:03d}", 1000.0 + number % 1000, "people", in_cell=True),
            figure(f"Z-{number:05d}.d", "chưa rõ" if number == 1 else f"0,{number % 10}%", None, "share", in_cell=True),
            f"Z-{number:05d}",
        )
        for number in range(rows)
    ]
    headings = ("STT", "Tên điểm lõm sóng", "Dân số", "Tỷ lệ", "Mã")
    kinds = ("number", "text", "number", "number", "text")
    return Table(name, "Bảng 1. Điểm lõm sóng", headings, tuple(cells), kinds, (1, 6, 2, 2, 2), "Nguồn: bộ mẫu.")


def wide_table(columns: int, name: str = "wide", rows: int = 30) -> Table:
    """Numbers of tens of millions in so many columns, between a name and a code."""
    cells = tuple(
        (
            LONG if number == 1 else "Thành phố Hồ Chí Minh",
            *(
                figure(f"K-{number:05d}.{letter}", f"97.{number:03d}.{place:03d}", None, "people", in_cell=True)
                for place, letter in enumerate(ascii_lowercase[1 : columns + 1])
            ),
            f"K-{number:05d}",
        )
        for number in range(rows)
    )
    headings = ("Đơn vị", *("Dân số có sóng",) * columns, "Mã")
    kinds: tuple[Kind, ...] = ("text", *("number",) * columns, "text")
    return Table(name, f"Bảng rộng {name}", headings, cells, kinds, (3, *(1,) * columns, 1.3), "Nguồn: bộ mẫu.")


def picture() -> Picture:
    """A small chart."""
    made = {}
    with own_settings():
        drawing = Drawing(figsize=(6.3, 2.4))
        drawing.add_subplot().plot([1, 2, 4], label="Độ phủ")
        for ending in ("svg", "png"):
            held = io.BytesIO()
            metadata = {"Date": None} if ending == "svg" else {"Software": None}
            drawing.savefig(held, format=ending, dpi=200, metadata=metadata)
            made[ending] = held.getvalue()
    return Picture("chart", made["svg"], made["png"], "Đường đi lên từ 1 đến 4", "Hình 1. Tiến độ", 150.0)


def form(banner: str = "DỮ LIỆU GIẢ LẬP – KHÔNG PHẢI SỐ LIỆU THẬT") -> Form:
    return Form(
        language="vi",
        superior=("Ủy ban nhân dân tỉnh Quảng Ninh",),
        issuer=("Sở Khoa học và Công nghệ",),
        nation="Cộng hòa xã hội chủ nghĩa Việt Nam",
        motto="Độc lập - Tự do - Hạnh phúc",
        number="Số: …/BC-SKHCN",
        place_and_date="Quảng Ninh, ngày 30 tháng 9 năm 2026",
        kind="Báo cáo",
        title=("Vùng phủ sóng và điện lưới quý III năm 2026", "trên địa bàn tỉnh Quảng Ninh"),
        recipients_word="Nơi nhận:",
        recipients=("- Bộ Khoa học và Công nghệ;", "- Ủy ban nhân dân tỉnh;", "- Lưu: VT."),
        signatory_title=("Giám đốc",),
        signatory="Nguyễn Văn Ngoẵng",
        tier="province",
        period="2026Q3",
        day=dt.date(2026, 9, 30),
        digest="ab12" * 16,
        banner=banner,
        marking="Dùng cho cấp tỉnh",
    )


def report(rows: int = 12) -> Report:
    covered, changed, unknown = IN_TEXT
    table, chart = zone_table(rows), picture()
    tail = ". " + "Câu này dài để dòng chữ phải xuống hàng nhiều lần và đoạn văn được canh đều hai bên. " * 3
    body = Paragraph(("Có ", covered, " dân số, tức ", changed, ", có sóng 5G; phần còn lại ", unknown, tail))
    blocks = (
        Heading(1, "1. Tóm tắt"),
        body,
        Paragraph((f"Tên thù địch: {' '.join(HOSTILE)} {LONG}",)),
        Bullets((("Một ", covered), ("Hai, dài hơn: " + "chữ và chữ " * 30,))),
        Paragraph(("Số liệu chưa đầy đủ.",), "warning"),
        Heading(2, "1.1. Tiến độ"),
        chart,
        Paragraph(("Nguồn: bộ mẫu, ngày 30/9/2026.",), "source"),
        PageBreak(),
        Heading(1, "2. Điểm lõm sóng"),
        table,
        Paragraph(("Ghi chú sau bảng.",), "note"),
    )
    cells = tuple(cell for row in table.rows for cell in row if isinstance(cell, Figure))
    annex = Sheet(
        "annex_zones",
        "Các dòng đã đếm",
        ("commune_code", "name", "people", "share", "seen"),
        (("00001", HOSTILE[0], 1000, 0.5, True), ("00002", "@SUM(A1)", None, float("nan"), False)),
    )
    identity = Identity(
        "mau", "2026Q3", dt.date(2026, 9, 30), "province", "vi", "province", "22", "2026Q2", "ab12" * 16
    )
    sources = ("communes.parquet, 30/9/2026, ab12cd34",)
    return Report(identity, "report_province_22", form(), blocks, (annex,), (*IN_TEXT, *cells), sources)
