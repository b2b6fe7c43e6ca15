"""The chart of one series: its points and interval, targets, forecast, and what others published, in both languages."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from phusong.ledger.definitions import definitions
from phusong.ledger.edition import Edition
from phusong.ledger.forecast import INTERVALS, REASONS
from phusong.ledger.prospects import KEY, UNIT
from phusong.publish.drawing import (
    LARGE_PT,
    PLAIN,
    SMALL_PT,
    TEXT_PT,
    WIDTH_IN,
    height_in,
    lines,
    own_settings,
    write,
)
from phusong.text import number_vi, percent_vi, slug
from phusong.units import ANY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 200
_PLOT_IN, _LEGEND_ROW_IN = 3.9, 0.195
_SERIES, _TARGET, _OTHERS = "#0072b2", "#b23c00", "#1a1a1a"  # Okabe-Ito, and they differ in line and mark too
_FAN = dict(zip(sorted(INTERVALS, reverse=True), ("#dcebf5", "#b4d5ea", "#82b9dc"), strict=True))
_PAPER: dict[str, Any] = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.0}
WORDS = {
    "points": ("Số liệu theo quý", "quarterly figures"),
    "bounds": ("Khoảng (phần chưa rõ)", "bounds (what is unknown)"),
    "median": ("Dự báo (trung vị)", "forecast (median)"),
    "interval": ("Khoảng dự báo {} %", "{} % forecast interval"),
    "target": ("Mục tiêu", "target"),
    "published": ("Số liệu đã công bố, có ngày", "published by others, with its day"),
    "undated": ("Đã công bố, không có ngày", "published without its day"),
    "share": ("Tỷ lệ", "share"),
    "count": ("Số lượng", "count"),
    "none": ("Không dự báo", "no forecast"),
    "any": ("Mọi nhà mạng gộp lại", "all operators together"),
    "study": ("Toàn phạm vi nghiên cứu", "the whole study"),
    "synthetic": ("DỮ LIỆU GIẢ LẬP", "SYNTHETIC DATA"),
    "chance": ("khả năng đạt {}", "probability {}"),
}
"""Vietnamese and English."""


@dataclass(frozen=True)
class SeriesChart:
    """
    One series as it is drawn.

    Parameters
    ----------
    name
        Of its files, without ending.
    titles
        Vietnamese and English.
    is_share
        Values are shares 0..1, shown in per cent; else counts.
    points, forecast, targets, marks
        Rows of the series out of `outlook.series`, `forecasts`, `chances` and `marks`; days as dates.
    notes
        Lines below the picture.
    """

    name: str
    titles: tuple[str, str]
    is_share: bool
    points: pd.DataFrame
    forecast: pd.DataFrame
    targets: pd.DataFrame
    marks: pd.DataFrame
    notes: tuple[str, ...]


def charts(edition: Edition) -> Iterator[SeriesChart]:
    """
    A chart of each series of the study, and of all operators together in each province.

    Raises
    ------
    ValueError
        When the edition has no outlook.
    """
    if "series" not in edition.outlook:
        raise ValueError("the edition was made without an outlook")
    for key, points in edition.outlook["series"].groupby([*KEY, *UNIT], sort=True):
        told = dict(zip([*KEY, *UNIT], map(str, key), strict=True))
        if told["unit_level"] == "study" or told["operator"] == ANY:
            yield _chart(edition, told, points)


def write_charts(edition: Edition, folder: Path) -> list[Path]:
    """Write every chart as .svg and .png, the same bytes for the same edition; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for chart in charts(edition) for path in _write(folder, chart)]


def draw(chart: SeriesChart, plot_in: float = _PLOT_IN, *, titled: bool = True) -> Figure:
    """
    The picture, one column wide so that it can be read on a phone.

    Parameters
    ----------
    plot_in
        Height of axes and their labels.
    titled
        Else something beside the picture says what it shows.
    """
    from matplotlib.figure import Figure

    vi, en = chart.titles
    head = lines([(vi, LARGE_PT, PLAIN), (en, TEXT_PT, PLAIN)]) if titled else []
    foot = lines([(note, SMALL_PT, PLAIN) for note in chart.notes])
    keys = _legend_rows(chart)
    head_in, foot_in, legend_in = height_in(head), height_in(foot), keys * _LEGEND_ROW_IN + 0.15
    with own_settings():
        whole_in = head_in + plot_in + legend_in + foot_in
        figure = Figure(figsize=(WIDTH_IN, whole_in))
        write(figure, head, whole_in - 0.08)
        write(figure, foot, foot_in - 0.08)
        below_in = foot_in + legend_in + 0.45
        axes = figure.add_axes((0.155, below_in / whole_in, 0.815, (plot_in - 0.55) / whole_in))
        _draw(axes, chart)
        handles, labels = axes.get_legend_handles_labels()
        place = (0.02, (foot_in + legend_in) / whole_in)
        figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=place, frameon=False, fontsize=SMALL_PT, borderpad=0
        )
    return figure


