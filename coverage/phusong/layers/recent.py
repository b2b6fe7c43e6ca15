"""What was used most recently of things too large to be all in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """
    Values by key, made where they are not held; the last one stays, whatever its size.

    Parameters
    ----------
    make
        A value; two threads may make the same at once.
    size
        Of a value.
    most
        Sum of the sizes held.

    Examples
    --------
    >>> squares = Recent(lambda number: number * number, lambda square: 1, most=2)
    >>> squares[3], squares[4], squares[5], list(squares.held)
    (9, 16, 25, [4, 5])
    """

    def __init__(self, make: Callable[[K], V], size: Callable[[V], float], most: float) -> None:
        self.held: OrderedDict[K, V] = OrderedDict()
        self._make, self._size, self._most = make, size, most
        self._lock = threading.Lock()

    def __getitem__(self, key: K) -> V:
        with self._lock:
            if key in self.held:
                self.held.move_to_end(key)
                return self.held[key]
        value = self._make(key)
        with self._lock:
            self.held[key] = value
            while sum(map(self._size, self.held.values())) > self._most and len(self.held) > 1:
                self.held.popitem(last=False)
        return value
