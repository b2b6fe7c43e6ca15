"""The sheet of a dead zone: whole, legible, the same every time, harmless, and true to the snapshot's rasters."""

from __future__ import annotations

import dataclasses
import struct

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from phusong.errors import LayerError
from phusong.publish.drawing import WIDTH_IN, own_settings
from phusong.publish.place_names import place_names
from phusong.publish.zone_ground import frame, ground_of, hill_shade
from phusong.publish.zone_map import Looks, draw_map
from phusong.publish.zone_sheet import draw, write_sheets

CRS = "EPSG:3405"
WEST, SOUTH, SIDE = 540_000.0, 2_360_000.0, 5_000.0


def raster(path, values, west, north, pixel_m):
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float32", crs=CRS,
        nodata=float("nan"), transform=Affine(pixel_m, 0, west, 0, -pixel_m, north),
    ) as file:  # fmt: skip
        file.write(values.astype(np.float32), 1)


@pytest.fixture
def surface(tmp_path):
    "Hills over the four communes and ten kilometres round them; a person on each pixel of 100 m of the communes."
    folder = tmp_path / "surface"
    folder.mkdir()
    row, column = np.mgrid[:250, :400]
    raster(folder / "terrain.tif", 300 + 100 * np.sin(column / 9) * np.cos(row / 7), WEST - 10e3, SOUTH + 15e3, 100)
    raster(folder / "people.tif", np.ones((50, 200)), WEST, SOUTH + SIDE, 100)
    return folder


def sheet(edition, surface, zone_id="2026Q3-0001") -> Figure:
    zone = edition.zones.geometry[edition.zones.zone_id == zone_id].iloc[0]
    return draw(edition, zone_id, ground_of(surface, zone))


def said(figure) -> str:
    """All text of a picture; a line that was broken is joined again."""
    return " ".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def signs(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.fixture
def told(edition):
    "The edition with all that a snapshot may know of its zones, names as long as they come, and sites in its frame."
    more = {
        "rank_low": 1, "rank_high": [2, 3, 3], "without_signal_expected_people": pd.array([290, None, 90], "Int64"),
        "without_signal_low_people": pd.array([200, None, 80], "Int64"), "cause": ["tilt", "no_grid", "tilt"],
        "without_signal_high_people": pd.array([300, None, 100], "Int64"), "cause_change": "tilt 4 deg",
        "cause_site_id": ["S-3", None, None], "villages": 30, "villages_touched": 31, "why_vi": "Vì " * 80,
        "village_names": ";".join(f"Bản Mường Nghẹn Thượng {k}" for k in range(30)), "schools": 2, "road_km": 1.5,
    }  # fmt: skip
    long = edition.zones.assign(**more, commune_name="Xã " + "Nghẹn" * 30)
    nearer = edition.sites.assign(geometry=edition.sites.geometry.translate(yoff=-500))
    return dataclasses.replace(edition, zones=long, sites=nearer)


def test_no_text_is_cut_or_covers_other_text(told, surface):
    figure = sheet(told, surface)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]
    assert len(boxes) > 20
    for one, box in boxes:
        assert -1 <= box.x0 <= box.x1 <= width + 1, one
        assert -1 <= box.y0 <= box.y1 <= height + 1, one
    for k, (one, box) in enumerate(boxes):
        for other, beside in boxes[:k]:
            assert not box.shrunk(0.9, 0.7).overlaps(beside.shrunk(0.9, 0.7)), (one, other)


def test_letters_can_be_read_on_a_phone(told, surface):
    "On a screen 412 dots wide no letter is smaller than 8 dots, and who lives there and why it is dead has 10."
    figure = sheet(told, surface)
    sizes = {text.get_text(): text.get_fontsize() * 412 / (72 * WIDTH_IN) for text in figure.findobj(Text)}
    assert min(size for one, size in sizes.items() if one) >= 8
    for start in ("Vùng lõm 2026Q3-0001", "Dân số", "Dự kiến không có sóng", "Nguyên nhân: "):
        assert next(size for one, size in sizes.items() if one.startswith(start)) >= 10


def test_what_the_sheet_says(told, surface):
    text = said(sheet(told, surface))
    for part in (
        "Vùng lõm 2026Q3-0001 – hạng 1 (1 – 2) trên 3",
        "Thiếu sóng – ",
        "Dân số (số liệu 2020): 300 người",
        "Dự kiến không có sóng: 290 (200 – 300) người",
        ": 4°; trạm S-3",
        "Quý III/2026, số liệu đến ngày 30/09/2026",
        "DỮ LIỆU GIẢ LẬP / SYNTHETIC: trạm phát sóng, thôn, bản",
        "Trong vùng có: 2 trường học, 1,5 km đường",
        "Địa hình: SRTM; CC BY 4.0; năm 2000",
        "Mã kiểm tra số liệu (SHA-256): 0123456789ab",
        "Cấp: cơ quan quản lý (regulator)",
    ):
        assert part in text


