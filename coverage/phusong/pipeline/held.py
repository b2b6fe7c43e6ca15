"""Held: the inputs of a period, and its figures, as its snapshot holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from phusong.config import Project
from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.layers import communes as commune_layer
from phusong.layers import priors
from phusong.layers import villages as village_layer
from phusong.layers.antennas import Pattern
from phusong.layers.field import Array
from phusong.layers.inputs import Inputs
from phusong.layers.population import Population
from phusong.ledger import snapshot
from phusong.ledger.images import image
from phusong.ledger.period import Period
from phusong.units import CERTAIN, NOT_SERVED, SERVED, UNKNOWN

TABLES = (
    *("communes", "neighbours", "villages", "sites", "antennas", "claims", "power_lines", "substations"),
    *("terminals", "outages", "population", "indicators"),
)
_POWER = {"not_served": NOT_SERVED, "served": SERVED, "unknown": UNKNOWN}


@dataclass(frozen=True)
class Held:
    """
    What a snapshot holds of the inputs on which figures of people rest, and its figures.

    Parameters
    ----------
    inputs
        Without accounts, night lights and what says nothing of people covered: places, roads, filed lists, rows set
        aside. What the project's priors had filled of a site is filled by its priors of today.
    electricity
        A row a village, as of `power.evidence.Access`: what the run found, since no snapshot keeps night lights.
    indicators
        As the run published them.
    """

    period: Period
    digest: str
    inputs: Inputs
    electricity: pd.DataFrame
    indicators: pd.DataFrame


def read(project: Project, folder: Path, period: Period) -> Held:
    """
    The inputs of a period that was run.

    Raises
    ------
    PhusongError
        When there is no snapshot of it, a file is not the one that was written, or the project's grid or reach of today
        asks for ground that the snapshot does not hold.
    """
    tables, run, digest = snapshot.read(folder, period.name, TABLES)
    terrain, clutter = (image(folder, period.name, name) for name in ("terrain", "clutter"))
    missing = [name for name in TABLES if name not in tables] + ["terrain"] * (terrain is None)
    if terrain is None or missing:
        raise SnapshotError(f"The snapshot of {period.name} has no {', '.join(missing)}: an older version wrote it.")
    _refuse_other_grid(project, run)
    crs = CRS.from_user_input(project.grid.crs)
    layers: dict[str, Any] = {name: _of_layer(table) for name, table in tables.items()}
    studied = layers["communes"][[*commune_layer.SCHEMA.columns, "area_km2", "geometry"]]
    west, south, east, north = map(float, studied.total_bounds)
    grid = Grid.over((west, south, east, north), project.grid.pixel_m, crs)
    stored = replace(terrain[0], crs=crs)  # the file's own form of the same system need not be equal to it
    around = _around(project, stored, grid, period)
    window = stored.window(around)
    villages = layers["villages"]
    inputs = Inputs(
        day=period.last_day,
        grid=grid,
        communes=studied,
        neighbours=layers["neighbours"],
        seams=commune_layer.seams(_near(studied, layers["neighbours"])),
        villages=villages,
        astray=village_layer.astray(villages, studied),
        sites=_sites(layers["sites"], project),
        antennas=_patterns(layers["antennas"]),
        claims=layers["claims"],
        power_lines=layers["power_lines"],
        substations=layers["substations"],
        terminals=layers["terminals"],
        outages=layers["outages"],
        population=_population(layers["population"], run["people_vintage"]),
        terrain=Array(around, np.asarray(terrain[1][window], np.float32)),
        clutter=None if clutter is None else Array(around, np.asarray(clutter[1][window], np.float32)),
        radiance_nw_cm2_sr=np.full(len(villages), np.nan),
        dead_zone_list=None,
        places=None,
        roads=None,
        quarantined_sites=None,
        accounts=(),
    )
    return Held(period, digest, inputs, _electricity(villages), tables["indicators"])


def _near(communes: gpd.GeoDataFrame, neighbours: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Studied communes, then their neighbours."""
    return gpd.GeoDataFrame(pd.concat([communes, neighbours], ignore_index=True), crs=communes.crs)


def _refuse_other_grid(project: Project, run: dict[str, Any]) -> None:
    of_run, grid = run["grid"], project.grid
    if CRS.from_user_input(of_run["crs"]) != CRS.from_user_input(grid.crs) or of_run["pixel_m"] != grid.pixel_m:
        raise SnapshotError(
            f"{run['period']} was computed on pixels of {of_run['pixel_m']:g} m in {of_run['crs']}; the project now "
            f"has {grid.pixel_m:g} m in {grid.crs}: terrain cannot be moved to other pixels. Compare with a project "
            "file as it was, or run the period again."
        )


def _around(project: Project, terrain: Grid, grid: Grid, period: Period) -> Grid:
    around = grid.padded(project.radio.farthest_km * 1000)
    try:
        terrain.window(around)
    except ValueError:
        raise SnapshotError(
            f"The terrain of {period.name} does not reach {project.radio.farthest_km:g} km around the study, as the "
            "project now asks; run the period again."
        ) from None
    return around


def _of_layer(table: pd.DataFrame) -> Any:
    """Rows without what the run wrote beside them."""
    return table.drop(columns=["as_of", "synthetic_inputs", "people_vintage"], errors="ignore")


def _sites(sites: gpd.GeoDataFrame, project: Project) -> gpd.GeoDataFrame:
    """What had been assumed of the sites is assumed anew: priors are settings."""
    empty = {
        name: sites[name].mask(sites.assumed.str.split(";").map(lambda names, name=name: name in names))
        for name in priors.ATTRIBUTES
    }
    return priors.filled(sites.assign(**empty), project.radio)[0]


def _patterns(table: pd.DataFrame) -> dict[str, Pattern]:
    return {row["antenna"]: _pattern(row) for row in table.to_dict("records")}


def _pattern(row: Mapping[Any, Any]) -> Pattern:
    def stated(name: str) -> float | None:
        return None if pd.isna(row[name]) else float(row[name])

    def cut(name: str) -> NDArray[np.float64]:
        return np.array(row[name].split(";"), float)

    return Pattern(
        name=row["antenna"],
        title=row["title"],
        frequency_mhz=stated("frequency_mhz"),
        gain_dbi=stated("gain_dbi"),
        tilt_deg=float(row["tilt_deg"]),
        horizontal_db=cut("horizontal_db"),
        vertical_db=cut("vertical_db"),
    )


def _population(outlines: gpd.GeoDataFrame, year: int | None) -> Population:
    corners = shapely.get_coordinates(outlines.geometry.to_numpy()).reshape(-1, 5, 2)[:, :4]
    return Population(outlines.people.to_numpy(float), corners, year)


def _electricity(villages: gpd.GeoDataFrame) -> pd.DataFrame:
    probability = (villages.power_probability.astype("Float64") * CERTAIN).round().astype("Int64")
    return pd.DataFrame({"power": villages.power.map(_POWER).astype(np.uint8), "probability_e4": probability})
