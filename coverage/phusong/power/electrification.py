"""Electrification: power of each pixel by its village, and the people with access (SDG 7.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong.units import NOT_SERVED, SERVED, UNKNOWN

NO_PROBABILITY = -1
"""Stands for a probability that is not known."""


@dataclass(frozen=True)
class AccessSums:
    """
    People with access to electricity in each unit, exact; those of tiles and of communes may be added.

    Parameters
    ----------
    expected
        Expected people with access among the known, in ten-thousandths of micro-persons: the numerator.
    known, unknown
        Micro-persons whose access is known, the denominator, and not known.
    """

    expected: NDArray[np.int64]
    known: NDArray[np.int64]
    unknown: NDArray[np.int64]


def on_pixels(villages: pd.DataFrame, territory: NDArray[np.int32]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """
    Power and probability (ten-thousandths) of each pixel, from the village whose territory it is.

    Ground that is no village's, -1 in `territory`, has `UNKNOWN` and `NO_PROBABILITY`.

    Parameters
    ----------
    villages
        As of `evidence.Access`: `power` and `probability_e4`.
    """
    power = np.append(villages.power.to_numpy(np.uint8), np.uint8(UNKNOWN))  # -1 picks the last: nobody's ground
    probability = villages.probability_e4.fillna(NO_PROBABILITY).to_numpy(np.int32)
    return power[territory], np.append(probability, np.int32(NO_PROBABILITY))[territory]


def access_sums(pieces: sparse.csr_array, power: NDArray[np.uint8], probability_e4: NDArray[np.int32]) -> AccessSums:
    """
    Sums for the share of people with access, with bounds that count the unknown out of and into it.

    Known is who lives where the power is known, served or not: a probability that decides nothing stays out. The sums
    are whole numbers, so tiles and order cannot change them; they hold 900 million people.

    Parameters
    ----------
    pieces
        Micro-persons, whole, shape (units, pixels of the grid row by row).

    References
    ----------
    SDG indicator 7.1.1, proportion of population with access to electricity (World Bank, UN metadata).

    Examples
    --------
    >>> two_people_and_one = sparse.csr_array(np.array([[2_000_000, 1_000_000]]))
    >>> access_sums(two_people_and_one, np.array([1, 255], np.uint8), np.array([9900, -1], np.int32))
    AccessSums(expected=array([19800000000]), known=array([2000000]), unknown=array([1000000]))
    """
    known = np.isin(power.ravel(), (SERVED, NOT_SERVED))
    expected = pieces @ np.where(known, probability_e4.ravel(), 0).astype(np.int64)
    return AccessSums(expected, pieces @ known.astype(np.int64), pieces @ (~known).astype(np.int64))


def mismatches(villages: pd.DataFrame, micro: NDArray[np.int64], without_village: int) -> dict[str, int]:
    """
    Villages and people that do not find each other: villages without people, those of them that are served, and people.

    Parameters
    ----------
    villages
        As of `evidence.Access`, with `power`.
    micro
        Micro-persons of each village's territory.
    without_village
        Micro-persons of the study on no village's ground.
    """
    empty = micro == 0
    return {
        "villages_without_people": int(empty.sum()),
        "served_villages_without_people": int((empty & (villages.power == SERVED).to_numpy()).sum()),
        "micro_persons_without_village": without_village,
    }
