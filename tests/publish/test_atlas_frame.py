"""The frame of a map page: complete in itself, the same each time, and text stays text."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_atlas import LONG, NAMES, contents

from phusong.publish.atlas import frame, look

FOLDER = Path(frame.__file__).parent
SCRIPTS = {path.name: path.read_text("utf-8") for path in [*sorted(FOLDER.glob("*.js")), FOLDER.parent / "topology.js"]}


class Reader(HTMLParser):
    """The tags of a page, its texts outside scripts, and the text of each script by its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._open = (tag, dict(attrs))
        self.tags.append(self._open)

    def handle_endtag(self, tag):
        assert tag
        self._open = ("", {})

    def handle_data(self, data):
        if self._open[0] == "script":
            self.scripts.append((self._open[1], data))
        elif self._open[0] != "style":
            self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def page() -> str:
    return frame.render(contents()).decode("utf-8")


@pytest.fixture(scope="module")
def read(page) -> Reader:
    return Reader(page)


def test_same_contents_give_the_same_bytes(page):
    assert frame.render(contents()) == page.encode("utf-8")
    assert frame.render(contents(tasks=[])) != page.encode("utf-8")


def test_page_asks_nothing_of_any_server(page, read):
    fetched = {"src", "srcset", "data", "action", "poster", "background", "ping", "formaction"}
    for tag, attributes in read.tags:
        assert not fetched & attributes.keys(), (tag, attributes)
        assert tag not in ("iframe", "object", "embed", "base", "img")
        if tag == "link":
            assert attributes == {"rel": "icon", "href": "data:,"}
        if tag == "a":
            assert attributes["href"].startswith("#")
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "@import" not in styles
    assert all(place.startswith("data:") or place == "#default#VML" for place in re.findall(r"url\(([^)]*)\)", styles))
    assert "sourceMappingURL" not in page


def test_policy_forbids_every_connection(read):
    policies = [a["content"] for tag, a in read.tags if tag == "meta" and a.get("http-equiv")]
    assert policies == ["default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"]


def test_scripts_neither_ask_nor_keep_nor_make_html():
    asking = r"fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts|import\("
    keeping = r"localStorage|sessionStorage|indexedDB|document\.cookie"
    making = r"eval|innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write"
    forbidden = rf"\b(?:{asking}|{keeping}|{making})"
    for name, text in SCRIPTS.items():
        assert re.findall(forbidden, text) == [], name
        assert "</script" not in text.lower(), name


def test_data_block_is_what_was_handed_in_and_its_hash_is_told(read):
    block, text = next((a, text) for a, text in read.scripts if a.get("id") == "data")
    assert json.loads(text) == contents().data
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert block["data-sha256"] == digest
    told = " ".join(read.texts)
    assert f"Mã số liệu của trang (SHA-256): {digest[:12]}. Mã kỳ phát hành (SHA-256): 0123456789ab." in told


def test_names_are_text(read):
    assert "b" not in {tag for tag, _ in read.tags}
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    kinds = [a.get("type") for a, _ in read.scripts]
    assert kinds == [None, "application/json", "application/json", "text/plain", None]
    for name in NAMES[:8]:
        assert " ".join(name.split()) in read.texts
    assert len(LONG) == 501
    assert "Tỉnh <b>Phú</b> Thọ" in read.texts


def test_without_script_sentences_and_table_stand(read):
    told = " ".join(read.texts)
    for sentence in contents().sentences:
        assert sentence.vi in told
        assert sentence.en in told
    cells = {" ".join(text.split()) for row in contents().table.rows for text in row}
    assert cells - set(read.texts) == set()
    assert "Trình duyệt này không chạy mã lệnh" in told
    assert read.tags[0] == ("html", {"lang": "vi", "class": "plain"})
    assert {"id": "main-table"} in [attributes for tag, attributes in read.tags if tag == "table"]


def test_page_says_whose_work_it_is(page, read):
    told = " ".join(read.texts)
    assert "© OpenStreetMap contributors" in told
    assert "Redistributions in binary form must reproduce the above copyright notice" in page
    assert "Leaflet 1.9" in page
    assert "🇺🇦" not in told
    assert 'attributionControl": false' in page


def test_real_data_have_no_banner():
    real = contents()
    assert "GIẢ LẬP" in frame.render(real).decode("utf-8")
    assert "GIẢ LẬP" not in frame.render(frame.Contents(**(vars(real) | {"synthetic": None}))).decode("utf-8")


def test_reader_may_enlarge_the_page(read):
    views = [a["content"] for tag, a in read.tags if tag == "meta" and a.get("name") == "viewport"]
    assert views == ["width=device-width, initial-scale=1"]


def test_every_word_asked_for_is_there_and_none_is_idle():
    words = look.page_words()
    text = "".join(SCRIPTS.values()) + (FOLDER / "atlas.html").read_text("utf-8")
    asked = set(re.findall(r"""(?:word|say|label)\(["']([a-z]+\.[a-z_]+)["'][),]""", text))
    begun = (*re.findall(r"""["']([a-z]+\.[a-z_]*)["'] [+~]""", text), "class.")
    assert len(asked) > 30
    assert asked - set(words) == set()
    assert [
        key for key in words if f'"{key}"' not in text and f"'{key}'" not in text and not key.startswith(begun)
    ] == []


def test_words_say_the_same_blanks_in_both_languages():
    for words in (look.page_words(), look.answer_words()):
        for key, text in words.items():
            assert set(re.findall(r"\{(\w+)\}", text.vi)) == set(re.findall(r"\{(\w+)\}", text.en)), key


def test_classes_are_labelled_in_both_languages():
    scales = look.palette(look.page_words())["scales"]
    share = [style["label"] for style in scales["share"]["styles"]]
    assert share[0] == {"vi": "0", "en": "0"}
    assert share[1] == {"vi": "trên 0 – dưới 25 %", "en": "above 0 – under 25 %"}
    assert share[-1] == {"vi": "từ 99 %", "en": "99 % and more"}
    people = [style["label"]["vi"] for style in scales["people"]["styles"]]
    assert people == [
        "0",
        "trên 0 – dưới 500",
        "500 – dưới 2.000",
        "2.000 – dưới 5.000",
        "5.000 – dưới 10.000",
        "từ 10.000",
    ]
    change = [style["label"]["vi"] for style in scales["change"]["styles"]]
    assert change == [
        "giảm từ 5 điểm",
        "giảm 1 điểm – dưới 5 điểm",
        "giảm dưới 1 điểm",
        "không đổi",
        "tăng dưới 1 điểm",
        "tăng 1 điểm – dưới 5 điểm",
        "tăng từ 5 điểm",
    ]


def test_scale_with_too_few_fills_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "atlas_palette.toml"
    path.write_text('[scales.share]\nkind = "rising"\nformat = "share"\nbreaks = [0.5]\nfills = ["#000000"]\n', "utf-8")
    monkeypatch.setattr(look, "shipped", lambda *_: path)
    words = look.read_words(Path(__file__).parents[2] / "maps" / "atlas_page.toml")
    with pytest.raises(ValueError, match="breaks of scale share must rise, with 3 fills"):
        look.palette(words)
