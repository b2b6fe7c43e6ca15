"""GeoParquet: a table with outlines, written a group of rows after the other, so that few bytes are in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import shapely
from numpy.typing import NDArray
from pyarrow import parquet

_GEOMETRY = "geometry"
_COORDINATES = 2**20
"""Of the outlines in a group of rows; one outline may have more."""


def parts(table: gpd.GeoDataFrame) -> Iterator[bytes]:
    """
    The bytes of a GeoParquet file of a table, part by part; those that geopandas writes where one group is enough.

    Examples
    --------
    >>> point = gpd.GeoDataFrame({"name": ["Vinh"]}, geometry=[shapely.Point(105.7, 18.7)], crs=4326)
    >>> gpd.read_parquet(io.BytesIO(b"".join(parts(point)))).equals(point)
    True
    """
    shapes = table.geometry.to_numpy()
    groups = (pyarrow.array(shapely.to_wkb(shapes[a:b]), pyarrow.binary()) for a, b in pairwise(_edges(shapes)))
    of_each_kind = table[~table.geom_type.duplicated()]
    return stream(pd.DataFrame(table), of_each_kind, [float(edge) for edge in table.total_bounds], groups)


def stream(
    table: pd.DataFrame, like: gpd.GeoDataFrame, bounds: Sequence[float], groups: Iterable[pyarrow.Array]
) -> Iterator[bytes]:
    """
    The bytes of a GeoParquet file, part by part.

    Parameters
    ----------
    table
        All columns in their order; what stands in that of the outlines is not read.
    like
        Some rows, outlines of every kind among them: as geopandas describes theirs all are described.
    bounds
        Of all outlines; not finite where there are none.
    groups
        The outlines as WKB, group by group of the rows.
    """
    plain = pyarrow.Table.from_pandas(table.assign(**{_GEOMETRY: None}), preserve_index=False)
    field, told = _described(like, bounds)
    place = plain.schema.get_field_index(_GEOMETRY)
    schema = plain.schema.set(place, field).with_metadata({**plain.schema.metadata, b"geo": told})
    drain, start = _Drain(), 0
    with parquet.ParquetWriter(drain, schema, compression="zstd") as writer:
        for group in groups:
            rows = plain.slice(start, len(group)).set_column(place, field, group)
            writer.write_table(rows.replace_schema_metadata(schema.metadata))
            start += len(group)
            yield drain.taken()
    yield drain.taken()


def _edges(shapes: NDArray[np.object_]) -> list[int]:
    """Rows where groups begin, and where the last ends."""
    group = np.cumsum(shapely.get_num_coordinates(shapes)) // _COORDINATES
    begun = np.flatnonzero(np.diff(group, prepend=-1))
    return [*map(int, begun), len(shapes)] if len(shapes) else [0, 0]


def _described(like: gpd.GeoDataFrame, bounds: Sequence[float]) -> tuple[pyarrow.Field, bytes]:
    """The column of outlines, and what GeoParquet tells of it."""
    into = io.BytesIO()
    like.to_parquet(into, index=False)
    schema = parquet.read_schema(into)
    told: dict[str, Any] = json.loads(schema.metadata[b"geo"])
    if np.isfinite(bounds).all():  # there may be no outline
        told["columns"][_GEOMETRY]["bbox"] = list(bounds)
    return schema.field(_GEOMETRY), json.dumps(told).encode()


class _Drain(io.RawIOBase):
    """A file that is written to its end once, of which the bytes so far are taken again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._held.append(bytes(data))
        self._at += len(self._held[-1])
        return len(self._held[-1])

    def taken(self) -> bytes:
        """What was written since they were taken last."""
        whole, self._held = b"".join(self._held), []
        return whole
