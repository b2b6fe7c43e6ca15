"""Location: the communes in which a dead zone lies, and the village nearest to its people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.geometry import geodesic_distance_m


def in_communes(people: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """
    The commune with most of each zone's people, its province, and the codes of all communes the zone touches.

    Parameters
    ----------
    people
        `zone`, `commune` (row in `communes`), `micro`, as of `sums.added`; every zone touches one.
    """
    coded = people.assign(code=communes.commune_code.to_numpy()[people.commune])
    first = coded.sort_values(["zone", "micro", "code"], ascending=[True, False, True]).drop_duplicates("zone").commune
    named = communes.iloc[first][["commune_code", "commune_name", "province_name"]].reset_index(drop=True)
    return named.assign(commune_codes=coded.groupby("zone").code.agg(lambda codes: ";".join(sorted(codes))).to_numpy())


def leaning(label: NDArray[np.int32], micro: NDArray[np.int64], part: Grid, grid: Grid) -> pd.DataFrame:
    """
    Where the people of each zone of a tile are: sums over its pixels, to be added over the tiles by `zone`.

    Returns
    -------
    `micro`, and `east` and `south`: micro-persons times half pixels from the corner of the study to the pixel's centre,
    in whole numbers, so that no order of tiles moves a centre.
    """
    rows, columns = np.nonzero(label >= 0)
    down, right = grid.window(part)
    weight = micro[rows, columns]
    table = pd.DataFrame(
        {
            "zone": label[rows, columns].astype(np.int64),
            "micro": weight,
            "east": weight * (2 * (columns + right.start) + 1),
            "south": weight * (2 * (rows + down.start) + 1),
        }
    )
    return table.groupby("zone", as_index=False).sum()


def nearest_villages(people: pd.DataFrame, grid: Grid, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    The village nearest to the centre of each zone's people, and the geodesic distance in metres.

    Parameters
    ----------
    people
        As of `leaning`, one row a zone.
    """
    if villages.empty or people.empty:
        empty = {"village_id": None, "village_name": None, "village_distance_m": np.nan}
        return pd.DataFrame(empty, index=range(len(people))).astype({"village_distance_m": float})
    x, y = (people[name].to_numpy() / (2 * people.micro.to_numpy()) for name in ("east", "south"))
    centre = gpd.GeoSeries(shapely.points(grid.west + x * grid.pixel_m, grid.north - y * grid.pixel_m), crs=grid.crs)
    tree = shapely.STRtree(villages.geometry.to_numpy())
    of, near = tree.query_nearest(centre.to_numpy(), all_matches=True)
    picked = pd.Series(near).groupby(of).min().to_numpy()  # of villages at one place the first
    chosen = villages.iloc[picked].reset_index(drop=True)
    distance = geodesic_distance_m(centre, chosen.geometry).round(0)
    return chosen[["village_id", "village_name"]].assign(village_distance_m=distance)
