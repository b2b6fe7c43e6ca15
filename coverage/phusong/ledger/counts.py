"""Counts: the whole people of each commune by what reaches them, and the shares that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.units import LEVELS, SPOTS

ACCESS = ("no", "yes", "unknown")
GAPS = ("none", "signal", "power", "both", "unknown")
STEPS = {
    "none": ("none",),
    "limited": ("limited", "limited_or_better"),
    "good": ("good", "good_or_better"),
    "very_good": ("very_good",),
    "unknown": ("unknown",),
}
"""Levels by which people are published, and the classes that are known to reach them and none above."""
AT_LEAST = {
    "limited": (("limited", "good", "very_good", "limited_or_better", "good_or_better"), ("unknown",)),
    "good": (("good", "very_good", "good_or_better"), ("unknown", "limited_or_better")),
    "very_good": (("very_good",), ("unknown", "limited_or_better", "good_or_better")),
}
"""Classes of people that reach each level, and those of whom it is not known."""
SPOT_DOUBTS = {
    "white": ("people_white_share", ("unknown", "white_or_grey")),
    "grey": ("people_grey_share", ("unknown", "white_or_grey", "grey_or_all")),
    "all": ("people_all_operators_share", ("unknown", "grey_or_all")),
}
"""Indicator of each kind of spot, and the classes of people of whom it is not known whether they live in one."""
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """
    Whole people of each commune, each array of shape (communes, classes).

    Parameters
    ----------
    levels
        By technology ("LTE", "NR") and operator, classes as in `LEVELS`; the operator `ANY` is the best of all.
    joint
        Signal and power together, nine classes: signal no, yes, unknown, and within each power no, yes, unknown.
    spots
        By technology, and `ANY` for all of them, classes as in `SPOTS`.
    environment
        Where the receiver is of whose signal all these speak.
    fragile
        Whether the signal is there and would go soon after mains is lost: no, yes, unknown. Who has no signal is in
        the first class, and of whom it is not known in the last. None where nobody has asked.
    """

    levels: Mapping[tuple[str, str], Whole]
    joint: Whole
    spots: Mapping[str, Whole] = field(default_factory=dict)
    environment: str = "outdoor"
    fragile: Whole | None = None

    @property
    def people(self) -> Whole:
        """People of each commune."""
        return self.joint.sum(axis=1)

    @property
    def power(self) -> Whole:
        """People by power, classes as in `ACCESS`."""
        return self.joint.reshape(-1, 3, 3).sum(axis=1)

    @property
    def gaps(self) -> Whole:
        """People by what they are known to lack, classes as in `GAPS`."""
        no, yes, unknown = (self.joint[:, i : i + 3] for i in (0, 3, 6))
        unsure = yes[:, 2] + unknown[:, 1] + unknown[:, 2]
        return np.stack([yes[:, 1], no[:, 1] + no[:, 2], yes[:, 0] + unknown[:, 0], no[:, 0], unsure], axis=1)

    def steps(self, technology: str, operator: str) -> dict[str, Whole]:
        """People of each commune by the level that they are known to have at least, keys as in `STEPS`."""
        classes = self.levels[technology, operator]
        return {step: classes[:, [LEVELS.index(name) for name in of]].sum(axis=1) for step, of in STEPS.items()}

    def reaching(self, technology: str, operator: str, level: str) -> tuple[Whole, Whole]:
        """People known to have a level or better, and people of whom that is known."""
        classes = self.levels[technology, operator]
        served, open_question = ([LEVELS.index(name) for name in names] for names in AT_LEAST[level])
        return classes[:, served].sum(axis=1), self.people - classes[:, open_question].sum(axis=1)

    def living_in(self, technology: str, spot: str) -> tuple[Whole, Whole]:
        """People known to live in a kind of `SPOTS` that is certain, and people of whom that is known."""
        classes, (_, doubts) = self.spots[technology], SPOT_DOUBTS[spot]
        open_question = classes[:, [SPOTS.index(name) for name in doubts]].sum(axis=1)
        return classes[:, SPOTS.index(spot)], self.people - open_question


def interval(served: Whole, known: Whole, people: Whole) -> pd.DataFrame:
    """Share of people among those known, and its bounds when the unknown are counted out of and into the numerator."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(known > 0, served / known, np.nan)
        low = np.where(people > 0, served / people, np.nan)
        high = np.where(people > 0, (served + people - known) / people, np.nan)
    return pd.DataFrame({"share": share, "low": low, "high": high})
