"""The three sentences of a map page, for units and for all of them together."""

from __future__ import annotations

import pandas as pd
import pytest

from phusong.publish.atlas.look import Both
from phusong.publish.atlas.sentences import of_all, sentences, summed
from phusong.publish.atlas.wording import figure_words

WORDS = figure_words()
BEFORE = Both("Quý II/2026", "Quarter II/2026")
VILLAGES = {
    "villages": 4,
    "villages_without_signal": 1,
    "villages_without_power": 2,
    "villages_without_both": 1,
    "villages_signal_unknown": 0,
    "villages_power_unknown": 0,
}


def unit(**counts):
    return pd.DataFrame([{"people": 10_000, "nr_people": 9_899, "nr_unknown_people": 0, **VILLAGES, **counts}])


def said(now, before=None, place=0):
    return sentences(now, before, BEFORE if before is not None else None, WORDS)[place].text(0)


NOT_KNOWN = "còn 2.000 người chưa rõ"
LACKING = "Trong 4 thôn, bản, 1 nơi chưa có sóng và 2 nơi chưa có điện lưới; 1 nơi thiếu cả hai."


@pytest.mark.parametrize(
    ("people", "covered", "unknown", "vi"),
    [
        (10_000, 9_899, 0, "101 người chưa có sóng 5G; 98,9 % dân số đã có."),
        (10_000, 9_999, 0, "1 người chưa có sóng 5G; 99,9 % dân số đã có."),
        (10_000, 10_000, 0, "Tất cả 10.000 người đều có sóng 5G."),
        (10_000, 8_000, 2_000, f"Trong số người đã rõ, ai cũng có sóng 5G; {NOT_KNOWN} có sóng hay không."),
        (10_000, 6_000, 2_000, f"2.000 người chưa có sóng 5G; 75,0 % số người đã rõ có sóng, {NOT_KNOWN}."),
        (10_000, 0, 10_000, "Chưa có số liệu về sóng 5G."),
        (10_000, None, 0, "Chưa có số liệu về sóng 5G."),
        (0, 0, 0, "Theo số liệu dân số, không có người ở đây."),
    ],
)
def test_people_without_5g(people, covered, unknown, vi):
    assert said(unit(people=people, nr_people=covered, nr_unknown_people=unknown)).vi == vi


def test_english_numbers():
    assert said(unit(nr_people=8_899)).en == "1,101 people have no 5G; 88.9 % of people do."


@pytest.mark.parametrize(
    ("counts", "vi"),
    [
        ({}, LACKING),
        ({"villages_power_unknown": 1}, f"{LACKING} Còn 0 nơi chưa rõ sóng, 1 nơi chưa rõ điện."),
        (dict.fromkeys(VILLAGES, 0) | {"villages": 4}, "Cả 4 thôn, bản đều có sóng và điện lưới."),
        (dict.fromkeys(VILLAGES, 0), "Chưa có số liệu thôn, bản."),
        (dict.fromkeys(VILLAGES), "Chưa có số liệu thôn, bản."),
    ],
)
def test_villages(counts, vi):
    assert said(unit(**counts), place=1).vi == vi


@pytest.mark.parametrize(
    ("earlier", "vi"),
    [
        (9_000, "So với Quý II/2026, thêm 899 người có sóng 5G."),
        (9_900, "So với Quý II/2026, bớt 1 người có sóng 5G."),
        (9_899, "So với Quý II/2026, số người có sóng 5G không đổi."),
        (None, "Không so sánh được với Quý II/2026: thiếu số liệu hoặc địa giới đã đổi."),
    ],
)
def test_change(earlier, vi):
    assert said(unit(), unit(nr_people=earlier), place=2).vi == vi


def test_no_earlier_quarter():
    assert said(unit(), place=2).en == "There is no earlier quarter to compare with."


def test_together_only_what_is_known_twice_is_compared():
    "The second unit was not there before: its 500 people are no gain."
    now = pd.concat([unit(), unit(people=500, nr_people=500)], ignore_index=True)
    before = pd.concat([unit(nr_people=9_890), unit(nr_people=float("nan"))], ignore_index=True)
    told = of_all(now, before, BEFORE, WORDS)
    assert told[0].vi == "101 người chưa có sóng 5G; 99,0 % dân số đã có."
    assert told[1].vi.startswith("Trong 8 thôn, bản, 2 nơi chưa có sóng và 4 nơi")
    assert told[2].vi == "So với Quý II/2026, thêm 9 người có sóng 5G."
    assert of_all(now, None, None, WORDS)[2].vi == "Chưa có số liệu quý trước để so sánh."


def test_a_share_is_cut_and_never_reaches_all():
    value = sentences(unit(people=3_000_000, nr_people=2_999_999), None, None, WORDS)[0].values["share"]
    assert value.of.tolist() == [0.9999]


def test_terminals_are_not_summed():
    assert "terminals" not in summed(unit(terminals=3))
