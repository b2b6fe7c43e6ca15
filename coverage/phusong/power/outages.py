"""Outages: SAIDI, SAIFI and CAIDI of communes, provinces and the study (IEEE 1366)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SUSTAINED_MIN = 5  # an interruption counts in SAIDI and SAIFI when it lasts longer
_DECIMALS = 4
_COUNTS = (
    "communes_filed",
    "communes_not_filed",
    "communes_without_customers",
    "minutes_without_interruptions",
    "interruptions_too_short",
)
_INDICES = ("saidi_min", "saifi_count", "caidi_min")
_CUSTOMERS = ("customers", "customers_not_filed", "customers_basis")


def reliability(
    communes: pd.DataFrame,
    saidi_min: NDArray[np.float64],
    saifi_count: NDArray[np.float64],
    customers: NDArray[np.float64],
    customers_basis: str = "households",
) -> pd.DataFrame:
    """
    Reliability indices of every commune, province and of the study, in the order of their codes.

    A province's SAIDI is the customer-minutes of interruption of its communes over their customers, its SAIFI the same
    with customer interruptions, rounded to 1e-4; CAIDI is SAIDI / SAIFI, missing where SAIFI is 0. Communes that filed
    nothing, or whose customers are not known or none, are in neither numerator nor denominator of a province.

    Columns: unit_level, unit_code, saidi_min, saifi_count, caidi_min; customers (in the denominator),
    customers_not_filed (known ones of communes that filed nothing), customers_basis; communes_filed,
    communes_not_filed, communes_without_customers (that filed); of those that filed, minutes_without_interruptions
    (SAIDI above 0 and SAIFI 0) and interruptions_too_short (five minutes or less on average, which no sustained
    interruption is). Contradictory figures are counted, and used as they are.

    Parameters
    ----------
    communes
        With commune_code and province_code.
    saidi_min, saifi_count
        As filed for one period, by commune, missing where nothing was filed (`layers.tables.by_commune`).
    customers
        Customers served by commune, missing where not known.
    customers_basis
        What the customers are: households stand in where distributors file no customers.

    References
    ----------
    IEEE Std 1366-2022: system average interruption duration and frequency indices, customer average interruption
    duration index, and sustained interruption (longer than five minutes).

    Examples
    --------
    >>> two = pd.DataFrame({"commune_code": ["00001", "00002"], "province_code": "01"})
    >>> found = reliability(two, np.array([60.0, 120.0]), np.array([1.0, 4.0]), np.array([300.0, 100.0]))
    >>> found.loc[found.unit_level == "province", ["saidi_min", "saifi_count", "caidi_min"]].values.tolist()
    [[75.0, 1.75, 42.8571]]
    """
    # in the order of the codes, so that sums of doubles do not depend on the order of the rows
    table = _interruptions(communes, saidi_min, saifi_count, customers).sort_values("commune")
    found = pd.concat([_own(table), _summed(table, "province"), _summed(table, "study")], ignore_index=True)
    found["caidi_min"] = _over(found.saidi_min, found.saifi_count).round(_DECIMALS)
    found[["saidi_min", "saifi_count"]] = found[["saidi_min", "saifi_count"]].round(_DECIMALS)
    found["customers_basis"] = customers_basis
    return found[["unit_level", "unit_code", *_INDICES, *_CUSTOMERS, *_COUNTS]]


def elsewhere(outages: pd.DataFrame, commune_codes: pd.Series, period: str) -> int:
    """Rows filed for the period and for communes that are not in the study."""
    return int(((outages.period == period) & ~outages.commune_code.isin(commune_codes)).sum())


def _interruptions(
    communes: pd.DataFrame,
    saidi_min: NDArray[np.float64],
    saifi_count: NDArray[np.float64],
    customers: NDArray[np.float64],
) -> pd.DataFrame:
    """Customer-minutes and customer interruptions of each commune, 0 where they are in no sum; and what is counted."""
    filed = np.isfinite(saidi_min) & np.isfinite(saifi_count)
    weighted = filed & (customers > 0)
    weight = np.where(weighted, customers, 0.0)
    return pd.DataFrame(
        {
            "commune": communes.commune_code.to_numpy(),
            "province": communes.province_code.to_numpy(),
            "study": "",
            "saidi_min": saidi_min,
            "saifi_count": saifi_count,
            "minutes": np.where(weighted, saidi_min, 0.0) * weight,
            "interruptions": np.where(weighted, saifi_count, 0.0) * weight,
            "customers": weight,
            "customers_not_filed": np.where(~filed & (customers > 0), customers, 0.0),
            "communes_filed": filed,
            "communes_not_filed": ~filed,
            "communes_without_customers": filed & ~weighted,
            "minutes_without_interruptions": filed & (saidi_min > 0) & (saifi_count == 0),
            "interruptions_too_short": filed & (saifi_count > 0) & (saidi_min <= _SUSTAINED_MIN * saifi_count),
        }
    )


def _own(table: pd.DataFrame) -> pd.DataFrame:
    """Communes with their own figures, which need no customers."""
    own = table[["saidi_min", "saifi_count", "customers", "customers_not_filed"]]
    counts = table[list(_COUNTS)].astype(np.int64)
    return pd.concat([own, counts], axis=1).assign(unit_level="commune", unit_code=table.commune)


def _summed(table: pd.DataFrame, level: str) -> pd.DataFrame:
    added = ["customers", "customers_not_filed", "minutes", "interruptions", *_COUNTS]
    sums = table.groupby(level)[added].sum().reset_index()
    felt = {"saidi_min": sums.minutes, "saifi_count": sums.interruptions}
    indices = {name: _over(part, sums.customers) for name, part in felt.items()}
    return sums.assign(**indices, unit_level=level, unit_code=sums[level])


def _over(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
