"""`phusong check`: a bare file of outlines, its faults for a GIS, its repair, and what is refused."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from phusong.cli import app
from phusong.cli.check import canonical_columns
from phusong.sample import write_sample

WEST, SOUTH = 500_000, 2_300_000


def square(column: float, row: float) -> shapely.Polygon:
    "A square of 1 km in EPSG:3405."
    return shapely.box(WEST + 1000 * column, SOUTH + 1000 * row, WEST + 1000 * (column + 1), SOUTH + 1000 * (row + 1))


@pytest.fixture
def outlines(tmp_path):
    "Two communes that both claim 0.1 km², under the names a file may give its columns."
    units = gpd.GeoDataFrame(
        {
            "Mã xã": ["00001", "00002"],
            "Tên xã": ["Xã Một", "Xã Hai"],
            "Mã tỉnh": ["01", "01"],
            "Tên tỉnh": ["Hà Nội", "Hà Nội"],
            "Diện tích (km2)": [2.0, 1.0],
            "Ghi chú": ["", ""],
        },
        geometry=[square(0, 0), square(0.9, 0)],
        crs=3405,
    )
    file = tmp_path / "ranh_giới.gpkg"
    units.to_crs(4326).to_file(file)
    return file


def call(*arguments: object):
    "The command's result; its faults stand in `exception`."
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def refused(*arguments: object) -> str:
    "The sentence of a refusal."
    result = call(*arguments)
    assert result.exit_code == 1
    return str(result.exception)


def test_a_file_of_outlines_is_checked_under_its_own_names(outlines):
    result = call(outlines, "--as-of", "2026-09-30")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "stated_area_km2 is taken from the column 'Diện tích (km2)'" in lines
    assert "communes: 2 in = 2 accepted + 0 refused" in lines
    assert "Ranh giới / boundaries: 2 xã / communes, 4 lỗi / faults" in lines
    assert "  chồng lấn / overlap                         1  0.100 km²" in lines
    assert "    Xã Một (00001) và Xã Hai (00002) chồng lấn nhau 0,10 km²" in lines
    assert "    Xã Một (00001) and Xã Hai (00002) both claim 0.10 km2" in lines
    assert "    Xã Một (00001): ranh giới đo được 1,00 km², diện tích công bố 2,00 km², chênh 100 %" in lines
    assert "  khoảng trống / gap                          0" in lines


def test_faults_and_repair_are_written_and_the_input_is_not(outlines, tmp_path):
    before = hashlib.sha256(outlines.read_bytes()).hexdigest()
    faults, mended = tmp_path / "faults.gpkg", tmp_path / "mended.parquet"
    result = call(outlines, "--as-of", "2026-09-30", "--faults", faults, "--repair", mended)
    assert result.exit_code == 0, result.output
    assert hashlib.sha256(outlines.read_bytes()).hexdigest() == before
    assert pyogrio.read_info(faults, layer="overlap")["features"] == 1
    read = gpd.read_parquet(mended)
    assert shapely.coverage_is_valid(read.geometry.to_numpy())
    assert read.commune_code.tolist() == ["00001", "00002"]
    assert read.stated_area_km2.tolist() == [2.0, 1.0]
    assert f"Wrote {mended} and {tmp_path / 'mended_changes.csv'}" in result.output
    assert "  00002 Xã Hai: 1.0008 -> 0.9007 km² (won 0 m², lost 100,081 m²)" in result.output.splitlines()
    again = call(mended, "--as-of", "2026-09-30")
    assert "  chồng lấn / overlap                         0" in again.output.splitlines()


def test_quiet_tells_only_what_was_written(outlines, tmp_path):
    faults = tmp_path / "faults.gpkg"
    assert call(outlines, "--as-of", "2026-09-30", "--quiet", "--faults", faults).output == f"Wrote {faults}\n"


def test_the_difference_told_is_an_option(outlines):
    result = call(outlines, "--as-of", "2026-09-30", "--area-percent", "150")
    assert "  diện tích chênh lệch / area differs         0" in result.output.splitlines()


def test_a_file_of_outlines_needs_a_day(outlines):
    assert refused(outlines) == (f"{outlines.name} is a file of outlines, and a code needs a date: add --as-of DATE")
    assert refused(outlines, "--as-of", "hôm nay") == "--as-of: hôm nay is no day; expected such as 2026-09-30"
    assert refused(outlines, "--period", "2026Q3") == (
        "--period is for a project; a file of outlines is checked for a day, --as-of DATE"
    )


def test_targets_that_cannot_be_written_are_refused_before_anything_is_read(outlines, tmp_path):
    day = ("--as-of", "2026-09-30")
    assert refused(outlines, *day, "--faults", tmp_path / "f.shp") == (
        "--faults f.shp: expected a name ending in .gpkg"
    )
    assert refused(outlines, *day, "--repair", outlines) == (
        f"--repair {outlines} is read too; inputs are never changed, so write to another file"
    )
    away = tmp_path / "away" / "f.gpkg"
    assert refused(outlines, *day, "--faults", away) == f"--faults {away}: there is no folder {away.parent}"
    both = tmp_path / "both.gpkg"
    assert refused(outlines, *day, "--faults", both, "--repair", both) == (
        "--faults and --repair name the same file; write to two"
    )


def test_a_file_without_codes_says_which_column_is_missing(outlines):
    gpd.read_file(outlines).drop(columns="Mã xã").to_file(outlines)
    assert "column 'commune_code' is missing" in refused(outlines, "--as-of", "2026-09-30")


def test_a_file_that_is_not_there(tmp_path):
    assert "There is no project file" in refused(tmp_path / "communes.parquet", "--as-of", "2026-09-30")


def test_a_stated_area_is_not_taken_for_a_measured_one():
    own = ["commune_code", "ten_xa", "area_km2", "area_calc_km2"]
    assert canonical_columns(own) == {"commune_name": "ten_xa", "stated_area_km2": "area_km2"}
    assert canonical_columns(["stated_area_km2", "area_km2"]) == {}


def test_a_project_tells_the_faults_of_its_boundaries(tmp_path):
    write_sample(tmp_path / "sample")
    faults = tmp_path / "faults.gpkg"
    result = call(tmp_path / "sample", "--period", "2026Q3", "--faults", faults)
    assert result.exit_code == 0, result.output
    assert "No fault that stops a run" in result.output
    assert "Ranh giới / boundaries:" in result.output
    assert faults.is_file()
    assert refused(tmp_path / "sample", "--as-of", "2026-09-30") == (
        "--as-of is for a file of outlines; a project is checked for a --period"
    )
