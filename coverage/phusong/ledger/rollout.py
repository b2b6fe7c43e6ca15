"""
Roll-out: planned sites coming on air with the delays that each operator is known for, many times over.

Delays are not drawn one by one from a bell: the sites of one quarter are late together. So each draw takes, for each
operator and quarter of planning, one cohort of the past (the sites that the operator had planned for one quarter), and
each site a delay of that cohort. Draws come from hashes of ids: a new site, operator or draw changes no other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_SITES = 10
"""Operators with fewer known delays are given those of all operators."""
RIPE_DAYS = 180
"""Sites planned for a quarter that ended less than this ago teach nothing while some are open: the late are missing."""
INTERVALS = (50, 80, 95)
_NEVER = np.inf
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Slips:
    """
    Delays by operator and cohort.

    Parameters
    ----------
    cohorts
        By operator, and "" for all: the sorted delays of each cohort in days, early ones negative, infinite for sites
        of ripe cohorts that are not on air yet; in the order of operators and quarters.
    account
        One row an operator: `operator`, `sites` with a known delay that is used, `open_sites` of ripe cohorts,
        `unripe_sites`, `undated_sites` without a planned day, `cohorts`, and `pooled`, whether it is given the delays
        of all.
    """

    cohorts: Mapping[str, tuple[Floats, ...]]
    account: pd.DataFrame

    def of(self, operator: str) -> tuple[Floats, ...]:
        """Cohorts of an operator, those of all where it has too few."""
        return self.cohorts.get(operator, self.cohorts[""])


def learn(history: pd.DataFrame, as_of: dt.date) -> Slips:
    """
    Delays of sites whose planned and actual days are known.

    Parameters
    ----------
    history
        `operator`, `planned`, `actual`, days, missing where the site was not on air by `as_of`.

    Raises
    ------
    ValueError
        When fewer than `LEAST_SITES` delays are known over all operators.

    Examples
    --------
    >>> planned = pd.to_datetime(["2025-01-10"] * 10)
    >>> history = pd.DataFrame({"operator": "A", "planned": planned, "actual": planned + pd.Timedelta(days=30)})
    >>> learn(history, dt.date(2026, 9, 30)).of("A")[0][:3].tolist()
    [30.0, 30.0, 30.0]
    """
    today = pd.Timestamp(as_of)
    planned, actual = pd.to_datetime(history.planned), pd.to_datetime(history.actual)
    actual = actual.where(actual <= today)
    sites = pd.DataFrame({"operator": history.operator, "quarter": planned.dt.to_period("Q")})
    sites = sites.assign(slip=((actual - planned) / pd.Timedelta(days=1)).fillna(_NEVER), undated=planned.isna())
    quarters = sites.groupby(["operator", "quarter"]).slip
    complete = np.isfinite(quarters.transform("max").fillna(_NEVER))
    ripe = sites.quarter.dt.end_time + pd.Timedelta(days=RIPE_DAYS) <= today
    sites = sites.assign(used=(ripe | complete) & ~sites.undated)
    account = _account(sites)
    if account.sites.sum() < LEAST_SITES:
        raise ValueError(f"{account.sites.sum()} known delays are too few to learn from; {LEAST_SITES} are the least")
    own = {
        str(name): _cohorts(sites[sites.operator == name]) for name in account.operator[~account.pooled.to_numpy(bool)]
    }
    return Slips({"": _cohorts(sites), **own}, account)


@dataclass(frozen=True)
class Rollout:
    """
    What the draws came to on the day; arrays have one entry a draw.

    Parameters
    ----------
    on_air
        Sites on air: those of today and those that came.
    without, unknown
        Communes without a site, and those of which it is not known.
    communes
        `commune_code`, `probability` of a site on the day; where today is not known, what the planned sites give alone.
    account
        Sites `simulated`; `undated`, without a planned day, and `astray`, planned in no commune of the frame: neither
        comes in any draw; `pooled`, with the delays of all operators; `beyond_experience`, late already by more than
        any site of the cohort of some draw: they do not come in that one.
    """

    day: dt.date
    on_air: NDArray[np.int64]
    without: NDArray[np.int64]
    unknown: NDArray[np.int64]
    communes: pd.DataFrame
    account: Mapping[str, int]

    def summary(self) -> pd.DataFrame:
        """
        `quantity` (sites_on_air, communes_without_site, communes_unknown), `median`, and `low_50`, `high_50`, ...: each
        a count that was drawn, the smallest that so many draws do not exceed.
        """
        asked = {"median": 0.5}
        for percent in INTERVALS:
            asked |= {f"low_{percent}": 0.5 - percent / 200, f"high_{percent}": 0.5 + percent / 200}
        drawn = np.stack([self.on_air, self.without, self.unknown])
        found = np.quantile(drawn, [*asked.values()], axis=1, method="inverted_cdf").astype(np.int64)
        quantities = ["sites_on_air", "communes_without_site", "communes_unknown"]
        return pd.DataFrame({"quantity": quantities, **dict(zip(asked, found, strict=True))})

    def probability_of_sites(self, target: int) -> float:
        """Share of draws with at least so many sites on air."""
        return float((self.on_air >= target).mean())

    def probability_of_communes(self, without: int = 0) -> tuple[float, float]:
        """
        Share of draws with at most so many communes without a site.

        First with communes of which it is not known counted as without, then as with one.
        """
        return float((self.without + self.unknown <= without).mean()), float((self.without <= without).mean())


@dataclass(frozen=True)
class Arrivals:
    """
    Which planned sites are on air by a day, in each draw.

    Parameters
    ----------
    came
        Of each site, shape (sites, draws).
    beyond
        Whether a site is late already by more than any site of the cohort of some draw.
    """

    day: dt.date
    sites: pd.Index
    came: NDArray[np.bool_]
    beyond: NDArray[np.bool_]

    @property
    def draws(self) -> int:
        """How many there are."""
        return self.came.shape[1]

    def of(self, site_id: pd.Series) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Rows of some of the sites, in their order."""
        at = self.sites.get_indexer(pd.Index(site_id))
        return self.came[at], self.beyond[at]


