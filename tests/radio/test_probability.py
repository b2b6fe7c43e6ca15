"""Probability and expected people: worlds counted by hand, shared errors that stay, sums that nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from phusong.config import Environment, Radio, Uncertainty
from phusong.config.zones import Zones
from phusong.radio.offsets import offsets_ddbm
from phusong.radio.probability import (
    Expected,
    Groups,
    expected_by_operator,
    expected_of_any,
    expected_people,
    location_probability,
    together,
)
from phusong.units import ANY, CERTAIN, MICRO, NO_SIGNAL_DDBM

PERSON = MICRO * CERTAIN
NO_OFFSET = np.zeros((9, 1), np.int16)
NEEDED = -1100

Band = tuple[str, Sequence[int], Sequence[int]]
"""Operator, and on each pixel the level and the row of the strongest server."""


def groups(*bands: Band, second: Sequence[tuple[Sequence[int], Sequence[int]]] = (), unknown: object = False) -> Groups:
    "Groups of some bands; without `second` no pixel has a second server."
    operators, levels, rows = zip(*bands, strict=True)
    first = np.array(levels, np.int16)
    no_second = [([NO_SIGNAL_DDBM] * first.shape[1], [-1] * first.shape[1])] * len(bands)
    second_levels, second_rows = zip(*(second or no_second), strict=True)
    return Groups(
        operators,
        first,
        np.array(rows, np.int32),
        np.array(second_levels, np.int16),
        np.array(second_rows, np.int32),
        np.array(np.broadcast_to(np.array(unknown, bool), first.shape)),
    )


def living(*areas: Sequence[float]) -> sparse.csr_array:
    "People of each pixel in each area."
    return sparse.csr_array(np.rint(np.array(areas, float) * MICRO).astype(np.int64))


def count(
    found: Groups, people: sparse.csr_array, sigma_db: float = 5.0, offsets: NDArray[np.int16] = NO_OFFSET
) -> dict[str, Expected]:
    bands = len(found.operator)
    return expected_people(found, [NEEDED] * bands, [sigma_db] * bands, offsets, people)


# probability


@pytest.mark.parametrize(
    ("margin_db", "sigma_db", "expected"),
    [
        (0, 5.5, 5000),
        (5.5, 5.5, 8413),  # Phi(1) = 0.841345
        (-11, 5.5, 228),  # Phi(-2) = 0.022750
        (12.8, 10, 8997),  # Phi(1.28) = 0.899727
        (38.9, 10, 9999),  # Phi(3.89) = 0.99994988
        (39, 10, 10000),  # Phi(3.90) = 0.99995190
        (-39, 10, 0),
        (0, 0, 10000),
        (-0.1, 0, 0),
    ],
)
def test_probability_of_the_normal_distribution(margin_db: float, sigma_db: float, expected: int):
    assert int(location_probability(round(10 * margin_db), sigma_db)) == expected


@given(st.integers(-3000, 3000), st.floats(0.01, 40))
@settings(max_examples=100, deadline=None)
def test_probability_is_symmetric_and_rises(margin_ddbm: int, sigma_db: float):
    below, at, above = location_probability(np.array([-margin_ddbm, margin_ddbm, margin_ddbm + 1]), sigma_db).tolist()
    assert below + at == CERTAIN
    assert at <= above <= CERTAIN


# expected people, by hand


def test_two_pixels_of_one_site():
    "5 dB above and 5 dB below the threshold, sigma 5 dB: 0.8413 x 100 + 0.1587 x 300 = 131.74 people."
    found = count(groups(("Viettel", [-1050, -1150], [0, 0])), living([100, 300]))
    assert found["Viettel"].covered.tolist() == [[13174 * PERSON // 100]]
    assert found[ANY].covered.tolist() == found["Viettel"].covered.tolist()
    assert found["Viettel"].unknown.tolist() == [0]


def test_areas_share_a_pixel():
    "A pixel with a probability of one half and 7 people: 5 in one area, 2 in the other."
    found = count(groups(("Viettel", [-1100], [0])), living([5], [2], [0]))["Viettel"]
    assert found.covered[:, 0].tolist() == [2.5 * PERSON, PERSON, 0]


def test_where_no_site_reaches_nobody_is_covered():
    found = count(groups(("Viettel", [NO_SIGNAL_DDBM, -700], [-1, 0])), living([10, 1]))
    assert found["Viettel"].covered.tolist() == [[PERSON]]


def test_bands_and_operators_are_not_added_up():
    """
    Good places are taken to be the same for all: the largest probability counts.

    Viettel's bands at 0 dB and 5 dB above: 0.8413; VNPT 5 dB below: 0.1587; any of them 0.8413.
    """
    found = count(
        groups(("VNPT", [-1150], [2]), ("Viettel", [-1100], [0]), ("Viettel", [-1050], [1])), living([10_000])
    )
    assert {name: int(sums.covered[0, 0]) // PERSON for name, sums in found.items()} == {
        "VNPT": 1587,
        "Viettel": 8413,
        ANY: 8413,
    }


def test_each_band_has_its_own_need_and_spread():
    "Indoors a high band needs more: -95 dBm is 15 dB above -110, but 5 dB below -90; sigma 15 and 5 dB."
    both = groups(("Viettel", [-950], [0]), ("VNPT", [-950], [1]))
    found = expected_people(both, [-1100, -900], [15.0, 5.0], NO_OFFSET, living([10_000]))
    assert found["Viettel"].covered.tolist() == [[8413 * PERSON]]
    assert found["VNPT"].covered.tolist() == [[1587 * PERSON]]


def test_without_sigma_and_draws_the_threshold_decides():
    "At and one tenth of a dB below the threshold."
    found = count(groups(("Viettel", [-1100, -1101], [0, 0])), living([3, 4]), sigma_db=0)
    assert found[ANY].covered.tolist() == [[3 * PERSON]]


def test_nobody_has_a_site():
    nobody = Groups((), *(np.empty((0, 2), kind) for kind in (np.int16, np.int32, np.int16, np.int32, np.bool_)))
    found = expected_people(nobody, [], [], np.zeros((0, 3), np.int16), living([1, 2]))
    assert found[ANY].covered.tolist() == [[0, 0, 0]]
    assert list(found) == [ANY]


# unknown


def test_people_of_whom_it_cannot_be_told():
    "A site that could not be computed matters where the others leave it open, and not where they are certain."
    in_doubt = groups(("Viettel", [-1050, -700, -1050], [0, 0, 0]), unknown=[[True, True, False]])
    found = count(in_doubt, living([1, 10, 10_000]))["Viettel"]
    assert found.unknown.tolist() == [MICRO]
    assert found.covered.tolist() == [[(10 + 8413) * PERSON]]


def test_any_is_unknown_where_one_operator_is_unless_another_is_certain():
    both = groups(
        ("VNPT", [-1200, -1200], [0, 0]), ("Viettel", [-700, -1050], [1, 1]), unknown=[[True] * 2, [False] * 2]
    )
    found = count(both, living([2, 3]))
    assert {name: sums.unknown.tolist() for name, sums in found.items()} == {
        "VNPT": [5 * MICRO],
        "Viettel": [0],
        ANY: [3 * MICRO],
    }
    assert found[ANY].covered.tolist() == [[2 * PERSON]]


def test_no_draw_makes_known_what_is_unknown():
    "The denominator is one for all draws: it is the model as it is that decides."
    offsets = np.array([[0, 2000, -2000]], np.int16)
    found = count(groups(("Viettel", [-1050], [0]), unknown=True), living([5]), offsets=offsets)[ANY]
    assert found.unknown.tolist() == [5 * MICRO]
    assert found.covered.tolist() == [[0, 0, 0]]


# draws


def test_an_offset_shifts_every_level_of_its_site():
    "5 dB up and down: from 0.5 to Phi(1) and Phi(-1), for the pixel of this site only."
    offsets = np.array([[0, 50, -50], [0, 0, 0]], np.int16)
    found = count(groups(("Viettel", [-1100, -1100], [0, 1])), living([10_000, 2]), offsets=offsets)["Viettel"]
    assert (found.covered // PERSON).tolist() == [[5001, 8414, 1588]]


def test_second_server_limits_the_fall():
    "The site falls by 20 dB, far below the second server, which keeps its 3 dB below: Phi(-0.6) = 0.2743."
    offsets = np.array([[0, -200], [0, 0]], np.int16)
    alone = count(groups(("Viettel", [-1100], [0])), living([10_000]), offsets=offsets)["Viettel"]
    backed = groups(("Viettel", [-1100], [0]), second=[([-1130], [1])])
    found = count(backed, living([10_000]), offsets=offsets)["Viettel"]
    assert (alone.covered // PERSON).tolist() == [[5000, 0]]
    assert (found.covered // PERSON).tolist() == [[5000, 2743]]


def draw(names: Sequence[str], uncertainty: Uncertainty, operator: str = "Viettel") -> NDArray[np.int16]:
    table = pd.DataFrame(
        {"site_id": names, "operator": operator, "technology": "LTE", "band": "B3", "setting": "rural"}
    )
    return offsets_ddbm(table, uncertainty)


def width(sums: Expected) -> float:
    "Nine tenths of the draws: from the 4th to the 61st of 64, as a part of the expectation."
    covered = np.sort(sums.covered[0, 1:])
    return float((covered[60] - covered[3]) / sums.covered[0, 0])


def test_interval_of_many_pixels_is_as_wide_as_that_of_one():
    """
    Ten thousand equal pixels of one site against one pixel: to the last digit the same.

    Did each pixel err for itself, as if it had a site of its own, the interval would shrink to nothing: that is the
    fault that this stage must not have.
    """
    many = 10_000
    spread = Uncertainty(model_sigma_db=0, site_sigma_db=6.4)
    one = count(groups(("Viettel", [-1100], [0])), living([1]), offsets=draw(["S"], spread))[ANY]
    shared = count(groups(("Viettel", [-1100] * many, [0] * many)), living([1] * many), offsets=draw(["S"], spread))[
        ANY
    ]
    assert (shared.covered == many * one.covered).all()
    # 4th of 64 antithetic draws: about -1.6 x 6.4 dB, Phi(-1.6 x 6.4 / 5) = 0.02; so nearly all between none and all
    assert width(shared) == width(one) > 1.8
    names = [f"S{i}" for i in range(many)]
    apart = count(groups(("Viettel", [-1100] * many, range(many))), living([1] * many), offsets=draw(names, spread))[
        ANY
    ]
    assert width(apart) < 0.03


def test_error_of_the_model_does_not_average_out_over_sites():
    """
    A thousand sites of one operator, band and setting: their own errors shrink away, the shared one stays.

    The 4th of 64 draws is about -1.6 sigma: alone it makes 2 Phi(1.6 x 4 / 5) - 1 = 0.80 of an expectation of one half;
    among sites that err by 5 dB for themselves the same with 4 dB over the root of 25 + 25: 0.63.
    """
    many = 1000
    names = [f"S{i}" for i in range(many)]
    levels = groups(("Viettel", [-1100] * many, range(many)))
    own = count(levels, living([1] * many), offsets=draw(names, Uncertainty(model_sigma_db=0)))[ANY]
    both = count(levels, living([1] * many), offsets=draw(names, Uncertainty()))[ANY]
    one = count(groups(("Viettel", [-1100], [0])), living([1]), offsets=draw(["S"], Uncertainty(site_sigma_db=0)))[ANY]
    assert width(own) < 0.1
    assert width(one) == pytest.approx(1.60, abs=0.05)
    assert width(both) == pytest.approx(1.27, abs=0.05)


def test_expectation_lies_inside_the_draws():
    "Three communes in the middle, at the fringe and beyond it."
    found = count(
        groups(("Viettel", [-1100, -1120, -1150], [0, 1, 2])),
        living([100, 0, 0], [0, 100, 0], [0, 0, 100]),
        offsets=draw(["S1", "S2", "S3"], Uncertainty()),
    )["Viettel"]
    ordered = np.sort(found.covered[:, 1:], axis=1)
    assert (ordered[:, 3] < found.covered[:, 0]).all()
    assert (found.covered[:, 0] < ordered[:, 60]).all()


# through the door of the radio stage


def servers(*bands: tuple[str, str, str, float, int, int]) -> xr.Dataset:
    "One pixel: technology, operator, band, MHz, level and row of its strongest server, and no second."
    columns = list(zip(*bands, strict=True)) if bands else [[]] * 6

    def pixel(values: Sequence[object], kind: type) -> tuple[tuple[str, str, str], NDArray]:
        return ("group", "y", "x"), np.array(values, kind).reshape(len(bands), 1, 1)

    variables = {
        "rsrp_ddbm": pixel(columns[4], np.int16),
        "server": pixel(columns[5], np.int32),
        "second_ddbm": pixel([NO_SIGNAL_DDBM] * len(bands), np.int16),
        "second_server": pixel([-1] * len(bands), np.int32),
        "unknown": pixel([False] * len(bands), np.bool_),
    }
    named = {name: ("group", np.array(columns[i], object)) for i, name in enumerate(("technology", "operator", "band"))}
    return xr.Dataset(variables, {**named, "frequency_mhz": ("group", np.array(columns[3], float))})


SITES = pd.DataFrame(
    {
        "site_id": ["A", "B", "C"],
        "operator": ["Viettel", "Viettel", "VNPT"],
        "technology": ["LTE", "NR", "LTE"],
        "setting": ["rural", "rural", "urban"],
    }
)
THREE = (
    ("LTE", "VNPT", "B3", 1800.0, -1050, 2),
    ("LTE", "Viettel", "B3", 1800.0, -1060, 0),
    ("NR", "Viettel", "n41", 2600.0, -1000, 1),
)


def settings_of(draws: int = 0, **levels: object) -> Radio:
    "Location variability of 5 dB; a vehicle costs 9 dB with a spread of 12 dB: 13 dB together."
    vehicle = Environment(name="in_vehicle", loss_db=9, sigma_db=12)
    spread = Uncertainty(location_sigma_db=5, draws=draws)
    return Radio(uncertainty=spread, environments=(Environment(name="outdoor"), vehicle), **levels)


def test_every_technology_operator_and_environment():
    """
    LTE 5 dB (VNPT) and 4 dB (Viettel) above -110 dBm, NR 10 dB: Phi(1), Phi(0.8) and Phi(2) outdoors.

    In the vehicle 4 and 5 dB below and 1 dB above, over 13 dB: Phi(-0.308), Phi(-0.385) and Phi(0.077).
    """
    found = expected_by_operator(servers(*THREE), SITES, living([10_000]), settings_of(), 100.0)
    assert {key: int(sums.covered[0, 0]) // PERSON for key, sums in found.items()} == {
        ("LTE", "VNPT", "outdoor"): 8413,
        ("LTE", "Viettel", "outdoor"): 7881,
        ("LTE", ANY, "outdoor"): 8413,
        ("LTE", "VNPT", "in_vehicle"): 3792,
        ("LTE", "Viettel", "in_vehicle"): 3503,
        ("LTE", ANY, "in_vehicle"): 3792,
        ("NR", "Viettel", "outdoor"): 9772,
        ("NR", ANY, "outdoor"): 9772,
        ("NR", "Viettel", "in_vehicle"): 5307,
        ("NR", ANY, "in_vehicle"): 5307,
    }


def test_any_comes_for_both_technologies_also_without_a_site():
    found = expected_by_operator(servers(), SITES[:0], living([5]), settings_of(4), 100.0)
    assert {key: sums.covered.tolist() for key, sums in found.items()} == {
        (technology, ANY, environment): [[0] * 5]
        for technology in ("LTE", "NR")
        for environment in ("outdoor", "in_vehicle")
    }


@pytest.mark.parametrize("technology", ["LTE", "NR"])
def test_any_of_one_technology_is_what_the_technology_has(technology):
    zones = Zones(technologies=(technology,))
    found = expected_of_any(servers(*THREE), SITES, living([10_000]), settings_of(64), 100.0, zones)
    apart = expected_by_operator(servers(*THREE), SITES, living([10_000]), settings_of(64), 100.0)
    assert (found.covered == apart[technology, ANY, "outdoor"].covered).all()
    assert (found.unknown == apart[technology, ANY, "outdoor"].unknown).all()


def test_any_of_both_technologies_is_the_better_one_and_a_higher_level_needs_more():
    "Of 8,413 and 9,772 people in ten thousand the more; no draw has fewer than either technology alone."
    of = {
        level: expected_of_any(servers(*THREE), SITES, living([10_000]), settings_of(64), 100.0, Zones(level=level))
        for level in ("limited", "good", "very_good")
    }
    assert of["limited"].covered[0, 0] // PERSON == 9772
    apart = expected_by_operator(servers(*THREE), SITES, living([10_000]), settings_of(64), 100.0)
    most = np.maximum(apart["LTE", ANY, "outdoor"].covered, apart["NR", ANY, "outdoor"].covered)
    assert (of["limited"].covered == most).all()
    assert of["limited"].covered[0, 0] > of["good"].covered[0, 0] > of["very_good"].covered[0, 0] > 0


def test_a_site_of_another_operator_changes_no_draw():
    without = expected_by_operator(servers(*THREE[1:]), SITES[:2], living([10_000]), settings_of(64), 100.0)
    found = expected_by_operator(servers(*THREE), SITES, living([10_000]), settings_of(64), 100.0)
    for technology in ("LTE", "NR"):
        key = (technology, "Viettel", "outdoor")
        assert (found[key].covered == without[key].covered).all()
        assert len(np.unique(found[key].covered)) > 30
    assert (found["LTE", ANY, "outdoor"].covered >= without["LTE", ANY, "outdoor"].covered).all()


def test_setting_and_band_choose_the_shared_offset():
    "Two sites in one place, of the same level, differ in their draws by nothing but the offset of their setting."
    same = (("LTE", "Viettel", "B3", 1800.0, -1060, 0),)
    radio = settings_of(64)
    radio = radio.model_copy(update={"uncertainty": radio.uncertainty.model_copy(update={"site_sigma_db": 0.0})})

    def draws(setting: str, band: str) -> list[list[int]]:
        site = pd.DataFrame({"site_id": ["A"], "operator": "Viettel", "technology": "LTE", "setting": setting})
        of_band = tuple((t, o, band, f, level, row) for t, o, _, f, level, row in same)
        found = expected_by_operator(servers(*of_band), site, living([10_000]), radio, 100.0)
        return found["LTE", ANY, "outdoor"].covered.tolist()

    assert draws("rural", "B3") == draws("rural", "B3")
    assert draws("rural", "B3") != draws("urban", "B3")
    assert draws("rural", "B3") != draws("rural", "B1")


def test_a_higher_threshold_covers_fewer_people():
    limits = [{"limited_dbm": limit, "good_dbm": -80, "very_good_dbm": -70} for limit in (-115, -110, -105, -95)]
    found = [
        expected_by_operator(servers(*THREE), SITES, living([10_000]), settings_of(64, lte=lte), 100.0)
        for lte in limits
    ]
    of_lte = np.array([part["LTE", ANY, "outdoor"].covered[0] for part in found])
    assert (np.diff(of_lte, axis=0) <= 0).all()
    assert (np.diff(of_lte[:, 0]) < 0).all()
    of_nr = [part["NR", ANY, "outdoor"].covered.tolist() for part in found]
    assert of_nr == [of_nr[0]] * 4


# any world


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Groups, list[int], list[float], NDArray[np.int16], sparse.csr_array]:
    "Up to four bands of three operators on some pixels, levels around the need, some certain, some without a site."
    drawn = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bands, pixels, sites, areas = draw(st.integers(1, 4)), draw(st.integers(1, 12)), 5, draw(st.integers(1, 3))
    operators = tuple(sorted(drawn.choice(["Viettel", "VNPT", "MobiFone"], bands).tolist()))
    levels = np.sort(drawn.choice([50, 400], (bands, pixels, 1)) * drawn.normal(0, 1, (bands, pixels, 2)), axis=2)
    level = np.rint(NEEDED + levels[:, :, ::-1]).astype(np.int16)
    rows = drawn.permuted(np.tile(np.arange(sites), (bands, pixels, 1)), axis=2)[:, :, :2].astype(np.int32)
    rows[drawn.random((bands, pixels)) < 0.2, 1] = -1
    rows[drawn.random((bands, pixels)) < 0.2] = -1
    level[rows < 0] = NO_SIGNAL_DDBM
    found = Groups(
        operators,
        *(np.ascontiguousarray(part) for part in (level[:, :, 0], rows[:, :, 0], level[:, :, 1], rows[:, :, 1])),
        drawn.random((bands, pixels)) < 0.1,
    )
    needed = [NEEDED + int(loss) for loss in drawn.integers(0, 200, bands)]
    sigma_db = drawn.choice([0.0, 0.3, 5.5, 12.0], bands).tolist()
    offsets = np.rint(drawn.normal(0, 64, (sites, 1 + draw(st.integers(0, 6))))).astype(np.int16)
    offsets[:, 0] = 0
    people = drawn.integers(0, 50 * MICRO, (areas, pixels)) * (drawn.random((areas, pixels)) < 0.6)
    return found, needed, sigma_db, offsets, sparse.csr_array(people)


def slowly(
    found: Groups, needed: list[int], sigma_db: list[float], offsets: NDArray[np.int16], people: sparse.csr_array
) -> dict[str, Expected]:
    "The same in a few lines of numpy, pixel by pixel in exact Python numbers."
    by_band = []
    for band in range(len(found.operator)):
        margins = []
        for level, row in ((found.first_ddbm, found.first_row), (found.second_ddbm, found.second_row)):
            shifted = level[band].astype(int)[:, np.newaxis] + offsets[row[band]] - needed[band]
            margins.append(np.where(row[band][:, np.newaxis] < 0, -30_000, shifted))
        by_band.append(location_probability(np.maximum(*margins), sigma_db[band]))
    sums = {}
    for name in [*dict.fromkeys(found.operator), ANY]:
        own = [band for band, operator in enumerate(found.operator) if name in (ANY, operator)]
        probability = np.max([by_band[band] for band in own], axis=0)
        open_question = found.unknown[own].any(axis=0) & (probability[:, 0] < CERTAIN)
        known = people.toarray() * ~open_question
        sums[name] = Expected(known @ probability.astype(np.int64), (people.toarray() * open_question).sum(axis=1))
    return sums


def same(one: dict[str, Expected], other: dict[str, Expected]) -> bool:
    return list(one) == list(other) and all(
        (one[name].covered == other[name].covered).all() and (one[name].unknown == other[name].unknown).all()
        for name in one
    )


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_kernel_is_the_slow_way(world: tuple):
    assert same(expected_people(*world), slowly(*world))


@given(worlds(), st.integers(1, 5), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_neither_order_nor_tiles_change_a_sum(world: tuple, tile: int, random: object):
    found, needed, sigma_db, offsets, people = world
    order = list(range(people.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]

    def part(pixels: list[int]) -> dict[str, Expected]:
        names = ("first_ddbm", "first_row", "second_ddbm", "second_row", "unknown")
        some = Groups(found.operator, *(np.ascontiguousarray(getattr(found, name)[:, pixels]) for name in names))
        return expected_people(some, needed, sigma_db, offsets, sparse.csr_array(people[:, pixels]))

    tiles = [part(order[start : start + tile]) for start in range(0, len(order), tile)]
    assert same(together(tiles), expected_people(*world))


def test_an_operator_that_a_tile_does_not_have_covers_nobody_there():
    here, there = Expected(np.array([[3]]), np.array([1])), Expected(np.array([[4]]), np.array([0]))
    found = together([{ANY: here}, {ANY: there, "Viettel": there}])
    assert (found[ANY].covered.tolist(), found[ANY].unknown.tolist()) == ([[7]], [1])
    assert found["Viettel"].covered.tolist() == [[4]]
