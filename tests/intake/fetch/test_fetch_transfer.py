"""One file: resumed where it broke off, tried again, and refused when it is not what it should be."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from open_data_server import (
    chunked,
    cut,
    other,
    s3,
    silent,
    status,
    whole,
    without_length,
    without_range,
)

from phusong.errors import FetchError
from phusong.intake.fetch import patience as patiences
from phusong.intake.fetch import transfer as transfers
from phusong.intake.fetch.answer import FileError
from phusong.intake.fetch.origin import Folder
from phusong.intake.fetch.transfer import transfer
from phusong.intake.fetch.wanted import Wanted
from phusong.intake.fetch.web import Web

PATH = "/a/x.osm.pbf"
HEAD = b"\0\0\0\x0e\n\tOSMHeader\x18"
CONTENT = HEAD + bytes(range(256)) * 40


def listening(*_: object) -> None:
    "Nobody does."


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    return Wanted("a/x.osm.pbf", tmp_path / "store" / "x.osm.pbf", "osm.pbf")


@pytest.fixture
def bring(server, patience, wanted):
    "The file as the server answers in the ways told, one after the other."
    server.files[PATH] = CONTENT

    def run(*ways, wanted: Wanted = wanted, patience=patience, step=listening):
        server.ways[PATH] = list(ways)
        return transfer(Web(server.base, timeout_s=5), wanted, patience, step)

    return run


def test_a_file_arrives_whole_and_counted(bring, wanted):
    told = []
    arrived = bring(whole, step=lambda *said: told.append(said))
    assert wanted.part.read_bytes() == CONTENT
    assert arrived.digests.size_bytes == len(CONTENT)
    assert arrived.digests.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert arrived.checked == "length and form only: no checksum is given"
    assert set(told) == {("x.osm.pbf, MB", 0, 0)}


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(bring, sleeper, wanted, code):
    bring(status(code), status(code), whole)
    assert wanted.part.read_bytes() == CONTENT
    assert sleeper.waits_s == [1, 2]


def test_waits_as_long_as_the_server_asks_but_not_for_ever(bring, sleeper):
    bring(status(503, Retry_After=7), status(503, Retry_After=86_400), whole)
    assert sleeper.waits_s == [7, 120]


def test_a_connection_that_breaks_goes_on_where_it_broke(bring, server, wanted):
    arrived = bring(cut(3000), cut(2000), whole)
    assert wanted.part.read_bytes() == CONTENT
    assert server.ranges(PATH) == ["", "bytes=3000-", "bytes=5000-"]
    assert arrived.digests.size_bytes == len(CONTENT)


def test_a_broken_chunked_answer_is_seen(bring, wanted):
    bring(chunked(cut_after=4000), chunked())
    assert wanted.part.read_bytes() == CONTENT


def test_a_broken_answer_within_the_first_bytes_is_no_wrong_file(bring, wanted):
    bring(cut(2), whole)
    assert wanted.part.read_bytes() == CONTENT


def test_a_later_command_goes_on_where_the_earlier_gave_up(bring, server, wanted):
    with pytest.raises(FetchError, match=r"3 times in a row; 3,000 bytes are here.*goes on from there") as told:
        bring(cut(3000), cut(0))
    assert "the connection broke after 3,000 of 10,256 bytes" in str(told.value)
    server.asked.clear()
    bring(whole)
    assert server.ranges(PATH) == ["bytes=3000-"]
    assert wanted.part.read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_sends_it_anew(bring, server, wanted):
    bring(cut(3000), without_range)
    assert server.ranges(PATH) == ["", "bytes=3000-"]
    assert wanted.part.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_not_sewn_onto_the_old_one(bring, server, wanted):
    with pytest.raises(FetchError):
        bring(cut(3000), status(500))
    server.files[PATH] = newer = HEAD + b"newer" * 2000
    bring(whole)
    assert wanted.part.read_bytes() == newer


def test_a_server_that_sends_the_part_of_another_file_is_seen(bring, server, wanted):
    "It honours Range and ignores If-Range."
    with pytest.raises(FetchError):
        bring(cut(3000), status(500))
    server.files[PATH] = newer = HEAD + b"newer" * 2000
    bring(cut(10**6))
    assert wanted.part.read_bytes() == newer


def test_a_part_that_is_longer_than_the_file_is_begun_anew(bring, server, wanted):
    with pytest.raises(FetchError):
        bring(cut(3000), status(500))
    bring(status(416), whole)
    assert server.ranges(PATH)[-1] == ""
    assert wanted.part.read_bytes() == CONTENT


def test_a_part_that_was_complete_is_not_asked_for_again(bring, server):
    bring(whole)
    server.asked.clear()
    bring(status(500))
    assert server.asked == []


def test_a_part_of_unknown_content_is_begun_anew(bring, server, wanted):
    wanted.file.parent.mkdir()
    wanted.part.write_bytes(HEAD + b"something")
    bring(whole)
    assert server.ranges(PATH) == [""]
    assert wanted.part.read_bytes() == CONTENT


def test_a_silent_server_is_given_up(server, wanted, patience):
    server.ways[PATH] = [silent(2)]
    with pytest.raises(FetchError, match=r"the connection broke: .*timed out, 3 times in a row"):
        transfer(Web(server.base, timeout_s=0.1), wanted, patience, listening)


def test_a_server_that_drips_is_given_up(bring, patience):
    "Each look at the clock is a minute later."
    minutes = iter(range(0, 100_000, 60))
    with pytest.raises(FetchError, match=r"only [\d,]+ bytes came in 60 s, 3 times in a row"):
        bring(without_range, patience=replace(patience, clock=lambda: next(minutes)))


def test_attempts_that_bring_much_do_not_count(bring, server, monkeypatch, wanted):
    monkeypatch.setattr(patiences, "_WORTH_BYTES", 1000)
    bring(*[cut(1000)] * 10, whole)
    assert wanted.part.read_bytes() == CONTENT
    assert len(server.asked) == 11


def test_a_server_that_does_not_say_the_length_is_refused(bring):
    with pytest.raises(FetchError, match="does not say how long the file is"):
        bring(without_length)


@pytest.mark.parametrize(("code", "told"), [(404, r"is not there \(answer 404\)"), (403, "the server answers 403")])
def test_what_is_not_there_is_not_asked_for_twice(bring, server, code, told):
    with pytest.raises(FileError, match=told):
        bring(status(code))
    assert len(server.asked) == 1


def test_a_sign_in_page_stops_everything(bring, wanted):
    page = b"\n<!DOCTYPE html><title>Wi-Fi</title>" + b" " * 100
    with pytest.raises(
        FetchError, match=r"is a web page, expected an OpenStreetMap extract .*: does the network ask to sign in"
    ) as told:
        bring(other(page))
    assert not isinstance(told.value, FileError)
    assert not wanted.part.exists()


def test_a_sign_in_page_leaves_the_part_that_is_here(bring, wanted):
    with pytest.raises(FetchError):
        bring(cut(3000), other(b"<html>" + b" " * 100))
    assert wanted.part.read_bytes() == CONTENT[:3000]
    bring(whole)
    assert wanted.part.read_bytes() == CONTENT


def test_another_form_is_refused(bring):
    with pytest.raises(FileError, match="does not begin as an OpenStreetMap extract"):
        bring(other(b"GIF89a" * 10))


def test_a_file_that_the_publisher_cut_is_kept_aside(server, patience, wanted):
    server.files["/x.parquet"] = b"PAR1 rows without an end"
    wanted = replace(wanted, path="x.parquet", kind="parquet")
    with pytest.raises(FileError, match="does not end as a Parquet file does: it was cut"):
        transfer(Web(server.base, 5), wanted, patience, listening)
    assert wanted.refused.read_bytes() == b"PAR1 rows without an end"
    assert not wanted.part.exists()


def test_the_etag_of_s3_is_the_md5(bring):
    assert bring(s3()).checked == "MD5, the ETag"


def test_the_etag_of_an_object_in_parts_is_none(bring):
    assert bring(s3(tag='"0123456789abcdef0123456789abcdef-3"')).checked.startswith("length and form only")


def test_a_file_that_is_not_the_one_of_its_etag_is_refused_and_kept_aside(bring, wanted):
    with pytest.raises(FileError, match=rf"has MD5 {hashlib.md5(CONTENT).hexdigest()}, expected .* \(the ETag\)"):
        bring(s3(content_of_etag=b"other"))
    assert wanted.refused.read_bytes() == CONTENT
    assert [wanted.part.exists(), wanted.part_mark.exists()] == [False, False]


def test_the_md5_beside_a_file_is_heeded(bring, server, wanted):
    server.files[PATH + ".md5"] = f"{hashlib.md5(CONTENT).hexdigest()}  x.osm.pbf\n".encode()
    assert bring(whole, wanted=replace(wanted, md5_beside=True)).checked == "MD5, a/x.osm.pbf.md5"


def test_a_file_of_another_md5_is_brought_once_more_and_then_refused(bring, server, wanted):
    "It may have been replaced between the two."
    server.files[PATH + ".md5"] = b"0" * 32
    with pytest.raises(FileError, match=r"expected 00000000000000000000000000000000 \(a/x.osm.pbf.md5\)"):
        bring(whole, wanted=replace(wanted, md5_beside=True))
    assert server.ranges(PATH) == ["", ""]


def test_a_file_that_is_replaced_during_the_transfer_is_brought_once_more(bring, server, wanted):
    newer = HEAD + b"newer" * 2000
    server.files[PATH + ".md5"] = hashlib.md5(newer).hexdigest().encode()

    def last_of_yesterday(request, content):
        whole(request, content)
        server.files[PATH] = newer

    bring(last_of_yesterday, whole, wanted=replace(wanted, md5_beside=True))
    assert wanted.part.read_bytes() == newer


def test_a_mirror_without_the_md5_is_told_in_the_record(bring, wanted):
    assert bring(whole, wanted=replace(wanted, md5_beside=True)).checked.startswith("length and form only")


def test_an_md5_that_is_none_is_refused_and_the_part_kept(bring, server, wanted):
    server.files[PATH + ".md5"] = b"<html>welcome</html>"
    with pytest.raises(FetchError, match="holds no MD5 but b'<html>welcome"):
        bring(whole, wanted=replace(wanted, md5_beside=True))
    assert wanted.part.read_bytes() == CONTENT


def test_a_bad_seam_is_mended_in_one_piece(bring, server, wanted):
    "The part on this disk was damaged; the MD5 shows it, and the file is brought once more."
    with pytest.raises(FetchError):
        bring(cut(3000), status(500))
    wanted.part.write_bytes(HEAD + b"\0" * 2984)
    server.files[PATH + ".md5"] = hashlib.md5(CONTENT).hexdigest().encode()
    bring(whole, wanted=replace(wanted, md5_beside=True))
    assert wanted.part.read_bytes() == CONTENT


def test_what_may_not_have_reached_the_disk_is_brought_again(bring, server, wanted):
    "A machine that lost its power left zeros after the last bytes that were known to be safe."
    with pytest.raises(FetchError):
        bring(cut(5000), status(500))
    mark = json.loads(wanted.part_mark.read_text())
    assert mark["here"] == 5000
    wanted.part_mark.write_text(json.dumps({**mark, "here": 3000}))
    wanted.part.write_bytes(CONTENT[:3000] + bytes(2000))
    bring(whole)
    assert server.ranges(PATH)[-1] == "bytes=3000-"
    assert wanted.part.read_bytes() == CONTENT


def test_bytes_are_secured_on_the_way(bring, monkeypatch, wanted):
    monkeypatch.setattr(transfers, "_SECURED_EVERY_BYTES", 1000)
    safe = []
    monkeypatch.setattr(os, "fsync", lambda _: safe.append(wanted.part.stat().st_size))
    bring(chunked())
    assert safe[-1] == len(CONTENT)
    assert len(safe) > 3
    assert safe == sorted(safe)


@given(cuts=st.lists(st.integers(0, 4000), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_wherever_it_breaks_the_file_is_the_file(server, patience, wanted, monkeypatch, cuts):
    monkeypatch.setattr(patiences, "_WORTH_BYTES", 0)
    wanted.drop_part()
    server.files[PATH], server.ways[PATH] = CONTENT, [*map(cut, cuts), whole]
    arrived = transfer(Web(server.base, 5), wanted, patience, listening)
    assert wanted.part.read_bytes() == CONTENT
    assert arrived.digests.sha256 == hashlib.sha256(CONTENT).hexdigest()


Usage = namedtuple("Usage", "total used free")


def test_too_little_room_is_told_before_the_transfer(bring, monkeypatch, wanted):
    monkeypatch.setattr(transfers.shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 10_000))
    with pytest.raises(FetchError, match=r"0 MB more are needed for x\.osm\.pbf, and 0 MB are free"):
        bring(whole)
    assert not wanted.part.exists()


def test_a_disk_that_fills_up_is_told_and_the_part_kept(bring, monkeypatch, wanted):
    with pytest.raises(FetchError):
        bring(cut(3000), status(500))

    def full(*_: object, **__: object):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfers, "_write", full)
    with pytest.raises(FetchError, match="the disk is full; make room and run the command again, it goes on"):
        bring(whole)
    assert wanted.part.read_bytes() == CONTENT[:3000]


def test_a_stopped_command_leaves_the_part(bring, wanted):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(whole, step=stop)
    assert wanted.part.stat().st_size > 0
    assert json.loads(wanted.part_mark.read_text())["total"] == len(CONTENT)
    bring(whole)
    assert wanted.part.read_bytes() == CONTENT


def test_a_folder_serves_as_a_mirror_and_goes_on_too(tmp_path, patience, wanted):
    source = tmp_path / "mirror" / "a" / "x.osm.pbf"
    source.parent.mkdir(parents=True)
    source.write_bytes(CONTENT)
    arrived = transfer(Folder(tmp_path / "mirror"), wanted, patience, listening)
    assert wanted.part.read_bytes() == CONTENT
    assert arrived.url == str(source)
    with wanted.part.open("rb+") as opened:
        opened.truncate(5000)
    transfer(Folder(tmp_path / "mirror"), wanted, patience, listening)
    assert wanted.part.read_bytes() == CONTENT


def test_a_folder_without_the_file_says_so(tmp_path, patience, wanted):
    with pytest.raises(FileError, match=r"x\.osm\.pbf is not there"):
        transfer(Folder(tmp_path), wanted, patience, listening)
