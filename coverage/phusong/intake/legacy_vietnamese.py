"""
Vietnamese text of before Unicode: TCVN 5712:1993 (fonts .VnTime, "ABC") and VNI-Windows.

Both hide Vietnamese letters behind the codes of Western European ones, so that such text, read as Windows-1252, is
readable nonsense: "Hµ Néi" (TCVN3), "Haø Noäi" (VNI) for "Hà Nội".
"""

from __future__ import annotations

import re
import unicodedata

_TCVN3_CODES = (
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦"
)  # fmt: skip
_TCVN3_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TCVN3 = str.maketrans(_TCVN3_CODES, _TCVN3_LETTERS)

_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_CIRCUMFLEX = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư"}


def _vni_pairs() -> dict[str, str]:
    pairs = dict(_VNI_SINGLE)
    for letter in "aeouyôö":
        base = _VNI_SINGLE.get(letter, letter)
        pairs |= {letter + mark: base + tone for mark, tone in _VNI_TONES.items()}
    for letter in "aeo":
        pairs |= {letter + mark: letter + "\u0302" + tone for mark, tone in _VNI_CIRCUMFLEX.items()}
    pairs |= {"a" + mark: "a\u0306" + tone for mark, tone in _VNI_BREVE.items()}
    both = {key.upper(): value.upper() for key, value in pairs.items()}
    mixed = {key[0].upper() + key[1:]: value[0].upper() + value[1:] for key, value in pairs.items() if len(key) > 1}
    return {key: unicodedata.normalize("NFC", value) for key, value in (pairs | mixed | both).items()}


_VNI = _vni_pairs()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """
    Unicode of TCVN3 text that was read as Windows-1252.

    Examples
    --------
    >>> from_tcvn3("X· Hoµ B×nh, TØnh §¾k L¾k")
    'Xã Hoà Bình, Tỉnh Đắk Lắk'
    """
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """
    Unicode of VNI-Windows text that was read as Windows-1252.

    Examples
    --------
    >>> from_vni("Thaønh phoá Hoà Chí Minh, Ñaék Laék")
    'Thành phố Hồ Chí Minh, Đắk Lắk'
    """
    return _VNI_PATTERN.sub(lambda pair: _VNI[pair.group()], text)
