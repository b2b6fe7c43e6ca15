"""Fonts: a typeface of this machine with every face and letter that a report needs, or an error; never another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    files
        Of the faces; a machine may have other ones of the same name without the letters of Vietnamese.
    """

    name: str
    letters: frozenset[int]
    files: tuple[str, ...]


@cache
def installed() -> typst.Fonts:
    """The fonts of this machine, without those that the typesetter brings itself."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def typeface(names: Iterable[str] = (TYPEFACE, STAND_IN)) -> Typeface:
    """
    The first of the families that this machine has with all faces and every letter of Vietnamese.

    Raises
    ------
    ConfigError
        When it has none.
    """
    names = tuple(names)
    for name in names:
        if found := _family(name, installed()):
            return found
    wanted, spare = names[0], names[-1]
    raise ConfigError(
        f"This machine lacks the font {wanted}, and {spare}, which may stand for it, in regular, bold, italic and bold "
        f"italic with every Vietnamese letter: install one of them ({spare} 2 is free). / Máy này thiếu phông chữ "
        f"{wanted} và phông thay thế {spare} (thường, đậm, nghiêng, đậm nghiêng, đủ chữ tiếng Việt): hãy cài một "
        f"trong hai phông."
    )


@cache
def fonts_of(face: Typeface) -> typst.Fonts:
    """
    The fonts that a document in a typeface may be set in.

    Raises
    ------
    ConfigError
        When files of the same name without the letters of Vietnamese lie beside its own: of two files with one name
        the typesetter takes either.
    """
    folders = sorted({str(Path(file).parent) for file in face.files})
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    for font in found.fonts():
        if font.family == face.name and (font.style, font.weight) in _FACES and not _is_whole(font):
            raise ConfigError(
                f"{font.path}: this file of the font {face.name} lacks Vietnamese letters, and lies beside one that "
                f"has them: remove it. / Tệp này của phông chữ {face.name} thiếu chữ tiếng Việt: hãy xóa tệp."
            )
    return found


def _family(name: str, fonts: typst.Fonts) -> Typeface | None:
    """The faces of a family in files that have every letter; None where one is not there."""
    files: dict[tuple[str, int], str] = {}
    for font in fonts.fonts():
        if font.family == name and (font.style, font.weight) in _FACES and _is_whole(font):
            files.setdefault((font.style, font.weight), str(font.path))
    if files.keys() != _FACES:
        return None
    return Typeface(name, frozenset.intersection(*map(_letters, files.values())), tuple(sorted(files.values())))


def _is_whole(font: typst.FontInfo) -> bool:
    return bool(font.path) and {ord(letter) for letter in LETTERS} <= _letters(str(font.path))


@cache
def _letters(path: str) -> frozenset[int]:
    return frozenset(FT2Font(path).get_charmap())


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
