"""The outlook: readings, rates, draws, chances and satellite of a study that can be counted by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from small_outlook import communes, quarters, series, sites, sites_of

from phusong.config import Target
from phusong.errors import ConfigError
from phusong.ledger import headway
from phusong.ledger.coming import coming
from phusong.ledger.outlook import Outlook, outlook
from phusong.ledger.planned import open_sites
from phusong.ledger.prospects import CHANCES, FORECASTS, MARKS, SERIES, marks, prospects, public_bases
from phusong.ledger.published import Figure, Published, read
from phusong.ledger.readings import COVERED
from phusong.ledger.yields import yields

TODAY, END = dt.date(2026, 9, 30), dt.date(2026, 12, 31)
TARGET = Target(
    name="99 %",
    definition_id=COVERED,
    technology="NR",
    operator="any",
    value=0.99,
    by=dt.date(2030, 12, 31),
    source="x",
)
NO_PLANS = pd.DataFrame({"site_id": [], "operator": [], "planned": pd.to_datetime([])})
FOUR = [0.55, 0.6, 0.66, 0.74]
TEN = [0.30, 0.34, 0.37, 0.43, 0.47, 0.50, 0.56, 0.61, 0.65, 0.74]


def made(values: list[float] | None = None, day: dt.date = TODAY, by: dt.date = END, **asked) -> Outlook:
    told = {"nation": False, **asked}
    return outlook(quarters(), series(values or FOUR), (TARGET,), Published({}, ()), day, by, **told)


def test_readings_of_the_study_and_its_provinces():
    table = made().readings.set_index(["unit_code", "reading"])
    people = table.loc[("", "people_covered")]
    assert (people.operator, people.numerator, people.needed, people.short_by) == ("A", 1000, 2277, 1277)
    assert table.loc[("04", "people_covered")].operator == "B", "the largest may be another in each unit"
    sites_in = table.loc[[("", "communes_with_site"), ("01", "communes_with_site"), ("04", "communes_with_site")]]
    assert sites_in[["numerator", "needed", "short_by"]].values.tolist() == [[1, 3, 2], [1, 2, 1], [0, 1, 1]]
    centres = table.xs("communes_centre_covered", level="reading")
    assert centres[["numerator", "unknown", "met"]].values.tolist() == [[1, 1, "no"], [1, 1, "unknown"], [0, 0, "no"]]


def test_rates_by_province_and_operator_sum_to_the_study():
    table = made().rates.set_index(["province_code", "operator", "quantity"])
    # 92 days are 13 whole weeks; 485 / 13 = 37.3
    row = table.loc[("01", "A", "people")]
    assert (row.done, row.target, row.left, row.weeks_left, row.per_week) == (1000, 1485, 485, 13, 38)
    assert table.loc[("01", "A", "sites"), ["done", "target", "per_week"]].tolist() == [10, 11, 1]
    assert table.loc[("04", "B", "sites"), ["done", "target"]].tolist() == [0, 1]
    assert table.loc[("04", "A", "communes_with_site"), ["done", "target"]].tolist() == [0, 1]
    for operator in ("A", "B", "any"):
        for quantity in headway.QUANTITIES:
            parts = table.loc[[("01", operator, quantity), ("04", operator, quantity)], ["done", "target"]].sum()
            assert parts.tolist() == table.loc[("", operator, quantity), ["done", "target"]].tolist()


def test_weeks_count_from_the_day_of_the_edition():
    table = made(day=dt.date(2026, 12, 17)).rates
    assert set(table.weeks_left) == {2}
    with pytest.raises(ConfigError, match="2026-09-29 is before 2026-09-30, the day of which 2026Q3 speaks"):
        made(day=dt.date(2026, 9, 29))


def test_the_pace_of_the_last_quarter_stands_beside():
    "Nothing came in the third quarter; without two of the ten sites in the second, 2 in 92 days."
    assert set(made().rates.query("quantity == 'sites'").per_week_before) == {0.0}
    periods = quarters()
    was = periods[1]
    periods[1] = type(was)(was.period, {**was.tables, "sites": was.sites.iloc[2:]}, was.sites_as_of)
    found = outlook(periods, series(FOUR), (), Published({}, ()), TODAY, END, nation=False)
    rates = found.rates.set_index(["province_code", "operator", "quantity"]).per_week_before
    assert rates[("01", "A", "sites")] == rates[("", "any", "sites")] == 14 / 92
    assert rates[("04", "B", "sites")] == 0


def test_another_version_has_no_pace():
    periods = quarters()
    was = periods[1]
    changed = was.tables["indicators"].assign(version="0")
    periods[1] = type(was)(was.period, {**was.tables, "indicators": changed}, was.sites_as_of)
    found = outlook(periods, series(FOUR), (), Published({}, ()), TODAY, END, nation=False)
    assert found.rates.per_week_before.isna().all()


def test_four_quarters_are_run_rates_only_and_it_says_so():
    found = made()
    assert found.forecasts.reason.tolist() == ["few_points"]
    assert found.forecasts.points.tolist() == [4]
    assert found.forecasts[["median", "low_80", "high_80"]].isna().all(axis=None)
    asked = found.chances[found.chances.method == "forecast"]
    assert asked[["goal", "reason"]].values.tolist() == [["99 %", "few_points"]]
    assert len(found.rates) == 27, "the rates are there all the same"


def test_ten_quarters_have_a_forecast_with_its_interval():
    found = made(TEN)
    row = found.forecasts.iloc[0]
    assert (row.reason, row.day, row.points) == ("", END, 10)
    assert TEN[-1] < row.low_50 < row["median"] < row.high_50 < row.high_80 < row.high_95 < 1
    chance = found.chances[found.chances.goal == "99 %"].iloc[0]
    assert 0 < chance.probability_low == chance.probability_high < 1


def test_a_later_day_is_reached_through_the_ends_of_quarters():
    found = made(TEN, by=dt.date(2027, 5, 31))
    assert [str(day) for day in found.forecasts.day] == ["2026-12-31", "2027-03-31", "2027-05-31"]


def test_a_changed_version_begins_a_new_line():
    "Eight points before the change do not count."
    old = series(TEN[:9]).assign(line=1, version="1")
    new = series(TEN).tail(1).assign(line=2, version="2")
    old["period"] = [str(name) for name in pd.period_range(end="2026Q2", periods=9, freq="Q")]
    found = prospects(pd.concat([old, new]), quarters()[-1].tables["indicators"], (TARGET,), TODAY, END)
    assert (found.forecasts.points.tolist(), found.forecasts.version.tolist()) == ([1], ["2"])


def test_planned_sites_come_with_the_delay_that_their_operator_is_known_for():
    "p1 of 1 November comes on 1 December; p2 of 20 December not before 19 January."
    found = made()
    rollout = found.rollout[found.rollout.operator == "any"].set_index(["unit_code", "quantity"])
    now_then = rollout.loc[
        [("", "sites_on_air"), ("", "communes_without_site")], ["now", "median", "low_95", "high_95"]
    ]
    assert now_then.values.tolist() == [[10, 11, 11, 11], [2, 1, 1, 1]]
    assert set(found.rollout.basis) == {"learnt"}
    chances = found.chances[found.chances.operator == "any"].set_index(["unit_code", "goal"])
    assert chances.loc[("01", "communes_with_site"), ["probability_low", "probability_high"]].tolist() == [1, 1]
    assert chances.loc[("", "communes_with_site"), ["probability_low", "probability_high"]].tolist() == [0, 0]
    assert chances.loc[("04", "sites_as_planned")].probability_high == 0
    assert found.site_chances.set_index("commune_code").probability.to_dict() == {"00001": 1, "00002": 1, "00003": 0}
    slips = found.slips.set_index("operator")
    assert slips.loc[["A", "B"], ["sites", "pooled"]].values.tolist() == [[10, False], [0, True]]


def test_communes_of_which_nothing_is_known_make_two_probabilities():
    own = quarters()
    unsure = communes(nr_sites=pd.array([10, 0, pd.NA], "Int64"))
    own[-1] = type(own[-1])(own[-1].period, {**own[-1].tables, "communes": unsure}, own[-1].sites_as_of)
    found = outlook(own, series(FOUR), (), Published({}, ()), TODAY, END, nation=False)
    row = found.chances[(found.chances.goal == "communes_with_site") & (found.chances.operator == "any")].iloc[0]
    assert (row.unit_level, row.probability_low, row.probability_high) == ("study", 0.0, 1.0)


def test_too_few_delays_take_the_plan_as_it_stands_and_give_no_probability():
    waiting = open_sites(sites_of("2026Q3"), communes(), NO_PLANS)
    nothing = pd.DataFrame({"operator": [], "planned": pd.to_datetime([]), "actual": pd.to_datetime([])})
    on_air = pd.DataFrame({"operator": ["A"] * 10, "commune_code": "00001"})
    found = coming(waiting, on_air, communes(), nothing, TODAY, END)
    study = found.rollout[(found.rollout.unit_level == "study") & (found.rollout.operator == "any")]
    assert study[["now", "median"]].values.tolist() == [[10, 12], [2, 0], [0, 0]]
    assert set(study.basis) == {"as_planned"}
    assert study[["low_80", "high_80"]].isna().all(axis=None)
    drawn = found.chances[found.chances.goal != "communes_centre_covered"]
    assert set(drawn.reason) == {"slips_unknown"}
    assert drawn.probability_high.isna().all()


def test_no_draws_where_the_day_is_not_ahead():
    found = made(by=TODAY)
    assert found.rollout.empty
    assert set(found.rates.state) <= {"past", "met"}
    assert found.forecasts.reason.tolist() == ["few_points"]


def test_satellite_of_a_part_of_the_country_has_no_target_but_a_pace():
    row = made().satellite.iloc[0]
    assert (row.done, row.state, row.per_week_before) == (7, "unknown", 14 / 92)
    assert row.target is pd.NA
    row = made(nation=True).satellite.iloc[0]
    assert (row.target, row.left, row.per_week) == (500_000, 499_993, 38_461)  # 499,993 / 13
    assert row.cap_share == pytest.approx(7 / 600_000)


def test_satellite_by_signal_sums_in_every_unit():
    table = made().satellite_signal
    told = table[table.terminals > 0][["unit_code", "signal", "terminals"]].values.tolist()
    assert told == [["", "with_signal", 7], ["01", "with_signal", 2], ["04", "with_signal", 5]]


def centre_chances(*reached: str) -> dict[str, tuple[float, float]]:
    "Of the study and its provinces, when p1, in time for the day, and p2, too late for it, reach these centres."
    told = pd.DataFrame({"site_id": ["p1", "p2"], "operator": ["A", "B"], "planned": pd.NaT, "centres": reached})
    table = made(gained=told.assign(own_people=0, any_people=0)).chances
    own = table[table.goal == "communes_centre_covered"].set_index("unit_code")
    assert set(own.reason) == {""}
    return {str(code): (row.probability_low, row.probability_high) for code, row in own.iterrows()}


def test_every_centre_is_covered_when_the_sites_that_reach_the_rest_come_in_time():
    "Today the first is covered, the third not, and of the second it is not known."
    assert centre_chances("", "") == {"": (0, 0), "01": (0, 1), "04": (0, 0)}
    assert centre_chances("00003", "") == {"": (0, 1), "01": (0, 1), "04": (1, 1)}
    assert centre_chances("00002;00003", "") == {"": (1, 1), "01": (1, 1), "04": (1, 1)}
    assert centre_chances("", "00002;00003") == {"": (0, 0), "01": (0, 1), "04": (0, 0)}
    asked = made().chances
    assert set(asked.reason[asked.goal == "communes_centre_covered"]) == {"centres_not_measured"}


def test_gains_tell_how_many_sites_the_people_left_would_take():
    gained = pd.DataFrame(
        {"site_id": ["p1", "p2"], "operator": ["A", "B"], "planned": pd.to_datetime(["2026-11-01"] * 2)}
    )
    brought = gained.assign(own_people=[300, 50], any_people=[300, 50], centres="")
    found = made(gained=brought).yields.set_index("operator")
    assert found.loc["any", ["planned_people", "people_left"]].tolist() == [350, 577]
    assert found.reached.to_dict() == {"any": "unknown", "A": "unknown", "B": "unknown"}
    assert made().yields.planned_people.tolist() == [0], "nobody measured"


@pytest.mark.parametrize(
    ("people", "left", "needed", "reached"),
    [
        ([8, 4, 2], 0, 0, "met"),
        ([8, 4, 2], 12, 2, "within_plan"),
        ([8, 4, 2], 15, pd.NA, "unknown"),
        ([1024 >> place for place in range(10)], 2046, 10, "within_plan"),
        # 1 person after ten sites, then half of it each: 2046 + 1 < 2047.5 <= 2046 + 1 + 0.5
        ([1024 >> place for place in range(10)], 2047, 11, "beyond_plan"),
        ([1024 >> place for place in range(10)], 2049, pd.NA, "never"),
        ([5] * 10, 58, 12, "beyond_plan"),
    ],
)
def test_sites_needed(people, left, needed, reached):
    own = np.array(people)
    gained = pd.DataFrame({"site_id": range(len(own)), "operator": "A", "own_people": own, "any_people": own})
    row = yields(gained.assign(planned=pd.Timestamp(END)), {"A": left}).set_index("operator").loc["A"]
    assert row.reached == reached
    assert (row.sites_needed is pd.NA) if needed is pd.NA else row.sites_needed == needed


def test_public_series_are_refused_with_their_reasons():
    table = public_bases(read(), TODAY, END).set_index("indicator")
    row = table.loc["nr_people_share"]
    assert row.refused == "nr_people_share of nation: 0 of 10 figures can be points of a forecast, 8 are needed"
    assert (row.usable, row.reasons) == (0, "long_as_of: 2; no_as_of: 1; no_rule: 5; not_reported: 2")
    assert np.isnan(row["median"])


def figure(day: str | None, value: str, **other: str) -> Figure:
    told = {"unit": "%", "claimed_indicator": "nr_people_share", "published": "2026-09-30", "source": "x", "rule": "r"}
    return Figure(id=f"f{value.replace('.', '_')}", value=value, as_of=day, **{**told, **other})


def test_a_public_series_of_eight_days_and_one_rule_is_forecast():
    days = [f"{month.end_time:%Y-%m-%d}" for month in pd.period_range("2025-11", periods=8, freq="M")]
    values = ["50.1", "53.0", "55.2", "59.9", "61.0", "64.3", "65.0", "69.1"]
    own = tuple(figure(*pair) for pair in zip(days, values, strict=True))
    table = public_bases(Published({"nr_people_share": read().indicators["nr_people_share"]}, own), TODAY, END)
    row = table.iloc[0]
    assert (row.refused, row.usable) == ("", 8)
    assert row.low_80 < row["median"] < row.high_80 < 1


def test_marks_of_others_stand_beside_the_series_that_they_may_mean():
    indicator = read().indicators["nr_people_share"].model_copy(update={"ours": (COVERED,)})
    own = Published(
        {"nr_people_share": indicator},
        (figure("2026-06-30", "59.0"), figure(None, "61.5", scope="A"), figure("2026-06-30", "7", unit_code="04")),
    )
    known = pd.concat([series(FOUR), series(FOUR, "A"), series(FOUR, unit=("province", "04"))])
    found = marks(own, known, nation=True)
    assert found[["operator", "unit_code", "value", "has_as_of"]].values.tolist() == [
        ["any", "", 0.59, True],
        ["A", "", 0.615, False],
        ["any", "04", 0.07, True],
    ]
    assert found.loc[0, ["low", "high"]].tolist() == pytest.approx([0.5895, 0.5905])
    assert marks(own, known, nation=False).unit_code.tolist() == ["04"]


def test_frames_have_the_columns_that_are_promised():
    frames = made().frames()
    for name, columns in {"series": SERIES, "forecasts": FORECASTS, "chances": CHANCES, "marks": MARKS}.items():
        assert frames[name].columns.tolist() == columns, name
    assert all(isinstance(frame, pd.DataFrame) for frame in frames.values())


def test_a_study_without_planned_sites_has_an_outlook():
    own = quarters()
    alone = sites(("s", "A", "00001", "2025-01-01", "on_air", True))
    own = [type(one)(one.period, {**one.tables, "sites": alone}, one.sites_as_of) for one in own]
    found = outlook(own, series(FOUR), (), Published({}, ()), TODAY, END, nation=False)
    row = found.rollout[(found.rollout.operator == "any") & (found.rollout.quantity == "sites_on_air")].iloc[0]
    assert (row["median"], row.basis, row.simulated) == (10, "as_planned", 0)
