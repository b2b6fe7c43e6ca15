"""Reported: the official list of dead-zone villages, found among the villages and held beside the prediction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.administration.names import keys, province_key, same, split_type
from phusong.layers.geometry import geodesic_distance_m
from phusong.zones.village_names import LIKENESS, likeness

MATCHES = ("id", "place_and_name", "name_and_commune", "place", "ambiguous", "unmatched")
"""How a row of the list was found, the surest way first."""
OUTCOMES = ("agreed", "reported_only", "contradicted", "ambiguous", "unmatched")
"""What the prediction says to a row of the list."""
_TAKEN = ("village_id", "village_name", "commune_code", "signal", "power")
_THINGS = {"signal": ("signal",), "power": ("power",), "both": ("signal", "power")}

_MARGIN = 1.05  # a projected distance is off by less; the geodesic one decides


@dataclass(frozen=True)
class Reported:
    """
    The list beside the prediction.

    Parameters
    ----------
    rows
        Every filed row as it was filed, and: `match` (of `MATCHES`), `matched_id`, `matched_name`, `candidates` (ids
        joined by ; where ambiguous), `distance_m` (geodesic, from the filed place), `predicted_signal`,
        `predicted_power` (served, not_served, unknown), `outcome` (of `OUTCOMES`), `counted_in` (code of the commune:
        of the village matched, else the one the row names; empty where neither is known).
    predicted_only
        Villages predicted to lack what no row says they lack: `village_id`, `village_name`, `commune_code`, `lacks`,
        and `candidate`, whether an ambiguous row may mean them. A list without any row on power says nothing of power.
    """

    rows: gpd.GeoDataFrame
    predicted_only: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, which sum to the rows of the list, and the villages that are predicted only."""
        found = self.rows.outcome.value_counts()
        return {name: int(found.get(name, 0)) for name in OUTCOMES} | {"predicted_only": len(self.predicted_only)}


