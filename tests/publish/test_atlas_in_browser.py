"""A map page in a browser without a network: on a phone, on its side, and on a desk."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
import shapely
from small_atlas import ISLANDS, LONG, NAMES, NEIGHBOUR, contents

from phusong.publish.atlas.frame import render
from phusong.publish.atlas.packing import lines

SCREENS = {
    "phone": {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True},
    "side": {"viewport": {"width": 800, "height": 412}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 800}},
}
ROAD = shapely.LineString([(104.9, 20.95), (105.5, 20.95)])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "25-phu-tho.html"
    path.write_bytes(render(contents()))
    return path


def visit(chromium, file, screen, fragment="", **more):
    "Open the page offline; what it asks for, says on the console or shows as a dialog is kept."
    context = chromium.new_context(**SCREENS[screen], offline=True, **more)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda ask: page.asked.append(ask.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: (page.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(file.as_uri() + fragment)
    if more.get("java_script_enabled", True):
        page.locator("html:not(.waking):not(.opening)").wait_for(state="attached")
    return page


def leave(page, file):
    "Nothing was asked for but the page itself, and nothing was said or kept."
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    page.context.close()
    assert {url.split("#")[0] for url in page.asked if not url.startswith("data:")} == {file.as_uri()}
    assert page.said == []
    assert kept == [0, 0, ""]


@pytest.fixture
def phone(chromium, file):
    page = visit(chromium, file, "phone")
    yield page
    leave(page, file)


@pytest.fixture
def desk(chromium, file):
    page = visit(chromium, file, "desk")
    yield page
    leave(page, file)


def place_of(page, code):
    "Where a unit's inner point is on the screen, after the map has gone there."
    return page.evaluate(
        """(code) => {
            const { units } = JSON.parse(document.getElementById("data").textContent);
            const steps = phusongTopology.numbers(units.at.text), row = units.code.indexOf(code);
            let x = 0, y = 0;
            for (let i = 0; i <= row; i++) { x += steps[2 * i]; y += steps[2 * i + 1]; }
            map_phusong.setView([y / 1e5, x / 1e5], 11, { animate: false });
            document.getElementById("map").scrollIntoView();
            const at = map_phusong.latLngToContainerPoint([y / 1e5, x / 1e5]);
            const box = map_phusong.getContainer().getBoundingClientRect();
            return [box.x + at.x, box.y + at.y];
        }""",
        code,
    )


def colour_at(page, x, y):
    "Red, green and blue of a screen pixel; a white one stands for nothing drawn."
    image = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const pen = new OffscreenCanvas(1, 1).getContext("2d");
            pen.drawImage(image, 0, 0);
            return Array.from(pen.getImageData(0, 0, 1, 1).data).slice(0, 3);
        }""",
        list(image),
    )


def names_found(page, text):
    page.locator("#find-field").fill(text)
    return [item.split("\n")[0] for item in page.locator("#find-list li").all_inner_texts()]


