"""The outlook of a period: what "nationwide" means so far, what is left for each week, and what is likely by then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.config import Target
from phusong.ledger import headway, satellite
from phusong.ledger.coming import Coming, coming
from phusong.ledger.period import Period
from phusong.ledger.planned import Filed, communes_of, first_plans, history, on_air_of, open_sites
from phusong.ledger.prospects import CHANCES, Prospects, marks, prospects, public_bases
from phusong.ledger.published import Published
from phusong.ledger.readings import COVERED, readings
from phusong.ledger.run_rate import pace, required
from phusong.ledger.yields import GAINED, yields

END = dt.date(2026, 12, 31)
"""Day by which "nationwide 5G in 2026" is to be there."""
TABLES = ("communes", "indicators", "sites", "terminals")
"""Tables of a snapshot that an outlook stands on."""


@dataclass(frozen=True)
class Quarter:
    """
    What an outlook needs of one period.

    Parameters
    ----------
    tables
        Of its snapshot, as in `TABLES`.
    sites_as_of
        Day of which its file of sites speaks; None where the project does not say.
    """

    period: Period
    tables: Mapping[str, pd.DataFrame]
    sites_as_of: dt.date | None

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """Sites in reach."""
        return gpd.GeoDataFrame(self.tables["sites"])

    @property
    def communes(self) -> gpd.GeoDataFrame:
        """Communes; whether their centres are covered is unknown where nobody asked."""
        own = gpd.GeoDataFrame(self.tables["communes"])
        return own if "centre_covered" in own else own.assign(centre_covered="unknown")

    @property
    def terminals(self) -> pd.DataFrame:
        """Satellite terminals of the period."""
        own = self.tables["terminals"]
        return own[own.period == self.period.name]


@dataclass(frozen=True)
class Outlook:
    """
    The outlook as frames, all of one period, as of one day.

    Parameters
    ----------
    readings
        Of the study and its provinces: `unit_level`, `unit_code`, the columns of `readings.readings`, and what they
        lack by the week: `per_week` and `state` as of `run_rate.required`, `per_week_before` (missing where another
        operator was first a period before, or its definition another).
    rates
        As of `headway.rates`.
    series, forecasts, chances
        As of `prospects.Prospects`; chances of the simulation are among them.
    marks
        Figures of others beside the series, as of `prospects.marks`.
    rollout, slips, site_chances
        As of `coming.Coming`; empty where the day is not ahead.
    gained, yields
        People that each planned site brings (`yields.GAINED`), and their trend; empty where nobody measured.
    satellite, satellite_signal
        As of `satellite.on_the_way`, with `per_week_before`, and `satellite.by_signal`, with `unit_level`, `unit_code`.
    public
        As of `prospects.public_bases`.
    """

    readings: pd.DataFrame
    rates: pd.DataFrame
    series: pd.DataFrame
    forecasts: pd.DataFrame
    chances: pd.DataFrame
    marks: pd.DataFrame
    rollout: pd.DataFrame
    slips: pd.DataFrame
    site_chances: pd.DataFrame
    gained: pd.DataFrame
    yields: pd.DataFrame
    satellite: pd.DataFrame
    satellite_signal: pd.DataFrame
    public: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """The frames by name."""
        return {own.name: getattr(self, own.name) for own in fields(self)}


def outlook(
    quarters: Sequence[Quarter],
    series: pd.DataFrame,
    targets: Sequence[Target],
    published: Published,
    as_of: dt.date,
    by: dt.date = END,
    *,
    nation: bool,
    gained: pd.DataFrame | None = None,
) -> Outlook:
    """
    The outlook of the last of some periods.

    What is known is of the last day of the period; rates count the weeks from `as_of` on.

    Parameters
    ----------
    quarters
        Snapshots in the order of their periods, of which all but the last two may have no table but `sites`.
    series
        As of `history.series`, of these periods.
    as_of, by
        Day of the edition, and the day by which targets are to be met.
    nation
        Whether the study is the nation: only then the target of satellite terminals is its own.
    gained
        Columns as in `yields.GAINED`; None where nobody measured.

    Raises
    ------
    ConfigError
        When the edition's day is before the last day of the period, of which its figures speak.
    """
    now = quarters[-1]
    last_day = now.period.last_day
    now.period.refuse_earlier(as_of)
    plans, waiting = planned(quarters)
    seen = prospects(series, now.tables["indicators"], targets, last_day, by)
    drawn = _drawn(now, waiting, history(plans, now.sites), by, gained)
    rates = _rates(quarters[-2:], waiting, as_of, by)
    measured = pd.DataFrame(columns=GAINED) if gained is None else gained
    return Outlook(
        readings=_readings(quarters[-2:], as_of, by),
        rates=rates,
        series=seen.series,
        forecasts=seen.forecasts,
        chances=_together(seen, drawn),
        marks=marks(published, seen.series, nation=nation),
        rollout=drawn.rollout,
        slips=drawn.slips,
        site_chances=drawn.communes,
        gained=measured,
        yields=yields(measured, _left(rates)),
        satellite=_satellite(quarters[-2:], as_of, by, nation=nation),
        satellite_signal=_by_signal(now),
        public=public_bases(published, last_day, by),
    )


def planned(quarters: Sequence[Quarter]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """First plans known of each site (`planned.first_plans`), and sites that are to come (`planned.open_sites`)."""
    plans = first_plans([Filed(one.sites, one.sites_as_of) for one in quarters])
    return plans, open_sites(quarters[-1].sites, quarters[-1].communes, plans)


def _units(communes: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The study and its provinces, each with its communes."""
    yield "study", "", communes
    yield from (("province", str(code), own) for code, own in communes.groupby("province_code"))


