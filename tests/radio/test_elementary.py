"""The vectorised elementary functions against numpy, inside a loop as the kernels call them."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from phusong.radio.sweep import elementary

BOUND = 1.1e-9
"""Of any of them; log2 comes nearest, with 1.02e-9 where the mantissa is the root of one half."""


def looped(function):
    """The function over an array, compiled with the flags of the closed form's loops."""

    @njit(error_model="numpy", fastmath={"contract"})
    def loop(values):
        out = np.empty_like(values)
        for i in range(values.size):
            out[i] = function(values[i])
        return out

    return loop


LOG2, LOG10, EXP2, EXP, ATAN, THIRD = (
    looped(getattr(elementary, name)) for name in ("log2", "log10", "exp2", "exp", "atan", "sine_of_third_arcsine")
)


def both_signs(values):
    return np.concatenate([-values[::-1], values])


@pytest.mark.parametrize(
    ("function", "plain", "values", "bound"),
    [
        (LOG2, np.log2, np.geomspace(1e-300, 1e300, 200_001), BOUND),
        (LOG2, np.log2, np.linspace(0.5, 2, 200_001), BOUND),
        (LOG10, np.log10, np.geomspace(1e-300, 1e300, 200_001), 3.2e-10),
        (ATAN, np.arctan, both_signs(np.geomspace(1e-12, 1e9, 100_001)), 5e-15),
        (THIRD, lambda x: np.sin(np.arcsin(x) / 3), np.linspace(-1, 1, 200_001), 5e-15),
    ],
)
def test_values(function, plain, values, bound):
    assert np.abs(function(values) - plain(values)).max() < bound


@pytest.mark.parametrize(
    ("function", "plain", "values"),
    [
        (EXP2, np.exp2, np.linspace(-1000, 1000, 200_001)),
        (EXP2, np.exp2, np.linspace(-1, 1, 200_001)),
        (EXP, np.exp, np.linspace(-690, 690, 200_001)),
    ],
)
def test_values_of_exponentials(function, plain, values):
    "As a share of the value, since they stand beside ones in sums."
    assert np.abs(function(values) / plain(values) - 1).max() < 1e-11


def test_logarithm_of_powers_of_two_is_exact():
    powers = np.arange(-1022, 1024)
    assert LOG2(np.ldexp(1.0, powers)).tolist() == powers.tolist()


def test_power_of_two_by_whole_numbers_is_exact():
    powers = np.arange(-1000, 1001)
    assert EXP2(powers.astype(float)).tolist() == np.ldexp(1.0, powers).tolist()


def test_one_and_nothing():
    assert LOG2(np.array([1.0, 2.0])).tolist() == [0, 1]
    assert LOG10(np.array([1.0])).tolist() == [0]
    assert EXP(np.array([0.0, -0.0])).tolist() == [1, 1]
    assert ATAN(np.array([0.0])).tolist() == [0]
    assert THIRD(np.array([0.0])).tolist() == [0]


def test_logarithms_beside_one():
    "Near one the error is small against the logarithm itself, so that a small loss stays one."
    beside = 1 + both_signs(np.geomspace(1e-13, 0.1, 1001))
    exact = np.log2(beside)
    assert (np.abs(LOG2(beside) - exact) < 1e-11 * np.abs(exact)).all()


def test_logarithms_rise_from_one_power_of_two_to_the_next():
    "The mantissa is taken from the root of one half on: no step there or at a power of two may go down."
    for seam in (np.sqrt(0.5), 1.0, np.sqrt(2), 2.0, 1024.0):
        around = seam * (1 + np.linspace(-1e-7, 1e-7, 2001))
        assert (np.diff(LOG2(around)) > -1e-15).all()
        assert np.abs(LOG2(around) - np.log2(around)).max() < BOUND


def test_exponents_are_held_within_a_thousand():
    least, most = 2.0**-1000, 2.0**1000
    assert EXP2(np.array([-1000.0, -1001, -1e9, -np.inf])).tolist() == [least] * 4
    assert EXP2(np.array([1000.0, 1001, 1e9, np.inf])).tolist() == [most] * 4
    assert EXP(np.array([-1e6, 1e6])).tolist() == [least, most]


def test_exponential_has_no_step_where_the_whole_part_changes():
    halves = np.arange(-20, 20) + 0.5
    below, above = EXP2(np.nextafter(halves, -np.inf)), EXP2(np.nextafter(halves, np.inf))
    assert np.abs(above / below - 1).max() < 1e-11


def test_arc_tangent_of_huge_and_tiny_slopes():
    assert ATAN(np.array([1e150, -1e150])) == pytest.approx([np.pi / 2, -np.pi / 2], abs=1e-15)
    assert ATAN(np.array([1e-300])) == pytest.approx([1e-300], rel=1e-12)
    assert (ATAN(np.array([-3.0, -0.2])) == -ATAN(np.array([3.0, 0.2]))).all()


def test_sine_of_a_third_of_a_right_angle():
    "asin(1) / 3 is 30 degrees; the denominator vanishes there."
    assert THIRD(np.array([-1.0, 1.0])) == pytest.approx([-0.5, 0.5], abs=1e-15)


def test_sine_of_third_solves_its_cubic():
    x = np.linspace(-1, 1, 2001)
    y = THIRD(x)
    assert np.abs(4 * y**3 - 3 * y + x).max() < 1e-13
