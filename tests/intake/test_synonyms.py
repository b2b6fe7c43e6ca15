"""Names of columns, and the forms under which headers are looked up."""

from __future__ import annotations

import pytest

from phusong.intake.spec import LAYERS, spec
from phusong.intake.synonyms import forms, known, second_choices, synonyms


def test_layers_share_the_names_of_places_and_units():
    for layer in LAYERS:
        assert synonyms(layer)["kinh_do"] == "longitude"
        assert synonyms(layer)["ma_xa"] == "commune_code"


def test_the_names_of_a_layer_go_before_those_that_are_shared():
    assert synonyms("census")["xa"] == "ward"
    assert synonyms("units")["tinh"] == "province_name"
    assert synonyms("sites")["xa"] == "commune_name"


def test_every_column_of_a_layer_is_known_by_its_own_name():
    wrong = {
        (layer, name) for layer in LAYERS for name in spec(layer).fields if synonyms(layer).get(name, name) != name
    }
    assert wrong == set()


def test_second_choices_have_an_order():
    order = second_choices("sites")
    assert order["id"] < order["feature_id"] < order["ten_tram"]
    assert "ma_tram" not in order
    assert order["vi_tri"] == 0


def test_names_beside_those_of_layers_are_known():
    assert {"stt", "ghi_chu", "ma_tram", "so_ho", "kinh_do"} <= known()
    assert "second_choice" not in known()


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("Tần số (MHz)", "tan_so"),
        ("Tần số [MHz]", "tan_so"),
        ("Vị trí / Kinh độ / (độ)", "kinh_do"),
        ("10) Kinh độ", "kinh_do"),
        ("Tọa độ hệ VN2000", "toa_do"),
        ("X_VN2000", "x"),
        ("GPS", "gps"),
        ("KINH  ĐỘ", "kinh_do"),
    ],
)
def test_forms(header, form):
    assert form in forms(header)


@pytest.mark.parametrize("header", ["", "()", " / ", "***", "(MHz)", "1."])
def test_a_header_of_nothing_but_signs_makes_no_harm(header):
    assert "" not in forms(header)
