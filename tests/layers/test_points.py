"""Point layers: placed, ordered, complete, and every row accounted for."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from phusong.errors import LayerError
from phusong.layers import villages
from phusong.layers.account import Refusal
from phusong.layers.points import complete, empty
from phusong.layers.villages import SCHEMA


def test_rows_are_in_the_order_of_their_ids_whatever_the_files(world, tmp_path):
    header, *rows = (tmp_path / "villages.csv").read_text("utf-8").splitlines()
    (tmp_path / "b.csv").write_text("\n".join([header, rows[2], rows[0]]), "utf-8")
    (tmp_path / "a.csv").write_text("\n".join([header, rows[1]]), "utf-8")
    world.layers["villages"]["path"] = ["b.csv", "a.csv"]
    assert villages.read(world.project())[0].village_id.tolist() == ["V1", "V2", "V3"]


def test_ids_are_unique_across_files(world, tmp_path):
    (tmp_path / "copy.csv").write_bytes((tmp_path / "villages.csv").read_bytes())
    world.layers["villages"]["path"] = ["villages.csv", "copy.csv"]
    with pytest.raises(LayerError, match=r"village_id: 6 rows repeated, first at row 2.* \(found 'V1'\)"):
        villages.read(world.project())


def test_a_fault_in_the_second_file_names_that_file(world, tmp_path):
    header = (tmp_path / "villages.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "more.csv").write_text(f"{header}\nV9,Bản,9,yes,500500,2300500\n", "utf-8")
    world.layers["villages"]["path"] = ["villages.csv", "more.csv"]
    with pytest.raises(LayerError, match=r"more\.csv"):
        villages.read(world.project())


def test_rows_without_a_place_are_refused_and_listed(world):
    text = "village_id,village_name,commune_code,has_grid_power,x,y\n"
    text += "V1,A,00001,yes,500500,2300500\nV2,B,00001,no,,\nV3,C,00001,no,500600,\n"
    world.text("villages", text, "v.csv", **{k: world.layers["villages"][k] for k in ("crs", "columns")})
    frame, account = villages.read(world.project())
    assert frame.village_id.tolist() == ["V1"]
    assert account.refused == (Refusal("v.csv", 3, "no geometry"), Refusal("v.csv", 4, "no geometry"))
    assert (account.rows_in, account.accepted) == (3, 1)


def test_outlines_are_no_points(world):
    frame = world.four().assign(village_id=list("abcd"), village_name="x", has_grid_power=True)
    frame.loc[0, "geometry"] = shapely.Point(500_500, 2_300_500)
    world.features("villages", frame, "v.gpkg")
    kept, account = villages.read(world.project())
    assert kept.village_id.tolist() == ["a"]
    assert [(refusal.row, refusal.reason) for refusal in account.refused] == [(row, "not a Point") for row in (2, 3, 4)]


def test_a_layer_of_which_nothing_is_left_is_a_fault(world):
    "A layer that was given and comes to nothing would make every person live without it."
    frame = world.four().assign(village_id=list("abcd"), village_name="x", has_grid_power=True)
    world.features("villages", frame, "v.gpkg")
    with pytest.raises(LayerError, match="not a Point"):
        villages.read(world.project())


def test_columns_the_file_lacks_are_there_and_empty(world):
    frame, _ = villages.read(world.project())
    assert list(frame.columns) == [*SCHEMA.columns, "geometry"]
    assert frame.households.isna().all()
    assert frame.reported_no_signal.isna().all()


def test_complete_keeps_rows_and_types():
    made = complete(pd.DataFrame({"village_id": ["V1", "V2"]}), SCHEMA)
    assert len(made) == 2
    assert made.dtypes.astype(str).to_dict() == {
        "village_id": "object",
        "village_name": "object",
        "commune_code": "object",
        "households": "float64",
        "has_grid_power": "boolean",
        "especially_difficult": "boolean",
        "reported_no_signal": "boolean",
    }


def test_an_empty_layer_has_its_columns_and_crs():
    made = empty(SCHEMA, gpd.GeoSeries(crs=3405).crs)
    assert len(made) == 0
    assert made.crs == 3405
    assert list(made.columns) == [*SCHEMA.columns, "geometry"]
