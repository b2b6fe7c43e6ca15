"""Counting: the whole people of each commune by what reaches them, from classes of pixels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.config import Project
from phusong.ledger import claimed
from phusong.ledger.counts import Counts
from phusong.radio import levels
from phusong.units import ANY, LEVEL_VALUES, LEVELS, NOT_SERVED, SERVED, SPOT_VALUES, UNKNOWN
from phusong.zones import gaps

ACCESS_VALUES = (NOT_SERVED, SERVED, UNKNOWN)
Codes = NDArray[np.uint8]
Level = Mapping[tuple[str, str], Codes]
"""Levels by technology and operator, `ANY` among them."""


def counts(
    divided: sparse.csr_array,
    level: Level,
    spots: Mapping[str, Codes],
    signal: Codes,
    power: Codes,
    environment: str,
    fragile: Codes | None = None,
) -> Counts:
    """
    Whole people of each commune in each class; pixels in the order of the columns of `divided`.

    Parameters
    ----------
    divided
        Micro-persons, shape (communes, pixels).
    level, spots, signal, power, fragile
        As of `ledger.surface.Surface`.
    """

    def by_class(values: Codes, classes: tuple[int, ...]) -> NDArray[np.int64]:
        return people.whole(people.sums_by_class(divided, values, classes))

    return Counts(
        {key: by_class(values, LEVEL_VALUES) for key, values in level.items()},
        by_class(_joint(signal, power), tuple(range(len(ACCESS_VALUES) ** 2))),
        {key: by_class(kind, SPOT_VALUES) for key, kind in spots.items()},
        environment,
        None if fragile is None else by_class(fragile, ACCESS_VALUES),
    )


def claimants(divided: sparse.csr_array, said: Level, level: Level) -> dict[tuple[str, str], NDArray[np.int64]]:
    """Whole people of each commune whom operators claim to cover, by what the prediction makes of it."""
    verdicts = {key: claimed.beside(claim, level.get(key)) for key, claim in said.items()}
    return {
        key: people.whole(people.sums_by_class(divided, verdict, claimed.CLAIM_VALUES))
        for key, verdict in verdicts.items()
    }


def signal(level: Level, project: Project) -> Codes:
    """Signal of each pixel, 0 no, 1 yes, 255 unknown: the zones' level of one of the operators that they count."""
    zones = project.zones
    counted = [(technology, operator) for technology in zones.technologies for operator in zones.operators or (ANY,)]
    chosen = [level[key] for key in counted if key in level]
    best = levels.best(chosen) if chosen else np.zeros_like(next(iter(level.values())))
    return gaps.signal(best, LEVELS.index(zones.level))


def _joint(signal: Codes, power: Codes) -> Codes:
    """Signal and power of each pixel in one number: 3 x signal + power, each as its place in `ACCESS_VALUES`."""
    place = np.zeros(256, np.uint8)
    place[list(ACCESS_VALUES)] = range(3)
    return (3 * place[signal] + place[power]).astype(np.uint8)
