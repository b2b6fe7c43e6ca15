"""
Elementary functions that a loop can vectorise.

A call of the mathematical library keeps a loop scalar, and the closed-form part of P.1812 has some thirty of them on
each path. These are straight-line arithmetic in float64, good to about a billionth in their ranges.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

LOG2_10 = math.log2(10)
LOG10_2 = math.log10(2)
LN_2 = math.log(2)
_MANTISSA = (1 << 52) - 1
_HALF = 0x3FE << 52
_BIASED = 0x433 << 52
_BIAS = float((1 << 52) + 1022)
_ROUND = 1.5 * 2.0**52
_ROOT_HALF = math.sqrt(0.5)
_TWO_LOG2_E = 2 / LN_2

kernel = njit(cache=True, nogil=True, error_model="numpy")
"""Any other loop."""
woven = njit(cache=True, nogil=True, forceinline=True, error_model="numpy")
"""
A part of a kernel that would cost more to call than to run.

Where it takes an array out of another one, or names one in a branch only, numba may count references, which costs more
than the part itself: then the machine code calls NRT_incref.
"""
inlined = njit(cache=True, nogil=True, forceinline=True, error_model="numpy", fastmath={"contract"})
"""A scalar function that is woven into the loop that calls it."""
vectorised = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
"""A loop whose body is nothing but arithmetic."""
scan = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nnan", "nsz", "ninf"})
"""A pass over a profile whose order of summation does not matter; no value in it is NaN or infinite."""


@inlined
def log2(x: float) -> float:
    """Logarithm to base 2 of a positive, finite, normal number: exponent and mantissa, then the series of artanh."""
    bits = np.float64(x).view(np.int64)
    mantissa = np.int64((bits & _MANTISSA) | _HALF).view(np.float64)
    exponent = np.int64(((bits >> 52) & 0x7FF) | _BIASED).view(np.float64) - _BIAS
    small = 1.0 if mantissa < _ROOT_HALF else 0.0
    mantissa = mantissa + mantissa * small
    t = (mantissa - 1.0) / (mantissa + 1.0)
    s = t * t
    p = 1 / 7 + s * (1 / 9)
    p = 1 / 5 + s * p
    p = 1 / 3 + s * p
    return exponent - small + _TWO_LOG2_E * t * (1.0 + s * p)


@inlined
def log10(x: float) -> float:
    """Logarithm to base 10, as `log2`."""
    return LOG10_2 * log2(x)


@inlined
def exp2(x: float) -> float:
    """Two to the power x, held within -1000 and 1000: the whole part goes to the exponent, the rest through Taylor."""
    x = max(min(x, 1000.0), -1000.0)
    whole = x + _ROUND
    f = (x - (whole - _ROUND)) * LN_2
    p = 1 / 40320 + f * (1 / 362880)
    p = 1 / 5040 + f * p
    p = 1 / 720 + f * p
    p = 1 / 120 + f * p
    p = 1 / 24 + f * p
    p = 1 / 6 + f * p
    p = 0.5 + f * p
    p = 1.0 + f * p
    p = 1.0 + f * p
    return np.int64(np.float64(p).view(np.int64) + (np.float64(whole).view(np.int64) << 52)).view(np.float64)


@inlined
def exp(x: float) -> float:
    """Exponential function, as `exp2`."""
    return exp2(x / LN_2)


@inlined
def atan(x: float) -> float:
    """Arc tangent in radians: the angle is halved three times, then the series."""
    t = x / (1.0 + math.sqrt(1.0 + x * x))
    t = t / (1.0 + math.sqrt(1.0 + t * t))
    t = t / (1.0 + math.sqrt(1.0 + t * t))
    s = t * t
    p = 1 / 17 - s * (1 / 19)
    p = 1 / 15 - s * p
    p = 1 / 13 - s * p
    p = 1 / 11 - s * p
    p = 1 / 9 - s * p
    p = 1 / 7 - s * p
    p = 1 / 5 - s * p
    p = 1 / 3 - s * p
    return 8.0 * t * (1.0 - s * p)


@inlined
def sine_of_third_arcsine(x: float) -> float:
    """sin(asin(x) / 3) for x from -1 to 1: the small root of 4 y^3 - 3 y + x = 0."""
    angle = atan(x / math.sqrt(max(1.0 - x * x, 1e-300))) / 3.0
    s = angle * angle
    p = 1 / 362880 - s * (1 / 39916800 - s * (1 / 6227020800))
    p = 1 / 5040 - s * p
    p = 1 / 120 - s * p
    p = 1 / 6 - s * p
    return angle * (1.0 - s * p)
