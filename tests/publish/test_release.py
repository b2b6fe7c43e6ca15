"""A release: complete or absent, twice the same bytes, nobody else's files touched, every file listed, tiers kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from canaries import found
from small_exports import image_of
from small_study import silent
from test_redaction import READERS, planted

from phusong.config.report import Report as Issued
from phusong.errors import SnapshotError
from phusong.ledger.definitions import definitions
from phusong.ledger.edition import Edition
from phusong.publish.release import Asked, Held, Kind, folder, make_ready, parts, sums, write
from phusong.publish.release.contents import contents, counted_vi
from phusong.publish.report import folder as reports
from phusong.publish.report.content import Source

PUBLIC = Asked("public", None, "vi", "", "", ("csv",), False)
KIND = Kind("nho", "2026Q3", "public")


def held(edition: Edition) -> Held:
    return Held(Source(edition, {}, "", Issued()), edition, None, image_of)


def asked(tier: str, unit: str | None, **others: object) -> Asked:
    return dataclasses.replace(PUBLIC, tier=tier, unit=unit, **others)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Page(HTMLParser):
    """Links of a page, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.links.append(unquote(dict(attrs)["href"] or ""))


@pytest.fixture(autouse=True)
def light(monkeypatch):
    "Reports in one form: all three have tests of their own."
    monkeypatch.setattr(reports, "FORMS", ("xlsx",))


@pytest.fixture
def made(edition, tmp_path) -> Path:
    "The release for everyone."
    write(held(edition), PUBLIC, tmp_path / "out", 1, silent)
    return tmp_path / "out"


@pytest.fixture
def other(tmp_path) -> Path:
    "A folder that says it is a release of the kind, of another edition: an old page and its record."
    folder = tmp_path / "out"
    (folder / "maps").mkdir(parents=True)
    told = {"project": "nho", "period": "2026Q3", "tier": "public", "unit": "", "digest": "old"}
    (folder / "release.json").write_text(json.dumps(told), "utf-8")
    (folder / "maps" / "old.html").write_text("cũ", "utf-8")
    (folder / "SHA256SUMS").write_bytes(sums.sums(folder))
    return folder


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


def test_everything_is_listed_once_and_the_sums_are_right(made):
    files = files_in(made)
    page = Page(files["index.html"].decode())
    links = [link for link in page.links if not link.startswith("#")]
    assert sorted(links) == sorted(set(files) - {"index.html"})
    assert {link[1:] for link in page.links if link.startswith("#")} == {
        "maps",
        "reports",
        "exports",
        "check",
        "sources",
    }
    lines = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert lines == {n: hashlib.sha256(data).hexdigest() for n, data in files.items() if n != "SHA256SUMS"}
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=made, check=False)
    assert done.returncode == 0
    assert {Path(name).parts[0] for name in files} == {
        *("SHA256SUMS", "exports", "index.html", "maps", "release.json", "reports"),
    }


def test_the_index_says_what_it_is_in_both_languages_and_asks_no_server(made):
    text = (made / "index.html").read_text("utf-8")
    for said in (
        "Quý III/2026 · số liệu đến ngày 30/09/2026 · Công khai",
        "Quarter III/2026 · as of 30/09/2026 · Public",
    ):
        assert said in text
    assert "SYNTHETIC DATA: cell sites, villages" in text
    assert "Bản đồ: Tỉnh &lt;b&gt;An&lt;/b&gt;" in text
    assert "Vùng lõm" in text
    assert "CC BY 4.0" in text
    assert "0123456789abcdef" * 4 in text
    size = (made / "maps" / "01-dong.html").stat().st_size
    assert f"{size / 1000:.1f} kB" in text
    assert Page(text).tags & {"script", "img", "b", "iframe"} == set()
    assert not re.search(r"(src|href)=.?(https?:|//)", text)


