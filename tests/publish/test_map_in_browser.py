"""The map in a browser without a network: on a phone and on a desk."""

from __future__ import annotations

import pytest

from phusong.publish.map import write_map

SCREENS = {
    "phone": {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 800}},
}


@pytest.fixture(params=SCREENS)
def opened(request, chromium, edition, tmp_path):
    "The page, opened offline; afterwards nothing must have been asked for, said on the console or shown as a dialog."
    path = write_map(edition, tmp_path / "map.html")
    context = chromium.new_context(**SCREENS[request.param], offline=True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda ask: asked.append(ask.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-control-scale-line")
    yield request.param, page
    context.close()
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []


def tap(screen, page, kind, zoom):
    """Go to the first shape drawn of a kind, a circle marker (`setRadius`) or an area (`getBounds`), and tap on it."""
    x, y = page.evaluate(
        """([kind, zoom]) => {
            const found = [];
            map_phusong.eachLayer((shape) => { if (shape.table && shape[kind]) found.push(shape); });
            const place = found[0].getCenter ? found[0].getCenter() : found[0].getLatLng();
            map_phusong.setView(place, zoom, { animate: false });
            const at = map_phusong.latLngToContainerPoint(place);
            const box = map_phusong.getContainer().getBoundingClientRect();
            return [box.x + at.x, box.y + at.y];
        }""",
        [kind, zoom],
    )
    if screen == "phone":
        page.touchscreen.tap(x, y)
    else:
        page.mouse.click(x, y)


def choose(page, text):
    """Take an option of the commune finder and read the popup."""
    page.locator("#find").select_option(label=text)
    return page.locator(".leaflet-popup-content").last.inner_text()  # the one before may still fade out


def test_title_and_banner_are_read_whole(opened):
    _, page = opened
    assert page.title().startswith("Nghiên cứu <b>nhỏ</b>: Đà Bắc – Mường Chiềng")
    assert page.locator("h1").inner_text() == "Nghiên cứu <b>nhỏ</b>: Đà Bắc – Mường Chiềng"
    assert "DỮ LIỆU GIẢ LẬP" in page.locator(".synthetic").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_tap_on_a_commune_opens_its_popup(opened, edition):
    screen, page = opened
    tap(screen, page, "getBounds", zoom=11)
    heading = page.locator(".leaflet-popup-content h2")
    heading.wait_for()
    assert heading.inner_text().split() in [name.split() for name in edition.communes.commune_name]
    assert page.locator(".leaflet-popup-content th").first.inner_text() == "Tỉnh, thành phố"
    # the map may still be on its way to show the whole popup, and a click on what moves goes beside it
    while page.evaluate("Boolean(map_phusong._panAnim && map_phusong._panAnim._inProgress)"):
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Đóng").click()
    heading.wait_for(state="detached")


def test_hostile_names_are_shown_as_text(opened, edition):
    _, page = opened
    for row, name in enumerate(edition.communes.commune_name):
        shown = choose(page, name.replace("\u2028", " "))
        assert shown.split("\n")[0].split() == name.split(), row
    assert page.locator("img, b").count() == 0


def test_layers_are_switched(opened):
    screen, page = opened
    if screen == "phone":
        page.locator(".leaflet-control-layers-toggle").tap()
    choices = page.locator(".leaflet-control-layers-overlays input")
    assert choices.count() == 7
    assert [choices.nth(i).is_checked() for i in range(7)] == [True] * 3 + [False] * 4
    for i in range(7):
        choices.nth(i).click()
    assert [choices.nth(i).is_checked() for i in range(7)] == [False] * 3 + [True] * 4
    page.locator(".leaflet-control-layers-base input").nth(1).click()
    assert page.locator(".leaflet-control-layers-base input").nth(1).is_checked()


def test_cells_of_one_mast_are_told_together(opened):
    "The LTE and the NR cell stand at one place, so one hides the other."
    screen, page = opened
    page.evaluate(
        """() => document.querySelectorAll('.leaflet-control-layers-overlays input')
            .forEach((box, i) => { if (box.checked !== i > 4) box.click(); })"""
    )
    tap(screen, page, "setRadius", zoom=15)
    page.locator(".leaflet-popup-content h2").first.wait_for()
    assert page.locator(".leaflet-popup-content h2").count() == 2
    assert "4G (LTE)" in page.locator(".leaflet-popup-content").inner_text()
    assert "5G (NR)" in page.locator(".leaflet-popup-content").inner_text()


def test_nothing_lies_on_anything_else(opened):
    screen, page = opened
    names = ["header", "#legend", ".leaflet-control-layers", ".leaflet-control-zoom", ".leaflet-control-scale"]
    boxes = {name: page.locator(name).bounding_box() for name in names}
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = boxes[first], boxes[second]
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"]
                or b["y"] + b["height"] <= a["y"]
            )
            assert apart, (first, second)
    assert page.locator(".folium-map").bounding_box()["height"] >= 400
    assert page.locator("#legend").evaluate("legend => legend.open") == (screen == "desk")


def test_controls_are_large_enough_for_a_finger(opened):
    screen, page = opened
    names = [".leaflet-control-zoom-in", ".leaflet-control-zoom-out", "#legend summary", "#find"]
    names += [".leaflet-control-layers-toggle"] if screen == "phone" else []
    for name in names:
        box = page.locator(name).bounding_box()
        assert min(box["width"], box["height"]) >= 44, name
