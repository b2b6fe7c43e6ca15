"""Four square communes in two provinces, the communes that they were made of, and filings about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from phusong.administration import History
from phusong.intake.reference import Reference, Source
from phusong.intake.request import Request

AS_OF = dt.date(2026, 9, 30)
DAY = pd.Timestamp("2025-07-01")
CODES = ("00004", "00008", "24001", "24002")
NAMES = ("Phường Ba Đình", "Xã Hoà Xá", "Xã Tân Thành", "Phường Tân Thành")
PROVINCES = ("Thành phố Hà Nội", "Thành phố Hà Nội", "Tỉnh Bắc Ninh", "Tỉnh Bắc Ninh")
SQUARES = ((105.0, 21.0), (105.2, 21.0), (106.0, 21.0), (106.2, 21.0))
HEADER = ("Mã trạm", "Công nghệ", "Tần số (MHz)", "Vĩ độ", "Kinh độ", "Chiều cao anten (m)", "Mã xã", "Ngày PS", "TT")


def communes() -> gpd.GeoDataFrame:
    """Squares of 0.2 degrees."""
    columns = {
        "commune_code": CODES,
        "commune_name": NAMES,
        "commune_type": [name.split()[0].lower() for name in NAMES],
        "province_code": ["01", "01", "24", "24"],
        "province_name": PROVINCES,
    }
    shapes = [shapely.box(x, y, x + 0.2, y + 0.2) for x, y in SQUARES]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def history() -> History:
    """00001 Quán Thánh became Ba Đình, 00002 Phù Lưu was split between Ba Đình and Hoà Xá, the rest stayed."""
    old = [
        ("00001", "Phường Quán Thánh", "01", "Thành phố Hà Nội"),
        ("00002", "Xã Phù Lưu", "01", "Thành phố Hà Nội"),
        ("24001", "Xã Tân Thành", "24", "Tỉnh Bắc Giang"),
        ("24002", "Thị trấn Kép", "24", "Tỉnh Bắc Giang"),
    ]
    moves = [
        ("00001", "00004", "full"),
        ("00002", "00004", "partial"),
        ("00002", "00008", "partial"),
        ("24001", "24001", "full"),
        ("24002", "24002", "full"),
    ]
    before = pd.DataFrame(old, columns=["code", "name", "province_code", "province_name"])
    after = pd.DataFrame(
        {"code": CODES, "name": NAMES, "province_code": communes().province_code, "province_name": PROVINCES}
    )
    day_before = DAY - pd.Timedelta(days=1)
    units = pd.concat(
        [before.assign(valid_from=pd.NaT, valid_to=day_before), after.assign(valid_from=DAY, valid_to=pd.NaT)],
        ignore_index=True,
    )
    units = units.assign(
        type=[name.split()[0].lower() for name in units.name],
        district_code=None,
        source="a list",
        people=None,
        area_km2=None,
    )
    succession = pd.DataFrame(moves, columns=["old_code", "new_code", "relation"]).assign(
        date=DAY, doubtful="", source="x"
    )
    return History(units.astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"}), succession)


def reference() -> Reference:
    """The small country."""
    return Reference(communes(), history(), (Source("communes.parquet", "0" * 64),))


def request(**asked: object) -> Request:
    """Sites of the as-of day."""
    return Request("sites", AS_OF, **asked)  # type: ignore[arg-type]


def row(site: str, lat: object = "21.1234", lon: object = "105.1234", **other: object) -> list[object]:
    """A row without fault in Ba Đình, but for what is said."""
    cells = {
        "tech": "4G",
        "mhz": 1800,
        "h": 30,
        "code": "00004",
        "day": "2024-02-15",
        "status": "Đang phát sóng",
        **other,
    }
    return [site, cells["tech"], cells["mhz"], lat, lon, cells["h"], cells["code"], cells["day"], cells["status"]]


def file_csv(file: Path, rows: Iterable[list[object]], header: Iterable[str] = HEADER) -> Path:
    """A filing as CSV."""
    file.write_text("\n".join(";".join(map(str, line)) for line in [list(header), *rows]) + "\n", "utf-8")
    return file
