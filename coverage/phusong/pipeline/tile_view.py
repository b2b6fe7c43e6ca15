"""Tile view: what one tile shows of the dead zones, in numbers that nothing beyond the tile changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from phusong.grid import Grid
from phusong.layers.memory import Arrays, packed, unpacked
from phusong.ledger.surface import Surface
from phusong.pipeline.preparation import Base
from phusong.power import access
from phusong.radio import probability
from phusong.radio.probability import Expected
from phusong.zones import cause, identity, location, sums
from phusong.zones.cause import Sampled
from phusong.zones.fragments import labelled
from phusong.zones.gaps import Gap
from phusong.zones.identity import Before
from phusong.zones.outlines import Sketch, sketched
from phusong.zones.standing import Found, Standing

_NO_SIGNAL = (Gap.SIGNAL, Gap.BOTH)
_ZONES = ("zone", "new")
"""Columns that hold zones."""


@dataclass(frozen=True)
class Covered:
    """Zones of a tile that lack signal, their micro-persons, and who of them is expected to have it."""

    zone: NDArray[np.int64]
    micro: NDArray[np.int64]
    expected: Expected


@dataclass(frozen=True)
class Own:
    """
    The zones of a tile, in the order in which they begin there: a number that nothing beyond the tile changes.

    Parameters
    ----------
    zone
        Row of each in the study.
    rows
        Number of the zone of each fragment of the tile, -1 in none.
    crossing, asked
        Zones that lie in other tiles too, and those that lack signal.
    """

    zone: NDArray[np.int64]
    rows: NDArray[np.int32]
    crossing: NDArray[np.bool_]
    asked: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: NDArray[np.int32], crossing: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Own:
        """From the rows of the zones of a tile's fragments, and what is to be known of every zone."""
        held, first = np.unique(rows[rows >= 0], return_index=True)
        zone = np.asarray(held[np.argsort(first)], np.int64)
        number = np.full(len(crossing) + 1, -1, np.int32)  # -1 picks the last: no zone
        number[zone] = np.arange(len(zone))
        return cls(zone, np.asarray(number[rows], np.int32), crossing[zone], asked[zone])

    def label(self, gap: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Number of the zone of each pixel, -1 in none."""
        return np.append(self.rows, np.int32(-1))[labelled(gap)[0]]

    def in_study(self, number: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows in the study of zones by their numbers, -1 of none."""
        return np.append(self.zone, -1)[number]


@dataclass(frozen=True)
class View:
    """What one tile shows, as of `Seen`; zones by their rows in the study."""

    sketch: Sketch
    communes: pd.DataFrame
    held: pd.DataFrame
    leaning: pd.DataFrame
    lying: pd.DataFrame
    sampled: Sampled
    covered: Covered | None
    living: Found
    without_village: int
    village_zone: Found
    place_zone: Found
    signal: Found
    fragile: Found
    power_at_sites: Found

    @classmethod
    def of(cls, kept: Arrays, own: Own, at_sites: Standing) -> View:
        """From what `seen_on` made."""

        def frame(name: str) -> pd.DataFrame:
            columns = {key.partition(" ")[2]: kept[key] for key in kept if key.startswith(f"{name} ")}
            return pd.DataFrame({key: own.in_study(v) if key in _ZONES else v for key, v in columns.items()})

        def found(name: str) -> Found:
            return kept[f"{name}_at"], kept[name]

        sketch = Sketch(own.in_study(kept["sketch_zone"]), unpacked(kept, "polygon"), np.array(kept["runs"]))
        sketch.runs[0] = own.in_study(sketch.runs[0])
        covered = None
        if "covered" in kept:
            expected = Expected(kept["covered"], kept["unknown"])
            covered = Covered(own.in_study(kept["covered_zone"]), kept["covered_micro"], expected)
        return cls(
            sketch=sketch,
            communes=frame("communes"),
            held=frame("held"),
            leaning=frame("leaning"),
            lying=frame("lying"),
            sampled=Sampled(kept["pixel"], own.in_study(kept["pixel_zone"]), kept["pixel_micro"]),
            covered=covered,
            living=found("living"),
            without_village=int(kept["without_village"][0]),
            village_zone=(kept["village_zone_at"], own.in_study(kept["village_zone"])),
            place_zone=(kept["place_zone_at"], own.in_study(kept["place_zone"])),
            signal=found("signal"),
            fragile=found("fragile"),
            power_at_sites=(at_sites.point, kept["power_at_sites"]),
        )


def seen_on(
    base: Base,
    surface: Surface,
    label: NDArray[np.int32],
    own: Own,
    before: Before,
    part: Grid,
    covered: Covered | None,
    village: Standing,
    place: Standing,
    site: Standing,
) -> Arrays:
    """What one tile shows, zones by their numbers there."""
    inputs, grid = base.inputs, base.inputs.grid
    unhoused = (surface.commune >= 0) & (surface.territory < 0)
    sketch = sketched(label, own.crossing, part, grid)
    sampled = cause.sampled(label, surface.micro, own.asked, base.project.cause.tested_pixels, part, grid)
    living = access.village_people(surface.territory, surface.micro, len(inputs.villages))
    frames = {
        "communes": sums.by_pair(label, surface.commune, surface.micro, "commune"),
        "held": sums.by_pair(label, surface.territory, surface.micro, "village"),
        "leaning": location.leaning(label, surface.micro, part, grid),
        "lying": identity.lying(before, label, surface.gap, surface.micro, part),
    }
    found = {
        "living": (np.flatnonzero(living), living[living != 0]),
        "village_zone": village.find(label),
        "place_zone": place.find(label),
        "signal": village.find(surface.signal),
        "fragile": village.find(surface.fragile),
    }
    made: dict[str, NDArray[Any]] = {
        "sketch_zone": sketch.zone,
        **packed([sketch.polygon], "polygon"),
        "runs": sketch.runs,
        **{f"{name} {column}": table[column].to_numpy(np.int64) for name, table in frames.items() for column in table},
        "pixel": sampled.pixel,
        "pixel_zone": sampled.zone,
        "pixel_micro": sampled.micro,
        "without_village": np.array([surface.micro[unhoused].sum()], np.int64),
        **{f"{name}_at": point for name, (point, _) in found.items()},
        **{name: value for name, (_, value) in found.items()},
        "power_at_sites": site.find(surface.power)[1],
    }
    if covered is not None:
        made |= {"covered_zone": covered.zone, "covered_micro": covered.micro, **vars(covered.expected)}
    return made


def covered_in(
    base: Base,
    surface: Surface,
    label: NDArray[np.int32],
    servers: Callable[[NDArray[np.int64]], tuple[xr.Dataset, pd.DataFrame]],
) -> Covered | None:
    """Who of a tile's zones that lack signal is expected to have it; None where there is no such zone."""
    lacking = np.isin(surface.gap, _NO_SIGNAL) & (label >= 0)
    if not lacking.any():
        return None
    pixel = np.flatnonzero(lacking & (surface.micro > 0))
    zone, inside = _people_of(label.ravel()[pixel], surface.micro.ravel()[pixel])
    found, sites = servers(pixel)
    project = base.project
    expected = probability.expected_of_any(found, sites, inside, project.radio, base.inputs.grid.pixel_m, project.zones)
    return Covered(zone, np.asarray(inside.sum(axis=1)).ravel(), expected)


def _people_of(label: NDArray[np.int32], micro: NDArray[np.int64]) -> tuple[NDArray[np.int64], sparse.csc_array]:
    """Zones of some pixels, and micro-persons of each pixel in each of them, shape (zones, pixels)."""
    zone, row = np.unique(label.astype(np.int64), return_inverse=True)
    return zone, sparse.csc_array((micro, (row, np.arange(label.size))), (len(zone), label.size))
