"""Cloud-Optimised GeoTIFFs from blocks: GDAL reads what was laid down, and no choice of pieces changes a byte."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from pyproj import CRS

from phusong.grid import Grid
from phusong.ledger import blocks, mosaics
from phusong.ledger.blocks import Cut
from phusong.ledger.tile_store import TileStore
from phusong.pipeline.memory import Kept

GRID = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (1301, 1107))
KINDS = [("int16", -32768), ("uint8", 254), ("float32", float("nan")), ("float32", None)]
ATTRIBUTES = {"flags": "0 không, 1 có", "long_name": "mức", "units": "0.1 dBm"}


def values(dtype, nodata):
    "Rising and falling along the rows, with a hole that is larger than a block."
    rough = np.random.default_rng(1).integers(-9, 12, GRID.shape).cumsum(axis=1)
    made = (rough % 250 if dtype == "uint8" else rough * (1 if dtype == "int16" else 0.37)).astype(dtype)
    made[500:1100, 100:1107] = 0 if nodata is None else nodata
    return made


def pieces(made, nodata, parts, kept=False):
    parts = list(parts)
    wanted = mosaics.due(GRID, parts)
    for part in parts:
        raster = part.wrap(made[GRID.window(part)], ATTRIBUTES["long_name"], ATTRIBUTES["units"])
        raster = raster.assign_attrs(flags=ATTRIBUTES["flags"], **({} if nodata is None else {"nodata": nodata}))
        one = mosaics.piece("a", GRID, part, raster, wanted)
        yield one._replace(cut=Cut.of(one.cut.arrays())) if kept else one


def written(folder, given, *how):
    (data,) = (b"".join(parts) for _, parts in mosaics.cogs(given, folder / "pieces", "regulator", *how))
    assert not (folder / "pieces").exists()
    return data


@pytest.mark.parametrize(("dtype", "nodata"), KINDS)
def test_every_level_is_read_as_it_was_laid_down(tmp_path, dtype, nodata):
    made, file = values(dtype, nodata), tmp_path / "a.tif"
    file.write_bytes(written(tmp_path, pieces(made, nodata, GRID.tiles(1024))))
    with rasterio.open(file) as raster:
        assert np.array_equal(raster.read(1), made, equal_nan=True)
        assert raster.overviews(1) == [2, 4]
        assert raster.block_shapes == [(512, 512)]
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert {name: raster.tags()[name] for name in ATTRIBUTES} == ATTRIBUTES
        assert raster.tags()["tier"] == "regulator"
        assert raster.descriptions == ("mức",)
        assert (CRS(raster.crs.to_wkt()), raster.transform) == (GRID.crs, GRID.transform)
        assert raster.nodata is nodata or np.array_equal(raster.nodata, nodata, equal_nan=True)
    for level, step in enumerate((2, 4)):
        with rasterio.open(file, overview_level=level) as raster:
            assert np.array_equal(raster.read(1), made[::step, ::step], equal_nan=True)


@pytest.mark.parametrize(("dtype", "nodata"), KINDS)
def test_no_choice_of_pieces_changes_a_byte(tmp_path, dtype, nodata):
    made = values(dtype, nodata)
    whole = written(tmp_path, pieces(made, nodata, [GRID]))
    for edge in (100, 512, 700, 1024):
        parts = list(GRID.tiles(edge))
        assert written(tmp_path, pieces(made, nodata, parts)) == whole
        assert written(tmp_path, pieces(made, nodata, parts[::-1], kept=True)) == whole


@pytest.mark.parametrize(("dtype", "nodata"), KINDS)
def test_blocks_that_were_compressed_before_are_not_again(tmp_path, monkeypatch, dtype, nodata):
    made, memory = values(dtype, nodata), Kept(TileStore(tmp_path / "tiles"))
    parts = list(pieces(made, nodata, GRID.tiles(400)))
    first = written(tmp_path, parts, 2, memory)
    assert first == written(tmp_path, parts)
    monkeypatch.setattr(blocks, "packed", None)
    assert written(tmp_path, parts, 2, memory) == first


def test_ground_without_a_piece_and_ground_without_data_are_the_same(tmp_path):
    made = values("uint8", 254)
    made[:, 512:] = 254
    west = [part for part in GRID.tiles(512) if part.west == GRID.west]
    data = written(tmp_path, pieces(made, 254, west))
    assert data == written(tmp_path, pieces(made, 254, [GRID]))
    (tmp_path / "a.tif").write_bytes(data)
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert np.array_equal(raster.read(1), made)


@pytest.mark.parametrize("edge", [400, 512, 700])
def test_no_block_waits_for_ground_without_a_piece(tmp_path, monkeypatch, edge):
    "As most blocks of coarser levels along a coast would, to the end."
    waiting, finish = [], mosaics._Canvas.finish

    def counted(canvas):
        waiting.append(len(canvas.open))
        finish(canvas)

    monkeypatch.setattr(mosaics._Canvas, "finish", counted)
    some = list(GRID.tiles(edge))[::2]
    made = np.full(GRID.shape, 254, np.uint8)
    for part in some:
        made[GRID.window(part)] = values("uint8", 254)[GRID.window(part)]
    data = written(tmp_path, pieces(made, 254, some))
    assert waiting == [0]
    assert data == written(tmp_path, pieces(made, 254, [GRID]))


def test_a_block_of_nothing_is_left_out():
    assert blocks.packed(np.zeros((2, 3), np.uint8), 0.0) is None
    assert blocks.packed(np.full((512, 512), np.nan, np.float32), float("nan")) is None
    assert blocks.packed(np.zeros((2, 3), np.uint8), 254.0) is not None
