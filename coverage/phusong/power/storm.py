"""Storm: who still has signal hours after mains is lost, at named substations, in an area, or by chance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from phusong.config.storm import Storm
from phusong.errors import ConfigError
from phusong.power.dependency import Dependency, lost, refuse_others
from phusong.power.footprints import (
    Footprints,
    Places,
    living,
    people_covered,
    totals_covered,
    villages_covered,
    villages_in_doubt,
)
from phusong.power.supply import MAINS, hardened, masts, outlasting, shared
from phusong.text import nearest

Flags = NDArray[np.bool_]
_PERCENTILES = (5, 50, 95)


@dataclass(frozen=True)
class Loss:
    """
    Where mains is lost, by the rows of the supply.

    Parameters
    ----------
    struck
        Sites where the storm itself is: whatever their source, they live by their backup.
    cut
        Sites that hang on a node which is lost.
    nodes
        Ids of the substations and feeders that are lost, with all that hangs on them.
    """

    struck: Flags
    cut: Flags
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Aftermath:
    """
    What is left of one technology, hour by hour. `low` takes sites of which it is not known for dark, `high` for alive.

    Parameters
    ----------
    by_operator
        hour, technology, operator (`any` last); people_micro of the study; before_micro, low_micro, high_micro covered;
        unknown_micro, of whom it is not known whether they were before, and who are in none of these; communes
        (somebody in it is covered) and villages before, low and high; sites, and of them alive, dark and unknown;
        shared_low, shared_high: masts with a living site that two operators or more share.
    by_commune
        hour, technology, operator, commune_code, people_micro, before_micro, low_micro, high_micro, unknown_micro.
    lifelines
        hour, commune_code, hardened_low, hardened_high (masts, hardened and alive, of whatever technology) and
        live_hardened: yes, no, unknown.
    villages
        hour, technology, village_id, before and covered by any operator: yes, no, unknown (also off the grid, and where
        a path that could not be computed may cover it).
    sites
        hour, site_id, state: alive, dark, unknown; of every technology.
    """

    by_operator: pd.DataFrame
    by_commune: pd.DataFrame
    lifelines: pd.DataFrame
    villages: pd.DataFrame
    sites: pd.DataFrame


def mains_lost(
    supplied: gpd.GeoDataFrame,
    graph: Dependency,
    substations: gpd.GeoDataFrame,
    study: BaseGeometry,
    named: Iterable[str] = (),
    area: BaseGeometry | None = None,
) -> Loss:
    """
    Mains lost at named substations or feeders, and at all sites and substations in an area (its edge included).

    Parameters
    ----------
    substations
        substation_id and geometry, where there is an area.
    study, area
        In the CRS of the sites.

    Raises
    ------
    ConfigError
        When a name is not known, the area is no polygon or touches nothing of the study, or neither is given.
    """
    refuse_others(graph, supplied)
    wanted = sorted(set(named))
    known = set(graph.nodes.node_id)
    for name in wanted:
        if name not in known:
            hint = f" (there is {near})" if (near := nearest(name, known)) else ""
            raise ConfigError(f"storm: no substation or feeder is called {name}{hint}")
    if area is None and not wanted:
        raise ConfigError("storm: name substations, or give an area in which mains is lost")
    struck = np.zeros(len(supplied), bool)
    if area is not None:
        _refuse_area(area, study)
        struck = np.asarray(shapely.covers(area, supplied.geometry.to_numpy()))
        within = shapely.covers(area, substations.geometry.to_numpy())
        wanted += substations.substation_id[within].to_list()
    gone = lost(graph, graph.nodes.node_id.isin(wanted).to_numpy()[:, np.newaxis])
    return Loss(struck, _hit(graph, gone)[:, 0], tuple(graph.nodes.node_id[gone[:, 0]]))


def survivors(supplied: pd.DataFrame, struck: Flags, cut: Flags, hour: float) -> tuple[Flags, Flags]:
    """
    Sites that surely live, and those that may, `hour` hours after mains was lost.

    A backup of four hours carries its site up to and including hour 4. It is not known of a site that has lost mains
    and says nothing of its backup, nor, after its backup, of one whose source is not known when what it may hang on is
    lost.

    Parameters
    ----------
    struck, cut
        As in `Loss`, shape (sites,) or (sites, storms).
    """
    column = (-1, *[1] * (struck.ndim - 1))
    autonomy = supplied.autonomy_hours.to_numpy(float).reshape(column)
    on_mains = (supplied.source == MAINS).to_numpy(bool).reshape(column)
    surely, maybe = outlasting(autonomy, hour)
    return ~(struck | cut) | surely, ~(struck | (cut & on_mains)) | maybe


def storm(
    supplied: pd.DataFrame, loss: Loss, footprints: Footprints, places: Places, hours: Sequence[float]
) -> Aftermath:
    """
    Who is covered before the loss and at each of the hours after it.

    Raises
    ------
    ConfigError
        When an hour is negative or not finite, or there is none.
    """
    rows, codes = rows_of(supplied, footprints), pd.Index(places.commune_codes)
    before = _Covered.of(footprints, places, np.ones(len(rows), bool))
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in Aftermath.__dataclass_fields__}
    for hour in checked_hours(hours):
        alive = survivors(supplied, loss.struck, loss.cut, hour)
        here = alive[0][rows], alive[1][rows]
        low, high = (_Covered.of(footprints, places, flags) for flags in here)
        covered = {"before": before, "low": low, "high": high}
        tables = {
            "by_operator": _by_operator(supplied.iloc[rows], here, covered, footprints, places),
            "by_commune": _by_commune(covered, footprints, places),
            "lifelines": _lifelines(supplied, alive, codes),
            "villages": _villages(covered, footprints, places),
            "sites": pd.DataFrame({"site_id": supplied.site_id, "state": _answer(*alive, "alive", "dark")}),
        }
        for name, table in tables.items():
            table.insert(0, "hour", hour)
            found[name].append(table)
    return Aftermath(**{name: pd.concat(tables, ignore_index=True) for name, tables in found.items()})


def monte_carlo(
    supplied: pd.DataFrame,
    graph: Dependency,
    footprints: Footprints,
    places: Places,
    settings: Storm,
    substation_probability: pd.Series,
    site_probability: pd.Series,
) -> pd.DataFrame:
    """
    People covered when substations and masts lose mains by chance, each by itself.

    A draw is a function of the seed and of the substation's id or the mast's place alone, so that another site does not
    change it; sites of one mast are struck together.

    Parameters
    ----------
    substation_probability, site_probability
        Of losing mains, by substation_id (of every substation of the graph, also unlisted ones) and by site_id.

    Returns
    -------
    pd.DataFrame
        hour, technology, operator, bound (low, high, as in `Aftermath`), draws, people_micro of the study, and covered:
        mean_micro, and p5_micro, p50_micro, p95_micro: the least draw that so many per cent of them do not exceed.

    Raises
    ------
    ConfigError
        Naming substations or sites whose probability is missing or not in 0..1.
    """
    refuse_others(graph, supplied)
    stations = graph.nodes[graph.nodes.kind == "substation"].node_id
    cut = np.zeros((len(graph.nodes), settings.draws), bool)
    cut[: len(stations)] = _drawn("substation", stations, stations, substation_probability, settings)
    struck = _drawn("site", supplied.site_id, supplied.mast, site_probability, settings)
    hit, rows, micro = _hit(graph, lost(graph, cut)), rows_of(supplied, footprints), places.by_pixel
    tables = []
    for hour in checked_hours(settings.hours):
        for bound, alive in zip(("low", "high"), survivors(supplied, struck, hit, hour), strict=True):
            total = totals_covered(footprints, micro, alive[rows])
            points = np.percentile(total, _PERCENTILES, axis=1, method="inverted_cdf").astype(np.int64)
            head = {"hour": hour, "technology": footprints.technology, "operator": footprints.scopes, "bound": bound}
            mean = (total.sum(axis=1) + settings.draws // 2) // settings.draws
            table = pd.DataFrame({**head, "draws": settings.draws, "people_micro": micro.sum(), "mean_micro": mean})
            tables.append(table.assign(**{f"p{p}_micro": row for p, row in zip(_PERCENTILES, points, strict=True)}))
    return pd.concat(tables, ignore_index=True)


def checked_hours(hours: Sequence[float]) -> list[float]:
    """
    The hours in their order, each once.

    Raises
    ------
    ConfigError
        When one is negative or not finite, or there is none.

    Examples
    --------
    >>> checked_hours([24, 4, 24])
    [4.0, 24.0]
    """
    wrong = [hour for hour in hours if not (np.isfinite(hour) and hour >= 0)]
    if wrong or not len(hours):
        found = ", ".join(map(str, wrong)) or "none"
        raise ConfigError(f"storm: hours after the loss must be 0 or more (found {found})")
    return sorted({float(hour) for hour in hours})


def rows_of(supplied: pd.DataFrame, footprints: Footprints) -> NDArray[np.int64]:
    """
    Row of the supply of each site of the footprints.

    Raises
    ------
    ValueError
        When a site has none.
    """
    rows = pd.Index(supplied.site_id).get_indexer(footprints.site_ids)
    if (rows < 0).any():
        raise ValueError(f"no supply of site {footprints.site_ids[rows < 0][0]}")
    return np.asarray(rows, np.int64)


@dataclass(frozen=True)
class _Covered:
    people: NDArray[np.int64]  # micro-persons, shape (scopes, communes)
    unknown: NDArray[np.int64]  # ... of whom it is not known
    villages: Flags  # shape (scopes, villages)

    @classmethod
    def of(cls, footprints: Footprints, places: Places, alive: Flags) -> _Covered:
        served = living(footprints, alive)
        unknown = people_covered(places, footprints.dark & ~served)
        return cls(people_covered(places, served), unknown, villages_covered(places, served))


def _refuse_area(area: BaseGeometry, study: BaseGeometry) -> None:
    if area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty or not area.is_valid:
        raise ConfigError(f"storm: the area is no sound polygon ({shapely.is_valid_reason(area)}, {area.geom_type})")
    if not area.intersects(study):
        raise ConfigError("storm: the area lies outside the study; is it in the right coordinate system?")


def _hit(graph: Dependency, gone: Flags) -> Flags:
    """Sites that hang on a lost node, shape (sites, storms)."""
    return np.asarray((graph.sites @ gone.astype(np.int8)) > 0)


def _drawn(kind: str, ids: pd.Series, keys: pd.Series, probability: pd.Series, settings: Storm) -> Flags:
    """Whether each loses mains in each draw; the bits are SHAKE-256 (FIPS 202) of the key as JSON."""
    chance = probability.reindex(ids).to_numpy(float)
    wrong = ids.to_numpy()[~((chance >= 0) & (chance <= 1))]
    if len(wrong):
        told = ", ".join(map(str, wrong[:5]))
        raise ConfigError(f"storm: {len(wrong)} {kind}(s) without a probability in 0..1, such as {told}")
    drawn = np.zeros((len(chance), settings.draws), bool)
    for row, key in enumerate(keys):
        named = json.dumps([settings.seed, kind, str(key)]).encode()
        words = np.frombuffer(hashlib.shake_256(named).digest(8 * settings.draws), "<u8")
        drawn[row] = (words >> np.uint64(11)) * 2.0**-53 < chance[row]
    return drawn


def _by_operator(
    sites: pd.DataFrame,
    alive: tuple[Flags, Flags],
    covered: dict[str, _Covered],
    footprints: Footprints,
    places: Places,
) -> pd.DataFrame:
    head = {"technology": footprints.technology, "operator": footprints.scopes, "people_micro": places.micro.sum()}
    people = {f"{when}_micro": found.people.sum(axis=1) for when, found in covered.items()}
    people["unknown_micro"] = covered["before"].unknown.sum(axis=1)
    communes = {f"communes_{when}": (found.people > 0).sum(axis=1) for when, found in covered.items()}
    villages = {f"villages_{when}": found.villages.sum(axis=1) for when, found in covered.items()}
    surely, maybe = alive
    states = {"sites": np.ones(len(sites), bool), "alive": surely, "dark": ~maybe, "unknown": maybe & ~surely}
    number = {name: _by_scope(footprints, flag, np.arange(len(sites))) for name, flag in states.items()}
    for name, lives, by_two in zip(("shared_low", "shared_high"), alive, shared(sites, 2), strict=True):
        number[name] = _by_scope(footprints, lives & by_two, sites.mast.to_numpy(object))
    return pd.DataFrame({**head, **people, **communes, **villages, **number})


def _by_scope(footprints: Footprints, which: Flags, names: NDArray[np.generic]) -> list[int]:
    """How many different names each operator's sites have among those, and all operators' sites."""
    own = [footprints.operator == row for row in range(len(footprints.operators))]
    return [len(set(names[which & flags])) for flags in (*own, np.ones(len(which), bool))]


def _by_commune(covered: dict[str, _Covered], footprints: Footprints, places: Places) -> pd.DataFrame:
    communes, scopes = len(places.commune_codes), footprints.scopes
    head = {
        "technology": footprints.technology,
        "operator": np.repeat(np.array(scopes, object), communes),
        "commune_code": np.tile(places.commune_codes, len(scopes)),
        "people_micro": np.tile(np.asarray(places.micro.sum(axis=1)).ravel(), len(scopes)),
    }
    people = {f"{when}_micro": found.people.ravel() for when, found in covered.items()}
    return pd.DataFrame({**head, **people, "unknown_micro": covered["before"].unknown.ravel()})


def _lifelines(supplied: pd.DataFrame, alive: tuple[Flags, Flags], codes: pd.Index) -> pd.DataFrame:
    low, high = (masts(supplied, is_so & lives, codes) for is_so, lives in zip(hardened(supplied), alive, strict=True))
    answers = {"hardened_low": low, "hardened_high": high, "live_hardened": _answer(low > 0, high > 0)}
    return pd.DataFrame({"commune_code": codes, **answers})


def _villages(covered: dict[str, _Covered], footprints: Footprints, places: Places) -> pd.DataFrame:
    doubt = villages_in_doubt(footprints, places)
    before, low, high = (covered[when].villages[-1] for when in ("before", "low", "high"))
    answers = {"before": _answer(before, before | doubt), "covered": _answer(low, high | doubt)}
    return pd.DataFrame({"technology": footprints.technology, "village_id": places.village_ids, **answers})


def _answer(surely: Flags, maybe: Flags, yes: str = "yes", no: str = "no") -> NDArray[np.object_]:
    return np.select([surely, ~maybe], [yes, no], "unknown").astype(object)
