"""Names of units of administration: the ways in which one name is written, from the strictest to the loosest."""

from __future__ import annotations

import re
import unicodedata

from phusong.text import nfc, slug

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_APOSTROPHES = re.compile("['’‘ʼ`´\u02c8\u2032-]")
_TYPES = {
    "xã": ("xã", "xa", "x."),
    "phường": ("phường", "phuong", "p."),
    "đặc khu": ("đặc khu", "dac khu", "đk."),
    "thị trấn": ("thị trấn", "thi tran", "tt.", "tt"),
}
_PREFIX = re.compile(
    r"^\s*(đặc khu|dac khu|đk\.|thị trấn|thi tran|tt\.?(?=\s)|phường|phuong|p\.|xã|xa(?=\s)|x\.)\s*", re.IGNORECASE
)
_PROVINCE = re.compile(r"^\s*(tỉnh|tinh|thành phố|thanh pho|tp\.?|thủ đô|t\.)(?=\s|\.)\s*", re.IGNORECASE)
STAGES = ("exact", "case_and_blanks", "tone_placement", "y_or_i", "apostrophes", "without_marks", "type_changed")
"""Stages of a match by name, the strictest first; the last two only where one unit alone fits."""


def split_type(name: str) -> tuple[str, str]:
    """
    Type and bare name of a commune; the type is empty where the name has none.

    Examples
    --------
    >>> split_type("Xã Hoà Bình"), split_type("TT. Sa Pa"), split_type("Xín Mần")
    (('xã', 'Hoà Bình'), ('thị trấn', 'Sa Pa'), ('', 'Xín Mần'))
    """
    text = nfc(name)
    found = _PREFIX.match(text)
    if not found or found.end() == len(text):
        return "", text
    word = nfc(found.group(1)).lower()
    return next(kind for kind, forms in _TYPES.items() if word in forms), text[found.end() :]


def province_key(name: str) -> str:
    """
    Key of a province, whatever its prefix, marks and blanks.

    Examples
    --------
    >>> province_key("TP. Hồ Chí Minh"), province_key("Thừa Thiên-Huế"), province_key("HoàBình")
    ('hochiminh', 'hue', 'hoabinh')
    """
    key = slug(_PROVINCE.sub("", nfc(name))).replace("_", "")
    return key.removeprefix("thuathien") if key != "thuathien" else "hue"


def keys(name: str) -> tuple[str, str, str, str, str, str]:
    """
    A name as each stage but the last compares it.

    Examples
    --------
    >>> keys("Hoà  Bình")[2] == keys("Hòa Bình")[2], keys("Lục Sĩ Thành")[3] == keys("Lục Sỹ Thành")[3]
    (True, True)
    >>> keys("Ea H'Leo")[4] == keys("Ea HʼLeo")[4], keys("Đắk Mil")[5]
    (True, 'dakmil')
    """
    lower = nfc(name).lower()
    toned = " ".join(_tone_last(word) for word in lower.split())
    either = toned.replace("y", "i")
    joined = _APOSTROPHES.sub("", either).replace(" ", "")
    return name, lower, toned, either, joined, slug(joined).replace("_", "")


def same(a: str, b: str) -> bool:
    """
    Whether two names of communes are the same name, written in two ways; their types, where both tell one, must
    agree.

    Examples
    --------
    >>> same("Xã Hoà Xá", "xã Hòa Xá"), same("Xã Tân Thành", "Phường Tân Thành"), same("Xã Hòa Xá", "Xã Hoa Xá")
    (True, False, False)
    """
    (kind_a, bare_a), (kind_b, bare_b) = split_type(a), split_type(b)
    return (not kind_a or not kind_b or kind_a == kind_b) and keys(bare_a)[4] == keys(bare_b)[4]


def _tone_last(word: str) -> str:
    """The letters of a syllable and then its tone, so that it matters no more above which vowel the tone stands."""
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(part for part in parts if part in _TONES)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tones
