"""What could be a Vietnamese word and what could not."""

from __future__ import annotations

import unicodedata

import pytest

from phusong.intake.syllables import is_syllable, plausibility

NAMES = """
Nguyễn Quỳnh Đắk Lắk Krông Pắk Huế Huỳnh Khuyến Nghĩa Tuyên Quảng Ngãi Phước Thuở Khuya Giếng Gì Rượu Xuyên
Quốc Nghiêng Ngoằn Ỷ Yên Yếu Ướt Uống Ỉa Ủy Ế Ổ Hoặc Choắt Xoong Quýt Tuýt Huých Khoét Tuần Luật Xuất Huơ Thuế
Quý Giặt Hoà Hòa Thuỷ Thủy Đường Trường Sơn Ngọc Mỹ Đình
"""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_syllables_in_either_form(form):
    assert [word for word in NAMES.split() if not is_syllable(unicodedata.normalize(form, word))] == []


@pytest.mark.parametrize("word", ["Dá»¡ng", "Hµ", "Néi", "tr¹m", "Hoaø", "café", "naïve", "Straße", "", "ßà", "Hànǵ"])
def test_other_words_are_none(word):
    assert not is_syllable(word)


def test_plausibility_counts_the_words_with_marks():
    assert plausibility("VTL-1; 4G; on air") == 0
    assert plausibility("Xã Hoà Bình; 4G") == 3
    assert plausibility("Xã naïve") == 1 - 2
    assert plausibility("X·") == -1
