"""Tables of an outlook on a terminal, Vietnamese beside English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from phusong.cli.tables import print_table

if TYPE_CHECKING:
    import pandas as pd

_UNKNOWN = "–"
_YES = {"yes": "có / yes", "no": "không / no", "unknown": "chưa rõ / unknown"}
_GOALS = {
    "people_covered": "99 % dân / of people",
    "communes_with_site": "mọi xã có trạm / a site in every commune",
    "communes_centre_covered": "mọi trung tâm xã / every commune centre",
    "sites_as_planned": "đủ trạm theo kế hoạch / all planned sites",
}
_QUANTITIES = {"sites_on_air": "trạm / sites", "communes_without_site": "xã chưa có trạm / communes without a site"}
_VERDICTS = {
    "diminishing": "giảm dần / diminishing",
    "growing": "tăng / growing",
    "not_told_apart": "chưa rõ / not told apart",
    "too_few": "quá ít / too few",
}


def print_outlook(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> None:
    """
    Print the frames of an outlook (`ledger.outlook.Outlook.frames`), each under its heading.

    Parameters
    ----------
    names
        Of the provinces, by code.
    """
    codes = ("unit_code", "province_code")
    named = {
        name: table.assign(**{code: table[code].map(names).fillna("") for code in codes if code in table})
        for name, table in tables.items()
    }
    for show in (_readings, _rates, _forecasts, _chances, _rollout, _yields, _satellite, _public):
        show(named)


def _readings(tables: Mapping[str, pd.DataFrame]) -> None:
    from phusong.ledger.readings import READINGS
    from phusong.text import number_vi, percent_vi

    rows = [
        [
            _unit(row.unit_level, row.unit_code),
            _GOALS[row.reading],
            row.operator or _UNKNOWN,
            f"{number_vi(row.numerator)} / {number_vi(row.denominator)}",
            known(row.value, percent_vi),
            percent_vi(row.target),
            number_vi(row.short_by),
            number_vi(row.unknown),
            _YES[row.met],
        ]
        for row in each(tables["readings"])
    ]
    headings = ["Đơn vị / Unit", "Cách hiểu / Reading", "Nhà mạng / Operator", "Đã có / Have", "Tỷ lệ / Share"]
    headings += ["Yêu cầu / Asked", "Còn thiếu / Short by", "Chưa rõ / Unknown", "Đạt / Met"]
    for name, words in READINGS.items():
        typer.echo(f"{_GOALS[name]}: {' / '.join(words)}")
    print_table("Ba cách hiểu 'toàn quốc năm 2026' / Readings of 'nationwide 2026'", headings, rows, (0, 1, 2, 8))


def _rates(tables: Mapping[str, pd.DataFrame]) -> None:
    from phusong.ledger.headway import QUANTITIES
    from phusong.ledger.run_rate import STATES
    from phusong.text import number_vi

    rows = [
        [
            _unit("province" if row.province_code else "study", row.province_code),
            _operator(row.operator),
            QUANTITIES[row.quantity][0],
            *(known(value, number_vi) for value in (row.done, row.target, row.left, row.per_week)),
            known(row.per_week_before, lambda value: number_vi(value, 1)),
            STATES[row.state][0],
        ]
        for row in each(tables["rates"])
    ]
    weeks = tables["rates"].weeks_left.max()
    title = f"Cần mỗi tuần, còn {weeks} tuần / Needed each week, {weeks} weeks left"
    headings = ["Đơn vị / Unit", "Nhà mạng / Operator", "Số lượng / Quantity", "Đã có / Done", "Mục tiêu / Target"]
    headings += ["Còn / Left", "Mỗi tuần / A week", "Quý trước / Last quarter", "Tình trạng / State"]
    print_table(title, headings, rows, (0, 1, 2, 8))


def _forecasts(tables: Mapping[str, pd.DataFrame]) -> None:
    made = tables["forecasts"][tables["forecasts"].reason == ""]
    from phusong.text import number_vi, percent_vi

    def figure(value: float, definition: str) -> str:
        return percent_vi(value) if definition.endswith("_share") else number_vi(value)

    if len(made):
        rows = [
            [
                _unit(row.unit_level, row.unit_code),
                row.definition_id,
                _operator(row.operator),
                str(row.day),
                *(figure(value, row.definition_id) for value in (row.median, row.low_80, row.high_80)),
            ]
            for row in each(made)
        ]
        headings = ["Đơn vị / Unit", "Chỉ tiêu / Indicator", "Nhà mạng / Operator", "Ngày / Day"]
        headings += ["Trung vị / Median", "Thấp 80 % / Low", "Cao 80 % / High"]
        print_table("Dự báo / Forecast", headings, rows, (0, 1, 2, 3))
    for reason, count in tables["forecasts"].reason.value_counts().items():
        if reason:
            points = tables["forecasts"].points[tables["forecasts"].reason == reason].max()
            typer.echo(f"Không dự báo / no forecast: {count} series of at most {points} points: {_reason(str(reason))}")


def _chances(tables: Mapping[str, pd.DataFrame]) -> None:
    from phusong.text import number_vi, percent_vi

    rows = []
    known_chances = tables["chances"][tables["chances"].reason == ""]
    for row in each(known_chances):
        ends = dict.fromkeys(known(end, percent_vi) for end in (row.probability_low, row.probability_high))
        asked = percent_vi(row.value) if row.definition_id.endswith("_share") else number_vi(row.value)
        where, goal = _unit(row.unit_level, row.unit_code), _GOALS.get(row.goal, row.goal)
        rows.append([where, goal, _operator(row.operator), asked, str(row.by), "–".join(ends)])
    headings = ["Đơn vị / Unit", "Mục tiêu / Goal", "Nhà mạng / Operator", "Giá trị / Value", "Ngày / By"]
    if rows:
        headings.append("Khả năng / Probability")
        print_table("Khả năng đạt / Probability of meeting", headings, rows, (0, 1, 2, 4))
    refused = tables["chances"][tables["chances"].reason != ""]
    for (goal, reason), own in refused.groupby(["goal", "reason"], sort=False):
        told = f"{_GOALS.get(str(goal), goal)} ({len(own)}): {_reason(str(reason))}"
        typer.echo(f"Không có xác suất / no probability: {told}")


def _rollout(tables: Mapping[str, pd.DataFrame]) -> None:
    from phusong.ledger.coming import BASES
    from phusong.text import number_vi

    table = tables["rollout"]
    if table.empty:
        typer.echo(f"Không mô phỏng / no simulation: {_reason('not_ahead')}")
        return
    rows = [
        [
            _unit(row.unit_level, row.unit_code),
            _operator(row.operator),
            _QUANTITIES[row.quantity],
            *(known(value, number_vi) for value in (row.now, row.median, row.low_80, row.high_80)),
        ]
        for row in each(table[table.quantity != "communes_unknown"])
    ]
    first = table.iloc[0]
    counts = f"{first.simulated} dated, {first.undated} undated, {first.astray} in no commune"
    if first.known_later:
        counts += f"; of {first.known_later} a file of a later day already knew when they came, so they are no plans"
    title = f"Trạm theo kế hoạch / Planned sites: {' / '.join(BASES[first.basis])}; {counts}"
    headings = ["Đơn vị / Unit", "Nhà mạng / Operator", "Số lượng / Quantity", "Nay / Now", "Trung vị / Median"]
    print_table(title, [*headings, "Thấp 80 % / Low", "Cao 80 % / High"], rows, (0, 1, 2))
    for row in each(tables["slips"]):
        pooled = "; dùng của mọi nhà mạng / those of all are used" if row.pooled else ""
        typer.echo(
            f"Độ trễ / delays of {row.operator}: {row.sites} known, {row.open_sites} still open, {row.unripe_sites} "
            f"too young to teach{pooled}"
        )


def _yields(tables: Mapping[str, pd.DataFrame]) -> None:
    if tables["gained"].empty:
        return
    from phusong.ledger.yields import REACHED
    from phusong.text import number_vi

    rows = [
        [
            _operator(row.operator),
            str(row.sites),
            number_vi(row.planned_people),
            known(row.mean_people, number_vi),
            f"{_VERDICTS[row.verdict]}" + (f" ({number_vi(row.factor, 2)} ×)" if row.factor > 0 else ""),
            known(row.people_left, number_vi),
            known(row.sites_needed, number_vi),
            " / ".join(REACHED[row.reached]),
        ]
        for row in each(tables["yields"])
    ]
    headings = ["Nhà mạng / Operator", "Trạm / Sites", "Dân thêm / People gained", "Mỗi trạm / A site"]
    headings += ["Xu hướng / Trend", "Dân còn thiếu / People left", "Cần trạm / Sites needed", "Kết luận / Verdict"]
    print_table("Dân mỗi trạm mới, đo được / People per new site, measured", headings, rows, (0, 4, 7))


def _satellite(tables: Mapping[str, pd.DataFrame]) -> None:
    from phusong.ledger.satellite import SIGNAL
    from phusong.text import number_vi, percent_vi

    row = tables["satellite"].iloc[0]
    told = [
        f"{known(row.done, number_vi)} thiết bị / terminals",
        f"{known(row.cap_share, lambda share: percent_vi(share, 2))} hạn mức / of the cap of {number_vi(row.cap)}",
        f"mỗi tuần cần / needed a week {known(row.per_week, number_vi)}",
        f"quý trước / last quarter {known(row.per_week_before, lambda value: number_vi(value, 1))}",
    ]
    typer.echo(f"Vệ tinh / satellite: {'; '.join(told)}")
    table = tables["satellite_signal"]
    for one in each(table[table.unit_level == "study"]):
        typer.echo(f"  {number_vi(one.terminals):>8}  {' / '.join(SIGNAL[one.signal])} ({one.communes})")


def _public(tables: Mapping[str, pd.DataFrame]) -> None:
    refused = tables["public"][tables["public"].refused != ""]
    typer.echo(
        f"Số liệu đã công bố / published figures: {len(refused)} of {len(tables['public'])} indicators are no base of "
        "a forecast (phusong ledger published tells why)"
    )


def _reason(name: str) -> str:
    from phusong.ledger import coming, forecast

    vi, en = {**forecast.REASONS, **coming.REASONS}[name]
    return f"{vi} / {en}"


def _unit(level: str, code: str) -> str:
    return "Toàn bộ / study" if level == "study" else code


def _operator(name: str) -> str:
    return "gộp / any" if name == "any" else name or _UNKNOWN


def each(table: pd.DataFrame) -> Iterable[Any]:
    """Rows by the names of their columns."""
    return table.itertuples(index=False)


def known(value: Any, written: Callable[[Any], str]) -> str:
    """A value as it is written; a dash where it is not known."""
    import pandas as pd

    return _UNKNOWN if pd.isna(value) else written(value)
