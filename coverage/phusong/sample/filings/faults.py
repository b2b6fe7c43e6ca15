"""Faults: how each of them changes the row of a good site, as real filings show them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import shapely

from phusong.sample.filings.world import World


@dataclass(frozen=True)
class Row:
    """
    One row of a filing, as meant to be written, and what is true of it.

    Parameters
    ----------
    longitude, latitude
        The place filed, degrees on WGS 84.
    true_lon, true_lat
        Where the site stands.
    commune_code
        The commune that it stands in.
    declared, name, province
        Code and names filed.
    reason
        Its fault; empty for a good row.
    """

    site_id: str
    technology: str
    frequency_mhz: float
    height_agl_m: float
    azimuths_deg: str
    downtilt_deg: float
    eirp_dbm: float
    status: str
    on_air_date: dt.date
    power_source: str
    backup_hours: float
    longitude: float
    latitude: float
    true_lon: float
    true_lat: float
    commune_code: str
    declared: str
    name: str
    province: str
    reason: str = ""
    zone_ambiguous: bool = False


Spoil = Callable[[Row, World, random.Random, str], Row | None]
"""A fault put into a row of an operator; None where this row cannot have it."""

_HEIGHTS_M = (0.0, -5.0, 999.0, 450.0, 1000.0)
_AS_OF = dt.date(2026, 9, 30)
_LATER = (dt.date(2027, 5, 1), dt.date(2026, 10, 1), dt.date(2026, 12, 31), dt.date(2028, 1, 15))
_ABROAD = ((9.0, 0.0), (9.0, 0.0), (-6.0, 0.0), (0.0, 9.0), (-9.0, -3.0))
"""East and north in degrees: over the sea, Laos or Thailand, China, Myanmar."""
_OTHERS_MHZ = {
    "Viettel": (3750.0, 3850.0, 763.0),
    "VNPT": (2550.0, 3850.0, 773.0),
    "MobiFone": (3750.0, 2550.0, 773.0, 763.0),
    "Vietnamobile": (3850.0, 3750.0, 2550.0, 1800.0),
}
"""Bands that others hold."""
_WRONG_COMMUNE_DEG = (0.2, 0.3, 30.0)
"""More than 20 km in any direction, just so far, and as far as the country goes."""
_SHIFT_DEG = (0.0, 1e-5, 4e-5, 4e-5, 2e-4)


def spoiled(row: Row, fault: str, world: World, rng: random.Random, operator: str) -> Row | None:
    """The row with a fault; None where it cannot have it."""
    changed = _SPOIL[fault](row, world, rng, operator)
    return None if changed is None else replace(changed, reason=fault)


def _as_written(row: Row, _: World, __: random.Random, ___: str) -> Row:
    """Faults of the position's text: swapped, missing, placeholder."""
    return row


def _outside(row: Row, world: World, rng: random.Random, _: str) -> Row | None:
    east, north = rng.choice(_ABROAD)
    place = shapely.Point(row.true_lon + east, row.true_lat + north)
    near = world.tree.query(place, predicate="dwithin", distance=0.05)
    return None if len(near) else replace(row, longitude=place.x, latitude=place.y)


def _height(row: Row, _: World, rng: random.Random, __: str) -> Row:
    return replace(row, height_agl_m=rng.choice(_HEIGHTS_M))


def _band(row: Row, _: World, rng: random.Random, operator: str) -> Row:
    return replace(row, frequency_mhz=rng.choice(_OTHERS_MHZ[operator]))


def _no_technology(row: Row, _: World, __: random.Random, ___: str) -> Row:
    return replace(row, technology="")


def _future(row: Row, _: World, rng: random.Random, __: str) -> Row:
    return replace(row, on_air_date=rng.choice(_LATER), status="on_air")


def _wrong_commune(row: Row, world: World, rng: random.Random, _: str) -> Row | None:
    """A commune more than 20 km off is declared, one in four times one that is little farther; the province stays."""
    here = shapely.Point(row.true_lon, row.true_lat)
    low, near, far = _WRONG_COMMUNE_DEG
    around = list(world.tree.query(here, predicate="dwithin", distance=near if rng.random() < 0.25 else far))
    rng.shuffle(around)
    at = next((int(i) for i in around if world.outlines[i].distance(here) > low), None)
    if at is None:
        return None
    code = str(world.communes.index[at])
    return replace(row, declared=code, name=str(world.communes.commune_name[code]))


def _legacy(row: Row, world: World, rng: random.Random, _: str) -> Row | None:
    old = world.gone.get(row.commune_code)
    if not old:
        return None
    code, name = rng.choice(old)
    return replace(row, declared=code, name=name)


def _again(row: Row, _: World, rng: random.Random, __: str) -> Row:
    return replace(row, longitude=row.longitude + rng.choice(_SHIFT_DEG))


_SPOIL: Mapping[str, Spoil] = {
    "axes_swapped": _as_written,
    "missing_coordinates": _as_written,
    "placeholder_coordinates": _as_written,
    "outside_country": _outside,
    "height_out_of_range": _height,
    "band_not_licensed": _band,
    "technology_missing": _no_technology,
    "on_air_in_future": _future,
    "commune_disagrees": _wrong_commune,
    "legacy_commune_code": _legacy,
    "duplicate": _again,
}
