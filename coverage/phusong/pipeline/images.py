"""Images: the rasters that a snapshot keeps of a study, tile by tile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from phusong.grid import Grid
from phusong.layers.field import Field
from phusong.layers.inputs import Inputs
from phusong.ledger.mosaics import Piece
from phusong.ledger.surface import Tiled, rasters

_TILE_PIXELS = 2048
_TERRAIN = {"long_name": "terrain height above sea level", "units": "m", "nodata": float("nan")}
_CLUTTER = {"long_name": "clutter height", "units": "m"}


def images(inputs: Inputs, tiled: Tiled, reach_m: float) -> Iterator[Piece]:
    """Pieces of everything that was found, and of the ground on which it rests, out to the reach around the tiles."""
    for number, part in enumerate(tiled.parts):
        for name, raster in rasters(tiled.surface(number), part):
            yield Piece(name, tiled.grid, part, raster)
    around = [part.padded(reach_m) for part in tiled.parts]
    yield from _field("terrain", inputs.terrain, around, _TERRAIN)
    if inputs.clutter is not None:
        yield from _field("clutter", inputs.clutter, around, _CLUTTER)


def _field(name: str, field: Field, around: Sequence[Grid], attributes: Mapping[str, Any]) -> Iterator[Piece]:
    for part in field.grid.tiles(_TILE_PIXELS):
        if any(min(part.overlap(one).shape) > 0 for one in around):
            raster = part.wrap(field.on(part), attributes["long_name"], attributes["units"]).assign_attrs(attributes)
            yield Piece(name, field.grid, part, raster)
