"""Expected: what communes should hold – their measured area, the people of a raster, and those of an earlier census."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from phusong.administration import History
from phusong.intake.reference import Reference
from phusong.layers.geometry import geodesic_area_km2


def expected(reference: Reference, as_of: dt.date) -> pd.DataFrame:
    """
    What the figures of communes are held against.

    Returns
    -------
    By commune_code: `area_km2` (geodesic, of the outlines), `people` (of the imported units, from a raster) and
    `census` (people in all the units that the commune was made of); NaN where they are not known.
    """
    codes = pd.Index(reference.communes.commune_code, name="commune_code")
    area_km2 = pd.Series(geodesic_area_km2(reference.communes.geometry), index=codes)
    history = reference.history
    people = history.units_on(as_of).set_index("code").get("people") if history else None
    columns = {"area_km2": area_km2, "people": people, "census": _census(history, reference.people)}
    known = {
        name: pd.Series(np.nan, index=codes) if values is None else values.reindex(codes)
        for name, values in columns.items()
    }
    return pd.DataFrame(known, index=codes).astype("float64")


def _census(history: History | None, people: pd.DataFrame | None) -> pd.Series | None:
    """People of the communes that were made of whole units, all of which were counted; parts are nobody's guess."""
    if history is None or people is None:
        return None
    counted = people.dropna(subset=["code"]).groupby("code").people.sum()
    moves = history.succession.assign(people=history.succession.old_code.map(counted))
    whole = (moves.groupby("old_code").new_code.transform("nunique") == 1) & (moves.relation == "full")
    known = moves.assign(sure=whole & moves.people.notna()).groupby("new_code")
    return known.people.sum().where(known.sure.all())
