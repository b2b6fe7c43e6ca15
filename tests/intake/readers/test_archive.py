"""Archives: honest ones, bombs, members that climb out."""

from __future__ import annotations

import gzip
import io
import zipfile

import geopandas as gpd
import pytest
import shapely

from phusong.errors import FilingError
from phusong.intake.readers import Limits, read

CSV = b"id;tech\nA-1;4G\n"
CELLS = [["id", "tech"], ["A-1", "4G"]]


def names(path) -> list[str]:
    """Tables of a file, by the names people know them by."""
    return [table.file for table in read(path)]


def test_members_are_named_within_their_archive(zipped):
    path = zipped("a.zip", {"4G/sites.csv": CSV, "4G/": b"", "__MACOSX/4G/._sites.csv": b"\0\1", "ghi chú.csv": CSV})
    assert names(path) == ["a.zip/4G/sites.csv", "a.zip/ghi chú.csv"]


@pytest.mark.parametrize(
    "member", ["../out.csv", "/etc/out.csv", "a/../../out.csv", "..\\out.csv", "C:\\out.csv", "\\\\host\\out.csv"]
)
def test_members_that_climb_out_are_left_out_and_told(zipped, tmp_path, member):
    path = zipped("a.zip", {member: CSV, "sites.csv": CSV})
    (table,) = read(path)
    assert table.file == "a.zip/sites.csv"
    assert table.notes[0].startswith("a.zip: ")
    assert table.notes[0].endswith("climbs out of the archive and was left out")
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]
    assert not (tmp_path.parent / "out.csv").exists()


def test_an_archive_of_nothing_else_is_refused_with_what_was_left_out(zipped):
    with pytest.raises(FilingError, match=r"^a\.zip holds no table; a\.zip: '\.\./out\.csv' climbs out"):
        names(zipped("a.zip", {"../out.csv": CSV}))
    with pytest.raises(FilingError, match=r"^a\.zip holds no table$"):
        names(zipped("a.zip", {}))


def test_a_bomb_is_refused(zipped, filed):
    message = r"unpacks to more than 6\d MB from 0\.\d\d MB: no honest file"
    with pytest.raises(FilingError, match=rf"a\.zip/x\.csv {message}"):
        names(zipped("a.zip", {"x.csv": b" " * (80 << 20)}))
    with pytest.raises(FilingError, match=rf"x\.csv\.gz {message}"):
        names(filed("x.csv.gz", gzip.compress(b" " * (80 << 20))))


def test_an_archive_too_large_or_of_too_many_members_is_refused(zipped):
    path = zipped("a.zip", {"x.csv": CSV, "y.csv": CSV})
    with pytest.raises(FilingError, match=r"a\.zip unpacks to more than 0 GB"):
        list(read(path, Limits(unpacked_bytes=20)))
    with pytest.raises(FilingError, match=r"a\.zip holds 2 files; at most 1 are read"):
        list(read(path, Limits(members=1)))


@pytest.mark.parametrize("name", ["a.csv.gz", "b.zip", "c.zip.gz", "d.zip"])
def test_an_archive_within_an_archive_is_unpacked(filed, zipped, cells_of, name):
    inner = zipped("inner.zip", {"sites.csv": CSV}).read_bytes()
    packed = {
        "a.csv.gz": lambda: filed(name, gzip.compress(CSV)),
        "b.zip": lambda: zipped(name, {"sites.csv.gz": gzip.compress(CSV)}),
        "c.zip.gz": lambda: filed(name, gzip.compress(inner)),
        "d.zip": lambda: zipped(name, {"inner.zip": inner}),
    }
    assert cells_of(packed[name]()) == CELLS


def test_no_archive_is_unpacked_for_ever(filed):
    packed = gzip.compress(gzip.compress(gzip.compress(CSV)))
    with pytest.raises(
        FilingError, match=r"a\.csv\.gz is an archive within an archive within an archive: unpack it first"
    ):
        names(filed("a.csv.gz.gz.gz", packed))


def test_one_bad_member_does_not_stop_the_others(zipped):
    members = {"a.csv": CSV, "b.xlsx": b"PK\x03\x04 and no more", "c.pdf": b"%PDF-1.7", "d.csv": CSV}
    found = []
    with pytest.raises(FilingError, match=r"^a\.zip/b\.xlsx is damaged: .*; a\.zip/c\.pdf is a PDF: file the table"):
        found.extend(table.file for table in read(zipped("a.zip", members)))
    assert found == ["a.zip/a.csv", "a.zip/d.csv"]


def test_a_member_of_which_the_bytes_are_wrong_does_not_stop_the_others(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", b"id;tech\nB-1;5G\n")
        archive.writestr("b.csv", CSV)
    path = tmp_path / "a.zip"
    path.write_bytes(data.getvalue().replace(b"B-1", b"B-2"))
    found = []
    with pytest.raises(FilingError, match=r"^a\.zip/a\.csv is damaged: it cannot be unpacked \(Bad CRC-32"):
        found.extend(table.file for table in read(path))
    assert found == ["a.zip/b.csv"]


def test_a_locked_archive_is_refused(zipped):
    path = zipped("a.zip", {"sites.csv": CSV})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(FilingError, match=r"a\.zip is locked with a password: save it without one"):
        names(path)


@pytest.mark.parametrize("end", [5, 20, 24])
def test_a_cut_archive_is_refused(filed, end):
    with pytest.raises(FilingError, match=r"a\.csv\.gz is damaged: it cannot be unpacked"):
        names(filed("a.csv.gz", gzip.compress(CSV * 50)[:end]))


def test_the_parts_of_a_shapefile_are_one_table(tmp_path, zipped):
    frame = gpd.GeoDataFrame({"id": ["A-1"], "tech": ["4G"]}, geometry=[shapely.Point(105.5, 21.5)], crs=4326)
    frame.to_file(tmp_path / "tram.shp", encoding="utf-8")
    parts = {f"du lieu/TRAM{file.suffix.upper()}": file.read_bytes() for file in tmp_path.glob("tram.*")}
    path = zipped("a.zip", {**parts, "du lieu/TRAM.shp.xml": b"<metadata/>", "du lieu/tram.sbn": b"\0\1", "b.csv": CSV})
    shapes, table = read(path)
    assert (shapes.file, shapes.names, shapes.crs) == ("a.zip/du lieu/TRAM.SHP", ("id", "tech"), "EPSG:4326")
    assert shapes.geometry.tolist() == [shapely.Point(105.5, 21.5)]
    assert table.file == "a.zip/b.csv"


def test_a_table_of_attributes_without_shapes_is_read(tmp_path, zipped):
    frame = gpd.GeoDataFrame({"id": ["A-1"], "tech": ["4G"]}, geometry=[shapely.Point(105.5, 21.5)], crs=4326)
    frame.to_file(tmp_path / "tram.shp", encoding="utf-8")
    (table,) = read(zipped("a.zip", {"tram.dbf": (tmp_path / "tram.dbf").read_bytes()}))
    assert table.cells.to_numpy(object).tolist() == [["A-1", "4G"]]


def test_a_member_that_lost_its_name_is_read_all_the_same(zipped):
    filed = zipped("a.zip", {})
    with zipfile.ZipFile(filed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"a,b\n1,2\n")
    [table] = read(filed)
    assert (table.file, table.cells.to_numpy().tolist()) == ("a.zip/", [["a", "b"], ["1", "2"]])
