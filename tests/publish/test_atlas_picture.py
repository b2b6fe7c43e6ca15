"""Pictures of the map pages show what the pages show, in their colours, with nothing cut off or written over."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import combinations
from unittest.mock import Mock
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import shapely
import small_atlas
from PIL import Image

from phusong.publish.atlas import Asked, write
from phusong.publish.atlas.look import page_words, palette
from phusong.publish.atlas.packing import digits
from phusong.publish.pictures import KINDS, files_beside, picture, write_beside
from phusong.publish.pictures.captions import foot, head
from phusong.publish.pictures.classing import classed
from phusong.publish.pictures.ground import hatch_of
from phusong.publish.pictures.keys import keys
from phusong.publish.pictures.map import Shown
from phusong.publish.pictures.names import archipelagos
from phusong.publish.pictures.picture import draw, settings
from phusong.publish.pictures.unpacking import numbers, places
from phusong.publish.pictures.window import Window, framed, least_covering, mercator
from phusong.publish.topology import arcs_of, encoded

PNG, SVG = KINDS


@pytest.fixture(scope="module")
def look():
    return palette(page_words())


@pytest.fixture(scope="module")
def contents():
    return small_atlas.contents()


@pytest.fixture(scope="module")
def page(contents, look):
    with settings():
        return draw(contents, PNG, look)


@pytest.fixture(scope="module")
def png(contents):
    return picture(contents, PNG)


def test_units_have_the_class_of_their_share(contents, look):
    found = classed(contents.data["figures"][0], contents.data, look)
    assert [found.styles[place]["label"]["vi"] for place in found.of] == [
        "không có sóng",
        "25 % – dưới 50 %",  # a quarter exactly
        "90 % – dưới 99 %",
        "từ 99 %",
        "từ 99 %",
        "số quá nhỏ, không công bố",
        "chưa có số liệu",
        "không có sóng",
        "ngoài phạm vi",
    ]


def test_legend_tells_all_classes_and_the_states_that_occur(contents, look):
    found = classed(contents.data["figures"][0], contents.data, look)
    said = [style["label"]["vi"] for style in found.shown]
    assert said[0] == "trên 0 – dưới 25 %"  # nothing at all is "không có sóng"
    assert said[6:] == ["không có sóng", "chưa có số liệu", "số quá nhỏ, không công bố", "ngoài phạm vi"]


def test_what_nobody_measured_is_not_without_signal(contents, look):
    found = classed(contents.data["figures"][1], contents.data, look)
    assert {found.styles[place]["label"]["vi"] for place in found.of[:8]} == {"chưa đo"}


def test_packed_figures_are_read_as_the_page_reads_them(contents, look):
    packed = {**contents.data["figures"][2], "numerator": digits([0, 2, 1, 3, 4, 0, 0, 0, 0])}
    found = classed(packed, contents.data, look)
    assert [found.styles[place]["label"]["vi"] for place in found.of[:3]] == [
        "có cả sóng và điện",
        "thiếu điện",
        "thiếu sóng",
    ]


def test_states_differ_from_each_other_and_from_every_class(look):
    styles = [*look["states"].values(), *look["scales"]["share"]["styles"]]
    looks = [(style["fill"], hatch_of(style)) for style in styles]
    assert len(set(looks)) == len(looks)


def test_heading_and_foot_tell_what_the_page_tells(contents):
    figure, words = contents.data["figures"][0], page_words()
    texts = [text for text, _, _ in (*head(contents, figure, words), *foot(contents, figure, words))]
    told = "\n".join(texts)
    for part in (
        "DỮ LIỆU GIẢ LẬP: trạm",
        "Dân số có sóng 5G, % dân số / People with 5G, % of people",
        "số liệu đến ngày 30/09/2026",
        "people_covered_limited_share/1",
        "dân số năm 2020",
        "0123456789ab",
        "1. Phường Hòa Bình: thiếu cả sóng và điện, 2.345 người",
        "2. Thôn Đồng Chằm, Xã Hoà Bình: thiếu sóng, 1.234 người",
    ):
        assert part in told
    assert told.count("© OpenStreetMap contributors") == told.count("OpenStreetMap contributors") == 1


def test_layers_of_one_source_share_its_line(contents):
    both = [replace(contents.sources[0], vi=f"{layer}: tổng hợp; CC0") for layer in ("Thôn", "Trạm")]
    told = foot(replace(contents, sources=both), contents.data["figures"][0], page_words())
    assert told[-1][0].endswith("Thôn, Trạm: tổng hợp; CC0")


def test_same_contents_give_the_same_picture(contents, png):
    assert picture(contents, PNG) == png
    assert picture(contents, SVG) == picture(contents, SVG)


def test_picture_for_chats_is_small_and_upright(png):
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (1080, 1350)
    assert len(png) < 300_000


def test_no_class_loses_its_colour(contents, look, png):
    with Image.open(io.BytesIO(png)) as image:
        dots = np.asarray(image.convert("RGB"))
    found = {"#{:02x}{:02x}{:02x}".format(*colour) for colour in np.unique(dots.reshape(-1, 3), axis=0)}
    assert {style["fill"] for style in classed(contents.data["figures"][0], contents.data, look).shown} <= found


def test_print_is_a4_upright_with_the_name_as_text(contents):
    root = ElementTree.fromstring(picture(contents, SVG))
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    assert height / width == pytest.approx(2**0.5, abs=0.01)
    assert next(root.iter("{http://purl.org/dc/elements/1.1/}title")).text == "Tỉnh <b>Phú</b> Thọ"
    assert not [one for one in root.iter() if one.tag.endswith(("script", "}b"))]


def test_nothing_is_written_over_or_cut_off(page):
    axes = page.axes[0]
    with settings():
        renderer = page.canvas.get_renderer()
        names = [text.get_window_extent(renderer) for text in axes.texts if not text.arrow_patch]
        lines = [text.get_window_extent(renderer) for text in page.texts]
        legend = page.legends[0].get_window_extent(renderer)
    assert len(names) >= 4
    assert not [1 for one, other in combinations(names, 2) if one.overlaps(other)]
    assert [within(box, axes.bbox) for box in names] == [True] * len(names)
    assert [within(box, page.bbox) for box in (*lines, legend)] == [True] * (len(lines) + 1)
    assert not [1 for box in (*lines, axes.bbox) if box.overlaps(legend)]


def within(box, frame):
    return frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1


def test_worst_zones_have_their_numbers_on_the_map(page):
    assert [text.get_text() for text in page.axes[0].texts if text.arrow_patch] == ["1", "2"]


def test_islands_far_off_have_a_map_of_their_own(page, look):
    (inset,) = page.axes[0].child_axes
    west, east = inset.get_xlim()
    assert west < small_atlas.WEST
    assert east > small_atlas.FIRST_ISLAND[0] + 0.6
    assert page.axes[0].get_xlim()[1] < small_atlas.FIRST_ISLAND[0]
    near = small_atlas.data()
    near["units"]["bounds"] = near["units"]["view"]
    with settings():
        assert not draw(small_atlas.contents(units=near["units"]), PNG, look).axes[0].child_axes


def test_map_of_islands_stands_where_it_covers_nothing():
    drawn = np.array([(x, y) for x in range(11) for y in range(11) if x + y >= 8], float)
    window, (left, bottom, across, up) = least_covering(Window(0, 0, 10, 10), (10, 10), Window(0, 0, 40, 40), drawn)
    assert (left, bottom) == (0, 0)
    west, south = window.west + across * window.size[0], window.south + up * window.size[1]
    assert not [1 for x, y in drawn if x < west and y < south]


def test_window_holds_what_it_is_to_show():
    inner = Window(3, 1, 5, 9)
    for towards in (None, (0, 0), (1, 1)):
        found = framed(inner, (3, 1), towards)
        assert found.holds(np.array([(3, 1), (5, 9)])).all()
        assert found.size[0] / found.size[1] == pytest.approx(3)


def test_villages_without_signal_are_drawn_and_those_not_known_are_left_out(contents, look):
    shown = Shown(contents.data, look, classed(contents.data["figures"][0], contents.data, look))
    ((_, chosen),) = shown.villages()
    assert chosen.tolist() == [True, True, False]
    labels = [str(key.get_label()) for key in keys(shown)]
    assert "Thôn, bản: thiếu sóng / Villages: signal missing" in labels
    assert not [label for label in labels if "chưa rõ" in label]


def test_commune_shows_all_villages_and_names_its_neighbours(look):
    contents = small_atlas.contents(level="commune")
    with settings():
        page = draw(contents, PNG, look)
    said = [text.get_text() for text in page.axes[0].texts]
    assert "Đồng Chằm" in said
    assert len(page.axes[0].collections) == 4  # islets, and a sign for each of three classes


def test_nation_names_provinces_and_has_its_legend_on_the_sea(look):
    units = small_atlas.data()["units"]
    contents = small_atlas.contents(level="nation", base=None, units={**units, "own": [1] * 9})
    with settings():
        page = draw(contents, PNG, look)
    axes = page.axes[0]
    assert axes.get_legend()
    assert (page.legends, axes.child_axes) == ([], [])
    said = [text.get_text() for text in axes.texts]
    assert {"Bên", "BIỂN ĐÔNG"} < set(said)
    assert not [text for text in axes.texts if text.arrow_patch]


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ((112.3, 16.6), ["Quần đảo Hoàng Sa\n(thành phố Đà Nẵng)"]),
        ((114.3, 10.7), ["Quần đảo Trường Sa\n(tỉnh Khánh Hòa)"]),
        ((108.7, 15.4), []),
    ],
)
def test_islands_are_named_as_part_of_their_archipelago(look, place, names):
    island = gpd.GeoSeries([shapely.Point(place).buffer(0.05)], crs="EPSG:4326")
    units = {**small_atlas.data()["units"], "topology": encoded(arcs_of(island, 0))}
    found = list(archipelagos({"units": units}, look))
    assert [name.text for name in found] == names
    assert all(np.hypot(*(name.spots[-1] - mercator(place)[0])) < 0.06 for name in found)


def test_names_of_places_cannot_be_turned_round(contents, look):
    hostile = replace(contents, title="Xã \u202egnoS ịhT \u2028Lá")
    assert ("Xã gnoS ịhT Lá", 14.0, "black") in head(hostile, contents.data["figures"][0], page_words())
    with settings():
        drawn = [text.get_text() for text in draw(contents, PNG, look).axes[0].texts]
    assert "Ngọc \"Quỷnh'&amp;<!--" in drawn


def test_points_are_where_they_were():
    villages = small_atlas.marks()[2]["points"]
    assert places(villages) == pytest.approx(np.array([(105.05, 21.07), (105.17, 21.05), (105.35, 20.95)]))
    assert numbers([1, None], {}).tolist() == [1, -1]
    assert mercator([105, 0]).tolist() == [[105, 0]]


def test_unknown_figure_is_refused(contents):
    with pytest.raises(ValueError, match="has no figure 'nr_anny'"):
        picture(contents, PNG, "nr_anny")


def test_pictures_stand_beside_their_page(contents, tmp_path):
    written = write_beside(contents, tmp_path / "25-phu-tho.html")
    assert written == files_beside(tmp_path / "25-phu-tho.html")
    assert [file.name for file in written] == ["25-phu-tho.png", "25-phu-tho.svg"]
    assert written[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in written[1].read_bytes()


def test_atlas_writes_the_pictures_of_each_page_and_leaves_no_old_ones(edition, tmp_path):
    def write_pages(province, beside):
        asked = Asked("public", province=province)
        return write(edition, None, {}.get, asked, tmp_path, Mock(), beside)[0]

    page = write_pages("01", write_beside)
    assert all(file.stat().st_size for file in files_beside(page))
    assert write_pages("01", None) == page
    assert not [file for file in files_beside(page) if file.exists()]