@pytest.mark.parametrize("screen", SCREENS)
def test_first_view(chromium, file, screen):
    "Name, sentences and worst places; nothing is wider than the screen, and what can be pressed is large enough."
    page = visit(chromium, file, screen)
    assert page.locator("h1").inner_text() == "Tỉnh <b>Phú</b> Thọ"
    assert "DỮ LIỆU GIẢ LẬP" in page.locator(".synthetic").inner_text()
    assert page.locator("#sentences p").all_inner_texts()[0] == "Khoảng 2.811 người chưa có sóng 5G."
    worst = page.locator("#worst li").all_inner_texts()
    assert worst[0].split("\n")[0] == "Phường Hòa Bình: thiếu cả sóng và điện, 2.345 người"
    assert "Phụ trách: UBND xã; hạn: 31/12/2026 (đang làm)" in worst[0]
    assert worst[1].startswith("Xã Hoà Bình: thiếu sóng, 1.234 người")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for name in (
        "#language",
        "#find-field",
        "[role=tab] >> nth=0",
        "#layer",
        ".leaflet-control-zoom-in",
        "#worst button >> nth=0",
    ):
        box = page.locator(name).bounding_box()
        assert min(box["width"], box["height"]) >= 44, name
    map_box = page.locator(".folium-map").bounding_box()
    assert map_box["height"] >= 260
    assert map_box["height"] < SCREENS[screen]["viewport"]["height"], "a finger must find room to scroll the page"
    page.context.close()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_tap_on_a_unit_opens_its_figures(chromium, file, screen):
    page = visit(chromium, file, screen)
    x, y = place_of(page, "00099")
    page.touchscreen.tap(x, y) if screen == "phone" else page.mouse.click(x, y)
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    shown = popup.inner_text()
    assert NAMES[2] in shown
    assert "90,0\u00a0%" in shown
    assert "2.700 trên 3.000 người" in shown
    assert "chưa đo" in shown
    assert page.locator("#unit").inner_text() == NAMES[2]
    assert page.locator("#own-sentences p").all_inner_texts() == [
        "300 người chưa có sóng 5G.",
        "Chưa có kỳ trước để so sánh.",
    ]
    assert page.url.endswith("#commune=00099")
    page.locator("#whole").click()
    assert page.locator("#sentences p").first.is_visible()
    assert not page.locator("#unit").is_visible()
    leave(page, file)


def test_hostile_names_are_shown_as_text(desk):
    for code, name in zip([f"{i:05d}" for i in range(97, 105)], NAMES, strict=False):
        desk.mouse.click(*place_of(desk, code))
        shown = desk.locator(".leaflet-popup-content h3").last.inner_text()
        assert shown.split() == name.replace("\u202e", "").split()
        desk.locator(".leaflet-popup").nth(1).wait_for(state="detached")  # the one before fades out
    assert desk.locator("img:not(.leaflet-image-layer), b, i:not(.mark)").count() == 0


def test_long_name_pushes_nothing_aside(phone):
    assert names_found(phone, "nga nga ba") == [LONG]
    item = phone.locator("#find-list li").bounding_box()
    assert item["width"] <= 412
    assert item["height"] <= 130
    phone.locator("#find-list li").tap()
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert phone.locator("#unit").bounding_box()["height"] < 120


def test_share_just_short_of_all_is_cut(desk):
    "99,999 of 100,000 people."
    desk.mouse.click(*place_of(desk, "00100"))
    assert "99,9\u00a0%" in desk.locator(".leaflet-popup-content").inner_text()


def test_names_are_found_with_and_without_accents(phone):
    both = ["Xã Hoà Bình", "Phường Hòa Bình"]
    for text in ("hoa binh", "Hoà Bình", "HÒA BÌNH", "hoa bi", "binh hoa"):
        assert names_found(phone, text) == both, text
    assert names_found(phone, "dong cham") == ["Thôn Đồng Chằm"]
    assert names_found(phone, "Bản <b>") == ["Bản <b>Ngoẵng</b>"]
    assert names_found(phone, "zzz") == []
    assert phone.locator("#find-told").inner_text() == "Không tìm thấy. Gõ có dấu hay không dấu đều được."


def test_found_village_is_shown_with_its_layer(phone):
    names_found(phone, "dong cham")
    phone.locator("#find-list li").tap()
    phone.locator(".leaflet-popup-content").wait_for()
    assert "Thôn Đồng Chằm" in phone.locator(".leaflet-popup-content").inner_text()
    assert phone.locator("#marks-list input[value=villages]").is_checked()


