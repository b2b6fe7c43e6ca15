"""Who held what, and when."""

from __future__ import annotations

import datetime as dt

import pytest

from phusong.intake.spectrum import holders, licences, operator_named, others_hold

NOW = dt.date(2026, 9, 30)
SHARED = ("MobiFone", "VNPT", "Viettel")


@pytest.mark.parametrize(
    ("mhz", "who"),
    [
        (2550, ("Viettel",)),
        (3750, ("VNPT",)),
        (3850, ("MobiFone",)),
        (3800, ("MobiFone", "VNPT")),
        (718, ("Viettel",)),
        (773, ("Viettel",)),
        (708, ("VNPT",)),
        (763, ("VNPT",)),
        (728, ()),
        (783, ()),
        (900, SHARED),
        (1800, SHARED),
        (1842.5, SHARED),
        (2100, ("MobiFone", "VNPT", "Vietnamobile", "Viettel")),
        (2300, ()),
        (26_000, ()),
    ],
)
def test_holders_of_today(mhz, who):
    assert holders(mhz, NOW) == who


@pytest.mark.parametrize(
    ("mhz", "first"),
    [
        (2550, dt.date(2024, 3, 8)),
        (3750, dt.date(2024, 3, 19)),
        (3850, dt.date(2024, 7, 9)),
        (763, dt.date(2025, 9, 16)),
    ],
)
def test_a_licence_holds_from_its_day_on(mhz, first):
    assert holders(mhz, first - dt.timedelta(days=1)) == ()
    assert len(holders(mhz, first)) == 1


def test_older_licences_have_no_first_day():
    assert holders(1800, dt.date(2001, 1, 1)) == SHARED


@pytest.mark.parametrize(
    ("name", "operator"),
    [
        ("VIETTEL", "Viettel"),
        ("Tập đoàn Viettel", "Viettel"),
        ("vinaphone", "VNPT"),
        ("Mobifone", "MobiFone"),
        ("Vietnam Mobile", "Vietnamobile"),
        ("Sóng Mẫu", "Sóng Mẫu"),
    ],
)
def test_operators_by_any_of_their_names(name, operator):
    assert operator_named(name) == operator


@pytest.mark.parametrize(
    ("operator", "mhz", "held"),
    [
        ("Viettel", 3750, True),
        ("VTL", 2550, False),
        ("Vietnamobile", 1800, True),
        ("Vietnamobile", 2100, False),
        ("MobiFone", 2300, False),
        ("Gmobile", 3750, True),
        ("Gmobile", 1800, False),
        ("Sóng Mẫu", 3750, False),
    ],
)
def test_what_others_hold(operator, mhz, held):
    assert others_hold(operator, mhz, NOW) is held


def test_nobody_held_3750_before_its_auction():
    assert not others_hold("Viettel", 3750, dt.date(2024, 1, 1))


def test_ranges_are_in_order_and_new_ones_do_not_overlap_among_operators():
    new = [(low, high) for one in licences() if one.begins for low, high in one.ranges_mhz]
    assert all(low < high for one in licences() for low, high in one.ranges_mhz)
    assert all(a[1] <= b[0] for a, b in zip(sorted(new), sorted(new)[1:], strict=False))
