"""Outages: SAIDI, SAIFI and CAIDI of communes, and of provinces weighted by customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.power.outages import elsewhere, reliability

NAN = float("nan")
INDICES = ["saidi_min", "saifi_count", "caidi_min"]


def found(*rows: tuple[str, str, float, float, float], **keys: str) -> pd.DataFrame:
    "Commune, province, SAIDI, SAIFI and customers."
    table = pd.DataFrame(rows, columns=["commune_code", "province_code", "saidi", "saifi", "customers"])
    codes = table[["commune_code", "province_code"]].astype(object)
    numbers = (table[name].to_numpy(float) for name in ("saidi", "saifi", "customers"))
    return reliability(codes, *numbers, **keys).set_index(["unit_level", "unit_code"])


def test_customers_weigh():
    "100 customers without power for 600 min and 300 for 60 min: 78,000 customer-minutes, 700 interruptions."
    table = found(("00002", "01", 600, 4, 100), ("00001", "01", 60, 1, 300), ("00003", "02", 30, 0.5, 400))
    assert table.loc[("province", "01"), INDICES].tolist() == [195, 1.75, 111.4286]
    assert table.loc[("province", "02"), INDICES].tolist() == [30, 0.5, 60]
    assert table.loc[("study", ""), INDICES].tolist() == [112.5, 1.125, 100]
    assert table.loc[("commune", "00002"), INDICES].tolist() == [600, 4, 150]
    assert table.index.tolist() == [
        ("commune", "00001"), ("commune", "00002"), ("commune", "00003"),
        ("province", "01"), ("province", "02"), ("study", ""),
    ]  # fmt: skip
    assert table.customers.tolist() == [300, 100, 400, 400, 400, 800]


def test_communes_that_filed_nothing_are_in_no_sum():
    "Were they taken as 0, the province would have 30 min."
    table = found(("00001", "01", 60, 1, 300), ("00002", "01", NAN, NAN, 300), ("00003", "02", NAN, NAN, 5))
    assert table.loc[("province", "01"), INDICES].tolist() == [60, 1, 60]
    counted = ["customers", "customers_not_filed", "communes_filed", "communes_not_filed"]
    assert table.loc[("province", "01"), counted].tolist() == [300, 300, 1, 1]
    assert table.loc[("province", "02"), counted].tolist() == [0, 5, 0, 1]
    assert table.loc[("province", "02"), INDICES].isna().all()
    assert table.loc[("commune", "00002"), INDICES].isna().all()
    assert table.loc[("study", ""), counted].tolist() == [300, 305, 1, 2]


@pytest.mark.parametrize("customers", [NAN, 0.0])
def test_a_commune_without_customers_keeps_its_figures_and_is_in_no_sum(customers: float):
    table = found(("00001", "01", 60, 1, 300), ("00002", "01", 600, 2, customers))
    assert table.loc[("province", "01"), INDICES].tolist() == [60, 1, 60]
    assert table.loc[("province", "01"), ["communes_filed", "communes_without_customers"]].tolist() == [2, 1]
    assert table.loc[("commune", "00002"), INDICES].tolist() == [600, 2, 300]
    assert table.loc[("commune", "00002"), "customers"] == 0


def test_without_interruptions_there_is_no_mean_duration():
    table = found(("00001", "01", 0, 0, 300))
    assert table.loc[("commune", "00001"), INDICES].isna().tolist() == [False, False, True]
    assert table.loc[("province", "01"), "minutes_without_interruptions"] == 0


def test_figures_that_contradict_each_other_are_counted_and_used():
    "Minutes without an interruption; 5 min on average, which is not sustained; and 5.1 min, which is."
    table = found(("00001", "01", 60, 0, 1), ("00002", "01", 10, 2, 1), ("00003", "01", 10.2, 2, 1))
    counts = ["minutes_without_interruptions", "interruptions_too_short"]
    assert table.loc[("province", "01"), counts].tolist() == [1, 1]
    assert table.caidi_min.tolist()[:3] == pytest.approx([NAN, 5, 5.1], nan_ok=True)
    assert table[counts].to_numpy()[:3].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert table.loc[("province", "01"), "saidi_min"] == pytest.approx(80.2 / 3, abs=5e-5)


def test_what_the_customers_are_is_said():
    row = ("00001", "01", 60.0, 1.0, 300.0)
    assert set(found(row).customers_basis) == {"households"}
    assert set(found(row, customers_basis="customers filed").customers_basis) == {"customers filed"}


def test_no_communes():
    assert found().empty
    assert found().columns.tolist() == found(("00001", "01", 1, 1, 1)).columns.tolist()


def test_rows_for_communes_elsewhere_are_counted():
    "Of the rows of the period one is of another country's commune; that of another period is not asked for."
    codes = ["00001", "99999", "99999", "00002"]
    filed = pd.DataFrame({"period": ["2026Q3", "2026Q3", "2026Q2", "2026Q3"], "commune_code": codes})
    assert elsewhere(filed, pd.Series(["00001", "00002"]), "2026Q3") == 1
    assert elsewhere(filed.iloc[:0], pd.Series(["00001"]), "2026Q3") == 0


commune = st.tuples(
    st.sampled_from(["01", "02"]),
    st.one_of(st.just(NAN), st.floats(0, 1e4)),
    st.floats(0, 50),
    st.one_of(st.just(NAN), st.integers(0, 5000).map(float)),
)


@given(st.lists(commune, min_size=1, max_size=8), st.randoms())
@settings(deadline=None)
def test_provinces_against_the_sum_over_customers(rows, random):
    "Commune by commune in plain numbers; and the order of the rows changes nothing, to the last digit."
    named = [(f"{i:05}", p, d, NAN if np.isnan(d) else f, n) for i, (p, d, f, n) in enumerate(rows)]
    table = found(*named)
    for province in {row[1] for row in named}:
        own = [row for row in named if row[1] == province and row[2] == row[2] and row[4] > 0]
        customers = sum(row[4] for row in own)
        of = table.loc[("province", province)]
        assert of.customers == customers
        if customers:
            assert of.saidi_min == pytest.approx(sum(row[2] * row[4] for row in own) / customers, abs=1e-4)
            assert of.saifi_count == pytest.approx(sum(row[3] * row[4] for row in own) / customers, abs=1e-4)
        else:
            assert np.isnan(of.saidi_min)
    pd.testing.assert_frame_equal(found(*random.sample(named, len(named))), table, check_exact=True)
