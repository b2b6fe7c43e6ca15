"""Reference: what filings are held to – the communes of the day, and the units of other days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
from platformdirs import user_data_path

from phusong.administration import History
from phusong.config import Layer, load
from phusong.errors import FilingError
from phusong.intake.coordinates.ground import Ground
from phusong.layers import administration, communes

UNITS_FOLDER = user_data_path("phusong", appauthor=False) / "units"
"""Where the dated units of administration are kept, once imported."""


@dataclass(frozen=True, eq=False)
class Reference:
    """
    What a filing is held to.

    Parameters
    ----------
    communes
        Communes valid on the as-of date in EPSG:4326, in the order of their codes, with a RangeIndex.
    history
        Dated units and their successions; None when none were imported.
    """

    communes: gpd.GeoDataFrame
    history: History | None = None

    @cached_property
    def ground(self) -> Ground:
        """The outlines, ready to be searched."""
        return Ground(self.communes)


def read_reference(outlines: Path, as_of: dt.date, units: Path = UNITS_FOLDER) -> Reference:
    """
    Communes from a file of outlines or from a project, and the imported units.

    Parameters
    ----------
    outlines
        A file with commune_code, commune_name, province_code, province_name and outlines; or a project file or folder,
        whose layer of communes is taken.
    units
        Folder that `phusong units import` wrote; it may be missing.

    Raises
    ------
    PhusongError
        When there is no such file, or the communes cannot be used.
    """
    if not outlines.exists():
        raise FilingError(f"{outlines} is missing: expected commune outlines, or a project that has them")
    if outlines.is_dir() or outlines.suffix == ".toml":
        project = load(outlines)
        frame, _ = communes.read(project, as_of)
    else:
        frame, _ = communes.read_files(Layer(path=outlines.name), [outlines], as_of)
    history = administration.read(units) if units.is_dir() else None
    return Reference(frame.to_crs(4326).reset_index(drop=True), history)
