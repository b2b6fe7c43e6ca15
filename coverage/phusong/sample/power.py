"""Power of the sample: substations, the lines between them and to the communes, and interruptions by quarter."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from phusong.sample.land import RADIUS_KM, Floats, degrees

_SUBSTATIONS, _HIGH_VOLTAGE = 9, 3
QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")


def hubs(villages: pd.DataFrame) -> pd.DataFrame:
    """The largest village of each commune, where its lines end, in the order of the communes."""
    return villages.loc[villages.groupby("commune")["people"].idxmax()].reset_index(drop=True)


def substations(hubs: pd.DataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Substations far apart, the first at the largest hub; columns of the layer, and `x_km`, `y_km`, `hub`."""
    apart = cdist(hubs[["x_km", "y_km"]], hubs[["x_km", "y_km"]])
    chosen = [int(hubs.people.argmax())]
    while len(chosen) < _SUBSTATIONS:
        chosen.append(int((apart[chosen].min(axis=0) * hubs.people.to_numpy() ** 0.25).argmax()))
    at = hubs.iloc[chosen]
    voltage = np.where(np.arange(_SUBSTATIONS) < _HIGH_VOLTAGE, 110, 35)
    name = communes.commune_name.to_numpy()[at.commune.to_numpy(int)]
    bare = [text.split(" ", 1)[1] for text in name]
    return pd.DataFrame(
        {
            "substation_id": [f"TBA-{number:02d}" for number in range(1, _SUBSTATIONS + 1)],
            "name": [f"Trạm {kv} kV {place}" for kv, place in zip(voltage, bare, strict=True)],
            "voltage_kv": voltage,
            "longitude": at.longitude.to_numpy(),
            "latitude": at.latitude.to_numpy(),
            "x_km": at.x_km.to_numpy(),
            "y_km": at.y_km.to_numpy(),
            "hub": chosen,
        }
    )


def lines(seed: int, hubs: pd.DataFrame, substations: pd.DataFrame) -> gpd.GeoDataFrame:
    """110 kV from beyond the border through the large substations, and a tree of 35 and 22 kV to every commune."""
    rng = np.random.default_rng([seed, 7])
    places, large = hubs[["x_km", "y_km"]].to_numpy(), substations[["x_km", "y_km"]].to_numpy()[:_HIGH_VOLTAGE]
    tree = minimum_spanning_tree(cdist(places, places)).tocoo()
    order = np.lexsort((tree.col, tree.row))
    one, other = tree.row[order], tree.col[order]
    trunk = np.vstack([[[RADIUS_KM * 0.9, -RADIUS_KM * 0.9]], large])
    ends = np.stack([np.vstack([trunk[:-1], places[one]]), np.vstack([trunk[1:], places[other]])], axis=1)
    at_substation = np.isin(one, substations.hub) | np.isin(other, substations.hub)
    voltage = np.concatenate([[110.0] * _HIGH_VOLTAGE, np.where(at_substation, 35.0, 22.0)])
    voltage[rng.random(len(voltage)) < 0.08] = np.nan
    return gpd.GeoDataFrame(
        {
            "line_id": [f"DZ-{number:03d}" for number in range(1, len(ends) + 1)],
            "voltage_kv": voltage,
            "operator": "Điện lực Mẫu",
        },
        geometry=[bent(rng, line) for line in ends],
        crs="EPSG:4326",
    )


def outages(seed: int, highland: Floats, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """SAIDI and SAIFI by commune and quarter: longer in the mountains and in the storms of 2026Q3; a few unreported."""
    rng = np.random.default_rng([seed, 8])
    index = pd.MultiIndex.from_product([communes.commune_code, QUARTERS], names=["commune_code", "period"])
    season = np.tile([0.8, 0.9, 1.1, 1.5], len(communes))
    often = rng.gamma(3, 0.25, len(index)) * season * np.repeat(0.6 + 1.2 * highland, len(QUARTERS))
    minutes = often * rng.gamma(4, 24, len(index))
    table = pd.DataFrame({"saidi_min": minutes.round(1), "saifi_count": often.round(2)}, index).reset_index()
    return table[rng.random(len(table)) >= 0.02].reset_index(drop=True)


def bent(rng: np.random.Generator, ends: Floats) -> shapely.LineString:
    """A line that does not run quite straight."""
    steps = np.linspace(0, 1, 5)[:, None]
    bend = rng.normal(0, 0.04 * np.hypot(*(ends[1] - ends[0])), (5, 2)) * (steps > 0) * (steps < 1)
    path = ends[0] * (1 - steps) + ends[1] * steps + bend
    return shapely.LineString(np.stack(degrees(path[:, 0], path[:, 1]), axis=1))
