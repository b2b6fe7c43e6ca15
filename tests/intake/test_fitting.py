"""How many values of a column are such as a canonical one holds."""

from __future__ import annotations

import datetime as dt

import pytest

from phusong.intake.fitting import fitting
from phusong.intake.spec import spec

FIELDS = spec("sites").fields


@pytest.mark.parametrize(
    ("column", "values", "share"),
    [
        ("site_id", [], 1), ("site_id", ["A-1", "A-2", "A-3"], 1), ("site_id", [1, 2, 3], 0.6),
        ("site_id", ["10", "11", "15"], 0.6), ("site_id", [3, 1, 2], 1), ("site_id", [1, 2], 1),
        ("site_id", ["9" * 5_000] * 3, 1), ("status", [1, 2, 3], 0), ("status", [1, 2, 1], 0),
        ("status", ["HĐ", "KH"], 1), ("status", ["a", "b"], 0.5), ("technology", ["4G", "5G", "x"], 2 / 3),
        ("height_agl_m", ["30", "30,5 m", "cao", "thấp"], 0.5), ("height_agl_m", ["12,345"], 1),
        ("on_air_date", ["30/9/2026", 45000, dt.datetime(2026, 1, 1), "x"], 0.75),
        ("hardened", ["có", True, "?!", "x", "-"], 0.75), ("commune_code", ["00004", 4, "4", "Ba Đình"], 0.25),
        ("commune_code", ["00004", 24001.0], 1), ("longitude", [105.1, "105°E", "x", "kinh"], 0.5),
        ("coordinates", ["21,1 105,2", "x"], 0.5),
    ],
)  # fmt: skip
def test_share(column, values, share):
    assert fitting(FIELDS[column], values) == pytest.approx(share)
