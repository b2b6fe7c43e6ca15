"""Rasters as other programs read them: values, colours, smaller copies, and nothing beyond what a tier may hold."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from PIL import Image
from small_exports import GRID, held, images

from phusong.grid import Grid
from phusong.publish.atlas.wording import pixel_classes
from phusong.publish.exports import cog
from phusong.publish.exports.cog import colours
from phusong.publish.exports.dictionary import Entry
from phusong.publish.exports.rasters import Raster
from phusong.units import OUTSIDE


def names(edition, tier: str, unit: str | None = None) -> set[str]:
    return {raster.name for raster in held(edition, tier, unit).rasters()}


def large() -> Raster:
    "Stripes of 0 and 1, 600 pixels wide."
    grid = Grid(GRID.crs, GRID.west, GRID.north, 10.0, (600, 600))
    values = np.arange(600, dtype=np.uint8)[None, :].repeat(600, axis=0) // 50 % 2
    return Raster(
        "power",
        grid,
        values,
        pixel_classes()["power"],
        OUTSIDE,
        Entry("power", "raster", "1", "Điện", "Power", "public"),
    )


def test_everyone_sees_no_levels(edition):
    assert names(edition, "public") == {"people", "power", "covered_mang_b_x_b"}
    assert {"gap", "level_lte_any"} <= names(edition, "commune", "00002")
    assert not any(name.startswith("rsrp") for name in names(edition, "province", "01"))
    assert "rsrp_lte_any" in names(edition, "regulator")


def test_a_commune_sees_nothing_beyond_its_outline(edition):
    rasters = {raster.name: raster for raster in held(edition, "commune", "00002").rasters()}
    gap = rasters["gap"]
    assert (gap.grid.west, gap.grid.shape) == (545_000.0, (10, 10))
    assert set(gap.values.ravel().tolist()) == {1, OUTSIDE}
    assert float(np.nansum(rasters["people"].values)) == 1.5 * 90


def test_values_and_colours_are_read_by_another_library(edition):
    files = cog.files(held(edition, "regulator"))
    with Image.open(io.BytesIO(files["gap.tif"])) as read:
        assert np.array_equal(np.asarray(read), images()["gap"])
        red, green, blue = read.getpalette()[3:6]
    assert (red, green, blue) == colours(next(r for r in held(edition).rasters() if r.name == "gap"))[1][:3]
    legend = Xml.fromstring(files["gap.qml"])
    labels = {entry.get("value"): entry.get("label") for entry in legend.iter("paletteEntry")}
    assert set(labels) == {"0", "1", "2", "3", "255"}
    assert all(" / " in label for label in labels.values())
    assert "people.qml" not in files


def test_smaller_copies_hold_classes_and_nothing_between():
    with Image.open(io.BytesIO(cog.tiff(large(), {}))) as read:
        assert (read.n_frames, read.size) == (3, (600, 600))
        read.seek(2)
        assert read.size == (150, 150)
        assert set(np.unique(np.asarray(read))) == {0, 1}


def test_gdals_own_program_reads_layout_system_and_meaning(tmp_path):
    program = shutil.which("gdalinfo")
    if program is None:
        pytest.skip("gdalinfo (Debian's gdal-bin) is not installed")
    (tmp_path / "power.tif").write_bytes(cog.tiff(large(), {"tier": "public"}))
    command = [program, "-json", "-mdd", "IMAGE_STRUCTURE", tmp_path / "power.tif"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert told["metadata"][""]["meaning_vi"] == "Điện"
    assert told["geoTransform"][:2] == [540_000.0, 10.0]
    assert 'ID["EPSG",3405]' in told["coordinateSystem"]["wkt"]
    assert told["bands"][0]["colorInterpretation"] == "Palette"
    assert told["bands"][0]["noDataValue"] == OUTSIDE
    assert [one["size"] for one in told["bands"][0]["overviews"]] == [[300, 300], [150, 150]]


def test_twice_is_the_same_raster(edition):
    assert cog.files(held(edition)) == cog.files(held(edition))
