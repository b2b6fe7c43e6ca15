"""GeoJSON, GeoPackage, Shapefile and Parquet: every row, also where its shape is broken."""

from __future__ import annotations

import json
import unicodedata

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from phusong.errors import FilingError
from phusong.intake.legacy_vietnamese import _TCVN3_CODES, _TCVN3_LETTERS
from phusong.intake.readers import Limits, read
from phusong.sample.filings.files import windows_1258

TO_TCVN3 = str.maketrans(_TCVN3_LETTERS, _TCVN3_CODES)
POINT = shapely.Point(105.5, 21.5)
FRAME = gpd.GeoDataFrame({"id": ["A-1", None], "cao": [30.5, None]}, geometry=[POINT, None], crs=4326)
CELLS = [["A-1", 30.5], [None, None]]


def geojson(*features: dict, **other: object) -> bytes:
    """A collection of features."""
    return json.dumps({"type": "FeatureCollection", "features": features, **other}, ensure_ascii=False).encode()


def feature(geometry: object = None, **properties: object) -> dict:
    """A feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(*numbers: object) -> dict:
    """A point as GeoJSON writes it."""
    return {"type": "Point", "coordinates": list(numbers)}


def test_features_are_rows_counted_from_0(filed):
    data = geojson(feature(point(105.5, 21.5), id="A-1", cao=30.5), feature(None, id="A-2", khác=["x", 1]))
    (table,) = read(filed("a.geojson", data))
    assert table.names == ("id", "cao", "khác")
    assert table.cells.to_numpy(object).tolist() == [["A-1", 30.5, None], ["A-2", None, '["x", 1]']]
    assert table.cells.index.tolist() == [0, 1]
    assert table.geometry.tolist() == [POINT, None]


@pytest.mark.parametrize(
    "geometry",
    [
        point(float("nan"), 21.5), point(105.5, float("inf")), point(105.5), point("x", "y"), point(None, None),
        point(True, False), point(10**400, 1), {"type": "Point"}, {"type": "Unsinn", "coordinates": []}, "POINT (1 2)",
        {"type": "LineString", "coordinates": [[105, float("nan")], [106, 21]]},
        {"type": "LineString", "coordinates": [[1, 2]]},
    ],
    ids=lambda geometry: str(geometry)[:60],
)  # fmt: skip
def test_a_broken_shape_is_none_and_its_row_stays(filed, geometry):
    (table,) = read(filed("a.geojson", geojson(feature(geometry, id="A-1"), feature(point(105.5, 21.5), id="A-2"))))
    assert table.cells[0].tolist() == ["A-1", "A-2"]
    assert table.geometry.tolist() == [None, POINT]


def test_nan_among_the_properties_is_an_empty_cell(filed, cells_of):
    assert cells_of(filed("a.geojson", geojson(feature(id="A-1", cao=float("nan"))))) == [["A-1", None]]


def test_an_id_beside_the_properties_does_not_take_the_place_of_one_among_them(filed):
    data = geojson({**feature(id="A-1"), "id": 7}, {**feature(id="A-2"), "id": 8}, {**feature(id="A-3"), "id": None})
    (table,) = read(filed("a.geojson", data))
    assert table.names == ("feature id", "id")
    assert table.cells.to_numpy(object).tolist() == [[7, "A-1"], [8, "A-2"], [None, "A-3"]]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}, "EPSG:3405"),
        ({"type": "name", "properties": {"name": "EPSG:9209"}}, "EPSG:9209"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, ""),
        ({"properties": "x"}, ""),
        ("x", ""),
        (None, ""),
    ],
)
def test_the_crs_is_that_which_the_file_tells(filed, told, expected):
    (table,) = read(filed("a.geojson", geojson(feature(id="A-1"), crs=told)))
    assert table.crs == expected


@pytest.mark.parametrize(
    "data", [b'{"type": "Feature", "properties": {"id": "A-1"}}', b'[{"id": "A-1"}]', b'[\n{"id": "A-1"}]']
)
def test_one_feature_and_plain_records_are_tables_too(filed, cells_of, data):
    assert cells_of(filed("a.json", data)) == [["A-1"]]


def test_features_that_are_none_keep_their_row(filed):
    (table,) = read(filed("a.geojson", geojson(feature(id="A-1"), "x", None, {"properties": 5})))
    assert table.cells.to_numpy(object).tolist() == [["A-1", None], [None, "x"], [None, None], [None, None]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"features": [', r"a\.geojson is no JSON: Expecting value"),
        (b'{"type": "FeatureCollection", "features": []}', r"a\.geojson has no features: expected a FeatureCollection"),
        (b'{"a": 1}', r"a\.geojson has no features"),
        (b"[" * 100_000, r"a\.geojson is no JSON"),
        (b'{"features": [' + b"9" * 5_000 + b"]}", r"a\.geojson is no JSON"),
    ],
    ids=["cut", "empty", "other", "deep", "digits"],
)
def test_what_is_no_collection_is_refused(filed, data, message):
    with pytest.raises(FilingError, match=message):
        list(read(filed("a.geojson", data)))


def test_geopackages_are_read_layer_by_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    FRAME.to_file(path, layer="4G")
    (one,) = read(path)
    assert (one.sheet, one.names, one.crs) == ("", ("id", "cao"), "EPSG:4326")
    assert one.cells.to_numpy(object).tolist() == CELLS
    assert one.geometry.tolist() == [POINT, None]
    FRAME.to_crs(3405).to_file(path, layer="5G")
    assert [(table.sheet, table.crs) for table in read(path)] == [("4G", "EPSG:4326"), ("5G", "EPSG:3405")]


def test_a_damaged_geopackage_is_refused_without_the_path_of_a_copy(tmp_path, filed, zipped):
    path = tmp_path / "a.gpkg"
    FRAME.to_file(path)
    data = path.read_bytes()[:3_000]
    with pytest.raises(FilingError, match=r"^b\.gpkg is damaged or no set of features"):
        list(read(filed("b.gpkg", data)))
    with pytest.raises(FilingError, match=r"^b\.zip/b\.gpkg is damaged or no set of features") as refusal:
        list(read(zipped("b.zip", {"b.gpkg": data})))
    assert "/tmp" not in str(refusal.value)


@pytest.mark.parametrize(
    "encode",
    [str.encode, windows_1258, lambda text: text.translate(TO_TCVN3).encode("cp1252")],
    ids=["utf-8", "1258", "tcvn3"],
)
def test_attributes_of_a_shapefile_that_does_not_tell_its_encoding(tmp_path, encode):
    names = ["Xã Hoà Bình", "Tỉnh Đắk Lắk", "Xã Vĩnh Phúc", "Phường Trạm"]
    held = [f"{number}".ljust(40, "#") for number in range(4)]
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"ten": held}, geometry=[POINT] * 4, crs=4326).to_file(path)
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf").read_bytes()
    for cell, name in zip(held, names, strict=True):
        table = table.replace(cell.encode(), encode(name).ljust(40))
    path.with_suffix(".dbf").write_bytes(table[:29] + b"\0" + table[30:])
    (found,) = read(path)
    assert [unicodedata.normalize("NFC", name) for name in found.cells[0]] == names
    assert (found.names, found.crs, found.geometry.tolist()) == (("ten",), "EPSG:4326", [POINT] * 4)


def test_a_shapefile_that_tells_the_wrong_encoding_is_read_still(tmp_path):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"ten": ["##"]}, geometry=[POINT], crs=4326).to_file(path, encoding="utf-8")
    path.with_suffix(".dbf").write_bytes(path.with_suffix(".dbf").read_bytes().replace(b"##", b"\xe3\xe3"))
    assert next(read(path)).cells[0].tolist() == ["ãã"]


def test_parquet_with_and_without_shapes(tmp_path, cells_of):
    FRAME.to_parquet(tmp_path / "a.parquet")
    (shapes,) = read(tmp_path / "a.parquet")
    assert (shapes.names, shapes.crs, shapes.geometry.tolist()) == (("id", "cao"), "EPSG:4326", [POINT, None])
    pd.DataFrame(FRAME.drop(columns="geometry")).to_parquet(tmp_path / "b.parquet")
    assert cells_of(tmp_path / "b.parquet") == CELLS


def test_the_index_of_a_parquet_is_a_column_when_it_has_a_name(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"cao": [30.5]}, index=pd.Index(["A-1"], name="id")).to_parquet(path)
    (table,) = read(path)
    assert table.names == ("id", "cao")
    assert table.cells.to_numpy(object).tolist() == [["A-1", 30.5]]


def test_a_parquet_of_too_many_rows_or_cut_is_refused(tmp_path, filed):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"id": ["A-1"] * 1_000}).to_parquet(path)
    with pytest.raises(FilingError, match=r"a\.parquet has 1,000 rows of 1 columns: file it in parts"):
        list(read(path, Limits(sheet_cells=10)))
    with pytest.raises(FilingError, match=r"b\.parquet is damaged or no Parquet file"):
        list(read(filed("b.parquet", path.read_bytes()[:-20])))
