"""Identity: a zone keeps its id when it shrinks, grows, splits or merges, by the people of now; an id has one end."""

from __future__ import annotations

from collections import Counter, defaultdict

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from small_zones import drawn

from phusong.grid import Grid
from phusong.zones.gaps import Gap
from phusong.zones.identity import Before, Event, Identity, identify, lying

PERSON = 1_000_000
LETTERS = {".": Gap.NONE, "s": Gap.SIGNAL, "p": Gap.POWER, "b": Gap.BOTH, "?": Gap.UNKNOWN, "#": Gap.OUTSIDE}
NOBODY = gpd.GeoDataFrame({name: [] for name in ("zone_id", "gap", "first_seen", "last_seen")}, geometry=[], crs=3405)
NONE_CLOSED = pd.DataFrame({"zone_id": []})


class Story:
    "A study through its periods: each is a picture of gaps, and one of people in digits (one a pixel, unless said)."

    def __init__(self, least: float = 0, share: float = 0.05):
        self.zones, self.closed, self.least, self.share = NOBODY, NONE_CLOSED, least, share
        self.label = np.zeros((0, 0), np.int32)

    def goes_on(
        self, period: str, *rows: str, people: list[str] | None = None, corner=(500_000.0, 2_300_000.0),
        pixel_m: float = 100.0,
    ) -> Identity:  # fmt: skip
        "The next period."
        gap = np.array([[LETTERS[letter] for letter in row] for row in rows], np.uint8)
        living = np.ones(gap.shape) if people is None else np.array([list(map(float, row)) for row in people])
        micro = np.rint(living * PERSON).astype(np.int64)
        grid = Grid(CRS(3405), *corner, pixel_m, gap.shape)
        found = drawn(gap, micro, grid, round(self.least * PERSON))
        before = Before.of(self.zones, self.closed, grid)
        lain = lying(before, found.label, gap, micro, grid)
        known = identify(before, lain, found.zones, period, self.share)
        self.zones = found.zones.assign(**{name: known.current[name] for name in known.current})
        self.closed, self.label = known.closed, found.label
        return known


def ids(known: Identity) -> list[str]:
    return known.current.zone_id.tolist()


def ends(known: Identity) -> list[tuple]:
    return list(zip(known.closed.zone_id, known.closed.closed, known.closed.why, known.closed.merged_into, strict=True))


def test_in_the_first_period_all_are_born_in_the_order_of_rank():
    known = Story().goes_on("2026Q1", "s.ss.p")
    assert ids(known) == ["2026Q1-0001", "2026Q1-0002", "2026Q1-0003"]
    assert known.current.first_seen.tolist() == known.current.last_seen.tolist() == ["2026Q1"] * 3
    assert known.current.parents.tolist() == [""] * 3
    assert known.current.gap_before.isna().all()
    assert known.events == tuple(Event("birth", name) for name in ids(known))
    assert known.closed.empty


def test_shrinking_growing_and_other_ranks_change_no_id():
    story = Story()
    story.goes_on("2026Q1", "ssss...pp")  # 1 signal, 2 power
    known = story.goes_on("2026Q2", "s....pppp")  # power has more people now and ranks first
    assert ids(known) == ["2026Q1-0002", "2026Q1-0001"]
    assert known.current.first_seen.tolist() == ["2026Q1"] * 2
    assert known.current.last_seen.tolist() == ["2026Q2"] * 2
    assert known.events == (Event("continued", "2026Q1-0001"), Event("continued", "2026Q1-0002"))


def test_a_split_leaves_the_id_where_most_people_live_not_where_most_ground_is():
    story = Story()
    story.goes_on("2026Q1", "ssssss")
    known = story.goes_on("2026Q2", "s.ssss", people=["911111"])
    assert ids(known) == ["2026Q1-0001", "2026Q2-0001"]
    assert story.label.tolist() == [[0, -1, 1, 1, 1, 1]]
    assert known.current.parents.tolist() == ["2026Q1-0001", "2026Q1-0001"]
    assert known.events == (
        Event("continued", "2026Q1-0001"),
        Event("split", "2026Q1-0001", ("2026Q1-0001", "2026Q2-0001")),
        Event("birth", "2026Q2-0001", ("2026Q1-0001",)),
    )


def test_a_merger_keeps_the_id_that_brings_most_people_and_closes_the_other():
    story = Story()
    story.goes_on("2026Q1", "sss.s", people=["11119"])  # the single pixel is number 1
    known = story.goes_on("2026Q2", "sssss", people=["11114"])
    assert ids(known) == ["2026Q1-0001"]
    assert known.current.parents.tolist() == ["2026Q1-0001;2026Q1-0002"]
    assert ends(known) == [("2026Q1-0002", "2026Q2", "merged", "2026Q1-0001")]
    assert known.closed[["gap", "first_seen", "last_seen"]].iloc[0].tolist() == ["signal", "2026Q1", "2026Q1"]
    assert known.events == (
        Event("continued", "2026Q1-0001"),
        Event("merge", "2026Q1-0001", ("2026Q1-0001", "2026Q1-0002")),
        Event("death", "2026Q1-0002", ("2026Q1-0001",)),
    )


