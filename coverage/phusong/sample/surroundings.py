"""What lies around the villages of the sample: schools, clinics, commune offices, and the roads between villages."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from phusong.sample.land import degrees
from phusong.sample.power import bent

_BESIDE_KM = 0.2
_NAMES = {"townhall": "UBND", "clinic": "Trạm y tế", "school": "Trường tiểu học", "kindergarten": "Trường mầm non"}
_MARKET_SHARE = 0.3


def places(seed: int, villages: pd.DataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Places in the words of OpenStreetMap's key amenity, beside villages of every commune.

    The largest village has the office and the clinic, the second a school, the third a kindergarten; markets are of no
    kind that counts, and one clinic has no name.
    """
    rng = np.random.default_rng([seed, 13])
    by_size = villages.sort_values(["commune", "people", "village_id"], ascending=[True, False, True])
    rank = by_size.groupby("commune").cumcount()
    market = by_size[(rank == 0).to_numpy() & (rng.random(len(by_size)) < _MARKET_SHARE)]
    parts = [
        by_size[rank == of].assign(amenity=amenity)
        for of, amenity in ((0, "townhall"), (0, "clinic"), (1, "school"), (2, "kindergarten"))
    ]
    table = pd.concat([*parts, market.assign(amenity="marketplace")], ignore_index=True)
    moved = table[["x_km", "y_km"]].to_numpy() + rng.uniform(-_BESIDE_KM, _BESIDE_KM, (len(table), 2))
    at = np.asarray(shapely.points(*degrees(moved[:, 0], moved[:, 1])), object)
    outlines = communes.geometry.to_numpy()[table.commune.to_numpy(int)]
    home = np.asarray(shapely.points(table.longitude.to_numpy(), table.latitude.to_numpy()), object)
    of_commune = table.amenity.isin(["townhall", "clinic"])
    bearer = table.village_name.mask(of_commune, communes.commune_name.to_numpy(object)[table.commune.to_numpy(int)])
    name = table.amenity.map(_NAMES) + " " + bearer
    nameless = table.index == table.index[table.amenity == "clinic"][-1]
    astray = ~shapely.contains_properly(outlines, at)
    at[astray] = home[astray]
    ids = [f"DD-{number:03d}" for number in range(1, len(table) + 1)]
    return gpd.GeoDataFrame(
        {"id": ids, "amenity": table.amenity, "name": name.mask(nameless)},
        geometry=at,
        crs="EPSG:4326",
    )


def roads(seed: int, villages: pd.DataFrame) -> gpd.GeoDataFrame:
    """The shortest net of roads that joins all villages; between communes they are larger ones, and have a number."""
    rng = np.random.default_rng([seed, 14])
    at = villages[["x_km", "y_km"]].to_numpy()
    tree = minimum_spanning_tree(cdist(at, at)).tocoo()
    order = np.lexsort((tree.col, tree.row))
    one, other = tree.row[order], tree.col[order]
    commune = villages.commune.to_numpy()
    larger = commune[one] != commune[other]
    number = np.cumsum(larger)
    return gpd.GeoDataFrame(
        {
            "id": [f"D-{n:04d}" for n in range(1, len(one) + 1)],
            "highway": np.where(larger, "tertiary", "unclassified"),
            "ref": [f"ĐX.{n}" if big else None for n, big in zip(number, larger, strict=True)],
        },
        geometry=[bent(rng, ends) for ends in np.stack([at[one], at[other]], axis=1)],
        crs="EPSG:4326",
    )