def test_everything_is_reached_by_keyboard(desk):
    desk.locator("#find-field").focus()
    desk.keyboard.type("hoa binh")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    assert desk.locator("#find-list li[aria-selected=true]").inner_text().startswith("Phường Hòa Bình")
    desk.keyboard.press("Enter")
    assert desk.locator("#unit").inner_text() == "Phường Hòa Bình"
    desk.locator("#tab-map").focus()
    desk.keyboard.press("ArrowRight")
    assert desk.locator("#table").is_visible()
    assert desk.evaluate("document.activeElement.id") == "tab-table"
    desk.locator("#main-table thead button").nth(1).focus()
    desk.keyboard.press("Enter")
    assert desk.locator("#main-table thead th").nth(1).get_attribute("aria-sort") == "ascending"
    desk.keyboard.press("Tab")
    width = desk.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px"


def test_link_leads_to_a_commune(chromium, file):
    page = visit(chromium, file, "phone", "#commune=00097")
    assert page.locator("#unit").inner_text() == "Xã Hoà Bình"
    assert page.locator("#own-sentences p").first.inner_text() == "1.000 người chưa có sóng 5G."
    assert page.evaluate("window.scrollY") == 0
    page.evaluate("location.hash = '#commune=00098'")
    page.locator("#unit").filter(has_text="Phường Hòa Bình").wait_for()
    page.evaluate("location.hash = '#commune=%'")
    assert page.locator("#unit").inner_text() == "Phường Hòa Bình"
    leave(page, file)


def test_layers_restyle_and_states_look_different(desk):
    "The ground is painted in the class of the layer; the list of the legend follows."
    spots = {code: place_of(desk, code) for code in ("00101",)}
    x, y = spots["00101"]
    assert colour_at(desk, x + 30, y + 30) == [0x10, 0x24, 0x6B]
    desk.locator("#layer").select_option(label="Dân số thiếu sóng")
    assert colour_at(desk, x + 30, y + 30) == [0xFF, 0xFF, 0xFF]
    assert "500 – dưới 2.000" in desk.locator("#legend-classes").inner_text()
    desk.locator("#layer").select_option(label="Sóng đo thực tế")
    assert "chưa đo" in desk.locator("#legend-classes").inner_text()
    assert "chưa có số liệu" not in desk.locator("#legend-classes").inner_text()
    desk.locator("#layer").select_option(label="Dân số có sóng 5G")
    told = desk.locator("#legend-classes").inner_text()
    for state in ("không có sóng", "chưa có số liệu", "số quá nhỏ, không công bố", "ngoài phạm vi"):
        assert state in told
    assert "Chỉ tiêu: people_covered_limited_share/1" in told
    assert "Số liệu đến ngày 30/09/2026; dân số năm 2020." in told
    assert "% dân số" in told


def test_picture_shows_through_the_units(desk):
    x, y = place_of(desk, "00101")
    desk.locator("#layer").select_option(label="Mức sóng 5G")
    desk.locator(".picture").evaluate("image => image.decode()")
    assert colour_at(desk, x + 30, y + 30) in ([0x2A, 0x95, 0xC1], [0xF2, 0xA6, 0x5A])
    assert desk.locator(".picture").evaluate("image => image.src.startsWith('data:image/png;base64,')")
    assert "mạnh" in desk.locator("#legend-classes").inner_text()
    desk.locator("#layer").select_option(label="Dân số có sóng 5G")
    assert desk.locator(".picture").count() == 0


def test_change_since_the_period_before(desk):
    desk.locator("#time input[value=change]").check(force=True)
    x, y = place_of(desk, "00100")
    assert colour_at(desk, x + 30, y + 30) == [0x4A, 0x1F, 0x7A]
    desk.mouse.click(x, y)
    assert "+49,9 điểm %" in desk.locator(".leaflet-popup-content").inner_text()
    desk.mouse.click(*place_of(desk, "00098"))
    assert "−5,0 điểm %" in desk.locator(".leaflet-popup-content").last.inner_text()
    desk.locator("#layer").select_option(label="Dân số thiếu sóng")
    x, y = place_of(desk, "00100")
    assert colour_at(desk, x + 30, y + 30) == [0x4A, 0x1F, 0x7A], "fewer people without signal is better"
    desk.locator("#layer").select_option(label="Sóng đo thực tế")
    assert not desk.locator("#time").is_visible()