def test_an_indicator_that_the_edition_has_is_defined(edition):
    named = {"people_covered_limited_share": {"version": "1", "sha256": ""}}
    told = contents(
        Path("nowhere"),
        dataclasses.replace(edition, run={**edition.run, "definitions": named}),
        asked("public", None, formats=()),
    )
    ((name, text),) = told.definitions
    assert name == "people_covered_limited_share/1"
    assert text.vi.startswith("Tỷ lệ dân số có sóng ngoài trời: số người ở các ô có mức sóng")
    assert text.en.startswith("Share of people with outdoor signal: people of pixels where")


def test_every_definition_says_in_vietnamese_what_it_counts():
    "By id and version, so that a changed one needs new words."
    every = {f"{one.id}/{one.version}": f"{one.numerator} / {one.denominator}" for one in definitions().values()}
    told = counted_vi()
    assert set(told) == set(every)
    assert [name for name, text in told.items() if text.count(" / ") != 1] == []


def test_twice_the_same_bytes_and_the_folder_is_not_touched(edition, made, tmp_path):
    before = made.stat()
    again = write(held(edition), PUBLIC, made, 1, silent)
    assert (again.changed, again.before, len(again.files)) == (False, edition.digest, len(files_in(made)))
    assert (made.stat().st_ino, made.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    write(held(edition), PUBLIC, tmp_path / "elsewhere", 1, silent)
    assert files_in(made) == files_in(tmp_path / "elsewhere")
    assert beside(made) == ["elsewhere", "out"]


def test_an_earlier_edition_is_replaced_and_a_file_that_was_lost_comes_back(edition, other):
    first = write(held(edition), PUBLIC, other, 1, silent)
    assert (first.changed, first.before) == (True, "old")
    assert not (other / "maps" / "old.html").exists()
    whole = files_in(other)
    (other / "maps" / "index.html").unlink()
    assert write(held(edition), PUBLIC, other, 1, silent).changed
    assert files_in(other) == whole
    assert beside(other) == ["out"]


@pytest.mark.parametrize(
    ("place", "kind", "told"),
    [
        ("letter.txt", KIND, r"something else than a release: letter\.txt"),
        ("out/maps/my notes.txt", KIND, r"changed since: maps/my notes\.txt\. Move them away first"),
        ("out/maps/old.html", KIND, r"changed since: maps/old\.html\. Move"),
        ("out/SHA256SUMS", KIND, r"changed since: SHA256SUMS\. Move"),
        ("", Kind("nho", "2026Q4", "public"), r"another release \(nho 2026Q3 public\), not nho 2026Q4 public"),
        ("", Kind("nho", "2026Q3", "regulator"), r"another release \(nho 2026Q3 public\), not nho 2026Q3 regulator"),
        ("", Kind("nho", "2026Q3", "province", "01"), r"not nho 2026Q3 province 01"),
    ],
)
def test_what_is_not_ours_is_left_alone(other, place, kind, told):
    if place == "letter.txt":
        shutil.rmtree(other)
        other.mkdir()
        (other / place).write_text("thư", "utf-8")
    elif place:
        (other.parent / place).write_text("thư", "utf-8")
    before = files_in(other)
    with pytest.raises(SnapshotError, match=told):
        make_ready(other, kind)
    assert files_in(other) == before


def test_places_where_no_release_can_stand(other, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    for place, told in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "below", "cannot be written to"),
        (other / "regulator", "lies in a release"),
        (Path("/"), "is the root of a disk"),
    ):
        with pytest.raises(SnapshotError, match=told):
            make_ready(place, KIND)
    assert beside(other) == ["file", "out"]


def test_a_full_disk_leaves_the_earlier_release(edition, other, monkeypatch):
    before = files_in(other)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts.exports, "write", full)
    with pytest.raises(SnapshotError, match="No space left on device; nothing was changed"):
        write(held(edition), PUBLIC, other, 1, silent)
    assert files_in(other) == before
    assert beside(other) == ["out"]


