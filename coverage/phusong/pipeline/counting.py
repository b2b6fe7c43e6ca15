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
from phusong.ledger.surface import Surface
from phusong.radio import levels
from phusong.units import ANY, LEVEL_VALUES, LEVELS, NOT_SERVED, SERVED, SPOT_VALUES, UNKNOWN
from phusong.zones import gaps

ACCESS_VALUES = (NOT_SERVED, SERVED, UNKNOWN)
Codes = NDArray[np.uint8]
Level = Mapping[tuple[str, str], Codes]
"""Levels by technology and operator, `ANY` among them."""
Sums = dict[tuple[str, ...], NDArray[np.int64]]
"""Micro-persons of communes by class, under what the classes are of."""
_JOINT, _FRAGILE = ("joint",), ("fragile",)


def counts(
    divided: sparse.csr_array,
    level: Level,
    spots: Mapping[str, Codes],
    signal: Codes,
    power: Codes,
    environment: str,
) -> Counts:
    """
    Whole people of each commune in each class; pixels in the order of the columns of `divided`.

    Parameters
    ----------
    divided
        Micro-persons, shape (communes, pixels).
    level, spots, signal, power
        As of `ledger.surface.Surface`.
    """
    return whole_counts(_class_sums(divided, level, spots, signal, power), environment)


def class_sums(divided: sparse.csr_array, surface: Surface) -> Sums:
    """Micro-persons of each commune of a tile in each class; those of tiles are added before `whole_counts`."""
    found = _class_sums(divided, surface.level, surface.spots, surface.signal, surface.power)
    return {**found, _FRAGILE: people.sums_by_class(divided, surface.fragile, ACCESS_VALUES)}


def whole_counts(sums: Sums, environment: str) -> Counts:
    """Whole people from sums of micro-persons."""
    whole = {key: people.whole(values) for key, values in sums.items()}
    return Counts(
        {(key[1], key[2]): values for key, values in whole.items() if key[0] == "level"},
        whole[_JOINT],
        {key[1]: values for key, values in whole.items() if key[0] == "spots"},
        environment,
        whole.get(_FRAGILE),
    )


def claimants(divided: sparse.csr_array, said: Level, level: Level) -> dict[tuple[str, str], NDArray[np.int64]]:
    """Whole people of each commune whom operators claim to cover, by what the prediction makes of it."""
    return {key: people.whole(sums) for key, sums in claimant_sums(divided, said, level).items()}


def claimant_sums(divided: sparse.csr_array, said: Level, level: Level) -> dict[tuple[str, str], NDArray[np.int64]]:
    """As `claimants`, in micro-persons."""
    verdicts = {key: claimed.beside(claim, level.get(key)) for key, claim in said.items()}
    return {key: people.sums_by_class(divided, verdict, claimed.CLAIM_VALUES) for key, verdict in verdicts.items()}


def signal(level: Level, project: Project) -> Codes:
    """Signal of each pixel, 0 no, 1 yes, 255 unknown: the zones' level of one of the operators that they count."""
    zones = project.zones
    counted = [(technology, operator) for technology in zones.technologies for operator in zones.operators or (ANY,)]
    chosen = [level[key] for key in counted if key in level]
    best = levels.best(chosen) if chosen else np.zeros_like(next(iter(level.values())))
    return gaps.signal(best, LEVELS.index(zones.level))


def _class_sums(
    divided: sparse.csr_array, level: Level, spots: Mapping[str, Codes], signal: Codes, power: Codes
) -> Sums:
    levels_of: Sums = {("level", *key): people.sums_by_class(divided, v, LEVEL_VALUES) for key, v in level.items()}
    spots_of: Sums = {("spots", key): people.sums_by_class(divided, kind, SPOT_VALUES) for key, kind in spots.items()}
    joint = people.sums_by_class(divided, _joint(signal, power), tuple(range(len(ACCESS_VALUES) ** 2)))
    return {**levels_of, **spots_of, _JOINT: joint}


def _joint(signal: Codes, power: Codes) -> Codes:
    """Signal and power of each pixel in one number: 3 x signal + power, each as its place in `ACCESS_VALUES`."""
    place = np.zeros(256, np.uint8)
    place[list(ACCESS_VALUES)] = range(3)
    return (3 * place[signal] + place[power]).astype(np.uint8)
