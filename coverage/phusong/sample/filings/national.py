"""National: the whole country's sites as one filing, with the ways of a good clerk only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_HEADERS = {
    "site_id": "Mã trạm",
    "technology": "Công nghệ",
    "frequency_mhz": "Tần số (MHz)",
    "longitude": "Kinh độ",
    "latitude": "Vĩ độ",
    "height_agl_m": "Chiều cao anten (m)",
    "azimuths_deg": "Góc phương vị",
    "eirp_dbm": "EIRP (dBm)",
    "commune_code": "Mã xã",
    "on_air_date": "Ngày phát sóng",
    "status": "Trạng thái",
    "operator": "Nhà mạng",
}
_WORDS = {"LTE": "4G", "NR": "5G", "on_air": "Đang phát sóng", "planned": "Kế hoạch", "off": "Ngừng"}


def write_national(data: Path, rows: int, file: Path) -> int:
    """Write the first so many sites of the invented national list as .csv or .xlsx; returns how many there were."""
    sites = pd.read_parquet(data / "national_synthetic" / "sites.parquet").head(rows)
    filed = sites[[name for name in _HEADERS if name in sites]].copy()
    days = pd.to_datetime(filed["on_air_date"])
    filed["on_air_date"] = days.dt.strftime("%d/%m/%Y").where(days.notna(), "")
    for name in ("technology", "status"):
        filed[name] = filed[name].replace(_WORDS)
    filed["height_agl_m"] = filed["height_agl_m"].astype(str).str.replace(".", ",")
    headed = filed.rename(columns=_HEADERS)
    if file.suffix == ".csv":
        headed.to_csv(file, index=False)
    else:
        headed.to_excel(file, index=False)
    return len(headed)
