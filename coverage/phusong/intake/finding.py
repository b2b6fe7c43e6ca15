"""Findings: what intake saw in rows, what it changed, and why a row is set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Finding:
    """
    One thing found in some rows of a table.

    Parameters
    ----------
    reason
        Key of `gis_data/intake_reasons.toml`, which says whether rows are repaired, flagged or quarantined for it, and
        the sentences in Vietnamese and English.
    rows
        Positions in the table, from 0, ascending, each once.
    column
        Canonical column it is about; empty for the row as a whole.
    found, became
        What was filed and what it was changed to, one text a row; empty when there is nothing to tell.
    suggestion
        What the filer might have meant, one text a row; empty when nothing is known.
    words
        Further words of the reason's sentences, the same for all rows (a range, a list of expected values).
    """

    reason: str
    rows: NDArray[np.int64]
    column: str = ""
    found: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    suggestion: tuple[str, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
