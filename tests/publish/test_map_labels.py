"""Words: complete in both languages, and Vietnamese ways of writing quarters, days and shares."""

from __future__ import annotations

import datetime as dt
import re
import string
import unicodedata

import pandas as pd
import pytest

from phusong.config import LAYER_NAMES, shipped
from phusong.publish.labels import date_vi, interval_text, number_text, period_vi, read_labels


def test_labels_are_composed_and_complete_in_both_languages():
    vietnamese, english = read_labels("vi"), read_labels("en")
    assert vietnamese.keys() == english.keys()
    for key in vietnamese:
        assert vietnamese[key], key
        assert not any(map(unicodedata.combining, unicodedata.normalize("NFD", english[key]))), key
        names = [
            sorted(name for _, name, _, _ in string.Formatter().parse(text[key]) if name)
            for text in (vietnamese, english)
        ]
        assert set(names[0]) == set(names[1]), key
    text = shipped("maps", "labels.toml").read_text("utf-8")
    assert text == unicodedata.normalize("NFC", text)


def test_every_layer_has_a_name():
    assert {f"layer.{name}" for name in LAYER_NAMES} <= read_labels().keys()


@pytest.mark.parametrize(
    ("period", "text"), [("2026Q1", "Quý I/2026"), ("2026Q4", "Quý IV/2026"), ("2026", "2026"), ("2026Q5", "2026Q5")]
)
def test_quarters_are_roman(period, text):
    assert period_vi(period, read_labels()) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [(dt.date(2026, 9, 30), "30/09/2026"), ("2026-09-30T00:00:00", "30/09/2026"), (pd.NaT, ""), (None, ""), ("?", "?")],
)
def test_days(day, text):
    assert date_vi(day) == text


def test_numbers():
    assert number_text(763.5, "?", 1) == "763,5"
    assert number_text(1800.0, "?", 1) == "1.800"
    assert number_text(100.0, "?") == "100"
    assert number_text(pd.NA, "?") == "?"


def test_interval_shows_only_when_its_ends_differ_in_print():
    assert interval_text(0.98999, 0.9, 1.0, "?") == "98,9 % (90,0 % – 100,0 %)"
    assert interval_text(0.5, 0.5, 0.5, "?") == "50,0 %"
    assert interval_text(float("nan"), 0.0, 1.0, "không có dữ liệu") == "không có dữ liệu"


def test_no_label_holds_markup():
    assert [key for key, text in read_labels().items() if re.search(r"[<>&]", text)] == []
