"""Structure of a tagged PDF: its parts in the order of reading, each with its text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject

_RANGE, _PAIR = re.compile(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>"), re.compile(rb"<(\w+)>\s*<(\w+)>")
_BLOCKS = {b"bfchar": _PAIR, b"bfrange": _RANGE}


@dataclass(frozen=True)
class Part:
    """
    A part of the document.

    Parameters
    ----------
    kind
        Such as `Document`, `H1`, `P`, `Table`, `TR`, `TD`, `Strong`, `Code`, `Figure`; `text` holds text alone.
    alt
        What a picture shows.
    """

    kind: str
    parts: tuple[Part, ...] = ()
    words: str = ""
    alt: str = ""

    @property
    def text(self) -> str:
        """Text of the part and all below it."""
        return self.words + "".join(part.text for part in self.parts)

    def within(self, *kinds: str) -> Iterator[Part]:
        """Parts of these kinds below it, in order; not those inside another one."""
        for part in self.parts:
            if part.kind in kinds:
                yield part
            else:
                yield from part.within(*kinds)


@dataclass(frozen=True)
class _Mark:
    """What text stands under: the number of its part, and whether the text is told by the mark itself."""

    number: int | None
    told: bool


def structure(file: Path) -> Part:
    """
    The document as its tags say.

    Raises
    ------
    ValueError
        When it has none.
    """
    reader = PdfReader(file)
    if "/StructTreeRoot" not in reader.root_object:
        raise ValueError("the PDF is not tagged")
    texts = {page.indirect_reference.idnum: _marked(page, reader) for page in reader.pages if page.indirect_reference}
    root: Any = reader.root_object["/StructTreeRoot"]
    return Part("", tuple(_parts(root.get("/K"), texts, 0)))


def _parts(node: Any, texts: dict[int, dict[int | None, str]], page: int) -> Iterator[Part]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, int):
        yield Part("text", words=texts[page].get(node, ""))
    elif isinstance(node, list):
        for kid in node:
            yield from _parts(kid, texts, page)
    elif isinstance(node, DictionaryObject):
        page = node.raw_get("/Pg").idnum if "/Pg" in node else page
        if "/S" in node:
            kids = tuple(_parts(node.get("/K"), texts, page))
            yield Part(str(node["/S"])[1:], kids, alt=str(node.get("/Alt", "")))
        elif "/MCID" in node:
            yield from _parts(node["/MCID"], texts, page)


def _marked(page: PageObject, reader: PdfReader) -> dict[int | None, str]:
    """Text of a page by the number of the mark that it stands under."""
    resources: Any = page["/Resources"]
    letters = {name: _letters(font.get_object()) for name, font in resources.get("/Font", {}).items()}
    found: dict[int | None, str] = defaultdict(str)
    marks: list[_Mark] = [_Mark(None, False)]
    font: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            properties = operands[1] if len(operands) > 1 and isinstance(operands[1], DictionaryObject) else {}
            marks.append(_Mark(properties.get("/MCID", marks[-1].number), "/ActualText" in properties))
            found[marks[-1].number] += str(properties.get("/ActualText", ""))
        elif operator == b"EMC":
            marks.pop()
        elif operator == b"Tf":
            font = letters[operands[0]]
        elif operator in (b"Tj", b"TJ") and not marks[-1].told:
            shown = operands[0] if operator == b"TJ" else operands
            found[marks[-1].number] += "".join(_decoded(one, font) for one in shown if not isinstance(one, int | float))
    return found


def _decoded(shown: Any, letters: dict[int, str]) -> str:
    """Text of a string whose glyphs are two bytes each."""
    glyphs = shown.original_bytes if hasattr(shown, "original_bytes") else bytes(shown)
    return "".join(letters.get(int.from_bytes(glyphs[at : at + 2]), "") for at in range(0, len(glyphs), 2))


def _letters(font: Any) -> dict[int, str]:
    """Text of each glyph, from the font's own table."""
    table = font["/ToUnicode"].get_object().get_data()
    letters = {}
    for kind, pattern in _BLOCKS.items():
        for block in re.findall(rb"begin%s(.*?)end%s" % (kind, kind), table, re.DOTALL):
            for glyph, *last, text in pattern.findall(block):
                first = int(glyph, 16)
                for step in range(int(last[0], 16) - first + 1 if last else 1):
                    letters[first + step] = _advanced(bytes.fromhex(text.decode()), step)
    return letters


def _advanced(text: bytes, step: int) -> str:
    """The text of a glyph that many places on in a range."""
    decoded = text.decode("utf-16-be")
    return decoded[:-1] + chr(ord(decoded[-1]) + step)
