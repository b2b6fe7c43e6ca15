"""The report is set in Times New Roman or its stand-in, with every Vietnamese letter, and never in another font."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont
from matplotlib.ft2font import FT2Font, LoadFlags
from small_report_form import LONG, report, zone_table

from phusong.errors import ConfigError
from phusong.publish.report.forms import decree, fonts, pdf
from phusong.publish.report.forms.fonts import LETTERS, installed, refuse_unknown, typeface
from phusong.publish.report.forms.widths import BREAK, MM_PER_PT, breakable, columns, shown, text_mm
from phusong.publish.report.model import Paragraph, Table

SIGNS = " .,:;()[]-–/%+=<>≤≥…·0123456789"


def advances_em(path: str) -> dict[str, float]:
    """Width of each letter, as the font itself says."""
    font = FT2Font(path)
    letters = font.get_charmap()
    widths = {}
    for sign in LETTERS + SIGNS:
        widths[sign] = font.load_glyph(letters[ord(sign)], LoadFlags.NO_SCALE).linearHoriAdvance / font.units_per_EM
    return widths


@pytest.fixture(scope="module")
def faces() -> dict[tuple[str, int], dict[str, float]]:
    face = typeface()
    return {
        (font.style, font.weight): advances_em(font.path) for font in installed().fonts() if font.path in face.files
    }


def test_letters_are_all_of_vietnamese():
    "12 vowels of 6 tones, 17 consonants, and f, j, w, z; small and capital."
    assert len(set(LETTERS)) == 2 * (12 * 6 + 17 + 4)
    assert all(letter.isalpha() for letter in LETTERS)


def test_every_face_has_every_vietnamese_letter():
    face = typeface()
    assert face.name in (decree.TYPEFACE, decree.STAND_IN)
    assert {ord(letter) for letter in LETTERS + SIGNS} <= face.letters


def test_a_font_that_is_missing_is_named():
    with pytest.raises(ConfigError, match=r"lacks the font Chữ Không Có, and Chữ Khác.*Máy này thiếu phông chữ"):
        typeface(["Chữ Không Có", "Chữ Khác"])


@pytest.mark.parametrize("first", ["aged", "whole"])
def test_of_two_files_of_a_font_the_one_with_vietnamese_letters_is_taken(tmp_path, first):
    "Debian's packages of Liberation 1 and 2 may both be there; of the former Vietnamese letters would be boxes."
    for kind, folder in zip(("aged", "whole"), ("a", "b") if first == "aged" else ("b", "a"), strict=True):
        (tmp_path / folder).mkdir()
        for number, file in enumerate(typeface().files):
            font = TTFont(file)
            if kind == "aged":
                for table in font["cmap"].tables:
                    table.cmap.pop(ord("ự"), None)
            font.save(tmp_path / folder / f"{number}.ttf")
    both = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[tmp_path])
    assert len(both.fonts()) == 8
    found = fonts._family(typeface().name, both)
    whole = "b" if first == "aged" else "a"
    assert {Path(file).parent.name for file in found.files} == {whole}
    assert {Path(font.path).parent.name for font in fonts.fonts_of(found).fonts()} == {whole}


def test_a_file_without_vietnamese_letters_beside_the_right_one_is_named(tmp_path):
    for number, file in enumerate(typeface().files):
        font = TTFont(file)
        font.save(tmp_path / f"{number}.ttf")
        for table in font["cmap"].tables:
            table.cmap.pop(ord("ự"), None)
        font.save(tmp_path / f"{number}-aged.ttf")
    both = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[tmp_path])
    with pytest.raises(ConfigError, match=r"-aged\.ttf: this file of the font .* lacks Vietnamese letters"):
        fonts.fonts_of(fonts._family(typeface().name, both))


def test_a_sign_that_the_font_lacks_is_named_with_its_text():
    with pytest.raises(ConfigError, match=r"no sign “🙂” \(U\+1F642\), which stands in “Xã 🙂 An”"):
        refuse_unknown(typeface(), ["Xã An", "Xã 🙂 An"])


def test_pdf_refuses_a_sign_that_would_be_left_blank(tmp_path):
    given = report()
    strange = dataclasses.replace(given, blocks=(*given.blocks, Paragraph(("Thôn 中",))))
    with pytest.raises(ConfigError, match=r"U\+4E2D"):
        pdf.write(strange, tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_widths_are_never_less_than_in_print(faces):
    "The table of widths stands for every face, so that a word that fits by it fits in print."
    assert len(faces) == 4
    for widths in faces.values():
        narrow = {sign: width for sign, width in widths.items() if text_mm(sign, 10) < width * 10 * MM_PER_PT - 1e-9}
        assert narrow == {}


def test_every_word_of_a_table_fits_its_column(faces):
    table = zone_table(12)
    size_pt, widths_mm = columns(table, decree.ROOM_MM)
    assert sum(widths_mm) == pytest.approx(decree.ROOM_MM)
    bold = faces["normal", 700]
    for column, width_mm in enumerate(widths_mm):
        room_mm = width_mm - 2 * decree.PADDING_MM
        for text in [table.headings[column], *(shown(row[column]) for row in table.rows)]:
            for word in breakable(text, room_mm, size_pt).replace(" ", BREAK).split(BREAK):
                assert sum(bold.get(sign, 1.0) for sign in word) * size_pt * MM_PER_PT <= room_mm + 1e-6


def test_columns_by_hand():
    "Weights 1 and 3 share 160 mm; a number that is too long for its share takes what it needs."
    even = Table("t", "", ("a", "b"), (("x", "y"),), ("text", "text"), (1, 3))
    assert columns(even, 160)[1] == pytest.approx((40, 120))
    long = Table("t", "", ("a", "b"), (("123.456.789", "y"),), ("number", "text"), (1, 30))
    least = text_mm("123.456.789", 11) + 2 * decree.PADDING_MM
    assert columns(long, 160)[1] == pytest.approx((least, 160 - least))


def test_letters_shrink_where_many_columns_would_not_fit():
    "4.25 em of digits and points and 2.8 mm of padding each: 154, 142 and 130 mm at 11, 10 and 9 points."
    many = Table("t", "", ("1.000.000",) * 8, (("1",) * 8,), ("number",) * 8, (1,) * 8)
    assert columns(many, 155)[0] == 11
    assert columns(many, 154)[0] == 10
    assert columns(many, 142)[0] == 9
    assert sum(columns(many, 100)[1]) == pytest.approx(100)


def test_a_word_that_is_as_wide_as_its_column_is_not_broken():
    "Whatever the last digit of its width."
    for text in ("chưa\u00a0rõ", "1.234.567", "98,9\u00a0%", "Ngoẵng"):
        table = Table("t", "", ("a", "b"), ((text, "y"),), ("text", "text"), (1, 99))
        size_pt, (width_mm, _) = columns(table, 160)
        assert breakable(text, width_mm - 2 * decree.PADDING_MM, size_pt) == text


def test_breaking_loses_no_letter():
    assert breakable(f"a {LONG} b", 50, 14).replace(BREAK, "") == f"a {LONG} b"
