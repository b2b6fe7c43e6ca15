"""The form of a map page in a browser without a network: what it saves and copies comes back through intake."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from jinja2 import Environment

from phusong.config import shipped
from phusong.intake.filing import Outcome, take_in
from phusong.intake.readers.pasted import COLUMNS, MARK
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.layers.reports import KINDS, SCHEMA
from phusong.publish import leaflet

FOLDER = Path(leaflet.__file__).parent / "atlas"
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
EDITION, PAGE = "0123456789abcdef" * 4, "fedcba9876543210" * 4
AS_OF = dt.date(2026, 10, 6)
NAMES = ("Xã <i>Ngọc</i> Quỷnh", "Phường Hoà Xá")
WORDS = tomllib.loads(shipped("maps", "answer.toml").read_text("utf-8"))
HOSTILE = '=HYPERLINK("x") <script>alert(1)</script> a,b;c | d\n{{ 7 * 7 }}\t"ê'
KEPT = '=HYPERLINK("x") <script>alert(1)</script> a,b;c / d {{ 7 * 7 }} "ê'
HTML = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}"><link rel="icon" href="data:,">
<style>{style} #map {{ height: 300px }} html[lang=vi] .en, html[lang=en] .vi {{ display: none }}</style>
<script>{leaflet}</script></head><body><div id="map"></div><section id="answer">{form}</section>
<script type="application/json" id="data" data-sha256="{page}">{data}</script>
<script>{script}
const data = JSON.parse(document.getElementById("data").textContent);
const map = L.map("map", {{ zoomAnimation: false, inertia: false }}).setView([21.1, 105.2], 9);
const stops = {{ bubblingMouseEvents: false }};
let taps = 0;
L.rectangle([[21, 105], [21.2, 105.4]], stops).on("click", () => taps++).addTo(map);
const ground = {{
  unitAt: (at) => (at.lat < 21 || at.lat > 21.2 || at.lng < 105 || at.lng > 105.4 ? -1 : at.lng < 105.2 ? 0 : 1),
  around: (row) => ({{ zones: ["2026Q3-000" + row], villages: ["Bản <b>Một</b>"] }}),
}};
const answer = phusongAnswer(map, document.getElementById("answer"), data, {texts}, ground);
</script></body></html>"""


@dataclass
class Form:
    """The page in the browser, and the folder where it saves."""

    page: Any
    folder: Path

    def fill(self, kind: str = "no_signal", at: tuple[str, str] = ("21.12345", "105.12345"), **told: str) -> None:
        "All that a report says; it is not in the list yet."
        self.page.locator(f"[name=kind][value={kind}]").check()
        for name, value in {"latitude": at[0], "longitude": at[1], **told}.items():
            self.page.locator(f"form [name={name}]").fill(value)

    def add(self, **told: Any) -> None:
        self.fill(**told)
        self.page.locator("[type=submit]").click()

    def said(self) -> str:
        return self.page.locator(".answer-said").inner_text()

    def saved(self) -> Path:
        "The file that the browser saves."
        with self.page.expect_download() as download:
            self.page.locator("[name=save]").click()
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def message(self) -> str:
        return self.page.locator("[name=message]").input_value()


