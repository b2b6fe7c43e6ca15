"""The account of a layer: nothing that came in is lost without a line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from phusong.errors import LayerError


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken in, and why."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True)
class Account:
    """
    Rows in = rows accepted + rows refused, and what was repaired.

    `counts` holds the layer's own figures by name, such as the voids of a terrain.
    """

    layer: str
    rows_in: int
    refused: tuple[Refusal, ...] = ()
    repaired: int = 0
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Rows that were taken in."""
        return self.rows_in - len(self.refused)

    def as_dict(self) -> dict[str, Any]:
        """Plain form for `run.json`."""
        return {
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "refused": [vars(refusal) for refusal in self.refused],
            "repaired": self.repaired,
            **self.counts,
        }


def refuse_if(layer: str, faults: Iterable[str]) -> None:
    """
    Stop here when there are faults.

    Raises
    ------
    LayerError
        With all of them.
    """
    if listed := list(faults):
        raise LayerError(layer, listed)
