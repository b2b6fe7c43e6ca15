"""Fingerprints: one digest of everything that a computation depends on, its code among it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel
from pyproj import CRS
from scipy import sparse

import phusong
from phusong.ledger.record import versions


def fingerprint(*parts: Any) -> str:
    """
    SHA-256 in hexadecimal of some values: numbers, words, arrays, frames, geometries, settings, and what holds them.

    Two lists of values have the same fingerprint only when they are equal, type by type and bit by bit.

    Examples
    --------
    >>> fingerprint(1, "a") == fingerprint(1, "a"), fingerprint("1") == fingerprint(1)
    (True, False)
    """
    digest = hashlib.sha256()
    for piece in _pieces(parts):
        digest.update(len(piece).to_bytes(8, "little"))
        digest.update(piece)
    return digest.hexdigest()


@cache
def of_code() -> str:
    """Of the package's code and of the libraries that compute."""
    package = Path(phusong.__path__[0])
    return fingerprint(
        versions(), [(str(file.relative_to(package)), file.read_bytes()) for file in sorted(package.rglob("*.py"))]
    )


def _pieces(value: Any) -> Iterable[bytes | memoryview]:
    kind = type(value).__name__.encode()
    if isinstance(value, np.ndarray):
        yield from _array(value)
    elif isinstance(value, pd.DataFrame):
        yield kind
        yield from _pieces({str(name): value[name].to_numpy() for name in value.columns})
    elif sparse.issparse(value):
        yield from _pieces((value.shape, value.indptr.astype(np.int64), value.indices.astype(np.int64), value.data))
    elif isinstance(value, BaseModel):
        yield kind
        yield value.model_dump_json().encode()
    elif isinstance(value, CRS):
        yield value.to_wkt().encode()
    elif is_dataclass(value):
        yield kind
        yield from _pieces({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, Mapping):
        yield from _pieces(list(value.items()))
    elif isinstance(value, (list, tuple)):
        yield b"list" + len(value).to_bytes(8, "little")
        for one in value:
            yield from _pieces(one)
    else:
        yield kind
        yield value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass")


def _array(values: np.ndarray[Any, Any]) -> Iterable[bytes | memoryview]:
    yield f"{values.dtype} {values.shape}".encode()
    if values.dtype != object:
        yield np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
    elif values.size and isinstance(values.ravel()[0], shapely.Geometry):
        yield from shapely.to_wkb(values.ravel())
    else:
        yield repr(values.ravel().tolist()).encode("utf-8", "surrogatepass")