def test_marks_are_switched(desk):
    desk.locator("#marks summary").click()
    boxes = desk.locator("#marks-list input")
    assert [boxes.nth(i).is_checked() for i in range(3)] == [False, True, False]
    for i in range(3):
        boxes.nth(i).click()
    assert "Đường dây điện" in desk.locator("#legend-classes").inner_text()
    assert "Vùng lõm" not in desk.locator("#legend-classes").inner_text()


def test_roads_are_painted_below_the_marks_and_taken_away(chromium, tmp_path):
    "No tap is on a road, and none is in the table."
    marks = contents().data["marks"]
    own = {"id": "roads", "ground": True, "shown": True, "lines": lines(np.array([ROAD], object))}
    road = next(layer for layer in marks if layer["id"] == "lines") | own
    path = tmp_path / "road.html"
    path.write_bytes(render(contents(marks=[road, *marks])))
    page = visit(chromium, path, "desk")
    page.locator(".leaflet-roads-pane canvas").wait_for(state="attached")
    x, y = place_of(page, "00101")
    drawn = colour_at(page, x, y)
    page.locator("#marks summary").click()
    page.locator("#marks-list input[value=roads]").click()
    assert page.locator(".leaflet-roads-pane canvas").count() == 0
    assert colour_at(page, *place_of(page, "00101")) == [0x10, 0x24, 0x6B] != drawn
    page.locator("#marks-list input[value=roads]").click()
    assert colour_at(page, *place_of(page, "00101")) == drawn
    page.locator("#marks summary").click()
    page.mouse.click(*place_of(page, "00101"))
    assert page.locator("#unit").inner_text().split() == NAMES[4].split()
    page.locator("#tab-table").click()
    offered = page.locator("#table-of option").evaluate_all("all => all.map((one) => one.value)")
    assert offered == ["main", "figure", "lines", "zones", "villages"]
    leave(page, path)


def test_a_far_view_has_fewer_points_and_the_same_corners(desk):
    "Lines keep their ends, so that neighbours still meet; an islet that would be left with a line stays as it is."
    told = desk.evaluate(
        """() => {
            const { units } = JSON.parse(document.getElementById("data").textContent);
            const { read, coarser } = phusongGeometry(units.bounds), whole = read(units.topology);
            const ends = ({ places, starts }) => Array.from(starts.slice(1), (end, n) => {
                return [places[starts[n]], places[starts[n] + 1], places[end - 2], places[end - 1]];
            });
            const points = ({ starts }) => Array.from(starts.slice(1), (end, n) => (end - starts[n]) / 2);
            const all = [0, 0.003, 0.05].map((step) => coarser(whole, step)).concat(whole);
            return all.map((one) => [ends(one), points(one)]);
        }"""
    )
    (exact, every), (near, few), (far, least), (ends, points) = told
    assert exact == near == far == ends
    assert every == points
    islets = [n for n, count in enumerate(points) if count == 25]
    assert len(islets) == 13
    assert all(4 <= few[n] < 25 for n in islets)
    assert all(least[n] == 25 for n in islets)


def test_islands_far_out_are_found_and_tapped(desk):
    "Thirteen islets round 4,000 km2 of sea: a tap on one, and near one, tells of them; the open sea tells nothing."
    names_found(desk, "muoi ba dao")
    desk.locator("#find-list li").click()
    assert desk.locator("#unit").inner_text() == NAMES[ISLANDS]
    assert desk.evaluate("map_phusong.getBounds().contains([9.2, 110.2])")
    row = desk.evaluate(
        """() => {
            map_phusong.closePopup();
            map_phusong.setView([9.0, 110.0], 12, { animate: false });
            map_phusong.fire("click", { latlng: L.latLng(9.001, 110.001) });
            return document.querySelector(".leaflet-popup-content h3").textContent;
        }"""
    )
    assert row == NAMES[ISLANDS]
    desk.evaluate("map_phusong.closePopup()")
    desk.evaluate("map_phusong.fire('click', { latlng: L.latLng(12, 112) })")
    desk.wait_for_timeout(300)
    assert desk.locator(".leaflet-popup-content").count() == 0


