"""Tables of the storm test: rounded once, sums that agree, names beside codes."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from phusong.pipeline.storm_tables import in_people, named, summed, worst

HALF = 500_000


def test_people_are_rounded_once_at_the_commune_and_summed_above_it():
    "Three communes with 0.5 people each are 3 people, not 2."
    communes = pd.DataFrame(
        {"hour": 4.0, "operator": "A", "commune_code": ["1", "2", "3"], "low_micro": HALF, "people_micro": 3 * HALF}
    )
    rounded = in_people(communes)
    assert list(rounded) == ["hour", "operator", "commune_code", "low_people", "people"]
    whole = in_people(
        pd.DataFrame({"hour": [4.0, 8.0], "operator": "A", "low_micro": 3 * HALF, "people_micro": 9 * HALF})
    )
    found = summed(whole, rounded, ["hour", "operator"])
    assert found.low_people.tolist() == [3, 0]
    assert found.people.tolist() == [6, 0]


def failure(kind: str, failure_id: str, high: int, low: int = 0, operator: str = "any") -> dict[str, object]:
    return {
        "kind": kind, "failure_id": failure_id, "operator": operator, "silenced_low_people": low,
        "silenced_high_people": high,
    }  # fmt: skip


def test_the_worst_of_all_kinds_first_and_the_sites_of_a_mast_by_name():
    table = pd.DataFrame(
        [
            failure("feeder", "S1/7", 5),
            failure("mast", "1 2", 7, 1),
            failure("substation", "S2", 7, 7),
            failure("substation", "S1", 9, operator="A"),
            failure("substation", "S3", 0),
            failure("mast", "0 0", 5),
        ]
    )
    supplied = pd.DataFrame({"mast": ["1 2", "0 0", "1 2"], "site_id": ["a", "b", "c"]})
    found = worst(table, supplied, 3)
    assert found.failure_id.tolist() == ["S2", "1 2", "S1/7"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found.sites_named.fillna("").tolist() == ["", "a;c", ""]
    assert len(worst(table, supplied, 10)) == 4


def test_names_stand_after_their_codes():
    inputs = SimpleNamespace(
        villages=pd.DataFrame({"village_id": ["v1"], "village_name": ["Thôn Một"], "commune_code": ["00001"]}),
        communes=pd.DataFrame({"commune_code": ["00001"], "commune_name": ["Xã Một"], "province_name": ["Hà Nội"]}),
        substations=pd.DataFrame({"substation_id": ["S1"], "name": ["Trạm Một"]}),
    )
    villages = named(pd.DataFrame({"hour": [4.0], "village_id": ["v1"], "covered": ["no"]}), inputs)
    assert list(villages) == [
        "hour", "village_id", "village_name", "commune_code", "commune_name", "province_name", "covered",
    ]  # fmt: skip
    assert villages.iloc[0].tolist()[2:6] == ["Thôn Một", "00001", "Xã Một", "Hà Nội"]
    failures = named(pd.DataFrame({"failure_id": ["S1", "S1/7", "S9"]}), inputs)
    assert failures.failure_name.fillna("").tolist() == ["Trạm Một", "", ""]
    sites = named(pd.DataFrame({"site_id": ["x"], "substation_id": [None]}), inputs)
    assert sites.substation_name.isna().tolist() == [True]
