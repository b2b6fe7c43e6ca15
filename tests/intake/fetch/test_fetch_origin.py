"""Where files come from: encryption, redirects, proxies, and what is no origin."""

from __future__ import annotations

import urllib.request

import pytest
from open_data_server import serving, status, to, whole

from phusong.errors import FetchError
from phusong.intake.fetch.answer import FileError, PassingError
from phusong.intake.fetch.origin import Folder, origin_of
from phusong.intake.fetch.web import Web, _Redirects


def read(origin: Web, path: str) -> bytes:
    with origin.open(path) as answer:
        return answer.stream.read(100)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("nowhere/at/all", "nowhere/at/all: is no folder, and no address that begins with https://"),
        ("http://mirror.example/", r"begins with https:// \(--allow-http takes a mirror without encryption\)"),
        ("http://127.0.0.1.mirror.example/", "begins with https://"),
        ("ftp://mirror.example/", "begins with https://"),
        ("file:///etc/", "begins with https://"),
        ("https://me:secret@mirror.example/", "names and passwords in an address are not taken"),
    ],
)
def test_what_is_no_origin_is_refused(place, told):
    with pytest.raises(FetchError, match=told):
        origin_of(place, timeout_s=1)


@pytest.mark.parametrize(
    "place", ["https://a.example/b", "http://localhost:80/b", "http://127.0.0.1/b", "http://[::1]/b"]
)
def test_encryption_is_asked_for_except_of_this_machine(place):
    assert origin_of(place, timeout_s=1) == Web(place + "/", 1)


def test_a_mirror_without_encryption_is_taken_when_asked_for():
    assert origin_of("http://mirror.example", 1, allow_http=True) == Web("http://mirror.example/", 1, allow_http=True)


def test_a_folder_is_an_origin(tmp_path):
    assert origin_of(str(tmp_path), timeout_s=1) == Folder(tmp_path)


def test_a_redirect_on_this_machine_is_followed_with_the_range(server):
    server.files["/new"] = b"0123456789"
    server.ways["/old"] = [to("/new")]
    with Web(server.base, 5).open("old") as answer:
        assert answer.stream.read(100) == b"0123456789"
        assert answer.url == server.base + "new"
        mark = answer.mark
    with Web(server.base, 5).open("old", 4, mark) as answer:
        assert (answer.start, answer.total, answer.stream.read(100)) == (4, 10, b"456789")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://mirror.example/x", "is not asked: expected an address that begins with https://"),
        ("ftp://mirror.example/x", "is not asked: expected an address that begins with https://"),
        ("file:///etc/passwd", "not allowed"),
    ],
)
def test_a_redirect_to_no_encryption_is_refused(server, url, told):
    server.ways["/x"] = [to(url)]
    with pytest.raises(FetchError, match=told):
        read(Web(server.base, 5), "x")


@pytest.mark.parametrize("url", ["http://mirror.example/x", "http://127.0.0.1/x", "ftp://mirror.example/x"])
def test_a_redirect_never_gives_up_encryption_even_where_none_is_needed(url):
    ask = urllib.request.Request("https://mirror.example/x")
    with pytest.raises(FetchError, match=r"leads to .*, which is not encrypted: it is not followed"):
        _Redirects(allow_http=True).redirect_request(ask, None, 302, "Found", {}, url)


def test_a_circle_of_redirects_ends(server):
    server.ways["/x"] = [to("/x")]
    with pytest.raises(FileError, match="302"):
        read(Web(server.base, 5), "x")
    assert len(server.asked) <= 6


def test_nobody_there_is_a_passing_fault():
    with serving() as gone:
        base = gone.base
    with pytest.raises(PassingError, match=r"no connection to 127\.0\.0\.1:"):
        read(Web(base, 1), "x")


def test_the_proxy_of_the_environment_is_heeded(server, monkeypatch):
    "It is asked for the whole address."
    monkeypatch.setenv("http_proxy", server.base)
    monkeypatch.setenv("no_proxy", "")
    server.files["http://mirror.example/a"] = b"by the proxy"
    assert read(Web("http://mirror.example/", 5, allow_http=True), "a") == b"by the proxy"


def test_a_proxy_that_asks_who_you_are_is_told(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.base)
    server.ways["http://mirror.example/a"] = [status(407)]
    with pytest.raises(FetchError, match="https_proxy=http://NAME:PASSWORD@HOST:PORT"):
        read(Web("http://mirror.example/", 5, allow_http=True), "a")


def test_the_signs_of_s3_paths_stay_as_they_are(server):
    server.files["/type=mobile/year=2026/a%20b"] = b"there"
    assert read(Web(server.base, 5), "type=mobile/year=2026/a b") == b"there"


def test_says_who_asks_and_wants_no_compression(server):
    server.files["/x"] = b"0"
    read(Web(server.base, 5), "x")
    headers = server.asked[0][1]
    assert headers["User-Agent"].startswith("phusong/")
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("given", ["", "bytes */10", "bytes x-9/10", "bytes 3-9/10", "bytes 4-9/*"])
def test_a_part_that_is_not_the_one_asked_for_is_refused(server, given):
    def answer(request, content):
        request.head(206, Content_Length=len(content), **({"Content_Range": given} if given else {}))
        request.send(content)

    server.ways["/x"] = [answer]
    with pytest.raises(PassingError, match="the server sent"), Web(server.base, 5).open("x", 4, '"mark"'):
        pass


def test_a_weak_etag_is_no_mark(server):
    "It may stand for other bytes; the day of change is taken, or nothing."

    def answer(request, _):
        request.head(200, Content_Length=0, ETag='W/"1"', Last_Modified="Fri, 27 Nov 2026 00:00:00 GMT")

    server.ways["/x"] = [answer]
    with Web(server.base, 5).open("x") as found:
        assert found.mark == "Fri, 27 Nov 2026 00:00:00 GMT"
    server.files["/y"] = b"1"
    server.ways["/y"] = [whole]
    with Web(server.base, 5).open("y") as found:
        assert found.mark == found.etag != ""