def test_page_of_the_nation(chromium, tmp_path):
    "All is seen with the far islands; a commune is told with its province, whose page is linked."
    data = contents().data
    units = data["units"] | {"own": [1] * 9}
    units["provinces"] = units["provinces"] | {"file": ["25-phu-tho.html", None]}
    path = tmp_path / "index.html"
    path.write_bytes(render(contents(level="nation", base=None, units=units)))
    page = visit(chromium, path, "desk", "#commune=00097")
    assert page.locator(".leaflet-popup-content a").get_attribute("href") == "25-phu-tho.html#commune=00097"
    page.locator("#whole").click()
    assert page.evaluate("map_phusong.getBounds().contains([[8.9, 105], [21.1, 110.7]])")
    worst = page.locator("#worst button").first.inner_text()
    assert worst == "Phường Hòa Bình (Tỉnh <b>Phú</b> Thọ): thiếu cả sóng và điện, 2.345 người"
    leave(page, path)


def test_neighbour_is_outside(desk):
    desk.mouse.click(*place_of(desk, "00105"))
    shown = desk.locator(".leaflet-popup-content").inner_text()
    assert "Xã Bên Cạnh" in shown
    assert "Ngoài phạm vi của trang này." in shown
    assert not desk.locator("#unit").is_visible()


def test_english_at_a_switch(desk):
    desk.locator("#language").click()
    assert desk.evaluate("document.documentElement.lang") == "en"
    assert desk.locator("#sentences p").all_inner_texts()[0] == "About 2,811 people without 5G."
    assert desk.locator("#worst button").first.inner_text() == "Phường Hòa Bình: signal and power missing, 2,345 people"
    desk.mouse.click(*place_of(desk, "00099"))
    shown = desk.locator(".leaflet-popup-content").inner_text()
    assert "90.0\u00a0%" in shown
    assert "2,700 of 3,000 people" in shown
    assert desk.locator("#find-field").get_attribute("placeholder") == "Find a commune or village"
    assert desk.locator(".leaflet-control-zoom-in").get_attribute("aria-label") == "Zoom in"
    desk.locator("#language").click()
    assert desk.locator("#unit").inner_text() == NAMES[2]
    assert desk.locator("#own-sentences p").first.inner_text() == "300 người chưa có sóng 5G."


def test_table_is_sorted_and_copied(chromium, file):
    page = visit(chromium, file, "desk", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#tab-table").click()
    page.locator("#table-of").select_option(label="Dân số có sóng 5G")
    heading = page.locator("#twin thead button").nth(2)
    heading.click()
    shares = page.locator("#twin tbody tr td:nth-child(3)").all_inner_texts()
    assert shares[:3] == ["0,0\u00a0%", "0,0\u00a0%", "25,0\u00a0%"]
    assert set(shares[-2:]) == {"số quá nhỏ, không công bố", "chưa có số liệu"}
    heading.click()
    assert page.locator("#twin tbody tr td:nth-child(3)").all_inner_texts()[0] == "100,0\u00a0%"
    page.locator("#table-of").select_option(value="main")
    page.locator("#main-table thead button").nth(1).click()
    people = page.locator("#main-table tbody tr td:nth-child(2)").all_inner_texts()
    assert people == ["900", "1.000", "2.000", "3.000", "4.000", "5.000", "6.000", "1.000.000"]
    page.locator("#table-copy").click()
    page.locator("#table-told").filter(has_text="Đã chép").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[0] == "Xã\tDân số\t5G"
    assert "<img src=x onerror=alert(1)>\t3.000\t'=1+1" in lines
    assert len(lines) == 9
    page.locator("#main-table tbody button").first.click()
    assert page.locator("#map").is_visible()
    leave(page, file)


def test_table_of_marks(desk):
    "A village of no class is not drawn and not told of."
    desk.locator("#tab-table").click()
    desk.locator("#table-of").select_option(label="Thôn, bản")
    assert desk.locator("#twin tbody th").all_inner_texts() == ["Thôn Đồng Chằm", "Bản <b>Ngoẵng</b>"]
    desk.locator("#table-of").select_option(label="Vùng lõm")
    rows = [row.split("\t") for row in desk.locator("#twin tbody tr").all_inner_texts()]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["Thôn Đồng Chằm", "Xã Hoà Bình", "thiếu sóng", "bị núi che"],
        ["–", "Phường Hòa Bình", "thiếu cả sóng và điện", "–"],
    ]


