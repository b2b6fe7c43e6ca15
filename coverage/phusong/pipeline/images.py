"""Images: the rasters that a snapshot keeps of a study, tile by tile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.field import Field
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Arrays, Memory
from phusong.ledger.blocks import Cut, Place
from phusong.ledger.mosaics import Piece, due, piece
from phusong.ledger.surface import Tiled, rasters
from phusong.pipeline.memory import OfTiles
from phusong.pipeline.resident import Slack, give_back
from phusong.pipeline.workforce import Threads

_TILE_PIXELS = 2048
_TERRAIN = {"long_name": "terrain height above sea level", "units": "m", "nodata": float("nan")}
_CLUTTER = {"long_name": "clutter height", "units": "m"}


def images(inputs: Inputs, tiled: Tiled, reach_m: float, workers: int, memory: OfTiles) -> Iterator[Piece]:
    """
    Pieces of everything that was found, and of the ground on which it rests, out to the reach around the tiles.

    Parameters
    ----------
    workers
        Threads.
    memory
        Of pieces that were cut in runs before.
    """
    wanted = due(tiled.grid, tiled.parts)

    def work(number: int) -> Arrays:
        part, surface = tiled.parts[number], tiled.surface(number)
        return _stored([piece(name, tiled.grid, part, one, wanted) for name, one in rasters(surface, part)])

    def cut(number: int) -> Arrays:
        return memory(number, "rasters of a tile", [], partial(work, number))

    give_back()  # what the tables took to be written
    slack = Slack()
    threads, around = Threads(workers), [part.padded(reach_m) for part in tiled.parts]
    for kept in threads.each(cut, ((number,) for number in range(len(tiled.parts)))):
        yield from _pieces(kept, tiled.grid, wanted)
        slack.give_back()
    yield from _field("terrain", inputs.terrain, around, _TERRAIN, threads, memory.memory)
    if inputs.clutter is not None:
        yield from _field("clutter", inputs.clutter, around, _CLUTTER, threads, memory.memory)


def _field(
    name: str, field: Field, around: Sequence[Grid], attributes: Mapping[str, Any], threads: Threads, memory: Memory
) -> Iterator[Piece]:
    parts = [part for part in field.grid.tiles(_TILE_PIXELS) if any(min(part.overlap(n).shape) > 0 for n in around)]
    wanted = due(field.grid, parts)

    def work(part: Grid, values: NDArray[np.float32]) -> Arrays:
        raster = part.wrap(values, attributes["long_name"], attributes["units"]).assign_attrs(attributes)
        return _stored([piece(name, field.grid, part, raster, wanted)])

    def cut(part: Grid) -> Arrays:
        values = field.on(part)
        on = [name, field.grid, part, attributes, values]
        return memory("raster of a field", on, partial(work, part, values))

    for kept in threads.each(cut, ((part,) for part in parts)):
        yield from _pieces(kept, field.grid, wanted)


def _stored(pieces: Sequence[Piece]) -> Arrays:
    """Pieces of one grid as arrays, with a table of their names, types and attributes in JSON."""
    told = [[one.name, one.dtype, dict(one.attributes)] for one in pieces]
    cuts = {f"{k} {name}": values for k, one in enumerate(pieces) for name, values in one.cut.arrays().items()}
    return {"pieces": np.frombuffer(json.dumps(told).encode(), np.uint8), **cuts}


def _pieces(kept: Arrays, grid: Grid, wanted: Mapping[Place, int]) -> Iterator[Piece]:
    for k, (name, dtype, attributes) in enumerate(json.loads(kept["pieces"].tobytes())):
        cut = Cut.of({key: kept[f"{k} {key}"] for key in ("told", "whole", "rest")})
        yield Piece(name, grid, dtype, attributes, cut, wanted)
