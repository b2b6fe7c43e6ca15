"""Fingerprints: equal things have one, and whatever differs in a bit, a type or a place has another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS
from scipy import sparse

from phusong.config import Radio
from phusong.grid import Grid
from phusong.pipeline.fingerprint import fingerprint, of_code


@dataclass(frozen=True)
class Thing:
    name: str
    values: np.ndarray


def things():
    "Made anew each time."
    grid = Grid(CRS(3405), 0.0, 100.0, 10.0, (2, 3))
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None], "c": pd.array([1, None], "Int64")})
    matrix = sparse.csr_array(np.array([[0, 2], [1, 0]]))
    shapes = np.array([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)], object)
    return (
        1,
        "a",
        2.5,
        None,
        True,
        b"x",
        grid,
        frame,
        matrix,
        shapes,
        Radio(),
        Thing("t", np.arange(3)),
        {"k": [1, (2,)]},
    )


def test_equal_things_have_one():
    assert fingerprint(*things()) == fingerprint(*things())
    assert len(fingerprint()) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, "1"),
        (1, True),
        (["a", "b"], ["ab"]),
        ([["a"], "b"], ["a", ["b"]]),
        (np.arange(3), np.arange(3.0)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.array([0.0]), np.array([-0.0])),
        (np.array([1.0]), np.array([np.nextafter(1.0, 2)])),
        (np.array([shapely.Point(1, 2)], object), np.array([shapely.Point(2, 1)], object)),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (pd.DataFrame({"a": ["x", None]}), pd.DataFrame({"a": ["x", "None"]})),
        (Radio(), Radio(receiver_height_m=2)),
        (Thing("t", np.arange(2)), Thing("u", np.arange(2))),
        (None, "None"),
    ],
)
def test_whatever_differs_has_another(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_code_has_one():
    assert of_code() == of_code()
    assert len(of_code()) == 64
