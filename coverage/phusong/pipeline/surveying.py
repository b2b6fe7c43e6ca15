"""Survey: signal, power and gap of every pixel of a study, tile by tile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong import people
from phusong.config import Project
from phusong.grid import Grid
from phusong.layers import claims
from phusong.layers.recent import Recent
from phusong.ledger import expectation
from phusong.ledger.expectation import Expectation
from phusong.ledger.surface import Surface
from phusong.ledger.tile_store import Arrays, TileStore
from phusong.pipeline import counting, reception
from phusong.pipeline.allowance import BOUNDLESS, Allowance
from phusong.pipeline.effort import Effort
from phusong.pipeline.fingerprint import fingerprint
from phusong.pipeline.ground import Ground
from phusong.pipeline.past import Past
from phusong.pipeline.preparation import Base
from phusong.pipeline.reception import Reception, receive
from phusong.pipeline.tiles import Tile, on_air, reaching, tiles
from phusong.pipeline.workforce import Cluster, Processes, Threads, Workforce
from phusong.power import access, electrification
from phusong.progress import Step
from phusong.radio import spots
from phusong.radio.carrier import reach_m
from phusong.units import ANY, NO_SIGNAL_DDBM
from phusong.zones import gaps
from phusong.zones.gaps import Gap
from phusong.zones.standing import Standing

N = TypeVar("N", bound=np.generic)
Flags = NDArray[np.bool_]
Task = tuple[str, Tile, Project, Ground, Flags, Flags, Past]
Expectations = Mapping[expectation.Key, Expectation]
_BYTES_PER_PIXEL = 400
"""Of a tile while it is computed, measured at 100 m on the nation: two technologies, four operators, eleven bands."""
_SURFACE_BYTES_PER_PIXEL = 60
_SURFACES_BYTES, _SURFACES_SHARE = 64e6, 0.1
"""Of the surfaces kept in memory at a time, and their share of a limited memory."""


class Survey:
    """The surface of a study, tile by tile: what is in the tile store, put together where it is asked for."""

    def __init__(
        self,
        base: Base,
        store: TileStore,
        keys: Sequence[str],
        operators: Iterable[tuple[str, str]],
        effort: Effort,
        allowance: Allowance,
    ) -> None:
        self._base, self._store, self._keys = base, store, keys
        self.effort = effort
        # who has no site near one tile may have one elsewhere
        self._operators = sorted({*operators, *((technology, ANY) for technology in ("LTE", "NR"))})
        most_bytes = allowance.share(_SURFACES_SHARE, _SURFACES_BYTES)
        self._surfaces = Recent(self._surface, lambda surface: _SURFACE_BYTES_PER_PIXEL * surface.gap.size, most_bytes)

    @property
    def grid(self) -> Grid:
        """Of the study."""
        return self._base.inputs.grid

    @property
    def parts(self) -> Sequence[Grid]:
        """Its tiles that studied communes touch."""
        return self._base.people.parts

    @property
    def keys(self) -> Sequence[str]:
        """Of each tile, the digest of all that its surface depends on."""
        return [fingerprint("surface", key, self._shared) for key in self._keys]

    def surface(self, number: int) -> Surface:
        """What was found on a tile."""
        return self._surfaces[number]

    def ground(self, number: int) -> Ground:
        """Who lives where on a tile."""
        return self._base.people.ground(number)

    def reception(self, number: int) -> Reception:
        """What reaches the pixels of a tile."""
        return Reception.of(self._store[self._keys[number]])

    def reached(self, number: int, pixel: NDArray[np.int64]) -> tuple[xr.Dataset, pd.DataFrame]:
        """The two strongest servers of inhabited pixels of a tile that lack signal, and the sites they speak of."""
        sites, reach = self._on_air
        return self.reception(number).strongest(pixel), reaching(sites, reach, self.parts[number])

    def expected(self) -> Expectations:
        """People expected to be covered, of every commune."""
        project, communes = self._base.project, len(self._base.inputs.communes)
        empty = np.zeros((communes, 1 + project.radio.uncertainty.draws), np.int64)
        sums: dict[expectation.Key, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        for number in range(len(self.parts)):
            arrays = self._store[self._keys[number]]
            rows = arrays["rows"]
            for key, part in reception.expected_of(arrays).items():
                covered, unknown = sums.setdefault(key, (empty.copy(), np.zeros(communes, np.int64)))
                covered[rows] += part.covered
                unknown[rows] += part.unknown
        micro = self._base.people.micro
        return {key: Expectation.of(covered, unknown, micro) for key, (covered, unknown) in sums.items()}

    @cached_property
    def _on_air(self) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        """Sites on air and their reach in metres."""
        sites = on_air(self._base.inputs)
        return sites, reach_m(sites, self._base.project.radio)

    @cached_property
    def _shared(self) -> str:
        """Digest of what the surfaces of all tiles depend on, beside what reaches them and who lives there."""
        project, inputs = self._base.project, self._base.inputs
        places = [inputs.villages.commune_code.tolist(), inputs.villages.geometry.to_numpy()]
        settings = project.zones, project.power, self._operators
        electricity = self._base.electricity.villages
        codes = inputs.communes.commune_code.tolist()
        return fingerprint(inputs.grid, codes, places, electricity, inputs.claims, settings)

    def _surface(self, number: int) -> Surface:
        base, grid, found = self._base, self.parts[number], self.reception(number)
        project, inputs, ground = base.project, base.inputs, base.people.ground(number)
        commune = people.dominant(ground.share).reshape(grid.shape)
        level = {key: found.level.get(key, _nobody(grid, 0, np.uint8)) for key in self._operators}
        served = [key for key in self._operators if key[1] != ANY]
        signal = counting.signal(level, project)
        territory = access.territories(
            inputs.villages, inputs.communes.commune_code, commune, grid, project.power.village_reach_m
        )
        power, _ = electrification.on_pixels(base.electricity.villages, territory)
        by_technology = spots.by_technology(level)
        return Surface(
            level=level,
            rsrp_ddbm={key: found.rsrp_ddbm.get(key, _nobody(grid, NO_SIGNAL_DDBM, np.int16)) for key in served},
            operators={technology: spot.operators for technology, spot in by_technology.items()},
            spots={technology: spot.kind for technology, spot in by_technology.items()},
            micro=ground.micro.reshape(grid.shape),
            commune=commune,
            territory=territory,
            signal=signal,
            power=power,
            gap=gaps.classify(signal, power, commune >= 0),
            kinds={kind.value: kind.label for kind in Gap},
            fragile=found.fragile,
            claimed=claims.claimed(inputs.claims, grid),
        )


def _nobody(grid: Grid, value: int, kind: type[N]) -> NDArray[N]:
    return np.full(grid.shape, value, kind)


def tile_bytes(grids: Sequence[Grid]) -> float:
    """Memory that the largest of some tiles takes while it is computed or looked through."""
    return _BYTES_PER_PIXEL * max((one.shape[0] * one.shape[1] for one in grids), default=0)


def survey(base: Base, store: TileStore, force: Workforce, progress: Step, allowance: Allowance = BOUNDLESS) -> Survey:
    """
    Compute the tiles of a study that are not in the store yet.

    Raises
    ------
    ConfigError
        When not even one tile fits into the allowance.
    """
    allowance.refuse_short(tile_bytes(base.people.parts), "a tile", "set a smaller tile_pixels in [grid]")
    grids, keys = base.people.parts, [""] * len(base.people.parts)
    operators, strays = set[tuple[str, str]](), _strays(base)
    effort, pairs, pasts = Effort(len(grids)), dict[str, int](), dict[str, str]()
    keeps = not isinstance(force, Cluster)  # whose results come over a network

    def missing() -> Iterator[Task]:
        for number, tile in enumerate(tiles(base.project, base.inputs, grids)):
            past_key = fingerprint("past of a tile", tile.grid)
            store.ask(past_key)
            astray = _under(strays, tile.grid)
            key = reception.key_of(tile, base.project, base.people.keys[number], base.people.factors_of(number), astray)
            keys[number] = key
            operators.update(zip(tile.sites.technology, tile.sites.operator, strict=True))
            if store.held(key) is not None:
                effort.kept += 1
                continue
            ground = base.people.ground(number)
            inside = people.dominant(ground.share).reshape(tile.grid.shape) >= 0
            pairs[key], pasts[key] = tile.pairs(base.project, inside | astray), past_key
            past = Past.of(tile, base.project, store.held(past_key)) if keeps else Past()
            yield key, tile, base.project, ground, inside, inside | astray, past

    for key, found, past in _computed(missing(), tile_bytes(grids), force, progress):
        if past:
            store.keep(pasts[key], past)  # first, so that no kill leaves a tile without its past
        store.keep(key, found.arrays())
        effort.add(pairs[key])
        if len(grids) > 1:
            progress("radio: tiles computed", effort.done, len(grids), effort.rate)
    return Survey(base, store, keys, operators, effort, allowance)


def _computed(
    tasks: Iterator[Task], task_bytes: float, force: Workforce, progress: Step
) -> Iterator[tuple[str, Reception, Arrays]]:
    """Tiles side by side; where there are no more than workers, as after an edit, all work on one after the other."""
    if isinstance(force, Threads | Processes):
        first = list(islice(tasks, force.workers + 1))
        if len(first) <= force.workers:
            yield from (_compute(*task, force.workers, progress) for task in first)
            return
        tasks = chain(first, tasks)
        del first  # or these would be in memory to the end
    yield from force.each(_compute, tasks, task_bytes)


def _compute(
    key: str,
    tile: Tile,
    project: Project,
    ground: Ground,
    inside: Flags,
    wanted: Flags,
    past: Past,
    workers: int = 1,
    progress: Step | None = None,
) -> tuple[str, Reception, Arrays]:
    found = receive(tile, project, ground, inside, wanted, workers, progress or _silent, past)
    return key, found, past.arrays()


def _strays(base: Base) -> gpd.GeoDataFrame:
    """Villages that may stand on ground that is not studied; of them, too, it is told whether they have signal."""
    inputs = base.inputs
    known = inputs.villages.commune_code.isin(inputs.communes.commune_code)
    return inputs.villages[inputs.astray | ~known]


def _under(points: gpd.GeoDataFrame, grid: Grid) -> Flags:
    """Pixels of a tile on which points stand."""
    found, standing = np.zeros(grid.shape, bool), Standing.on(grid, points)
    found[standing.row, standing.column] = True
    return found


def _silent(what: str, done: int, of: int, note: str = "") -> None:
    del what, done, of, note
