"""Why rows are repaired, flagged or set aside: every reason has its sentences."""

from __future__ import annotations

import re
from string import Formatter

import numpy as np
import pytest

from phusong.intake.finding import Finding
from phusong.intake.reasons import AXES, kind, reasons, sentence


@pytest.mark.parametrize("key", reasons())
def test_a_reason_says_the_same_in_both_languages(key):
    reason = reasons()[key]
    assert reason.kind in ("repair", "flag", "quarantine")
    assert reason.axis in AXES
    assert not reason.routine or reason.kind == "repair"
    words = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (reason.vi, reason.en)]
    assert words[0] == words[1]
    assert all(re.fullmatch(r"\w+", word) for word in words[0])


def test_a_sentence_names_the_column_as_people_know_it():
    finding = Finding("out_of_range", np.array([4]), "backup_hours", ("5000",), words={"low": "0", "high": "2000"})
    assert sentence(finding, 0, "vi", "Ắc quy") == "Ắc quy nằm ngoài khoảng 0–2000: 5000"
    assert sentence(finding, 0, "en") == "backup_hours is outside 0 to 2000: 5000"
    assert kind(finding) == "quarantine"


def test_words_from_a_filing_are_only_words():
    finding = Finding("not_a_number", np.array([0]), "eirp_dbm", ("{found} {0} {column.__class__} %s",))
    assert sentence(finding, 0, "en") == "eirp_dbm is not a number: {found} {0} {column.__class__} %s"


def test_words_that_are_not_told_are_left_blank():
    assert sentence(Finding("duplicate", np.array([0])), 0, "en") == "the same as row : "
