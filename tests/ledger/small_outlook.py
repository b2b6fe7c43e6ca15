"""A study of three communes in two provinces whose outlook can be counted by hand: every known delay is 30 days."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely

from phusong.ledger.outlook import Quarter
from phusong.ledger.period import Period
from phusong.ledger.readings import COVERED

PEOPLE = {"00001": 1000, "00002": 500, "00003": 800}
PROVINCES = {"00001": "01", "00002": "01", "00003": "04"}
DAYS = {"2026Q1": "2026-03-31", "2026Q2": "2026-06-30", "2026Q3": "2026-09-30"}
BUILT = [f"a{number:02d}" for number in range(10)]
"""Ten sites of A in the first commune: planned for 15 April, on air on 15 May."""
COVERED_PEOPLE = {"A": {"00001": 900, "00002": 100, "00003": 0}, "B": {"00001": 0, "00002": 0, "00003": 700}}


def communes(**columns: object) -> gpd.GeoDataFrame:
    "Squares of 1 km side by side."
    codes = list(PEOPLE)
    squares = [shapely.box(1000 * place, 0, 1000 * (place + 1), 1000) for place in range(len(codes))]
    rows = {
        "commune_code": codes,
        "commune_name": [f"Xã {code[-1]}" for code in codes],
        "province_code": [PROVINCES[code] for code in codes],
        "province_name": [f"Tỉnh {PROVINCES[code]}" for code in codes],
        "people": list(PEOPLE.values()),
        "nr_sites": [10, 0, 0],
        "centre_covered": ["yes", "unknown", "no"],
        "terminals": pd.array([2, pd.NA, 5], "Int64"),
        "signal_served_power_served_people": [900, 100, 700],
        "signal_not_served_power_served_people": [100, 400, 100],
        "signal_unknown_power_served_people": 0,
    }
    return gpd.GeoDataFrame({**rows, **columns}, geometry=squares, crs=3405)


def sites(*rows: tuple[str, str, str, str | None, str, bool]) -> gpd.GeoDataFrame:
    "Id, operator, commune, on-air day, status, whether it is on air."
    names = ["site_id", "operator", "commune", "on_air_date", "status", "on_air"]
    table = pd.DataFrame(list(rows), columns=names).assign(technology="NR", in_study=True)
    table["on_air_date"] = pd.to_datetime(table.on_air_date)
    places = [shapely.Point(1000 * list(PEOPLE).index(code) + 500, 500) for code in table.pop("commune")]
    return gpd.GeoDataFrame(table, geometry=places, crs=3405)


def sites_of(period: str) -> gpd.GeoDataFrame:
    "As filed at the end of the quarter: the ten, and from the third quarter on two that are yet to come."
    built = ("2026-04-15", "planned", False) if period == "2026Q1" else ("2026-05-15", "on_air", True)
    coming = [
        ("p1", "A", "00002", "2026-11-01", "planned", False),
        ("p2", "B", "00003", "2026-12-20", "planned", False),
    ]
    return sites(*((name, "A", "00001", *built) for name in BUILT), *(coming if period == "2026Q3" else []))


def indicators() -> pd.DataFrame:
    "People with NR signal of A, B and any of them, in every unit; of all it is known."
    rows = []
    for operator in ("A", "B", "any"):
        by_code = {
            code: sum(own[code] for name, own in COVERED_PEOPLE.items() if operator in (name, "any")) for code in PEOPLE
        }
        for level, code, own in [
            *(("commune", code, [code]) for code in PEOPLE),
            *(("province", code, [c for c in PEOPLE if PROVINCES[c] == code]) for code in ("01", "04")),
            ("study", "", list(PEOPLE)),
        ]:
            numerator, denominator = sum(by_code[one] for one in own), sum(PEOPLE[one] for one in own)
            rows.append((level, code, operator, numerator, denominator, numerator / denominator))
    names = ["unit_level", "unit_code", "operator", "numerator", "denominator", "value"]
    named = {"definition_id": COVERED, "version": "1", "technology": "NR", "environment": "outdoor"}
    return pd.DataFrame(rows, columns=names).assign(**named)


def terminals() -> pd.DataFrame:
    "Seven in the third quarter, five in the second."
    rows = {"period": ["2026Q2", "2026Q3", "2026Q3"], "provider": "V", "commune_code": ["00003", "00003", "00001"]}
    return pd.DataFrame({**rows, "active_terminals": [5, 5, 2]})


def quarters() -> list[Quarter]:
    "Three quarters; of the first only its sites."
    whole = {"communes": communes(), "indicators": indicators(), "terminals": terminals()}
    return [
        Quarter(
            Period.parse(period),
            {"sites": sites_of(period), **({} if period == "2026Q1" else whole)},
            dt.date.fromisoformat(day),
        )
        for period, day in DAYS.items()
    ]


def series(values: list[float], operator: str = "any", unit: tuple[str, str] = ("study", "")) -> pd.DataFrame:
    "As `history.series` has it: quarters that end with 2026Q3, as many as there are values."
    quarters = [str(name) for name in pd.period_range(end="2026Q3", periods=len(values), freq="Q")]
    named = {"definition_id": COVERED, "operator": operator, "technology": "NR", "environment": "outdoor"}
    units = {"unit_level": unit[0], "unit_code": unit[1], "unit_name": "", "line": 1, "version": "1"}
    table = pd.DataFrame({"period": quarters, "value": values, "low": values, "high": values}).assign(**named, **units)
    return table.assign(numerator=0, denominator=0, state="closed")
