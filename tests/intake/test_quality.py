"""Scores on the six axes, and the page that shows them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from phusong.intake.batch import LINES, Batch
from phusong.intake.quality import filer, scores, summary
from phusong.intake.quality_page import page
from phusong.intake.reasons import AXES, reasons

AS_OF = dt.date(2026, 9, 30)


def batch(**told) -> Batch:
    """Ten rows of Viettel, two set aside."""
    empty = pd.DataFrame(columns=list(LINES))
    usual = {"columns_known": 3, "columns_filed": 4, "placed": 8, "plain_positions": 6, "newest": "2026-09-01"}
    counts = {
        "cells_due": 40,
        "cells_filled": 38,
        "operators": frozenset({"Viettel"}),
        "told": frozenset({"filer", "day"}),
    }
    faulty = {"correct": 1, "clean": 2, "live": 1, "consistent": 3}
    reason = {"missing_coordinates": 1, "axes_swapped": 2, "co_sited": 4}
    return Batch("viettel.csv", 10, 2, empty, empty, empty, reason, faulty, **{**usual, **counts, **told})


def shares(*batches: Batch, vanished: int = 0) -> dict[str, float | None]:
    return {score.axis: score.share for score in scores(batches, AS_OF, vanished)}


def test_each_axis_is_its_formula():
    assert shares(batch()) == {
        "correct": 9 / 10,
        "complete": 38 / 40,
        "clean": 8 / 10,
        "live": 9 / 10,
        "consistent": 7 / 10,
        "shared": pytest.approx((3 / 4 + 6 / 8 + 2 / 4) / 3),
    }


def test_parts_of_a_file_add_up_and_columns_count_once():
    both = shares(batch(), batch())
    assert both["correct"] == 18 / 20
    assert both["shared"] == pytest.approx((3 / 4 + 12 / 16 + 2 / 4) / 3)


@pytest.mark.parametrize(
    ("newest", "fresh"),
    [("2026-06-30", 1.0), ("2026-06-29", 1 - 1 / 365), ("2025-06-30", 0.0), ("2020-01-01", 0.0), ("", 1.0)],
)
def test_freshness_falls_from_a_quarter_to_a_year_and_a_quarter(newest, fresh):
    assert shares(batch(newest=newest))["live"] == pytest.approx(0.9 * fresh)


def test_what_vanished_counts_against_life():
    assert shares(batch(), vanished=5)["live"] == 9 / 15


def test_nothing_filed_has_no_share():
    assert shares(batch(cells_due=0, cells_filled=0))["complete"] is None


def test_filers_are_compared_by_operator_else_by_file():
    assert filer({"operators": ["VNPT", "Viettel"], "file": "a.csv"}) == "VNPT, Viettel"
    assert filer({"operators": [], "file": "a.csv"}) == "a.csv"


def quality(earlier=None, **asked):
    told = {"layer": "sites", "as_of": "2026-09-30", **asked}
    return summary([batch()], {"b.xlsx": "it is <damaged>"}, told, AS_OF, {"viettel.csv": ["<V-1>"]}, earlier)


def test_history_grows_by_a_period():
    first = quality()
    second = quality({**first, "as_of": "2026-06-30"})
    third = quality({**second, "as_of": "2026-08-31"})
    assert [past["as_of"] for past in third["history"]] == ["2026-06-30", "2026-08-31"]
    assert third["history"][0]["scores"]["Viettel"] == first["files"][0]["scores"]


def test_page_tells_everything_and_escapes_it():
    html = page(quality(), {"viettel.csv": {"missing_coordinates": [("dòng 4, <x>", "thiếu toạ độ")]}})
    assert "<x>" not in html
    assert "<V-1>" not in html
    assert "<damaged>" not in html
    for text in (
        "trạm phát sóng",
        "8 nhận + 2 chưa nhận",
        "90,0 %",
        "38 / 40",
        "&lt;x&gt;",
        "to_filer.xlsx",
        "&lt;V-1&gt;",
    ):
        assert text in html, text
    assert html.index("thiếu toạ độ") < html.index("đã đổi lại") < html.index("cùng vị trí với")
    assert "http" not in html.replace('http-equiv="', "")
    assert "<script" not in html


def test_page_shows_the_change_since_the_period_before():
    earlier = quality()
    earlier["files"][0]["scores"]["correct"]["numerator"] = 10
    html = page(quality({**earlier, "as_of": "2026-06-30"}), {})
    assert "−10,0 % so với 2026-06-30" in html
    assert "Qua các kỳ" in html
    assert "Qua các kỳ" not in page(quality(), {})


def test_every_reason_has_a_kind_an_axis_and_sentences_that_can_be_shown():
    assert {reason.kind for reason in reasons().values()} == {"repair", "flag", "quarantine"}
    assert {reason.axis for reason in reasons().values()} <= set(AXES)
    file = {**quality()["files"][0], "reasons": dict.fromkeys(reasons(), 1)}
    html = page({**quality(), "files": [file]}, {})
    assert "{" not in html[html.index("</style>") :]
