"""Hexagons: their sums are those of the rasters, and what is not known stays so."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from small_exports import held, images

from phusong.errors import SnapshotError
from phusong.publish.exports import content
from phusong.publish.exports.hexagons import hexagons
from phusong.units import OUTSIDE


def frame(edition, tier="regulator", unit=None):
    return held(edition, tier, unit, hexagons=True).tables["hexagons"].frame


def test_cells_sum_to_the_raster(edition):
    cells = frame(edition)
    assert cells["people"].sum() == pytest.approx(1.5 * 360, abs=1e-3)
    for states in (
        ["power_no", "power_yes", "power_unknown"],
        ["gap_none", "gap_signal", "gap_power", "gap_both", "gap_unknown"],
    ):
        total = cells[[f"{state}_people" for state in states]].to_numpy().sum()
        assert total == pytest.approx(1.5 * 360, abs=1e-3)
    by_state = [cells[f"{state}_people"].sum() for state in ("power_no", "power_yes", "power_unknown")]
    assert by_state == pytest.approx([135, 270, 135], abs=1e-3)
    by_level = [cells[f"lte_{level}_people"].sum() for level in ("none", "limited", "good", "very_good", "unknown")]
    assert by_level == pytest.approx([135, 0, 135, 135, 135], abs=1e-3)


def test_people_lie_in_the_cell_that_says_so(edition):
    cells = frame(edition)
    assert cells["h3_cell"].is_unique
    assert cells["h3_cell"].is_monotonic_increasing
    assert all(h3.get_resolution(cell) == 8 for cell in cells["h3_cell"])
    middles = cells.geometry.centroid.to_crs("EPSG:4326")
    found = [h3.latlng_to_cell(middle.y, middle.x, 8) for middle in middles]
    assert found == cells["h3_cell"].tolist()
    # six people a square kilometre; no cell of this country is larger than 0.85 km2, and middles fall a part beyond
    assert 6 * 0.6 < cells["people"].max() < 6 * 1.1


def test_everyone_sees_coarse_coverage_and_no_levels(edition):
    columns = set(frame(edition, "public").columns)
    assert {"people", "power_no_people", "covered_mang_b_x_b_yes_people"} <= columns
    assert not any(name.startswith(("gap", "lte", "nr")) for name in columns)
    covered = frame(edition, "public").filter(like="covered_mang_b_x_b").sum().tolist()
    assert covered == pytest.approx([135, 270, 135], abs=1e-3)


def test_a_commune_counts_its_own_people(edition):
    assert frame(edition, "commune", "00002")["people"].sum() == pytest.approx(135, abs=1e-3)


def test_every_column_is_described(edition):
    for tier in ("public", "regulator"):
        table = held(edition, tier, hexagons=True).tables["hexagons"]
        assert [entry.column for entry in table.entries if entry.vi.startswith("chưa có")] == []


def test_people_of_whom_nothing_is_said_are_not_known(edition):
    rasters = {raster.name: raster for raster in held(edition).rasters()}
    rasters["power"].values[:] = OUTSIDE
    cells = hexagons([rasters["people"], rasters["power"]])
    assert cells["power_unknown_people"].sum() == pytest.approx(cells["people"].sum())


def test_without_people_there_are_none(edition):
    with pytest.raises(SnapshotError, match="no raster of people"):
        content(edition, lambda _: None, "public", None, with_hexagons=True)
    assert hexagons([]) is None
    assert images()["people"].dtype == np.float32
