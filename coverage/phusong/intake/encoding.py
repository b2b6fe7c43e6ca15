"""Encoding: what text the bytes of a file are, and mending text that was decoded wrongly before it came here."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from phusong.intake.legacy_vietnamese import from_tcvn3, from_vni
from phusong.intake.syllables import is_syllable, plausibility

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
_BEFORE = 100
_TEXTS_OF_A_FONT = 3
_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_UNICODE_VIETNAMESE = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0323]"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_C1 = {code: chr(code) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_MOJIBAKE = re.compile(
    "[\u00c3\u00c2\u00c4\u00c6\u00e1\u00c5][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


@dataclass(frozen=True)
class Encoding:
    """
    How the bytes of a file become text.

    Parameters
    ----------
    name
        For people, such as "Windows-1258".
    codec
        Python's name.
    then
        What is done after decoding; None for nothing.
    """

    name: str
    codec: str
    then: Callable[[str], str] | None = None

    def decode(self, data: bytes) -> str:
        """Text of the bytes; what cannot be decoded becomes U+FFFD and is lost to nobody: the row can be told."""
        text = data.decode(self.codec, errors="replace")
        return self.then(text) if self.then else text


@dataclass(frozen=True)
class Font:
    """
    Text of before Unicode that arrives as letters of Western Europe, since only its font made it Vietnamese.

    Parameters
    ----------
    alone
        Whether no Unicode Vietnamese stands beside it, so that what could be either is of the font too.
    """

    name: str
    then: Callable[[str], str]
    alone: bool

    def decode(self, text: str) -> str:
        """Unicode of a text of the font; any other text as it is."""
        if text.isascii() or _UNICODE_VIETNAMESE.search(text):
            return text
        decoded = self.then(text)
        gain = plausibility(decoded) - plausibility(text)
        return decoded if _says_words(decoded) and (gain > 0 or (gain == 0 and self.alone)) else text


UTF_8 = Encoding("UTF-8", "utf-8-sig")
_TCVN3 = Encoding("TCVN3 (ABC)", "cp1252", from_tcvn3)
_VNI = Encoding("VNI-Windows", "cp1252", from_vni)
_ONE_BYTE = (
    Encoding("Windows-1258", "cp1258", lambda text: unicodedata.normalize("NFC", text)),
    _TCVN3,
    _VNI,
    Encoding("Windows-1252", "cp1252"),
)


def detect(data: bytes) -> Encoding:
    r"""
    Encoding of a file from its beginning, or from all of it.

    UTF-8 and UTF-16 prove themselves; among the encodings of one byte a letter the one whose words are Vietnamese
    syllables is taken.

    Examples
    --------
    >>> detect("Xã Hoà Bình".encode()).name
    'UTF-8'
    >>> detect(b"M\xe3 tr\xea\xf2m; T\xecnh tr\xe2\xf2ng").name
    'Windows-1258'
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return Encoding(codec.upper().removesuffix("-SIG"), codec)
    sample = data[:_SAMPLE]
    if sample.count(0) > len(sample) / 5:
        even = sample[::2].count(0) > sample[1::2].count(0)
        return Encoding("UTF-16", "utf-16-be" if even else "utf-16-le")
    beyond = _BEYOND_ASCII.search(data)
    if beyond is None:
        return UTF_8
    sample = data[max(0, beyond.start() - _BEFORE) :][:_SAMPLE]
    if _is_utf_8(sample, whole=len(data) <= _SAMPLE):
        return UTF_8
    scores = [plausibility(encoding.decode(sample)) for encoding in _ONE_BYTE]
    if max(scores) <= 0 and _is_nearly_utf_8(sample):
        return UTF_8
    return _ONE_BYTE[scores.index(max(scores))]


def font(texts: Iterable[str]) -> Font | None:
    """
    The old font that some texts of a table are written for; None where they are Unicode.

    Three different texts have to be nonsense as they stand and Vietnamese in the font, and most of the nonsense too.

    Examples
    --------
    >>> old = font(["M· tr¹m", "TØnh", "Tr¹ng th¸i", "Hµ Néi"])
    >>> old.name, old.decode("VÜnh Phóc")
    ('TCVN3 (ABC)', 'Vĩnh Phúc')
    >>> font(["Mã trạm", "Ø250", "café", "5 µm"]) is None
    True
    """
    different = {text for text in texts if not text.isascii()}
    nonsense = [text for text in different if plausibility(text) < 0 and mend(text) == text]
    best, found = None, _TEXTS_OF_A_FONT - 1
    for encoding in (_TCVN3, _VNI):
        then = encoding.then or str
        meant = [text for text in nonsense if plausibility(decoded := then(text)) > 0 and _says_words(decoded)]
        if len(meant) > found and len(meant) * 2 > len(nonsense):
            best, found = Font(encoding.name, then, not any(map(_UNICODE_VIETNAMESE.search, different))), len(meant)
    return best


def _says_words(text: str) -> bool:
    """Whether a word of several letters bears a mark: "×" alone, which is "ì" in a font, says nothing."""
    return any(not word.isascii() and is_syllable(word) for word in _LONG_WORD.findall(text))


def mend(text: str) -> str:
    """
    Text that was UTF-8, read as Windows-1252 and stored again; unchanged where that is not certain.

    Examples
    --------
    >>> mend("Kon Dá»¡ng"), mend("Tuyên Quang"), mend("Ã")
    ('Kon Dỡng', 'Tuyên Quang', 'Ã')
    """
    while _MOJIBAKE.search(text):
        try:
            once = _bytes_1252(text).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return text
        if once == text or plausibility(once) < plausibility(text):
            return text
        text = once
    return text


def _bytes_1252(text: str) -> bytes:
    """Windows-1252 leaves five codes free; those who read it wrongly keep them as controls."""
    return b"".join(
        bytes([ord(character)])
        if character in _C1.values() or (ord(character) < 256 and 0x80 <= ord(character) < 0xA0)
        else character.encode("cp1252")
        for character in text
    )


def _is_utf_8(sample: bytes, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf_8(sample: bytes) -> bool:
    """Whether the text beyond ASCII is UTF-8 but for some damaged bytes."""
    beyond = sum(byte >= 0x80 for byte in sample)
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    return broken * 4 < beyond
