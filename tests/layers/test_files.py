"""Files: every kind gives the same rows; a file without a CRS or against the project file is refused, never guessed."""

from __future__ import annotations

import datetime as dt
import unicodedata
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from phusong.errors import ConfigError, LayerError
from phusong.layers import communes, villages
from phusong.layers.files import read_features, read_table
from phusong.layers.schema import FILE, ROW

IN_DEGREES = {"crs": "EPSG:4326"}
SHORT = {"village_na": "village_name", "commune_co": "commune_code", "has_grid_p": "has_grid_power"}
"""Shapefiles cut names to ten letters."""


def three() -> gpd.GeoDataFrame:
    "Three villages in degrees, the one in the middle of unknown power."
    table = {
        "village_id": ["V1", "V2", "V3"],
        "village_name": ["Bản Một", "Bản Hai", "Bản Ba"],
        "commune_code": ["00001", "00002", "00003"],
        "households": [10, 20, 30],
        "has_grid_power": [True, None, False],
    }
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([105.0, 105.01, 105.02], [21.0, 21.01, 21.02]), crs=4326)


def flat() -> pd.DataFrame:
    "The same with coordinate columns."
    frame = three()
    return pd.DataFrame(frame.drop(columns="geometry").assign(longitude=frame.geometry.x, latitude=frame.geometry.y))


