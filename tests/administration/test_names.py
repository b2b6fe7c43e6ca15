"""The ways in which one name is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.administration.names import STAGES, keys, province_key, same, split_type

STRICTER = {stage: number for number, stage in enumerate(STAGES)}


@pytest.mark.parametrize(
    ("name", "kind", "bare"),
    [
        ("Xã Hoà Bình", "xã", "Hoà Bình"),
        ("xã  Bắc Sơn", "xã", "Bắc Sơn"),
        ("P. Bến Nghé", "phường", "Bến Nghé"),
        ("P.Bến Nghé", "phường", "Bến Nghé"),
        ("TT. Sa Pa", "thị trấn", "Sa Pa"),
        ("TT Sa Pa", "thị trấn", "Sa Pa"),
        ("Thị Trấn Mường Chà", "thị trấn", "Mường Chà"),
        ("ĐẶC KHU Phú Quốc", "đặc khu", "Phú Quốc"),
        ("Phường 1", "phường", "1"),
        ("Phường Phường Đúc", "phường", "Phường Đúc"),
        ("Xín Mần", "", "Xín Mần"),
        ("Xã", "", "Xã"),
        ("", "", ""),
    ],
)
def test_type_and_bare_name(name, kind, bare):
    assert split_type(name) == (kind, bare)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Thành phố Hồ Chí Minh", "hochiminh"),
        ("TP.Hồ Chí Minh", "hochiminh"),
        ("HồChíMinh", "hochiminh"),
        ("Thủ đô Hà Nội", "hanoi"),
        ("tỉnh Đắk Lắk", "daklak"),
        ("Tỉnh Ninh BÌnh", "ninhbinh"),
        ("Bà Rịa - Vũng Tàu", "bariavungtau"),
        ("Thừa Thiên Huế", "hue"),
        ("ThừaThiênHuế", "hue"),
        ("Thành phố Huế", "hue"),
    ],
)
def test_province_whatever_its_spelling(name, key):
    assert province_key(name) == key


@pytest.mark.parametrize(
    ("a", "b", "stage"),
    [
        ("Hoà  Xá", "hoà xá", "case_and_blanks"),
        ("Hoà Xá", "Hòa Xá", "tone_placement"),
        ("Thuỷ Vân", "Thủy Vân", "tone_placement"),
        ("Khánh Hoà", "Khánh Hòa", "tone_placement"),
        ("Lục Sĩ Thành", "Lục Sỹ Thành", "y_or_i"),
        ("Ea H'Leo", "Ea HʼLeo", "apostrophes"),
        ("Ea H'Leo", "EaHleo", "apostrophes"),
        ("Chư A-Thai", "Chư A Thai", "apostrophes"),
        ("Đắk Mil", "Dak Mil", "without_marks"),
    ],
)
def test_names_are_alike_from_their_stage_on(a, b, stage):
    equal = [one == other for one, other in zip(keys(a), keys(b), strict=True)]
    assert equal.index(True) == STRICTER[stage]
    assert all(equal[STRICTER[stage] :])


def test_decomposed_is_composed():
    assert keys(unicodedata.normalize("NFD", "Hoà Xá"))[1] == keys("Hoà Xá")[1]


@pytest.mark.parametrize(
    ("a", "b"), [("Xã Tân Thành", "Phường Tân Thành"), ("Xã Hòa Xá", "Xã Hoa Xá"), ("Xã Đa", "Xã Da")]
)
def test_names_that_are_not_the_same(a, b):
    assert not same(a, b)
    assert not same(b, a)


SYLLABLES = st.sampled_from(["Hoà", "Hòa", "Thuỷ", "Quý", "Quí", "Đắk", "Ea", "H'Leo", "Tân", "1"])


@given(st.lists(SYLLABLES, min_size=1, max_size=4), st.lists(SYLLABLES, min_size=1, max_size=4))
def test_what_is_alike_stays_alike_at_looser_stages(a, b):
    equal = [one == other for one, other in zip(keys(" ".join(a)), keys(" ".join(b)), strict=True)]
    assert equal == sorted(equal)
