"""Quadrangles: a table of many four-cornered outlines, kept as numbers, and its GeoParquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from phusong.ledger import geoparquet

_RINGS, _POINTS, _POLYGON, _LITTLE_ENDIAN = 1, 5, 3, 1
_WKB = np.dtype(
    [("order", "u1"), ("kind", "<u4"), ("rings", "<u4"), ("points", "<u4"), ("xy", "<f8", (_POINTS, 2))]
)  # OGC 06-103r4, 8.2.7
_ROWS = 2**18
"""Outlines in a group of rows."""


@dataclass(frozen=True)
class Quadrangles:
    """
    A table whose rows are outlines of four corners; a geometry object for each would take many times the memory.

    Parameters
    ----------
    table
        Columns beside the outlines, which stand behind the first.
    corners
        In the order of the ring, which the last does not close, shape (n, 4, 2); at least one outline.
    """

    table: pd.DataFrame
    corners: NDArray[np.float64]
    crs: CRS

    def __len__(self) -> int:
        return len(self.table)

    def assign(self, **columns: Any) -> Quadrangles:
        """With more columns, as of `DataFrame.assign`."""
        return replace(self, table=self.table.assign(**columns))

    def parts(self) -> Iterator[bytes]:
        """
        The bytes of a GeoParquet file, part by part, as of `geoparquet.parts`.

        Examples
        --------
        >>> import io
        >>> corners = np.array([[[0, 1], [1, 1], [1, 0], [0, 0.0]]])
        >>> one = Quadrangles(pd.DataFrame({"people": [7.0]}), corners, CRS(3405))
        >>> gpd.read_parquet(io.BytesIO(b"".join(one.parts()))).geometry.to_wkt().tolist()
        ['POLYGON ((0 1, 1 1, 1 0, 0 0, 0 1))']
        """
        first = gpd.GeoDataFrame(
            self.table.head(1), geometry=np.asarray(shapely.polygons(self.corners[:1])), crs=self.crs
        )
        whole = self.table.copy(deep=False)
        whole.insert(1, "geometry", None)
        bounds = [*self.corners.min(axis=(0, 1)), *self.corners.max(axis=(0, 1))]
        groups = (_wkb(self.corners[start : start + _ROWS]) for start in range(0, len(self.corners), _ROWS))
        return geoparquet.stream(whole, first, [float(edge) for edge in bounds], groups)


def _wkb(corners: NDArray[np.float64]) -> pyarrow.Array:
    records = np.empty(len(corners), _WKB)
    records["order"], records["kind"], records["rings"], records["points"] = _LITTLE_ENDIAN, _POLYGON, _RINGS, _POINTS
    records["xy"][:, :4], records["xy"][:, 4] = corners, corners[:, 0]
    ends = np.arange(len(corners) + 1, dtype=np.int32) * np.int32(_WKB.itemsize)
    buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(records)]
    return pyarrow.Array.from_buffers(pyarrow.binary(), len(corners), buffers)