def test_a_report_that_is_edited_while_the_release_is_written_stays(edition, other):
    def edit(what: str, *_: int) -> None:
        if what == "writing the index":
            (other / "maps" / "old.html").write_text("đã sửa", "utf-8")

    with pytest.raises(SnapshotError, match=r"changed since: maps/old\.html"):
        write(held(edition), PUBLIC, other, 1, edit)
    assert (other / "maps" / "old.html").read_text("utf-8") == "đã sửa"
    assert beside(other) == ["out"]


def test_stopped_between_the_two_moves_the_earlier_release_comes_back(edition, other, monkeypatch):
    before, rename, moves = files_in(other), Path.rename, []

    def move(path: Path, target: Path) -> Path:
        moves.append(path.name)
        if len(moves) == 2:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(folder, "fill", lambda draft, *_: (draft / "new.html").write_text("mới", "utf-8"))
        patch.setattr(folder, "contents", lambda *_: None)
        patch.setattr(folder, "render", lambda _: b"")
        patch.setattr(Path, "rename", move)
        with pytest.raises(KeyboardInterrupt):
            write(held(edition), PUBLIC, other, 1, silent)
    assert moves == ["out", "whole", "before"]
    assert files_in(other) == before
    assert beside(other) == ["out"]


def test_what_a_killed_process_left_is_put_back_and_cleared(other):
    before = files_in(other)
    for name, moved in ((".out.ab12_9zz.partial", True), (".out.cd34.partial", False), (".out.x.cd34.partial", True)):
        (other.parent / name / "whole").mkdir(parents=True)
        if moved:
            shutil.copytree(other, other.parent / name / "before")
    shutil.rmtree(other)
    folder._recover(other)
    assert files_in(other) == before
    assert beside(other) == [".out.x.cd34.partial", "out"]


@pytest.mark.parametrize(("tier", "unit"), READERS)
def test_no_canary_reaches_a_release(edition, tmp_path, tier, unit):
    "Of the forms of a report the one whose search is quickest; every format of tables and rasters."
    whole, secrets = planted(edition)
    kept = [secret.canary for secret in secrets if secret.kept_from(tier, unit)]
    wanted = asked(tier, unit, formats=("gpkg", "csv", "geojson", "pmtiles", "stac"))
    write(held(whole), wanted, tmp_path / "out", 1, silent)
    assert len(kept) > 80
    assert found(files_in(tmp_path / "out"), kept) == []


def test_the_search_of_a_release_is_not_blind(edition, tmp_path):
    whole, secrets = planted(edition)
    write(held(whole), asked("regulator", None), tmp_path / "out", 1, silent)
    seen = found(files_in(tmp_path / "out"), [secret.canary for secret in secrets])
    assert any(place.startswith("sites.") for place in seen)


def test_a_commune_is_told_of_itself_alone(edition, tmp_path):
    write(held(edition), asked("commune", "00002"), tmp_path / "out", 1, silent)
    names = sorted(files_in(tmp_path / "out"))
    assert [name for name in names if name.startswith("maps/")] == ["maps/00002-script-script-alert-2-script.html"]
    assert {name.split(".")[0] for name in names if name.startswith("reports/")} == {
        "reports/nho-2026Q3-00002-script-script-alert-2-script-tinh-dong-commune-vi"
    }
    text = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Phạm vi: &lt;/script&gt;&lt;script&gt;alert(2)&lt;/script&gt;, Tỉnh Đông" in text
    assert "Tỉnh &lt;b&gt;An" not in text
    assert json.loads((tmp_path / "out" / "release.json").read_text("utf-8"))["unit"] == "00002"


def test_an_unknown_unit_leaves_nothing(edition, tmp_path):
    with pytest.raises(SnapshotError, match="no province '09'"):
        write(held(edition), asked("province", "09"), tmp_path / "out", 1, silent)
    assert list(tmp_path.iterdir()) == []


def test_names_choose_no_place(edition, tmp_path):
    communes = edition.communes.assign(commune_name="../../../etc/passwd", province_name="../a/b")
    hostile = dataclasses.replace(edition, communes=communes)
    write(held(hostile), asked("public", None, formats=()), tmp_path / "in" / "out", 1, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert beside(tmp_path / "in" / "out") == ["out"]