def _readings(last_two: Sequence[Quarter], as_of: dt.date, by: dt.date) -> pd.DataFrame:
    """Readings of the last period with the rate that each asks, and its pace since the one before."""
    *before, now = last_two
    table = _read(now)
    counts = pd.DataFrame({"done": table.numerator, "target": table.needed})
    told = required(counts, as_of, by)
    table = table.assign(per_week=told.per_week, state=told.state, per_week_before=np.nan)
    if not before or _version(before[0]) != _version(now):
        return table
    key = ["unit_level", "unit_code", "reading", "operator"]
    was = table[key].merge(_read(before[0]), on=key, how="left").numerator
    days = before[0].period.last_day, now.period.last_day
    paces = [
        np.nan if pd.isna(one) else pace(int(one), int(other), *days)
        for one, other in zip(was, table.numerator, strict=True)
    ]
    return table.assign(per_week_before=paces)


def _read(now: Quarter) -> pd.DataFrame:
    indicators = now.tables["indicators"]
    above = indicators[indicators.unit_level != "commune"]  # of communes there are a hundred times as many
    parts = []
    for level, code, communes in _units(now.communes):
        own = above[(above.unit_level == level) & (above.unit_code == code)]
        parts.append(readings(communes, own).assign(unit_level=level, unit_code=code))
    table = pd.concat(parts, ignore_index=True)
    return table[["unit_level", "unit_code", *table.columns.drop(["unit_level", "unit_code"])]]


def _rates(last_two: Sequence[Quarter], waiting: pd.DataFrame, as_of: dt.date, by: dt.date) -> pd.DataFrame:
    """Rates of the last period, with the pace since the one before where the definition is the same."""
    *before, now = last_two
    counted = headway.counts(now.communes, now.tables["indicators"], now.sites, waiting, by)
    if not before or _version(before[0]) != _version(now):
        return headway.rates(counted, as_of, by)
    earlier = headway.counts(before[0].communes, before[0].tables["indicators"], before[0].sites, waiting, by)
    days = (now.period.last_day - before[0].period.last_day).days
    return headway.rates(counted, as_of, by, earlier, days)


def _version(quarter: Quarter) -> list[str]:
    own = quarter.tables["indicators"]
    return sorted(set(own.version[own.definition_id == COVERED].astype(str)))


def _drawn(now: Quarter, waiting: pd.DataFrame, past: pd.DataFrame, by: dt.date, gained: pd.DataFrame | None) -> Coming:
    if by <= now.period.last_day:
        nothing = pd.DataFrame()
        return Coming(nothing, pd.DataFrame(columns=CHANCES), nothing, nothing)
    sites = now.sites
    standing = gpd.GeoDataFrame(sites.loc[on_air_of(sites), ["operator", "geometry"]])
    on_air = pd.DataFrame({"operator": standing.operator, "commune_code": communes_of(standing, now.communes)})
    return coming(waiting, on_air, now.communes, past, now.period.last_day, by, gained)


def _together(seen: Prospects, drawn: Coming) -> pd.DataFrame:
    filled = [table for table in (seen.chances, drawn.chances) if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else seen.chances


def _left(rates: pd.DataFrame) -> dict[str, int | None]:
    """People of the study that each operator lacks to its target."""
    own = rates[(rates.province_code == "") & (rates.quantity == "people")]
    return {
        str(operator): None if left is pd.NA else int(left)
        for operator, left in zip(own.operator, own.left, strict=True)
    }


def _satellite(last_two: Sequence[Quarter], as_of: dt.date, by: dt.date, *, nation: bool) -> pd.DataFrame:
    """Terminals on the way; a part of the country has no target of its own, but its share of the cap."""
    *before, now = last_two
    found = satellite.on_the_way(now.terminals, as_of, by)
    done, was = found.done.iloc[0], before[0].terminals.active_terminals.sum() if before else 0
    pace_so_far = np.nan
    if before and len(before[0].terminals) and done is not pd.NA:
        pace_so_far = pace(int(was), int(done), before[0].period.last_day, now.period.last_day)
    if not nation:
        asked = pd.array([pd.NA], "Int64")
        found = found.assign(target=asked, left=asked, per_week=asked, cap_left=asked, state="unknown")
    return found.assign(per_week_before=pace_so_far)


def _by_signal(now: Quarter) -> pd.DataFrame:
    parts = []
    for level, code, communes in _units(now.communes):
        own = now.terminals[now.terminals.commune_code.isin(communes.commune_code)] if code else now.terminals
        parts.append(satellite.by_signal(own, communes).assign(unit_level=level, unit_code=code))
    return pd.concat(parts, ignore_index=True)[["unit_level", "unit_code", "signal", "communes", "terminals"]]
