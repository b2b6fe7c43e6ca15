"""The outlook of a period that was run: its snapshots read, and the people measured whom each planned site brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from phusong import people
from phusong.config import Project
from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.layers.inputs import Inputs
from phusong.ledger import history, record, snapshot
from phusong.ledger.images import image
from phusong.ledger.outlook import TABLES, Outlook, Quarter, outlook, planned
from phusong.ledger.period import Period
from phusong.ledger.planned import TECHNOLOGY
from phusong.ledger.published import FILE, read
from phusong.ledger.reproduction import is_nation
from phusong.ledger.yields import GAINED
from phusong.pipeline import held
from phusong.pipeline.preparation import populate
from phusong.pipeline.tiles import tiles
from phusong.progress import Step
from phusong.radio import levels
from phusong.text import slug
from phusong.units import ANY, LEVEL_FLOOR, LEVELS, LIMITED

_SETTINGS = ("grid", "radio", "people")
"""Sections of the project file that decide whom a site brings."""
_TILE_PIXELS = 256
"""A planned site is looked at in each tile that it reaches: small ones hold little else than its ground."""
Covered = dict[str, NDArray[np.bool_]]


def look_ahead(
    project: Project,
    period: Period,
    as_of: dt.date,
    by: dt.date,
    gained: pd.DataFrame | None = None,
    held: Mapping[str, pd.DataFrame] | None = None,
) -> Outlook:
    """
    The outlook of a period from the snapshots up to it.

    Parameters
    ----------
    gained
        As of `measure`; None where it was not measured.
    held
        Tables of the period's snapshot, `TABLES` among them, where they were read already.

    Raises
    ------
    PhusongError
        When there is no snapshot of the period, one is not as it was written, or the day lies before the period's last.
    """
    own, series = quarters(project, period, held), series_to(project, period)
    figures, nation = read(published_file(project)), is_nation(series)
    return outlook(own, series, project.targets, figures, as_of, by, nation=nation, gained=gained)


def quarters(project: Project, period: Period, held: Mapping[str, pd.DataFrame] | None = None) -> list[Quarter]:
    """
    Snapshots up to a period: of the last two what an outlook stands on, of those before only their sites.

    Parameters
    ----------
    held
        Tables of the last one, where they were read already.
    """
    folder = project.folder / "snapshots"
    snapshot.whole(folder, period.name, ())
    *before, last = [name for name in snapshot.periods(folder) if name <= period.name]
    earlier = [_quarter(folder, name, TABLES if name in before[-1:] else ("sites",)) for name in before]
    return [*earlier, _quarter(folder, last, TABLES, held)]


def series_to(project: Project, period: Period) -> pd.DataFrame:
    """Indicators of the study and its provinces through the periods up to this one, as of `history.series`."""
    table = history.series(project.folder / "snapshots")
    return table[table.period <= period.name]


def published_file(project: Project) -> Path | None:
    """The study's own file of published figures beside its project file; None where there is none."""
    own = project.folder / FILE
    return own if own.exists() else None


def measure(project: Project, period: Period, workers: int, progress: Step) -> pd.DataFrame:
    """
    The people whom each planned site brings over those before it, in planned order: columns as in `yields.GAINED`.

    The radio model is run for the planned sites of the study alone, over the inputs that the snapshot holds, on the
    pixels that their operator is not known to cover with at least limited signal, and on the centres of communes that
    none is known to cover; people are those of the study. Sites without a planned day come last.

    Raises
    ------
    SnapshotError
        When there is no snapshot of the period, it is not as it was written, or naming the settings that are no longer
        those of its run: what it covered would not fit.
    """
    folder = project.folder / "snapshots"
    run, _ = snapshot.whole(folder, period.name, ())
    _refuse_changed(project, run)
    own = quarters(project, period)
    _, waiting = planned(own)
    inputs = held.read(project, folder, period).inputs
    covered = _covered(folder, period, [ANY, *waiting.operator.unique()], inputs.grid.shape)
    micro = np.asarray(populate(project, inputs)[0].sum(axis=0)).reshape(inputs.grid.shape)
    ground = _Ground(inputs, covered, micro, _dark_centres(own[-1].communes, inputs.grid))
    brought, centres = _brought(project, ground, waiting, workers, progress)
    whole = people.whole(brought.T).T
    counted = {"own_people": whole[:, 0], "any_people": whole[:, 1]}
    return waiting[["site_id", "operator", "planned"]].assign(**counted, centres=centres)[GAINED]


@dataclass(frozen=True)
class _Ground:
    """
    What planned sites are held against.

    Parameters
    ----------
    covered
        By operator and `ANY`, where each is known to give at least limited signal.
    micro
        Micro-persons of each pixel.
    centres
        `commune_code`, `row`, `column` of the centres that are not known to be covered.
    """

    inputs: Inputs
    covered: Covered
    micro: NDArray[np.int64]
    centres: pd.DataFrame


