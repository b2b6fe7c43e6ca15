"""The map as a file: within its limit, the same bytes each time, and complete in itself."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import geopandas as gpd
import pandas as pd
import pytest

from phusong.errors import PhusongError
from phusong.publish import leaflet
from phusong.publish.map import LIMIT_BYTES, draw, write_map


class Reader(HTMLParser):
    """The tags of a page, its visible text, and the text of each script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag):
        assert tag
        self._open = ""

    def handle_data(self, data):
        if self._open not in ("script", "style"):
            self.texts.append(" ".join(data.split()))


@pytest.fixture
def page(edition) -> str:
    return draw(edition).decode("utf-8")


def many_zones(edition, count):
    """The first zone again and again."""
    zones = pd.concat([edition.zones.iloc[[0]]] * count, ignore_index=True)
    zones["rank"] = range(1, count + 1)
    zones["zone_id"] = [f"2026Q3-{rank:04d}" for rank in zones["rank"]]
    return dataclasses.replace(edition, zones=gpd.GeoDataFrame(zones, crs=edition.zones.crs))


def test_file_is_written_whole_and_alike(edition, tmp_path):
    first = write_map(edition, tmp_path / "maps" / "a.html")
    second = write_map(edition, tmp_path / "maps" / "b.html")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in first.parent.iterdir()) == ["a.html", "b.html"]
    assert first.stat().st_size < 300_000 < LIMIT_BYTES


def test_page_asks_nothing_of_any_server(page):
    fetched = {"src", "srcset", "data", "action", "poster", "background", "ping"}
    for tag, attributes in Reader(page).tags:
        assert not fetched & attributes.keys(), (tag, attributes)
        assert tag not in ("iframe", "object", "embed", "base", "a", "img")
        if tag == "link":
            assert attributes == {"rel": "icon", "href": "data:,"}
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "@import" not in styles
    assert all(place.startswith("data:") or place == "#default#VML" for place in re.findall(r"url\(([^)]*)\)", styles))
    assert "sourceMappingURL" not in page
    assert set(re.findall(r"https?://[\w./-]+", page)) <= {"http://www.w3.org/2000/svg", "https://leafletjs.com"} | set(
        re.findall(r"https?://bugzilla[\w./-]+", page)
    )


def test_policy_forbids_what_the_page_does_not_need(page):
    policies = [a["content"] for tag, a in Reader(page).tags if tag == "meta" and a.get("http-equiv")]
    assert policies == ["default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"]


def test_names_are_text(page):
    reader = Reader(page)
    assert [a for tag, a in reader.tags if tag == "script"] == [
        {},
        {},
        {"type": "application/json", "id": "contents"},
        {},
    ]
    assert not any("onerror" in attributes for _, attributes in reader.tags)
    assert "b" not in {tag for tag, _ in reader.tags}
    assert "Nghiên cứu <b>nhỏ</b>: Đà Bắc – Mường Chiềng" in reader.texts
    assert "{{ 7 * 7 }} {% raw %}" in page


def test_page_says_what_it_shows(page):
    texts = Reader(page).texts
    assert "Quý III/2026 · số liệu đến ngày 30/09/2026" in texts
    assert "Cấp: cơ quan quản lý (regulator) – lưu hành nội bộ, không phát tán" in texts
    assert "DỮ LIỆU GIẢ LẬP / SYNTHETIC: trạm phát sóng, thôn, bản" in texts
    assert "Dân số: số liệu năm 2020" in texts
    assert "Mã kiểm tra số liệu (SHA-256): 0123456789ab" in texts
    assert texts.count("Địa hình: SRTM; CC BY 4.0; năm 2000") == 1
    assert "Trạm phát sóng: <img src=x onerror=alert(1)>; CC BY 4.0; đến ngày 30/09/2026" in texts
    assert any(text.startswith("Bản đồ này cần JavaScript") for text in texts)
    assert '<html lang="vi">' in page
    assert 'name="viewport"' in page


def test_real_study_has_no_banner(bare):
    assert "GIẢ LẬP" not in draw(bare).decode("utf-8")


def test_finest_outline_that_fits_is_taken(edition):
    fine = draw(edition)
    assert "khoảng 30 m" in fine.decode("utf-8")
    assert len(draw(edition, limit_bytes=len(fine))) == len(fine)


def test_zones_of_the_last_ranks_are_left_out_and_counted(edition):
    many = many_zones(edition, 400)
    whole = len(draw(many))
    limit = (whole + len(draw(edition))) // 2
    page = draw(many, limit_bytes=limit)
    assert limit - 2000 < len(page) <= limit
    text = page.decode("utf-8")
    found = re.search(r"Không vẽ (\d+) vùng lõm xếp cuối \(từ hạng (\d+)\)", text)
    missing, rank = int(found[1]), int(found[2])
    assert missing + rank == 401
    assert f"Vùng lõm: thiếu sóng ({rank - 1})" in text
    assert "1 trên 400" in text


def test_study_too_large_for_a_page_is_refused(edition):
    with pytest.raises(PhusongError, match=r"Bản đồ cần 0,\d+ MB, quá giới hạn 0,1 MB.*smaller study"):
        draw(edition, limit_bytes=100_000)


def test_failed_write_leaves_the_old_page(edition, tmp_path, monkeypatch):
    path = tmp_path / "a.html"
    path.write_text("old", "utf-8")
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_map(edition, path)
    assert path.read_text("utf-8") == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.html"]


def test_leaflet_stands_in_the_page_as_it_is():
    assert leaflet.script().startswith("/* @preserve\n * Leaflet 1.9")
    assert "</script" not in leaflet.script()
    assert leaflet.style().count("url(data:image/png;base64,") == 3
    assert "images/" not in leaflet.style()