def from_flags(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The list that the villages' own `reported_no_signal` makes, for a study without a filed one."""
    own = villages[villages.reported_no_signal.fillna(False).astype(bool)].reset_index(drop=True)
    return gpd.GeoDataFrame(own[["village_id", "village_name", "commune_code", "geometry"]]).assign(
        commune_name=None, province_name=None, lacks="signal", reported_on=pd.NaT, source="villages"
    )


def beside(
    filed: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, communes: pd.DataFrame, reach_m: float, place_m: float
) -> Reported:
    """
    Find the villages that the list means, and hold the list beside the prediction.

    A row is matched by its id; else by its place, to a village of a similar name at most `reach_m` away; else by its
    name in its commune; else by its place alone, to the only village at most `place_m` away. Only an id reaches into
    another commune than the row names. Where several villages fit, those of the most alike name are taken, and a later
    stage may choose among them but never beyond them; what stays open is ambiguous, never a guess.

    A row agrees when all it says is lacking is predicted to be lacking; it is contradicted when something of it is
    predicted to be served; else it is reported only, the prediction knowing nothing.

    Parameters
    ----------
    filed
        Rows of the list, in the CRS of the villages; the geometry may be empty.
    villages
        With the predicted `signal` and `power` (served, not_served, unknown).
    communes
        `commune_code`, `commune_name`, `province_name`.
    """
    known, rows = villages.reset_index(drop=True), filed.reset_index(drop=True)
    named = _communes(rows, communes)
    found = _matches(rows, known, named, _near(rows, known, reach_m), place_m)
    return Reported(rows.assign(**_told(rows, known, found, named)), _predicted_only(rows, known, found))


def by_commune(reported: Reported) -> pd.DataFrame:
    """Rows `filed` and by outcome, and villages `predicted_only`, by `commune_code`; empty code where not known."""
    rows, alone = reported.rows, reported.predicted_only
    codes = sorted({*rows.counted_in, *alone.commune_code})
    columns = {"filed": rows.counted_in} | {name: rows.counted_in[rows.outcome == name] for name in OUTCOMES}
    columns["predicted_only"] = alone.commune_code
    counted = {name: column.value_counts().reindex(codes, fill_value=0) for name, column in columns.items()}
    return pd.DataFrame({"commune_code": codes, **{name: count.to_numpy() for name, count in counted.items()}})


@dataclass(frozen=True)
class _Match:
    stage: str
    villages: tuple[int, ...]

    @property
    def village(self) -> int:
        """Position of the village meant, -1 where it is not known which."""
        return -1 if self.stage in ("ambiguous", "unmatched") else self.villages[0]


def _communes(rows: pd.DataFrame, communes: pd.DataFrame) -> list[frozenset[str]]:
    """Codes of the communes that each row may name: by its code, else by its name and province; none if unknown."""
    known = set(communes.commune_code)
    by_name: dict[str, list[tuple[str, str, str]]] = {}
    for code, name, province in zip(communes.commune_code, communes.commune_name, communes.province_name, strict=True):
        by_name.setdefault(keys(split_type(name)[1])[4], []).append((code, name, province_key(province)))
    found = []
    for code, name, province in zip(rows.commune_code, rows.commune_name, rows.province_name, strict=True):
        if code in known or not isinstance(name, str):
            found.append(frozenset({code} & known))
            continue
        within = province_key(province) if isinstance(province, str) else ""
        alike = by_name.get(keys(split_type(name)[1])[4], [])
        found.append(frozenset(c for c, n, p in alike if same(name, n) and within in ("", p)))
    return found


def _near(rows: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, reach_m: float) -> dict[int, dict[int, float]]:
    """Villages at most `reach_m` from the place of each row that has one, with their geodesic distance in metres."""
    places, points = rows.geometry.to_numpy(), villages.geometry.to_numpy()
    row, village = shapely.STRtree(points).query(places, predicate="dwithin", distance=reach_m * _MARGIN)
    distance = geodesic_distance_m(_points(rows, row), _points(villages, village))
    found: dict[int, dict[int, float]] = {}
    for r, v, far in zip(row, village, distance, strict=True):
        if far <= reach_m:
            found.setdefault(int(r), {})[int(v)] = float(far)
    return found


def _points(frame: gpd.GeoDataFrame, which: NDArray[np.integer]) -> gpd.GeoSeries:
    return gpd.GeoSeries(frame.geometry.to_numpy()[which], crs=frame.crs)


def _matches(
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    named: list[frozenset[str]],
    near: Mapping[int, Mapping[int, float]],
    place_m: float,
) -> list[_Match]:
    names, codes = list(villages.village_name), list(villages.commune_code)
    with_id = {name: [k] for k, name in enumerate(villages.village_id)}
    of_commune = {str(code): list(map(int, own)) for code, own in villages.groupby("commune_code").indices.items()}
    found = []
    for k, (own_id, name) in enumerate(zip(rows.village_id, rows.village_name, strict=True)):
        around = {v: far for v, far in near.get(k, {}).items() if not named[k] or codes[v] in named[k]}
        inside = [v for code in sorted(named[k]) for v in of_commune.get(code, [])]
        stages = (
            ("id", with_id.get(own_id, [])),
            ("place_and_name", _most_alike(name, around, names, LIKENESS)),
            ("name_and_commune", _most_alike(name, inside, names, LIKENESS[:-1])),
            ("place", [v for v, far in around.items() if far <= place_m]),
        )
        found.append(_narrowed(stages))
    return found


def _most_alike(name: str, villages: Iterable[int], names: list[str], accepted: tuple[str, ...]) -> list[int]:
    alike = {village: likeness(name, names[village]) for village in villages}
    best = next((one for one in accepted if one in alike.values()), None)
    return [village for village, how in alike.items() if best and how == best]


def _narrowed(stages: Iterable[tuple[str, list[int]]]) -> _Match:
    open_still: list[int] = []
    for stage, villages in stages:
        fitting = [village for village in villages if not open_still or village in open_still]
        if len(fitting) == 1:
            return _Match(stage, tuple(fitting))
        open_still = fitting or open_still
    return _Match("ambiguous" if open_still else "unmatched", tuple(open_still))


def _told(
    rows: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, found: list[_Match], named: list[frozenset[str]]
) -> dict[str, list[Any]]:
    of = [match.village for match in found]
    held: dict[str, list[Any]] = {name: [None if k < 0 else villages[name].iloc[k] for k in of] for name in _TAKEN}
    own = [min(codes) if len(codes) == 1 else "" for codes in named]
    homes = [str(home or code) for home, code in zip(held["commune_code"], own, strict=True)]
    ids = villages.village_id.to_numpy()
    return {
        "match": [match.stage for match in found],
        "matched_id": held["village_id"],
        "matched_name": held["village_name"],
        "candidates": [";".join(sorted(ids[list(m.villages)])) if m.stage == "ambiguous" else "" for m in found],
        "distance_m": _distances(rows, villages, np.array(of, int)),
        "predicted_signal": held["signal"],
        "predicted_power": held["power"],
        "outcome": [
            _outcome(match.stage, [held[thing][k] for thing in _THINGS[lacks]])
            for k, (match, lacks) in enumerate(zip(found, rows.lacks, strict=True))
        ],
        "counted_in": homes,
    }


def _outcome(stage: str, states: list[str]) -> str:
    if stage in ("ambiguous", "unmatched"):
        return stage
    if "served" in states:
        return "contradicted"
    return "reported_only" if "unknown" in states else "agreed"


def _distances(rows: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, of: NDArray[np.integer]) -> list[float]:
    placed = np.flatnonzero((of >= 0) & ~shapely.is_missing(rows.geometry.to_numpy()))
    found = np.full(len(rows), np.nan)
    found[placed] = geodesic_distance_m(_points(rows, placed), _points(villages, of[placed])).round(0)
    return list(found)


def _predicted_only(rows: pd.DataFrame, villages: pd.DataFrame, found: list[_Match]) -> pd.DataFrame:
    said = [(match.village, thing) for match, lacks in zip(found, rows.lacks, strict=True) for thing in _THINGS[lacks]]
    spoken = {"signal"} | {thing for _, thing in said}
    reported = set(said)
    maybe = {village for match in found if match.stage == "ambiguous" for village in match.villages}
    told = []
    for k, states in enumerate(zip(villages.signal, villages.power, strict=True)):
        state = dict(zip(("signal", "power"), states, strict=True))
        alone = [t for t in ("signal", "power") if t in spoken and state[t] == "not_served" and (k, t) not in reported]
        if alone:
            told.append((k, "both" if len(alone) == 2 else alone[0], k in maybe))
    which = [k for k, _, _ in told]
    own = villages.iloc[which][["village_id", "village_name", "commune_code"]].reset_index(drop=True)
    return pd.DataFrame(own).assign(lacks=[lacks for _, lacks, _ in told], candidate=[maybe for _, _, maybe in told])
