"""Communes: those of a day, with their overlaps and gaps counted and measured."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from phusong.errors import LayerError
from phusong.layers import communes
from phusong.layers.account import Refusal
from phusong.layers.communes import seams

DAY = dt.date(2026, 9, 30)
KM2 = 1 / 0.9996**2
"""Ground of one km² of the map near the central meridian of EPSG:3405, whose scale there is 0.9996."""


def read(world, day: dt.date = DAY):
    "The communes of a day and their account."
    return communes.read(world.project(), day)


def test_the_four_communes(world):
    frame, account = read(world)
    assert frame.commune_code.tolist() == ["00001", "00002", "00003", "00004"]
    assert frame.crs == 3405
    assert frame.valid_from.isna().all()
    assert frame.population.isna().all()
    assert (account.rows_in, account.accepted, account.repaired) == (4, 4, 0)
    assert account.counts == {"not_valid_on_the_day": 0}


def test_they_are_in_the_order_of_their_codes(world):
    world.features("communes", world.four().iloc[::-1], "c.gpkg")
    assert read(world)[0].commune_code.tolist() == ["00001", "00002", "00003", "00004"]


def test_the_canonical_form_is_projected_and_measured(world):
    world.features("communes", world.four().to_crs(4326), "c.geojson")
    made = communes.canonical(read(world)[0], CRS(3405))
    assert made.crs == 3405
    assert made.area_km2.tolist() == pytest.approx([KM2] * 4, abs=1e-4)
    assert list(made.columns) == [*communes.SCHEMA.columns, "geometry", "area_km2"]
    np.testing.assert_allclose(made.total_bounds, [500_000, 2_300_000, 502_000, 2_302_000], atol=1e-2)


def dated(world, spans: list[tuple[str, str]], codes: list[str] | None = None) -> None:
    "Communes side by side, valid from and to these days ('' is open)."
    shapes = [world.square(k, 0) for k in range(len(spans))]
    days = {
        "valid_from": [pd.Timestamp(a) if a else pd.NaT for a, _ in spans],
        "valid_to": [pd.Timestamp(b) if b else pd.NaT for _, b in spans],
    }
    frame = world.communes(*shapes, **days)
    world.features("communes", frame.assign(commune_code=codes or frame.commune_code), "dated.parquet")


def test_only_communes_of_the_day_count_and_the_others_are_told(world):
    dated(world, [("", ""), ("2025-07-01", ""), ("", "2025-06-30"), ("2026-10-01", ""), ("2026-09-30", "2026-09-30")])
    frame, account = read(world)
    assert frame.commune_code.tolist() == ["00001", "00002", "00005"]
    assert (account.accepted, account.counts["not_valid_on_the_day"]) == (5, 2)


@pytest.mark.parametrize(("day", "name"), [("2025-06-30", "Xã 1"), ("2025-07-01", "Xã 2")])
def test_a_code_may_change_hands_from_one_day_to_the_next(world, day, name):
    dated(world, [("", "2025-06-30"), ("2025-07-01", "")], ["00001", "00001"])
    assert read(world, dt.date.fromisoformat(day))[0].commune_name.tolist() == [name]


def test_a_code_twice_on_one_day_is_refused(world):
    dated(world, [("", ""), ("2025-07-01", ""), ("", "2025-01-01")], ["00001", "00001", "00001"])
    with pytest.raises(
        LayerError, match=r"commune_code: 2 rows repeated on the same day, first at row 1 \(found '00001'\)"
    ):
        read(world)


def test_no_commune_of_the_day(world):
    dated(world, [("2027-01-01", ""), ("2028-01-01", "")])
    with pytest.raises(LayerError, match=r"communes: 1 fault\n  - no commune is valid on 2026-09-30.*2027-01-01"):
        read(world)


def test_dates_that_the_file_has_not_are_not_put_into_a_message(world):
    dated(world, [("2027-01-01", ""), ("2028-01-01", "")])
    with pytest.raises(LayerError) as caught:
        read(world)
    assert "NaT" not in str(caught.value)


def test_broken_outlines_are_repaired_or_refused_and_none_is_lost(world):
    bowtie = shapely.Polygon([(500_000, 2_300_000), (501_000, 2_301_000), (501_000, 2_300_000), (500_000, 2_301_000)])
    frame = world.communes(bowtie, None, shapely.Polygon(), world.square(1, 0), shapely.Point(500_000, 2_300_000))
    world.features("communes", frame, "c.parquet")
    kept, account = read(world)
    assert kept.commune_code.tolist() == ["00001", "00004"]
    assert kept.geometry.area.tolist() == [500_000, 1_000_000]
    assert account.repaired == 1
    assert account.refused == (
        Refusal("c.parquet", 2, "no geometry"),
        Refusal("c.parquet", 3, "no geometry"),
        Refusal("c.parquet", 5, "not a Polygon"),
    )
    assert account.rows_in == 5 == account.accepted + len(account.refused)


def test_outlines_with_heights_are_flat_here(world):
    world.features("communes", world.four().set_geometry(shapely.force_3d(world.four().geometry, 5.0)), "c.gpkg")
    made = communes.canonical(read(world)[0], CRS(3405))
    assert seams(made).pairs == 0
    assert made.area_km2.tolist() == pytest.approx([KM2] * 4, abs=1e-4)


def test_a_missing_column_names_the_nearest(world):
    world.features("communes", world.four().rename(columns={"commune_code": "code"}), "c.gpkg")
    with pytest.raises(LayerError, match=r"column 'commune_code' is missing \(your file has 'code'\)"):
        read(world)


def test_codes_as_numbers_are_refused_and_not_padded(world):
    world.features("communes", world.four().assign(commune_code=[1, 2, 3, 4]), "c.gpkg")
    with pytest.raises(LayerError, match=r"commune_code: 4 rows not of the form .*first at row 1 \(found '1'\)"):
        read(world)


def test_a_clean_coverage_has_no_seams(world):
    found = seams(world.four())
    assert (found.pairs, found.gaps, len(found.pieces)) == (0, 0, 0)
    assert (found.overlap_km2, found.gap_km2, found.claimants) == (0.0, 0.0, ())


def test_one_commune_has_no_seams(world):
    assert seams(world.communes(world.square(0, 0))).pairs == 0


def test_two_overlapping_squares(world):
    "Two squares of 1 km, the second begun 900 m east: 0.1 km² are claimed twice."
    found = seams(world.communes(world.square(0, 0), world.square(0.9, 0)))
    assert (found.pairs, found.claimants, found.gaps) == (1, ((0, 1),), 0)
    assert found.pieces[0].area == pytest.approx(100_000)
    assert found.overlap_km2 == pytest.approx(0.1 * KM2, rel=1e-4)


def test_a_triple_overlap_is_cut_into_pieces_of_one_set_of_claimants(world):
    """Three strips of 1 km by 1 km, each begun 400 m east of the last.

    From 400 to 800 m the first two, from 800 to 1000 m all three, from 1000 to 1400 m the last two.
    """
    found = seams(world.communes(*(world.square(0.4 * k, 0) for k in range(3))))
    areas = {claim: piece.area for claim, piece in zip(found.claimants, found.pieces, strict=True)}
    assert areas == pytest.approx({(0, 1): 400_000, (0, 1, 2): 200_000, (1, 2): 400_000})
    assert found.pairs == 3
    assert found.overlap_km2 == pytest.approx(1.0 * KM2, rel=1e-4)


def test_the_same_outline_three_times(world):
    found = seams(world.communes(*[world.square(0, 0)] * 3))
    assert (found.pairs, found.claimants) == (3, ((0, 1, 2),))
    assert found.overlap_km2 == pytest.approx(KM2, rel=1e-4)


def test_a_commune_inside_another(world):
    found = seams(world.communes(world.square(0, 0, 3, 3), world.square(1, 1)))
    assert (found.pairs, found.claimants, found.gaps) == (1, ((0, 1),), 0)
    assert found.overlap_km2 == pytest.approx(KM2, rel=1e-4)


def test_a_commune_in_the_hole_of_another_is_a_clean_coverage(world):
    ring = world.square(0, 0, 3, 3) - world.square(1, 1)
    found = seams(world.communes(ring, world.square(1, 1)))
    assert (found.pairs, found.gaps) == (0, 0)


def test_a_ring_of_overlap_leaves_its_middle_alone(world):
    "The second fills the hole of the first and reaches 100 m into it: a frame of 1.2² - 1 km² is claimed twice."
    ring = world.square(0, 0, 3, 3) - world.square(1, 1)
    found = seams(world.communes(ring, world.square(0.9, 0.9, 1.2, 1.2)))
    assert sum(piece.area for piece in found.pieces) == pytest.approx(440_000)
    assert set(found.claimants) == {(0, 1)}


def test_an_enclosed_gap_is_counted_with_its_area(world):
    "Eight squares around an empty one of 1 km²."
    around = [world.square(column, row) for row in range(3) for column in range(3) if (column, row) != (1, 1)]
    found = seams(world.communes(*around))
    assert (found.pairs, found.gaps) == (0, 1)
    assert found.gap_km2 == pytest.approx(KM2, rel=1e-4)


def test_a_wedge_between_two_communes_that_is_closed_by_a_third(world):
    "A triangle of 1 km by 100 m between the first two: 0.05 km²."
    left = shapely.Polygon([(500_000, 2_300_000), (501_000, 2_300_000), (501_000, 2_301_000), (500_000, 2_301_000)])
    right = shapely.Polygon([(501_000, 2_300_000), (502_000, 2_300_000), (502_000, 2_301_000), (501_100, 2_301_000)])
    found = seams(world.communes(left, right, world.square(0, 1, 2, 1)))
    assert (found.pairs, found.gaps) == (0, 1)
    assert found.gap_km2 == pytest.approx(0.05 * KM2, rel=1e-4)


def test_communes_that_touch_at_a_corner_or_not_at_all(world):
    assert seams(world.communes(world.square(0, 0), world.square(1, 1), world.square(5, 5))).pairs == 0


def test_what_is_smaller_than_a_square_metre_is_no_claim(world):
    "1 km by 0.9 mm is 0.9 m²; by 1.1 mm it is 1.1 m²."
    assert seams(world.communes(world.square(0, 0), world.square(1 - 0.9e-6, 0))).pairs == 0
    assert seams(world.communes(world.square(0, 0), world.square(1 - 1.1e-6, 0))).pairs == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(1, 6)] * 2), min_size=1, max_size=6))
def test_pieces_are_what_a_count_by_cells_says(boxes):
    "Rectangles on a raster of 100 m: the ground of each set of claimants, counted cell by cell."
    rectangles = [shapely.box(1e5 + 100 * x, 100 * y, 1e5 + 100 * (x + w), 100 * (y + h)) for x, y, w, h in boxes]
    found = seams(gpd.GeoDataFrame(geometry=rectangles, crs=3405))
    expected: dict[tuple[int, ...], float] = {}
    for column in range(15):
        for row in range(15):
            claim = tuple(k for k, (x, y, w, h) in enumerate(boxes) if x <= column < x + w and y <= row < y + h)
            if len(claim) > 1:
                expected[claim] = expected.get(claim, 0.0) + 10_000.0
    counted: dict[tuple[int, ...], float] = {}
    for claim, piece in zip(found.claimants, found.pieces, strict=True):
        counted[claim] = counted.get(claim, 0.0) + piece.area
    assert counted == pytest.approx(expected)
    assert found.pairs == len({(a, b) for claim in expected for a in claim for b in claim if a < b})


def test_the_measured_overlaps_of_the_real_communes(shared_data):
    "Twelve known pairs among the communes near the tile N21E105; the largest is 16 028.6 m²."
    units = gpd.read_parquet(shared_data / "admin" / "communes_2025.parquet", columns=["commune_code", "geometry"])
    boxes = shapely.box(*units.geometry.bounds.to_numpy().T)
    near = units[shapely.intersects(boxes, shapely.box(104.95, 20.95, 106.05, 22.05))].reset_index(drop=True)
    found = seams(near.to_crs(3405))
    pieces = gpd.GeoSeries(list(found.pieces), crs=3405).to_crs(6933).area
    areas: dict[tuple[str, str], float] = {}
    for claim, area in zip(found.claimants, pieces, strict=True):
        one, other = sorted(near.commune_code.iloc[list(claim)])  # no ground here has three claimants
        areas[one, other] = areas.get((one, other), 0.0) + area
    measured = pd.read_csv(shared_data / "admin" / "measured_overlaps_communes_2025.csv", dtype={0: str, 1: str})
    here = measured[measured.commune_code_a.isin(near.commune_code) & measured.commune_code_b.isin(near.commune_code)]
    expected = {tuple(sorted((row.commune_code_a, row.commune_code_b))): row.overlap_m2 for row in here.itertuples()}
    assert len(expected) == 12
    assert expected["04846", "04849"] == 16_028.6
    assert areas == pytest.approx(expected, abs=0.2)
    assert found.pairs == len(expected)
