"""What the comparison with other tools rests on: places, profiles, the text of SPLAT!, and word of what is absent."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pyproj import Geod

from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.sweep.benchmark import hills

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "compare_peers.py"
MAST = (700, 500)


@pytest.fixture(scope="module")
def peers():
    """The script and what stands beside it, under one name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        parts = [importlib.import_module(name) for name in ("peers.task", "peers.tools", "compare_peers")]
    return SimpleNamespace(**{name: value for part in parts for name, value in vars(part).items()})


@pytest.fixture(scope="module")
def tile(peers):
    return peers.Tile(hills(1201, 0.09), 22.0, 105.0)


def test_distances_and_azimuths_are_those_of_the_ellipsoid(tile):
    pixel, east_km, north_km, middle_deg = tile.around(MAST, 10)
    row, column = np.divmod(pixel, 1201)
    here = np.full(pixel.size, 105 + 500 / 1200), np.full(pixel.size, 22 - 700 / 1200)
    azimuth_deg, _, distance_m = Geod(ellps="WGS84").inv(*here, 105 + column / 1200, 22 - row / 1200)
    assert np.hypot(east_km, north_km) * 1000 == pytest.approx(distance_m, abs=0.1)
    turned = np.degrees(np.arctan2(east_km, north_km)) - azimuth_deg
    assert np.abs((turned + 180) % 360 - 180).max() < 0.05  # meridians converge
    assert middle_deg == pytest.approx(22 - (row + 700) / 2400)


def test_profiles_given_to_peers_are_those_of_the_exact_mode(peers, tile):
    task = peers.Task(tile, {0: MAST}, 10.0, 0, Path(), Path())
    (ours,) = (one for one in peers.CONTENDERS if one.key == "exact")
    outcome = ours.run(task)
    pixel, loss_db = outcome.losses[0]
    _, east_km, north_km, middle_deg = tile.around(MAST, 10)
    drawn = np.random.default_rng(1).choice(pixel.size, 40, replace=False)
    for path in drawn:
        profile = peers.Profile.between(tile, MAST, int(pixel[path]), float(np.hypot(east_km[path], north_km[path])))
        plain_db = basic_transmission_loss(
            profile.distance_km,
            profile.height_m,
            0,
            4,
            frequency_mhz=peers.FREQUENCY_MHZ,
            tx_height_agl_m=peers.MAST_M,
            rx_height_agl_m=peers.RECEIVER_M,
            polarization="vertical",
            latitude_deg=middle_deg[path],
            delta_n=peers.DELTA_N,
            n0=peers.N0,
        )
        assert loss_db[path] == pytest.approx(plain_db, abs=1e-3)
    assert outcome.paths == pixel.size
    assert 0 < outcome.work_s <= outcome.whole_s


def test_splat_counts_longitudes_westwards_and_marks_obstacles(peers, tile):
    text = (
        "255, 254\t; max_west, min_west\n22, 21\t; max_north, min_north\n"
        "21.5008333, 254.4991667, 42.746, -10.144, 83.16\n"
        "21.5070873, 254.4923722, 42.746, -0.469, 104.40 *\n"
    )
    pixel, loss_db = peers.Splat.parsed(text, tile)
    # the second stands 8.5 rows and 9.2 columns from the middle of the tile; the pixel that is nearest counts
    assert [divmod(int(one), 1201) for one in pixel] == [(591, 609), (599, 601)]
    assert loss_db.tolist() == [104.40, 83.16]


def test_differences_are_taken_where_both_have_a_loss_and_far_enough(peers, tile):
    pixel = np.array([700 * 1201 + 505, 700 * 1201 + 520, 700 * 1201 + 540, 700 * 1201 + 560])
    ours = {0: (pixel, np.array([100.0, 110.0, np.nan, 130.0]))}
    theirs = {0: (np.append(pixel, 0), np.array([90.0, 111.5, 120.0, 127.5, 99.0]))}
    found = peers.Difference.between(tile, [MAST], ours, theirs, 10.0)
    assert found.by_path_db.tolist() == [1.5, -2.5]
    assert found.cells()[:3] == ["2", "-0.50", "-0.50"]


def test_absent_tools_are_named_with_how_to_install_them(shared_data, tmp_path):
    command = [sys.executable, SCRIPT, "--data", shared_data, "--peers", tmp_path, "--tools", "py1812"]
    quick = ["--masts", "0", "--radius", "1.5", "--rounds", "1", "--markdown"]
    run = subprocess.run(list(map(str, command + quick)), capture_output=True, text=True, check=True)
    rows = [line for line in run.stdout.splitlines() if line.startswith("| phusong")]
    assert [row.split("|")[1].strip() for row in rows] == ["phusong, fast", "phusong, exact"]
    assert {float(cell) for cell in rows[1].split("|")[8:-1]} == {0.0}
    assert "Absent: Py1812, our profiles, P.1812-7. To install: github.com/eeveetza/Py1812" in run.stdout
