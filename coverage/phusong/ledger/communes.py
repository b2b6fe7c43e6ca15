"""The table of communes: people and households by signal and power, and what the stages found in each commune."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.ledger.counts import ACCESS, GAPS, STEPS, Counts, interval
from phusong.text import slug, sort_key
from phusong.units import ANY, SPOTS

STATES = ("not_served", "served", "unknown")
"""Signal, and within it power, of the nine classes of `Counts.joint`."""
_SPOTS = {
    "white": ("white",),
    "grey": ("grey",),
    "all_operators": ("all",),
    "spots_unknown": ("unknown", "white_or_grey", "grey_or_all"),
}
"""Columns of spots, and the classes they hold."""
OUTAGES = ("saidi_min", "saifi_count", "caidi_min")
"""Columns of how often and how long power fails (IEEE 1366)."""
_VILLAGES = (
    "villages",
    "villages_astray",
    "villages_without_signal",
    "villages_without_power",
    "villages_without_both",
    "villages_signal_unknown",
    "villages_power_unknown",
    "villages_households_unknown",
    "households",
)


def commune_table(communes: gpd.GeoDataFrame, counts: Counts, extra: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Communes with their people by signal and power, and the columns of `extra`, which has a row a commune.

    Raises
    ------
    ValueError
        When a column would be there twice, as with operators named "X" and "X good".
    """
    power = {f"power_{name}_people": counts.power[:, i] for i, name in enumerate(ACCESS)}
    gaps = {f"gap_{name}_people": counts.gaps[:, i] for i, name in enumerate(GAPS)}
    people = pd.DataFrame({"people": counts.people, **power, **gaps})
    people = pd.concat([people, level_columns(counts), spot_columns(counts), joint_columns(counts)], axis=1)
    share = shares(people, [technology.lower() for technology in _technologies(counts)])
    joined = pd.concat([communes.drop(columns="geometry"), people, share, extra], axis=1)
    if twice := sorted(set(joined.columns[joined.columns.duplicated()])):
        raise ValueError(f"the table of communes would have {', '.join(twice)} twice")
    return gpd.GeoDataFrame(joined, geometry=communes.geometry.to_numpy(), crs=communes.crs)


def shares(people: pd.DataFrame, technologies: Iterable[str]) -> pd.DataFrame:
    """
    Share of the people of each row with signal of any operator and with power, and its bounds (see `interval`).

    Parameters
    ----------
    people
        `people`, `power_yes_people`, `power_unknown_people`; `{technology}_people`, `{technology}_unknown_people`.
    technologies
        In lower case.
    """
    found: dict[str, pd.Series] = {}
    everyone = people.people.to_numpy()
    for name, served in {**{name: f"{name}_people" for name in technologies}, "power": "power_yes_people"}.items():
        of = interval(people[served].to_numpy(), everyone - people[f"{name}_unknown_people"].to_numpy(), everyone)
        found |= {f"{name}_share": of.share, f"{name}_share_low": of.low, f"{name}_share_high": of.high}
    return pd.DataFrame(found)


def level_columns(counts: Counts) -> pd.DataFrame:
    """
    People by technology of any operator, `lte_people`, and of each, `lte_viettel_people`, with at least limited signal.

    And all of them by level, `lte_none_people`, `..._limited_...`, `..._good_...`, `..._very_good_...` and
    `..._unknown_...`: the level that they are known to have at least, so that the five sum to the people.
    """
    parts = [pd.DataFrame(index=range(len(counts.people)))]
    for name, key in _named(counts):
        by_level = {f"{name}_{step}_people": people for step, people in counts.steps(*key).items()}
        parts.append(pd.DataFrame({f"{name}_people": counts.reaching(*key, "limited")[0], **by_level}))
    return pd.concat(parts, axis=1)


def spot_columns(counts: Counts) -> pd.DataFrame:
    """
    All people by who serves them with a technology, or with any of them: `lte_white_people`, `any_white_people`.

    No operator (white), some (grey), `all_operators`, or `spots_unknown`: they sum to the people.
    """
    found = {
        f"{technology.lower()}_{name}_people": classes[:, [SPOTS.index(kind) for kind in kinds]].sum(axis=1)
        for technology, classes in sorted(counts.spots.items())
        for name, kinds in _SPOTS.items()
    }
    return pd.DataFrame(found, index=range(len(counts.people)))


def joint_columns(counts: Counts) -> pd.DataFrame:
    """
    All people by signal and power, `signal_served_power_unknown_people`, nine classes that sum to the people.

    And where it was asked, `fragile_people` and `fragile_unknown_people`.
    """
    pairs = [(signal, power) for signal in STATES for power in STATES]
    found = {f"signal_{s}_power_{p}_people": counts.joint[:, i] for i, (s, p) in enumerate(pairs)}
    if counts.fragile is not None:
        found |= {"fragile_people": counts.fragile[:, 1], "fragile_unknown_people": counts.fragile[:, 2]}
    return pd.DataFrame(found)


