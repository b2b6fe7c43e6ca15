"""Units of administration with their days, and their succession, as they are kept on disk."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.administration import History
from phusong.errors import LayerError
from phusong.layers.schema import FILE, ROW

UNITS, SUCCESSION, PEOPLE, OUTLINES = "units.parquet", "succession.parquet", "people.parquet", "outlines.parquet"


def read(folder: Path) -> History:
    """
    What `write` wrote.

    Raises
    ------
    LayerError
        When the folder does not hold it.
    """
    missing = [name for name in (UNITS, SUCCESSION) if not (folder / name).is_file()]
    if missing:
        raise LayerError("units", [f"{folder} has no {' and no '.join(missing)}: `phusong units import` writes them"])
    return History(pd.read_parquet(folder / UNITS), pd.read_parquet(folder / SUCCESSION))


def read_people(folder: Path) -> pd.DataFrame:
    """
    People of old units: ward as filed, people, code (missing where not placed), stage of the match, else the reason.

    Raises
    ------
    LayerError
        When none were imported.
    """
    if not (folder / PEOPLE).is_file():
        raise LayerError("units", [f"{folder} has no {PEOPLE}: `phusong units import --people FILE` writes it"])
    return pd.read_parquet(folder / PEOPLE)


def write(history: History, people: pd.DataFrame | None, folder: Path) -> None:
    """Write the units, their succession, and people of the old ones where there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    history.units.to_parquet(folder / UNITS, index=False)
    history.succession.to_parquet(folder / SUCCESSION, index=False)
    if people is not None:
        people.to_parquet(folder / PEOPLE, index=False)


def outlines_file(folder: Path) -> Path:
    """Where the outlines of the communes lie, if they were imported."""
    return folder / OUTLINES


def write_outlines(communes: gpd.GeoDataFrame, folder: Path) -> None:
    """Write the communes with their outlines, in the columns of their layer."""
    communes.drop(columns=[FILE, ROW], errors="ignore").to_parquet(folder / OUTLINES, index=False, compression="zstd")
