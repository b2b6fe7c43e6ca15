"""A server on this machine that gives the answers a test tells it to, good and bad."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Way = Callable[["Request", bytes], None]
"""How a file is answered."""


class Request(BaseHTTPRequestHandler):
    "Answers with the next way of the path; the last way stays."

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        host = self.server
        host.asked.append((self.path, dict(self.headers)))
        self.close_connection = True
        ways = host.ways.get(self.path, [])
        way = ways.pop(0) if len(ways) > 1 else next(iter(ways), whole)
        if self.path in host.files or way is not whole:
            way(self, host.files.get(self.path, b""))
        else:
            status(404)(self, b"")

    def head(self, code: int, **headers: object) -> None:
        "Status and headers; names are written with _ for -."
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Connection", "close")
        self.end_headers()

    def send(self, content: bytes) -> None:
        "Bytes, unless the other side has gone."
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        "Says nothing."


class Server(ThreadingHTTPServer):
    "Files by path, the ways in which they are answered, and what was asked."

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.files: dict[str, bytes] = {}
        self.ways: dict[str, list[Way]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def ranges(self, path: str) -> list[str]:
        "The Range that each request for a path had; empty where it had none."
        return [headers.get("Range", "") for asked, headers in self.asked if asked == path]


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    "A server that runs while the block does."
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def whole(request: Request, content: bytes) -> None:
    "The file, or the part that is asked for where it is still the same."
    start, mark = 0, request.headers.get("If-Range", etag(content))
    if (asked := request.headers.get("Range")) and mark == etag(content):
        start = int(asked.removeprefix("bytes=").partition("-")[0])
    part = content[start:]
    extra = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
    request.head(206 if start else 200, Content_Length=len(part), ETag=etag(content), **extra)
    request.send(part)


def cut(after: int) -> Way:
    "Promises everything, sends so many bytes more and hangs up."

    def answer(request: Request, content: bytes) -> None:
        start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        extra = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
        request.head(206 if start else 200, Content_Length=len(content) - start, ETag=etag(content), **extra)
        request.send(content[start : start + after])

    return answer


def without_range(request: Request, content: bytes) -> None:
    "The whole file, whatever part is asked for."
    request.head(200, Content_Length=len(content), ETag=etag(content))
    request.send(content)


def status(code: int, **headers: object) -> Way:
    "A status and a page that explains it."

    def answer(request: Request, content: bytes) -> None:
        del content
        page = b"<html>no</html>"
        request.head(code, Content_Length=len(page), Content_Type="text/html", **headers)
        request.send(page)

    return answer


def other(content: bytes, **headers: object) -> Way:
    "Other bytes than those of the file."

    def answer(request: Request, _: bytes) -> None:
        request.head(200, Content_Length=len(content), **headers)
        request.send(content)

    return answer


def silent(seconds: float) -> Way:
    "Says nothing for a while, then hangs up."

    def answer(request: Request, _: bytes) -> None:
        time.sleep(seconds)
        request.close_connection = True

    return answer


def chunked(cut_after: int | None = None) -> Way:
    "In chunks without a length, whole or cut."

    def answer(request: Request, content: bytes) -> None:
        request.head(200, Transfer_Encoding="chunked", ETag=etag(content))
        for start in range(0, len(content), 1000):
            if cut_after is not None and start >= cut_after:
                return
            piece = content[start : start + 1000]
            request.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        request.send(b"0\r\n\r\n")

    return answer


def without_length(request: Request, content: bytes) -> None:
    "Does not say how long the file is."
    request.head(200, ETag=etag(content))
    request.send(content)


def s3(content_of_etag: bytes | None = None, tag: str = "") -> Way:
    "As S3 does: its ETag is the MD5 of the file."

    def answer(request: Request, content: bytes) -> None:
        own = tag or etag(content if content_of_etag is None else content_of_etag)
        request.head(200, Content_Length=len(content), ETag=own, x_amz_request_id="1")
        request.send(content)

    return answer


def to(url: str) -> Way:
    "Elsewhere."

    def answer(request: Request, _: bytes) -> None:
        request.head(302, Location=url, Content_Length=0)

    return answer


@dataclass
class Sleeper:
    "Waits without waiting, and remembers."

    waits_s: list[float] = field(default_factory=list)

    def __call__(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)
