"""Tables as other programs read them: the same rows, sums, texts and places, whatever the names are."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
import sqlite3
import subprocess
from xml.etree import ElementTree as Xml

import duckdb
import numpy as np
import pytest
import shapely
from small_exports import LONG, held, many_zones

from phusong.publish.exports import csv_files, geojson, geoparquet, gpkg
from phusong.publish.exports.content import Table
from phusong.publish.exports.qgis_style import rules, table_style


@pytest.fixture
def full(edition):
    "With a name of some 500 letters, 3,000 zones, and a number below nothing."
    communes = edition.communes.assign(saidi_min=[-95.2, np.nan, 1.5, 0.0])
    communes.loc[3, "commune_name"] = LONG
    return dataclasses.replace(edition, communes=communes, zones=many_zones(edition.zones, 3000))


@pytest.fixture
def database(full, tmp_path):
    (name, data), *others = gpkg.files(held(full)).items()
    assert (name, others) == ("nho-2026Q3.gpkg", [])
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def rows_of(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))


def test_geopackage_holds_all_rows_in_the_projects_system(full, database):
    read = sqlite3.connect(database)
    count, people = read.execute("SELECT count(*), sum(people) FROM zones").fetchone()
    assert (count, people) == (3000, 3000 * 2999 // 2)
    assert read.execute("SELECT count(*) FROM sites").fetchone() == (4,)
    names = [name for (name,) in read.execute("SELECT commune_name FROM communes ORDER BY commune_code")]
    assert names == full.communes["commune_name"].tolist()
    shares = [share for (share,) in read.execute("SELECT nr_share FROM communes ORDER BY commune_code")]
    assert shares == [0.0, None, 0.98999, 1.0]
    systems = {srs for (srs,) in read.execute("SELECT srs_id FROM gpkg_geometry_columns")}
    assert systems == {3405}


def test_geopackage_opens_coloured_with_vietnamese_names(database):
    read = sqlite3.connect(database)
    styles = dict(read.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    assert set(styles) == {"communes", "zones", "villages", "sites", "power_lines", "substations"}
    for name, text in styles.items():
        root = Xml.fromstring(text)
        columns = {row[1] for row in read.execute(f"PRAGMA table_info({name})")} - {"fid", "geom"}
        assert {alias.get("field") for alias in root.iter("alias")} == columns, name
        symbols = {symbol.get("name") for symbol in root.iter("symbol")}
        assert {rule.get("symbol") for rule in root.iter("rule")} == symbols != set()
    zones = Xml.fromstring(styles["zones"])
    assert zones.find(".//rule[@label='thiếu sóng']").get("filter") == "\"gap\" = 'signal'"
    colour = zones.find(".//symbol[@name='0']//Option[@name='color']").get("value")
    assert colour.startswith("213,94,0,")
    title, text = read.execute(
        "SELECT title, description FROM gpkg_data_columns WHERE table_name = 'zones' AND column_name = 'area_km2'"
    ).fetchone()
    assert title.endswith("(km2)")
    assert " / " in text


def test_geopackage_is_opened_by_gdals_own_program(database):
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo (Debian's gdal-bin) is not installed")
    told = subprocess.run([program, "-so", "-al", database], capture_output=True, text=True, check=True).stdout
    assert "Layer name: zones" in told
    assert "Feature Count: 3000" in told
    assert 'ID["EPSG",3405]' in told


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.98999, 0.99, 1.0, None])
def test_every_share_has_one_rule(edition, share):
    read = sqlite3.connect(":memory:")
    read.execute("CREATE TABLE communes (nr_share)")
    read.execute("INSERT INTO communes VALUES (?)", [share])
    filters = [rule.filter for rule in rules(held(edition).tables["communes"]) if rule.filter]
    matching = [
        text for text in filters if read.execute(f"SELECT count(*) FROM communes WHERE {text}").fetchone() == (1,)
    ]
    assert len(matching) == 1


def test_style_of_a_table_without_its_column_draws_everything(edition):
    villages = edition.villages[["village_id", "geometry"]]
    assert [rule.filter for rule in rules(Table("villages", villages, []))] == [""]
    root = Xml.fromstring(table_style(Table("villages", villages, [])))
    assert [rule.get("filter") for rule in root.iter("rule")] == ["ELSE"]


def test_geoparquet_is_read_by_duckdb_without_extensions(full, tmp_path):
    for name, data in geoparquet.files(held(full)).items():
        (tmp_path / name).write_bytes(data)
    read = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    zones = f"'{tmp_path / 'zones.parquet'}'"
    assert read.execute(f"SELECT count(*), sum(people) FROM {zones}").fetchone() == (3000, 3000 * 2999 // 2)
    west, south, east, north = read.execute(
        f"SELECT min(bbox.xmin), min(bbox.ymin), max(bbox.xmax), max(bbox.ymax) FROM {zones}"
    ).fetchone()
    bounds = full.zones.to_crs("EPSG:4326").total_bounds
    np.testing.assert_allclose((west, south, east, north), bounds, atol=1e-9)
    inside = read.execute(f"SELECT count(*) FROM {zones} WHERE bbox.ymin < {bounds[1]} + 1e-9").fetchone()
    assert inside == (1,)
    told = read.execute(f"SELECT value FROM parquet_kv_metadata({zones}) WHERE key = 'geo'").fetchone()[0]
    geo = json.loads(told)
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4326}
    assert {
        shapely.from_wkb(bytes(blob)).geom_type
        for (blob,) in read.execute(f"SELECT geometry FROM {zones} LIMIT 9").fetchall()
    } == {"MultiPolygon"}


def test_geojson_says_what_is_not_known_and_keeps_text_as_it_is(full):
    read = {name: json.loads(data) for name, data in geojson.files(held(full)).items()}
    communes = [feature["properties"] for feature in read["communes.geojson"]["features"]]
    assert [one["commune_name"] for one in communes] == full.communes["commune_name"].tolist()
    assert [one["nr_share"] for one in communes] == [0.0, None, 0.98999, 1.0]
    assert [one["terminals"] for one in communes] == [3, None, 0, 1]
    sites = [feature["properties"] for feature in read["sites.geojson"]["features"]]
    assert [site["on_air_date"] for site in sites] == ["2020-01-31", "2026-02-01", None, "2027-01-01"]
    assert [site["power_source"] for site in sites] == ["grid", "solar", "lửa", None]
    longitude, latitude = read["villages.geojson"]["features"][0]["geometry"]["coordinates"]
    first = full.villages.to_crs("EPSG:4326").geometry.iloc[0]
    assert (longitude, latitude) == (pytest.approx(first.x, abs=1e-6), pytest.approx(first.y, abs=1e-6))


def test_csv_keeps_numbers_and_escapes_text_only(full):
    formula = full.communes.assign(commune_name=["=1+1", "-95.2", "+84", "@x"])
    rows = rows_of(csv_files.files(held(dataclasses.replace(full, communes=formula)))["communes.csv"])
    assert [row["commune_name"] for row in rows] == ["'=1+1", "'-95.2", "'+84", "'@x"]
    assert [row["saidi_min"] for row in rows] == ["-95.2", "", "1.5", "0"]
    assert [row["commune_code"] for row in rows] == ["00001", "00002", "00003", "00004"]
    assert 105 < float(rows[0]["longitude"]) < 106


def test_csv_for_a_vietnamese_excel(full):
    data = csv_files.files(held(full), "excel-vi")["communes.csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data, ";")
    assert [row["saidi_min"] for row in rows] == ["-95,2", "", "1,5", "0"]
    assert rows[3]["commune_name"] == LONG
    assert sum(int(row["people"]) for row in rows) == 10_000


def test_csv_is_read_by_duckdb(full, tmp_path):
    (tmp_path / "zones.csv").write_bytes(csv_files.files(held(full))["zones.csv"])
    read = duckdb.connect().execute(f"SELECT count(*), sum(people) FROM '{tmp_path / 'zones.csv'}'")
    assert read.fetchone() == (3000, 3000 * 2999 // 2)


@pytest.mark.parametrize("form", ["gpkg", "geoparquet", "geojson", "csv_files"])
def test_twice_is_the_same(edition, form):
    write = {"gpkg": gpkg, "geoparquet": geoparquet, "geojson": geojson, "csv_files": csv_files}[form].files
    assert write(held(edition)) == write(held(edition))
