"""Kinds of pixels: no two of a kind differ, no kind is there twice, and sums over kinds are sums over pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from phusong.pipeline.kinds import kinds, summed

LAYERS = st.tuples(st.integers(0, 4), st.integers(0, 30)).flatmap(
    lambda shape: arrays(np.int32, shape, elements=st.sampled_from([-1, 0, 1, 255, 10_000]))
)


@given(LAYERS)
def test_kinds_are_the_distinct_columns(layers):
    kind, first = kinds(layers, layers.shape[1])
    columns = [tuple(column) for column in layers.T.tolist()]
    assert [columns[pixel] for pixel in first[kind]] == columns
    assert len(set(kind.tolist())) == len(first) == len(set(columns))


@given(LAYERS)
def test_sums_over_kinds_are_sums_over_pixels(layers):
    pixels = layers.shape[1]
    people = sparse.csr_array(np.arange(3 * pixels, dtype=np.int64).reshape(3, pixels))
    kind, first = kinds(layers, pixels)
    of_kinds = summed(people, kind, len(first))
    for values in layers:
        assert np.array_equal(of_kinds @ values[first].astype(np.int64), people @ values.astype(np.int64))
