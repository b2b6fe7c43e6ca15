"""Cell sites of the sample: three invented operators, dense in town, thin in the mountains."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from phusong.sample.land import Land, degrees


@dataclass(frozen=True)
class Operator:
    """An invented operator: how many sites it has, and where in the spectrum (MHz)."""

    name: str
    prefix: str
    lte: int
    nr: int
    nr_mhz: float
    rural: int
    rural_mhz: float


OPERATORS = (
    Operator("Sóng Mẫu", "SM", 84, 42, 2550, 8, 773),
    Operator("Núi Mẫu", "NM", 62, 30, 3750, 0, 0),
    Operator("Sao Mẫu", "SA", 46, 20, 3850, 8, 763),
)
LAST_DAY = dt.date(2026, 9, 30)
"""The day of which the file speaks; later sites are planned."""
_QUARTERS = pd.period_range("2025Q4", "2026Q4", freq="Q")
_URBAN_SHARES = (0.2, 0.14, 0.16, 0.18, 0.2, 0.12)
_RURAL_SHARES = (0.0, 0.0, 0.25, 0.25, 0.3, 0.2)
"""Shares of the 5G sites before 2025Q4 and in each quarter after; 700 MHz came with its licence."""
_CATCHMENT_KM, _PEOPLE_PER_MAST = 2.5, 16_000
_NUDGE_KM = 0.5


def sites(
    seed: int, land: Land, villages: pd.DataFrame, communes: gpd.GeoDataFrame, substations: pd.DataFrame
) -> pd.DataFrame:
    """Columns of the layer, and `x_km`, `y_km`; every 5G site stands on a 4G mast of its operator."""
    rng = np.random.default_rng([seed, 6])
    of_mast = np.random.default_rng([seed, 12])
    inside = shapely.union_all(communes.geometry.to_numpy())
    parts = []
    for operator in OPERATORS:
        chosen = _busiest(rng, villages, operator.lte)
        masts = _supplied(rng, _placed(rng, land, villages.iloc[chosen], inside), substations)
        masts = _shared(of_mast, operator, _fed(of_mast, masts, substations))
        parts += [_lte(rng, operator, masts), _nr(rng, operator, masts), _rural(rng, operator, masts)]
    table = pd.concat(parts, ignore_index=True)
    at = shapely.points(table.longitude, table.latitude)
    site, commune = shapely.STRtree(communes.geometry.to_numpy()).query(at, predicate="within")
    codes = pd.Series(communes.commune_code.to_numpy()[commune], index=site)
    dressed = _dressed(rng, table.assign(commune_code=codes[~codes.index.duplicated()]))
    return dressed.assign(planned_date=_planned(np.random.default_rng([seed, 15]), dressed))


def _planned(rng: np.random.Generator, table: pd.DataFrame) -> pd.Series:
    """First planned days of the 5G sites: those of one operator and quarter came late together, a few early."""
    on_air = pd.to_datetime(table.on_air_date)
    cohort = table.operator + on_air.dt.to_period("Q").astype(str)
    names = sorted(set(cohort))
    mean_days = cohort.map(dict(zip(names, rng.gamma(2, 12, len(names)), strict=True)))
    late = pd.to_timedelta((mean_days + rng.normal(0, 10, len(table))).round(), unit="D")
    yet_to_come = on_air > pd.Timestamp(LAST_DAY)  # late they may be, but nobody knows yet
    return on_air.where(yet_to_come, on_air - late).where(table.technology == "NR")


def _busiest(rng: np.random.Generator, villages: pd.DataFrame, count: int) -> list[int]:
    """Villages where a mast gains most, one after the other; each takes the people it can carry."""
    spots = villages[["x_km", "y_km"]].to_numpy()
    near = np.exp(-((cdist(spots, spots) / _CATCHMENT_KM) ** 2))
    left = villages.people.to_numpy(float).copy()
    taste = rng.lognormal(0, 0.5, len(spots))
    chosen: list[int] = []
    for _ in range(count):
        best = int((near @ left * taste).argmax())
        served = near[best] * left
        left -= served * min(1.0, _PEOPLE_PER_MAST / max(served.sum(), 1.0))
        taste[best] = 0
        chosen.append(best)
    return chosen


def _placed(rng: np.random.Generator, land: Land, at: pd.DataFrame, inside: shapely.Geometry) -> pd.DataFrame:
    """Masts beside their villages, on the highest of a few spots that lie within the communes."""
    offsets = rng.uniform(-_NUDGE_KM, _NUDGE_KM, (len(at), 9, 2))
    spots = at[["x_km", "y_km"]].to_numpy()[:, None, :] + offsets
    longitude, latitude = degrees(spots[..., 0], spots[..., 1])
    heights = land.at(land.heights_m, spots[..., 0], spots[..., 1])
    allowed = shapely.contains_xy(inside, longitude, latitude)
    best = np.where(allowed, heights, -1).argmax(axis=1)
    row = np.arange(len(at))
    ok = allowed.any(axis=1)
    # beside a village on the very border no spot may be inside: then the mast stands in the village
    placed = {
        "x_km": np.where(ok, spots[row, best, 0], at.x_km),
        "y_km": np.where(ok, spots[row, best, 1], at.y_km),
        "longitude": np.where(ok, longitude[row, best], at.longitude),
        "latitude": np.where(ok, latitude[row, best], at.latitude),
    }
    return pd.DataFrame({**placed, "style": at["style"].to_numpy()})


def _supplied(rng: np.random.Generator, masts: pd.DataFrame, substations: pd.DataFrame) -> pd.DataFrame:
    """Power of each mast: off the grid only in the mountains."""
    remote = (masts["style"] == "highland") & (rng.random(len(masts)) < 0.25)
    source = np.where(remote, rng.choice(["solar", "genset"], len(masts)), "grid")
    nearest = cdist(masts[["x_km", "y_km"]], substations[["x_km", "y_km"]]).argmin(axis=1)
    return masts.assign(
        power_source=source,
        backup_hours=np.where(remote, rng.gamma(6, 4, len(masts)), rng.gamma(4, 1.3, len(masts))).round(1),
        hardened=rng.random(len(masts)) < 0.08,
        substation_id=pd.Series(substations.substation_id.to_numpy(object)[nearest], masts.index).where(~remote, None),
    )


def _fed(rng: np.random.Generator, masts: pd.DataFrame, substations: pd.DataFrame) -> pd.DataFrame:
    """The feeder of each mast on the grid: of three, the one that leaves its substation that way; a few untold."""
    ends = substations.set_index("substation_id").reindex(masts.substation_id)
    bearing = np.arctan2(masts.x_km.to_numpy() - ends.x_km.to_numpy(), masts.y_km.to_numpy() - ends.y_km.to_numpy())
    number = np.nan_to_num(np.degrees(bearing) % 360 // 120).astype(int) + 1
    names = pd.Series([f"47{n} {of}" for n, of in zip(number, masts.substation_id, strict=True)], masts.index)
    return masts.assign(feeder_id=names.where(masts.substation_id.notna() & (rng.random(len(masts)) >= 0.1), None))


def _shared(rng: np.random.Generator, operator: Operator, masts: pd.DataFrame) -> pd.DataFrame:
    """Who else hangs on the mast: often another operator where it is hardened, sometimes nobody; mostly untold."""
    others = [other.name for other in OPERATORS if other is not operator]
    tenant = rng.choice([*others, ";".join(others)], len(masts))
    lot = rng.random(len(masts))
    shared = np.where(masts.hardened, lot < 0.5, lot < 0.05)
    return masts.assign(shared_with=pd.Series(tenant, masts.index).where(shared, None).mask(lot > 0.85, "không"))


def _lte(rng: np.random.Generator, operator: Operator, masts: pd.DataFrame) -> pd.DataFrame:
    days = pd.Timestamp(2019, 1, 1) + pd.to_timedelta(rng.integers(0, 365 * 6, len(masts)), unit="D")
    return _carrier(operator, masts, "LTE", 1800, 20, 62, pd.Series(days))


def _nr(rng: np.random.Generator, operator: Operator, masts: pd.DataFrame) -> pd.DataFrame:
    """The masts with most people, and the earliest of them first."""
    days = _growth(rng, operator.nr, _URBAN_SHARES)
    return _carrier(operator, masts.head(operator.nr), "NR", operator.nr_mhz, 100, 75, days)


def _rural(rng: np.random.Generator, operator: Operator, masts: pd.DataFrame) -> pd.DataFrame:
    """700 MHz on masts outside the towns that have no other 5G."""
    country = masts.iloc[operator.nr :]
    chosen = country[country["style"] != "ward"].head(operator.rural)
    days = _growth(rng, operator.rural, _RURAL_SHARES)
    return _carrier(operator, chosen, "NR", operator.rural_mhz, 10, 63, days)


def _growth(rng: np.random.Generator, count: int, shares: tuple[float, ...]) -> pd.Series:
    """On-air days of sites in order: the first before 2025Q4, the next in each quarter by its share."""
    turn = np.searchsorted(np.cumsum(shares) - 1e-9, (np.arange(count) + 0.5) / count)
    first = pd.DatetimeIndex([pd.Timestamp(2024, 10, 15), *_QUARTERS.start_time])[turn]
    length = np.array([350, *_QUARTERS.days_in_month * 0 + 90])[turn]
    return pd.Series(first + pd.to_timedelta(rng.integers(0, length), unit="D"))


def _carrier(
    operator: Operator, masts: pd.DataFrame, technology: str, mhz: float, bandwidth: float, eirp: float, days: pd.Series
) -> pd.DataFrame:
    ids = [f"{operator.prefix}-{technology}{mhz:.0f}-{number:03d}" for number in range(1, len(masts) + 1)]
    return masts.assign(
        site_id=ids,
        operator=operator.name,
        technology=technology,
        frequency_mhz=mhz,
        bandwidth_mhz=bandwidth,
        eirp_dbm=eirp,
        on_air_date=days.to_numpy(),
    )


def _dressed(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Antennas: low and tilted in town, high and flat in the country; an omni antenna has 6 dB less."""
    town = (table["style"] == "ward").to_numpy()
    omni = ~town & (rng.random(len(table)) < 0.06)
    height = np.where(town, rng.normal(27, 5, len(table)), rng.normal(42, 6, len(table)))
    tilt = np.where(town, rng.normal(6, 1.2, len(table)), rng.normal(2, 0.7, len(table)))
    planned = table.on_air_date > pd.Timestamp(LAST_DAY)
    return table.assign(
        height_agl_m=height.clip(15, 60).round(1),
        azimuths_deg=np.where(omni, "omni", _azimuths(rng, len(table))),
        downtilt_deg=np.where(omni, 0, tilt.clip(0, 10)).round(1),
        eirp_dbm=(table.eirp_dbm - 6 * omni + rng.normal(0, 1, len(table))).round(1),
        status=np.where(planned, "planned", "on_air"),
    )


def _azimuths(rng: np.random.Generator, count: int) -> NDArray[np.str_]:
    first = rng.integers(0, 12, count) * 10
    return np.array([f"{a};{a + 120};{a + 240}" for a in first])
