"""White, grey and all: how many of the operators serve a pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.radio.levels import best
from phusong.units import (
    ALL,
    ANY,
    GREY,
    GREY_OR_ALL,
    LEVEL_FLOOR,
    LIMITED,
    UNKNOWN,
    WHITE,
    WHITE_OR_GREY,
)

Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Spots:
    """
    Who serves each pixel with a technology, arrays of the levels' shape.

    Parameters
    ----------
    operators
        Number of operators known to serve at the level "limited" or better; 255 where the kind is not known. Where
        doubt about an operator cannot change the kind, that operator is not counted.
    kind
        Codes as in `SPOT_VALUES`.
    """

    operators: Codes
    kind: Codes


def spots(levels: Sequence[Codes]) -> Spots:
    """
    Spots of some operators, of whose levels (codes as in `LEVEL_VALUES`) there is at least one.

    Examples
    --------
    >>> one, other = np.array([0, 3, 2, 255, 255, 0], np.uint8), np.array([0, 0, 1, 1, 255, 255], np.uint8)
    >>> found = spots([one, other])
    >>> found.kind.tolist(), found.operators.tolist()
    ([0, 1, 2, 252, 255, 251], [0, 1, 2, 255, 255, 255])
    """
    every = len(levels)
    serving, open_question = np.zeros(levels[0].shape, np.uint8), np.zeros(levels[0].shape, np.uint8)
    for codes in levels:
        serving += LEVEL_FLOOR[codes] >= LIMITED
        open_question += codes == UNKNOWN
    kind, operators = _of_counts(every)
    case = serving.astype(np.uint16) * (every + 1) + serving + open_question
    return Spots(operators[case], kind[case])


def _of_counts(every: int) -> tuple[Codes, Codes]:
    """Kind and number of operators of a pixel, by how many serve times one more than all, plus how many may serve."""
    serving, may_serve = (count.ravel() for count in np.indices((every + 1, every + 1)))
    kind = np.select(
        [may_serve == 0, serving == every, (serving > 0) & (may_serve < every), serving > 0, may_serve < every],
        [WHITE, ALL, GREY, GREY_OR_ALL, WHITE_OR_GREY],
        UNKNOWN,
    )
    known = np.isin(kind, (WHITE, GREY, ALL))
    return kind.astype(np.uint8), np.where(known, serving, UNKNOWN).astype(np.uint8)


def by_technology(level: Mapping[tuple[str, str], Codes]) -> dict[str, Spots]:
    """
    Spots of each technology and, as `ANY`, of all together, where an operator counts that serves with one of them.

    Parameters
    ----------
    level
        By (technology, operator), with `ANY` for each technology. The operators of a technology are those named with
        it; where there is none, every pixel is white.
    """
    technologies = sorted({technology for technology, _ in level})
    own = {t: [codes for (of, who), codes in level.items() if of == t and who != ANY] for t in technologies}
    together: dict[str, list[Codes]] = {}
    for (_, operator), codes in level.items():
        if operator != ANY:
            together.setdefault(operator, []).append(codes)
    found = {t: spots(own[t] or [level[t, ANY]]) for t in technologies}
    return {**found, ANY: spots([best(codes) for codes in together.values()] or [level[technologies[0], ANY]])}
