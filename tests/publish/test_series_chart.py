"""The chart of a series: whole, legible, the same every time, and true to the frames of the edition."""

from __future__ import annotations

import dataclasses
import datetime as dt
import struct
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from drawn_texts import whole_texts
from matplotlib.dates import date2num
from matplotlib.text import Text

from phusong.ledger.edition import Edition
from phusong.ledger.forecast import Drift, Forecast
from phusong.publish.series_chart import WIDTH_IN, SeriesChart, charts, draw, write_charts

COVERED = "people_covered_limited_share"
KEY = {"definition_id": COVERED, "technology": "NR", "environment": "outdoor"}
END, LATER = dt.date(2026, 12, 31), dt.date(2030, 12, 31)
UNITS = [("any", "study", ""), ("Mạng <b>$X$</b>", "study", ""), ("any", "province", "02"), ("B", "province", "02")]


def frames(points: int) -> dict[str, pd.DataFrame]:
    "Series of so many quarters; from eight on with a forecast."
    days = pd.date_range(end="2026-09-30", periods=points, freq="QE").date
    known = pd.DataFrame({"day": days, "value": np.linspace(0.6, 0.93, points)})
    known = known.assign(low=known.value - 0.02, high=known.value + 0.03, version="1", period="2026Q3", state="closed")
    drift = Drift("logit", pd.Timestamp("2026-09-30"), 2.5, 0.002, 1e-7, 1e-4, 6.0) if points >= 8 else None
    coming = Forecast(pd.DataFrame(), drift, "" if drift else "few_points").at([END, dt.date(2027, 3, 31)])
    coming = coming.assign(day=coming.day.dt.date, points=points, last_day=days[-1], version="1")
    goals = pd.DataFrame({"goal": ["5G phủ 99 % dân số", "people_covered"], "value": 0.99, "by": [LATER, END]})
    chance = goals.assign(
        method="forecast", probability_low=[np.nan, 0.0499], probability_high=[np.nan, 0.0499], reason=""
    )
    figures = pd.DataFrame(
        {
            "id": ["a", "b"],
            "day": [dt.date(2026, 5, 31), dt.date(2026, 7, 31)],
            "has_as_of": [True, False],
            "value": [0.7, 0.9],
            "low": [0.69, 0.89],
            "high": [0.71, np.nan],
        }
    )
    parts = {"series": known, "forecasts": coming, "chances": chance, "marks": figures}
    whose = [{**KEY, "operator": name, "unit_level": level, "unit_code": code} for name, level, code in UNITS]
    return {name: pd.concat([part.assign(**own) for own in whose], ignore_index=True) for name, part in parts.items()}


@pytest.fixture
def forecast_edition(edition: Edition) -> Edition:
    return dataclasses.replace(edition, outlook=frames(10))


@pytest.fixture
def young_edition(edition: Edition) -> Edition:
    "Four quarters: no forecast, and no figures of others."
    own = frames(4)
    return dataclasses.replace(edition, outlook={**own, "marks": own["marks"].head(0)})


def chart(edition: Edition, place: int = 0) -> SeriesChart:
    return list(charts(edition))[place]


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_a_chart_of_each_series_of_the_study_and_of_all_operators_in_each_province(forecast_edition):
    assert [one.name for one in charts(forecast_edition)] == [
        f"{COVERED}-nr-mang_b_x_b-study",
        f"{COVERED}-nr-any-02",
        f"{COVERED}-nr-any-study",
    ]


def test_an_edition_without_an_outlook_has_none(edition):
    with pytest.raises(ValueError, match="the edition was made without an outlook"):
        list(charts(edition))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", ["forecast_edition", "young_edition"])
def test_no_text_is_cut_or_covered_by_other_text(request, name, place):
    figure = draw(chart(request.getfixturevalue(name), place))
    boxes = whole_texts(figure)
    assert len(boxes) > 12
    for k, (said, box) in enumerate(boxes):
        for other, beside in boxes[:k]:
            assert not box.shrunk(0.9, 0.8).overlaps(beside.shrunk(0.9, 0.8)), (said, other)


