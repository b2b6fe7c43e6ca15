"""The web: files over HTTPS, with redirects, proxies and the faults of connections in our words."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from phusong import __version__
from phusong.errors import FetchError
from phusong.intake.fetch.answer import Answer, ChangedError, FileError, PassingError

_PASSING_STATUS = {408, 425, 429, 500, 502, 503, 504}
_LONGEST_WAIT_S = 120.0


@dataclass(frozen=True)
class Web:
    """
    Files on the web.

    Parameters
    ----------
    timeout_s
        Longest silence of the other side.
    allow_http
        Whether connections without encryption will do; to this machine they always do.
    """

    base: str
    timeout_s: float
    allow_http: bool = False

    @contextlib.contextmanager
    def open(self, path: str, start: int = 0, mark: str = "") -> Iterator[Answer]:
        """See `Origin`. The mark is a strong ETag, else the day of change."""
        url = self.base + urllib.parse.quote(path, safe="/=")
        with _told(url):
            response = self._response(url, start, mark)
        with response:
            yield _answer(response, start)

    def _response(self, url: str, start: int, mark: str) -> http.client.HTTPResponse:
        headers = {"User-Agent": f"phusong/{__version__}", "Accept-Encoding": "identity"}
        if start and mark:
            headers |= {"Range": f"bytes={start}-", "If-Range": mark}
        opener = urllib.request.build_opener(_Redirects(self.allow_http))
        return opener.open(urllib.request.Request(url, headers=headers), timeout=self.timeout_s)


@dataclass(frozen=True)
class _Body:
    """The bytes of a response; its faults are those of a connection, whatever is done with the bytes."""

    response: http.client.HTTPResponse

    def read(self, size: int = -1, /) -> bytes:
        """See `Stream`."""
        with _told(self.response.url):
            return self.response.read(size)

    def read1(self, size: int = -1, /) -> bytes:
        """See `Stream`."""
        with _told(self.response.url):
            return self.response.read1(size)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to where files may be had from; never from encryption to none."""

    max_redirections = 5

    def __init__(self, allow_http: bool) -> None:
        self._allow_http = allow_http

    def redirect_request(  # type: ignore[no-untyped-def]
        self, req: urllib.request.Request, fp, code: int, msg: str, headers, newurl: str
    ):
        """The request to the new address."""
        if req.type == "https" and not newurl.startswith("https://"):
            raise FetchError(f"{req.full_url} leads to {newurl}, which is not encrypted: it is not followed")
        refuse_scheme(newurl, self._allow_http)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def refuse_scheme(url: str, allow_http: bool) -> None:
    """
    Stop at an address that is not encrypted, unless it is of this machine or none need be.

    Raises
    ------
    FetchError
        Naming it.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and (allow_http or _is_this_machine(parts.hostname or ""))):
        return
    hint = " (--allow-http takes a mirror without encryption)" if parts.scheme == "http" else ""
    raise FetchError(f"{url} is not asked: expected an address that begins with https://{hint}")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _answer(response: http.client.HTTPResponse, asked: int) -> Answer:
    """
    What a response says of the file.

    Raises
    ------
    PassingError
        When it sends another part than was asked for, or does not say where it ends.
    """
    headers, start, length = response.headers, 0, response.length
    if length is None and headers.get("Transfer-Encoding", "").lower() != "chunked":
        raise PassingError("the server does not say how long the file is")
    total = length
    if response.status == http.HTTPStatus.PARTIAL_CONTENT:
        start, total = _content_range(headers.get("Content-Range", ""))
        if start != asked:
            raise PassingError(f"the server sent bytes from {start} on, asked for those from {asked} on")
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    mark = etag if etag.startswith('"') else modified
    return Answer(_Body(response), start, total, mark, response.url, etag, modified, _md5(headers))


def _md5(headers: Message) -> str:
    """
    The MD5 of a file in S3 that was stored in one piece, which its ETag then is; empty of others.

    References
    ----------
    Amazon S3, checking object integrity: not of objects stored in parts, nor of those encrypted with a customer's key.
    """
    found = re.fullmatch(r'"([0-9a-f]{32})"', headers.get("ETag", ""))
    own_key = headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    return found[1] if found and "x-amz-request-id" in headers and not own_key else ""


def _content_range(text: str) -> tuple[int, int]:
    """First byte and size of the whole, of such as `bytes 100-199/200`."""
    try:
        part, _, total = text.removeprefix("bytes ").partition("/")
        return int(part.partition("-")[0]), int(total)
    except ValueError:
        raise PassingError(f"the server sent a part without saying which ({text!r})") from None


@contextlib.contextmanager
def _told(url: str) -> Iterator[None]:
    """Faults of a connection, in our words."""
    try:
        yield
    except urllib.error.HTTPError as fault:
        with fault:
            raise _of_status(url, fault) from None
    except urllib.error.URLError as fault:
        reason = fault.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise FetchError(
                f"{url}: its certificate is not trusted ({reason.verify_message}); where a proxy opens"
                " connections, name its certificate in the environment variable SSL_CERT_FILE"
            ) from None
        raise PassingError(f"no connection to {urllib.parse.urlsplit(url).netloc}: {reason}") from None
    except (http.client.HTTPException, OSError) as fault:
        raise PassingError(f"the connection broke: {fault or type(fault).__name__}") from None


def _of_status(url: str, fault: urllib.error.HTTPError) -> Exception:
    if fault.code in _PASSING_STATUS:
        asked = fault.headers.get("Retry-After", "")
        wait_s = min(float(asked), _LONGEST_WAIT_S) if asked.isdigit() else 0.0
        return PassingError(f"the server answers {fault.code} {fault.reason}", wait_s)
    if fault.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return ChangedError("the file has changed meanwhile")
    if fault.code == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return FetchError("the proxy asks for a name and a password: https_proxy=http://NAME:PASSWORD@HOST:PORT")
    if fault.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE):
        return FileError(f"{url} is not there (answer {fault.code})")
    return FileError(f"{url} cannot be had: the server answers {fault.code} {fault.reason}")
