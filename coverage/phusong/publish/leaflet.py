"""Leaflet: its script and style sheet, ready to stand in a page that asks nothing of any server."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

from xstatic.pkg import leaflet

_FOLDER = Path(leaflet.BASE_DIR)


@cache
def script() -> str:
    """Leaflet's script, without the reference to its source map."""
    return re.sub(r"^//# sourceMappingURL=.*$", "", _read("leaflet.js"), flags=re.MULTILINE).strip()


@cache
def style() -> str:
    """Leaflet's style sheet, with its images as data."""
    return re.sub(r"url\(\s*[\"']?(images/[\w.-]+)[\"']?\s*\)", _inlined, _read("leaflet.css")).strip()


def _inlined(match: re.Match[str]) -> str:
    image = base64.b64encode((_FOLDER / match[1]).read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{image})"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