def test_the_legend_explains_what_is_drawn_and_nothing_else(told, surface):
    "The villages' and sites' signs are there only where one stands in the frame; the planned site is not on air."
    assert signs(sheet(told, surface)) == [
        "Người mỗi ô 100 m: 1 – dưới 5",
        "ranh giới xã",
        "ranh giới vùng lõm",
        "đường dây 220 kV",
        "đường dây không rõ điện áp",
        "thôn không có sóng",
        "trạm <img src=x onerror=alert(1)>",
        "trạm Mạng <b>X</b>",
        "trạm nêu ở nguyên nhân",
    ]
    far = signs(sheet(told, surface, "2026Q3-0003"))
    assert far == ["Người mỗi ô 100 m: 1 – dưới 5", "ranh giới xã", "ranh giới vùng lõm", "đường dây 220 kV"]


def test_no_site_in_the_frame_is_told(told, surface):
    assert "không có trạm nào đang phát sóng" in said(sheet(told, surface, "2026Q3-0003"))
    assert "không có trạm nào đang phát sóng" not in said(sheet(told, surface))


def test_real_study_has_no_mark_and_little_known_is_no_fault(edition, bare, surface):
    "Of other layers there is not even a column."
    poor = dataclasses.replace(bare, zones=edition.zones)
    text = said(sheet(poor, surface))
    assert "GIẢ LẬP" not in text
    assert "Nguyên nhân" not in text
    assert "Dân số (số liệu ?): 300 người" in text


def test_the_same_snapshot_gives_the_same_bytes(told, surface, tmp_path):
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    (first,) = write_sheets(told, surface, folders[0], 1)
    turned = dataclasses.replace(told, zones=told.zones.iloc[::-1], sites=told.sites.iloc[::-1],
                                 villages=told.villages.iloc[::-1])  # fmt: skip
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        (again,) = write_sheets(turned, surface, folders[1], 1)
        assert mpl.rcParams["font.size"] == 30, "the settings of others are left as they were"
    assert first.name == again.name == "2026Q3-0001.png"
    assert first.read_bytes() == again.read_bytes()
    assert struct.unpack(">I", first.read_bytes()[16:20]) == (960,)


def test_hostile_names_are_letters(told, surface):
    villages = told.villages.assign(village_name=["$\\frac{$ <b>", "$x^2$"])
    assert "$\\frac{$ <b>" in said(sheet(dataclasses.replace(told, villages=villages), surface))


def test_an_older_sheet_survives_a_failure(told, surface, tmp_path, monkeypatch):
    (path,) = write_sheets(told, surface, tmp_path, 1)
    before = path.read_bytes()
    monkeypatch.setattr("phusong.publish.zone_sheet.draw", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_sheets(told, surface, tmp_path, 1)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [path.name]


def test_a_raster_that_is_no_raster_is_a_sentence(told, surface):
    (surface / "terrain.tif").write_text("no raster", "utf-8")
    with pytest.raises(LayerError, match=r"terrain\.tif cannot be read as a raster"):
        sheet(told, surface)


def test_people_are_those_of_the_zone_only(told, surface):
    "The zone is 4 by 4 pixels; the frame reaches two kilometres farther and over the edge of the people."
    ground = ground_of(surface, told.zones.geometry.iloc[0])
    assert ground.box == (WEST - 1500, SOUTH - 1500, WEST + 2900, SOUTH + 2900)
    assert np.nansum(ground.people) == 16
    assert (ground.pixels.west, ground.pixels.south) == (WEST, SOUTH)
    assert ground.pixels.shape == (29, 29)
    rows, columns = np.nonzero(np.isfinite(ground.people))
    assert (ground.pixels.x[columns.min()], ground.pixels.x[columns.max()]) == (WEST + 550, WEST + 850)
    assert (ground.pixels.y[rows.min()], ground.pixels.y[rows.max()]) == (SOUTH + 850, SOUTH + 550)
    assert ground.terrain.shape == (44, 44)


def test_ground_beyond_the_terrain_is_told(told, surface):
    raster(surface / "terrain.tif", np.full((10, 10), 5.0), WEST, SOUTH + 1000, 100)
    assert signs(sheet(told, surface))[0] == "không có số liệu địa hình"
    raster(surface / "terrain.tif", np.full((10, 10), 5.0), WEST + 900_000, SOUTH, 100)
    assert signs(sheet(told, surface))[0] == "không có số liệu địa hình"


def test_a_void_is_told(told, surface):
    heights = np.full((250, 400), 5.0)
    assert "không có số liệu địa hình" not in signs(sheet(told, surface))
    heights[120:130, 110:120] = np.nan
    raster(surface / "terrain.tif", heights, WEST - 10e3, SOUTH + 15e3, 100)
    assert signs(sheet(told, surface))[0] == "không có số liệu địa hình"


def test_light_comes_from_the_north_west():
    "A slope of 45 degrees after heights count twice: towards the sun full light, away from it none, along it as flat."
    rise = np.arange(5) * 50.0
    to_south_east = (rise[:, None] + rise[None, :]) / np.sqrt(2)
    flat = np.sqrt(0.5)
    assert hill_shade(to_south_east, 100.0) == pytest.approx(np.full((5, 5), 1.0))
    assert hill_shade(-to_south_east, 100.0) == pytest.approx(np.zeros((5, 5)), abs=1e-9)
    along = (rise[:, None] - rise[None, :]) / np.sqrt(2)
    assert hill_shade(along, 100.0) == pytest.approx(np.full((5, 5), flat / np.sqrt(2)))


def test_frame_of_a_large_zone_grows_with_it():
    assert frame(shapely.MultiPolygon([shapely.box(0, 0, 50_000, 10_000)])) == (-10_000, -30_000, 60_000, 40_000)


def axes_of(side_in: float = 4.0):
    axes = Figure(figsize=(side_in, side_in), dpi=150).add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 100), ylim=(0, 100))
    return axes


