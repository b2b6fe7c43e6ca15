"""Mixtures: the inputs of two quarters, some as they were and some as they are, and what hangs on which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.inputs import Inputs
from phusong.ledger.shapley import Coalition, coalitions
from phusong.ledger.site_changes import ALTERED, FILING, LOST, NEW, SiteGroup
from phusong.pipeline.held import Held

PEOPLE, BOUNDARIES, OTHER = "people", "boundaries", "other_inputs"
"""Causes beside those of the sites; the last is villages with their power, claims, terrain, land cover and antennas."""
OF_SITES = (NEW, LOST, ALTERED, FILING)
CAUSES = (*OF_SITES, PEOPLE, BOUNDARIES, OTHER)
_OUTLINED = ["commune_code", "province_code"]
_SETTLED = ["village_id", "commune_code"]
_CLAIMED = ["operator", "technology"]
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Varying(Generic[T]):
    """
    Something that hangs on some causes, in all their combinations.

    Examples
    --------
    >>> found = Varying.over(["people"], lambda come: len(come))
    >>> found.when(frozenset({"people", "boundaries"})), found.when(frozenset({"boundaries"}))
    (1, 0)
    """

    causes: frozenset[str]
    values: Mapping[Coalition, T]

    @classmethod
    def over(cls, causes: Iterable[str], made: Callable[[Coalition], T]) -> Self:
        """As it is made in each combination of the causes."""
        named = tuple(causes)
        return cls(frozenset(named), {come: made(come) for come in coalitions(named)})

    def when(self, come: Coalition) -> T:
        """What it is when some causes have come and the others have not."""
        return self.values[come & self.causes]

    def each(self, made: Callable[[T], S]) -> Varying[S]:
        """What is made of it in each combination."""
        return Varying(self.causes, {come: made(value) for come, value in self.values.items()})


def mixed(project: Project, earlier: Held, later: Held, come: Coalition) -> Held:
    """
    The later quarter's inputs where their cause has come, else the earlier's; the sites are left to those who ask.

    An antenna that only one quarter names is known in all, since sites of that quarter call it. Where a project scales
    to official people, these are people: outlines of the other quarter take them over by the codes of communes.
    """
    people, outlines, rest = (later if cause in come else earlier for cause in (PEOPLE, BOUNDARIES, OTHER))
    communes = outlines.inputs.communes
    if project.people.scale_to == "official":
        official = people.inputs.communes.set_index("commune_code").population
        communes = communes.assign(population=communes.commune_code.map(official).fillna(communes.population))
    inputs = replace(
        rest.inputs,
        communes=communes,
        neighbours=outlines.inputs.neighbours,
        seams=outlines.inputs.seams,
        population=people.inputs.population,
        antennas={**earlier.inputs.antennas, **later.inputs.antennas, **rest.inputs.antennas},
    )
    return replace(rest, inputs=inputs)


def differing(project: Project, earlier: Held, later: Held, groups: Iterable[SiteGroup]) -> tuple[str, ...]:
    """The causes by which two quarters on one ground differ at all: the others change no figure."""
    found = {cause for group in groups for cause in group.having | group.lacking}
    one, other = earlier.inputs, later.inputs
    if _differ(one, other, "communes", _OUTLINED) or _differ(one, other, "neighbours", _OUTLINED):
        found.add(BOUNDARIES)
    if not _same_people(project, one, other):
        found.add(PEOPLE)
    if (
        maps_differ(one, other)
        or not earlier.electricity.equals(later.electricity)
        or _differ(one, other, "villages", _SETTLED)
        or _differ(one, other, "claims", _CLAIMED)
    ):
        found.add(OTHER)
    return tuple(cause for cause in CAUSES if cause in found)


def maps_differ(one: Inputs, other: Inputs) -> bool:
    """Whether terrain, land cover or antennas differ: what the radio stage hangs on beside the sites."""
    if not np.array_equal(one.heights_m, other.heights_m, equal_nan=True):
        return True
    if (one.clutter_m is None) != (other.clutter_m is None):
        return True
    if one.clutter_m is not None and not np.array_equal(one.clutter_m, np.asarray(other.clutter_m), equal_nan=True):
        return True
    return any(
        not np.array_equal(getattr(pattern, cut), getattr(other.antennas[name], cut))
        for name, pattern in one.antennas.items()
        if name in other.antennas
        for cut in ("horizontal_db", "vertical_db", "tilt_deg")
    )


def _differ(one: Inputs, other: Inputs, layer: str, columns: list[str]) -> bool:
    """Whether a layer's rows differ in some columns, in their order or in their place."""
    old, new = getattr(one, layer), getattr(other, layer)
    if len(old) != len(new) or not old[columns].reset_index(drop=True).equals(new[columns].reset_index(drop=True)):
        return True
    return not shapely.equals_exact(old.geometry.to_numpy(), new.geometry.to_numpy()).all()


def _same_people(project: Project, one: Inputs, other: Inputs) -> bool:
    if project.people.scale_to == "official":
        old, new = (of.communes.set_index("commune_code").population for of in (one, other))
        both = old.index.intersection(new.index)
        if not old[both].equals(new[both]):
            return False
    if len(one.population.people) != len(other.population.people):
        return False
    return all(np.array_equal(*pair) for pair in zip(_settled(one), _settled(other), strict=True))


def _settled(inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People and corners of the population pixels in one order; corners to a millimetre, as reading may shift them."""
    corners = np.round(inputs.population.corners_m, 3)
    order = np.lexsort(corners[:, 0].T)
    return inputs.population.people[order], corners[order]