def test_of_equal_people_the_larger_area_then_the_north_then_the_west_inherits():
    larger = Story()
    larger.goes_on("2026Q1", "sssss")
    larger.goes_on("2026Q2", "s.sss", people=["31111"])
    assert larger.zones.zone_id[larger.label[0, 2]] == "2026Q1-0001"
    north = Story()
    north.goes_on("2026Q1", "ss", "ss", "ss")
    north.goes_on("2026Q2", ".s", "..", "s.")
    assert north.zones.zone_id[north.label[0, 1]] == "2026Q1-0001"
    west = Story()
    west.goes_on("2026Q1", "sss")
    west.goes_on("2026Q2", "s.s")
    assert west.zones.zone_id[west.label[0, 0]] == "2026Q1-0001"


def test_of_equal_parents_the_older_stays():
    story = Story()
    story.goes_on("2026Q1", "...s")
    story.goes_on("2026Q2", "s..s")  # the new one ranks before: more to the west
    known = story.goes_on("2026Q3", "ssss")
    assert ids(known) == ["2026Q1-0001"]
    assert ends(known) == [("2026Q2-0001", "2026Q3", "merged", "2026Q1-0001")]


def test_what_a_zone_lacks_may_change():
    story = Story()
    story.goes_on("2026Q1", "ss.")
    known = story.goes_on("2026Q2", "bb.")
    assert ids(known) == ["2026Q1-0001"]
    assert story.zones.gap.tolist() == ["both"]
    assert known.current.gap_before.tolist() == ["signal"]


@pytest.mark.parametrize(("now", "why"), [(".s", "served"), ("?s", "unknown"), ("#s", "outside"), ("s.", "scattered")])
def test_a_zone_that_is_no_more_says_where_most_of_its_people_are(now: str, why: str):
    story = Story(least=4)
    story.goes_on("2026Q1", "ss", people=["31"])
    known = story.goes_on("2026Q2", now, people=["31"])
    assert ends(known) == [("2026Q1-0001", "2026Q2", why, None)]
    assert known.events == (Event("death", "2026Q1-0001"),)


def test_people_and_not_ground_say_where_a_zone_went():
    story = Story()
    story.goes_on("2026Q1", "sss")
    assert ends(story.goes_on("2026Q2", ".??", people=["311"])) == [("2026Q1-0001", "2026Q2", "served", None)]


def test_a_zone_beyond_the_grid_is_outside():
    story = Story()
    story.goes_on("2026Q1", "s..")
    known = story.goes_on("2026Q2", "..", corner=(500_100.0, 2_300_000.0))
    assert ends(known) == [("2026Q1-0001", "2026Q2", "outside", None)]


def test_an_id_never_returns():
    story = Story()
    story.goes_on("2026Q1", "s")
    story.goes_on("2026Q2", ".")
    known = story.goes_on("2026Q3", "s")
    assert ids(known) == ["2026Q3-0001"]
    assert ends(known) == [("2026Q1-0001", "2026Q2", "served", None)]
    again = story.goes_on("2026Q1", ".s")  # a name that was given already is passed over
    assert ids(again) == ["2026Q1-0002"]


def test_another_lattice_finds_the_same_zones():
    story = Story()
    story.goes_on("2026Q1", "ss..pp", "ss..pp")
    finer = ["ssss....pppp"] * 4
    known = story.goes_on("2026Q2", *finer, pixel_m=50.0, people=["1" * 12] * 4)
    assert ids(known) == ["2026Q1-0001", "2026Q1-0002"]
    odd = ["sssssss......ppppppp"] * 7
    shifted = story.goes_on("2026Q3", *odd, pixel_m=30.0, corner=(500_010.0, 2_300_010.0), people=["1" * 20] * 7)
    assert ids(shifted) == ids(known)
    assert {event.kind for event in shifted.events} == {"continued"}


def test_a_shifted_outline_is_the_same_zone_and_no_parent_of_its_neighbour():
    "Moved 4 m east: 4 of 200 m of the western zone lie in the eastern one, which is 2 %; 10 m are 5 %."
    for shift_m, parents in ((4.0, "2026Q1-0002"), (10.0, "2026Q1-0001;2026Q1-0002")):
        story = Story()
        story.goes_on("2026Q1", "sspp")
        story.zones = story.zones.set_geometry(story.zones.translate(xoff=shift_m))
        known = story.goes_on("2026Q2", "sspp")
        assert ids(known) == ["2026Q1-0001", "2026Q1-0002"]
        assert known.current.parents.tolist() == ["2026Q1-0001", parents]


def test_where_nobody_lives_now_the_ground_decides():
    "The western zone's people are gone: of its three pixels two went to the zone of the west, one to that of the east."
    story = Story()
    story.goes_on("2026Q1", ".sss.")
    known = story.goes_on("2026Q2", "sssbb", people=["10001"])
    assert story.zones.gap[known.current.zone_id.tolist().index("2026Q1-0001")] == "signal"
    assert known.current.parents.tolist() == ["2026Q1-0001", "2026Q1-0001"]


