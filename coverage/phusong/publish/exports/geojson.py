"""GeoJSON: a file a table, in longitude and latitude to a tenth of a metre."""

from __future__ import annotations

import io

import geopandas as gpd
import pyogrio

from phusong.publish.exports.content import Content, Table

_OPTIONS = {"RFC7946": "YES", "COORDINATE_PRECISION": "6", "WRITE_NAME": "NO"}


def files(content: Content) -> dict[str, bytes]:
    """Bytes of each file by its name."""
    return {f"{name}.geojson": geojson(table) for name, table in content.tables.items()}


def geojson(table: Table) -> bytes:
    """
    A table as a feature collection; what is not known is null.

    References
    ----------
    RFC 7946, The GeoJSON Format.
    """
    into = io.BytesIO()
    pyogrio.write_dataframe(with_days(table.frame).to_crs("EPSG:4326"), into, driver="GeoJSON", **_OPTIONS)
    return into.getvalue()


def with_days(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with its days as text (2026-09-30), for formats that know no dates."""
    days = frame.select_dtypes("datetime").columns
    return frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in days})
