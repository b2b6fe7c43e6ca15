"""Words of filings."""

from __future__ import annotations

import pytest

from phusong.intake.vocabulary import flag, says_nothing, translate


@pytest.mark.parametrize(
    ("column", "text", "word"),
    [
        ("technology", "4g", "LTE"), ("technology", "LTE-A", "LTE"), ("technology", "5G/NR", "NR"),
        ("technology", "4G/5G", None), ("technology", "3G", None), ("status", "ĐANG PHÁT SÓNG", "on_air"),
        ("status", "dang phat song", "on_air"), ("status", "KH", "planned"), ("status", "Tháo dỡ", "off"),
        ("status", "?", None), ("power_source", "Điện lưới", "grid"),
        ("power_source", "Thủy điện nhỏ", "Thủy điện nhỏ"), ("azimuths_deg", "30/150/270", "30;150;270"),
        ("azimuths_deg", "30°, 150°, 270°", "30;150;270"), ("azimuths_deg", "30 độ", "30"),
        ("azimuths_deg", "30 và 150", "30;150"), ("azimuths_deg", "0-120-240", "0;120;240"),
        ("azimuths_deg", "30.0|150.0", "30;150"), ("azimuths_deg", "Vô hướng", "omni"), ("antenna", "K 742", "K 742"),
    ],
)  # fmt: skip
def test_translation(column, text, word):
    assert translate(column, text) == word


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Có", True),
        ("X", True),
        ("1", True),
        ("không", False),
        ("Chưa có điện", False),
        ("0", False),
        ("", None),
        ("?", None),
    ],
)
def test_flags(text, value):
    assert flag(text) is value


@pytest.mark.parametrize(
    "text", ["-", "–", "N/A", "n/a", "#N/A", "#REF!", "NULL", "nan", "Không có", "Đang cập nhật", "..."]
)
def test_cells_that_say_nothing(text):
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["0", "Na", "không", "Nà", "A-1", "--x"])
def test_cells_that_say_something(text):
    assert not says_nothing(text)
