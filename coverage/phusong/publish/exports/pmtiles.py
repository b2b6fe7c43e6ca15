"""PMTiles: a file of vector tiles for each table, for web maps without a server."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from phusong.publish.exports.content import HEXAGONS, LABELS, Content, Table
from phusong.publish.exports.geojson import with_days
from phusong.publish.topology import arcs_of, shapes

TOLERANCE_M = 20.0
"""Corners of communes are cut off while each takes less than this squared: two units of a tile of their last zoom."""
_UNLIMITED = "1000000000"
"""Tiles hold all that lies in them; GDAL's limits would drop rows or make them coarser without a word."""


@dataclass(frozen=True)
class Plan:
    """First and last zoom of a table, and the columns that go into its tiles with blanks between; empty takes all."""

    first: int
    last: int
    columns: str = ""


PLANS: Mapping[str, Plan] = {
    "communes": Plan(
        4, 10, "commune_code commune_name province_code province_name people lte_share nr_share power_share zones"
    ),
    "zones": Plan(5, 12, "zone_id rank gap people area_km2 commune_code commune_name cause first_seen"),
    "villages": Plan(8, 12, "village_id village_name commune_code people signal power"),
    "sites": Plan(8, 12, "site_id operator technology frequency_mhz on_air"),
    "power_lines": Plan(5, 11, "line_id voltage_kv operator"),
    "substations": Plan(6, 12, "substation_id name voltage_kv"),
    HEXAGONS: Plan(7, 10),
}


def files(content: Content) -> dict[str, bytes]:
    """Bytes of each file by its name; a table without rows has no tiles and no file."""
    return {f"{name}.pmtiles": tiles(table) for name, table in content.tables.items() if len(table.frame)}


def tiles(table: Table) -> bytes:
    """
    A table as Mapbox vector tiles in one archive; a missing value is an absent attribute.

    References
    ----------
    Protomaps, PMTiles version 3; Mapbox Vector Tile specification 2.1.
    """
    plan = PLANS[table.name]
    zooms = {"MINZOOM": str(plan.first), "MAXZOOM": str(plan.last)}
    limits = {"MAX_SIZE": _UNLIMITED, "MAX_FEATURES": _UNLIMITED}
    named = {"NAME": table.name, "DESCRIPTION": " / ".join(LABELS[table.name]), "TYPE": "overlay"}
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{table.name}.pmtiles"
        # one thread, so that the rows of a tile keep their order and two exports are the same
        pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": "1"})
        try:
            pyogrio.write_dataframe(
                drawn(table), file, driver="PMTiles", layer=table.name, dataset_options={**zooms, **limits, **named}
            )
        finally:
            pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": None})
        return file.read_bytes()


def drawn(table: Table) -> gpd.GeoDataFrame:
    """The rows as the tiles hold them: chosen columns, in longitude and latitude, communes simplified together."""
    wanted = [name for name in PLANS[table.name].columns.split() or table.columns if name in table.columns]
    rows = with_days(table.frame[[*wanted, table.frame.geometry.name]]).to_crs("EPSG:4326")
    if table.name != "communes":
        return rows
    simple = shapes(arcs_of(table.frame.geometry, TOLERANCE_M)).to_numpy()
    kept = np.where(shapely.is_empty(simple), rows.geometry.to_numpy(), simple)
    return rows.set_geometry(gpd.GeoSeries(kept, index=rows.index, crs="EPSG:4326"))
