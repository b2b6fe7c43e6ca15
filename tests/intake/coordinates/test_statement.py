"""What titles and headers say of the system."""

from __future__ import annotations

import pytest

from phusong.intake.coordinates.statement import Statement, stated
from phusong.intake.coordinates.vn2000 import TM3, UTM, System


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("Hệ tọa độ VN-2000, KTT 105°45', múi 3", System(105.75)),
        ("VN2000 kinh tuyến trục 105 độ 45", System(105.75)),
        ("Kinh tuyến trục: 107°45′, múi chiếu 3°", System(107.75)),
        ("KTT 105.75", System(105.75)),
        ("kinh tuyến trục 105", System(105.0)),
        ("VN-2000 / TM-3 105-30", System(105.5)),
        ("EPSG:9210", System(105.75)),
        ("EPSG 6959", System(107.75)),
        ("UTM zone 48N, VN-2000", System(105.0, UTM)),
        ("X (UTM 49)", System(111.0, UTM)),
        ("UTM 48N WGS84", System(105.0, UTM, on_wgs84=True)),
        ("KTT 105°, múi 6°", System(105.0, UTM)),
        ("KTT 105°00', k0 = 0,9996", System(105.0, UTM)),
    ],
)
def test_a_system_that_is_named(text, system):
    assert stated(["Danh sách trạm", text]).system == system


@pytest.mark.parametrize(
    "text",
    [
        "Tọa độ X",
        "Vĩ độ",
        "KTT 105°45' hoặc 107°45', KTT 104°30'",
        "KTT 105°17'",
        "EPSG:4326",
        "trạm 105.75",
        "Bảng 48",
    ],
)
def test_none_several_and_unknown_ones_are_no_statement(text):
    assert stated([text]).system is None


def test_the_datum_is_told_by_one_name_alone():
    assert stated(["Kinh độ (VN-2000)"]) == Statement(vn2000=True)
    assert stated(["Vĩ độ WGS84"]) == Statement(wgs84=True)
    assert stated(["X VN2000", "Vĩ độ WGS-84"]) == Statement()


def test_zones_of_three_degrees_keep_their_scale():
    assert stated(["KTT 105°45' múi 3"]).system.scale == TM3
