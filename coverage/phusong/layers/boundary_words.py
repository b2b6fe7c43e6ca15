"""Words for faults of boundaries: a sentence for officials in Vietnamese, and the same in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.text import nfc, number_vi

_SHOWN = 4
_WITHIN = {
    "overlap": ("phần chồng lấn của", "the overlap of"),
    "gap": ("khoảng trống giữa", "the gap between"),
    "commune": ("ranh giới của", "the outline of"),
}


@dataclass(frozen=True)
class Units:
    """What sentences say of communes, by position; areas in m²."""

    titles: tuple[str, ...]
    measured_m2: NDArray[np.float64]
    stated_m2: NDArray[np.float64]

    @classmethod
    def of(cls, measured: pd.DataFrame) -> Units:
        """Of communes with `area_m2` and `stated_m2`."""
        pairs = zip(measured.commune_name, measured.commune_code, strict=True)
        titles = tuple(f"{nfc(str(name))} ({code})" for name, code in pairs)
        return cls(titles, measured.area_m2.to_numpy(float), measured.stated_m2.to_numpy(float))


def sentences(fault: Any, units: Units) -> tuple[str, str]:
    """What is wrong, in Vietnamese and English, of a fault with `kind`, `members`, `within`, `area_m2`, `length_m`."""
    vi, en = _names(fault.members, units, "và"), _names(fault.members, units, "and")
    area = area_words(fault.area_m2)
    match fault.kind:
        case "overlap":
            return f"{vi} chồng lấn nhau {area[0]}", f"{en} both claim {area[1]}"
        case "gap":
            return f"{area[0]} bị bao quanh bởi {vi} nhưng không thuộc đơn vị nào", (
                f"{area[1]} enclosed by {en} belong to no commune"
            )
        case "sliver":
            return _sliver(fault, vi, en)
        case "mismatched_edge":
            return _edge(fault, units)
    return _outline(fault, units)


def area_words(area_m2: float) -> tuple[str, str]:
    """An area in Vietnamese and English: in km² from 0.1 km² on, else in m²."""
    size, unit, decimals = (area_m2 / 1e6, "km²", 2) if abs(area_m2) >= 1e5 else (area_m2, "m²", 0)
    decimals = 1 if unit == "m²" and abs(area_m2) < 100 else decimals
    return f"{number_vi(size, decimals)} {unit}", f"{size:,.{decimals}f} {unit.replace('²', '2')}"


def _names(members: tuple[int, ...], units: Units, last: str) -> str:
    titles = [units.titles[k] for k in members]
    if len(titles) > _SHOWN:
        rest = len(titles) - _SHOWN
        titles = [*titles[:_SHOWN], f"{rest} đơn vị khác" if last == "và" else f"{rest} more"]
    return f"{', '.join(titles[:-1])} {last} {titles[-1]}" if len(titles) > 1 else "".join(titles)


def _sliver(fault: Any, vi: str, en: str) -> tuple[str, str]:
    length_m, width_m = fault.length_m / 2, 2 * fault.area_m2 / fault.length_m
    place_vi, place_en = _WITHIN[fault.within]
    return (
        f"Mảnh hẹp dài khoảng {number_vi(length_m)} m, rộng trung bình {number_vi(width_m, 2)} m trong {place_vi} {vi}",
        f"A sliver about {length_m:,.0f} m long and {width_m:,.2f} m wide on average, in {place_en} {en}",
    )


def _edge(fault: Any, units: Units) -> tuple[str, str]:
    own, others = units.titles[fault.members[0]], fault.members[1:]
    beside_vi = f" {_names(others, units, 'và')}" if others else " đơn vị giáp ranh"
    beside_en = f" {_names(others, units, 'and')}" if others else " a neighbour"
    return (
        f"{number_vi(fault.length_m)} m ranh giới của {own} không khớp với ranh giới của{beside_vi}",
        f"{fault.length_m:,.0f} m of the edge of {own} do not match the edge of{beside_en}",
    )


def _outline(fault: Any, units: Units) -> tuple[str, str]:
    at = fault.members[0]
    own, measured, stated = units.titles[at], units.measured_m2[at], units.stated_m2[at]
    measured_vi, measured_en = area_words(measured)
    stated_vi, stated_en = area_words(stated)
    if fault.kind == "sea" and not stated > 0:
        return (
            f"{own}: ranh giới {measured_vi} vẽ trên biển, các đỉnh quá thưa để theo đường bờ",
            f"{own}: the outline of {measured_en} is drawn over the sea, its vertices too far apart for a coast",
        )
    if fault.kind == "sea":
        return (
            f"{own}: ranh giới vẽ cả mặt biển, đo được {measured_vi} so với diện tích công bố {stated_vi}",
            f"{own}: the outline is drawn over the sea, {measured_en} measured beside {stated_en} stated",
        )
    share = abs(measured - stated) / measured
    return (
        f"{own}: ranh giới đo được {measured_vi}, diện tích công bố {stated_vi}, chênh {number_vi(100 * share)} %",
        f"{own}: the outline measures {measured_en}, {stated_en} are stated, a difference of {100 * share:.0f} %",
    )
