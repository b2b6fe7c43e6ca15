"""Fonts: a typeface of this machine with every face and letter that a report needs, or an error; never another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce

import typst
from matplotlib.ft2font import FT2Font

from phusong.errors import ConfigError
from phusong.publish.report.forms.decree import STAND_IN, TYPEFACE
from phusong.publish.report.forms.widths import BREAK

LETTERS = "".join(
    letter + letter.upper()
    for letter in "abcdefghijklmnopqrstuvwxyzđaàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
)
"""Every letter of Vietnamese, and the four that stand in foreign names only."""
_FACES = {("normal", 400), ("normal", 700), ("italic", 400), ("italic", 700)}


@dataclass(frozen=True)
class Typeface:
    """
    A family with its four faces.

    Parameters
    ----------
    name
        Of the family.
    letters
        Code points that all four faces can draw.
    """

    name: str
    letters: frozenset[int]


@cache
def installed() -> typst.Fonts:
    """The fonts of this machine, without those that the typesetter brings itself."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def typeface(names: Iterable[str] = (TYPEFACE, STAND_IN)) -> Typeface:
    """
    The first of the families that this machine has with all faces.

    Raises
    ------
    ConfigError
        When it has none, or the first lacks a letter of Vietnamese.
    """
    names = tuple(names)
    for name in names:
        faces = {(font.style, font.weight): font.path for font in installed().fonts() if font.family == name}
        if faces.keys() >= _FACES:
            found = Typeface(name, _in_all([path for face, path in faces.items() if face in _FACES and path]))
            refuse_unknown(found, [LETTERS])
            return found
    wanted, spare = names[0], names[-1]
    raise ConfigError(
        f"This machine lacks the font {wanted}, and {spare}, which may stand for it, in regular, bold, italic and bold "
        f"italic: install one of them ({spare} is free). / Máy này thiếu phông chữ {wanted} và phông thay thế {spare} "
        f"(thường, đậm, nghiêng, đậm nghiêng): hãy cài một trong hai phông."
    )


@cache
def _letters(path: str) -> frozenset[int]:
    return frozenset(FT2Font(path).get_charmap())


def _in_all(paths: Iterable[str]) -> frozenset[int]:
    return reduce(frozenset.intersection, map(_letters, paths))


def refuse_unknown(face: Typeface, texts: Iterable[str]) -> None:
    """
    Refuse texts with a sign that the typeface cannot draw.

    Raises
    ------
    ConfigError
        Which names the sign and the text.
    """
    for text in texts:
        unknown = [sign for sign in text if ord(sign) not in face.letters and sign != BREAK]
        if unknown:
            sign = f"“{unknown[0]}” (U+{ord(unknown[0]):04X})"
            raise ConfigError(
                f"The font {face.name} has no sign {sign}, which stands in “{text[:80]}”: another sign was expected "
                f"there. / Phông chữ {face.name} không có ký tự {sign} trong “{text[:80]}”: cần thay ký tự này."
            )