def household_columns(counts: Counts, households: pd.Series) -> pd.DataFrame:
    """
    Households by technology and level, `lte_good_households` of any operator and `lte_viettel_good_households` of each;
    missing where they are not known.

    They are derived, since nobody counts households by signal: the commune's households in proportion to its people at
    each level, whole and summing to them. Where they are known and the population has nobody, all are unknown.

    Parameters
    ----------
    households
        Of each commune, whole or missing.

    Examples
    --------
    >>> counts = Counts({("LTE", ANY): np.array([[1, 2, 0, 0, 0, 0, 0]])}, np.array([[1, 0, 0, 2, 0, 0, 0, 0, 0]]))
    >>> household_columns(counts, pd.Series([100])).iloc[0].tolist()
    [33, 67, 0, 0, 0]
    """
    missing, whole = households.isna().to_numpy(), households.fillna(0).to_numpy(np.int64)[:, np.newaxis]
    found: dict[str, Any] = {}
    for name, key in _named(counts):
        people = np.stack([*counts.steps(*key).values()], axis=1)
        people[counts.people == 0, -1] = 1
        everyone = people.sum(axis=1, keepdims=True)
        edges = (2 * whole * people.cumsum(axis=1) + everyone) // (2 * everyone)
        for step, part in zip(STEPS, np.diff(edges, axis=1, prepend=0).T, strict=True):
            found[f"{name}_{step}_households"] = pd.Series(part, dtype="Int64").mask(missing)
    return pd.DataFrame(found)


def village_columns(villages: pd.DataFrame | None, astray: NDArray[np.bool_], commune_codes: pd.Series) -> pd.DataFrame:
    """
    Villages of each commune, which is the one that they name, wherever they stand; missing where there is no layer.

    Columns: `villages`; `villages_astray`, which stand outside the commune they name; `villages_without_signal`,
    `..._power`, `..._both`; `villages_signal_unknown`, `villages_power_unknown`; `households`, the sum of those known,
    missing where none is; `villages_households_unknown`, whose are not in that sum. Villages that name a commune that
    is not studied are in none.

    Parameters
    ----------
    villages
        `commune_code`, `households`; `signal` at their place and `power`, as in `STATES`. None without such a layer.
    astray
        Which of them stand outside the commune they name (`layers.villages.astray`).
    """
    if villages is None:
        return pd.DataFrame(index=range(len(commune_codes)), columns=list(_VILLAGES), dtype="Int64")
    dark, off = (villages[thing].to_numpy() == "not_served" for thing in ("signal", "power"))
    unsure = [villages[thing].to_numpy() == "unknown" for thing in ("signal", "power")]
    flags = (np.ones(len(villages), bool), astray, dark, off, dark & off, *unsure, villages.households.isna())
    table = pd.DataFrame(dict(zip(_VILLAGES[:-1], flags, strict=True)))
    by_commune = table.groupby(villages.commune_code.to_numpy()).sum().reindex(commune_codes, fill_value=0)
    households = villages.households.groupby(villages.commune_code.to_numpy()).sum(min_count=1).round()
    return by_commune.assign(households=households).reset_index(drop=True).astype("Int64")


def lifeline_columns(found: pd.DataFrame, commune_codes: pd.Series) -> pd.DataFrame:
    """
    Hardened, shared masts of each commune, those that surely count and those that may, and whether they are enough.

    Parameters
    ----------
    found
        commune_code, masts_low, masts_high and met (yes, no, unknown), a row a commune.
    """
    own = found.set_index("commune_code").loc[commune_codes, ["masts_low", "masts_high", "met"]]
    return own.add_prefix("lifeline_").reset_index(drop=True)


def outage_columns(reliability: pd.DataFrame, commune_codes: pd.Series) -> pd.DataFrame:
    """
    SAIDI, SAIFI and CAIDI of each commune, missing where nothing was filed.

    Parameters
    ----------
    reliability
        unit_level, unit_code, saidi_min, saifi_count, caidi_min of communes and perhaps larger units.
    """
    own = reliability[reliability.unit_level == "commune"].set_index("unit_code")
    return own.loc[commune_codes, list(OUTAGES)].reset_index(drop=True)


def reported_columns(listed: pd.DataFrame, commune_codes: pd.Series) -> pd.DataFrame:
    """
    Rows of the list of dead-zone villages in each commune, `listed_rows` and by outcome, and `predicted_only_villages`.

    Rows of which the commune is not known or not studied are in none.

    Parameters
    ----------
    listed
        commune_code, filed, counts by outcome, predicted_only; a row a code.
    """
    own = listed.set_index("commune_code").reindex(commune_codes, fill_value=0).reset_index(drop=True)
    alone = own.pop("predicted_only")
    outcomes = own.drop(columns="filed").add_prefix("listed_").add_suffix("_rows")
    return pd.concat([own.filed.rename("listed_rows"), outcomes, alone.rename("predicted_only_villages")], axis=1)


def zones_touching(zones: pd.DataFrame, unit_of: pd.Series) -> pd.Series:
    """
    Number of zones that touch each unit, by unit: a zone counts once in every unit that it touches.

    Parameters
    ----------
    zones
        `commune_codes`, separated by ";".
    unit_of
        Code of the unit of each commune, by the code of the commune.

    Examples
    --------
    >>> zones = pd.DataFrame({"commune_codes": ["00001;00002", "00002;99999"]})
    >>> zones_touching(zones, pd.Series({"00001": "01", "00002": "01", "00003": "02"})).to_dict()
    {'01': 2, '02': 0}
    """
    touched = zones.commune_codes.astype(object).str.split(";").reset_index(drop=True).explode()
    pairs = pd.DataFrame({"zone": touched.index, "unit": touched.map(unit_of).to_numpy()}).drop_duplicates()
    return pairs.unit.value_counts().reindex(sorted(set(unit_of)), fill_value=0)


def _named(counts: Counts) -> list[tuple[str, tuple[str, str]]]:
    """What columns of each technology and operator begin with, any operator first, then by name."""
    ordered = sorted(counts.levels, key=lambda key: (key[0], key[1] != ANY, sort_key(key[1])))
    return [("_".join([key[0].lower(), *([] if key[1] == ANY else [slug(key[1])])]), key) for key in ordered]


def _technologies(counts: Counts) -> list[str]:
    return sorted({technology for technology, _ in counts.levels})
