"""Figures of communes: lost zeros, figures of another commune, what cannot be true, and what is left alone."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from phusong.administration import History
from phusong.intake.expected import expected
from phusong.intake.figures import checked, titled
from phusong.intake.filing import take_in
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.layers.geometry import geodesic_area_km2

AS_OF = dt.date(2026, 9, 30)
ROWS = 24
CODES = [f"{10001 + 3 * i}" for i in range(ROWS)]
PEOPLE = np.array([9_013 + 371 * i for i in range(ROWS)], float)
"""Of the raster; what is published is a fifth above it in the first province, and two fifths in the second."""
PUBLISHED = np.round(PEOPLE * np.where(np.arange(ROWS) < 12, 1.2, 1.4))
PUBLISHED += PUBLISHED % 10 == 0
SHAPES = [shapely.box(105 + 0.1 * (i % 12), 20 + i // 12, 105.1 + 0.1 * (i % 12), 20.1 + i // 12) for i in range(ROWS)]
AREA_KM2 = geodesic_area_km2(gpd.GeoSeries(SHAPES, crs=4326)).round(2) - np.arange(ROWS) / 100


def reference(people=PEOPLE, census=None) -> Reference:
    "Two provinces of twelve communes of about 115 km² each; the last of each bears the name of the other's."
    columns = {
        "commune_code": CODES,
        "commune_name": [f"Xã Số {i}" if i % 12 < 11 else "Xã Tân Tiến" for i in range(ROWS)],
        "province_name": ["Tỉnh Lào Cai"] * 12 + ["Tỉnh Cà Mau"] * 12,
    }
    communes = gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4326)
    named = {"code": CODES, "name": columns["commune_name"], "province_name": columns["province_name"]}
    units = pd.DataFrame({**named, "people": people, "valid_from": pd.NaT, "valid_to": pd.NaT})
    moves = pd.DataFrame({"old_code": [f"0{code[1:]}" for code in CODES], "new_code": CODES, "relation": "full"})
    moves = moves.assign(date=pd.Timestamp("2025-07-01"))
    counted = None if census is None else pd.DataFrame({"code": moves.old_code, "people": census})
    return Reference(communes, History(units, moves), people=counted)


def told(changed=None, areas=None, ground=None) -> dict[str, dict[int, str]]:
    "By reason: the rows it is told of, with the suggestion; some figures are other than published."
    population = PUBLISHED.astype(object)
    area_km2 = AREA_KM2.copy()
    for row, figure in (changed or {}).items():
        population[row] = figure
    for row, figure in (areas or {}).items():
        area_km2[row] = figure
    frame = pd.DataFrame({"commune_code": CODES, "population": population, "area_km2": area_km2})
    found: dict[str, dict[int, str]] = {}
    for finding in checked(frame, ground or reference(), AS_OF)[1]:
        given = finding.suggestion or ("",) * len(finding.rows)
        found.setdefault(finding.reason, {}).update(zip(finding.rows.tolist(), given, strict=True))
    return found


def test_figures_that_fit_are_left_alone():
    assert told() == {}


def test_lost_zeros_are_told_with_the_figure_meant_and_the_figure_stays():
    assert told({1: 1127, 2: 117, 14: 14}) == {"zeros_lost": {1: "11270", 2: "11700", 14: "14000"}}
    frame = pd.DataFrame({"commune_code": CODES, "population": PUBLISHED, "area_km2": AREA_KM2})
    frame.loc[1, "population"] = 1127
    assert checked(frame, reference(), AS_OF)[0].population[1] == 1127


def test_a_figure_that_ends_in_a_zero_has_lost_none():
    "1,120 cannot be what is left of 11,200; a tenth of what is expected, it is implausible."
    assert told({1: 1120}) == {"figures_implausible": {1: ""}}


def test_a_fraction_is_what_is_left_of_a_point_between_thousands():
    assert told({1: 11.27, 2: "11.271"}) == {"zeros_lost": {1: "11270"}}


def test_a_census_outweighs_a_raster_that_errs():
    "Ten times as many on the raster as in the census: few live in that forest, and the figure is right."
    people = PEOPLE.copy()
    people[3] *= 10
    assert told(ground=reference(people)) == {"zeros_lost": {3: f"{PUBLISHED[3] * 10:.0f}"}}
    assert told(ground=reference(people, census=PUBLISHED * 0.9)) == {}


def test_without_any_people_known_density_tells_the_coarsest_only():
    "14 people on 115 km² are too few, whatever was meant; 1,127 may be so many."
    nobody = reference(np.full(ROWS, np.nan))
    assert told({14: 14, 1: 1127}, ground=nobody) == {
        "zeros_lost": {14: "14000 / 1400 / 140"},
        "population_doubtful": {1: ""},
    }


def test_of_equal_figures_the_commune_whose_area_they_are_keeps_them():
    "Row 23 is given those of row 11, of the same name elsewhere, and row 5 those of row 6, of another name."
    found = told({23: PUBLISHED[11], 5: PUBLISHED[6]}, {11: 80.0, 23: 80.0, 5: AREA_KM2[6]}, smaller(11))
    assert found == {
        "homonym_figures": {23: f"{CODES[11]} Xã Tân Tiến, Tỉnh Lào Cai"},
        "shared_figures": {5: f"{CODES[6]} Xã Số 6, Tỉnh Lào Cai"},
    }


def smaller(row: int) -> Reference:
    "With one commune of about 80 km²."
    whole = reference()
    west, south, east, north = whole.communes.geometry[row].bounds
    area_km2 = geodesic_area_km2(whole.communes.geometry)[row]
    shapes = whole.communes.geometry.to_numpy(copy=True)
    shapes[row] = shapely.box(west, south, west + (east - west) * 80 / area_km2, north)
    return Reference(whole.communes.set_geometry(list(shapes), crs=4326), whole.history)


def test_figures_that_fit_no_outline_are_nobodys():
    assert told({11: 33994, 23: 33994}, {11: 20.5, 23: 20.5}) == {"homonym_figures": {11: "", 23: ""}}


def test_equal_people_on_other_areas_are_no_homonyms():
    assert told({12: PUBLISHED[13]}) == {}


def test_people_and_area_wrong_together():
    assert told({4: 653_422}, {4: 9.0}) == {"figures_implausible": {4: ""}, "area_disagrees": {4: ""}}


@pytest.mark.parametrize(("share", "reasons"), [(1.19, set()), (1.25, {"area_disagrees"}), (0.75, {"area_disagrees"})])
def test_an_area_is_told_beyond_a_fifth(share, reasons):
    assert set(told(areas={7: AREA_KM2[7] * share})) == reasons


def test_a_figure_being_updated_is_missing_and_a_word_is_no_number():
    assert told({0: "đang cập nhật", 1: "đông"}) == {"missing": {0: ""}, "not_a_number": {1: ""}}


@given(st.integers(0, ROWS - 1), st.integers(1, 3))
def test_whichever_figure_loses_zeros_is_found(row, zeros):
    whole = int(PUBLISHED[row]) // 10**zeros * 10**zeros + 10**zeros
    left = whole // 10**zeros
    if left % 10 == 0:
        left, whole = left + 1, (left + 1) * 10**zeros
    assert told({row: left}) == {"zeros_lost": {row: str(whole)}}


def test_parts_of_old_communes_are_no_census():
    moved = reference(census=PUBLISHED)
    parts = moved.history.succession.assign(relation=["partial", *["full"] * (ROWS - 1)])
    census = expected(Reference(moved.communes, History(moved.history.units, parts), people=moved.people), AS_OF).census
    assert np.isnan(census.iloc[0])
    assert census.iloc[1:].tolist() == PUBLISHED[1:].tolist()


def test_the_type_in_a_column_of_its_own_comes_before_the_name():
    names = pd.DataFrame(
        {"commune_type": ["xã", "phường", "xã", None], "commune_name": ["Xa Dung", "Phường 1", None, "Ba Vì"]}
    )
    assert titled(names).commune_name.fillna("").tolist() == ["Xã Xa Dung", "Phường 1", "", "Ba Vì"]


def test_a_filing_by_name_is_set_aside_row_by_row(tmp_path):
    rows = [f"Lào Cai;xã;Số {i};{PUBLISHED[i]:.0f};{AREA_KM2[i]}" for i in range(11)]
    rows[1], rows[2] = "Lào Cai;xã;Số 1;1127;" + str(AREA_KM2[1]), "Lào Cai;xã;Số 2;đang cập nhật;0"
    file = tmp_path / "dan_so.csv"
    file.write_text("\n".join(["tentinh;loai;tenhc;dansonguoi;dientichkm2", *rows]), "utf-8")
    outcome = take_in([file], Request("communes", AS_OF), reference())
    assert (outcome.rows_in, len(outcome.accepted), outcome.rows_quarantined) == (11, 9, 2)
    assert set(zip(outcome.quarantine.source_row, outcome.quarantine.reason, strict=True)) == {
        (3, "zeros_lost"), (4, "missing"), (4, "out_of_range"),
    }  # fmt: skip
    message = outcome.quarantine.set_index("reason").message["zeros_lost"]
    assert message.startswith("dân số mất số 0 ở cuối, thấp hơn khoảng 10 lần: 1127")
    assert message.endswith("có thể là 11270")
