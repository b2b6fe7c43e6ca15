"""Census: people of wards known by their names alone, placed on dated units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from phusong.administration.names import keys, province_key, split_type

STAGES = ("name", "name_but_type", "in_district", "in_district_but_type", "in_district_without_marks", "only_one_left")
"""How a ward was placed, in the order in which it is tried."""
LOST = {
    "no_such_name": (
        "không còn đơn vị tên này trong tỉnh: đã sáp nhập hoặc đổi tên sau tổng điều tra",
        "no unit of this name in the province: merged or renamed since the census",
    ),
    "other_district": (
        "tên này chỉ có ở huyện khác, nơi không xã nào khác của huyện này chuyển đến",
        "the name is that of a unit in another district, where nothing else of this district went",
    ),
    "several": (
        "nhiều đơn vị hoặc nhiều xã trùng tên này, không có gì để phân biệt",
        "several units or wards of this name, and nothing tells them apart",
    ),
}
"""Why a ward was not placed, in Vietnamese and in English."""
_ALONE = (("type", "key"), ("key",))
_WITHIN = (("type", "key"), ("key",), ("bare",))


def place(
    census: pd.DataFrame, units: pd.DataFrame, districts: Mapping[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    """
    Units of the wards of a census.

    A name that one ward and one unit of a province bear is a match if a second witness agrees: another ward of the
    district went to the same district, or a ward of the district has a neighbouring code, for codes were once given
    district by district. (In Hải Phòng the one Xã Bạch Đằng of 2019 is in Tiên Lãng, the one of 2025 in Thuỷ Nguyên.)
    What is left is looked for in the districts that the wards of its district went to; at last the one ward left of a
    district is the one unit left of it, renamed. Each unit is given once.

    Parameters
    ----------
    census
        city, district, ward, ward_title and people as filed; blanks may be missing in the names.
    units
        Units of a day before the census' wards were merged: code, name, type, province_name, district_code.
    districts
        District codes that are known beforehand, by province and district in the keys of `district_key`; a district
        whose wards have numbers for names can be told by nothing else.

    Returns
    -------
    The rows of the census with code (None where not placed), stage, and reason (of `LOST`) where not placed.
    """
    own, theirs = _keyed_census(census), _keyed_units(units)
    code: dict[int, str] = {}
    stage: dict[int, str] = {}
    for name, columns in zip(STAGES[:2], _ALONE, strict=True):
        found = _unique(own.drop(index=list(code)), _free(theirs, code), ["province", *columns])
        found = _witnessed(found, own, theirs, code)
        code |= found
        stage |= dict.fromkeys(found, name)
    went = _went(own, theirs, code, districts or {})
    for name, columns in zip(STAGES[2:5], _WITHIN, strict=True):
        left = own.drop(index=list(code)).reset_index(names="ward_row").merge(went, on=["province", "district"])
        found = _unique(left.set_index("ward_row"), _free(theirs, code), ["province", "place", *columns])
        code |= found
        stage |= dict.fromkeys(found, name)
    found = _left(own.drop(index=list(code)), _free(theirs, code), went)
    code |= found
    stage |= dict.fromkeys(found, STAGES[5])
    reasons = _reasons(own.drop(index=list(code)), theirs, went)
    return census.assign(
        code=pd.Series([code.get(i) for i in census.index], census.index, dtype=object),
        stage=[stage.get(i, "") for i in census.index],
        reason=[reasons.get(i, "") for i in census.index],
    )


def district_key(name: str) -> str:
    """
    Key of a district, whatever its prefix, marks and blanks.

    Examples
    --------
    >>> district_key("Quận 5"), district_key("ThuỷNguyên"), district_key("Thành phố Thủy Nguyên")
    ('5', 'thuynguyen', 'thuynguyen')
    """
    return province_key(name.removeprefix("Quận ").removeprefix("Huyện ").removeprefix("Thị xã "))


def _keyed_census(census: pd.DataFrame) -> pd.DataFrame:
    titles = census.ward_title.fillna("").astype(str).str.replace(" ", "").str.lower().replace("thịtrấn", "thị trấn")
    frame = pd.DataFrame(
        {"province": census.city.map(province_key), "district": census.district.map(district_key), "type": titles}
    )
    return _keyed(frame, census.ward.fillna("").astype(str))


def _keyed_units(units: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "province": units.province_name.map(province_key),
            "place": units.district_code.fillna(""),
            "type": units.type,
            "code": units.code,
        },
        index=units.index,
    )
    return _keyed(frame, units.name.map(lambda name: split_type(name)[1]))


def _keyed(frame: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Names without their blanks, and numbers without their zeros."""
    both = [keys(name.replace(" ", "").lstrip("0"))[4:] for name in names]
    return frame.assign(key=[key for key, _ in both], bare=[bare for _, bare in both])


