"""Earlier servers: what was found on the same ground before some sites changed, of which only that is computed anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Flags = NDArray[np.bool_]
_KEY = ("technology", "operator", "band")
_VALUES = ("rsrp_ddbm", "server", "second_ddbm", "second_server", "unknown")
_MOST_CHANGED = 0.2
"""Share of sites from which on it is quicker to compute all of them."""


class Left(NamedTuple):
    """
    What earlier servers leave to do.

    Parameters
    ----------
    anew
        Pixels of each group on which every site competes, shape (groups, rows, columns).
    added
        Sites that compete on the other pixels, too.
    """

    anew: Flags
    added: Flags


@dataclass(frozen=True)
class Earlier:
    """
    The two strongest servers of each pixel as `strongest_servers` found them.

    Parameters
    ----------
    identity
        Digest of each site's row, shape (sites, 32).
    wanted
        Pixels that were computed.
    groups
        Technology, operator and band of each group.
    values
        By name as in the result of `strongest_servers`, arrays of shape (groups, wanted pixels).
    """

    identity: NDArray[np.uint8]
    wanted: Flags
    groups: tuple[tuple[str, ...], ...]
    values: Arrays

    @classmethod
    def of(cls, servers: xr.Dataset, sites: pd.DataFrame, wanted: Flags) -> Earlier:
        """What is to be kept of a result."""
        values = {name: servers[name].values[:, wanted] for name in _VALUES}
        return cls(identities(sites), wanted, _groups(servers), values)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For a store."""
        told = {"shape": self.wanted.shape, "groups": self.groups}
        return {
            "told": np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8),
            "wanted": np.packbits(self.wanted),
            "identity": self.identity,
            **self.values,
        }

    @classmethod
    def read(cls, arrays: Arrays) -> Earlier:
        """From a store."""
        told = json.loads(arrays["told"].tobytes())
        shape = tuple(told["shape"])
        wanted = np.unpackbits(arrays["wanted"], count=shape[0] * shape[1]).astype(bool).reshape(shape)
        values = {name: arrays[name] for name in _VALUES}
        return cls(arrays["identity"], wanted, tuple(map(tuple, told["groups"])), values)

    def lay(self, servers: xr.Dataset, sites: pd.DataFrame, wanted: Flags) -> Left | None:
        """
        Lay the servers that are still true into a result that nobody serves yet.

        A pixel stays as it was unless one of its two servers is gone, or something was unknown; then every site of its
        group competes anew, and elsewhere only those that were added. A path that could not be computed and did not
        matter still does not, as levels only rise there. Of equal levels the lower row serves, so the sites must still
        have their order; None where they have not, or where too many are others.
        """
        now = _rows(self.identity, identities(sites))
        kept = now[now >= 0]
        if (np.diff(kept) <= 0).any() or len(now) + len(self.identity) - 2 * kept.size > _MOST_CHANGED * len(now):
            return None
        row = np.full(len(self.identity) + 1, -1, np.int32)  # the last is that of no server
        row[kept] = np.flatnonzero(now >= 0)
        anew = np.repeat(wanted[np.newaxis], servers.sizes["group"], axis=0)
        for group, key in enumerate(_groups(servers)):
            if key in self.groups:
                anew[group] &= ~self._lay(servers, group, self.groups.index(key), row, wanted)
        return Left(anew, now < 0)

    def _lay(self, servers: xr.Dataset, group: int, own: int, row: NDArray[np.int32], wanted: Flags) -> Flags:
        """Lay the pixels of one group; returns which."""
        first, second = self.values["server"][own], self.values["second_server"][own]
        stays = ((first < 0) | (row[first] >= 0)) & ((second < 0) | (row[second] >= 0))
        stays &= wanted[self.wanted] & ~self.values["unknown"][own]
        laid = np.zeros(wanted.shape, bool)
        laid[self.wanted] = stays
        for name in _VALUES:
            values = self.values[name][own][stays]
            servers[name].values[group][laid] = row[values] if name.endswith("server") else values
        return laid


def identities(sites: pd.DataFrame) -> NDArray[np.uint8]:
    """Digest of each row of the sites, shape (sites, 32); its shape as geometry is told by its coordinates."""
    plain = sites.drop(columns="geometry", errors="ignore")
    rows = [hashlib.sha256(repr(one).encode()).digest() for one in plain.itertuples(index=False, name=None)]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), 32)


def _rows(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Row that each site had before, -1 for none."""
    known = {one.tobytes(): row for row, one in enumerate(before)}
    return np.array([known.get(one.tobytes(), -1) for one in now], np.int64)


def _groups(servers: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    named = zip(*(servers[name].values for name in _KEY), strict=True)
    return tuple(tuple(str(word) for word in key) for key in named)
