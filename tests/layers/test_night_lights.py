"""Night lights: radiance where each village stands, and not known where the raster says nothing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer

from phusong.errors import ConfigError, LayerError
from phusong.layers.night_lights import radiance_nw_cm2_sr

WEST, SOUTH = 500_000, 2_300_000
MISSING = -999_999.0


def villages(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    "Villages in metres from the south-west corner of the study."
    x, y = np.array(places, float).reshape(-1, 2).T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(WEST + x, SOUTH + y), crs=3405)


def lights(world, values, corner=(WEST, SOUTH + 2000), pixel=1000, file="viirs.tif", **form) -> str:
    "A raster of radiance, by default of four pixels over the study."
    values = np.asarray(values, np.float32)
    world.layers["night_lights"] = {"path": world.raster(file, values, corner, pixel, nodata=MISSING, **form)}
    return file


def test_the_pixel_in_which_a_village_stands_counts(world):
    lights(world, [[0.2, 7.5], [0.0, 30.0]])
    found, account = radiance_nw_cm2_sr(world.project(), villages((10, 990), (999, 1001), (1001, 1001), (1990, 10)))
    assert found == pytest.approx([0.0, 0.2, 7.5, 30.0])
    assert found.dtype == np.float64
    assert (account.rows_in, account.counts) == (1, {"villages_unknown": 0, "brightest_nw_cm2_sr": 30.0})


def test_no_data_and_outside_are_not_known(world):
    lights(world, [[MISSING, 7.5], [np.nan, 0.0]])
    found, account = radiance_nw_cm2_sr(world.project(), villages((500, 1500), (500, 500), (1500, 500), (-1, 500)))
    assert np.isnan(found).tolist() == [True, True, False, True]
    assert found[2] == 0
    assert account.counts == {"villages_unknown": 3, "brightest_nw_cm2_sr": 0.0}


def test_a_raster_in_degrees_is_read_where_the_village_is(world):
    "Pixels of 15 arc-seconds from 105 E 20.81 N; a village in the middle of one of them, numbered by row and column."
    step = 15 / 3600
    lights(world, np.arange(16).reshape(4, 4), (105.0, 20.81), step, crs="EPSG:4326")
    x, y = Transformer.from_crs(4326, 3405, always_xy=True).transform(105 + 2.5 * step, 20.81 - 1.5 * step)
    found, _ = radiance_nw_cm2_sr(world.project(), villages((x - WEST, y - SOUTH)))
    assert found.tolist() == [6]


def test_the_first_of_several_files_that_has_a_value_counts(world):
    lights(world, [[1.0, MISSING], [1.0, MISSING]], file="a.tif")
    lights(world, [[2.0, 2.0], [2.0, 2.0]], file="b.tif")
    world.layers["night_lights"] = {"path": ["a.tif", "b.tif"]}
    found, account = radiance_nw_cm2_sr(world.project(), villages((500, 500), (1500, 500)))
    assert found.tolist() == [1, 2]
    assert account.rows_in == 2


def test_a_value_that_is_no_radiance_is_left_to_who_weighs_it(world):
    world.layers["night_lights"] = {
        "path": world.raster("v.tif", np.array([[MISSING]], np.float32), (WEST, SOUTH + 2000), 2000)
    }
    found, _ = radiance_nw_cm2_sr(world.project(), villages((500, 500)))
    assert found.tolist() == [MISSING]


@pytest.mark.parametrize(
    ("file", "meaning"),
    [
        ("Vietnam_set_lightscore_sy_2020.tif", "a likelihood"),
        ("Vietnam_set_prplit_conf90_sy_2020.tif", "a share of nights"),
        ("Vietnam_set_zscore_sy_2020.tif", "a standard score"),
    ],
)
def test_other_quantities_of_hrea_are_refused(world, file, meaning):
    lights(world, [[0.5]], file=file)
    with pytest.raises(LayerError, match=rf"{file} is {meaning} of HREA: expected radiance in nW/cm²/sr"):
        radiance_nw_cm2_sr(world.project(), villages((500, 500)))


def test_the_composite_of_hrea_is_turned_back_from_its_logarithms(world):
    "ln(0 + 2.5) is 0.916: no light. What is less is none either, and an undeclared value for no data stays one."
    kept = np.log(np.array([[0.0, 0.3], [-0.5, 40.0]]) + 2.5)
    lights(world, kept, file="Vietnam_rade9lnmu_2020.tif")
    at = villages((500, 1500), (1500, 1500), (500, 500), (1500, 500))
    found, _ = radiance_nw_cm2_sr(world.project(), at)
    assert found == pytest.approx([0, 0.3, 0, 40], abs=1e-5)
    world.raster("Vietnam_rade9lnmu_2020.tif", np.full((2, 2), MISSING, np.float32), (WEST, SOUTH + 2000), 1000)
    assert set(radiance_nw_cm2_sr(world.project(), at)[0]) == {MISSING}


def test_what_is_no_raster_is_refused(world):
    world.text("night_lights", "no raster", "v.tif")
    with pytest.raises(LayerError, match=r"v\.tif cannot be read as a raster"):
        radiance_nw_cm2_sr(world.project(), villages((500, 500)))
    world.layers["night_lights"]["factors"] = {"value": 0.1}
    with pytest.raises(ConfigError, match="night_lights is a raster, for which factors has no meaning"):
        world.project()


def test_without_such_a_layer_or_village_nothing_is_known(world):
    found, account = radiance_nw_cm2_sr(world.project(), villages((500, 500)))
    assert np.isnan(found).tolist() == [True]
    assert (account.rows_in, account.counts) == (0, {})
    lights(world, [[1.0]])
    found, account = radiance_nw_cm2_sr(world.project(), villages())
    assert found.shape == (0,)
    assert account.counts == {"villages_unknown": 0, "brightest_nw_cm2_sr": None}