def test_ground_without_people_does_not_carry_an_id_of_people():
    "All four people of the old zone are served now; that its empty end joined another zone makes it no heir."
    story = Story()
    story.goes_on("2026Q1", "sss...")
    known = story.goes_on("2026Q2", "..bbbb", people=["220111"])
    assert ids(known) == ["2026Q2-0001"]
    assert ends(known) == [("2026Q1-0001", "2026Q2", "served", None)]


def test_four_quarters():
    story = Story()
    story.goes_on("2026Q1", "sss..ss", people=["1111111"])
    split = story.goes_on("2026Q2", "s.s..ss", people=["2111111"])
    assert Counter(event.kind for event in split.events) == {"continued": 2, "split": 1, "birth": 1}
    merged = story.goes_on("2026Q3", "s.sssss", people=["2111111"])
    assert ends(merged) == [("2026Q2-0001", "2026Q3", "merged", "2026Q1-0002")]
    last = story.goes_on("2026Q4", "......s", people=["2111111"])
    assert ids(last) == ["2026Q1-0002"]
    assert ends(last) == [("2026Q1-0001", "2026Q4", "served", None), *ends(merged)]
    assert last.closed.last_seen.tolist() == ["2026Q3", "2026Q2"]


def test_ids_of_before_must_be_told_apart_and_lie_in_our_system():
    story = Story()
    story.goes_on("2026Q1", "s.p")
    good = story.zones
    for bad in (good.assign(zone_id="x"), good.to_crs(4326)):
        story.zones = bad
        with pytest.raises(ValueError, match="ids of their own"):
            story.goes_on("2026Q2", "s.p")


pictures = st.lists(st.text("..spb?#", min_size=5, max_size=5), min_size=4, max_size=4)
crowds = st.lists(st.text("0129", min_size=5, max_size=5), min_size=4, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(pictures, crowds), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_every_id_goes_on_or_ends_once_and_nothing_depends_on_the_order(periods, random):
    story, other = Story(least=1), Story(least=1)
    for number, (rows, people) in enumerate(periods):
        period, known_before = f"2026Q{number + 1}", story.zones.zone_id.tolist()
        closed_before = story.closed.zone_id.tolist()
        order = random.sample(range(len(known_before)), len(known_before))
        other.zones, other.closed = other.zones.iloc[order], other.closed.iloc[::-1]
        known = story.goes_on(period, *rows, people=people)
        shuffled = other.goes_on(period, *rows, people=people)
        pd.testing.assert_frame_equal(known.current, shuffled.current)
        pd.testing.assert_frame_equal(known.closed, shuffled.closed)
        assert known.events == shuffled.events
        assert len(set(ids(known))) == len(ids(known)) == len(story.zones)
        ended = known.closed.zone_id[known.closed.closed == period].tolist()
        assert sorted([*known_before, *closed_before]) == sorted(
            [*(set(ids(known)) & set(known_before)), *known.closed.zone_id]
        )
        kinds = defaultdict(list)
        for event in known.events:
            kinds[event.kind].append(event.zone_id)
        assert sorted(kinds["continued"] + kinds["death"]) == sorted(known_before)
        assert sorted(kinds["continued"] + kinds["birth"]) == sorted(ids(known))
        assert sorted(kinds["death"]) == sorted(ended)
        assert set(known.closed.merged_into.dropna()) <= {*ids(known), *known.closed.zone_id}


@settings(max_examples=40, deadline=None)
@given(pictures, crowds)
def test_the_same_zones_again_only_go_on(rows, people):
    story = Story(least=1)
    first = story.goes_on("2026Q1", *rows, people=people)
    again = story.goes_on("2026Q2", *rows, people=people)
    assert ids(again) == ids(first)
    assert {event.kind for event in again.events} <= {"continued"}
    assert again.current.parents.tolist() == ids(first)


@settings(max_examples=60, deadline=None)
@given(pictures, pictures, crowds)
def test_heirs_equal_a_count_pixel_by_pixel(before, after, people):
    story = Story(least=1, share=0)
    story.goes_on("2026Q1", *before, people=people)
    old_label, old = story.label, story.zones.zone_id.tolist()
    known = story.goes_on("2026Q2", *after, people=people)
    shared: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in range(4):
        for column in range(5):
            pair = int(old_label[row, column]), int(story.label[row, column])
            if min(pair) >= 0:
                shared[pair][0] += int(people[row][column])
                shared[pair][1] += 1
    first = {zone: int(np.flatnonzero(story.label.ravel() == zone)[0]) for zone in range(len(story.zones))}
    heir = {}
    for zone in {pair[0] for pair in shared}:
        pairs = [pair for pair in shared if pair[0] == zone]
        heir[zone] = max(pairs, key=lambda pair: (*shared[pair], -first[pair[1]]))[1]
    for zone, name in enumerate(ids(known)):
        passing = [o for o, n in heir.items() if n == zone]
        expected = max(passing, key=lambda o: (*shared[o, zone], [-ord(c) for c in old[o]]), default=None)
        assert (name in old) == (expected is not None)
        assert expected is None or name == old[expected]
