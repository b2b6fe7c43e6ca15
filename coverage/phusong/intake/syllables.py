"""Vietnamese syllables: telling text that was decoded rightly from text that was not."""

from __future__ import annotations

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSET = "ngh|ng|nh|kh|gh|gi|ph|th|tr|ch|qu|kr|br|dr|pl|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_RHYME = (
    "(?:iêu|yêu|ươu|uôi|ươi|oai|oay|oeo|uây|uya|uyu|uyên|uyêt|uynh|uyn|uyt|uych|uâng|uân|uât|uênh|uêch|oong|oanh|oach|oang|oan|oat|oac|oăng|"
    "oăn|oăt|oăc|oen|oet|uơ|uê|uy|oa|oe|oă|uâ|"
    "iê(?:ng|n|m|p|t|c)|yê(?:ng|n|m|t)|uô(?:ng|n|m|t|c)|ươ(?:ng|n|m|p|t|c)|ia|ya|ua|ưa|"
    "ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|"
    "[aăâeêioôơuưy](?:nh|ng|ch|n|m|p|t|c|k|l|r|s)?)"
)
_SYLLABLE = re.compile(f"(?:{_ONSET}){_RHYME}")
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")


def is_syllable(word: str) -> bool:
    """
    Whether a word could be a Vietnamese syllable: onset, rhyme, and at most one tone.

    Examples
    --------
    >>> is_syllable("Đắk"), is_syllable("Nguyễn"), is_syllable("Dá»¡ng"), is_syllable("Hµ")
    (True, True, False, False)
    """
    plain = unicodedata.normalize("NFD", word.lower())
    tones = sum(mark in _TONES for mark in plain)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in plain if mark not in _TONES))
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None


def plausibility(text: str) -> int:
    r"""
    How Vietnamese the accented words of a text are: syllables less words that are none.

    Examples
    --------
    >>> plausibility("Xã Hoà Bình"), plausibility("XÃ£ HoÃ\xa0 BÃ¬nh")
    (3, -2)
    """
    words = {word for word in _WORD.findall(text) if not word.isascii() and not (word.isupper() and len(word) <= 4)}
    good = sum(is_syllable(word) for word in words)
    strange = sum(not (c.isalnum() or c.isascii() or unicodedata.combining(c) or c in "°′″–") for c in set(text))
    return good - 2 * (len(words) - good) - strange
