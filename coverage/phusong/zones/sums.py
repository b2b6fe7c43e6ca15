"""Sums: people of the dead zones of one tile by what else a pixel belongs to, and the sums of all tiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def by_pair(label: NDArray[np.int32], other: NDArray[np.int32], micro: NDArray[np.int64], name: str) -> pd.DataFrame:
    """
    Micro-persons of each zone in each unit of another kind, by `zone` and `name`; also of pairs without people.

    Parameters
    ----------
    label, other
        Row of the zone and of the other unit of each pixel, -1 in none.

    Examples
    --------
    >>> label, commune = np.array([0, 0, 0, 1, -1], np.int32), np.array([2, 2, 4, 2, 2], np.int32)
    >>> by_pair(label, commune, np.array([5, 6, 0, 8, 9]), "commune").to_numpy().tolist()
    [[0, 2, 11], [0, 4, 0], [1, 2, 8]]
    """
    held = (label >= 0) & (other >= 0)
    table = {"zone": label[held].astype(np.int64), name: other[held].astype(np.int64), "micro": micro[held]}
    return added([pd.DataFrame(table)], ["zone", name])


def added(tables: Sequence[pd.DataFrame], keys: Sequence[str]) -> pd.DataFrame:
    """Whole numbers added by the keys, in their order: the same for any tiles."""
    return pd.concat(tables, ignore_index=True).groupby(list(keys), as_index=False).sum()
