"""Images: the rasters of a written snapshot, each with its grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rasterio
from numpy.typing import NDArray
from pyproj import CRS

from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.ledger import snapshot


def image(folder: Path, period: str, name: str) -> tuple[Grid, NDArray[Any]] | None:
    """
    Grid and values of a raster of a snapshot, by its name without ending; None where the run wrote none.

    Raises
    ------
    SnapshotError
        When there is no snapshot of the period, or the file is not the one that was written.
    """
    run, _ = snapshot.whole(folder, period, (name,))
    file = f"surface/{name}.tif"
    if file not in run["files"]:
        return None
    with rasterio.open(folder / period / file) as raster:
        t, crs = raster.transform, raster.crs
        if crs is None or t.a != -t.e:
            raise SnapshotError(f"{folder / period / file} has no square pixels in a coordinate system.")
        return Grid(CRS(crs.to_wkt()), t.c, t.f, t.a, raster.shape), raster.read(1)
