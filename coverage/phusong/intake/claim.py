"""Claims: which communes the rows of a filing say they lie in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Claim:
    """
    Where a row says it lies.

    Parameters
    ----------
    communes
        Positions of the communes of the day that are meant; several where an old commune was split, none where no
        commune is told.
    old_provinces
        Keys of the provinces of before 1 July 2025 that this ground belonged to (`administration.names.province_key`).
    province
        Key of the province of the day; empty where nothing is said.
    contradicted_by
        Key of the province of the day that is told beside the commune and is not the commune's; else empty.
    """

    communes: tuple[int, ...] = ()
    old_provinces: tuple[str, ...] = ()
    province: str = ""
    contradicted_by: str = ""


@dataclass(frozen=True)
class Claims:
    """The different claims of a table, and which of them each row makes."""

    different: tuple[Claim, ...]
    of_row: NDArray[np.int64]

    @staticmethod
    def none(rows: int) -> Claims:
        """Claims of rows that say nothing."""
        return Claims((Claim(),), np.zeros(rows, np.int64))

    def at(self, rows: NDArray[np.int64]) -> Claims:
        """Claims of some of the rows."""
        return replace(self, of_row=self.of_row[rows])

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and the positions of the communes that they mean; a row with several stands several times."""
        counts = np.array([len(claim.communes) for claim in self.different], np.int64)
        flat = np.array([unit for claim in self.different for unit in claim.communes], np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])[:-1]
        each = counts[self.of_row]
        rows = np.repeat(np.arange(len(self.of_row)), each)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(each) - each, each)
        return rows, flat[np.repeat(starts[self.of_row], each) + within] if len(flat) else np.zeros(0, np.int64)