def _dark_centres(communes: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Centres that are not known to be covered; those of a commune without one, or of an older snapshot, are none."""
    places = communes.reindex(columns=["commune_code", "centre_covered", "centre_longitude", "centre_latitude"])
    own = places[(places.centre_covered != "yes") & places.centre_longitude.notna()]
    to_grid = Transformer.from_crs(4326, grid.crs, always_xy=True)
    x_m, y_m = to_grid.transform(own.centre_longitude.to_numpy(float), own.centre_latitude.to_numpy(float))
    row, column, _ = grid.locate(x_m, y_m)
    return pd.DataFrame({"commune_code": own.commune_code.to_numpy(object), "row": row, "column": column})


def _brought(
    project: Project, ground: _Ground, waiting: pd.DataFrame, workers: int, progress: Step
) -> tuple[NDArray[np.int64], list[str]]:
    """
    Micro-persons new to its operator and to all, of each waiting site, shape (sites, 2), and the centres it reaches.

    Marks what they cover as covered.
    """
    inputs, covered, centres = ground.inputs, ground.covered, ground.centres
    order = dict(zip(waiting.site_id, range(len(waiting)), strict=True))
    alone = replace(inputs, sites=inputs.sites.assign(on_air=inputs.sites.site_id.isin(waiting.site_id)))
    small = project.grid.model_copy(update={"tile_pixels": min(_TILE_PIXELS, project.grid.tile_pixels)})
    parts = list(tiles(project.model_copy(update={"grid": small}), alone))
    looks, done = sum(len(tile.sites) for tile in parts), 0
    found, reached = np.zeros((len(waiting), 2), np.int64), [set[str]() for _ in range(len(waiting))]
    asked = {operator: ~covered[operator] for operator in covered}
    for dark in asked.values():
        dark[centres.row, centres.column] = True
    for tile in parts:
        window, here = inputs.grid.window(tile.grid), _within(centres, inputs.grid.window(tile.grid))
        for row in np.argsort(tile.sites.site_id.map(order).to_numpy()):
            progress("measuring planned sites", done, looks)
            done += 1
            site = tile.sites.iloc[[row]].reset_index(drop=True)
            operator, place = str(site.operator[0]), order[site.site_id[0]]
            servers = tile.servers(project, workers, _unheard, asked[operator][window], site)
            by_key = {key: level for key, level, _ in levels.by_operator(servers, project.radio, inputs.grid.pixel_m)}
            lit = LEVEL_FLOOR[by_key[TECHNOLOGY, operator]] >= LIMITED
            for column, name in enumerate((operator, ANY)):
                new = lit & ~covered[name][window]
                found[place, column] += ground.micro[window][new].sum()
                covered[name][window] |= new
            bright = LEVEL_FLOOR[by_key[TECHNOLOGY, operator]] >= LEVELS.index(project.zones.level)
            reached[place] |= set(here.commune_code[bright[here.row, here.column]])
    return found, [";".join(sorted(codes)) for codes in reached]


def _within(centres: pd.DataFrame, window: tuple[slice, slice]) -> pd.DataFrame:
    """The centres in a window of the grid, their rows and columns counted from its corner."""
    down, along = window
    inside = centres.row.between(down.start, down.stop - 1) & centres.column.between(along.start, along.stop - 1)
    own = centres[inside]
    return own.assign(row=own.row - down.start, column=own.column - along.start)


def _unheard(what: str, done: int, of: int, note: str = "") -> None:
    """Steps inside one planned site: too many to tell."""
    del what, done, of, note


def _covered(folder: Path, period: Period, operators: list[str], shape: tuple[int, int]) -> Covered:
    """Where each operator is known to give at least limited signal, as the period's rasters have it."""
    found = {}
    for operator in operators:
        level = image(folder, period.name, slug(f"level {TECHNOLOGY} {operator}"))
        # without a raster its first sites are yet to come
        found[operator] = np.zeros(shape, bool) if level is None else LEVEL_FLOOR[level[1]] >= LIMITED
    return found


def _refuse_changed(project: Project, run: Mapping[str, Any]) -> None:
    settings = record.settings(project)
    changed = [name for name in _SETTINGS if settings[name] != run["settings"].get(name)]
    if changed:
        raise SnapshotError(
            f"{', '.join(changed)} changed since {run['period']} was run: whom its planned sites would bring cannot be "
            "measured against what it covered."
        )


def _quarter(
    folder: Path, name: str, tables: tuple[str, ...], held: Mapping[str, pd.DataFrame] | None = None
) -> Quarter:
    if held is None:
        found, run, _ = snapshot.read(folder, name, tables)
    else:
        found, (run, _) = dict(held), snapshot.whole(folder, name, ())
    lacking = sorted(set(tables) - set(found))
    if lacking:
        raise SnapshotError(f"The snapshot of {name} has no table {', '.join(lacking)}; run the period again.")
    days = [one["as_of"] for one in run["inputs"] if one["layer"] == "sites"]
    return Quarter(Period.parse(name), found, dt.date.fromisoformat(days[0]) if days and days[0] else None)
