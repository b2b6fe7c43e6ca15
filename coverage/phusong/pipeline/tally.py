"""Tally: the sums over all tiles of a study, as exact whole numbers, so that no tile and no order changes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong import people
from phusong.layers.memory import Arrays
from phusong.ledger.counts import Counts, Whole
from phusong.pipeline import centres, counting
from phusong.pipeline.centres import Centres
from phusong.pipeline.memory import OfTiles
from phusong.pipeline.preparation import Base
from phusong.pipeline.surveying import Survey
from phusong.pipeline.workforce import Threads
from phusong.power import electrification
from phusong.power.electrification import AccessSums
from phusong.progress import Step

Found = Mapping[str, Mapping[Any, Whole]]
"""Sums of a tile by name and key."""


@dataclass(frozen=True)
class Tally:
    """
    What the tables of communes rest on.

    Parameters
    ----------
    counts
        People of each commune by class.
    claimants
        People of each commune whom operators claim to cover.
    access
        Sums for the share with electricity.
    area
        Geodesic square metres of each commune by level, by technology and operator.
    centres
        Of the communes.
    """

    counts: Counts
    claimants: Mapping[tuple[str, str], Whole]
    access: AccessSums
    area: Mapping[tuple[str, str], Whole]
    centres: Centres


def tally(base: Base, survey: Survey, workers: int, progress: Step, memory: OfTiles) -> Tally:
    """Go through the tiles once; what was counted in runs before is in the memory."""
    environment, sums, candidates = base.project.radio.environments[0].name, _Sums(), []

    def work(number: int) -> Arrays:
        surface, ground, grid = survey.surface(number), survey.ground(number), survey.parts[number]
        power = electrification.on_pixels(base.electricity.villages, surface.territory)
        found: dict[str, Mapping[Any, Whole]] = {
            "counts": counting.class_sums(ground.divided, surface),
            "claimants": counting.claimant_sums(ground.divided, surface.claimed, surface.level),
            "access": vars(electrification.access_sums(ground.divided, *power)),
            "area": ground.area_by_level(surface.level, grid),
        }
        return _stored(found, centres.most_peopled(ground, grid, survey.grid))

    def part(number: int) -> tuple[Found, tuple[Whole, Whole]]:
        kept = memory(number, "sums of a tile", [], partial(work, number))
        return _found(kept), (kept["centre_pixel"], kept["centre_micro"])

    every = Threads(workers).each(part, ((number,) for number in range(len(survey.parts))))
    for done, (found, candidate) in enumerate(every, 1):
        progress("counting: tiles", done, len(survey.parts))
        candidates.append(candidate)
        for name, parts in found.items():
            sums.add(name, parts)
    return Tally(
        counting.whole_counts(sums["counts"], environment),
        {key: people.whole(values) for key, values in sums["claimants"].items()},
        AccessSums(**sums["access"]),
        {key: people.whole(values) for key, values in sums["area"].items()},
        centres.centres(base.inputs, candidates),
    )


def _stored(found: Found, candidate: tuple[Whole, Whole]) -> Arrays:
    """Sums by name and key as arrays, with a table of the names and keys in JSON."""
    words = [(name, key) for name, parts in found.items() for key in parts]
    sums = {str(k): found[name][key] for k, (name, key) in enumerate(words)}
    pixel, micro = candidate
    table = np.frombuffer(json.dumps(words).encode(), np.uint8)
    return {**sums, "words": table, "centre_pixel": pixel, "centre_micro": micro}


def _found(kept: Arrays) -> Found:
    """Sums out of what was stored of them."""
    found: dict[str, dict[Any, Whole]] = {name: {} for name in ("counts", "claimants", "access", "area")}
    for k, (name, key) in enumerate(json.loads(kept["words"].tobytes())):
        found[name][tuple(key) if isinstance(key, list) else key] = kept[str(k)]
    return found


class _Sums(dict[str, dict[Any, NDArray[np.int64]]]):
    """Sums by name and key."""

    def add(self, name: str, parts: Mapping[Any, NDArray[np.int64]]) -> None:
        """Add to each key's sum."""
        own = self.setdefault(name, {})
        for key, values in parts.items():
            own[key] = own[key] + values if key in own else values
