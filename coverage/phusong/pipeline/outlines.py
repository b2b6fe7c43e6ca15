"""Outlines of the studied communes, a sixth of a national run's memory, in the tile store while no stage needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from pyproj import CRS

from phusong.layers.geometry import few_at_a_time
from phusong.layers.memory import digest, packed, unpacked
from phusong.ledger.tile_store import TileStore
from phusong.pipeline.fingerprint import fingerprint

_COLUMN = "geometry"


@dataclass(frozen=True)
class Outlines:
    """
    Outlines of communes as they were when they were put away.

    Parameters
    ----------
    keys
        Of them in the store, few at a time.
    place
        Of their column among those of the communes.
    """

    store: TileStore
    keys: Sequence[str]
    crs: CRS
    place: int

    @classmethod
    def put_away(cls, communes: gpd.GeoDataFrame, store: TileStore) -> tuple[gpd.GeoDataFrame, Outlines]:
        """
        The communes without outlines, so that whoever asks for one is refused, and the outlines.

        Raises
        ------
        SnapshotError
            When the disk refuses.
        """
        shapes, keys = communes.geometry.to_numpy(), list[str]()
        for rows in few_at_a_time(len(shapes)):
            keys.append(fingerprint("outlines of communes", digest(shapes[rows])))
            if store.held(keys[-1]) is None:
                store.keep(keys[-1], packed([shapes[rows]], _COLUMN))
        place = communes.columns.get_loc(_COLUMN)
        return gpd.GeoDataFrame(communes.drop(columns=_COLUMN)), cls(store, keys, communes.crs, place)

    def back_in(self, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """The communes with their outlines again."""
        shapes = np.concatenate([np.empty(0, object), *(unpacked(self.store[key], _COLUMN) for key in self.keys)])
        whole = communes.copy()
        whole.insert(self.place, _COLUMN, gpd.GeoSeries(shapes, communes.index, self.crs))
        return gpd.GeoDataFrame(whole, geometry=_COLUMN)
