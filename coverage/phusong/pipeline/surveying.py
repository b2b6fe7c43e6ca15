"""Survey: signal, power and gap of every pixel of a study, tile by tile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.layers import claims
from phusong.ledger import expectation
from phusong.ledger.expectation import Expectation
from phusong.ledger.surface import Surface
from phusong.pipeline import counting
from phusong.pipeline.fragility import fragile
from phusong.pipeline.preparation import Base, columns
from phusong.pipeline.tiles import tiles
from phusong.power import access, electrification
from phusong.progress import Step
from phusong.radio import levels, probability, spots
from phusong.units import NO_SIGNAL_DDBM, OUTSIDE
from phusong.zones import gaps
from phusong.zones.gaps import Gap

Expectations = Mapping[expectation.Key, Expectation]


@dataclass(frozen=True)
class _Signals:
    """What the radio engine found, by technology and operator, as it is filled tile by tile."""

    fragile: NDArray[np.uint8]
    level: dict[tuple[str, str], NDArray[np.uint8]] = field(default_factory=dict)
    rsrp_ddbm: dict[tuple[str, str], NDArray[np.int16]] = field(default_factory=dict)
    expected: dict[expectation.Key, probability.Expected] = field(default_factory=dict)


def survey(base: Base, workers: int, progress: Step) -> tuple[Surface, Expectations]:
    """Signal, power and gap of every pixel of the study, tile by tile; and the people expected to be covered."""
    project, inputs, grid = base.project, base.inputs, base.inputs.grid
    commune = people.dominant(base.share).reshape(grid.shape)
    found = _signals(base, commune >= 0, workers, progress)
    level = dict(sorted(found.level.items()))
    signal = counting.signal(level, project)
    territory = access.territories(
        inputs.villages, inputs.communes.commune_code, commune, grid, project.power.village_reach_m
    )
    power, _ = electrification.on_pixels(base.electricity.villages, territory)
    by_technology = spots.by_technology(level)
    surface = Surface(
        level=level,
        rsrp_ddbm=dict(sorted(found.rsrp_ddbm.items())),
        operators={technology: spot.operators for technology, spot in by_technology.items()},
        spots={technology: spot.kind for technology, spot in by_technology.items()},
        micro=base.micro,
        commune=commune,
        territory=territory,
        signal=signal,
        power=power,
        gap=gaps.classify(signal, power, commune >= 0),
        kinds={kind.value: kind.label for kind in Gap},
        fragile=found.fragile,
        claimed=claims.claimed(inputs.claims, grid),
    )
    micro = np.asarray(base.divided.sum(axis=1)).ravel()
    return surface, {key: Expectation.of(part.covered, part.unknown, micro) for key, part in found.expected.items()}


def _signals(base: Base, inside: NDArray[np.bool_], workers: int, progress: Step) -> _Signals:
    project, inputs, grid = base.project, base.inputs, base.inputs.grid
    by_pixel, found = sparse.csc_array(base.divided), _Signals(np.full(grid.shape, OUTSIDE, np.uint8))
    for tile in tiles(project, inputs):
        window = grid.window(tile.grid)
        servers = tile.servers(project, inputs, workers, progress)
        for key, values, received in levels.by_operator(servers, project.radio, grid.pixel_m):
            found.level.setdefault(key, np.zeros(grid.shape, np.uint8))[window] = values
            if received is not None:
                stored = found.rsrp_ddbm.setdefault(key, np.full(grid.shape, NO_SIGNAL_DDBM, np.int16))
                stored[window] = received
        found.fragile[window] = fragile(project, inputs, tile, servers, inside[window], workers, progress)
        living = by_pixel[:, columns(grid, tile.grid)]
        part = probability.expected_by_operator(servers, tile.sites, living, project.radio, grid.pixel_m)
        found.expected.update(probability.together([found.expected, part]))
    return found
