"""The table of villages: who lives there, and whether there is signal and power."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.units import CERTAIN, NOT_SERVED, SERVED, UNKNOWN

_STATES = {NOT_SERVED: "not_served", SERVED: "served", UNKNOWN: "unknown"}
_FRAGILE = {0: "no", 1: "yes"}


def village_table(
    villages: gpd.GeoDataFrame,
    signal: NDArray[np.integer],
    fragile: NDArray[np.integer],
    power: pd.DataFrame,
    people: NDArray[np.int64],
) -> gpd.GeoDataFrame:
    """
    Villages with their people, the signal at their place, and their power with what it rests on.

    Parameters
    ----------
    signal
        0 no, 1 yes, 255 unknown, where each village stands.
    fragile
        Coded alike: whether the signal is lost some hours after all mains is.
    power
        A row a village: `power` coded alike, `probability_e4`, `evidence`, `contradicted_by`, `line_distance_m`.
    people
        Whole people of each village's territory.
    """
    return villages.assign(
        people=people,
        signal=pd.Series(signal).map(_STATES).to_numpy(object),
        fragile=pd.Series(fragile).map(_FRAGILE).fillna("unknown").to_numpy(object),
        power=power.power.map(_STATES).to_numpy(object),
        power_probability=(power.probability_e4 / CERTAIN).astype("Float64").to_numpy(),
        power_evidence=power.evidence.to_numpy(object),
        power_contradicted_by=power.contradicted_by.to_numpy(object),
        power_line_distance_m=power.line_distance_m.to_numpy(float),
    )