def arrivals(
    sites: pd.DataFrame, slips: Slips, as_of: dt.date, day: dt.date, draws: int = 1000, seed: int = 0
) -> Arrivals:
    """
    Planned sites drawn on air by a day, many times.

    A site that is not on air as of today comes later than today: its delay is drawn from those of the cohort that are
    long enough. What is drawn of a site hangs on it, its operator and its quarter alone, so that the draws of provinces
    sum to those of the nation, draw by draw.

    Parameters
    ----------
    sites
        `site_id`, `operator`, `planned`: sites not on air as of `as_of`; those without a planned day are left out.
    day
        By which, the day included.

    Raises
    ------
    ValueError
        When a site is there twice, or the day is not after `as_of`.
    """
    if sites.site_id.duplicated().any():
        raise ValueError("a site is there twice")
    if day <= as_of:
        raise ValueError(f"{day} is not after {as_of}")
    planned = pd.to_datetime(sites.planned)
    dated = sites.assign(planned=planned)[planned.notna()]
    return Arrivals(day, pd.Index(dated.site_id), *_drawn(dated, slips, as_of, day, draws, seed))


def simulate(
    sites: pd.DataFrame,
    communes: pd.DataFrame,
    slips: Slips,
    drawn: Arrivals,
    reaches: pd.DataFrame | None = None,
) -> Rollout:
    """
    What the sites that come bring to communes.

    Parameters
    ----------
    sites
        `site_id`, `operator`, `commune_code`, `planned`: of those that were drawn.
    communes
        `commune_code`, `sites` on air as of `as_of`, whole or missing.
    reaches
        `site_id`, `commune_code`: what each site brings something to, such as its signal to the commune's centre; then
        `sites` of the communes counts what does so today. None for the commune in which it stands.

    Raises
    ------
    ValueError
        When a site or commune is there twice.

    Examples
    --------
    The site planned for 1 November comes 30 days later, the other one too late:

    >>> planned = pd.to_datetime(["2025-01-10"] * 10)
    >>> history = pd.DataFrame({"operator": "A", "planned": planned, "actual": planned + pd.Timedelta(days=30)})
    >>> sites = pd.DataFrame({"site_id": ["s", "t"], "operator": "A", "commune_code": ["00001", "00002"]})
    >>> sites = sites.assign(planned=pd.to_datetime(["2026-11-01", "2026-12-05"]))
    >>> communes = pd.DataFrame({"commune_code": ["00001", "00002"], "sites": [0, 0]})
    >>> today, end = dt.date(2026, 9, 30), dt.date(2026, 12, 31)
    >>> slips = learn(history, today)
    >>> found = simulate(sites, communes, slips, arrivals(sites, slips, today, end, draws=3))
    >>> found.on_air.tolist(), found.without.tolist(), found.probability_of_communes()
    ([1, 1, 1], [1, 1, 1], (0.0, 0.0))
    """
    if sites.site_id.duplicated().any() or communes.commune_code.duplicated().any():
        raise ValueError("a site or a commune is there twice")
    codes = pd.Index(communes.commune_code)
    planned, place = pd.to_datetime(sites.planned), codes.get_indexer(sites.commune_code)
    dated = planned.notna().to_numpy()
    usable = dated & (place >= 0) if reaches is None else dated
    ordered = sites[usable]
    came, beyond = drawn.of(ordered.site_id)
    row, place = (np.arange(len(ordered)), place[usable]) if reaches is None else _pairs(reaches, ordered, codes)
    known, today = communes.sites.notna().to_numpy(bool), communes.sites.fillna(0).to_numpy(np.int64)
    reached = np.zeros((len(codes), drawn.draws), bool)
    np.logical_or.at(reached, place, came[row])
    reached |= (today > 0)[:, np.newaxis]
    account = {
        "simulated": int(usable.sum()),
        "undated": int((~dated).sum()),
        "astray": int((dated & ~usable).sum()),
        "pooled": int((~ordered.operator.isin([*slips.cohorts])).sum()),
        "beyond_experience": int(beyond.sum()),
    }
    chance = pd.DataFrame({"commune_code": codes, "probability": reached.mean(axis=1)})
    on_air = today.sum() + came.sum(axis=0)
    missing = ~reached
    return Rollout(drawn.day, on_air, missing[known].sum(axis=0), missing[~known].sum(axis=0), chance, account)