def _free(units: pd.DataFrame, code: Mapping[int, str]) -> pd.DataFrame:
    return units[~units.code.isin(set(code.values()))]


def _unique(own: pd.DataFrame, theirs: pd.DataFrame, columns: list[str]) -> dict[int, str]:
    """Unit of each ward, where the ward has a key in common with one unit alone, and the unit with no other ward."""
    both = own.assign(ward_row=own.index).merge(theirs[[*columns, "code"]], on=columns)
    sole = ~both.duplicated("ward_row", keep=False) & ~both.duplicated("code", keep=False)
    return dict(zip(both.ward_row[sole], both.code[sole], strict=True))


def _witnessed(
    found: Mapping[int, str], own: pd.DataFrame, theirs: pd.DataFrame, code: Mapping[int, str]
) -> dict[int, str]:
    """Those whose district another ward of theirs went to too, or that have a ward of theirs for a neighbour."""
    place = dict(zip(theirs.code, theirs.place, strict=True))
    home = {unit: (own.province[ward], own.district[ward]) for ward, unit in {**code, **found}.items()}
    votes = Counter((home[unit], place[unit]) for unit in home)
    order = sorted(home)
    alike = {unit for pair in pairwise(order) if home[pair[0]] == home[pair[1]] for unit in pair}
    return {
        ward: unit
        for ward, unit in found.items()
        if unit in alike or (place[unit] and votes[home[unit], place[unit]] > 1)
    }


def _went(
    own: pd.DataFrame, theirs: pd.DataFrame, code: Mapping[int, str], known: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    """Districts of the units that wards of each district of the census went to, two at least; or those known."""
    place = dict(zip(theirs.code, theirs.place, strict=True))
    votes = Counter((own.province[ward], own.district[ward], place[unit]) for ward, unit in code.items())
    pairs = {trio for trio, count in votes.items() if count > 1 and trio[2]}
    pairs |= {(*district, place) for district, place in known.items()}
    return pd.DataFrame(sorted(pairs), columns=["province", "district", "place"], dtype=object)


def _left(own: pd.DataFrame, theirs: pd.DataFrame, went: pd.DataFrame) -> dict[int, str]:
    """The last ward of a district and the last unit of it, where the district is the same before and after."""
    same = went.drop_duplicates(["province", "district"], keep=False)
    same = same[~same.place.isin(went.place[went.duplicated("place", keep=False)])]
    wards = (
        own.reset_index(names="ward_row")
        .drop_duplicates(["province", "district"], keep=False)
        .drop(columns="place", errors="ignore")
    )
    units = theirs.drop_duplicates(["province", "place"], keep=False)
    both = wards.merge(same, on=["province", "district"]).merge(
        units[["province", "place", "code"]], on=["province", "place"]
    )
    return dict(zip(both.ward_row, both.code, strict=True))


def _reasons(lost: pd.DataFrame, theirs: pd.DataFrame, went: pd.DataFrame) -> dict[int, str]:
    borne = set(zip(theirs.province, theirs.bare, strict=True))
    districts: dict[tuple[str, str], set[str]] = {}
    for province, district, place in went.itertuples(index=False):
        districts.setdefault((province, district), set()).add(place)
    here = set(zip(theirs.province, theirs.place, theirs.bare, strict=True))
    found = {}
    for ward, province, district, name in zip(lost.index, lost.province, lost.district, lost.bare, strict=True):
        places = districts.get((province, district), set())
        within = not places or any((province, place, name) in here for place in places)
        found[ward] = ("several" if within else "other_district") if (province, name) in borne else "no_such_name"
    return found
