"""Tables of a survey: how far predicted losses are from measured ones, and what that hangs on. All errors in dB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.layers.dem import Dem
from phusong.radio.link_profile import LEAST_RANGE_KM
from phusong.radio.survey import Assumptions, points, predicted, with_signal
from phusong.radio.survey.measured import (
    Errors,
    Group,
    Offsets,
    checked,
    checked_by_group,
    dealt,
    every_half,
    group_means,
    naive_offsets,
    truncated_offsets,
)

P1812_NAME = "P.1812, bare ground"
MODELS: Mapping[str, str] = {P1812_NAME: "p1812_db", "free space": "free_space_db", "TR 38.901 UMa": "uma_db"}
"""Columns of the losses that are compared, by the name of the model."""
CLASSES_KM = (0.0, LEAST_RANGE_KM, 0.5, 1.0, 2.0, 5.0, 10.0, np.inf)
SQUARE_M = 1000.0
"""Edge of the squares of the board's ground that the second check deals to its halves."""
METHODS = (
    "naive, all points alike",
    "naive, each place its own",
    "truncated, all points alike",
    "truncated, each place its own",
)
NAIVE_ALIKE, NAIVE, _, TRUNCATED = METHODS


@dataclass(frozen=True)
class Sorted:
    """
    Paths that count, and how many do not for which reason; each is left out for the first that applies.

    Parameters
    ----------
    off_terrain
        Without a prediction: off the terrain, a void on the path, or the board at the mast itself.
    near
        Below the range of P.1812.
    out_of_reach
        Predicted to be below the sensitivity already.
    """

    paths: pd.DataFrame
    off_terrain: int
    near: int
    out_of_reach: int


def usable(paths: pd.DataFrame, assumed: Assumptions) -> Sorted:
    """Paths on which the figures rest, of `survey.predicted`; places keep their numbers."""
    unknown, near = paths.p1812_db.isna(), paths.distance_km < LEAST_RANGE_KM
    beyond = assumed.radiated_dbm - paths.p1812_db < paths.sensitivity_dbm
    kept = paths[~unknown & ~near & ~beyond].reset_index(drop=True)
    return Sorted(kept, int(unknown.sum()), int((near & ~unknown).sum()), int((beyond & ~near & ~unknown).sum()))


def by_model(paths: pd.DataFrame, models: Mapping[str, str] = MODELS) -> pd.DataFrame:
    """Bias and spread of each model, and those left on half of the places after one offset from the other half."""
    place = numbered(paths.place)
    fitted, rows = dealt(place), []
    for name, column in models.items():
        error = _errors(paths, column)
        everything, (offset, left) = Errors.of(error), checked(error, fitted)
        halves = every_half(error, place)
        rows.append(
            {
                "model": name,
                "points": everything.count,
                "bias": everything.bias_db,
                "sigma": everything.sigma_db,
                "offset of half": offset,
                "checked": left.count,
                "bias after": left.bias_db,
                "sigma after": left.sigma_db,
                "rms of all halves": float(np.sqrt(np.mean(halves**2))),
            }
        )
    return pd.DataFrame(rows)


