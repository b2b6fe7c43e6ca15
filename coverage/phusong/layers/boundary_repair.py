"""Repair of boundaries: contested ground goes to one commune, small gaps to a neighbour, edges become shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.layers.account import refuse_if
from phusong.layers.boundaries import Limits, geodesic_measures
from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.mosaic import GAP, Mosaic, mosaic
from phusong.layers.seams import gaps, mismatches, touching

STATED_FROM_M2 = 10_000.0
"""Stated areas are published to 0.01 km²: they say nothing about a smaller piece."""
KEPT_SHARE = 0.01
"""A commune with less ground than this share of its outline has none: the rest is where two drawings differ."""


@dataclass(frozen=True)
class RepairLimits:
    """What a repair decides by itself."""

    gap_m2: float = 1e6
    """Larger gaps are left: a lake, or a commune that the file lacks, is nobody's to give away."""
    area_share: float = Limits.area_share
    """A stated area that differs more from the outline, as a share of it, settles no claim."""


@dataclass(frozen=True)
class Repair:
    """
    Outlines that share their edges, and what was changed.

    Parameters
    ----------
    communes
        The rows given, with new outlines where these changed.
    changes
        One row a commune that lost or won ground: `commune_code`, `commune_name`, `area_before_km2`, `area_after_km2`,
        `lost_m2` to others that claimed it too, `won_m2` of gaps; all geodesic.
    settled_m2
        Ground that had several claimants.
    filled_m2
        Ground of the gaps that were filled; by so much all communes together have grown.
    gaps_left
        Gaps too large to fill.
    """

    communes: gpd.GeoDataFrame
    changes: pd.DataFrame
    settled_m2: float
    filled_m2: float
    gaps_left: int


@dataclass(frozen=True)
class Evidence:
    """By commune, in m²: the outline as drawn, and the stated area where it can settle a claim, else not a number."""

    outline_m2: NDArray[np.float64]
    stated_m2: NDArray[np.float64]


def repair(communes: gpd.GeoDataFrame, limits: RepairLimits | None = None) -> Repair:
    """
    Outlines without overlaps and without small gaps, whose shared edges are the same to the last digit.

    All edges of the communes concerned are cut where they meet, which leaves faces with none, one or several
    claimants. Ground with several claimants goes, the largest piece first, to

    1. the claimant that has no other ground, such as a commune drawn inside another's outline;
    2. for pieces over 1 ha, the claimant with which the stated areas of all claimants fit best, if each is stated and
       near its outline;
    3. the claimant whose ground borders the piece longest; of equals, the first by position.

    A gap goes to the neighbour that borders it longest. Every face keeps all its edges, so what is put together from
    them fits again. No ground is lost, and none won but the gaps.

    Raises
    ------
    LayerError
        When a commune would lose all its ground, or when outlines still do not fit.
    """
    limits = limits or RepairLimits()
    shapes, crs = communes.geometry.to_numpy(), communes.crs
    unmatched = ~shapely.is_empty(mismatches(shapes))
    rings = gaps(shapes, unmatched)
    large = geodesic_measures(rings, crs)[0] > limits.gap_m2
    involved = unmatched | _around(shapes, unmatched)
    involved[[k for row in touching(rings, shapes) for k in row]] = True
    made = mosaic(shapes, involved, rings[large], crs)
    stated_m2 = communes.get("stated_area_km2", pd.Series(np.nan, index=communes.index)).to_numpy(float) * 1e6
    before_m2 = np.where(involved, 0.0, np.nan)
    before_m2[involved] = geodesic_area_km2(communes.geometry[involved]) * 1e6
    owners = _owners(made, stated_m2, before_m2, limits)
    changes = _changes(communes, made, owners, before_m2)
    fitted = _assembled(shapes, made, owners, involved)
    _refuse(communes, fitted, changes)
    return Repair(
        communes.set_geometry(gpd.GeoSeries(list(fitted), index=communes.index, crs=crs)),
        changes,
        float(made.area_m2[[len(row) > 1 for row in made.claimants]].sum()),
        float(made.area_m2[(made.status == GAP) & (owners >= 0)].sum()),
        int(large.sum()),
    )


