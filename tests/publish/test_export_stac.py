"""The catalogue as another library walks it: valid, whole, and each link leads to a file that is there."""

from __future__ import annotations

from pathlib import Path

import pystac
import pytest
import rasterio
from pyproj import CRS
from pystac.validation import validate_dict
from small_exports import image_of

from phusong.publish.exports import Asked, write


@pytest.fixture
def catalogue(edition, tmp_path):
    write(edition, image_of, Asked("stac", "regulator"), tmp_path)
    return pystac.Catalog.from_file(str(tmp_path / "catalog.json"))


def test_items_are_the_tables_and_rasters_and_their_files_are_there(catalogue):
    items = {item.id.rsplit("-", 1)[1]: item for item in catalogue.get_items(recursive=True)}
    assert {"communes", "zones", "villages", "sites", "power_lines", "people", "gap", "rsrp_lte_any"} <= set(items)
    for name, item in items.items():
        asset = item.assets["data"]
        place = Path(asset.get_absolute_href())
        assert place.exists(), name
        assert place.stem == name
        assert item.datetime.isoformat() == "2026-09-30T00:00:00+00:00"
    with rasterio.open(items["gap"].assets["data"].get_absolute_href()) as raster:
        told = items["gap"].properties
        assert CRS(told["proj:code"]) == CRS(raster.crs.to_wkt())
        assert tuple(told["proj:shape"]) == raster.shape
        assert told["proj:transform"] == list(raster.transform)[:6]
    west, south, east, north = items["communes"].bbox
    assert 105 < west < east < 106
    assert 21 < south < north < 22


def test_it_holds_to_the_specification(catalogue):
    "By the schemas that the library carries; the extension's own lie on the web, so they are left out."
    pages = [catalogue, *catalogue.get_children(), *catalogue.get_items(recursive=True)]
    assert len(pages) > 8
    for page in pages:
        validate_dict({**page.to_dict(), "stac_extensions": []})


def test_a_page_that_breaks_it_is_seen(catalogue):
    page = next(iter(catalogue.get_items(recursive=True))).to_dict()
    with pytest.raises(pystac.STACValidationError):
        validate_dict({**page, "stac_extensions": [], "assets": 3})
