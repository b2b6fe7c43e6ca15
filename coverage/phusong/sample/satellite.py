"""Satellite terminals of the sample, by quarter and commune."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.sample.land import Floats
from phusong.sample.power import QUARTERS

PROVIDER = "Vệ tinh Mẫu"


def terminals(seed: int, highland: Floats, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Active terminals, growing and mostly in the mountains; communes without any have no row."""
    rng = np.random.default_rng([seed, 9])
    added = rng.poisson(0.3 + 3.5 * highland[:, None] ** 2, (len(communes), len(QUARTERS)))
    active = added.cumsum(axis=1)
    index = pd.MultiIndex.from_product([communes.commune_code, QUARTERS], names=["commune_code", "period"])
    table = pd.DataFrame({"active_terminals": active.ravel()}, index).reset_index()
    table = table[table.active_terminals > 0].assign(provider=PROVIDER)
    return table[["period", "provider", "commune_code", "active_terminals"]].reset_index(drop=True)
