"""Inverse of the normal distribution, as Recommendation ITU-R P.1812 approximates it."""

from __future__ import annotations

import math

LEAST_SHARE = 1e-6


def inverse_normal(share: float) -> float:
    """
    Value that a standard normal variable exceeds with probability `share`, within 0.0005.

    Not quite zero for one half; shares nearer than a millionth to 0 or 1 are taken as a millionth away.

    References
    ----------
    Recommendation ITU-R P.1812-6, Attachment 2 to Annex 1, equations 96 and 97.

    Examples
    --------
    >>> [round(inverse_normal(share), 3) for share in (0.01, 0.1, 0.5, 0.9)]
    [2.327, 1.282, 0.0, -1.282]
    """
    if share > 0.5:
        return -inverse_normal(1 - share)
    t = math.sqrt(-2 * math.log(max(share, LEAST_SHARE)))
    upper = (0.010328 * t + 0.802853) * t + 2.515516698
    lower = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1
    return t - upper / lower
