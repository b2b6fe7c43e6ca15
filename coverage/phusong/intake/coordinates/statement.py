"""Statements: the system of coordinates that titles and headers of a file name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from phusong.intake.coordinates.vn2000 import TM3, UTM, System, coded, systems
from phusong.text import nfc

_MERIDIAN = re.compile(
    r"(?:\bkttw?\b|kinh tuyến (?:trục|trung ương|gốc)|central meridian|tm-?\s?3)\W{0,6}(?:là\s*)?"
    r"(1[01]\d)(?:[.,](\d{1,2})(?!\d)|\s*(?:°|º|˚|o|độ|-)?\s*(\d{2})?)"
)
_EPSG = re.compile(r"\bepsg\W{0,3}(\d{4,5})\b")
_UTM = re.compile(r"\butm\b.{0,20}?\b(4[89])(?:\s*n)?\b")
_SIX = re.compile(r"múi(?: chiếu)?\s*(?:6|sáu)\b|0[.,]9996")
_VN2000 = re.compile(r"vn[\s_-]*2000")
_WGS84 = re.compile(r"wgs[\s_-]*84")


@dataclass(frozen=True)
class Statement:
    """
    What a file says of its system.

    Parameters
    ----------
    system
        The plane system; None where none is named, or several.
    vn2000, wgs84
        Whether this datum is named, and not the other too.
    """

    system: System | None = None
    vn2000: bool = False
    wgs84: bool = False


def stated(texts: Iterable[str]) -> Statement:
    """
    What titles and headers say.

    Examples
    --------
    >>> stated(["Danh sách trạm, hệ VN-2000, KTT 105°45', múi 3"]).system.meridian_deg
    105.75
    >>> stated(["X (UTM 48N, WGS84)"]).system.on_wgs84, stated(["Kinh độ (VN-2000)"]).vn2000
    (True, True)
    """
    text = "\n".join(nfc(text).lower() for text in texts)
    vn2000, wgs84 = bool(_VN2000.search(text)), bool(_WGS84.search(text))
    on_wgs84 = wgs84 and not vn2000
    found = {coded()[int(code)] for code in _EPSG.findall(text) if int(code) in coded()}
    scale = UTM if _SIX.search(text) else TM3
    for degrees, part, minutes in _MERIDIAN.findall(text):
        meridian = float(f"{degrees}.{part}") if part else int(degrees) + int(minutes or 0) / 60
        found |= {System(meridian, scale)} if meridian in {one.meridian_deg for one in systems()} else set()
    found |= {System(6.0 * int(zone) - 183, UTM, on_wgs84) for zone in _UTM.findall(text)}
    return Statement(found.pop() if len(found) == 1 else None, vn2000 and not wgs84, on_wgs84)
