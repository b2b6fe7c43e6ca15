"""Claims: which pixels an operator says it covers."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.claims import claimed, read
from phusong.units import ANY

WEST, SOUTH = 500_000, 2_300_000
GRID = Grid(CRS(3405), WEST, SOUTH + 200, 100.0, (2, 4))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    "A rectangle in metres from the grid's south-west corner."
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def claims(world, *rows: tuple[str, str, shapely.Geometry], **columns):
    table = {"operator": [row[0] for row in rows], "technology": [row[1] for row in rows], **columns}
    world.features("claims", gpd.GeoDataFrame(table, geometry=[row[2] for row in rows], crs=3405), "claims.gpkg")
    return read(world.project())


def test_no_layer_is_no_claim(world):
    made, account = read(world.project())
    assert len(made) == account.rows_in == 0
    assert {"operator", "technology", "level", "environment", "geometry"} == set(made.columns)
    assert claimed(made, GRID) == {}


def test_pixels_whose_centre_is_claimed(world):
    "Two polygons of one operator, one of another; a good level is a limited one too."
    made, account = claims(
        world,
        ("VNPT", "NR", box(0, 0, 100, 200)),
        ("Viettel", "NR", box(0, 0, 149, 100)),
        ("Viettel", "NR", box(200, 100, 251, 200)),
        ("Viettel", "LTE", box(0, 0, 400, 40)),
        level=["limited", "good", None, "very_good"],
        environment=["outdoor", None, "indoor", None],
    )
    assert made[["technology", "operator"]].to_numpy().tolist() == [
        ["LTE", "Viettel"], ["NR", "VNPT"], ["NR", "Viettel"], ["NR", "Viettel"],
    ]  # fmt: skip
    assert account.accepted == 4
    found = {key: values.tolist() for key, values in claimed(made, GRID).items()}
    assert found == {
        ("LTE", ANY): [[0, 0, 0, 0], [0, 0, 0, 0]],  # no centre lies in the lowest 40 m
        ("LTE", "Viettel"): [[0, 0, 0, 0], [0, 0, 0, 0]],
        ("NR", ANY): [[1, 0, 1, 0], [1, 0, 0, 0]],
        ("NR", "VNPT"): [[1, 0, 0, 0], [1, 0, 0, 0]],
        ("NR", "Viettel"): [[0, 0, 1, 0], [1, 0, 0, 0]],
    }


def test_a_claim_that_holds_the_second_centre(world):
    made, _ = claims(world, ("VNPT", "NR", box(0, 0, 151, 100)))
    assert claimed(made, GRID)["NR", "VNPT"].tolist() == [[0, 0, 0, 0], [1, 1, 0, 0]]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"technology": ["5G"]}, "technology: 1 row not among LTE, NR"),
        ({"level": ["great"]}, "level: 1 row not among limited, good, very_good"),
        ({"environment": ["cellar"]}, "environment: 1 row not among outdoor, in_vehicle, indoor"),
        ({"operator": [None]}, "operator: 1 row empty"),
    ],
)
def test_claims_that_say_nothing_we_know(world, columns, sentence):
    with pytest.raises(LayerError, match=sentence):
        claims(world, ("VNPT", "NR", box(0, 0, 100, 200)), **columns)


def test_lines_are_no_claims(world):
    with pytest.raises(LayerError, match=r"all 1 rows are refused, .*not a Polygon"):
        claims(world, ("VNPT", "NR", shapely.LineString([(WEST, SOUTH), (WEST + 100, SOUTH)])))
