"""Seen: ids taken so far, so that a table in parts, and files one after the other, are checked as one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_PLACE = np.dtype([("hash", "u8"), ("longitude", "f4"), ("latitude", "f4"), ("row", "i4"), ("sheet", "i4")])
"""24 bytes an id: of two ids of ten million, one pair in a hundred thousand filings would be taken for the same."""


@dataclass(frozen=True)
class Seen:
    """
    Ids with their places, as few bytes as will do.

    Parameters
    ----------
    places
        Hash of each id, longitude and latitude in degrees (good to a metre), row of its source, number of its sheet; in
        the order of the hashes, each once.
    sheets
        Files and sheets by their numbers, for people.
    """

    places: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, _PLACE))
    sheets: tuple[str, ...] = ()

    def and_rows(self, frame: pd.DataFrame, key: str, taken: NDArray[np.bool_]) -> Seen:
        """With the rows of a frame that were taken; an id that was there already stays where it was."""
        rows = frame[taken & frame[key].notna().to_numpy()]
        names = rows.source_file.astype(str) + (", " + rows.source_sheet.astype(str)).where(rows.source_sheet != "", "")
        numbers, sheets = pd.factorize(names)
        own = np.zeros(len(rows), _PLACE)
        own["hash"] = _hashes(rows[key])
        own["longitude"], own["latitude"] = rows.longitude, rows.latitude
        own["row"], own["sheet"] = rows.source_row, numbers + len(self.sheets)
        both = np.concatenate([self.places, own])
        _, first = np.unique(both["hash"], return_index=True)
        return Seen(both[first], (*self.sheets, *map(str, sheets)))

    def first(self, ids: pd.Series) -> pd.DataFrame:
        """
        Where ids were seen first: `at` in words, longitude, latitude; empty and NaN for those that were not.

        Returns
        -------
        One row an id, with the index of `ids`.
        """
        wanted = _hashes(ids)
        at = np.searchsorted(self.places["hash"], wanted)
        at = np.minimum(at, max(len(self.places) - 1, 0))
        found = np.zeros(len(ids), bool) if not len(self.places) else self.places["hash"][at] == wanted
        found &= ids.notna().to_numpy()
        rows = self.places[at[found]]
        told = np.full(len(ids), "", object)
        told[found] = [f"{row} ({self.sheets[sheet]})" for sheet, row in zip(rows["sheet"], rows["row"], strict=True)]
        places = {name: np.full(len(ids), np.nan) for name in ("longitude", "latitude")}
        for name, values in places.items():
            values[found] = rows[name]
        return pd.DataFrame({"at": told, **places}, index=ids.index)


def _hashes(ids: pd.Series) -> NDArray[np.uint64]:
    """The same on every machine and in every run."""
    return np.asarray(pd.util.hash_array(ids.fillna("").astype(str).to_numpy(object), categorize=False), np.uint64)
