"""Reports: what officials answered from the map pages, as points; kept beside the prediction and never in it."""

from __future__ import annotations

import geopandas as gpd
import pandera.pandas as pa

from phusong.config import Project
from phusong.layers.account import Account
from phusong.layers.points import read_points
from phusong.layers.schema import CODE, CODE_FORM, word

FORMAT = "1"
"""Version of the columns, of the file that a page saves and of the line that it copies."""
KINDS = ("no_signal", "no_power", "wrong")
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


def _told() -> pa.Column:
    """A text that may be left out."""
    return word(required=False, nullable=True)


SCHEMA = pa.DataFrameSchema(
    {
        "report_id": word(unique=True, pattern=r"r[0-9a-f]{16}", form="r0123456789abcdef"),
        "kind": word(among=KINDS),
        "commune_code": word(pattern=CODE, form=CODE_FORM),
        "zone_id": _told(),
        "village_name": _told(),
        "operator": _told(),
        "note": _told(),
        "photo_name": _told(),
        "reporter": _told(),
        "reported_at": word(pattern=_TIME, form="2026-10-05T14:03:20+07:00"),
        "page_hash": _told(),
        "edition_hash": _told(),
        "period": _told(),
        "project": _told(),
        "format": word(pattern=FORMAT, form=FORMAT),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Reports in the project's CRS, in the order of their ids; none when the project has no such layer.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return read_points(project, "reports", SCHEMA, "report_id")
