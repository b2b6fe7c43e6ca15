"""Ids taken so far."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake.seen import Seen


def rows(ids, file="a.csv", sheet="", first=2):
    n = len(ids)
    columns = {"site_id": pd.Series(ids, dtype=object), "longitude": 105.0, "latitude": np.arange(n) / 10}
    return pd.DataFrame(
        {**columns, "source_file": file, "source_sheet": sheet, "source_row": np.arange(first, first + n)}
    )


def test_an_id_is_found_where_it_was_taken_first():
    frame = rows(["A", "B", None, "C"])
    seen = Seen().and_rows(frame, "site_id", np.array([True, False, True, True]))
    seen = seen.and_rows(rows(["C", "D"], "b.xlsx", "4G"), "site_id", np.array([True, True]))
    found = seen.first(pd.Series(["C", "B", "D", None, "A"], index=[5, 6, 7, 8, 9], dtype=object))
    assert found["at"].tolist() == ["5 (a.csv)", "", "3 (b.xlsx, 4G)", "", "2 (a.csv)"]
    assert found.index.tolist() == [5, 6, 7, 8, 9]
    assert np.allclose(found.latitude.to_numpy(), [0.3, np.nan, 0.1, np.nan, 0.0], equal_nan=True, atol=1e-6)


def test_nothing_seen_finds_nothing():
    assert Seen().first(pd.Series(["A"]))["at"].tolist() == [""]
    assert Seen().first(pd.Series([], dtype=object)).empty


def test_a_million_ids_take_24_megabytes():
    seen = Seen().and_rows(rows([f"VTL-{i}" for i in range(1000)]), "site_id", np.ones(1000, bool))
    assert seen.places.nbytes == 24 * 1000


@given(st.lists(st.text(min_size=1, max_size=4), max_size=30), st.integers(0, 30))
def test_parts_find_what_the_whole_finds(ids, cut):
    frame = rows(ids)
    every = np.ones(len(ids), bool)
    whole = Seen().and_rows(frame, "site_id", every)
    parts = Seen().and_rows(frame[:cut], "site_id", every[:cut]).and_rows(frame[cut:], "site_id", every[cut:])
    wanted = pd.Series([*ids, "nobody's"], dtype=object)
    pd.testing.assert_frame_equal(whole.first(wanted), parts.first(wanted))
    firsts = dict(reversed(list(zip(frame.site_id, frame.source_row, strict=True))))
    assert whole.first(frame.site_id)["at"].tolist() == [f"{firsts[site]} (a.csv)" for site in ids]
