"""A study small enough to close by hand: one commune in one province, and what its periods say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from phusong.ledger.period import ZONE, Period
from phusong.ledger.snapshot import Snapshot, write

LATER = dt.datetime(2027, 1, 15, 9, 30, tzinfo=ZONE)


def made(period: str, /, people: int = 10, covered: int = 7, version: str = "1", **columns: object) -> Snapshot:
    "`covered` of `people` people have signal; `columns` are added to the table of communes."
    square = shapely.box(500_000, 2_299_900, 500_100, 2_300_000)
    communes = {"commune_code": ["00123"], "commune_name": ["Xã Đông"], "people": [people], **columns}
    units = pd.DataFrame(
        {"unit_level": ["commune", "province", "study"], "unit_code": ["00123", "01", ""], "definition_id": "x_share"}
    )
    share = covered / people
    indicators = units.assign(
        version=version, operator="any", technology="LTE", environment="outdoor", numerator=covered, denominator=people
    ).assign(value=share, low=share, high=share)
    zones = {"zone_id": [f"{period}-0001"], "people": [people - covered]}
    provinces = units[1:][["unit_level", "unit_code"]].assign(province_name=["Tỉnh An", ""], people=people)
    tables = {
        "communes": gpd.GeoDataFrame(communes, geometry=[square], crs=3405),
        "zones": gpd.GeoDataFrame(zones, geometry=[shapely.MultiPolygon([square])], crs=3405),
        "provinces": provinces,
        "indicators": indicators,
    }
    last_day = Period.parse(period).last_day.isoformat()
    return Snapshot(tables, {}, {"project": "dao", "period": period, "as_of": last_day, "synthetic": []})


def write_periods(folder: Path, *periods: str) -> None:
    "A snapshot of each period, 7, 8, 9 ... of 10 people with signal."
    for covered, period in enumerate(periods, 7):
        write(made(period, covered=covered), folder)
