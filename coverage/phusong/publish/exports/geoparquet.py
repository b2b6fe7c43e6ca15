"""GeoParquet: a file a table, in longitude and latitude, with the box of every row so that readers can skip."""

from __future__ import annotations

import io

from phusong.publish.exports.content import Content, Table

VERSION = "1.1.0"


def files(content: Content) -> dict[str, bytes]:
    """Bytes of each file by its name."""
    return {f"{name}.parquet": parquet(table) for name, table in content.tables.items()}


def parquet(table: Table) -> bytes:
    """
    A table as GeoParquet, with a column `bbox` of the least and greatest longitude and latitude of each row.

    References
    ----------
    OGC GeoParquet 1.1.0, "Bounding box covering".
    """
    into = io.BytesIO()
    table.frame.to_crs("EPSG:4326").to_parquet(
        into, index=False, compression="zstd", schema_version=VERSION, write_covering_bbox=True
    )
    return into.getvalue()
