"""Eight old communes of one province, and the five that were made of them; more of the same for fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from phusong.administration import History

REFORM = dt.date(2025, 7, 1)
BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2026, 9, 30)
PROVINCE = "Tỉnh Bắc Ninh"
OLD = [
    ("00001", "Phường Một"),
    ("00002", "Xã Hai"),
    ("00003", "Xã Ba"),
    ("00004", "Xã Bốn"),
    ("00005", "Thị trấn Năm"),
]
NEW = [("00001", "Phường Mới"), ("00003", "Xã Ba"), ("00005", "Xã Năm"), ("00006", "Đặc khu Sáu")]
MOVES = [
    ("00001", "00001", "full"),
    ("00002", "00001", "partial"),
    ("00002", "00003", "partial"),
    ("00003", "00003", "full"),
    ("00004", "00001", "full"),
    ("00005", "00005", "full"),
]
"""00001 took 00004 and a part of 00002; 00003 took the rest; 00005 stayed alone; 00006 has no predecessor."""


def units(
    rows: Iterable[tuple[str, str]], first: dt.date | None, last: dt.date | None, people: float = float("nan")
) -> pd.DataFrame:
    """Units of one span of days."""
    frame = pd.DataFrame(list(rows), columns=["code", "name"])
    spans = {"valid_from": pd.Timestamp(first) if first else pd.NaT, "valid_to": pd.Timestamp(last) if last else pd.NaT}
    return frame.assign(
        type=[name.split()[0].lower() for name in frame.name],
        province_code="24",
        province_name=PROVINCE,
        district_code=None,
        people=people,
        area_km2=float("nan"),
        source="a decision",
        **spans,
    ).astype({"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"})


def moves(rows: Iterable[tuple[str, str, str]], day: dt.date = REFORM) -> pd.DataFrame:
    """Moves of one reform, none of them doubtful."""
    frame = pd.DataFrame(list(rows), columns=["old_code", "new_code", "relation"])
    return frame.assign(date=pd.Timestamp(day), doubtful="", source="a decision").astype({"date": "datetime64[s]"})


def history() -> History:
    """The small country."""
    both = pd.concat([units(OLD, None, BEFORE), units(NEW, REFORM, None)], ignore_index=True)
    return History(both.sort_values(["code", "valid_from"], na_position="first", ignore_index=True), moves(MOVES))