@pytest.fixture
def form(chromium, tmp_path):
    "The form at a quarter past seven; afterwards nothing must have been asked for or said on the console."
    texts = {language: {key: word[language] for key, word in WORDS.items()} for language in ("vi", "en")}
    told = {"edition": EDITION, "project": "n21e105", "period": "2026Q3", "code": "01"}
    data = {"page": told, "units": {"code": ["00004", "00008"], "name": list(NAMES)}}
    html = HTML.format(
        policy=POLICY,
        style=leaflet.style(),
        leaflet=leaflet.script(),
        form=Environment(autoescape=True).from_string((FOLDER / "answer.html").read_text("utf-8")).render(words=WORDS),
        page=PAGE,
        data=json.dumps(data).replace("<", "\\u003c"),
        script=(FOLDER / "answer.js").read_text("utf-8"),
        texts=json.dumps(texts),
    )
    (tmp_path / "page.html").write_text(html, "utf-8")
    context = chromium.new_context(offline=True, timezone_id="Asia/Ho_Chi_Minh", accept_downloads=True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda ask: asked.append(ask.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.clock.set_fixed_time(dt.datetime(2026, 10, 5, 0, 15, 20, tzinfo=dt.UTC))
    page.goto((tmp_path / "page.html").as_uri())
    yield Form(page, tmp_path)
    context.close()
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {(tmp_path / "page.html").as_uri()}
    assert said == []


def taken(*files: Path, editions: tuple[str, ...] = (EDITION,)) -> Outcome:
    "What intake makes of the files, with two communes of 0.2 degrees."
    communes = {
        "commune_code": ["00004", "00008"],
        "commune_name": list(NAMES),
        "commune_type": ["xã", "phường"],
        "province_code": ["01", "01"],
        "province_name": ["Thành phố Hà Nội"] * 2,
    }
    squares = [shapely.box(x, 21, x + 0.2, 21.2) for x in (105.0, 105.2)]
    reference = Reference(gpd.GeoDataFrame(communes, geometry=squares, crs=4326))
    outcome = take_in(files, Request("reports", AS_OF, editions=editions), reference)
    assert outcome.refusals == {}
    return outcome


def test_the_saved_file_comes_back_through_intake(form):
    form.add(
        kind="no_power", note=HOSTILE, village_name="Bản Một", zone_id="2026Q3-0001", operator="Viettel",
        reporter="@UBND xã",
    )  # fmt: skip
    form.add(kind="wrong", at=("21,1", "105.3"))
    assert form.page.locator(".answer-kept li").count() == 2
    path = form.saved()
    assert path.name == "phan-anh-01-2026Q3-202610050715.csv"
    outcome = taken(path)
    assert (outcome.rows_in, len(outcome.accepted), outcome.rows_quarantined) == (2, 1, 1)
    row = outcome.accepted.iloc[0]
    told = {name: row[name] for name in SCHEMA.columns if name != "report_id"}
    assert told == {
        "kind": "no_power", "commune_code": "00004", "zone_id": "2026Q3-0001", "village_name": "Bản Một",
        "operator": "Viettel", "note": KEPT, "photo_name": None, "reporter": "@UBND xã",
        "reported_at": "2026-10-05T07:15:20+07:00", "page_hash": PAGE, "edition_hash": EDITION, "period": "2026Q3",
        "project": "n21e105", "format": "1",
    }  # fmt: skip
    assert (row.longitude, row.latitude) == (105.12345, 21.12345)
    assert "edition_unknown" not in row.remarks
    assert outcome.quarantine.reason.tolist() == ["rounded_coordinates"]


def test_a_spreadsheet_would_run_no_cell_of_the_file(form):
    for sign in "=+-@":
        form.add(note=f"{sign}1", reporter=f"{sign}2")
    cells = pd.read_csv(form.saved(), dtype=str, keep_default_na=False)
    assert cells.note.tolist() == ["'=1", "'+1", "'-1", "'@1"]
    assert not any(cell[:1] in "=+-@" for cell in cells.to_numpy().ravel() if cell)


def test_lines_of_a_message_are_the_same_reports(form, tmp_path):
    form.add(note=HOSTILE, operator="Viettel")
    form.add(kind="wrong", at=("21.05432", "105.31234"), note="rất dài " * 60, reporter="Nguyễn Văn A " * 5)
    first, second = form.message().split("\n")
    assert first.startswith(f"Không có sóng – {NAMES[0]}: {MARK}")
    assert [len(line) <= 300 for line in (first, second)] == [True, True]
    assert second.endswith("…")
    pasted = tmp_path / "zalo.txt"
    pasted.write_text(f"[07:20] Anh Ba: {first}\nđã nhận\n[07:21] Anh Ba: {second}\n", "utf-8")
    from_text, from_file = taken(pasted), taken(form.saved())
    assert from_text.rows_quarantined == from_file.rows_quarantined == 0
    same = [
        "report_id",
        "kind",
        "commune_code",
        "longitude",
        "latitude",
        "reported_at",
        "period",
        "project",
        "operator",
    ]
    pd.testing.assert_frame_equal(from_text.accepted[same], from_file.accepted[same])
    assert from_text.accepted.note[0] == from_file.accepted.note[0] == KEPT
    assert from_text.accepted.edition_hash.tolist() == [EDITION[:12]] * 2
    assert not from_text.accepted.remarks.str.contains("edition_unknown").any()
    twice = taken(form.saved(), pasted)
    assert (len(twice.accepted), set(twice.quarantine.reason)) == (2, {"duplicate"})


def test_script_and_reader_agree_on_kinds_and_cells(form):
    kinds = form.page.locator("[name=kind]").evaluate_all("boxes => boxes.map(box => box.value)")
    assert tuple(kinds) == KINDS
    script = (FOLDER / "answer.js").read_text("utf-8")
    lists = [script[script.index(f"const {name} = [") :].split("]")[0].split("[")[1] for name in ("COLUMNS", "LINE")]
    columns, line = (tuple(name.strip().strip('"') for name in text.split(",") if name.strip()) for text in lists)
    assert set(columns) == {*SCHEMA.columns, "longitude", "latitude"}
    assert (*line, "note") == COLUMNS


def test_a_place_is_tapped_on_the_map_whatever_is_drawn_there(form):
    page = form.page
    box = page.locator("#map").bounding_box()
    at = (box["x"] + box["width"] / 2 - 20, box["y"] + box["height"] / 2)
    page.locator("[name=pick]").click()
    assert page.locator("#map .answer-hint").inner_text().startswith(WORDS["picking"]["vi"])
    page.mouse.move(at[0] - 90, at[1])
    page.mouse.down()
    page.mouse.move(*at, steps=5)
    page.mouse.up()
    assert page.locator("[name=longitude]").input_value() == "", "the map was dragged"
    page.evaluate("map.setView([21.1, 105.2], 9, { animate: false })")
    page.mouse.click(*at)
    assert page.evaluate("taps") == 0
    assert 105.0 < float(page.locator("[name=longitude]").input_value()) < 105.2
    assert page.locator("output").inner_text() == f"Xã, phường, đặc khu: {NAMES[0]}"
    assert page.locator("#answer-villages option").get_attribute("value") == "Bản <b>Một</b>"
    page.locator("[name=pick]").click()
    page.get_by_role("button", name="Thôi").click()
    assert page.locator(".answer-hint").count() == 0
    page.mouse.click(*at)
    assert page.evaluate("taps") == 1
    page.evaluate("answer.about({ latitude: 21.3, longitude: 105.1, zone_id: '2026Q3-0007' })")
    assert page.locator("[name=zone_id]").input_value() == "2026Q3-0007"
    assert page.locator("output").inner_text() == WORDS["no_commune"]["vi"]


def test_a_report_without_a_place_in_the_country_is_not_taken(form):
    for at in (("", ""), ("21.1", "10.5"), ("2e1", "105.1"), ("105.1", "21.1")):
        form.add(at=at)
        assert form.said() == WORDS["no_place"]["vi"], at
    assert not form.page.locator(".answer-kept").is_visible()


def test_a_report_without_a_kind_or_twice_is_not_taken(form):
    form.page.locator("[type=submit]").click()
    assert form.said() == WORDS["no_kind"]["vi"]
    form.add()
    form.add()
    assert form.said() == WORDS["repeated"]["vi"]
    assert form.page.locator(".answer-kept li").count() == 1


def test_reports_are_shown_as_text_and_taken_away(form):
    page = form.page
    form.add(note=HOSTILE)
    form.add(kind="wrong", note="<b>x</b>")
    assert page.locator(".answer-kept b, .answer-kept i, .answer-kept script").count() == 0
    assert KEPT in page.locator(".answer-kept li").first.inner_text()
    page.get_by_role("button", name="Xóa").first.click()
    assert page.locator(".answer-kept h3").inner_text() == "Danh sách phản ánh: 1"
    assert form.message().count(MARK) == 1
    page.get_by_role("button", name="Xóa").click()
    assert not page.locator(".answer-kept").is_visible()


def test_words_follow_the_language(form):
    form.add()
    form.page.evaluate(
        "document.documentElement.lang = 'en'; document.dispatchEvent(new CustomEvent('phusong:language'))"
    )
    assert form.page.locator(".answer-kept h3").inner_text() == "Reports in the list: 1"
    assert form.message().startswith("No signal here – ")
    assert form.page.locator("[name=save]").inner_text() == "Save the file"


@pytest.mark.parametrize("saved", [False, True])
def test_leaving_with_unsaved_reports_warns(form, saved):
    page, asked = form.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.add()
    if saved:
        form.saved()
    page.reload()
    assert asked == ([] if saved else ["beforeunload"])


def test_the_message_is_copied(form):
    form.add()
    form.page.locator("[name=copy]").click()
    assert form.said() == WORDS["copied"]["vi"]
    form.page.locator("form [name=note]").focus()
    form.page.keyboard.press("Control+v")
    assert form.page.locator("form [name=note]").input_value() == form.message()