def test_report_of_a_place_starts_from_its_popup(desk):
    desk.mouse.click(*place_of(desk, "00097"))
    desk.locator(".leaflet-popup-content button").click()
    assert desk.locator("#answer").is_visible()
    assert desk.locator("#answer [name=latitude]").input_value().startswith("21.05")
    assert "Xã Hoà Bình" in desk.locator("#answer output").inner_text()


def test_report_that_starts_from_a_zone_names_it(desk, tmp_path):
    desk.locator("#worst button").first.click()
    desk.locator(".leaflet-popup-content button").click()
    desk.locator("#answer [name=kind][value=no_signal]").check()
    desk.locator("#answer [type=submit]").click()
    with desk.expect_download() as download:
        desk.locator("#answer [name=save]").click()
    download.value.save_as(tmp_path / "report.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text("utf-8-sig"))))
    assert [(row["zone_id"], row["commune_code"]) for row in rows] == [("Z-0001", "00098")]


def test_worst_places_are_in_the_page_s_own_units(chromium, tmp_path):
    "A zone of a neighbour that reaches in is drawn, but is its own page's to tell."
    marks = contents().data["marks"]
    zones = next(layer for layer in marks if layer["id"] == "zones") | {"unit": [NEIGHBOUR, 1]}
    path = tmp_path / "neighbour.html"
    path.write_bytes(render(contents(marks=[zones], tasks=[])))
    page = visit(chromium, path, "phone")
    assert [text.split(":")[0] for text in page.locator("#worst button").all_inner_texts()] == ["Phường Hòa Bình"]
    leave(page, path)


def test_without_script_sentences_and_table_are_seen(chromium, file):
    page = visit(chromium, file, "phone", java_script_enabled=False)
    assert page.locator("#sentences p").first.is_visible()
    assert page.locator("#main-table").is_visible()
    assert page.locator(".unscripted").is_visible()
    for name in (".folium-map", "#find", "[role=tablist]", "#answer", "#language"):
        assert not page.locator(name).is_visible(), name
    assert page.locator("#sentences .en").first.is_visible() is False
    page.context.close()


@pytest.mark.parametrize("script", ["Words", "Ground"], ids=["of the first screen", "of the map"])
def test_browser_that_cannot_run_the_scripts_shows_sentences_and_table(chromium, file, tmp_path, script):
    path, begin = tmp_path / "old.html", f"function phusong{script}"
    path.write_text(file.read_text("utf-8").replace(f"{begin}(", f"{begin} old("), "utf-8")
    page = visit(chromium, path, "phone")
    assert page.locator("#main-table").is_visible()
    assert page.locator(".unscripted").is_visible()
    assert not page.locator(".folium-map").is_visible()
    assert page.said[0].endswith("Unexpected identifier 'old'")
    page.context.close()


def test_page_without_any_figure(chromium, tmp_path):
    "A commune of which nothing is known: every figure is told as not known, and nothing breaks."
    data = contents().data
    nothing = [None] * 9
    figures = [{**figure, "numerator": nothing, "denominator": nothing, "before": None} for figure in data["figures"]]
    path = tmp_path / "empty.html"
    path.write_bytes(render(contents(figures=figures, marks=[], rasters=[], tasks=[], base=None, sentences=[])))
    page = visit(chromium, path, "phone")
    page.locator("#no-worst").wait_for()
    page.touchscreen.tap(*place_of(page, "00097"))
    page.locator(".leaflet-popup-content").wait_for()
    assert page.locator(".leaflet-popup-content td").first.inner_text() == "chưa có số liệu"
    leave(page, path)


def test_printed_sheet_has_map_legend_and_table(desk):
    desk.emulate_media(media="print")
    for name in ("h1", "#sentences", ".folium-map", "#legend", "#main-table", "footer"):
        assert desk.locator(name).is_visible(), name
    for name in ("#find", "#language", "[role=tablist]", "#choices", ".leaflet-control-zoom"):
        assert not desk.locator(name).is_visible(), name
    desk.wait_for_timeout(100)
    wide = "map_phusong.getSize().x - map_phusong.getContainer().clientWidth"
    kept = f"[{wide}, map_phusong.getBounds().contains([20.95, 105.05])]"
    assert desk.evaluate(kept) == [0, True]
    assert len(desk.pdf(format="A4")) > 10_000


@pytest.fixture
def early(chromium, file):
    "The page with idle time held back, in which the map would be made: that there is none yet is seen first."
    context = chromium.new_context(**SCREENS["desk"], offline=True)
    context.add_init_script("window.held = []; window.requestIdleCallback = (work) => held.push(work);")
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".leaflet-pane").count() == 0
    yield page
    context.close()


