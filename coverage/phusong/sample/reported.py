"""The official list of the sample: dead-zone villages as a province files them, with the faults of such lists."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from scipy.spatial import cKDTree

from phusong.sample.land import Floats

_PLACE = ["longitude", "latitude"]
COLUMNS = [
    *("village_id", "village_name", "commune_code", "commune_name", "province_name"),
    *("lacks", "reported_on", "source", *_PLACE),
]
_FAR, _DARK = 10, 6
"""Villages listed as without signal: those farthest from every mast; and as without power."""


def dead_zone_list(villages: pd.DataFrame, masts_km: Floats, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Rows of the list, without any draw: most agree with what the masts and the villages' flags say.

    Of the villages far from every mast one is given by its names alone, and one is misspelt and has no id; the village
    nearest to a mast contradicts the prediction; the last row means a village that nobody knows.
    """
    far = cKDTree(masts_km).query(villages[["x_km", "y_km"]].to_numpy())[0]
    named = villages.assign(
        far_km=far,
        commune_name=communes.commune_name.to_numpy(object)[villages.commune.to_numpy(int)],
        province_name=communes.province_name.to_numpy(object)[villages.commune.to_numpy(int)],
    ).sort_values(["far_km", "village_id"], ascending=[False, True])
    dark = named[named.has_grid_power == False]  # noqa: E712  (missing is not no)
    silent = named.head(_FAR)
    listed = pd.concat(
        [
            silent.assign(lacks=["both" if power is False else "signal" for power in silent.has_grid_power]),
            dark[~dark.village_id.isin(silent.village_id)].head(_DARK).assign(lacks="power"),
            named.tail(1).assign(lacks="signal"),
        ],
        ignore_index=True,
    )
    filed = listed.assign(reported_on="2026-08-15", source="UBND tỉnh Mẫu")[COLUMNS].astype(object)
    filed.loc[1, ["village_id", "commune_code", *_PLACE]] = None
    filed.loc[2, ["village_id", "commune_code"]] = None
    filed.loc[2, "village_name"] = filed.village_name[2][:-1]
    unknown = {**filed.loc[0], "village_id": None, "village_name": "Bản Không Ai Biết", **dict.fromkeys(_PLACE)}
    return pd.concat([filed, pd.DataFrame([unknown])], ignore_index=True)