def _around(shapes: NDArray[np.object_], unmatched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Outlines in which a ring of an unmatched one lies free: their own edges meet none, so they match."""
    rings = shapely.get_rings(shapes[unmatched])
    found = np.zeros(len(shapes), bool)
    found[shapely.STRtree(shapes).query(shapely.get_point(rings, 0), predicate="within")[1]] = True
    return found


def _owners(
    made: Mosaic, stated_m2: NDArray[np.float64], outline_m2: NDArray[np.float64], limits: RepairLimits
) -> NDArray[np.int64]:
    """Position of the commune that gets each face; -1 outside."""
    owners = np.array([row[0] if len(row) == 1 else -1 for row in made.claimants], np.int64)
    falling = [int(k) for k in np.argsort(-made.area_m2, kind="stable")]
    contested = [k for k in falling if len(made.claimants[k]) > 1]
    owned_m2 = outline_m2.copy()
    for k in contested:
        owned_m2[list(made.claimants[k])] -= made.area_m2[k]
    near = np.abs(outline_m2 - stated_m2) <= limits.area_share * outline_m2
    evidence = Evidence(outline_m2, np.where(near, stated_m2, np.nan))
    for k in contested:
        owners[k] = _heir(made, k, owners, owned_m2, evidence)
        owned_m2[owners[k]] += made.area_m2[k]
    waiting = [k for k in falling if made.status[k] == GAP]
    while ready := [k for k in waiting if made.borders(k, owners)]:
        for k in ready:
            owners[k] = _longest(made.borders(k, owners))
        waiting = [k for k in waiting if owners[k] < 0]
    return owners


def _heir(made: Mosaic, face: int, owners: NDArray[np.int64], owned_m2: NDArray[np.float64], evidence: Evidence) -> int:
    claimants = list(made.claimants[face])
    landless = [c for c in claimants if owned_m2[c] <= KEPT_SHARE * evidence.outline_m2[c]]
    if landless:
        return landless[0]
    stated = evidence.stated_m2[claimants]
    if made.area_m2[face] > STATED_FROM_M2 and (stated > 0).all():
        won = np.diag(np.full(len(claimants), made.area_m2[face]))
        misfits = (np.abs(owned_m2[claimants] + won - stated) / stated).sum(axis=1)
        return claimants[int(np.argmin(misfits))]
    borders = {c: length for c, length in made.borders(face, owners).items() if c in claimants}
    return _longest(borders) if borders else claimants[0]


def _longest(borders: dict[int, float]) -> int:
    # less than a centimetre is noise of the projection, and must not settle a tie
    return min(borders, key=lambda commune: (-round(borders[commune], 2), commune))


def _assembled(
    shapes: NDArray[np.object_], made: Mosaic, owners: NDArray[np.int64], involved: NDArray[np.bool_]
) -> NDArray[np.object_]:
    fitted = np.array(shapes, object)
    order = np.argsort(owners, kind="stable")
    edges = np.searchsorted(owners[order], np.arange(len(shapes) + 1))
    for k in np.flatnonzero(involved):
        fitted[k] = shapely.coverage_union_all(made.faces[order[edges[k] : edges[k + 1]]])
    return fitted


def _refuse(communes: gpd.GeoDataFrame, fitted: NDArray[np.object_], changes: pd.DataFrame) -> None:
    gone = changes.commune_code[changes.area_after_km2 <= KEPT_SHARE * changes.area_before_km2]
    refuse_if("communes", (f"{code}: others claim all its ground, so a repair would leave it none" for code in gone))
    if not shapely.coverage_is_valid(fitted):
        left = communes.commune_code[~shapely.is_empty(mismatches(fitted))]
        refuse_if("communes", [f"the edges of {', '.join(left)} could not be made to fit"])


def _changes(
    communes: gpd.GeoDataFrame, made: Mosaic, owners: NDArray[np.int64], before_m2: NDArray[np.float64]
) -> pd.DataFrame:
    lost, won = np.zeros(len(communes)), np.zeros(len(communes))
    for k, row in enumerate(made.claimants):
        lost[[c for c in row if c != owners[k]]] += made.area_m2[k]
        if made.status[k] == GAP and owners[k] >= 0:
            won[owners[k]] += made.area_m2[k]
    table = pd.DataFrame(
        {
            "commune_code": communes.commune_code.to_numpy(),
            "commune_name": communes.commune_name.to_numpy(),
            "area_before_km2": before_m2 / 1e6,
            "area_after_km2": (before_m2 - lost + won) / 1e6,
            "lost_m2": lost,
            "won_m2": won,
        }
    )
    changed: Any = table[(lost > 0) | (won > 0)]
    return changed.sort_values("commune_code", kind="stable").reset_index(drop=True)
