"""The earlier period that zones are followed from: the last one before, as its snapshot has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from phusong.errors import SnapshotError
from phusong.ledger import snapshot
from phusong.ledger.period import Period

_ZONES = ["zone_id", "gap", "first_seen", "last_seen"]
_CLOSED = [*_ZONES, "closed", "why", "merged_into"]


@dataclass(frozen=True)
class Earlier:
    """
    Zones of an earlier period.

    Parameters
    ----------
    zones
        zone_id, gap, first_seen, last_seen and outlines.
    closed
        Zones closed by then.
    period, digest
        Of the snapshot they are from; empty in the first period.
    """

    zones: gpd.GeoDataFrame
    closed: pd.DataFrame
    period: str = ""
    digest: str = ""

    @classmethod
    def than(cls, period: Period, folder: Path, crs: CRS) -> Self:
        """
        What the last snapshot before a period holds, in a CRS; nothing where there is none.

        Raises
        ------
        SnapshotError
            When its files are not what the run wrote, or an older version wrote it, which knew no history of zones.
        """
        before = [name for name in snapshot.periods(folder) if name < period.name]
        if not before:
            return cls(gpd.GeoDataFrame(columns=_ZONES, geometry=[], crs=crs), pd.DataFrame(columns=_CLOSED))
        tables, _, digest = snapshot.read(folder, before[-1], ("zones", "zones_closed"))
        if set(tables) != {"zones", "zones_closed"} or not set(_ZONES) <= set(tables["zones"]):
            raise SnapshotError(
                f"The snapshot of {before[-1]} in {folder} knows no history of zones: an older version wrote it. "
                f"Run {before[-1]} again, or move it away if zones shall be counted anew from {period.name} on."
            )
        zones = gpd.GeoDataFrame(tables["zones"]).to_crs(crs)
        return cls(zones[[*_ZONES, "geometry"]], tables["zones_closed"][_CLOSED], before[-1], digest)

    def as_dict(self) -> dict[str, str] | None:
        """Period and digest for the record of the run; None in the first period."""
        return {"period": self.period, "digest": self.digest} if self.period else None
