"""Assembly: what all pages of an edition share, made once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.ledger.edition import Edition
from phusong.publish.atlas import places
from phusong.publish.atlas.atlas import Atlas
from phusong.publish.atlas.outlines import Outlines, outlines
from phusong.publish.atlas.packing import MISSING, Whole
from phusong.publish.atlas.rasters import ImageOf, Layer, layers
from phusong.publish.atlas.wording import figure_words
from phusong.publish.redaction import redact
from phusong.publish.suppression import COUNT, MARK
from phusong.publish.tiers import Tier
from phusong.publish.topology import arcs_of, part
from phusong.text import sort_key

ZONE_TOLERANCE_PIXELS = 0.75
"""Smooths the stairs of pixels, whose corners lie at most 0.71 pixels off a slanted edge."""
LINE_TOLERANCE_M = 60.0
SAME_AREA_SHARE = 0.01
"""A commune of the same code is the same one a quarter earlier where its area is, to this share."""


@dataclass(frozen=True)
class Earlier:
    """The communes of the quarter before, as their tier may hold them."""

    period: str
    communes: gpd.GeoDataFrame


@dataclass(frozen=True)
class Shared:
    """
    What the pages of all units of a tier share.

    Parameters
    ----------
    whole, earlier
        The edition and the quarter before, with everything in them.
    everyone, earlier_everyone
        The same as everyone may hold them; of the regulator's tier, with everything in them.
    outlines
        Of the communes, in order.
    layers
        Rasters that the tier may hold, each page of which shows its own part.
    """

    whole: Edition
    earlier: Earlier | None
    everyone: Edition
    earlier_everyone: gpd.GeoDataFrame | None
    tier: Tier
    outlines: Outlines
    layers: Sequence[Layer]


def shared(edition: Edition, earlier: Earlier | None, image_of: ImageOf, tier: Tier) -> Shared:
    """What the pages of all units of a tier share; the outlines are simplified beside the rest."""
    communes = in_order(edition.communes)
    with ThreadPoolExecutor(1) as beside:
        codes = communes["province_code"].tolist()
        drawn = beside.submit(outlines, communes.geometry, codes, edition.villages.geometry)
        everyone = edition if tier == "regulator" else redact(edition, "public")
        found = layers(image_of, operators_of(everyone), tier, figure_words())
        past = None if earlier is None else earlier.communes
        if past is not None and tier != "regulator":
            past = _redacted(edition, past, "public", None)
        return Shared(edition, earlier, everyone, past, tier, drawn.result(), found)


def atlas_of(common: Shared, unit: str | None) -> Atlas:
    """
    What the pages of one folder share.

    Parameters
    ----------
    unit
        Code of the commune or province whose tier it is; None in the tiers of everyone and of the regulator.
    """
    everyone, drawn, past = common.everyone, common.outlines, common.earlier_everyone
    own = redact(common.whole, common.tier, unit) if unit else everyone
    communes = completed(own.communes, everyone.communes)
    if unit and past is not None and common.earlier is not None:
        past = completed(_redacted(common.whole, common.earlier.communes, common.tier, unit), past)
    sites = own.sites.to_crs("EPSG:4326")
    return Atlas(
        edition=own,
        tier=common.tier,
        communes=pd.DataFrame(communes.drop(columns="geometry")),
        before=None if past is None else aligned(communes, past),
        before_period=common.earlier.period if common.earlier else "",
        outlines=drawn,
        zones=zones_of(own, drawn),
        villages=own.villages.to_crs("EPSG:4326"),
        sites=sites,
        lines=lines_of(own.power_lines),
        roads=lines_of(own.roads),
        site_rows=site_rows(sites, drawn),
        layers=common.layers,
        operators=operators_of(everyone),
        words=figure_words(),
    )


def _redacted(whole: Edition, communes: gpd.GeoDataFrame, tier: Tier, unit: str | None) -> gpd.GeoDataFrame:
    """The communes of the quarter before, as a tier may hold them."""
    none = {name: getattr(whole, name).iloc[:0] for name in ("zones", "villages", "power_lines", "substations")}
    return redact(dataclasses.replace(whole, communes=communes, **none), tier, unit).communes


def in_order(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Communes by the names of their province and their own, as the Vietnamese alphabet has them, then by code."""
    names = communes[["province_name", "commune_name", "commune_code"]].fillna("").astype(str)
    keys = [(sort_key(a), sort_key(b), c) for a, b, c in names.itertuples(index=False)]
    return communes.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def completed(own: gpd.GeoDataFrame, everyone: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """All communes in order: those of a tier's own as it may hold them, the others as everyone may."""
    rest = everyone[~everyone["commune_code"].isin(own["commune_code"])]
    return in_order(gpd.GeoDataFrame(pd.concat([own, rest], ignore_index=True), crs=everyone.crs) if len(rest) else own)


def aligned(communes: gpd.GeoDataFrame, earlier: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    The earlier rows of the same communes in the same order; missing where there was none, or one of another area.

    Of terminals left out in either quarter the other count is not told here: two of them would tell a difference.
    """
    plain = pd.DataFrame(earlier.drop(columns="geometry")).drop_duplicates("commune_code").set_index("commune_code")
    found = plain.reindex(communes["commune_code"]).reset_index()
    if {"area_km2"} <= {*found, *communes}:
        same = (found["area_km2"] / communes["area_km2"].to_numpy() - 1).abs() <= SAME_AREA_SHARE
        found = found.where(same)
    if {COUNT, MARK} <= {*found} & {*communes}:
        left_out = communes[MARK].to_numpy(bool) | found[MARK].fillna(False).to_numpy(bool)
        found = found.assign(**{COUNT: found[COUNT].mask(left_out), MARK: left_out})
    return found


def zones_of(edition: Edition, drawn: Outlines) -> places.Zones:
    """Dead zones by rank with their outlines."""
    if not len(edition.zones):
        return places.Zones(pd.DataFrame(edition.zones), part(drawn.fine, []))
    table = edition.zones.sort_values("rank", kind="stable", ignore_index=True)
    pixel_m = float(edition.run.get("grid", {}).get("pixel_m", 100.0))
    return places.Zones(pd.DataFrame(table), arcs_of(table.geometry, pixel_m * ZONE_TOLERANCE_PIXELS))


def lines_of(routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Single power lines or roads in longitude and latitude; none where the tier or the study holds none."""
    return places.single_lines(routes, LINE_TOLERANCE_M) if len(routes) else routes


def site_rows(sites: gpd.GeoDataFrame, drawn: Outlines) -> Whole:
    """Row of the commune in which each site stands, `MISSING` where it stands in none."""
    rows = np.full(len(sites), MISSING, np.int64)
    if len(sites):
        site, commune = shapely.STRtree(drawn.degrees).query(sites.geometry.to_numpy(), predicate="intersects")
        rows[site[::-1]] = commune[::-1]
    return rows


def operators_of(edition: Edition) -> Sequence[str]:
    """Names of the operators: as redaction tells them where the tier holds no sites."""
    told = edition.run.get("operators")
    if told is None:
        told = edition.sites["operator"].dropna().unique() if "operator" in edition.sites else ()
    return sorted(map(str, told), key=sort_key)
