"""Text: composed form, Vietnamese order, near names, numbers as Vietnamese readers write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.text import cell, nearest, nfc, number_vi, percent_vi, slug, sort_key


def test_both_forms_of_a_name_are_one_name():
    decomposed = unicodedata.normalize("NFD", "Đặc khu Phú Quý")
    assert decomposed != "Đặc khu Phú Quý"
    assert nfc(decomposed) == "Đặc khu Phú Quý"


def test_blanks_of_any_kind_are_single_spaces():
    assert nfc("  Xã\u00a0 An\tPhú \n") == "Xã An Phú"


def test_old_and_new_tone_placement_stay_two_names():
    assert nfc("Hoà") != nfc("Hòa")


@given(st.text())
def test_composing_twice_changes_nothing(text):
    assert nfc(nfc(text)) == nfc(text)


def test_the_alphabet_orders_letters_before_tones():
    ordered = [
        "Bà Rịa",
        "Ba Vì",
        "Bảo Lộc",
        "Bắc Ninh",
        "Cà Mau",
        "Dĩ An",
        "Đà Lạt",
        "Ô Chợ Dừa",
        "Ơn",
        "Uông Bí",
        "Ưng",
    ]
    shuffled = ordered[::-1]
    assert sorted(shuffled, key=sort_key) == ordered


def test_tones_follow_the_dictionary():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_digits_and_blanks_come_before_letters():
    assert sorted(["Phường A", "Phường 12", "Phường"], key=sort_key) == ["Phường", "Phường 12", "Phường A"]


@given(st.text(), st.text())
def test_any_two_texts_can_be_ordered(one, other):
    assert (sort_key(one) <= sort_key(other)) or (sort_key(other) <= sort_key(one))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Đặc khu Vân Đồn", "dac_khu_van_don"),
        ("đường 35 kV", "duong_35_kv"),
        ("  --  ", ""),
        ("Viettel", "viettel"),
        (unicodedata.normalize("NFD", "Thừa Thiên Huế"), "thua_thien_hue"),
    ],
)
def test_slugs_are_ascii(name, expected):
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("commune_code", ["ma_xa", "commune_cod"], "commune_cod"),
        ("latitude", ["lon", "lat"], "lat"),
        ("frequency_mhz", ["id", "freq"], "freq"),
        ("commune_name", ["area", "ward name"], "ward name"),
        ("eirp_dbm", ["gid", "height"], None),
        ("eirp_dbm", [], None),
        ("Mã xã", ["ma_xa", "ten_xa"], "ma_xa"),
    ],
)
def test_the_nearest_name(name, known, expected):
    assert nearest(name, known) == expected


def test_numbers_have_points_between_thousands_and_a_decimal_comma():
    assert number_vi(1234567) == "1.234.567"
    assert number_vi(-0.5, 2) == "-0,50"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "0,0 %"), (0.29, "29,0 %"), (0.98999, "98,9 %"), (1 - 1e-8, "99,9 %"), (1.0, "100,0 %"), (0.57, "57,0 %")],
)
def test_shares_are_cut_and_not_rounded(share, expected):
    assert percent_vi(share) == expected


@given(st.integers(1, 100_000_000))
def test_one_person_short_of_all_is_not_all(people):
    assert percent_vi((people - 1) / people) != "100,0 %"


@pytest.mark.parametrize("value", ["=1+1", "+84", "-5", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_marked(value):
    assert cell(value) == "'" + value


def test_plain_text_stays_as_it_is():
    assert cell("Bản Ó - 2") == "Bản Ó - 2"
    assert cell("") == ""
