"""Popups: what a tap tells, in words; unknown is not zero."""

from __future__ import annotations

from phusong.publish.labels import read_labels
from phusong.publish.popups import commune_popups, line_popups, site_popups, village_popups, zone_popups

LABELS = read_labels()
HOSTILE = "</script><img src=x onerror=alert(1)>"


def told(popups, row):
    """The lines of one popup by their label."""
    return {field.label: field.texts[row] for field in popups.fields}


def test_commune(edition):
    popups = commune_popups(edition.communes, edition.sites.operator, 2020, LABELS)
    lines = told(popups, 2)
    assert popups.headings == edition.communes.commune_name.tolist()
    assert lines["Dân số (số liệu 2020)"] == "3.000 người"
    assert lines["Có sóng 5G"] == "98,9 %; 2.969 người"
    assert lines["5G theo nhà mạng"] == "Mạng <b>X</b>: 7 người"
    assert lines["Lõm: thiếu cả hai"] == "300 người"
    assert lines["Thiết bị vệ tinh"] == "0"
    assert lines["Trạm đang phát sóng"] == "5G (NR): 0\n4G (LTE): 0"


def test_commune_without_data(edition):
    lines = told(commune_popups(edition.communes, [], 2020, LABELS), 1)
    assert lines["Có sóng 5G"] == "không có dữ liệu; chưa rõ: 2.000"
    assert lines["Thiết bị vệ tinh"] == "không có dữ liệu"


def test_zone_of_a_snapshot_that_knows_little(edition):
    "What no zone tells has no line; the columns are those of the first snapshots."
    popups = zone_popups(edition.zones, 1398, 2020, LABELS)
    assert popups.headings[0] == "Vùng lõm 2026Q3-0001"
    assert told(popups, 1) == {
        "Hạng (khoảng)": "2 trên 1.398",
        "Còn thiếu": "thiếu điện",
        "Dân số (số liệu 2020)": "200 người",
        "Diện tích": "0,16 km²",
        "Xã, phường, đặc khu": "</script><script>alert(2)</script>, Tỉnh Đông",
        "Thôn, bản gần nhất": "Bản Ngoẵng (1.200 m)",
    }
    assert told(popups, 2)["Thôn, bản gần nhất"] == "không có dữ liệu"


def test_zone_tells_what_it_knows_beside_one_that_does_not(edition):
    zones = edition.zones.assign(
        rank_low=[1, 1, 3], rank_high=[2, 2, 3], village_names=["A;B", None, HOSTILE], villages=1
    )
    popups = zone_popups(zones, 3, 2020, LABELS)
    assert told(popups, 0)["Hạng (khoảng)"] == "1 (1 – 2) trên 3"
    assert [told(popups, row)["Thôn, bản trong vùng"] for row in range(3)] == ["1: A, B", "1", f"1: {HOSTILE}"]


def test_no_zones(edition):
    assert zone_popups(edition.zones[:0], 0, 2020, LABELS).fields == []


def test_site(edition):
    popups = site_popups(edition.sites, LABELS)
    assert told(popups, 0) == {
        "Nhà mạng": "Mạng <b>X</b>",
        "Công nghệ": "4G (LTE)",
        "Tần số": "1.800 MHz",
        "Độ cao anten trên mặt đất": "30 m",
        "Nguồn điện": "điện lưới",
        "Ngày phát sóng": "31/01/2020",
        "Lưu ý": "",
    }
    other = told(popups, 2)
    assert other["Nguồn điện"] == "lửa"
    assert other["Ngày phát sóng"] == ""
    assert other["Lưu ý"] == ("nằm ngoài dữ liệu địa hình, không tính được vùng phủ; nằm ngoài vùng nghiên cứu")


def test_line_of_unknown_voltage(edition):
    popups = line_popups(edition.power_lines, LABELS)
    assert popups.headings[1] == "Đường dây 2"
    assert told(popups, 1) == {"Điện áp": "không có dữ liệu", "Đơn vị quản lý": ""}


def test_village(edition):
    names = edition.communes.set_index("commune_code").commune_name
    lines = told(village_popups(edition.villages, names, 2020, LABELS), 0)
    assert lines == {
        "Xã, phường, đặc khu": "<img src=x onerror=alert(1)>",
        "Dân số (số liệu 2020)": "120 người",
        "Sóng": "không",
        "Điện lưới": "chưa rõ",
    }
