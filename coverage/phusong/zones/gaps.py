"""Gaps: what each pixel is known to lack, of signal and power."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from phusong.units import LEVEL_FLOOR, NOT_SERVED, OUTSIDE, SERVED, UNKNOWN, VERY_GOOD


class Gap(IntEnum):
    """
    What a pixel lacks.

    A pixel known to lack one thing is counted under it, whether or not the other is known. `NONE` needs both to be
    known; when nothing is known to lack but something is not known, the pixel is `UNKNOWN`, which is not no.
    """

    NONE = 0
    SIGNAL = 1
    POWER = 2
    BOTH = 3
    OUTSIDE = OUTSIDE
    UNKNOWN = UNKNOWN

    @property
    def label(self) -> str:
        """Name in tables."""
        return self.name.lower()


def signal(level: NDArray[np.uint8], required: int) -> NDArray[np.uint8]:
    """Signal of each pixel, 0 no, 1 yes, 255 unknown, from the coded level of the best operator."""
    served = LEVEL_FLOOR[level] >= required
    return np.select([served, level > VERY_GOOD], [SERVED, UNKNOWN], NOT_SERVED).astype(np.uint8)


def classify(signal: NDArray[np.uint8], power: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """
    Gap of each pixel, as a value of `Gap`.

    Examples
    --------
    >>> one = np.array([1, 0, 1, 0, 255, 1, 0], np.uint8)
    >>> two = np.array([1, 1, 0, 0, 1, 255, 255], np.uint8)
    >>> [Gap(value).label for value in classify(one, two, np.ones(7, bool))]
    ['none', 'signal', 'power', 'both', 'unknown', 'unknown', 'signal']
    """
    lacking = np.where(signal == NOT_SERVED, Gap.SIGNAL, 0) + np.where(power == NOT_SERVED, Gap.POWER, 0)
    unsure = (lacking == 0) & ((signal == UNKNOWN) | (power == UNKNOWN))
    return np.select([~inside, unsure], [Gap.OUTSIDE, Gap.UNKNOWN], lacking).astype(np.uint8)
