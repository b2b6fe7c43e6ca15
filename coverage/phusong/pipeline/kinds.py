"""Kinds of pixels: those that nothing tells apart are counted as one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_VALUES = 2**20


def kinds(layers: Iterable[NDArray[np.integer]], pixels: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Kind of each pixel, and a pixel of each kind: two pixels are of one kind when all layers agree on them.

    Parameters
    ----------
    layers
        Values from -1 up to a million, each of shape (pixels,).

    Examples
    --------
    >>> kind, first = kinds([np.array([1, 1, 2, 2]), np.array([5, 5, 5, 7])], 4)
    >>> kind.tolist(), first.tolist()
    ([0, 0, 1, 2], [0, 2, 3])
    """
    kind, first = np.zeros(pixels, np.int64), np.zeros(min(pixels, 1), np.int64)
    for values in layers:
        apart = np.flatnonzero(values != values[first][kind])
        told = kind[apart] * _VALUES + values[apart] + 1
        _, at, place = np.unique(told, return_index=True, return_inverse=True)
        kind[apart] = len(first) + place
        first = np.concatenate([first, apart[at]])
    return kind, first


def summed(divided: sparse.csr_array, kind: NDArray[np.int64], count: int) -> sparse.csr_array:
    """Micro-persons of each commune on the pixels of each kind, shape (communes, kinds)."""
    member = sparse.csr_array((np.ones(len(kind), np.int64), (np.arange(len(kind)), kind)), (len(kind), count))
    return sparse.csr_array(divided @ member)