def test_first_screen_answers_before_there_is_a_map(early):
    assert names_found(early, "hoa bi") == ["Xã Hoà Bình", "Phường Hòa Bình"]
    assert "Thôn Đồng Chằm" not in early.locator("#worst").inner_text()
    assert early.locator("#worst li").count() == 2
    early.locator("#language").click()
    assert early.locator("#layer option").first.inner_text() == "People with 5G"
    assert early.evaluate("typeof L") == "undefined"


@pytest.mark.parametrize(
    ("pressed", "seen"),
    [
        ("#worst button", ".leaflet-popup-content"),
        ("#tab-table", "#main-table thead button"),
        ("#tab-answer", "#answer input"),
        ("#marks summary", "#marks-list input"),
    ],
)
def test_first_tap_makes_the_map_at_once(early, pressed, seen):
    early.locator(pressed).first.click()
    assert early.locator(seen).first.is_visible()
    assert early.locator(".leaflet-ground-pane canvas").count() == 1
    assert early.evaluate("document.documentElement.className") == ""


def test_search_makes_the_map_at_once(early):
    early.locator("#find-field").fill("hoa binh")
    early.locator("#find-list li").first.click()
    assert early.locator("#unit").inner_text() == "Xã Hoà Bình"
    assert early.locator(".leaflet-popup-content h3").inner_text() == "Xã Hoà Bình"


def test_map_waits_for_nothing_that_can_come_later(early):
    "With the map asked for, the ground is seen and everything answers; names and marks come with idle time."
    page = early
    page.evaluate("document.getElementById('layer').dispatchEvent(new Event('change'))")
    spot = [at + 30 for at in place_of(page, "00101")]
    assert colour_at(page, *spot) == [0x10, 0x24, 0x6B]
    page.locator("#layer").select_option(label="Dân số thiếu sóng")
    assert colour_at(page, *spot) == [0xFF, 0xFF, 0xFF]
    page.mouse.click(*place_of(page, "00099"))
    assert NAMES[2] in page.locator(".leaflet-popup-content").inner_text()
    later = page.locator(".leaflet-names-pane canvas, .leaflet-overlay-pane canvas")
    assert later.count() == 0
    page.evaluate("async () => { await new Promise(requestAnimationFrame); while (held.length) held.shift()(); }")
    assert later.count() == 2
