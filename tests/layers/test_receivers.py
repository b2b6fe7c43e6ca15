"""A list of places: read in any dress, refused by row and reason, written with what was added."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.errors import LayerError
from phusong.layers.receivers import read, write

ADDED = ("distance_km", "loss_db")


def places(tmp_path, text: str, encoding: str = "utf-8"):
    file = tmp_path / "points.csv"
    file.write_text(text, encoding)
    return read(file, ADDED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_any_delimiter_and_a_byte_order_mark(tmp_path, mark, encoding):
    found = places(tmp_path, f"tên{mark}longitude{mark}latitude\nBản Hai{mark}105.5{mark}21.25\n", encoding)
    assert (found.longitude.tolist(), found.latitude.tolist()) == ([105.5], [21.25])
    assert found.rows["tên"].tolist() == ["Bản Hai"]
    assert found.refused == ()


def test_rows_without_a_place_are_refused_by_row_and_reason(tmp_path):
    found = places(
        tmp_path,
        'longitude,latitude,x\n105,21,a\nnan,21,b\n105,,c\n"105,5",21,d\n\n21,105,e\n105,inf,f\n200,21,g\nabc,21,h\n',
    )
    assert [(refusal.row, refusal.reason) for refusal in found.refused] == [
        (3, "longitude 'nan' is no number"),
        (4, "latitude is empty"),
        (5, "longitude '105,5' is no number; a decimal comma? expected 105.5"),
        (7, "latitude 105 is beyond 90 degrees; are longitude and latitude swapped?"),
        (8, "latitude 'inf' is no number"),
        (9, "longitude 200 is beyond 180 degrees"),
        (10, "longitude 'abc' is no number"),
    ]
    assert found.usable.tolist() == [True] + [False] * 7
    assert np.isnan(found.latitude[1:]).all()


def test_other_columns_are_kept_and_empty_is_empty(tmp_path):
    found = places(tmp_path, "code,longitude,latitude,note\n00012,105.10,21.0,\n00013,106,22,x y\n")
    out = tmp_path / "out.csv"
    write(out, found, {"distance_km": (np.array([1.25, np.nan]), 6), "loss_db": (np.array([140.123456, np.nan]), 4)})
    assert out.read_bytes().decode() == (
        "code,longitude,latitude,note,distance_km,loss_db\n00012,105.10,21.0,,1.250000,140.1235\n00013,106,22,x y,,\n"
    )
    assert list(tmp_path.glob("*.draft")) == []


def test_formulas_are_marked_as_text_and_numbers_are_not(tmp_path):
    found = places(tmp_path, "=1+1,longitude,latitude,phone\n=HYPERLINK(1),-5.5,21,+84912345678\n@x,1,2,-\n")
    out = tmp_path / "out.csv"
    write(out, found, {})
    assert out.read_text("utf-8").splitlines() == [
        "'=1+1,longitude,latitude,phone",
        "'=HYPERLINK(1),-5.5,21,+84912345678",
        "'@x,1,2,'-",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lon,latitude\n1,2\n", "column 'longitude' is missing (your file has 'lon')"),
        ("a,b\n1,2\n", "column 'latitude' is missing (your file has a, b)"),
        ("longitude,latitude\n", "points.csv has no rows"),
        ("longitude,latitude,loss_db\n1,2,3\n", "it has a column 'loss_db' already; rename it"),
        ("", "points.csv cannot be read: it is empty"),
        ("longitude,latitude\n1,2,3\n", "some rows have more values than the header has names"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path, text, message):
    with pytest.raises(LayerError) as fault:
        places(tmp_path, text)
    assert message in str(fault.value)


def test_both_missing_columns_are_told_at_once(tmp_path):
    with pytest.raises(LayerError) as fault:
        places(tmp_path, "lon,lat\n1,2\n")
    assert str(fault.value).splitlines() == [
        "points: 2 faults",
        "  - points.csv: column 'longitude' is missing (your file has 'lon')",
        "  - points.csv: column 'latitude' is missing (your file has 'lat')",
    ]


def test_no_csv_and_no_file(tmp_path):
    with pytest.raises(LayerError, match=r"points\.xlsx is no CSV file: expected a name ending in \.csv"):
        read(tmp_path / "points.xlsx", ADDED)
    with pytest.raises(LayerError, match=r"nowhere\.csv cannot be read: .*No such file"):
        read(tmp_path / "nowhere.csv", ADDED)
