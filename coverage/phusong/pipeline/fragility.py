"""Fragility: pixels that have signal, and none some hours after all mains in the country is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Project
from phusong.pipeline.past import Past
from phusong.pipeline.tiles import Tile
from phusong.power.supply import autonomy_hours, outlasting
from phusong.progress import Step
from phusong.radio.reached import asked_ddbm
from phusong.units import OUTSIDE, UNKNOWN

ENDURING, FRAGILE = 0, 1

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Saved:
    """
    Pixels of a tile by what its two strongest servers tell.

    Parameters
    ----------
    served, doubt
        Those that have the zones' signal, and those where a path that counts could not be computed.
    surely, maybe
        Those that sites give it which outlast the hours with their backup, or may do so.
    """

    served: Flags
    doubt: Flags
    surely: Flags
    maybe: Flags

    @classmethod
    def of(cls, project: Project, tile: Tile, servers: xr.Dataset) -> Saved:
        """Those of a tile and what `Tile.servers` found on it."""
        surely, maybe = _outlasting(project, tile)
        by_lives = (_reached(servers, project, lives) for lives in (surely, maybe))
        return cls(_reached(servers, project), _doubt(servers, project), *by_lives)


def fragile(
    project: Project,
    tile: Tile,
    saved: Saved,
    inside: Flags,
    workers: int,
    progress: Step,
    past: Past | None = None,
) -> NDArray[np.uint8]:
    """
    Pixels of a tile with the zones' signal that lose it when every site has only its backup: 1 yes, 0 no, 255 unknown.

    Whatever its source, a site lives by its backup; where that is not known, so is what only it serves. Without signal
    a pixel is 0, and 255 where it is not known whether it has signal.

    Only pixels that neither of their two strongest servers saves are computed anew.

    Parameters
    ----------
    inside
        Pixels of the tile that are asked about; the others are 254.
    past
        Servers of the run before.
    """
    past = past or Past()

    def told(what: str, done: int, of: int, note: str = "") -> None:
        progress(f"{what} with backup", done, of, note)

    found, doubt = np.select([~inside, saved.served, saved.doubt], [OUTSIDE, FRAGILE, UNKNOWN], ENDURING), saved.doubt
    surely, maybe = _outlasting(project, tile)
    for name, lives, by_strongest, code in (
        ("surely", surely, saved.surely, ENDURING),
        ("maybe", maybe, saved.maybe, UNKNOWN),
    ):
        found[(found == FRAGILE) & by_strongest] = code
        if (found == FRAGILE).any() and (code == ENDURING or (maybe & ~surely).any()):
            living = tile.sites[lives].reset_index(drop=True)
            again = past.servers(name, tile, project, workers, told, found == FRAGILE, living)
            found[_reached(again, project)] = code
            doubt = _doubt(again, project)
    found[(found == FRAGILE) & doubt] = UNKNOWN
    return found.astype(np.uint8)


def _outlasting(project: Project, tile: Tile) -> tuple[Flags, Flags]:
    """Sites of a tile that surely outlast the hours, and those that may."""
    return outlasting(autonomy_hours(tile.sites, project.storm), project.storm.fragile_hours)


def _asked(servers: xr.Dataset, project: Project) -> dict[int, int]:
    """Level in tenths of dBm that the zones ask of each group whose signal counts."""
    zones, pixel_m = project.zones, project.grid.pixel_m
    named = zip(*(servers[name].values for name in ("technology", "operator", "frequency_mhz")), strict=True)
    return {
        group: asked_ddbm(project.radio, technology, float(frequency_mhz), pixel_m, zones.level)
        for group, (technology, operator, frequency_mhz) in enumerate(named)
        if technology in zones.technologies and (not zones.operators or operator in zones.operators)
    }


def _reached(servers: xr.Dataset, project: Project, lives: Flags | None = None) -> Flags:
    """Pixels that a strongest or second server gives the level; of those that live, where that is said."""
    found = np.zeros(servers.rsrp_ddbm.shape[1:], bool)
    for group, asked in _asked(servers, project).items():
        for name, server in (("rsrp_ddbm", "server"), ("second_ddbm", "second_server")):
            reaches = servers[name].values[group] >= asked
            found |= reaches if lives is None else reaches & lives[servers[server].values[group]]
    return found


def _doubt(servers: xr.Dataset, project: Project) -> Flags:
    """Pixels where a path that counts could not be computed."""
    return np.asarray(servers.unknown.values[list(_asked(servers, project))].any(axis=0), bool)
