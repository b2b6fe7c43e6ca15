"""Rasters: what is known of every pixel, as small pictures for a map in Web Mercator."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from phusong.grid import Grid
from phusong.layers.raster import burnt
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.wording import PixelClass, filled, pixel_classes
from phusong.publish.public_raster import public_coverage
from phusong.publish.tiers import Rules, Tier, within
from phusong.text import slug
from phusong.units import ANY

PIXEL_M = 250.0
"""Pixels are drawn no finer than this, measured on the ground."""
_MERCATOR = CRS("EPSG:3857")
_EARTH_M = 6_378_137.0
_STEP = 16
"""Pixels between places whose position is computed; between them it is interpolated, to less than a metre."""
_TECHNOLOGIES = {"nr": "NR", "lte": "LTE"}

Image = tuple[Grid, NDArray[np.uint8]]
ImageOf = Callable[[str], Image | None]
"""Grid and values of a raster of the snapshot by its name; None where there is none."""


@dataclass(frozen=True)
class Layer:
    """A raster that pages may draw: values on the project's grid, and the classes they are drawn in."""

    id: str
    section: str
    label: Both
    definition: Both
    grid: Grid
    values: NDArray[np.uint8]
    classes: Sequence[PixelClass]


@dataclass(frozen=True)
class Picture:
    """A layer cut to a page: a PNG and the latitude and longitude of its south-western and north-eastern corners."""

    layer: Layer
    png: bytes
    bounds: list[list[float]]


def layers(image_of: ImageOf, operators: Sequence[str], tier: Tier, words: Words) -> list[Layer]:
    """
    The rasters that a tier may hold: for everyone where each operator is received, on coarse pixels without levels.

    Parameters
    ----------
    operators
        Names of the operators.
    """
    found = list(_levels(image_of, operators, words)) if within("commune", tier) else []
    found += [] if found else _coverage(image_of, operators, words)
    for name, section in (("fragile", "signal"), ("power", "power"), ("gap", "joint")):
        if Rules.shipped().holds(tier, "surface", name) and (image := image_of(name)):
            told = _with_metres(words["definition.raster_state"], image[0])
            found.append(Layer(name, section, words[f"raster.{name}"], told, *image, pixel_classes()[name]))
    return found


def pictures(found: Sequence[Layer], outline: NDArray[np.object_], pixel_m: float) -> list[Picture]:
    """
    Layers cut to a page, clear outside its outline, with pixels no finer than so many metres on the ground.

    Parameters
    ----------
    outline
        Polygons in longitude and latitude.
    """
    drawn = _mercator(outline)
    windows = {grid: _window(grid, drawn, max(pixel_m, grid.pixel_m)) for grid in {layer.grid for layer in found}}
    return [_picture(layer, windows[layer.grid]) for layer in found]


@dataclass(frozen=True)
class _Window:
    """A frame in Web Mercator, and the row and column of a grid under the middle of each pixel that is drawn."""

    frame: Grid
    drawn: NDArray[np.bool_]
    row: NDArray[np.int64]
    column: NDArray[np.int64]


def _window(grid: Grid, outline: NDArray[np.object_], pixel_m: float) -> _Window:
    west, south, east, north = shapely.total_bounds(outline)
    stretch = np.cosh((south + north) / 2 / _EARTH_M)
    frame = Grid.over((west, south, east, north), float(np.ceil(pixel_m * stretch)), _MERCATOR)
    row, column, inside = grid.locate(*_positions(frame, grid.crs))
    return _Window(frame, inside & (burnt(outline, [1] * len(outline), frame) > 0), row, column)


def _picture(layer: Layer, window: _Window) -> Picture:
    place = np.zeros(256, np.uint8)
    for number, one in enumerate(layer.classes, start=1):
        place[list(one.values)] = number
    places = np.where(window.drawn, place[layer.values[window.row, window.column]], 0)
    return Picture(layer, png(places.astype(np.uint8), [one.fill for one in layer.classes]), _bounds(window.frame))


