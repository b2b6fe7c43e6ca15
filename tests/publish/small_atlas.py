"""Contents of a small province page by the contract of the pages: hostile names, islands, states of every kind."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from phusong.publish.atlas.frame import Both, Contents, Table
from phusong.publish.atlas.packing import digits, lines, points
from phusong.publish.topology import arcs_of, encoded

LONG = "Xã " + "Ngã " * 124 + "Ba"
NAMES = (
    "Xã Hoà Bình",
    "Phường Hòa Bình",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "Xã \u2028 `${alert(3)}` {{ 7 * 7 }} {% raw %}",
    "Xã \u202eNgọc \"Quỷnh'&amp;<!--",
    LONG,
    "Đặc khu Mười Ba Đảo",
    "Xã Bên Cạnh",
)
PEOPLE = ("1.000", "2.000", "3.000", "1.000.000", "5.000", "6.000", "900", "4.000")
ISLANDS, NEIGHBOUR = 7, 8
WEST, SOUTH, SIDE = 105.0, 21.0, 0.1
FIRST_ISLAND = (110.0, 9.0)


def both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def shapes() -> gpd.GeoSeries:
    "Seven squares in two rows, thirteen islets far out at sea round some 4,000 km2 of water, and a neighbour."
    corners = [(WEST + (i % 4) * SIDE, SOUTH - (i // 4) * SIDE) for i in range(7)]
    squares = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    places = [(FIRST_ISLAND[0] + (i % 4) * 0.2, FIRST_ISLAND[1] + (i // 4) * 0.2) for i in range(13)]
    islets = shapely.MultiPolygon([shapely.Point(place).buffer(0.004, 6) for place in places])
    neighbour = shapely.box(WEST + 4 * SIDE, SOUTH, WEST + 5 * SIDE, SOUTH + SIDE)
    return gpd.GeoSeries([*squares, islets, neighbour], crs="EPSG:4326")


def figures() -> list[dict[str, Any]]:
    "5G: nothing, a little, just short of all, all; one not published, one without data. The rest is made of it."
    people = [1000, 2000, 3000, 100_000, 5000, 600, 70, 10, 900]
    covered = [0, 500, 2700, 99_999, 5000, None, None, 0, None]
    before = [0, 600, 2700, 50_000, None, 300, 70, 0, None]
    share = {"unit": "share", "scale": "share", "missing": "no_data", "popup": True, "better": 1, "zero": "no_signal"}
    nothing = [None] * 9
    return [
        {
            **share,
            "id": "nr_any",
            "section": "signal",
            "label": both("Dân số có sóng 5G", "People with 5G"),
            "definition": both("people_covered_limited_share/1", "people_covered_limited_share/1"),
            "numerator": covered,
            "denominator": people,
            "before": {"numerator": before, "denominator": people},
            "suppressed": [5],
        },
        {
            **share,
            "id": "measured",
            "section": "signal",
            "label": both("Sóng đo thực tế", "Measured signal"),
            "definition": both("", ""),
            "numerator": nothing,
            "denominator": nothing,
            "before": None,
            "suppressed": [],
            "missing": "not_measured",
        },
        {
            "id": "joint",
            "section": "joint",
            "label": both("Thiếu sóng hay thiếu điện", "Lacking signal or power"),
            "definition": both("", ""),
            "unit": "joint",
            "scale": "joint",
            "numerator": {"digits": '!%#"$!&!!'[:9]},
            "denominator": None,
            "before": None,
            "suppressed": [],
            "zero": None,
            "missing": "no_data",
            "popup": False,
            "better": 0,
        },
        {
            "id": "without",
            "section": "joint",
            "label": both("Dân số thiếu sóng", "People without signal"),
            "definition": both("", ""),
            "unit": "people",
            "scale": "people",
            "numerator": [1000, 1500, 300, 1, 0, None, None, 10, None],
            "denominator": None,
            "before": {"numerator": [1000, 1400, 300, 5000, 0, 1, 1, 10, None], "denominator": None},
            "suppressed": [],
            "zero": None,
            "missing": "no_data",
            "popup": False,
            "better": -1,
        },
    ]


def marks() -> list[dict[str, Any]]:
    squares = [shapely.box(105.02, 21.02, 105.04, 21.04), shapely.box(105.11, 21.01, 105.13, 21.04)]
    zones = gpd.GeoSeries(squares, crs="EPSG:4326")
    villages = np.array([(105.05, 21.07), (105.17, 21.05), (105.35, 20.95)])
    routes = np.array([shapely.LineString([(105.0, 21.05), (105.4, 20.95)])], object)
    return [
        {
            "id": "lines",
            "label": both("Đường dây điện", "Power lines"),
            "shape": "line",
            "shown": False,
            "search": False,
            "name": [None],
            "unit": [-1],
            "class": [0],
            "classes": [{"style": "line_220", "label": both("220 kV", "220 kV")}],
            "fields": [],
            "lines": lines(routes),
        },
        {
            "id": "zones",
            "label": both("Vùng lõm", "Dead zones"),
            "shape": "area",
            "shown": True,
            "search": False,
            "name": ["Thôn Đồng Chằm", None],
            "ids": ["Z-0002", "Z-0001"],
            "unit": [0, 1],
            "class": [0, 1],
            "classes": [
                {"style": "zone_signal", "label": both("thiếu sóng", "signal missing")},
                {"style": "zone_both", "label": both("thiếu cả sóng và điện", "signal and power missing")},
            ],
            "rank": [2, 1],
            "people": [1234, 2345],
            "fields": [
                {
                    "label": both("Nguyên nhân", "Cause"),
                    "kind": "choice",
                    "of": [0, None],
                    "choices": [both("bị núi che", "terrain in the way")],
                }
            ],
            "topology": encoded(arcs_of(zones, 0)),
        },
        {
            "id": "villages",
            "label": both("Thôn, bản", "Villages"),
            "shape": "point",
            "shown": False,
            "search": True,
            "name": ["Thôn Đồng Chằm", "Bản <b>Ngoẵng</b>", None],
            "unit": digits([0, 1, -1]),
            "class": digits([0, 1, -1]),
            "classes": [
                {"style": "village_none", "label": both("thiếu cả sóng và điện", "signal and power missing")},
                {"style": "village_no_signal", "label": both("thiếu sóng", "signal missing")},
                {"style": "village_unknown", "label": both("chưa rõ", "unknown")},
            ],
            "fields": [{"label": both("Dân số", "People"), "kind": "count", "of": [120, 80, None]}],
            "points": points(villages),
        },
    ]


def sentences() -> list[dict[str, Any]]:
    people = {"kind": "count", "of": [1000, 1500, 300, 1, 0, None, None, 10, None]}
    return [
        {
            "templates": [
                both("{people} người chưa có sóng 5G.", "{people} people without 5G."),
                both("Chưa rõ bao nhiêu người có sóng 5G.", "It is not known how many have 5G."),
            ],
            "which": [0, 0, 0, 0, 0, 1, 1, 0, None],
            "values": {"people": people},
        },
        {
            "templates": [both("Chưa có kỳ trước để so sánh.", "There is no earlier quarter.")],
            "which": [0] * 8 + [None],
            "values": {},
        },
    ]


def picture() -> str:
    "A picture of two colours, 4 x 4."
    rows = b"".join(b"\0" + bytes([0b01010101 if row % 2 else 0]) for row in range(4))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 4, 4, 2, 3, 0, 0, 0)
    colours = bytes([0x2A, 0x95, 0xC1, 0xF2, 0xA6, 0x5A] + [0] * 6)
    parts = chunk(b"IHDR", head) + chunk(b"PLTE", colours) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode("ascii")


def data() -> dict[str, Any]:
    areas = shapes()
    drawn = encoded(arcs_of(areas, 0))
    outside = gpd.GeoSeries([shapely.box(104.0, 20.0, 107.0, 23.0)], crs="EPSG:4326")
    return {
        "format": 1,
        "level": "province",
        "page": {
            "code": "25",
            "name": "Tỉnh <b>Phú</b> Thọ",
            "period": "2026Q3",
            "as_of": "2026-09-30",
            "before": "2026Q2",
            "people_year": 2020,
            "tier": "public",
            "edition": "0123456789abcdef" * 4,
            "project": "nho",
            "synthetic": ["sites"],
        },
        "columns": [],
        "sections": [
            {"id": "signal", "label": both("Sóng", "Signal")},
            {"id": "joint", "label": both("Sóng và điện", "Signal and power")},
        ],
        "units": {
            "code": [f"{i:05d}" for i in range(97, 106)],
            "name": list(NAMES),
            "own": [1] * 8 + [0],
            "province": [0] * 8 + [1],
            "at": points(shapely.get_coordinates(areas.representative_point())),
            "provinces": {
                "code": ["25", "26"],
                "name": ["Tỉnh <b>Phú</b> Thọ", "Tỉnh Bên"],
                "file": [None, None],
                "at": points(shapely.get_coordinates(areas.representative_point()[[0, 8]])),
            },
            "topology": drawn,
            "bounds": [[8.9, 105.0], [21.1, 110.7]],
            "view": [[20.9, 105.0], [21.1, 105.4]],
        },
        "base": {"topology": encoded(arcs_of(outside, 0)), "code": ["26"]},
        "figures": figures(),
        "rasters": [
            {
                "id": "level_nr",
                "section": "signal",
                "label": both("Mức sóng 5G", "5G level"),
                "definition": both("", ""),
                "png": picture(),
                "bounds": [[20.9, 105.0], [21.1, 105.4]],
                "legend": [{"fill": "#2a95c1", "label": both("mạnh", "strong")}],
            }
        ],
        "marks": marks(),
        "tasks": [
            {
                "zone": 1,
                "unit": 1,
                "title": "Dựng trạm <i>",
                "responsible": "UBND xã",
                "due": "2026-12-31",
                "status": both("đang làm", "in progress"),
            }
        ],
        "sentences": sentences(),
    }


def contents(**changes: Any) -> Contents:
    "The page's contents; `changes` replace parts of the data block."
    table = Table(
        [Both("Xã", "Commune"), Both("Dân số", "People"), Both("5G", "5G")],
        [[name, PEOPLE[i], "=1+1" if i == 2 else f"{i},0 %"] for i, name in enumerate(NAMES[:8])],
        [f"{i:05d}" for i in range(97, 105)],
    )
    return Contents(
        data=data() | changes,
        title="Tỉnh <b>Phú</b> Thọ",
        facts=Both("Quý III/2026 · số liệu đến ngày 30/09/2026", "Quarter III/2026 · as of 30/09/2026"),
        synthetic=Both("DỮ LIỆU GIẢ LẬP: trạm", "SYNTHETIC DATA: sites"),
        sentences=[
            Both("Khoảng 2.811 người chưa có sóng 5G.", "About 2,811 people without 5G."),
            Both("1 thôn chưa có cả sóng và điện.", "1 village has neither signal nor power."),
            Both("Chưa có kỳ trước để so sánh.", "There is no earlier quarter."),
        ],
        table=table,
        sources=[
            Both(
                "Ranh giới: <b>a</b>; © OpenStreetMap contributors",
                "Boundaries: <b>a</b>; © OpenStreetMap contributors",
            )
        ],
        notes=[Both("Sóng là kết quả tính toán.", "Signal is computed.")],
    )
