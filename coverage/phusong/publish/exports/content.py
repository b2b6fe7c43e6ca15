"""Content: what an export of one tier holds, redacted, typed and described, before any format is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd

from phusong.errors import SnapshotError
from phusong.ledger.edition import Edition
from phusong.publish.atlas.assembly import operators_of
from phusong.publish.atlas.rasters import ImageOf
from phusong.publish.exports.dictionary import Entry, entries, typed
from phusong.publish.exports.hexagons import hexagons
from phusong.publish.exports.rasters import Raster, rasters
from phusong.publish.redaction import redact
from phusong.publish.tiers import Tier

TABLES = ("communes", "zones", "villages", "sites", "power_lines", "substations")
HEXAGONS = "hexagons"
LABELS = {
    "communes": ("Xã, phường, đặc khu", "communes"),
    "zones": ("Vùng lõm", "dead zones"),
    "villages": ("Thôn, bản, tổ dân phố", "villages"),
    "sites": ("Trạm", "cell sites"),
    "power_lines": ("Đường dây điện", "power lines"),
    "substations": ("Trạm biến áp", "substations"),
    HEXAGONS: ("Ô lục giác H3 cấp 8", "H3 hexagons of resolution 8"),
}
"""Names of the tables in Vietnamese and English."""


@dataclass(frozen=True)
class Table:
    """A table with what the dictionary says of its columns; geometry in the project's CRS."""

    name: str
    frame: gpd.GeoDataFrame
    entries: Sequence[Entry]

    @property
    def columns(self) -> list[str]:
        """All but the geometry."""
        return [str(name) for name in self.frame if name != self.frame.geometry.name]


@dataclass(frozen=True)
class Content:
    """
    Everything that an export may hold.

    Parameters
    ----------
    edition
        Redacted for the tier.
    unit
        Code of the commune or province of these tiers, else empty.
    tables
        Those of which the tier may hold a column besides the outline.
    rasters
        Reads and makes the rasters when they are asked for, which takes time.
    """

    edition: Edition
    tier: Tier
    unit: str
    tables: Mapping[str, Table]
    rasters: Callable[[], list[Raster]]


def content(edition: Edition, image_of: ImageOf, tier: Tier, unit: str | None, *, with_hexagons: bool) -> Content:
    """
    What a tier may hold of an edition.

    Parameters
    ----------
    edition
        With everything in it; it is redacted here.
    with_hexagons
        Whether people and their signal and power are also summed over H3 cells.

    Raises
    ------
    SnapshotError
        When the edition has no such unit, or hexagons are wanted and it has no raster of people.
    """
    own = redact(edition, tier, unit)
    operators = operators_of(own)

    @cache
    def read() -> list[Raster]:
        return rasters(image_of, operators, tier, own.communes.geometry if unit else None)

    frames = {name: getattr(own, name) for name in TABLES}
    if with_hexagons:
        cells = hexagons(read())
        if cells is None:
            raise SnapshotError(
                f"Kỳ {edition.period} không có lưới dân số để tính ô lục giác / "
                f"{edition.period} has no raster of people, which hexagons need."
            )
        frames[HEXAGONS] = cells.to_crs(own.communes.crs)
    tables = {name: _table(name, frame, operators) for name, frame in frames.items() if len(frame.columns) > 1}
    return Content(own, tier, unit or "", tables, read)


def _table(name: str, frame: gpd.GeoDataFrame, operators: Sequence[str]) -> Table:
    known = entries(name, map(str, frame.columns), operators)
    return Table(name, gpd.GeoDataFrame(typed(frame.reset_index(drop=True), known)), known)