def test_names_stand_where_there_is_room():
    "Of two villages at one place the first is named to the right, the second to the left, and no fifth at all."
    with own_settings():
        axes = axes_of()
        named = place_names(axes, [(50.0, 50.0, f"Bản {k}") for k in range(6)], [], [])
        texts = [text.get_text() for text in axes.texts]
    assert named == len(texts) == 4
    assert texts == ["Bản 0", "Bản 1", "Bản 2", "Bản 3"]
    assert [text.get_ha() for text in axes.texts] == ["left", "right", "center", "center"]


def test_names_do_not_leave_the_map_or_cover_signs():
    with own_settings():
        axes = axes_of()
        assert place_names(axes, [(99.0, 50.0, "Bản Nà")], [], []) == 1
        assert axes.texts[0].get_ha() == "right"
        assert place_names(axes, [(20.0, 20.0, "Bản Hin")], [(26.0, 20.0)], []) == 1
        assert axes.texts[1].get_ha() == "right"
        assert place_names(axes, [(50.0, 80.0, "Bản Lìn")], [], [(0.0, 0.7, 1.0, 0.9)]) == 0


def test_villages_of_the_zone_are_named_first(told, surface):
    "Six villages at one place have room for four names; the one with the fewest people stands in the zone."
    at = pd.concat([told.villages.iloc[[0]]] * 6, ignore_index=True)
    at = at.assign(village_id=list("abcdef"), village_name=[f"Bản {k}" for k in "ABCDEF"], people=[9, 8, 7, 6, 5, 1])
    at.geometry = [shapely.Point(WEST + 901, SOUTH + 700)] * 5 + [shapely.Point(WEST + 899, SOUTH + 700)]
    edition = dataclasses.replace(told, villages=at)
    zone = edition.zones.iloc[[0]]
    with own_settings():
        axes = Figure(figsize=(6, 6), dpi=150).add_axes((0, 0, 1, 1))
        drawn = draw_map(axes, edition, zone, ground_of(surface, zone.geometry.iloc[0]), Looks.shipped())
    texts = [text.get_text() for text in axes.texts if text.get_text().startswith("Bản")]
    assert texts[:3] == ["Bản F", "Bản A", "Bản B"]
    assert (drawn.villages, drawn.named) == (6, len(texts))
    assert f"Ghi tên {len(texts)} trong 6 thôn" in said(sheet(edition, surface))


def test_operators_at_one_mast_stand_side_by_side(told, surface):
    "The LTE and the NR cell of one operator are one sign; the other operator's stands beside it."
    sites = told.sites.assign(operator=["A", "A", "B", "B"], on_air=True)
    sites.geometry = [sites.geometry.iloc[0]] * 4
    edition = dataclasses.replace(told, sites=sites)
    zone = edition.zones.iloc[[0]]
    with own_settings():
        axes = Figure(figsize=(6, 6), dpi=150).add_axes((0, 0, 1, 1))
        drawn = draw_map(axes, edition, zone, ground_of(surface, zone.geometry.iloc[0]), Looks.shipped())
        marks = [line for line in axes.lines if line.get_marker() in ("^", "s")]
        places = [line.get_transform().transform(line.get_xydata())[0] for line in marks]
    assert [line.get_marker() for line in marks] == ["^", "s"]
    assert places[1][0] - places[0][0] == pytest.approx(9 * 150 / 72)
    assert places[0][1] == places[1][1]
    assert drawn.sites == 4
