"""The area for which data is fetched: boxes in degrees, said on the command line or taken from a project."""

from __future__ import annotations

import datetime as dt
import math

from phusong.config import Project
from phusong.errors import FetchError
from phusong.intake.fetch.source import Box

_KM_PER_DEGREE = 111.2


def box_of(text: str) -> Box:
    """
    A box as it is written on the command line.

    Raises
    ------
    FetchError
        When it is no box.

    Examples
    --------
    >>> box_of("105, 20.9, 106, 22")
    (105.0, 20.9, 106.0, 22.0)
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise FetchError(
            f"--within {text!r}: expected WEST,SOUTH,EAST,NORTH in degrees, such as 105,20.9,106,22"
        ) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise FetchError(
            f"--within {text}: west must be less than east and south less than north, within 180 and 90 degrees;"
            " the order is WEST,SOUTH,EAST,NORTH"
        )
    return west, south, east, north


def boxes_of(project: Project, day: dt.date) -> list[Box]:
    """
    Boxes around the communes that a project studies, with the farthest reach of its sites as margin.

    Raises
    ------
    FetchError
        When the study is made by the terrain, which is to be fetched.
    PhusongError
        When the communes cannot be read.
    """
    within = project.study.within
    if within == "terrain":
        raise FetchError(
            'study.within = "terrain" lets the terrain say what is studied, so it cannot say what to fetch:'
            " name a box with --within, or write one in the project file"
        )
    boxes = [within] if within else _of_communes(project, day)
    return [_widened(box, project.radio.farthest_km) for box in boxes]


def _of_communes(project: Project, day: dt.date) -> list[Box]:
    from pyproj import CRS

    from phusong.layers import communes
    from phusong.layers.reading import selected
    from phusong.layers.terrain import Terrain

    units = communes.read(project, day)[0]
    chosen = units[selected(units, project.study, Terrain(CRS(4326), ()))]
    return [
        (west, south, east, north)
        for west, south, east, north in chosen.geometry.to_crs(4326).bounds.to_numpy().tolist()
    ]


def _widened(box: Box, km: float) -> Box:
    west, south, east, north = box
    high = km / _KM_PER_DEGREE
    wide = high / math.cos(math.radians(min(max(abs(south), abs(north)) + high, 80)))
    return west - wide, south - high, east + wide, north + high