def _chart(edition: Edition, told: dict[str, str], points: pd.DataFrame) -> SeriesChart:
    def own(name: str) -> pd.DataFrame:
        table = edition.outlook[name]
        same = np.logical_and.reduce([table[column] == value for column, value in told.items()])
        return table[same].reset_index(drop=True)

    forecast, targets, named = own("forecasts"), own("chances"), definitions()[told["definition_id"]]
    who = WORDS["any"] if told["operator"] == ANY else (told["operator"],) * 2
    scope = [(told["technology"],) * 2, who, _unit(edition, told)]
    vi, en = (" – ".join(part[place] for part in scope if part[place]) for place in (0, 1))
    parts = (told["definition_id"], told["technology"], told["operator"], told["unit_code"] or "study")
    return SeriesChart(
        name="-".join(slug(part) for part in parts if part),
        titles=(f"{named.name_vi}: {vi}", f"{named.name}: {en}"),
        is_share=told["definition_id"].endswith("_share"),
        points=points.sort_values("day"),
        forecast=forecast[forecast.reason == ""],
        targets=targets,
        marks=own("marks"),
        notes=tuple(_notes(edition, told, points, forecast, targets)),
    )


def _unit(edition: Edition, told: dict[str, str]) -> tuple[str, str]:
    if told["unit_level"] == "study":
        return WORDS["study"]
    communes = edition.communes
    return (str(communes.province_name[communes.province_code == told["unit_code"]].iloc[0]),) * 2


def _notes(
    edition: Edition, told: dict[str, str], points: pd.DataFrame, forecast: pd.DataFrame, targets: pd.DataFrame
) -> Iterator[str]:
    share = told["definition_id"].endswith("_share")
    if edition.synthetic:
        yield f"{' / '.join(WORDS['synthetic'])}: {', '.join(edition.synthetic)}"
    rows: Iterable[Any] = targets.itertuples()
    for row in rows:
        chance = ""
        if not math.isnan(row.probability_low):
            vi, en = (word.format(percent_vi(row.probability_low)) for word in WORDS["chance"])
            chance = f"; {vi} / {en}"
        goal = f"{' / '.join(WORDS['target'])}: " + ("" if row.goal == "people_covered" else f"{row.goal}, ")
        yield f"{goal}{_figure(row.value, share=share)} – {_day(row.by)}{chance}"
    for reason in sorted(set(forecast.reason) - {""}):
        vi, en = REASONS[reason]
        yield f"{WORDS['none'][0]}: {vi} / {WORDS['none'][1]}: {en}"
    version, last = points.version.iloc[-1], _day(max(points.day))
    yield f"{told['definition_id']}, phiên bản / version {version}; đến / to {last}; {edition.digest[:12]}"


