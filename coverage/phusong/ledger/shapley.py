"""Shapley values: a change divided among its causes, whatever the order in which they are thought to come."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

Coalition = frozenset[str]
"""Causes that have come; of the others all is as it was."""


def coalitions(causes: Sequence[str]) -> Iterator[Coalition]:
    """
    Every combination of causes, from none to all.

    Examples
    --------
    >>> [sorted(some) for some in coalitions(["a", "b"])]
    [[], ['a'], ['b'], ['a', 'b']]
    """
    for size in range(len(causes) + 1):
        yield from map(frozenset, combinations(causes, size))


def shapley(causes: Sequence[str], value: Mapping[Coalition, Fraction]) -> dict[str, Fraction]:
    """
    The part of each cause in the difference between all of them and none: its mean effect over all orders.

    The parts sum to the difference exactly. Exchanging one input after the other gives each cause the effect that it
    has at its place in the order, and another order gives others.

    Parameters
    ----------
    value
        Of every combination in `coalitions(causes)`.

    References
    ----------
    Shapley, L. S. (1953): A value for n-person games. Contributions to the Theory of Games II, 307-317.

    Examples
    --------
    >>> product = {some: Fraction(2 if "a" in some else 1) * (5 if "b" in some else 3) for some in coalitions("ab")}
    >>> {cause: str(part) for cause, part in shapley("ab", product).items()}
    {'a': '4', 'b': '3'}
    """
    return {cause: _part(cause, len(causes), value) for cause in causes}


def apportioned(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """
    Whole numbers near the parts that sum to a total, by largest remainders; a part of nothing stays nothing.

    Parameters
    ----------
    parts
        In the unit of the total, to which they sum but for rounding.

    Raises
    ------
    ValueError
        When there is a total and no part of it.

    Examples
    --------
    >>> apportioned({"a": Fraction(4, 3), "b": Fraction(0), "c": Fraction(5, 3), "d": Fraction(-4, 3)}, 2)
    {'a': 1, 'b': 0, 'c': 2, 'd': -1}
    """
    found = {name: math.floor(part) for name, part in parts.items()}
    receiving = sorted((name for name in parts if parts[name]), key=lambda name: found[name] - parts[name])
    left = total - sum(found.values())
    if left and not receiving:
        raise ValueError(f"a total of {left} has no part")
    for place, name in enumerate(receiving):
        found[name] += left // len(receiving) + (place < left % len(receiving))
    return found


def _part(cause: str, count: int, value: Mapping[Coalition, Fraction]) -> Fraction:
    # many combinations have one value: their weights are summed before the fractions are, which costs most
    weights: Counter[Fraction] = Counter()
    for some, worth in value.items():
        before = len(some) - (cause in some)
        weight = math.factorial(before) * math.factorial(count - before - 1)
        weights[worth] += weight if cause in some else -weight
    total = sum((worth * weight for worth, weight in weights.items() if weight), Fraction(0))
    return total / math.factorial(count)
