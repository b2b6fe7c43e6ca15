"""The map of low and medium voltage: which lines it has, how far villages are from them, and where it is complete."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.config.power import DistributionLines
from phusong.layers.geometry import geodesic_distance_m

CLASSES = ("low", "medium", "high", "not_stated", "several", "impossible")
"""Classes of lines by their voltage; the first two supply villages."""
_LEAST_KV, _LOW_KV, _MEDIUM_KV, _MOST_KV = 0.1, 1.0, 35.0, 1200.0  # first and last as in layers.power_lines


def voltage_classes(voltage_kv: pd.Series) -> NDArray[np.object_]:
    """
    Class of each line's voltage, a word of `CLASSES`.

    Low is 0.1 to 1 kV, medium to 35 kV, and high whatever lies above, the extra high voltages included; `impossible` is
    a number outside 0.1 to 1200 kV, or no number. Of several voltages none is known to be that of the wires.

    References
    ----------
    IEC 60050-601, terms 601-01-26 (low voltage: up to 1 kV) and 601-01-28 (medium voltage: no fixed limit); the limit
    of 35 kV is that of Circular 39/2015/TT-BCT, article 3.

    Examples
    --------
    >>> voltage_classes(pd.Series([0.4, 22, 110, None, "500000;220000", "220000"], dtype=object)).tolist()
    ['low', 'medium', 'high', 'not_stated', 'several', 'impossible']
    """
    text = voltage_kv.astype("string").str.strip().fillna("")
    kv = pd.to_numeric(voltage_kv, errors="coerce").to_numpy(float, na_value=np.nan)
    several = text.str.contains(r"\d\s*[;/|+]\s*\d", regex=True).to_numpy(bool)
    wrong = ~((kv >= _LEAST_KV) & (kv <= _MOST_KV))
    found = [text.eq("").to_numpy(bool), several, wrong, kv <= _LOW_KV, kv <= _MEDIUM_KV]
    return np.select(found, ["not_stated", "several", "impossible", "low", "medium"], "high").astype(object)


def line_distance_m(villages: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """
    Geodesic distance of each village to the nearest line of low or medium voltage, in whole metres.

    Infinite where no such line is mapped anywhere. Both layers are in the project's CRS.
    """
    distance = np.full(len(villages), np.inf)
    wires = lines.geometry.to_numpy()[np.isin(voltage_classes(lines.voltage_kv), CLASSES[:2])]
    if villages.empty or not len(wires):
        return distance
    points = villages.geometry.to_numpy()
    of, near = shapely.STRtree(wires).query_nearest(points)
    legs = shapely.shortest_line(points[of], wires[near])
    start, end = (gpd.GeoSeries(shapely.get_point(legs, i), crs=villages.crs) for i in (0, -1))
    # equally near on the plane is not equally near on the ellipsoid, and must not depend on the order of the lines
    np.minimum.at(distance, of, geodesic_distance_m(start, end).round(0))
    return distance


def completeness(
    villages: gpd.GeoDataFrame,
    distance_m: NDArray[np.float64],
    usable: NDArray[np.bool_],
    commune_codes: pd.Series,
    settings: DistributionLines,
) -> pd.DataFrame:
    """
    How well the map of low and medium voltage reaches the villages known to have power; one row a commune.

    Columns: commune_code, flagged_villages (with grid power), near_villages (of these, in reach of a mapped line),
    near_share (missing without such villages) and complete.

    Parameters
    ----------
    distance_m
        Of each village to the nearest line.
    usable
        Villages whose place is not in doubt; the others are not counted.
    """
    row = pd.Index(commune_codes).get_indexer(villages.commune_code)
    flagged = usable & (row >= 0) & villages.has_grid_power.astype("boolean").fillna(False).to_numpy(bool)
    near = flagged & (distance_m <= settings.reach_m)
    count, reached = (np.bincount(row[which], minlength=len(commune_codes)) for which in (flagged, near))
    share = np.divide(reached, count, out=np.full(len(count), np.nan), where=count > 0)
    complete = (count >= settings.min_flagged_villages) & (share >= settings.min_near_share)
    columns = {"flagged_villages": count, "near_villages": reached, "near_share": share, "complete": complete}
    return pd.DataFrame({"commune_code": commune_codes.to_numpy(), **columns})
