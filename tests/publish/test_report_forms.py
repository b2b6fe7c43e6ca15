"""The three forms of a report say the same, look as Decree 30/2020 asks, and can be read back after editing."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx as library
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from PIL import Image
from pypdf import PdfReader
from small_report_form import CHANGED, COVERED, HOSTILE, LONG, figure, form, picture, report, wide_table

from phusong.errors import ConfigError, SnapshotError
from phusong.publish.report.forms import decree, docx, pdf, xlsx
from phusong.publish.report.forms.extraction import identity, printed
from phusong.publish.report.forms.looks import looks_of
from phusong.publish.report.forms.pdf_structure import structure
from phusong.publish.report.forms.raster import png
from phusong.publish.report.forms.sheets import room_mm, sheets
from phusong.publish.report.forms.widths import BREAK, breakable, columns, shown, text_mm
from phusong.publish.report.model import Bullets, Figure, Heading, Paragraph, Report, Table

MM = 36_000
WRITERS = {"docx": docx.write, "pdf": pdf.write, "xlsx": xlsx.write}
GIVEN = report(40)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    files = {ending: folder / f"report.{ending}" for ending in WRITERS}
    for ending, file in files.items():
        WRITERS[ending](GIVEN, file)
    return files


@pytest.fixture(scope="module")
def document(written):
    return library.Document(str(written["docx"]))


@pytest.fixture(scope="module")
def reader(written) -> PdfReader:
    return PdfReader(written["pdf"])


@pytest.fixture(scope="module")
def pages(reader) -> list[str]:
    """Text of each page without its line breaks."""
    return [page.extract_text().replace("\n", "").replace(BREAK, "") for page in reader.pages]


def changes(edited: Path) -> dict[str, str]:
    """What is not as the report said."""
    expected = {one.code: one.text for one in GIVEN.figures}
    return {code: text for code, text in printed(edited).items() if text != expected.get(code)}


def rewritten(file: Path, member: str, change: Callable[[str], str]) -> Path:
    """A copy of an archive, one member of which somebody edited."""
    edited = file.with_stem("edited")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(edited, "w") as taken:
        for name in given.namelist():
            data = given.read(name)
            if name == member:
                assert change(data.decode()) != data.decode()
                data = change(data.decode()).encode()
            taken.writestr(name, data)
    return edited


@pytest.mark.parametrize("ending", WRITERS)
def test_every_figure_is_read_back_as_it_was_printed(written, ending):
    expected = {one.code: one.text for one in GIVEN.figures}
    assert len(expected) == 3 + 2 * 40
    assert printed(written[ending]) == expected
    assert identity(written[ending]) == GIVEN.identity


@pytest.mark.parametrize("ending", WRITERS)
def test_same_report_same_bytes(written, tmp_path, ending):
    again = tmp_path / "again"
    WRITERS[ending](report(40), again)
    assert again.read_bytes() == written[ending].read_bytes()


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_only_the_day_of_the_edition_is_told(written, ending):
    with zipfile.ZipFile(written[ending]) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-09-30T00:00:00Z"}


def test_pdf_tells_the_day_of_the_edition(reader):
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20260930000000Z"


def test_measures_of_the_decree():
    assert decree.PAPER_MM == (210, 297)
    assert 20 <= decree.TOP_MM <= 25
    assert 20 <= decree.BOTTOM_MM <= 25
    assert 30 <= decree.LEFT_MM <= 35
    assert 15 <= decree.RIGHT_MM <= 20
    assert 13 <= decree.LOOKS["body"].size_pt <= 14


def test_docx_page_and_letters(document):
    section = document.sections[0]
    sides = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(side / MM) for side in (*sides, section.top_margin, section.bottom_margin)] == [
        *(210, 297, 30, 20, 25, 20)
    ]
    body = document.styles["Body Text"]
    assert (body.font.name, body.font.size.pt) == ("Times New Roman", 14)
    assert body.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    used = {part.style.name for part in document.paragraphs}
    assert {document.styles[name].font.name for name in used} == {"Times New Roman"}


def test_docx_number_of_the_page_stands_on_top_from_the_second_on(document):
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.part.element.xml
    assert "PAGE" not in section.first_page_header.part.element.xml
    assert section.header.paragraphs[0].style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
    for header in (section.header, section.first_page_header):
        assert GIVEN.form.banner in [part.text for part in header.paragraphs]


def test_pdf_pages_are_a4_and_numbered_from_the_second_on(reader):
    assert len(reader.pages) >= 3
    for number, page in enumerate(reader.pages, 1):
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
        first = page.extract_text().splitlines()[0]
        assert (first == str(number)) == (number > 1)
        assert GIVEN.form.banner in page.extract_text()


def test_pdf_has_one_typeface_embedded_and_its_pictures_are_vectors(reader):
    fonts, images = set(), []
    for page in reader.pages:
        fonts |= {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
        images += [one for one in page["/Resources"].get("/XObject", {}).values() if one["/Subtype"] == "/Image"]
    assert {re.sub(r"^/[A-Z]{6}\+|-.*$", "", name) for name in fonts} <= {"LiberationSerif", "TimesNewRomanPS"}
    assert images == []


def test_head_and_signature_stand_in_both(written, document):
    spoken = [
        "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "Số: …/BC-SKHCN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Quảng Ninh, ngày 30 tháng 9 năm 2026",
    ]
    parts = [part.text for part in structure(written["pdf"]).within("P")]
    assert parts[:6] == spoken
    assert parts[6] == "BÁO CÁO"
    assert parts[-2:] == ["GIÁM ĐỐC", "Nguyễn Văn Ngoẵng"]
    cells = [cell.text.split("\n") for row in (0, -1) for cell in document.tables[row].rows[0].cells]
    assert [line for line in [*cells[0], *cells[1]] if line] == spoken
    assert cells[2] == ["Nơi nhận:", *GIVEN.form.recipients]
    assert cells[3] == ["GIÁM ĐỐC", "Nguyễn Văn Ngoẵng"]


def test_pictures_say_what_they_show(written, document):
    drawn = [part.alt for part in structure(written["pdf"]).within("Figure")]
    assert drawn == ["Đường đi lên từ 1 đến 4"]
    assert [one._inline.docPr.get("descr") for one in document.inline_shapes] == drawn


def test_headings_are_headings(written, document):
    heads = [(part.kind, part.text) for part in structure(written["pdf"]).within("H1", "H2")]
    assert heads == [("H1", "1. TÓM TẮT"), ("H2", "1.1. Tiến độ"), ("H1", "2. ĐIỂM LÕM SÓNG")]
    styled = [(part.style.name, part.text) for part in document.paragraphs if part.style.name.startswith("Heading")]
    assert styled == [(kind.replace("H", "Heading "), text) for kind, text in heads]


def test_hostile_names_stay_text(written, document, pages):
    sentence = f"Tên thù địch: {' '.join(HOSTILE)} {LONG}"
    assert sentence in [part.text for part in document.paragraphs]
    assert sentence.replace(" ", "") in "".join(pages).replace(" ", "").replace("\u00a0", "")
    names = {row.cells[1].text for row in document.tables[1].rows}
    assert {*HOSTILE, LONG} <= names
    book = openpyxl.load_workbook(written["xlsx"])
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "b"}
    assert {HOSTILE[0], "@SUM(A1)", "00001"} <= {cell.value for cell in cells}
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[0] in "=@" and cell.data_type == "s")
    assert not any(sheet._hyperlinks for sheet in book)


def test_no_name_is_cut_and_no_row_split(pages):
    "Every long name is whole on the page on which its row ends with its code; the headings stand on each such page."
    seen = 0
    for page in pages:
        codes = re.findall(r"Z-(\d{5})", page)
        long = sum(int(code) % 6 == 4 for code in codes)
        assert page.count(LONG) == long + (page is pages[0])
        assert ("Tên điểm lõm sóng" in page) == bool(codes)
        seen += len(codes)
    assert seen == 40


def test_docx_rows_stay_whole_and_headings_repeat(document):
    rows = [row._tr.xml for row in document.tables[1].rows]
    assert len(rows) == 41
    assert all("w:cantSplit" in row for row in rows)
    assert ["w:tblHeader" in row for row in rows] == [True] + [False] * 40
    # headings that may stand alone at the foot of a page make LibreOffice hide all rows
    assert ["w:keepNext" in row for row in rows] == [True] + [False] * 40


def test_xlsx_numbers_are_numbers_that_show_what_is_printed(written):
    book = openpyxl.load_workbook(written["xlsx"])
    row = [cell.value for cell in book["zones"][5]]
    assert row == [2, HOSTILE[1], 1001, "chưa rõ", "Z-00001"]
    assert [cell.number_format for cell in book["zones"][4]][2:4] == ["#,##0", '#,##0.0"%"']
    assert [cell.value for cell in book["figures"][4]][:4] == [COVERED, "98,9 %", 0.98999, "share"]
    assert [cell.value for cell in book["annex_zones"][4]] == ["00001", HOSTILE[0], 1000, 0.5, True]
    assert [cell.value for cell in book["annex_zones"][5]] == ["00002", "@SUM(A1)", None, None, False]
    assert [cell.value for (cell,) in book["sources"].iter_rows(min_row=4)] == list(GIVEN.sources)


def test_edited_docx_tells_what_was_changed(written):
    edited = rewritten(
        written["docx"],
        "word/document.xml",
        lambda text: text.replace("1.234.567\u00a0người", "1.300.000\u00a0người").replace("1.007<", "2.007<"),
    )
    assert changes(edited) == {CHANGED: "1.300.000 người", "Z-00007.c": "2.007"}


def test_docx_changed_in_one_of_two_places_tells_both(written):
    edited = rewritten(written["docx"], "word/document.xml", lambda text: text.replace("98,9\u00a0%", "99,9\u00a0%", 1))
    assert printed(edited)[COVERED] == "99,9 % / 98,9 %"


def test_docx_text_marked_as_deleted_does_not_count(written):
    deleted = "<w:del><w:r><w:delText>1.007</w:delText></w:r></w:del><w:ins><w:r><w:t>9.999</w:t></w:r></w:ins>"
    edited = rewritten(
        written["docx"],
        "word/document.xml",
        lambda text: re.sub(r"<w:r><w:rPr/><w:t [^>]*>1\.007</w:t></w:r>", deleted, text),
    )
    assert printed(edited)["Z-00007.c"] == "9.999"


def test_edited_xlsx_tells_what_was_changed(written):
    book = openpyxl.load_workbook(written["xlsx"])
    book["zones"]["C4"].value = 1999
    book["zones"]["D5"].value = 7.5
    said = next(cell for (cell,) in book["report"].iter_rows() if CHANGED in str(cell.value))
    said.value = said.value.replace("1.234.567 người", "2.000.000 người")
    book["report"]["A1"].value = "Bỏ đi"
    edited = written["xlsx"].with_stem("changed")
    book.save(edited)
    assert changes(edited) == {
        "Z-00000.c": "1.000 / 1.999",
        "Z-00001.d": "chưa rõ / 7.5",
        CHANGED: "1.234.567 người / 2.000.000 người",
    }


@pytest.mark.parametrize(("words", "size_pt"), [(1, 10), (15, 9), (30, 6)])
def test_a_long_banner_stays_between_the_number_and_the_text(tmp_path, words, size_pt):
    "On each page, below the page's number and above the first line of the text, whole."
    banner = " ".join(["DỮ LIỆU GIẢ LẬP:", *["trạm phát sóng,"] * words])
    given = dataclasses.replace(GIVEN, form=form(banner))
    assert looks_of(given.form)["banner"].size_pt == size_pt
    pdf.write(given, tmp_path / "report.pdf")
    for number, page in enumerate(PdfReader(tmp_path / "report.pdf").pages, 1):
        heights: list[tuple[str, float]] = []
        page.extract_text(visitor_text=lambda text, cm, *_, found=heights: found.append((text.strip(), cm[5])))
        top = [(text, height) for text, height in heights if height > (decree.PAPER_MM[1] - decree.TOP_MM) / 25.4 * 72]
        assert " ".join(text for text, _ in top if text) == " ".join([*([str(number)] if number > 1 else []), banner])
        assert max(height for _, height in top) < (decree.PAPER_MM[1] - decree.EDGE_MM) / 25.4 * 72


def spread(*blocks) -> Report:
    """A report of these blocks and no figures in its text."""
    given = report(1)
    cells = [cell for block in blocks if isinstance(block, Table) for row in block.rows for cell in row]
    figures = tuple(cell for cell in cells if isinstance(cell, Figure))
    return dataclasses.replace(given, blocks=blocks, figures=figures, annexes=())


WIDE = spread(
    Heading(1, "1. Trước"),
    Paragraph(("Một câu.",)),
    Heading(1, "2. Rộng"),
    Heading(2, "2.1. Bảng"),
    wide_table(9, "one"),
    Paragraph(("Một câu nữa.",)),
    wide_table(9, "two", 3),
)


@pytest.fixture(scope="module")
def spread_out(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wide")
    files = {ending: folder / f"report.{ending}" for ending in WRITERS}
    for ending, file in files.items():
        WRITERS[ending](WIDE, file)
    return files


@pytest.mark.parametrize("ending", WRITERS)
def test_figures_of_a_wide_table_are_read_back(spread_out, ending):
    expected = {one.code: one.text for one in WIDE.figures}
    assert len(expected) == 9 * 30
    assert printed(spread_out[ending]) == expected


def test_a_wide_table_lies_across_with_its_headings(spread_out):
    assert [(across, len(blocks)) for across, blocks in sheets(WIDE.blocks)] == [
        *((False, 2), (True, 3), (False, 1), (True, 1), (False, 0))
    ]
    reader = PdfReader(spread_out["pdf"])
    sides = [[round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] for page in reader.pages]
    assert sides[0] == sides[-1] == [210, 297]
    assert {tuple(side) for side in sides} == {(210, 297), (297, 210)}
    first = next(page for page, side in zip(reader.pages, sides, strict=True) if side == [297, 210])
    assert first.extract_text().splitlines()[0] == "2"
    assert "2. RỘNG" in first.extract_text()


def test_docx_sections_lie_as_the_pages_do(spread_out):
    sections = library.Document(str(spread_out["docx"])).sections
    assert [round(section.page_width / MM) for section in sections] == [210, 297, 210, 297, 210]
    assert [section.orientation for section in sections] == [0, 1, 0, 1, 0]
    assert [section.different_first_page_header_footer for section in sections] == [True, *[False] * 4]
    assert not sections[0].header.is_linked_to_previous
    assert all(section.header.is_linked_to_previous for section in list(sections)[1:])
    assert {round(section.left_margin / MM) for section in sections} == {decree.LEFT_MM}


def test_numbers_of_a_page_stand_on_one_line(spread_out):
    "Nothing in a row of the PDF is broken but the long name."
    rows = [[cell.text for cell in row.within("TD")] for row in structure(spread_out["pdf"]).within("TR")]
    assert len([row for row in rows if row]) == 33
    assert not [text for row in rows for text in row[1:] if BREAK in text]


@pytest.mark.parametrize("columns_of_numbers", [7, 9, 11])
def test_words_are_squeezed_before_figures(columns_of_numbers):
    table = wide_table(columns_of_numbers)
    size_pt, widths_mm = columns(table, room_mm(table))
    assert sum(widths_mm) == pytest.approx(room_mm(table))
    for row in table.rows:
        for cell, width_mm in list(zip(row, widths_mm, strict=True))[1:-1]:
            assert text_mm(shown(cell), size_pt) <= width_mm - 2 * decree.PADDING_MM + 1e-6


def test_a_long_figure_of_a_narrow_column_stays_whole():
    "24 letters in a column of little weight are wider than the longest word that claims a column."
    long = figure("Z-1.b", "12.345.678.901 trên 2.345", None, "people", in_cell=True)
    short = dataclasses.replace(long, text=long.text[:24])
    table = Table("t", "", ("a", "b"), (("một hai ba " * 30, short),), ("text", "number"), (99, 1))
    size_pt, (_, width_mm) = columns(table, decree.ROOM_MM)
    assert BREAK not in breakable(shown(short), width_mm - 2 * decree.PADDING_MM, size_pt)


def test_dots_of_a_picture_are_made_of_its_vectors():
    vectors = picture().svg
    dots = png(vectors, 100.0)
    assert dots == png(vectors, 100.0)
    with Image.open(io.BytesIO(dots)) as image:
        assert image.size == (630, 240)
        assert image.convert("L").getextrema() == (0, 255)
    with pytest.raises(ConfigError, match="the picture cannot be drawn"):
        png(b"<svg", 100.0)


def test_no_page_holds_the_recipients_alone(tmp_path):
    "Whatever the text fills, its last two items stand with them: of 44 lines of a page they take about ten."
    line, items = Paragraph(("Một dòng.",)), tuple((f"Nguồn {name}.",) for name in ("một", "hai", "ba"))
    for lines_before in range(24, 44, 3):
        file = tmp_path / f"{lines_before}.pdf"
        pdf.write(dataclasses.replace(GIVEN, blocks=(*[line] * lines_before, Bullets(items))), file)
        *_, last = (page.extract_text() for page in PdfReader(file).pages)
        assert [word for word in ("Nguồn hai", "Nguồn ba", "Nơi nhận") if word not in last] == []


def test_docx_keeps_the_last_items_with_the_recipients(tmp_path):
    items = tuple((f"Nguồn {name}.",) for name in ("một", "hai", "ba"))
    docx.write(dataclasses.replace(GIVEN, blocks=(Bullets(items),)), tmp_path / "kept.docx")
    said = {own.text: own.paragraph_format for own in library.Document(str(tmp_path / "kept.docx")).paragraphs}
    kept = {text: bool(look.keep_with_next) for text, look in said.items() if "Nguồn" in text}
    assert kept == {"–\tNguồn một.": False, "–\tNguồn hai.": True, "–\tNguồn ba.": True}


def test_a_sum_is_bold(tmp_path):
    total = dataclasses.replace(GIVEN.blocks[-2], total=True)
    docx.write(dataclasses.replace(GIVEN, blocks=(total,)), tmp_path / "report.docx")
    rows = library.Document(str(tmp_path / "report.docx")).tables[1].rows
    bold = [{cell.paragraphs[0].style.font.bold for cell in row.cells} for row in rows]
    assert bold == [{True}, *[{None}] * 39, {True}]


def test_long_figures_and_bare_reports_are_written(tmp_path):
    "No superior, no banner, no recipients, no name; a table without rows; figures longer than a line and a column."
    long = figure("L-1", "từ 1.000 đến 2.000 người, " * 9 + "tùy cách tính", None, "people")
    empty = Table("empty", "", ("Tên", "Mã"), (), ("text", "text"), (1, 1))
    bare = dataclasses.replace(
        form(""),
        superior=(),
        number="",
        recipients_word="",
        recipients=(),
        signatory_title=(),
        signatory="",
        marking="",
    )
    narrow = figure("N-1.a", "1" * 60, None, "people", in_cell=True)
    broken = Table("broken", "", ("a", "Mã"), ((narrow, "N-1"),), ("number", "text"), (1, 9))
    blocks = (Heading(2, "Một"), Paragraph((long,), "note"), Bullets(()), empty, broken)
    given = Report(GIVEN.identity, "bare", bare, blocks, (), (long, narrow), ())
    for ending, write in WRITERS.items():
        write(given, tmp_path / f"bare.{ending}")
        assert printed(tmp_path / f"bare.{ending}") == {"L-1": long.text, "N-1.a": narrow.text}


def test_english_numbers_have_english_marks(tmp_path):
    cell = figure("E-1.a", "1,234.5 km", 1234.5, "km", in_cell=True)
    table = Table("one", "One", ("Length", "Code"), ((cell, "E-1"),), ("number", "text"), (1, 1))
    given = dataclasses.replace(
        GIVEN,
        identity=dataclasses.replace(GIVEN.identity, language="en"),
        form=dataclasses.replace(form(), language="en"),
        blocks=(table,),
        figures=(cell,),
    )
    for ending, write in WRITERS.items():
        write(given, tmp_path / f"en.{ending}")
        assert printed(tmp_path / f"en.{ending}") == {"E-1.a": "1,234.5 km"}
    assert openpyxl.load_workbook(tmp_path / "en.xlsx")["one"]["A4"].value == 1234.5


def test_a_picture_with_text_is_refused(tmp_path):
    lettered = dataclasses.replace(picture(), svg=b"<svg xmlns='http://www.w3.org/2000/svg'><text>a</text></svg>")
    with pytest.raises(ConfigError, match="picture chart holds text"):
        pdf.write(dataclasses.replace(GIVEN, blocks=(lettered,)), tmp_path / "report.pdf")


def test_a_text_that_a_sheet_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="Sheet report, row 12: there is more than a sheet of XLSX can hold"):
        xlsx.write(dataclasses.replace(GIVEN, blocks=(Paragraph(("a" * 32_768,)),)), tmp_path / "report.xlsx")


def test_other_files_are_no_reports(tmp_path, written):
    with pytest.raises(SnapshotError, match=r"notes\.txt is no report.*không phải báo cáo"):
        printed(tmp_path / "notes.txt")
    for ending, file in written.items():
        cut = tmp_path / f"cut.{ending}"
        cut.write_bytes(file.read_bytes()[:3000])
        with pytest.raises(SnapshotError, match=rf"cut\.{ending} cannot be read.*Không đọc được"):
            printed(cut)
    library.Document().save(str(tmp_path / "other.docx"))
    with pytest.raises(SnapshotError, match="names no report"):
        identity(tmp_path / "other.docx")