def _pairs(reaches: pd.DataFrame, sites: pd.DataFrame, codes: pd.Index) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Place of the site and of the commune of each pair of which both are there."""
    row = pd.Index(sites.site_id).get_indexer(pd.Index(reaches.site_id))
    place = codes.get_indexer(pd.Index(reaches.commune_code))
    both = (row >= 0) & (place >= 0)
    return row[both], place[both]


def _drawn(
    sites: pd.DataFrame, slips: Slips, as_of: dt.date, day: dt.date, draws: int, seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each site is on air by the day in each draw, and whether it was beyond all experience in some."""
    came, beyond = np.zeros((len(sites), draws), bool), np.zeros(len(sites), bool)
    row = np.arange(len(sites))
    planned = sites.planned.to_numpy("datetime64[D]")
    late, room = ((np.datetime64(end, "D") - planned).astype(np.float64) for end in (as_of, day))
    own = np.stack([_uniform(f"{seed}|site|{name}", draws) for name in sites.site_id]) if len(sites) else came
    quarters = sites.planned.dt.to_period("Q")
    for (operator, quarter), rows in pd.Series(row).groupby([sites.operator.to_numpy(), quarters.to_numpy()]):
        which, cohorts = rows.to_numpy(), slips.of(str(operator))
        ends = np.cumsum([len(cohort) for cohort in cohorts])
        # a cohort is as likely as it is large
        chosen = np.searchsorted(ends, _uniform(f"{seed}|cohort|{operator}|{quarter}", draws) * ends[-1], side="right")
        for number in np.unique(chosen):
            cohort, of = cohorts[number], np.flatnonzero(chosen == number)
            first = np.searchsorted(cohort, late[which], side="right")[:, np.newaxis]
            at = first + np.floor(own[np.ix_(which, of)] * (len(cohort) - first)).astype(np.int64)
            slip = np.append(cohort, _NEVER)[at]
            came[np.ix_(which, of)] = slip <= room[which, np.newaxis]
            beyond[which] |= first[:, 0] == len(cohort)
    return came, beyond


def _uniform(key: str, draws: int) -> Floats:
    """Numbers in [0, 1) of a key: the hash of the key begins a SplitMix64 sequence (Steele, Lea & Flood 2014)."""
    start = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
    step = np.arange(1, draws + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = step + np.uint64(start & _MASK)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _cohorts(sites: pd.DataFrame) -> tuple[Floats, ...]:
    used = sites[sites.used].groupby(["operator", "quarter"], sort=True).slip
    return tuple(np.sort(slip.to_numpy(np.float64)) for _, slip in used)


def _account(sites: pd.DataFrame) -> pd.DataFrame:
    known = np.isfinite(sites.slip)
    flags = sites.assign(
        sites=sites.used & known,
        open_sites=sites.used & ~known,
        unripe_sites=~sites.used & ~sites.undated,
        undated_sites=sites.undated,
        cohort=sites.quarter.where(sites.used),
    ).groupby("operator")
    counts = (
        flags[["sites", "open_sites", "unripe_sites", "undated_sites"]].sum().assign(cohorts=flags.cohort.nunique())
    )
    return counts.assign(pooled=counts.sites < LEAST_SITES).reset_index()