def zipped_shapefile(folder: Path) -> str:
    "The villages as a zipped Shapefile."
    frame = three().astype({"has_grid_power": "object"})
    words = frame.assign(has_grid_power=frame.has_grid_power.map({True: "yes", False: "no"}))
    words.rename(columns={long: short for short, long in SHORT.items()}).to_file(folder / "v.shp", encoding="utf-8")
    with zipfile.ZipFile(folder / "v.zip", "w") as archive:
        for part in folder.glob("v.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    return "v.zip"


def written(kind: str, folder: Path) -> dict:
    "The section of the villages' file of a kind."
    match kind:
        case "semicolon.csv":
            flat().to_csv(folder / "v.csv", sep=";", index=False, encoding="utf-8-sig")
            return {"path": "v.csv", **IN_DEGREES}
        case "comma.csv":
            flat().to_csv(folder / "v.csv", index=False)
            return {"path": "v.csv", **IN_DEGREES}
        case "tab.txt":
            flat().to_csv(folder / "v.txt", sep="\t", index=False)
            return {"path": "v.txt", **IN_DEGREES}
        case "xlsx":
            with pd.ExcelWriter(folder / "v.xlsx") as book:
                pd.DataFrame({"note": ["x"]}).to_excel(book, sheet_name="Ghi chú", index=False)
                flat().to_excel(book, sheet_name="Thôn", index=False)
            return {"path": "v.xlsx", "sublayer": "Thôn", **IN_DEGREES}
        case "table.parquet":
            flat().to_parquet(folder / "v.parquet")
            return {"path": "v.parquet", **IN_DEGREES}
        case "geo.parquet":
            three().rename_geometry("geom").to_parquet(folder / "v.parquet")
        case "gpkg":
            three().to_file(folder / "v.gpkg", layer="thon")
            return {"path": "v.gpkg", "sublayer": "thon"}
        case "geojson":
            three().to_file(folder / "v.geojson")
        case "zip":
            return {"path": zipped_shapefile(folder), "columns": {long: short for short, long in SHORT.items()}}
        case "shp":
            zipped_shapefile(folder)
            return {"path": "v.shp", "columns": {long: short for short, long in SHORT.items()}}
    return {"path": f"v.{kind.removeprefix('geo.')}"}


pytestmark = [
    pytest.mark.filterwarnings("ignore:Normalized/laundered"),
    pytest.mark.filterwarnings("ignore:Column names longer"),
]
KINDS = [
    "semicolon.csv",
    "comma.csv",
    "tab.txt",
    "xlsx",
    "table.parquet",
    "geo.parquet",
    "gpkg",
    "geojson",
    "zip",
    "shp",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_layer(world, tmp_path, kind):
    world.layers["villages"] = written(kind, tmp_path)
    frame, account = villages.read(world.project())
    expected = three().to_crs(3405)
    assert list(frame.columns) == [*villages.SCHEMA.columns, "geometry"]
    assert frame.crs == 3405
    assert frame.village_id.tolist() == ["V1", "V2", "V3"]
    assert frame.village_name.tolist() == ["Bản Một", "Bản Hai", "Bản Ba"]
    assert frame.commune_code.tolist() == ["00001", "00002", "00003"]
    assert frame.households.tolist() == [10.0, 20.0, 30.0]
    assert [None if flag is pd.NA else flag for flag in frame.has_grid_power] == [True, None, False]
    assert frame.dtypes.astype(str).tolist()[:7] == ["object"] * 3 + ["float64"] + ["boolean"] * 3
    np.testing.assert_allclose(
        shapely.get_coordinates(frame.geometry), shapely.get_coordinates(expected.geometry), atol=1e-6
    )
    assert (account.rows_in, account.accepted, account.refused) == (3, 3, ())


def test_rows_are_counted_as_a_spreadsheet_shows_them(world):
    world.text("terminals", "a\n1\n2\n", "t.csv")
    table = read_table(world.project(), "terminals")
    assert table[ROW].tolist() == [2, 3]
    assert table[FILE].tolist() == ["t.csv", "t.csv"]


def test_an_empty_line_does_not_move_the_row_numbers(world):
    world.text("terminals", "a,b\n1,1\n\n2,2\n", "t.csv")
    table = read_table(world.project(), "terminals")
    assert table[table.a == "2"][ROW].tolist() == [4]


def test_features_are_counted_from_one(world):
    assert read_features(world.project(), "communes")[ROW].tolist() == [1, 2, 3, 4]


def test_several_files_are_one_layer_in_the_crs_of_the_first(world, tmp_path):
    world.four().iloc[2:].to_crs(4326).to_file(tmp_path / "north.geojson")
    world.four().iloc[:2].to_file(tmp_path / "south.gpkg")
    world.layers["communes"] = {"path": ["south.gpkg", "north.geojson"]}
    frame = read_features(world.project(), "communes")
    assert frame.crs == 3405
    assert frame[FILE].tolist() == ["south.gpkg"] * 2 + ["north.geojson"] * 2
    np.testing.assert_allclose(frame.total_bounds, world.four().total_bounds, atol=1e-3)


def test_codes_keep_their_zeros_and_the_word_na_is_a_word(world):
    world.text("terminals", "commune_code,provider\n00004,NA\n00007,\n", "t.csv")
    table = read_table(world.project(), "terminals")
    assert table.commune_code.tolist() == ["00004", "00007"]
    assert table.provider[0] == "NA"
    assert pd.isna(table.provider[1])


def test_a_delimiter_at_the_end_of_each_row_moves_no_value(world):
    "Some spreadsheets write one; pandas then takes the first column for row labels and shifts the rest."
    world.text("terminals", "period,provider\n2026Q3,X,\n2026Q4,Y,\n", "t.csv")
    try:
        table = read_table(world.project(), "terminals")
    except LayerError:
        return
    assert table.period.tolist() == ["2026Q3", "2026Q4"]


def refusal(world, name: str) -> str:
    "The message with which a layer's file is refused."
    with pytest.raises(LayerError) as caught:
        read_features(world.project(), name)
    return str(caught.value)


def test_a_missing_file_names_the_nearest(world, tmp_path):
    (tmp_path / "villages.csv").rename(tmp_path / "village_2026.csv")
    with pytest.raises(ConfigError, match=r"the file villages\.csv is missing \(there is village_2026\.csv\)"):
        read_features(world.project(), "villages")


def test_a_shapefile_without_prj_is_refused(world, tmp_path):
    world.features("communes", world.four(), "c.shp")
    (tmp_path / "c.prj").unlink()
    assert refusal(world, "communes") == (
        'communes: 1 fault\n  - c.shp has no CRS: write it, or say crs = "EPSG:..." in [layers.communes]'
    )


def test_a_shapefile_without_prj_takes_the_crs_of_the_project_file(world, tmp_path):
    world.features("communes", world.four(), "c.shp", crs="EPSG:3405")
    (tmp_path / "c.prj").unlink()
    frame = read_features(world.project(), "communes")
    assert frame.crs == 3405
    assert frame.total_bounds.tolist() == [500_000, 2_300_000, 502_000, 2_302_000]


def test_geoparquet_without_crs_is_refused(world):
    world.features("communes", world.four().set_crs(None, allow_override=True), "c.parquet")
    assert "c.parquet has no CRS" in refusal(world, "communes")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_table_without_crs_is_refused(world, tmp_path, kind):
    getattr(flat(), {"csv": "to_csv", "xlsx": "to_excel", "parquet": "to_parquet"}[kind])(
        tmp_path / f"v.{kind}", index=False
    )
    world.layers["villages"] = {"path": f"v.{kind}"}
    assert refusal(world, "villages") == (
        f"villages: 1 fault\n  - v.{kind} is a table and says no CRS: "
        'say crs = "EPSG:4326" in [layers.villages] if it is degrees'
    )


@pytest.mark.parametrize("kind", ["gpkg", "shp", "parquet"])
def test_a_crs_that_contradicts_the_file_is_refused(world, kind):
    world.features("communes", world.four(), f"c.{kind}", crs="EPSG:4326")
    assert refusal(world, "communes") == (
        f"communes: 1 fault\n  - c.{kind} says its CRS is VN-2000 / UTM zone 48N, the project file says WGS 84"
    )


@pytest.mark.parametrize("epsg", [3405, 32648, 4326, 9217])
@pytest.mark.parametrize("kind", ["gpkg", "shp", "parquet"])
def test_a_crs_that_agrees_with_the_file_is_no_contradiction(world, kind, epsg):
    world.features("communes", world.four().to_crs(epsg), f"c.{kind}", crs=f"EPSG:{epsg}")
    assert read_features(world.project(), "communes").crs.to_epsg() == epsg


def test_longitude_first_is_no_contradiction(world):
    world.features("communes", world.four().to_crs("OGC:CRS84"), "c.parquet", crs="EPSG:4326")
    assert len(read_features(world.project(), "communes")) == 4


def test_a_crs_that_is_none(world):
    world.layers["villages"]["crs"] = "EPSG:0"
    assert refusal(world, "villages") == (
        "villages: 1 fault\n  - crs = 'EPSG:0' is not a coordinate system; expected something like EPSG:4326"
    )


def test_missing_coordinate_columns_name_the_nearest_and_the_crs_too(world):
    world.text("villages", "village_id,lon,vido\nV1,105,21\n", "v.csv")
    assert refusal(world, "villages").splitlines() == [
        "villages: 3 faults",
        "  - v.csv: column 'longitude' is missing (your file has 'lon')",
        "  - v.csv: column 'latitude' is missing",
        '  - v.csv is a table and says no CRS: say crs = "EPSG:4326" in [layers.villages] if it is degrees',
    ]


def test_coordinates_that_are_not_numbers(world):
    world.text("villages", "longitude,latitude\n105,21\n105,21°B\n,21\n", "v.csv", **IN_DEGREES)
    assert (
        refusal(world, "villages") == "villages: 1 fault\n  - v.csv: 1 rows of 'latitude' are not numbers, first '21°B'"
    )


def test_blank_coordinates_are_a_row_without_geometry(world):
    world.text("villages", "village_id,longitude,latitude\nV1,105,21\nV2,  ,\n", "v.csv", **IN_DEGREES)
    assert read_features(world.project(), "villages").geometry.isna().tolist() == [False, True]


def test_swapped_axes_of_a_table(world):
    world.text("villages", "longitude,latitude\n21.0,105.0\n21.1,105.1\n", "v.csv", **IN_DEGREES)
    assert refusal(world, "villages") == (
        "villages: 1 fault\n  - v.csv: 2 rows of 'latitude' beyond 90 degrees; are the axes swapped?"
    )


def test_swapped_axes_of_a_feature_file(world):
    "GeoJSON with latitude first is met in the wild; projected, its points would be infinite and vanish."
    frame = three().set_geometry(gpd.points_from_xy([21.0, 21.01, 21.02], [105.0, 105.01, 105.02]), crs=4326)
    world.features("villages", frame, "v.geojson")
    assert "swapped" in refusal(world, "villages")


def test_degrees_beyond_the_globe_are_told(world):
    "1052 for 105.2: the point would be accepted, counted, and lie nowhere."
    world.text("villages", "longitude,latitude\n1052,21.0\n", "v.csv", **IN_DEGREES)
    assert "180 degrees" in refusal(world, "villages")


def test_an_unknown_kind_of_file(world):
    world.text("communes", "x", "c.kml")
    message = refusal(world, "communes")
    assert "c.kml cannot be read: files of the kind '.kml' are not known; known are .csv, .geojson, .gpkg, " in message


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp", "zip", "parquet", "xlsx"])
def test_a_file_that_is_not_what_its_name_says(world, kind):
    world.text("communes", "this is not a layer", f"c.{kind}")
    assert f"communes: 1 fault\n  - c.{kind} cannot be read: " in refusal(world, "communes")


def test_a_workbook_cut_short_by_a_download(world, tmp_path):
    flat().to_excel(tmp_path / "whole.xlsx")
    (tmp_path / "v.xlsx").write_bytes((tmp_path / "whole.xlsx").read_bytes()[:2000])
    world.layers["villages"] = {"path": "v.xlsx", **IN_DEGREES}
    assert "v.xlsx cannot be read: " in refusal(world, "villages")


def test_a_folder_is_no_layer(world, tmp_path):
    (tmp_path / "c.shp").mkdir()
    world.layers["communes"] = {"path": "c.shp"}
    with pytest.raises(ConfigError, match=r"layers\.communes: c\.shp is a folder; write a file"):
        read_features(world.project(), "communes")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_a_table_in_another_encoding(world, encoding):
    world.text("villages", "village_name,longitude\nĐặng,105\n".replace("ặ", "ă"), "v.csv", encoding, **IN_DEGREES)
    assert (
        refusal(world, "villages")
        == 'villages: 1 fault\n  - v.csv cannot be read: it is not UTF-8 text (in Excel: save as "CSV UTF-8")'
    )


def test_an_empty_file(world):
    world.text("villages", "", "v.csv", **IN_DEGREES)
    assert "v.csv cannot be read: " in refusal(world, "villages")


def test_a_sheet_or_layer_that_is_not_there_names_the_nearest(world, tmp_path):
    world.four().to_file(tmp_path / "c.gpkg", layer="communes_2025")
    world.layers["communes"] = {"path": "c.gpkg", "sublayer": "communes"}
    message = "communes: 1 fault\n  - c.gpkg cannot be read: it has no layer 'communes' (nearest: communes_2025)"
    assert refusal(world, "communes") == message
    flat().to_excel(tmp_path / "v.xlsx", sheet_name="Thôn")
    world.layers["villages"] = {"path": "v.xlsx", "sublayer": "Bản", **IN_DEGREES}
    assert "v.xlsx cannot be read: " in refusal(world, "villages")


def test_a_geopackage_of_several_layers_is_not_guessed(world, tmp_path):
    "Which of them the first is depends on who wrote the file; the same holds for a zip of several Shapefiles."
    world.communes(world.square(5, 5)).to_file(tmp_path / "c.gpkg", layer="draft")
    world.four().to_file(tmp_path / "c.gpkg", layer="final")
    world.layers["communes"] = {"path": "c.gpkg"}
    message = refusal(world, "communes")
    assert "draft" in message
    assert "final" in message


def test_a_geopackage_table_without_geometry_is_a_table(world, tmp_path):
    pyogrio.write_dataframe(flat(), tmp_path / "v.gpkg")
    world.layers["villages"] = {"path": "v.gpkg", **IN_DEGREES}
    assert len(villages.read(world.project())[0]) == 3


def test_a_feature_file_without_features(world, tmp_path):
    (tmp_path / "c.geojson").write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    world.layers["communes"] = {"path": "c.geojson"}
    with pytest.raises(LayerError, match=r"communes: \d+ fault"):
        communes.read(world.project(), dt.date(2026, 9, 30))


def test_a_workbook_of_several_sheets_is_not_guessed(world, tmp_path):
    with pd.ExcelWriter(tmp_path / "v.xlsx") as book:
        flat().to_excel(book, sheet_name="Thôn", index=False)
        flat().to_excel(book, sheet_name="Bản", index=False)
    world.layers["villages"] = {"path": "v.xlsx", **IN_DEGREES}
    assert "it has several sheets (Thôn, Bản): say which with sublayer" in refusal(world, "villages")
    world.layers["villages"]["sublayer"] = "Thon"
    assert "it has no sheet 'Thon' (nearest: Thôn)" in refusal(world, "villages")


def test_a_column_that_is_there_twice_is_refused(world):
    "The second would be renamed without a word, and a column lost."
    world.text("villages", "village_name,longitude,latitude,longitude\nA,105,21,106\n", "v.csv", **IN_DEGREES)
    assert "the column 'longitude' is there twice" in refusal(world, "villages")


def test_a_decimal_comma_is_guessed_at_in_the_message_only(world):
    world.text("villages", 'longitude;latitude\n"105,04";21\n', "v.csv", **IN_DEGREES)
    assert "first '105,04'; a decimal comma? expected 105.04" in refusal(world, "villages")


def test_decomposed_headers_are_the_same_headers(world):
    "A file from another system writes its accents as letters of their own."
    decomposed = unicodedata.normalize("NFD", "Kinh độ")
    columns = {"longitude": "Kinh độ", "latitude": "Vĩ độ"}
    text = f"{decomposed},{unicodedata.normalize('NFD', 'Vĩ độ')}\n105,21\n"
    world.text("villages", text, "v.csv", columns=columns, **IN_DEGREES)
    assert len(read_features(world.project(), "villages")) == 1


def test_a_row_with_nothing_but_a_place_is_no_blank_line(world):
    "It is kept, so that the schema can say what it lacks."
    world.text("villages", "village_name,longitude,latitude\nA,105,21\n,105,21\n,,\n", "v.csv", **IN_DEGREES)
    assert read_features(world.project(), "villages").source_row.tolist() == [2, 3]
