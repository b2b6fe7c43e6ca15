"""The account: rows in = rows accepted + rows refused, and faults told together."""

from __future__ import annotations

import pytest

from phusong.errors import LayerError
from phusong.layers.account import Account, Refusal, refuse_if


def test_what_came_in_is_accepted_or_refused():
    account = Account("sites", 5, (Refusal("sites.csv", 3, "no geometry"), Refusal("sites.csv", 6, "not a Point")), 1)
    assert account.accepted == 3
    assert account.rows_in == account.accepted + len(account.refused)


def test_the_plain_form_holds_everything():
    account = Account("terrain", 2, (Refusal("a.hgt", 1, "why"),), 0, {"voids": 7})
    assert account.as_dict() == {
        "rows_in": 2,
        "accepted": 1,
        "refused": [{"file": "a.hgt", "row": 1, "reason": "why"}],
        "repaired": 0,
        "voids": 7,
    }


def test_all_faults_are_told():
    with pytest.raises(LayerError) as caught:
        refuse_if("sites", (fault for fault in ("one", "two")))
    assert str(caught.value) == "sites: 2 faults\n  - one\n  - two"
    assert caught.value.faults == ("one", "two")


def test_one_fault_is_singular():
    with pytest.raises(LayerError, match=r"^sites: 1 fault\n  - one$"):
        refuse_if("sites", ["one"])


def test_no_fault_stops_nothing():
    assert refuse_if("sites", []) is None
