"""Every format, packed or not: the kind is seen from the content."""

from __future__ import annotations

import gzip

import geopandas as gpd
import openpyxl
import pytest
import shapely
from old_workbook import OLD_WORKBOOK

from phusong.errors import FilingError
from phusong.intake.readers import read

FRAME = gpd.GeoDataFrame({"id": ["A-1", "A-2"]}, geometry=[shapely.Point(105.5, 21.5)] * 2, crs=4326)


def _workbook(path):
    book = openpyxl.Workbook()
    for cells in (["id"], ["A-1"], ["A-2"]):
        book.active.append(cells)
    book.save(path)


def _kml(path):
    marks = "".join(f"<Placemark><name>A-{i}</name></Placemark>" for i in (1, 2))
    path.write_text(f"<kml>{marks}</kml>", "utf-8")


def _zip_of(path, *files):
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.name)


def _kmz(path):
    _kml(path.with_name("doc.kml"))
    _zip_of(path, path.with_name("doc.kml"))


def _shapes(path):
    FRAME.to_file(path.with_name("tram.shp"))
    _zip_of(path, *path.parent.glob("tram.*"))


FORMATS = {
    "xlsx": _workbook,
    "xls": lambda path: path.write_bytes(OLD_WORKBOOK),
    "csv": lambda path: path.write_text("id;x\nA-1;1\nA-2;1\n", "utf-8"),
    "geojson": lambda path: path.write_text(FRAME.to_json(), "utf-8"),
    "kml": _kml,
    "kmz": _kmz,
    "gpkg": FRAME.to_file,
    "zip": _shapes,
    "parquet": FRAME.to_parquet,
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read_plain_packed_and_under_another_name(tmp_path, form):
    path = tmp_path / f"tram.{form}"
    FORMATS[form](path)
    plain = next(read(path))
    packed = tmp_path / f"tram.{form}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    unpacked = next(read(packed))
    assert unpacked.cells.to_numpy(object).tolist() == plain.cells.to_numpy(object).tolist()
    texts = [cell for cell in plain.cells.to_numpy(object).ravel() if cell in ("A-1", "A-2", "VTL-1", "VTL-2")]
    assert len(texts) == 2
    other = tmp_path / f"tram_{form}.dat"
    other.write_bytes(path.read_bytes())
    if form != "kmz":
        assert next(read(other)).cells.shape == plain.cells.shape


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7", r"a\.csv is a PDF: file the table itself"),
        (b"\x89PNG\r\n", r"a\.csv is a picture: file the table itself"),
        (b"\xff\xd8\xff\xe0", r"a\.csv is a picture: file the table itself"),
        (b"Rar!\x1a\x07", r"a\.csv is packed with RAR: file it unpacked, as \.zip or as \.gz"),
        (b"7z\xbc\xaf\x27\x1c", r"a\.csv is packed with 7z"),
    ],
)
def test_what_holds_no_table_is_refused_with_what_it_is(filed, data, message):
    with pytest.raises(FilingError, match=message):
        list(read(filed("a.csv", data)))


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(FilingError, match="is a folder: name the files in it"):
        list(read(tmp_path))
    with pytest.raises(FilingError, match=r"gone\.csv is missing"):
        list(read(tmp_path / "gone.csv"))


def test_a_file_of_empty_sheets_is_refused(workbook):
    with pytest.raises(FilingError, match=r"^a\.xlsx holds no table$"):
        list(read(workbook("a.xlsx", {"Sheet1": [], "Sheet2": [[None, " "]]})))


def test_texts_for_an_old_font_are_decoded_in_every_format(workbook):
    rows = [["M· tr¹m", "X·", "TØnh"], ["VTL-1", "Hoµ B×nh", "§¾k L¾k"], ["VTL-2", "VÜnh Phóc", 5]]
    (table,) = read(workbook("a.xlsx", {"4G": rows}))
    assert table.cells.to_numpy(object).tolist() == [
        ["Mã trạm", "Xã", "Tỉnh"],
        ["VTL-1", "Hoà Bình", "Đắk Lắk"],
        ["VTL-2", "Vĩnh Phúc", 5],
    ]
    assert table.notes == ("texts are written for fonts of TCVN3 (ABC) and were decoded",)


def test_letters_of_western_europe_in_a_table_of_unicode_stay(workbook):
    rows = [
        ["Mã trạm", "Xã", "Ghi chú"],
        ["VTL-1", "Hoà Bình", "cột Ø250, 5 µm, ±3°"],
        ["VTL-2", "Phó Bảng", "café São Paulo"],
    ]
    (table,) = read(workbook("a.xlsx", {"4G": rows}))
    assert table.cells.to_numpy(object).tolist() == rows
    assert table.notes == ()
