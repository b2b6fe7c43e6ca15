"""World: the invented sites and real communes that filings are made of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.administration.names import province_key
from phusong.config import shipped

_WITHOUT_PREDECESSOR = {
    "11948": "Hải Phòng",
    "19742": "Quảng Trị",
    "20333": "Đà Nẵng",
    "21548": "Quảng Ngãi",
    "22736": "Khánh Hòa",
    "26732": "Bà Rịa - Vũng Tàu",
}
"""Islands that had no communes, and the province that surveyed them."""


@dataclass(frozen=True, eq=False)
class World:
    """
    What filings are made of.

    Parameters
    ----------
    sites
        Columns of the layer; each site lies in its commune.
    communes
        Communes of the day by their code, in EPSG:4326.
    succession
        old_code, old_name, old_province_name, new_code, relation ("full" or "partial").
    """

    sites: pd.DataFrame
    communes: gpd.GeoDataFrame
    succession: pd.DataFrame

    @cached_property
    def zone_of(self) -> Mapping[str, int]:
        """EPSG code of the VN-2000 zone in which each commune's old province surveys."""
        table = tomllib.loads(shipped("gis_data", "vn2000.toml").read_text("utf-8"))
        code_of = {meridian: int(code) for code, meridian in table["zones"].items()}
        zones = {province_key(name): code_of[meridian] for name, meridian in table["provinces"].items()}
        old = self.succession.drop_duplicates("new_code").set_index("new_code").old_province_name
        provinces = {**old[old.index.isin(self.communes.index)], **_WITHOUT_PREDECESSOR}
        return {code: zones[province_key(name)] for code, name in provinces.items()}

    @cached_property
    def zones(self) -> tuple[int, ...]:
        """Every zone that some commune is surveyed in."""
        return tuple(sorted(set(self.zone_of.values())))

    @cached_property
    def gone(self) -> Mapping[str, list[tuple[str, str]]]:
        """Code and name of the old communes of each commune's ground, or of a part of it, that none bears today."""
        old = self.succession[~self.succession.old_code.isin(self.communes.index)]
        pairs = zip(old.old_code, old.old_name.str.split().str.join(" "), strict=True)
        found: dict[str, list[tuple[str, str]]] = {}
        for new, pair in zip(old.new_code, pairs, strict=True):
            found.setdefault(new, []).append(pair)
        return found

    @cached_property
    def outlines(self) -> NDArray[np.object_]:
        """Outlines of the communes, prepared, in their order."""
        shapes = np.asarray(self.communes.geometry.to_numpy(), object)
        shapely.prepare(shapes)
        return shapes

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree of the outlines."""
        return shapely.STRtree(self.outlines)


def read_world(data: Path) -> World:
    """Sites of the invented national list, communes in light outlines, and what became of the old communes."""
    moved = pd.read_csv(data / "admin" / "old_to_new_communes.csv", dtype=str)
    communes = gpd.read_parquet(data / "admin" / "communes_2025_light.parquet").set_index("commune_code")
    sites = pd.read_parquet(data / "national_synthetic" / "sites.parquet")
    world = World(sites, communes, moved.assign(new_code=moved.new_code_2025_final))
    return World(sites[sites.commune_code.isin(list(world.zone_of))].reset_index(drop=True), communes, world.succession)
