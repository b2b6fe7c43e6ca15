"""Every letter of the encodings of before Unicode."""

from __future__ import annotations

import unicodedata

from phusong.intake.legacy_vietnamese import from_tcvn3, from_vni

# TCVN 5712:1993, table 3 (VN3), as its bytes read in Windows-1252
TCVN3 = {
    "à": "µ", "á": "¸", "ả": "¶", "ã": "·", "ạ": "¹", "ă": "¨", "ằ": "»", "ắ": "¾", "ẳ": "¼", "ẵ": "½", "ặ": "Æ",
    "â": "©", "ầ": "Ç", "ấ": "Ê", "ẩ": "È", "ẫ": "É", "ậ": "Ë", "đ": "®", "è": "Ì", "é": "Ð", "ẻ": "Î", "ẽ": "Ï",
    "ẹ": "Ñ", "ê": "ª", "ề": "Ò", "ế": "Õ", "ể": "Ó", "ễ": "Ô", "ệ": "Ö", "ì": "×", "í": "Ý", "ỉ": "Ø", "ĩ": "Ü",
    "ị": "Þ", "ò": "ß", "ó": "ã", "ỏ": "á", "õ": "â", "ọ": "ä", "ô": "«", "ồ": "å", "ố": "è", "ổ": "æ", "ỗ": "ç",
    "ộ": "é", "ơ": "¬", "ờ": "ê", "ớ": "í", "ở": "ë", "ỡ": "ì", "ợ": "î", "ù": "ï", "ú": "ó", "ủ": "ñ", "ũ": "ò",
    "ụ": "ô", "ư": "\u00ad", "ừ": "õ", "ứ": "ø", "ử": "ö", "ữ": "÷", "ự": "ù", "ỳ": "ú", "ý": "ý", "ỷ": "û", "ỹ": "ü",
    "ỵ": "þ", "Ă": "¡", "Â": "¢", "Đ": "§", "Ê": "£", "Ô": "¤", "Ơ": "¥", "Ư": "¦",
}  # fmt: skip
# VNI-Windows: the letter, then its mark
VNI = {
    "à": "aø", "á": "aù", "ả": "aû", "ã": "aõ", "ạ": "aï", "ă": "aê", "ằ": "aè", "ắ": "aé", "ẳ": "aú", "ẵ": "aü",
    "ặ": "aë", "â": "aâ", "ầ": "aà", "ấ": "aá", "ẩ": "aå", "ẫ": "aã", "ậ": "aä", "đ": "ñ", "è": "eø", "é": "eù",
    "ẻ": "eû", "ẽ": "eõ", "ẹ": "eï", "ê": "eâ", "ề": "eà", "ế": "eá", "ể": "eå", "ễ": "eã", "ệ": "eä", "ì": "ì",
    "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ò": "oø", "ó": "où", "ỏ": "oû", "õ": "oõ", "ọ": "oï", "ô": "oâ",
    "ồ": "oà", "ố": "oá", "ổ": "oå", "ỗ": "oã", "ộ": "oä", "ơ": "ô", "ờ": "ôø", "ớ": "ôù", "ở": "ôû", "ỡ": "ôõ",
    "ợ": "ôï", "ù": "uø", "ú": "uù", "ủ": "uû", "ũ": "uõ", "ụ": "uï", "ư": "ö", "ừ": "öø", "ứ": "öù", "ử": "öû",
    "ữ": "öõ", "ự": "öï", "ỳ": "yø", "ý": "yù", "ỷ": "yû", "ỹ": "yõ", "ỵ": "î",
}  # fmt: skip


def test_every_letter_of_tcvn3():
    assert {letter: from_tcvn3(code) for letter, code in TCVN3.items()} == {letter: letter for letter in TCVN3}


def test_every_letter_of_vni_small_and_large():
    assert {letter: from_vni(code) for letter, code in VNI.items()} == {letter: letter for letter in VNI}
    large = {letter.upper(): code.upper() for letter, code in VNI.items()}
    assert {letter: from_vni(code) for letter, code in large.items()} == {letter: letter for letter in large}


def test_a_large_letter_with_a_small_mark():
    assert from_vni("AÂn Thi, OÅ Loan, Ñaø Naüng, Yù Yeân") == "Ân Thi, Ổ Loan, Đà Nẵng, Ý Yên"


def test_what_comes_out_is_composed_and_ascii_stays():
    text = from_vni("VTL-1 Thaønh phoá Hueá") + from_tcvn3("VTL-1 Thµnh phè HuÕ")
    assert text == "VTL-1 Thành phố HuếVTL-1 Thành phố Huế"
    assert unicodedata.is_normalized("NFC", text)
