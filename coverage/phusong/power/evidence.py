"""Evidence of electricity: what flags, lines, night lights and outage records say of each village, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from phusong.config.power import DistributionLines, NightLights, Power
from phusong.power.completeness import CLASSES, completeness, line_distance_m, voltage_classes
from phusong.units import CERTAIN, NOT_SERVED, SERVED, UNKNOWN

FLAG, SILENT = "flag", "none"
EVIDENCE = ("distribution_line", "night_lights", "outage_record")
"""Kinds of evidence that are weighed where there is no flag, in the order in which they are named."""
_OF_COMMUNE = "outage_record"  # speaks of a commune, so it can contradict no village's flag
_LOWEST_NW = -1.5  # least radiance of the monthly VIIRS composites; what lies below is a filler


@dataclass(frozen=True)
class Access:
    """
    Electricity access of villages, what it rests on, and what was found on the way.

    Parameters
    ----------
    villages
        One row a village, in the order and with the index of the layer: `power` (`SERVED`, `NOT_SERVED`, `UNKNOWN`),
        `probability_e4` (of being served, in ten-thousandths; missing where nothing speaks), `evidence` (what the
        probability rests on: "flag", some of `EVIDENCE` joined with ";", or "none"), `contradicted_by` (evidence that
        speaks against the flag, "" where there is none) and `line_distance_m` (missing where no line is mapped).
    communes
        The completeness of the map of lines, as `completeness` gives it.
    counts
        Villages by power and by evidence, contradictions by name, lines by voltage class, and what could not be used.
    """

    villages: pd.DataFrame
    communes: pd.DataFrame
    counts: dict[str, Any]


def weigh(
    villages: gpd.GeoDataFrame,
    astray: NDArray[np.bool_],
    lines: gpd.GeoDataFrame,
    radiance_nw_cm2_sr: NDArray[np.float64],
    commune_codes: pd.Series,
    filed: NDArray[np.bool_],
    settings: Power,
) -> Access:
    """
    Electricity access of each village from its flag, and where there is none from all evidence together.

    Parameters
    ----------
    villages, lines
        The layers, in the project's CRS.
    astray
        Villages that do not stand in the commune they name: lines and lights at their place say nothing of them.
    radiance_nw_cm2_sr
        Night lights at each village; NaN without data, and where no night was free of clouds.
    commune_codes, filed
        Communes of the study, and which of them a distributor filed outages for.
    """
    distance = line_distance_m(villages, lines)
    communes = completeness(villages, distance, ~astray, commune_codes, settings.lines)
    row = pd.Index(commune_codes).get_indexer(villages.commune_code)
    mapped, recorded = (np.append(known, False)[row] for known in (communes.complete.to_numpy(bool), filed))
    ratios = np.stack(
        [
            line_ratio(distance, mapped & ~astray, settings.lines),
            light_ratio(np.where(astray, np.nan, radiance_nw_cm2_sr), settings.lights),
            np.where(recorded, settings.outage_record_ratio, 1.0),
        ]
    )
    table = combine(villages.has_grid_power, ratios, settings)
    classes = voltage_classes(lines.voltage_kv)
    table["line_distance_m"] = np.where(np.isfinite(distance), distance, np.nan)
    counts = {
        **_tallied(table, ratios),
        "lines": {word: int((classes == word).sum()) for word in CLASSES},
        "villages_of_unknown_commune": int((row < 0).sum()),
        "villages_astray": int(astray.sum()),
        "villages_without_radiance": int(np.isnan(radiance_nw_cm2_sr).sum()),
        "villages_with_impossible_radiance": int(_impossible(radiance_nw_cm2_sr).sum()),
        "communes_with_complete_lines": int(communes.complete.sum()),
    }
    return Access(table, communes, counts)


def line_ratio(
    distance_m: NDArray[np.float64], mapped: NDArray[np.bool_], settings: DistributionLines
) -> NDArray[np.float64]:
    """Likelihood ratio, served to not served, of the nearest line; 1 where the map of lines is not complete enough."""
    return np.where(mapped, np.where(distance_m <= settings.reach_m, settings.near_ratio, settings.far_ratio), 1.0)


def light_ratio(radiance_nw_cm2_sr: NDArray[np.float64], settings: NightLights) -> NDArray[np.float64]:
    """
    Likelihood ratio, served to not served, of the light at night; 1 between dark and lit, and without data.

    Examples
    --------
    >>> light_ratio(np.array([0.0, 0.5, 7.0, np.nan, -999.0]), NightLights()).tolist()
    [0.4, 1.0, 10.0, 1.0, 1.0]
    """
    measured = ~np.isnan(radiance_nw_cm2_sr) & ~_impossible(radiance_nw_cm2_sr)
    lit, dark = radiance_nw_cm2_sr >= settings.lit_nw_cm2_sr, radiance_nw_cm2_sr <= settings.dark_nw_cm2_sr
    return np.select([measured & lit, measured & dark], [settings.lit_ratio, settings.dark_ratio], 1.0)


def combine(flag: pd.Series, ratios: NDArray[np.float64], settings: Power) -> pd.DataFrame:
    """
    Power, its probability and what it rests on; columns as of `Access.villages`, without the distance.

    A flag decides alone. Else the log-odds of the prior and of each evidence are added, as if the kinds of evidence
    were independent given the state; the probability is rounded to a ten-thousandth before it is compared. Where
    nothing speaks the state is unknown, whatever the prior.

    Parameters
    ----------
    flag
        Yes, no or missing.
    ratios
        Likelihood ratios, served to not served, shape (kinds of `EVIDENCE`, villages); 1 says nothing.

    Examples
    --------
    >>> lit_but_far_from_a_line = np.array([[0.125], [10.0], [1.0]])
    >>> combine(pd.Series([None]), lit_but_far_from_a_line, Power()).values.tolist()
    [[255, 5556, 'distribution_line;night_lights', '']]
    """
    known = flag.astype("boolean")
    yes, no = known.fillna(False).to_numpy(bool), ~known.fillna(True).to_numpy(bool)
    heard = (ratios != 1).any(axis=0)
    start = 0.0 if settings.prior_share is None else logit(settings.prior_share)
    odds = start + np.log(ratios).sum(axis=0)
    weighed = np.clip(_in_e4(expit(odds)), 1, CERTAIN - 1)  # evidence makes nothing certain
    served, dead = weighed >= _in_e4(settings.served_from), weighed <= _in_e4(settings.not_served_to)
    power = np.select([yes, no, heard & served, heard & dead], [SERVED, NOT_SERVED, SERVED, NOT_SERVED], UNKNOWN)
    flagged = [_in_e4(settings.flag_yes_probability), _in_e4(settings.flag_no_probability)]
    probability = pd.Series(np.select([yes, no], flagged, weighed), index=flag.index, dtype="Int32")
    against = np.where(yes, ratios < 1, no & (ratios > 1)) & (np.array(EVIDENCE) != _OF_COMMUNE)[:, np.newaxis]
    columns = {
        "power": power.astype(np.uint8),
        "probability_e4": probability.where(yes | no | heard | (settings.prior_share is not None)),
        "evidence": np.where(yes | no, FLAG, _named(ratios != 1, SILENT)).astype(object),
        "contradicted_by": _named(against, ""),
    }
    return pd.DataFrame(columns, index=flag.index)


def _impossible(radiance_nw_cm2_sr: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.isinf(radiance_nw_cm2_sr) | (radiance_nw_cm2_sr < _LOWEST_NW)


def _in_e4(share: Any) -> Any:
    return np.rint(CERTAIN * np.asarray(share)).astype(np.int32)


def _named(which: NDArray[np.bool_], otherwise: str) -> NDArray[np.object_]:
    """Names of the kinds of evidence marked for each village, joined."""
    words = [";".join(np.array(EVIDENCE)[marked]) or otherwise for marked in which.T]
    return np.array(words, object)


def _tallied(table: pd.DataFrame, ratios: NDArray[np.float64]) -> dict[str, Any]:
    states = {"served": SERVED, "not_served": NOT_SERVED, "unknown": UNKNOWN}
    flagged = (table.evidence == FLAG).to_numpy()
    split = ~flagged & (ratios > 1).any(axis=0) & (ratios < 1).any(axis=0)
    against = {
        f"flag_{flag}_against_{kind}": int(((table.power == state) & table.contradicted_by.str.contains(kind)).sum())
        for flag, state in (("no", NOT_SERVED), ("yes", SERVED))
        for kind in EVIDENCE
        if kind != _OF_COMMUNE
    }
    return {
        "villages": {word: int((table.power == state).sum()) for word, state in states.items()},
        "evidence": {word: int(count) for word, count in table.evidence.value_counts().sort_index().items()},
        "contradictions": against,
        "villages_with_split_evidence": int(split.sum()),
    }