def by_square(paths: pd.DataFrame, models: Mapping[str, str] = MODELS) -> pd.DataFrame:
    """As `by_model`, split by squares of the board's ground; then with an offset for each place instead of one."""
    square = numbered(paths[["x_m", "y_m"]] // SQUARE_M)
    fitted, rows = dealt(square), []
    for name, column in models.items():
        error = _errors(paths, column)
        offset, one = checked(error, fitted)
        own = checked_by_group(error, numbered(paths.place), fitted)
        row = {"model": name, "offset of half": offset, "checked": one.count, "bias after": one.bias_db}
        own_row = {"bias, own offsets": own.bias_db, "sigma, own offsets": own.sigma_db}
        rows.append({**row, "sigma after": one.sigma_db, **own_row})
    return pd.DataFrame(rows)


def fits(
    paths: pd.DataFrame, edge_db: float, column: str = "p1812_db", methods: tuple[str, ...] = (NAIVE, TRUNCATED)
) -> dict[str, Offsets]:
    """Offsets of a model by some of `METHODS`: without and with regard to packets that are missing."""
    error, place = _errors(paths, column), numbered(paths.place)
    ceiling = (paths.measured_db + paths.signal_dbm - paths[column] - paths.sensitivity_dbm).to_numpy(float)
    groups = {method: place if method in (NAIVE, TRUNCATED) else np.zeros_like(place) for method in methods}
    return {
        method: naive_offsets(error, group)
        if method in (NAIVE, NAIVE_ALIKE)
        else truncated_offsets(error, ceiling, group, edge_db)
        for method, group in groups.items()
    }


def by_method(paths: pd.DataFrame, edge_db: float, models: Mapping[str, str] = MODELS) -> pd.DataFrame:
    """Offset of each method, spread around it, spread of the places' offsets, and the error of their mean."""
    return pd.DataFrame(
        {
            "model": name,
            "offset": method,
            "dB": fit.offset_db,
            "+/-": fit.between_db / np.sqrt(fit.levels_db.size),
            "sigma within": fit.sigma_db,
            "sigma of places": fit.between_db,
        }
        for name, column in models.items()
        for method, fit in fits(paths, edge_db, column, METHODS if name == P1812_NAME else (NAIVE, TRUNCATED)).items()
    )


def halves_of_places(paths: pd.DataFrame, edge_db: float) -> tuple[Offsets, Offsets]:
    """Truncated offsets of the places of each half, fitted apart."""
    fitted = dealt(numbered(paths.place))
    first, second = (fits(paths[half], edge_db)[TRUNCATED] for half in (fitted, ~fitted))
    return first, second


def by_place(paths: pd.DataFrame, edge_db: float) -> pd.DataFrame:
    """Each place of gateways: its paths, its errors, and its offset with regard to the missing packets."""
    place = numbered(paths.place)
    fitted, rows = dealt(place), []
    for number, level in enumerate(fits(paths, edge_db)[TRUNCATED].levels_db):
        own = paths[place == number]
        error = Errors.of(_errors(own, "p1812_db"))
        rows.append(
            {
                "place": f"{own.gateway_latitude.iloc[0]:.4f} {own.gateway_longitude.iloc[0]:.4f}",
                "half": "fit" if fitted[place == number][0] else "check",
                "points": len(own),
                "packets": int(own.packets.sum()),
                "km, median": own.distance_km.median(),
                "km, most": own.distance_km.max(),
                "in sight %": 100 * own.in_sight.mean(),
                "dB above sensitivity": (own.signal_dbm - own.sensitivity_dbm).median(),
                "bias": error.bias_db,
                "sigma": error.sigma_db,
                "truncated offset": level,
            }
        )
    return pd.DataFrame(rows)


def by_distance(paths: pd.DataFrame, models: Mapping[str, str] = MODELS) -> pd.DataFrame:
    """Classes of distance, in sight over bare ground and beyond: bias of each model, and P.1812 after own offsets."""
    error = _errors(paths, "p1812_db")
    place = numbered(paths.place)
    left = pd.Series(error - group_means(error, place)[place], paths.index)
    classes = pd.cut(paths.distance_km, CLASSES_KM, right=False, labels=_class_names())
    sight = paths.in_sight.map({True: "in sight", False: "beyond"})
    rows = []
    for (km, seen), own in paths.groupby([classes, sight], observed=True, sort=True):
        row: dict[str, object] = {"km": km, "path": seen, "points": len(own)}
        row |= {name: Errors.of(_errors(own, column)).bias_db for name, column in models.items()}
        around = Errors.of(np.asarray(left[own.index], float))
        rows.append({**row, "bias left": around.bias_db, "sigma": around.sigma_db})
    return pd.DataFrame(rows)


def by_assumption(
    packets: pd.DataFrame, dem: Dem, assumed: Assumptions, clutters: Mapping[str, NDArray[np.float32]]
) -> pd.DataFrame:
    """
    The result with one assumption changed at a time.

    Parameters
    ----------
    packets
        As `with_signal` takes them.
    clutters
        Clutter heights to be tried, by what to call them.
    """
    signals = with_signal(packets)
    changes: dict[str, dict[str, Any]] = {
        "as assumed": {},
        "gateway antennas at 8 m": {"gateway_height_m": 8.0},
        "gateway antennas at 30 m": {"gateway_height_m": 30.0},
        "board at 1 m": {"board_height_m": 1.0},
        "board at 4 m": {"board_height_m": 4.0},
        "refractivity: delta N 45, N0 325": {"delta_n": 45.0, "n0": 325.0},
        "noise figure 3 dB": {"noise_figure_db": 3.0},
        "noise as each gateway has it": {"noise_figure_db": None},
        "sensitivity sharper, 1 dB": {"edge_db": 1.0},
        "sensitivity softer, 4 dB": {"edge_db": 4.0},
    }
    found = points(signals)
    rows = [_outcome(name, found, dem, replace(assumed, **change), None) for name, change in changes.items()]
    rows += [_outcome(name, found, dem, assumed, heights) for name, heights in clutters.items()]
    rows.append(_outcome("the formula on every gateway", points(with_signal(packets, False)), dem, assumed, None))
    for gateway in sorted(packets.gateway[moved(packets)].unique()):
        rest = points(signals[signals.gateway != gateway])
        rows.append(_outcome(f"without {gateway}", rest, dem, assumed, None))
    return pd.DataFrame(rows)


def moved(packets: pd.DataFrame) -> pd.Series:
    """Which packets are of gateways that are filed at positions more than a kilometre apart."""
    gateways = packets.groupby("gateway")
    spans = [gateways[f"gateway_{axis}_m"].transform(np.ptp) for axis in ("x", "y")]
    return (spans[0] > SQUARE_M) | (spans[1] > SQUARE_M)


def numbered(keys: pd.Series | pd.DataFrame) -> Group:
    """Groups of equal keys, numbered in the order of the keys."""
    by = [keys] if isinstance(keys, pd.Series) else [keys[name] for name in keys.columns]
    return np.asarray(keys.groupby(by, sort=True).ngroup(), np.int64)


def _outcome(
    name: str, found: pd.DataFrame, dem: Dem, assumed: Assumptions, clutter_m: NDArray[np.float32] | None
) -> dict[str, object]:
    paths = usable(predicted(found, dem, assumed, clutter_m), assumed).paths
    together = Errors.of(_errors(paths, "p1812_db"))
    own = fits(paths, assumed.edge_db, methods=(TRUNCATED,))[TRUNCATED]
    naive = {"points": together.count, "bias": together.bias_db, "sigma": together.sigma_db}
    truncated = {"truncated": own.offset_db, "sigma within": own.sigma_db, "sigma of places": own.between_db}
    return {"assumption": name, **naive, **truncated}


def _errors(paths: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return np.asarray(paths.measured_db - paths[column], float)


def _class_names() -> list[str]:
    edges = [f"{edge:g}" for edge in CLASSES_KM[:-1]]
    return [f"{low} - {high}" for low, high in pairwise(edges)] + [f"over {edges[-1]}"]
