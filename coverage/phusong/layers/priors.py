"""Priors: what filings leave empty of a site, filled from what the project declares, flagged and counted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.config import Prior, Radio
from phusong.layers.account import refuse_if
from phusong.text import nfc

ATTRIBUTES = ("bandwidth_mhz", "height_agl_m", "azimuths_deg", "downtilt_deg", "eirp_dbm")
"""Attributes of a site that may be empty in its file, in the order in which they are told."""
_WARD = "phường"


def settings(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """
    Setting of each site: "urban" where it stands in a ward (phường), on its border too, else "rural".

    The type of a commune is its `commune_type`, or the first word of its name where that is empty.
    """
    first_word = communes.commune_name.astype(str).str.split().str[0]
    kind = communes.commune_type.fillna(first_word).map(lambda text: nfc(str(text)).casefold())
    wards = communes.geometry.to_numpy()[(kind == _WARD).to_numpy()]
    at = sites.geometry.to_crs(communes.crs).to_numpy()
    urban = np.zeros(len(sites), bool)
    urban[shapely.STRtree(at).query(wards, predicate="intersects")[1]] = True
    return np.where(urban, "urban", "rural").tolist()


def filled(sites: gpd.GeoDataFrame, radio: Radio) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """
    Sites without an empty attribute, and how many of each attribute are assumed.

    An empty attribute takes the value of the first prior that fits the site and has that attribute.

    Parameters
    ----------
    sites
        With `setting`, as of `settings`.

    Returns
    -------
    The sites with the column `assumed`, the names of what was filled with semicolons between; and the counts.

    Raises
    ------
    LayerError
        With every attribute that is still empty, how many sites lack it, and the first of them.
    """
    table, counts = filled_as_far(sites, radio)
    faults = []
    for name in ATTRIBUTES:
        empty = table[name].isna()
        if empty.any():
            have = "site has" if empty.sum() == 1 else "sites have"
            faults.append(f"{name}: {empty.sum()} {have} none and no prior fits, first {table.site_id[empty].iloc[0]}")
    refuse_if("sites", faults)
    return table, counts


def filled_as_far(sites: gpd.GeoDataFrame, radio: Radio) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """As `filled`, but what no prior fits stays empty and is not assumed."""
    fits = [_fits(prior, sites, radio) for prior in radio.priors]
    table = sites.copy()
    for name in ATTRIBUTES:
        for prior, fit in zip(radio.priors, fits, strict=True):
            value = getattr(prior, name)
            if value is not None:
                table.loc[table[name].isna() & fit, name] = value
    gained = {name: sites[name].isna() & table[name].notna() for name in ATTRIBUTES}
    assumed = pd.DataFrame(gained, index=sites.index)
    flags = [";".join(name for name in ATTRIBUTES if row[name]) for row in assumed.to_dict("records")]
    counts = {name: int(assumed[name].sum()) for name in ATTRIBUTES if assumed[name].any()}
    return table.assign(assumed=pd.Series(flags, index=table.index, dtype=object)), counts


def _fits(prior: Prior, sites: gpd.GeoDataFrame, radio: Radio) -> NDArray[np.bool_]:
    """Which sites a prior speaks of."""
    fit = np.ones(len(sites), bool)
    for key in ("operator", "technology", "setting"):
        wanted = getattr(prior, key)
        if wanted is not None:
            fit &= (sites[key] == wanted).to_numpy(bool)
    if prior.band is not None:
        bands = map(radio.band_of, sites.technology, sites.frequency_mhz)
        fit &= np.array([band is not None and band.name == prior.band for band in bands], bool)
    return fit
