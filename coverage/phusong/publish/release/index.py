"""Index: the page from which the files of a release open; without scripts, and complete in itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from folium.template import Template

from phusong.publish.release.contents import Contents
from phusong.publish.release.listing import own_words

_FOLDER = Path(__file__).parent


def render(contents: Contents) -> bytes:
    """The page, the same for the same contents."""
    page = Template((_FOLDER / "index.html").read_text("utf-8"), autoescape=True)
    style = (_FOLDER / "index.css").read_text("utf-8")
    return (page.render(told=contents, words=own_words(), style=style, quote=quote) + "\n").encode("utf-8")