def test_letters_can_be_read_on_a_phone(forecast_edition):
    sizes = [text.get_fontsize() * 412 / (72 * WIDTH_IN) for text in draw(chart(forecast_edition)).findobj(Text)]
    assert min(sizes) >= 8


def test_both_languages_and_what_is_made_up(forecast_edition):
    said = " ".join(texts(draw(chart(forecast_edition, 2))))
    for word in (
        "Tỷ lệ dân số có sóng ngoài trời",
        "Share of people with outdoor signal",
        "Mọi nhà mạng gộp lại",
        "all operators together",
        "DỮ LIỆU GIẢ LẬP / SYNTHETIC DATA: sites, villages",
        "Khoảng dự báo 80 % / 80 % forecast interval",
        "khả năng đạt 4,9 % / probability 4,9 %",
        forecast_edition.digest[:12],
    ):
        assert word in said, word
    assert "$X$" in " ".join(texts(draw(chart(forecast_edition, 0)))), "a name is no formula"


def test_points_fan_targets_and_figures_of_others_stand_where_they_are(forecast_edition):
    own = chart(forecast_edition)
    axes = draw(own).axes[0]
    drawn = {line.get_label(): line for line in axes.lines}
    points = drawn["Số liệu theo quý / quarterly figures"]
    np.testing.assert_allclose(points.get_ydata(), own.points.value)
    median = drawn["Dự báo (trung vị) / forecast (median)"]
    np.testing.assert_allclose(median.get_ydata()[1:], own.forecast["median"].astype(float))
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [[*map(str, line.get_xdata())] for line in diamonds] == [["2026-12-31"]], "the other day lies beyond"
    assert "99,0 % – 31/12/2026; 31/12/2030 →" in texts(draw(own))
    assert {"s", "^"} <= {line.get_marker() for line in axes.lines}
    low, high = axes.get_ylim()
    widest = own.forecast[["low_95", "high_95"]].astype(float)
    assert low < min(0.58, widest.low_95.min())
    assert widest.high_95.max() < high
    left, right = axes.get_xlim()
    assert left < date2num(own.points.day.iloc[0])
    assert date2num(dt.date(2027, 3, 31)) < right < date2num(LATER), "a far target does not crush the rest"


def test_fewer_than_eight_points_have_no_fan_and_say_why(young_edition):
    figure = draw(chart(young_edition))
    said = " ".join(texts(figure))
    assert "Không dự báo: Chưa đủ 8 điểm / no forecast: fewer than 8 points can be used: run-rates only" in said
    assert "Dự báo (trung vị)" not in said


def test_one_point_is_drawn(edition):
    own = frames(1)
    alone = dataclasses.replace(
        edition, outlook={**own, "marks": own["marks"].head(0), "chances": own["chances"].head(0)}
    )
    axes = draw(chart(alone)).axes[0]
    assert axes.get_xlim()[0] < axes.get_xlim()[1]
    assert len(axes.get_xticks()) == 1


def test_the_same_edition_gives_the_same_bytes(forecast_edition, tmp_path):
    outlook = {name: table[table.unit_level == "province"] for name, table in forecast_edition.outlook.items()}
    own = dataclasses.replace(forecast_edition, outlook=outlook)
    first = write_charts(own, tmp_path / "a")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        again = write_charts(own, tmp_path / "b")
    assert [path.name for path in first] == [f"{COVERED}-nr-any-02.svg", f"{COVERED}-nr-any-02.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(path.name for path in first)
    svg, png = (path.read_bytes() for path in first)
    assert struct.unpack(">I", png[16:20]) == (1280,)
    assert b"<dc:date>" not in svg
    assert "Tỉnh <b>An</b>" in "".join(ET.fromstring(svg).itertext()), "the title, as text and not as markup"
