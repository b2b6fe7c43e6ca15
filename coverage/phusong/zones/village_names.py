"""Names of villages (thôn, bản, xóm, tổ dân phố): whether two ways of writing mean the same one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from phusong.administration.names import keys
from phusong.text import nfc, slug

LIKENESS = ("same", "kind_missing", "kind_differs", "marks_missing", "similar")
"""How two names can be alike, the surest first."""

_KINDS = {
    "tổ dân phố": "tổ", "tdp": "tổ", "tổ": "tổ", "khu phố": "khu phố", "kp": "khu phố", "khu": "khu", "thôn": "thôn",
    "bản": "bản", "xóm": "xóm", "ấp": "ấp", "khóm": "khóm", "buôn": "buôn", "bon": "bon", "làng": "làng", "đội": "đội",
    "plei": "plei", "plây": "plei", "phum": "phum", "sóc": "sóc",
}  # fmt: skip
_PLAIN_KINDS = {slug(written).replace("_", " "): kind for written, kind in _KINDS.items()}
_COUNTING = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_NUMBERS = {word: n for n, word in enumerate(_COUNTING, start=1)}
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_WORD = re.compile(r"\d+[^\W\d_]?(?![^\W\d_])|\d+|[^\W\d_]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")


def likeness(one: str, other: str) -> str | None:
    """
    How two names of villages are alike: `same`, `kind_missing`, `kind_differs`, `marks_missing`, `similar`; or None.

    Case, blanks, the place of the tone mark, y or i, and how a number is written make no difference. A name that is
    only a number needs its kind; marks may be missing from one name as a whole; similar names differ by their marks or
    by one letter, and have the same numbers.

    Examples
    --------
    >>> likeness("TDP số 03", "Tổ dân phố 3"), likeness("Thôn III", "thôn Ba"), likeness("Nà Cọ", "Bản Nà Cọ")
    ('same', 'same', 'kind_missing')
    >>> likeness("Thôn Hoà Mỹ", "Bản Hòa Mĩ"), likeness("ban na co", "Bản Nà Cọ"), likeness("Nà Khao", "Nà Kao")
    ('kind_differs', 'marks_missing', 'similar')
    >>> likeness("Thôn 3", "Bản 3"), likeness("Tân Lập 1", "Tân Lập 2"), likeness("Sơn Thượng", "Sơn Hạ")
    (None, None, None)
    """
    a, b = _Name.of(nfc(one)), _Name.of(nfc(other))
    numbers_of_two_kinds = a.kind != b.kind and (a.numbered or b.numbered)
    plain = one.isascii() or other.isascii()
    holds = (
        a.whole == b.whole,
        a.whole == b.bare or a.bare == b.whole,
        a.bare == b.bare,
        plain and bool({a.loose_whole, a.loose_bare} & {b.loose_whole, b.loose_bare}),
        a.numbers == b.numbers and min(len(a.bare), len(b.bare)) >= 4 and _one_letter_apart(a.loose_bare, b.loose_bare),
    )
    found = next((how for how, true in zip(LIKENESS, holds, strict=True) if true), None)
    nothing = not a.whole or not b.whole or (numbers_of_two_kinds and found not in LIKENESS[:2])
    return None if nothing else found


@dataclass(frozen=True)
class _Name:
    kind: str
    whole: str
    bare: str
    loose_whole: str
    loose_bare: str
    numbers: tuple[str, ...]
    numbered: bool

    @classmethod
    @lru_cache(maxsize=100_000)
    def of(cls, name: str) -> _Name:
        kind, words = _split(_WORD.findall(_APOSTROPHES.sub("", name)))
        words = _numerals(words, capitals=name.isupper())
        whole, bare = keys(" ".join([kind, *words])), keys(" ".join(words))
        numbers = tuple(word for word in words if word[0].isdigit() or len(word) == 1)
        return cls(kind, whole[4], bare[4], whole[5], bare[5], numbers, len(words) == 1 and words[0][0].isdigit())


def _split(words: list[str]) -> tuple[str, list[str]]:
    """What kind of village the first words say, and the other words; a kind alone is a name."""
    lower = [word.lower() for word in words]
    for length in (3, 2, 1):
        written = " ".join(lower[:length])
        kind = _KINDS.get(written) or _PLAIN_KINDS.get(written)
        if kind and len(words) > length:
            return kind, words[length:]
    return "", words


def _numerals(words: list[str], capitals: bool) -> list[str]:
    """
    Words with their numbers as digits: 03, III, số 3, and Ba where it is the whole name.

    In a name all in capitals VI and XI may be syllables, and stay.
    """
    if len(words) == 1 and words[0].lower() in _NUMBERS:
        return [str(_NUMBERS[words[0].lower()])]
    read = [word if capitals and word in ("VI", "XI") else _number(word) for word in words]
    following = [*read, ""][1:]
    return [
        word
        for word, after in zip(read, following, strict=True)
        if word.lower() not in ("số", "so") or not after[:1].isdigit()
    ]


def _number(word: str) -> str:
    if _ROMAN.fullmatch(word):
        values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in word]
        return str(sum(-value if value < max(values[k:]) else value for k, value in enumerate(values)))
    return (word.lstrip("0") or "0").lower() if word[0].isdigit() else word


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether a letter more, a letter less, another letter, or two letters in the other order make one of the other."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])
