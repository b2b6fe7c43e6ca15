"""Rasters of the map pages: what each tier may hold, where pixels lie, and the pictures themselves."""

from __future__ import annotations

import io

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from phusong.grid import Grid
from phusong.publish.atlas.look import page_words, palette
from phusong.publish.atlas.rasters import layers, pictures, png
from phusong.publish.atlas.wording import figure_words, pixel_classes
from phusong.units import OUTSIDE, UNKNOWN

GRID = Grid(CRS("EPSG:3405"), 540_000.0, 2_364_000.0, 100.0, (40, 60))
WORDS = figure_words()
STATES = ("fragile", "power", "gap")


def image_of(values):
    "A raster of one value for each of some names, counted as it is read."

    def read(name):
        return (GRID, np.full(GRID.shape, values[name], np.uint8)) if name in values else None

    return read


def degrees(*boxes):
    back = Transformer.from_crs(GRID.crs, "EPSG:4326", always_xy=True)

    def move(points):
        return np.stack(back.transform(*points.T), axis=1)

    return np.array([shapely.transform(shapely.segmentize(shapely.box(*box), 200), move) for box in boxes], object)


def pixels(data):
    with rasterio.open(io.BytesIO(data)) as opened:
        return opened.read(1), opened.colormap(1)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 15), st.data())
def test_a_png_holds_what_was_put_in(rows, columns, count, data):
    fills = [f"#{7 * number:02x}00ff" for number in range(count)]
    row = st.lists(st.integers(0, count), min_size=columns, max_size=columns)
    places = np.array(data.draw(st.lists(row, min_size=rows, max_size=rows)), np.uint8)
    read, colours = pixels(png(places, fills))
    assert read.tolist() == places.tolist()
    assert colours[0][3] == 0
    assert [colours[number + 1] for number in range(count)] == [(7 * number, 0, 255, 255) for number in range(count)]


def test_no_signal_looks_the_same_in_rasters_and_figures():
    state = palette(page_words())["states"]["no_signal"]
    every = [one for classes in pixel_classes().values() for one in classes]
    assert [one.fill for one in every if one.label.vi == state["label"]["vi"]] == [state["fill"]] * 2


def test_everyone_gets_coverage_without_levels():
    values = {"level_nr_x": 3, "level_lte_x": 0, "level_nr_any": 3, **dict.fromkeys(STATES, 1)}
    found = layers(image_of(values), ["X"], "public", WORDS)
    assert [layer.id for layer in found] == ["covered_x", "power"]
    assert found[0].grid.pixel_m == 500
    assert set(np.unique(found[0].values)) == {1}


@pytest.mark.parametrize("tier", ["commune", "province", "regulator"])
def test_the_own_tiers_get_levels(tier):
    values = {"level_nr_x": 3, "level_nr_any": 3, "level_lte_any": 2, **dict.fromkeys(STATES, 1)}
    found = layers(image_of(values), ["X", "Y"], tier, WORDS)
    assert [layer.id for layer in found] == ["level_nr_any", "level_nr_x", "level_lte_any", *STATES]


def test_no_raster_no_layer():
    assert layers(image_of({}), ["X"], "public", WORDS) == []


def test_a_pixel_lies_where_it_is_and_outside_is_clear():
    "A bright spot of 500 m in the dark: its middle is found within a pixel, and nothing is drawn beyond the outline."
    levels = np.zeros(GRID.shape, np.uint8)
    levels[18:23, 40:45] = 3
    levels[:, :5] = OUTSIDE
    levels[0:5, 10:15] = UNKNOWN
    found = layers(lambda name: (GRID, levels) if name == "level_nr_any" else None, [], "regulator", WORDS)
    outline = degrees((540_000, 2_360_500, 545_500, 2_364_000))
    (made,) = pictures(found, outline, 100.0)
    read, _ = pixels(made.png)
    names = ["", *pixel_classes()["level"]]
    seen = {names[place].label.en if place else "" for place in np.unique(read)}
    assert seen == {"", "no signal", "very good", "no data"}
    (south, west), (north, east) = made.bounds
    row, column = np.argwhere(read == 4).mean(axis=0) + 0.5
    merc = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    left, bottom = merc.transform(west, south)
    right, top = merc.transform(east, north)
    x = left + column / read.shape[1] * (right - left)
    y = top - row / read.shape[0] * (top - bottom)
    there = Transformer.from_crs("EPSG:3857", GRID.crs, always_xy=True).transform(x, y)
    assert np.allclose(there, (544_250, 2_361_950), atol=60)
    # 55 x 35 pixels in the outline, of which 5 columns are outside the study
    assert (read > 0).sum() == pytest.approx(50 * 35, rel=0.06)


def test_pixels_are_no_finer_than_asked():
    found = layers(lambda name: (GRID, np.ones(GRID.shape, np.uint8)) if name == "power" else None, [], "public", WORDS)
    outline = degrees((540_000, 2_360_000, 546_000, 2_364_000))
    sizes = [pixels(pictures(found, outline, size)[0].png)[0].shape for size in (100.0, 250.0)]
    assert sizes[0][1] == pytest.approx(60, abs=2)
    assert sizes[1][1] == pytest.approx(24, abs=2)


def test_levels_known_from_one_site_count_as_that_level():
    assert [one.values for one in pixel_classes()["level"]] == [(0,), (1, 251), (2, 252), (3,), (255,)]
