"""Text: NFC, Vietnamese order, near names, numbers as Vietnamese readers write them."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve and horn make letters of their own


def nfc(value: str) -> str:
    """Composed form, with blanks of any kind folded to single spaces.

    >>> nfc("Xa\u0303  Ho\u0300a")
    'Xã Hòa'
    """
    return " ".join(unicodedata.normalize("NFC", value).split())


def sort_key(value: str) -> tuple[list[int], list[int]]:
    """
    Key that sorts Vietnamese names: letters first in the order of the alphabet, then tones (TCVN 6909).

    >>> sorted(["Đa", "Da", "Dã", "Ea", "Ăn", "An", "Ân"], key=sort_key)
    ['An', 'Ăn', 'Ân', 'Da', 'Dã', 'Đa', 'Ea']
    """
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", value).lower():
        parts = unicodedata.normalize("NFD", character)
        base = unicodedata.normalize("NFC", parts[0] + "".join(part for part in parts[1:] if part in _SHAPES))
        letters.append(100 + _LETTER_RANK[base] if base in _LETTER_RANK else min(ord(base[0]), 99))
        tones.append(next((_TONES.index(part) + 1 for part in parts if part in _TONES), 0))
    return letters, tones


def slug(value: str) -> str:
    """
    ASCII name for a column or a file: "Đặc khu Vân Đồn" becomes "dac_khu_van_don".

    >>> slug("MobiFone 4G/Đà Nẵng")
    'mobifone_4g_da_nang'
    """
    plain = unicodedata.normalize("NFD", value.replace("Đ", "D").replace("đ", "d"))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "_".join(kept.lower().split())


def nearest(name: str, known: Iterable[str]) -> str | None:
    """
    The most similar of the known names, or None when nothing is alike.

    >>> nearest("frequncy_mhz", ["freq", "frequency_mhz"])
    'frequency_mhz'
    """
    by_slug = {slug(candidate): candidate for candidate in known}
    own = slug(name)
    close = difflib.get_close_matches(own, by_slug, n=1, cutoff=0.6)
    if close:
        return by_slug[close[0]]
    words = {word for word in own.split("_") if len(word) > 2}
    parts = [
        c for s, c in by_slug.items() if s and (own.startswith(s) or s.startswith(own) or words & set(s.split("_")))
    ]
    return min(parts, key=lambda c: (abs(len(c) - len(name)), c)) if parts else None


def number_vi(value: float, decimals: int = 0) -> str:
    """
    Number with a point between thousands and a decimal comma, as in Vietnamese documents.

    >>> number_vi(1234567.891, 1)
    '1.234.567,9'
    """
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def percent_vi(share: float, decimals: int = 1) -> str:
    """
    Share as per cent, cut and not rounded, so that a figure short of its target never reaches it.

    >>> percent_vi(0.98999)
    '98,9 %'
    """
    scale = 10**decimals
    # One part in 10^9 forgives the binary form of a share such as 0.29, and nothing larger.
    return f"{number_vi(int(share * 100 * scale + 1e-7) / scale, decimals)} %"


def cell(value: str) -> str:
    """
    Text for a spreadsheet cell; what it would run as a formula is marked as text.

    >>> cell("=HYPERLINK(1)"), cell("Xã An Phú")
    ("'=HYPERLINK(1)", 'Xã An Phú')
    """
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
