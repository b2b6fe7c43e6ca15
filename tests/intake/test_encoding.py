"""Encodings told from bytes, fonts from letters, and text mended that was decoded wrongly before."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake.encoding import detect, font, mend
from phusong.sample.filings.files import windows_1258

TEXT = "Mã trạm;Xã Hoà Bình;Tỉnh Đắk Lắk;Đang phát sóng"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "UTF-8"),
        (b"id;tech", "UTF-8"),
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (windows_1258(TEXT), "Windows-1258"),
        (b"X\xb7 Ho\xb5 B\xd7nh", "TCVN3 (ABC)"),
        (b"Xa\xf5 Ho\xe0 Chi\xed Minh, \xd1a\xe9k La\xe9k", "VNI-Windows"),
        (b"\xe9", "Windows-1258"),
        (windows_1258("Mã"), "Windows-1258"),
    ],
)
def test_encoding(data, name):
    assert detect(data).name == name


def test_utf_8_with_some_damaged_bytes_is_utf_8_still():
    data = TEXT.encode().replace("Đ".encode(), b"\xff", 1)
    assert detect(data).name == "UTF-8"
    assert detect(data).decode(data) == TEXT.replace("Đ", "\ufffd", 1)


def test_a_letter_cut_at_the_end_of_a_long_beginning_is_no_fault():
    data = (TEXT * 20_000).encode()
    cut = data[: data.rindex("ó".encode()) + 1]
    assert detect(cut).name == "UTF-8"


def test_windows_1258_comes_out_composed():
    data = windows_1258(TEXT)
    assert detect(data).decode(data) == TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kon Dá»¡ng", "Kon Dỡng"),
        ("XÃ£ HoÃ\u00a0 BÃ¬nh", "Xã Hoà Bình"),
        ("Xã Hoà Bình".encode().decode("cp1252").encode().decode("cp1252"), "Xã Hoà Bình"),
        ("Tuyên Quang", "Tuyên Quang"),
        ("Ã", "Ã"),
        ("ÂN ÁI", "ÂN ÁI"),
        ("Xã Kon Dá»¡ng", "Xã Kon Dá»¡ng"),
        ("", ""),
    ],
)
def test_mending_of_what_was_decoded_wrongly(text, expected):
    assert mend(text) == expected


@given(st.lists(st.sampled_from(["Xã", "Hoà", "Bình", "Đắk", "Lắk", "Nguyễn", "Quỳnh", "Ân", "Ái", "Ô"]), min_size=1))
def test_right_text_is_never_mended_and_wrong_text_always(words):
    text = " ".join(words)
    wrong = "".join(
        chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in text.encode()
    )
    assert mend(text) == text
    assert mend(wrong) == text


@given(st.text(max_size=30))
def test_mending_never_fails_and_stands(text):
    once = mend(text)
    assert mend(once) == once


def test_the_font_of_a_table_is_told_by_three_texts():
    old = ["M· tr¹m", "TØnh", "Tr¹ng th¸i"]
    assert font(old).name == "TCVN3 (ABC)"
    assert font(old[:2]) is None
    assert font([*old[:2], *old[:2]]) is None
    assert font(["Maõ traïm", "Tænh", "Traïng thaùi"]).name == "VNI-Windows"


def test_texts_of_unicode_beside_those_of_a_font_stay():
    "Alone, what could be either is of the font: Phó is Phú there. Beside Unicode it is what it says."
    old = ["M· tr¹m", "TØnh", "Tr¹ng th¸i"]
    alone, beside = font(old), font([*old, "Đắk Lắk"])
    assert [alone.decode(text) for text in ("Phó", "VTL-1", "Hµ Néi")] == ["Phú", "VTL-1", "Hà Nội"]
    assert [beside.decode(text) for text in ("Phó", "Đắk Lắk", "Hµ Néi")] == ["Phó", "Đắk Lắk", "Hà Nội"]


@pytest.mark.parametrize(
    "texts",
    [
        ["Mã trạm", "Xã Hoà Bình", "Tỉnh"],
        ["Ø250", "5 µm", "±3°", "³"],
        ["café", "São Paulo", "naïve"],
        ["Dá»¡ng"] * 3,
        [],
    ],
    ids=str,
)
def test_other_texts_are_of_no_font(texts):
    assert font(texts) is None


def test_every_letter_is_composed():
    "The table of Windows-1258 decomposes; what leaves it does not."
    for letter in "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ":
        encoding = detect(windows_1258(TEXT))
        assert encoding.decode(windows_1258(letter)) == unicodedata.normalize("NFC", letter)