def _mercator(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes in longitude and latitude, in Web Mercator."""

    def project(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        longitude, latitude = np.radians(degrees).T
        return _EARTH_M * np.stack([longitude, np.arctanh(np.sin(latitude))], axis=1)

    return np.asarray(shapely.transform(shapes, project), object)


def png(places: NDArray[np.uint8], fills: Sequence[str]) -> bytes:
    """
    An indexed PNG: 0 is clear, 1 the first fill, and so on; of as few bits a pixel as that takes.

    Parameters
    ----------
    fills
        At most 15 colours as "#rrggbb".

    References
    ----------
    W3C Recommendation, Portable Network Graphics (PNG) Specification (Second Edition), 2003.
    """
    bits = 2 if len(fills) < 4 else 4
    rows, columns = places.shape
    per_byte = 8 // bits
    padded = np.pad(places, ((0, 0), (0, -columns % per_byte)))
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    packed = (padded.reshape(rows, -1, per_byte) << shifts).sum(axis=2, dtype=np.uint8)
    lines = np.pad(packed, ((0, 0), (1, 0)))  # each begins with the number of its filter: none
    palette = b"\0\0\0" + b"".join(bytes.fromhex(fill[1:]) for fill in fills)
    header = struct.pack(">IIBBBBB", columns, rows, bits, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"tRNS", b"\0"), (b"IDAT", zlib.compress(lines.tobytes(), 6)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _levels(image_of: ImageOf, operators: Sequence[str], words: Words) -> Iterator[Layer]:
    for technology in _TECHNOLOGIES:
        for operator in (ANY, *operators):
            name = f"level_{technology}_{slug(operator)}"
            if image := image_of(name):
                kind = f"raster.level_{technology}_{'any' if operator == ANY else 'operator'}"
                label = words[kind] if operator == ANY else filled(words[kind], operator=operator)
                told = _with_metres(words["definition.raster_level"], image[0])
                section = "signal" if operator == ANY else "operator"
                yield Layer(name, section, label, told, *image, pixel_classes()["level"])


def _coverage(image_of: ImageOf, operators: Sequence[str], words: Words) -> Iterator[Layer]:
    levels, grid = {}, None
    for technology in _TECHNOLOGIES:
        for operator in operators:
            if image := image_of(f"level_{technology}_{slug(operator)}"):
                grid, levels[technology, operator] = image
    if grid is None:
        return
    coarse, covered = public_coverage(levels, grid, Rules.shipped().coarse_pixel_m)
    for operator, states in covered.items():
        label = filled(words["raster.covered"], operator=operator)
        told = _with_metres(words["definition.raster_covered"], coarse, operator=operator)
        yield Layer(
            f"covered_{slug(operator)}", "operator", label, told, coarse, states.values, pixel_classes()["covered"]
        )


def _with_metres(text: Both, grid: Grid, **names: str) -> Both:
    return filled(text, metres=round(max(PIXEL_M, grid.pixel_m)), **names)


def _positions(frame: Grid, crs: CRS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eastings and northings of the middles of a frame's pixels in another coordinate system."""
    down, across = (_knots(count) for count in frame.shape)
    known = np.meshgrid(frame.x[across], frame.y[down])
    moved = _from_mercator(crs).transform(*known)
    rows, columns = _weights(frame.shape[0], down), _weights(frame.shape[1], across)
    x, y = (rows @ part @ columns.T for part in moved)
    return x, y


@cache
def _from_mercator(crs: CRS) -> Transformer:
    return Transformer.from_crs(_MERCATOR, crs, always_xy=True)


def _knots(count: int) -> NDArray[np.int64]:
    return np.unique(np.append(np.arange(0, count, _STEP), count - 1))


def _weights(count: int, knots: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much of each knot every place between takes, linearly."""
    return np.stack([np.interp(np.arange(count), knots, unit) for unit in np.eye(len(knots))], axis=1)


def _bounds(frame: Grid) -> list[list[float]]:
    corners = np.array([[frame.south, frame.west], [frame.north, frame.east]]) / _EARTH_M
    degrees = np.degrees(np.stack([np.arcsin(np.tanh(corners[:, 0])), corners[:, 1]], axis=1))
    return [[round(float(part), 6) for part in corner] for corner in degrees]
