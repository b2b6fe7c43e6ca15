"""Truth: the rows of a filing, and what a careful clerk would do with each."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from phusong.sample.filings.faults import Row, spoiled
from phusong.sample.filings.plane import planes
from phusong.sample.filings.recipe import FAULTS, REPAIRED, Recipe
from phusong.sample.filings.world import World

COLUMNS = (
    "file", "sheet", "row", "site_id", "verdict", "reason", "true_lon", "true_lat", "technology", "frequency_mhz",
    "height_agl_m", "commune_code", "zone_ambiguous",
)  # fmt: skip
"""Columns of a table of truth."""
_NEAR_DEG = 0.01
"""About a kilometre."""


def rows_of(world: World, made: Recipe) -> list[Row]:
    """Rows of a filing in the order in which they are filed; duplicates may stand anywhere."""
    rng = random.Random(made.seed + 1_000_000)
    rows = _good(world, made, rng)
    order = rng.sample(range(len(rows)), len(rows))
    again: list[Row] = []
    for fault in FAULTS:
        for _ in range(round(made.share[fault] * len(rows))):
            i = order.pop()
            changed = spoiled(rows[i], fault, world, rng, made.operator)
            if fault == "duplicate" and changed is not None:
                again.append(changed)
            elif changed is not None:
                rows[i] = changed
    rows += again
    rng.shuffle(rows)
    return _with_rivals(rows, world) if made.notation == "metres" else rows


def table(rows: Sequence[Row], file: str, places: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """The truth of rows that stand at some places (sheet and row) of a file."""
    lines = [_line(row, file, *place) for row, place in zip(rows, places, strict=True)]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _line(row: Row, file: str, sheet: str, number: int) -> tuple[Any, ...]:
    verdict = "accept" if not row.reason else "repair" if row.reason in REPAIRED else "quarantine"
    told = (row.site_id, verdict, row.reason, row.true_lon, row.true_lat, row.technology, row.frequency_mhz)
    return (file, sheet, str(number), *told, row.height_agl_m, row.commune_code, row.zone_ambiguous)


def _good(world: World, made: Recipe, rng: random.Random) -> list[Row]:
    own = world.sites[world.sites.operator == made.operator]
    provinces = own.commune_code.map(world.communes.province_code)
    chosen = rng.sample(sorted(provinces.unique()), min(made.provinces, provinces.nunique()))
    own = own[provinces.isin(chosen).to_numpy()]
    own = own.sample(min(made.rows, len(own)), random_state=rng.randrange(2**31))
    names = world.communes.loc[own.commune_code, ["commune_name", "province_name"]]
    return [
        _row(site, str(name), str(province))
        for site, name, province in zip(
            own.itertuples(index=False), names.commune_name, names.province_name, strict=True
        )
    ]


def _row(site: Any, name: str, province: str) -> Row:
    return Row(
        site_id=site.site_id,
        technology=site.technology,
        frequency_mhz=site.frequency_mhz,
        height_agl_m=site.height_agl_m,
        azimuths_deg=site.azimuths_deg,
        downtilt_deg=site.downtilt_deg,
        eirp_dbm=site.eirp_dbm,
        status=site.status,
        on_air_date=dt.date.fromisoformat(site.on_air_date),
        power_source=site.power_source,
        backup_hours=site.backup_hours,
        longitude=site.longitude,
        latitude=site.latitude,
        true_lon=site.longitude,
        true_lat=site.latitude,
        commune_code=site.commune_code,
        declared=site.commune_code,
        name=name,
        province=province,
    )


def _with_rivals(rows: list[Row], world: World) -> list[Row]:
    """With `zone_ambiguous` where the metres, read in another zone, lie near the commune too."""
    own = np.array([world.zone_of[row.commune_code] for row in rows])
    east, north = planes(np.array([(row.longitude, row.latitude) for row in rows]), own).T
    outlines = world.outlines[world.communes.index.get_indexer([row.commune_code for row in rows])]
    found = np.zeros(len(rows), bool)
    for zone in world.zones:
        longitude, latitude = planes(np.stack([east, north], 1), np.full(len(rows), zone), inverse=True).T
        near = shapely.dwithin(outlines, shapely.points(longitude, latitude), _NEAR_DEG)
        found |= (own != zone) & near
    return [replace(row, zone_ambiguous=bool(at)) for row, at in zip(rows, found, strict=True)]