def _draw(axes: Axes, chart: SeriesChart) -> None:
    first, last = _span(chart)
    _draw_fan(axes, chart)
    _draw_targets(axes, chart, last)
    _draw_points(axes, chart)
    _draw_marks(axes, chart)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e0e0e0", linewidth=0.6)
    axes.set_axisbelow(True)
    margin = dt.timedelta(days=max((last - first).days // 20, 10))
    low, high = _range(chart)
    axes.set(xlim=(first - margin, last + margin), ylim=(low, high))
    word = WORDS["share" if chart.is_share else "count"]
    axes.set_ylabel(f"{word[0]} / {word[1]}" + (", %" if chart.is_share else ""))
    _write_ticks(axes, chart, first, last)


def _draw_fan(axes: Axes, chart: SeriesChart) -> None:
    """The forecast from the last point on, the widest interval below the others."""
    if chart.forecast.empty:
        return
    start = chart.points.iloc[-1]
    days = [start.day, *chart.forecast.day]
    for percent, colour in _FAN.items():
        low, high = ([start.value, *chart.forecast[f"{end}_{percent}"].astype(float)] for end in ("low", "high"))
        axes.fill_between(days, low, high, color=colour, linewidth=0, label=_both("interval", str(percent)))
    middle = [start.value, *chart.forecast["median"].astype(float)]
    axes.plot(days, middle, color=_SERIES, linestyle="--", linewidth=1.4, label=_both("median"))


def _draw_targets(axes: Axes, chart: SeriesChart, last: dt.date) -> None:
    """A line at each value asked, and a mark on its day; a day that lies beyond the picture has an arrow."""
    low, high = _range(chart)
    asked: dict[float, set[dt.date]] = {}
    for value, by in zip(chart.targets.value, chart.targets.by, strict=True):
        asked.setdefault(float(value), set()).add(by)
    for place, (value, days) in enumerate(sorted(asked.items())):
        label = "" if place else _both("target")
        axes.axhline(value, color=_TARGET, linestyle=(0, (6, 3)), linewidth=1.2, label=label)
        inside: Any = [by for by in days if by <= last]
        axes.plot(inside, [value] * len(inside), color=_TARGET, marker="D", markersize=7, linestyle="none")
        told = "; ".join(_day(by) + ("" if by <= last else " →") for by in sorted(days))
        below = value > (low + high) / 2  # where there is room
        style: dict[str, Any] = {"textcoords": "offset points", "va": "top" if below else "bottom", "bbox": _PAPER}
        style |= {"xycoords": axes.get_yaxis_transform(), "color": _TARGET, "fontsize": SMALL_PT}
        said = f"{_figure(value, share=chart.is_share)} – {told}"
        axes.annotate(said, (0.01, value), (0, -4 if below else 4), **style)


def _draw_points(axes: Axes, chart: SeriesChart) -> None:
    points = chart.points
    bounds = points[["low", "high"]].astype(float)
    if (bounds.high > bounds.low).any():
        axes.fill_between(
            points.day, bounds.low, bounds.high, color="#bdbdbd", alpha=0.6, linewidth=0, label=_both("bounds")
        )
    axes.plot(points.day, points.value, color=_SERIES, marker="o", markersize=5, linewidth=1.8, label=_both("points"))


def _draw_marks(axes: Axes, chart: SeriesChart) -> None:
    """What others published, with what its rounding leaves open; without a day hollow and of another shape."""
    for dated, marker in ((True, "s"), (False, "^")):
        own = chart.marks[chart.marks.has_as_of.astype(bool) == dated]
        if own.empty:
            continue
        off = own[["low", "high"]].astype(float).sub(own.value.astype(float), axis=0).abs().fillna(0.0).to_numpy().T
        look: dict[str, Any] = {"color": _OTHERS, "markerfacecolor": _OTHERS if dated else "white", "markersize": 6}
        label = _both("published" if dated else "undated")
        axes.errorbar(own.day, own.value.astype(float), yerr=off, fmt=marker, capsize=3, label=label, **look)


def _span(chart: SeriesChart) -> tuple[dt.date, dt.date]:
    """First and last day in the picture: a target years ahead would crush the rest, so it does not count."""
    ends = [*chart.points.day, *chart.forecast.day, *chart.marks.day]
    first, last = min(ends), max(ends)
    soon = [by for by in chart.targets.by if by <= last + dt.timedelta(days=370)]
    return first, max([last, *soon])


def _range(chart: SeriesChart) -> tuple[float, float]:
    names = [
        "value",
        "low",
        "high",
        "median",
        *(f"{end}_{percent}" for percent in INTERVALS for end in ("low", "high")),
    ]
    tables = (chart.points, chart.forecast, chart.targets, chart.marks)
    values = np.concatenate(
        [table[[name for name in names if name in table]].to_numpy(float).ravel() for table in tables]
    )
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.12 * (high - low), 0.005 if chart.is_share else 1.0)
    most = 1.0 + 0.25 * room if chart.is_share else np.inf
    return max(low - room, 0.0 if low >= 0 else low - room), max(min(high + 1.5 * room, most), high + 0.4 * room)


def _write_ticks(axes: Axes, chart: SeriesChart, first: dt.date, last: dt.date) -> None:
    """Ends of quarters, not more than fit; numbers as Vietnamese documents write them."""
    from matplotlib.ticker import FuncFormatter

    ends = list(pd.date_range(first, last, freq="QE"))
    step = max(1, -(-len(ends) // 6))
    kept: Any = ends[::-1][::step][::-1]
    low, high = axes.get_ylim()
    axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= (min(high, 1.0) if chart.is_share else high)])
    axes.set_xticks(kept, [f"Q{day.quarter}\n{day.year}" for day in kept])

    def written(value: float, place: int | None) -> str:
        del place
        shown = 100 * value if chart.is_share else value
        return number_vi(shown, len(f"{shown:.6g}".partition(".")[2]))

    axes.yaxis.set_major_formatter(FuncFormatter(written))


def _legend_rows(chart: SeriesChart) -> int:
    bounds = chart.points[["low", "high"]].astype(float)
    dated = chart.marks.has_as_of.astype(bool)
    shown = (bounds.high > bounds.low).any(), len(chart.targets) > 0, dated.any(), (~dated).any()
    return 1 + sum(bool(own) for own in shown) + (0 if chart.forecast.empty else 1 + len(INTERVALS))


def _figure(value: float, *, share: bool) -> str:
    return percent_vi(value) if share else number_vi(value)


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _both(word: str, part: str = "") -> str:
    return " / ".join(said.format(part) for said in WORDS[word])


def _write(folder: Path, chart: SeriesChart) -> Iterator[Path]:
    for kind in ("svg", "png"):
        path = folder / f"{chart.name}.{kind}"
        draft = path.with_name(path.name + ".draft")
        metadata = {"Title": chart.titles[0], "Date": None} if kind == "svg" else {"Software": None}
        try:
            with own_settings():
                draw(chart).savefig(draft, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        yield path
