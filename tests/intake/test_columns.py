"""Which filed column is which canonical one, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows_of_sheets import raw_table

from phusong.errors import FilingError
from phusong.intake.blocks import find
from phusong.intake.columns import explain, recognise
from phusong.intake.spec import spec

SITES = spec("sites")


@pytest.fixture
def columns(block):
    """Canonical column of each header, from a table given by its columns."""

    def of(table: dict[str, list[object]], layer: str = "sites", **asked: object) -> dict[str, str]:
        one = block(list(table), *(list(row) for row in zip(*table.values(), strict=True)))
        return {match.header: match.column for match in recognise(one, spec(layer), **asked).matches}

    return of


IDS = ["VTL-A", "VTL-B", "VTL-C"]
LAT, LON = [21.1, 21.2, 21.3], [105.1, 105.2, 105.3]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Mã trạm", "site_id"), ("MÃ TRẠM", "site_id"), ("MA TRAM", "site_id"), ("Ma\u0303 tra\u0323m", "site_id"),
        ("Mã  trạm\n(Site ID)", "site_id"), ("1. Mã trạm", "site_id"), ("(2) Mã trạm *", "site_id"),
        ("Site Code", "site_id"), ("Thông tin / Mã trạm", "site_id"), ("site_id", "site_id"), ("ID", "site_id"),
        ("Tên trạm", "site_id"),
    ],
)  # fmt: skip
def test_a_header_is_known_in_any_spelling(columns, header, column):
    assert (
        columns({header: IDS, "Vĩ độ": LAT, "Kinh độ": LON})[
            " ".join(header.split()) if "\u0303" not in header else "Mã trạm"
        ]
        == column
    )


def test_units_groups_systems_and_capitals_do_not_hide_a_name(columns):
    table = {
        "TEN TRAM": IDS,
        "Vô tuyến / Tần số / (MHz)": [1800, 1800, 2100],
        "VI DO (WGS-84)": LAT,
        "Kinh độ hệ WGS 84": LON,
        "chieu cao anten [m]": [30, 31, 32],
        "Technology": ["4G", "5G", "LTE"],
        "Trạng\nthái": ["On air", "HĐ", "KH"],
    }
    assert list(columns(table).values()) == [
        "site_id", "frequency_mhz", "latitude", "longitude", "height_agl_m", "technology", "status",
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["STT", "TT", "No.", "Số thứ tự", "STT (No.)"])
def test_a_counter_is_neither_the_id_nor_a_status(columns, header):
    table = {header: [1, 2, 3], "Vĩ độ": LAT, "Kinh độ": LON, "Mã trạm": IDS}
    assert columns(table) == {"Vĩ độ": "latitude", "Kinh độ": "longitude", "Mã trạm": "site_id"}
    assert "site_id" not in columns({header: [1, 2, 3], "Vĩ độ": LAT, "Kinh độ": LON}).values()
    assert header not in columns({header: [1, 2, 1], "Vĩ độ": LAT, "Kinh độ": LON})


def test_tt_is_the_status_when_it_says_so(columns):
    assert columns({"TT": ["HĐ", "HĐ", "KH"], "Mã trạm": IDS})["TT"] == "status"


def test_a_better_name_goes_before_a_second_choice(columns):
    table = {
        "Tên trạm": ["Chợ", "Đình", "Chùa"],
        "Mã trạm": IDS,
        "Độ cao cột": [45] * 3,
        "Chiều cao anten": [30, 31, 32],
    }
    assert columns(table) == {"Mã trạm": "site_id", "Chiều cao anten": "height_agl_m"}
    assert columns({"Tên trạm": IDS, "Độ cao cột": [45] * 3}) == {"Tên trạm": "site_id", "Độ cao cột": "height_agl_m"}
    assert columns({"Tên trạm": ["Chợ", "Đình", "Chùa"], "id": IDS}) == {"id": "site_id"}
    assert columns({"feature id": [7, 9, 8], "id": IDS}) == {"id": "site_id"}


def test_a_counter_is_the_id_only_where_nothing_else_is(columns):
    assert columns({"id": [1, 2, 3], "Tên trạm": ["Chợ", "Đình", "Chùa"]}) == {"Tên trạm": "site_id"}
    assert columns({"id": [1, 2, 3], "Vĩ độ": LAT}) == {"id": "site_id", "Vĩ độ": "latitude"}


def test_code_and_name_of_a_commune_are_told_by_their_values(columns):
    assert columns({"Mã trạm": IDS, "Xã": ["00004", "00008", "24001"]})["Xã"] == "commune_code"
    assert columns({"Mã trạm": IDS, "Mã xã": ["Ba Đình", "Hoà Xá", "Kép"]})["Mã xã"] == "commune_name"
    both = {"Mã trạm": IDS, "Xã": ["00004", "00008", "24001"], "Mã xã": ["00004", "00008", "24002"]}
    assert columns(both) == {"Mã trạm": "site_id", "Mã xã": "commune_code"}


def test_an_address_is_no_pair_of_coordinates(columns):
    addresses = ["Thôn 3, xã Hoà Bình", "Số 12 đường Lê Lợi, tổ 5", "Xóm 7 xã Tân Thành huyện Sóc Sơn"]
    assert columns({"Mã trạm": IDS, "Vị trí": addresses}) == {"Mã trạm": "site_id"}
    pairs = ["21.1, 105.1", "21°06'N 105°06'E", "21 độ 6 phút 105 độ 6 phút"]
    assert columns({"Mã trạm": IDS, "Vị trí": pairs})["Vị trí"] == "coordinates"


def test_columns_may_come_in_any_order(block):
    table = {"Mã trạm": IDS, "Vĩ độ": LAT, "Kinh độ": LON, "Công nghệ": ["4G"] * 3, "Cột lạ": [1, 2, 3]}

    @given(st.permutations(list(table)))
    def holds(order):
        one = block(order, *(list(row) for row in zip(*(table[name] for name in order), strict=True)))
        found = recognise(one, SITES)
        assert {match.header: match.column for match in found.matches} == {
            "Mã trạm": "site_id", "Vĩ độ": "latitude", "Kinh độ": "longitude", "Công nghệ": "technology",
        }  # fmt: skip
        assert [order[position] for position in found.unknown] == ["Cột lạ"]

    holds()


DOUBLED = {"Mã trạm": IDS, "Mã BTS": ["X-1", "X-2", "X-3"], "Vĩ độ": LAT}


def test_two_columns_that_fit_equally_well_are_refused_when_nobody_can_be_asked(columns):
    with pytest.raises(
        FilingError,
        match=r"a\.xlsx: which column is site_id\? Both column 1, 'Mã trạm', such as 'VTL-A' and column 2, 'Mã BTS', "
        r"such as 'X-1' fit; rename one, or say which in a profile",
    ):
        columns(DOUBLED)


def test_two_columns_that_fit_equally_well_are_a_question(columns):
    asked = []

    def ask(question, answers):
        asked.append((question, list(answers)))
        return 1

    assert columns(DOUBLED, ask=ask) == {"Mã BTS": "site_id", "Vĩ độ": "latitude"}
    assert asked == [
        (
            "a.xlsx: which column is site_id?",
            ["column 1, 'Mã trạm', such as 'VTL-A'", "column 2, 'Mã BTS', such as 'X-1'"],
        )
    ]


def test_a_profile_settles_it(columns):
    assert columns(DOUBLED, profile={"Mã BTS": "site_id"}) == {"Mã BTS": "site_id", "Vĩ độ": "latitude"}
    profile = {"Cột A": "site_id", "Cột B": "unsinn"}
    assert columns({"Cột A": IDS, "Cột B": LAT}, profile=profile) == {"Cột A": "site_id"}


def test_the_same_column_twice_is_no_question(columns):
    assert columns({"Mã trạm": IDS, "Mã BTS": IDS, "Vĩ độ": LAT}) == {"Mã trạm": "site_id", "Vĩ độ": "latitude"}


def test_a_name_misspelt_is_recognised_and_told(block):
    one = block(["Mã trạm", "Kinh đôộ", "Latitudee"], *zip(IDS, LON, LAT, strict=True))
    found = recognise(one, SITES)
    assert found.positions() == {"site_id": 0, "longitude": 1, "latitude": 2}
    assert "'Latitudee' is latitude: the name is like 'latitude'; 100% of its values fit" in explain(found, one)


def test_values_that_do_not_fit_are_doubted_and_the_column_kept(block):
    one = block(["Mã trạm", "Ắc quy", "Hướng về"], *zip(IDS, ["có", "có", "4"], ["x", "y", "z"], strict=True))
    assert explain(recognise(one, SITES), one) == [
        "'Mã trạm' is site_id: the name 'ma_tram' is known; 100% of its values fit",
        "'Ắc quy' may be backup_hours, but the name 'ac_quy' is known; 33% of its values fit; kept as it is",
        "'Hướng về' is not known; kept as it is",
    ]


def test_a_required_column_is_taken_when_few_of_its_values_fit(columns):
    "So that the rows are told what is wrong with them, not that the column is missing."
    assert columns({"Mã trạm": IDS, "Tần số": ["B3", "B1", "1800"]})["Tần số"] == "frequency_mhz"


def test_an_empty_column_is_known_by_its_name(block):
    one = block(["Mã trạm", "Vĩ độ", "Kinh độ", "Ắc quy"], ["A-1", 21.1, 105.1, None], ["A-2", 21.1, 105.2, None])
    told = explain(recognise(one, SITES), one)
    assert told[-1] == "'Ắc quy' is backup_hours: the name 'ac_quy' is known; it is empty"


@given(st.lists(st.text(max_size=15), min_size=2, max_size=6), st.data())
def test_any_headers_and_cells_give_an_answer_or_a_question(headers, data):
    "Each column is one canonical column, unknown, or empty; none is two."
    cell = st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers(), st.booleans())
    rows = data.draw(st.lists(st.lists(cell, min_size=len(headers), max_size=len(headers)), max_size=4))
    for one in find(raw_table(headers, *rows), None) if rows else []:
        found = recognise(one, SITES, ask=lambda *_: 0)
        positions = [match.position for match in found.matches]
        assert len(set(positions)) == len(positions)
        assert not set(positions) & set(found.unknown)
        assert len({match.column for match in found.matches}) == len(positions)
