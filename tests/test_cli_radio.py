"""`phusong radio`: one mast on the command line, from terrain files to a map, a list or a drawing."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Geod
from small_study import Said

from phusong.radio.p1812 import basic_transmission_loss

ARC = 1 / 1200
GEOD = Geod(ellps="WGS84")
MAST = (105.05, 20.95)
USUAL = {"terrain": "dem.tif", "tx": "105.05,20.95", "tx_height_m": 30, "frequency_mhz": 900}


def ridges(rows: int = 121, columns: int = 121) -> np.ndarray:
    "Ridges of 150 m, some 1.3 km apart."
    row, column = np.mgrid[:rows, :columns]
    return np.round(60 + 75 * np.sin(column / 2.3) * np.cos(row / 3.1) + 0.5 * row).astype(np.int16)


def tif(path: Path, heights: np.ndarray, west: float = 105.0, north: float = 21.0, crs: str = "EPSG:4326") -> Path:
    pixel = ARC if crs == "EPSG:4326" else 90
    with rasterio.open(
        path, "w", driver="GTiff", height=heights.shape[0], width=heights.shape[1], count=1, dtype=heights.dtype,
        crs=crs, nodata=-32768, transform=Affine(pixel, 0, west, 0, -pixel, north),
    ) as raster:  # fmt: skip
        raster.write(heights, 1)
    return path


@pytest.fixture
def phusong(phusong):
    "`phusong radio`: options by name over the usual ones, a list for one given several times."

    def run(command: str, *more: object, **options: object) -> Said:
        said = [*more]
        for name, value in {**USUAL, **options}.items():
            for one in value if isinstance(value, list) else [value]:
                said += [f"--{name.replace('_', '-')}", one]
        return phusong("radio", command, *said)

    return run


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    "A folder to work in, with the ridges as dem.tif."
    tif(tmp_path / "dem.tif", ridges())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def points(path: Path, places, mark: str = ",") -> Path:
    path.write_text("\n".join([f"longitude{mark}latitude", *(f"{x!r}{mark}{y!r}" for x, y in places)]) + "\n", "utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def scattered(count: int, spread_deg: float, around=MAST) -> list[tuple[float, float]]:
    scatter = np.random.default_rng(11).uniform(-spread_deg, spread_deg, (count, 2)) + around
    return [(float(x), float(y)) for x, y in scatter]


def bilinear(heights: np.ndarray, column: float, row: float) -> float:
    c, r = min(int(column), heights.shape[1] - 2), min(int(row), heights.shape[0] - 2)
    a, b = column - c, row - r
    upper = heights[r, c] * (1 - a) + heights[r, c + 1] * a
    return float(upper * (1 - b) + (heights[r + 1, c] * (1 - a) + heights[r + 1, c + 1] * a) * b)


def plain(heights, corner, arc, place, end, step_km, **settings) -> tuple[float, float]:
    "Distance and loss of one path by the plain form of P.1812 on its explicit profile."
    length = GEOD.inv(*place, *end)[2] / 1000
    count = max(4, math.ceil(length / step_km))
    shares = [k / count for k in range(count + 1)]
    spots = [(place[0] + s * (end[0] - place[0]), place[1] + s * (end[1] - place[1])) for s in shares]
    profile = [bilinear(heights, (x - corner[0]) / arc - 0.5, (corner[1] - y) / arc - 0.5) for x, y in spots]
    if not np.isfinite(profile).all():
        return length, math.nan
    usual = {
        "frequency_mhz": 900.0, "tx_height_agl_m": 30.0, "rx_height_agl_m": 1.5, "polarization": "vertical",
        "latitude_deg": (place[1] + end[1]) / 2, "delta_n": 45.0, "n0": 325.0,
    }  # fmt: skip
    return length, basic_transmission_loss([s * length for s in shares], profile, 0.0, 4, **{**usual, **settings})


def test_losses_at_points_are_those_of_the_plain_form(phusong, here):
    places = scattered(40, 0.04)
    points(here / "points.csv", places)
    said = phusong("loss", radius_km=10, points="points.csv", out="out.csv")
    assert said.status == 0, said.err
    heights = ridges().astype(float)
    for row, place in zip(rows_of(here / "out.csv"), places, strict=True):
        length, loss = plain(heights, (105.0, 21.0), ARC, MAST, place, 0.09)
        assert float(row["distance_km"]) == pytest.approx(length, abs=1e-6)
        assert float(row["loss_db"]) == pytest.approx(loss, abs=1e-3)
    assert "points.csv: 40 points = 40 computed + 0 outside the terrain" in said.out
    assert "ITU-R P.1812-7 (troposcatter of P.1812-6), exact mode, step 0.09 km" in said.out


def test_every_setting_reaches_the_model(phusong, here):
    points(here / "points.csv", scattered(5, 0.03))
    options = {"rx_height_m": 4, "delta_n": 60, "n0": 340, "time_percent": 10, "polarization": "horizontal"}
    options["step_km"] = 0.05
    said = phusong("loss", "--quiet", radius_km=10, points="points.csv", out="out.csv", **options)
    assert (said.status, said.out, said.err) == (0, "", "")
    settings = {"rx_height_agl_m": 4, "delta_n": 60, "n0": 340, "time_percent": 10, "polarization": "horizontal"}
    for row in rows_of(here / "out.csv"):
        end = float(row["longitude"]), float(row["latitude"])
        _, loss = plain(ridges().astype(float), (105.0, 21.0), ARC, MAST, end, 0.05, **settings)
        assert float(row["loss_db"]) == pytest.approx(loss, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "place", "spread", "arc", "step_km"),
    [("N21E105.hgt", (105.5, 21.5), 0.25, 1 / 1200, 0.09), ("danang_1arcsec.tif", (108.2, 16.0), 0.07, 1 / 3600, 0.03)],
)
def test_losses_on_real_terrain(phusong, shared_data, tmp_path, name, place, spread, arc, step_km):
    "200 places, some behind voids."
    file = shared_data / "dem" / name
    places = scattered(200, spread, place)
    points(tmp_path / "points.csv", places)
    tx, files = f"{place[0]},{place[1]}", {"points": tmp_path / "points.csv", "out": tmp_path / "out.csv"}
    said = phusong("loss", terrain=file, tx=tx, radius_km=40, **files)
    assert said.status == 0, said.err
    with rasterio.open(file) as raster:
        heights, corner = raster.read(1).astype(float), (raster.transform.c, raster.transform.f)
    heights[heights == -32768] = np.nan
    empty = 0
    for row, end in zip(rows_of(tmp_path / "out.csv"), places, strict=True):
        length, loss = plain(heights, corner, arc, place, end, step_km)
        assert float(row["distance_km"]) == pytest.approx(length, abs=1e-6)
        assert (row["loss_db"] == "") == math.isnan(loss)
        empty += row["loss_db"] == ""
        if row["loss_db"]:
            assert float(row["loss_db"]) == pytest.approx(loss, abs=1e-3)
    assert f"200 points = {200 - empty} computed + 0 outside the terrain + {empty} with unknown ground" in said.out


def test_nothing_is_lost_on_the_way(phusong, here):
    heights = ridges()
    heights[20, 20] = -32768
    tif(here / "dem.tif", heights)
    names = ["void", "behind", "mast", "near", "far", "off", "beyond", "no number", "swapped"]
    places = [
        (105 + 20.5 * ARC, 21 - 20.5 * ARC),
        (105 + 16 * ARC, 21 - 16 * ARC),
        MAST,
        (105.051, 20.95),
        (105.09, 20.91),
    ]
    places += [(105.1007, 20.95), (105.9, 20.95), ("x", 20.95), (20.95, 105.05)]
    lines = ["name;longitude;latitude", *(f"{name};{x};{y}" for name, (x, y) in zip(names, places, strict=True))]
    (here / "points.csv").write_text("\n".join(lines), "utf-8-sig")
    said = phusong("loss", radius_km=10, points="points.csv", out="out.csv")
    assert said.out.splitlines() == [
        "points.csv: 9 points = 2 computed + 1 outside the terrain + 2 with unknown ground on the path (voids) "
        "+ 1 at the mast itself + 1 beyond 10 km + 2 without a usable place",
        "  1 of those computed are nearer than 0.25 km, below the stated range of P.1812: "
        "they went through the same equations",
        "ITU-R P.1812-7 (troposcatter of P.1812-6), exact mode, step 0.09 km",
        "  refused points.csv row 9: longitude 'x' is no number",
        "  refused points.csv row 10: latitude 105.05 is beyond 90 degrees; are longitude and latitude swapped?",
        "Wrote out.csv",
    ]
    found = rows_of(here / "out.csv")
    assert [row["name"] for row in found] == names
    assert {row["name"] for row in found if row["loss_db"]} == {"near", "far"}
    assert {row["name"] for row in found if not row["distance_km"]} == {"no number", "swapped"}
    assert float(found[2]["distance_km"]) == 0


def test_a_raster_of_the_circle(phusong, here):
    said = phusong("loss", radius_km=3, out="loss.tif")
    assert said.status == 0, said.err
    with rasterio.open(here / "loss.tif") as raster, rasterio.open(here / "dem.tif") as dem:
        loss, tags = raster.read(1), raster.tags()
        assert raster.crs == dem.crs
        offset = (raster.transform.c - dem.transform.c) / ARC, (dem.transform.f - raster.transform.f) / ARC
        assert np.allclose(offset, np.round(offset)), "the terrain's own lattice"
        assert (raster.dtypes[0], raster.units[0]) == ("float32", "dB")
        assert math.isnan(raster.nodata)
        places = [(row, column, raster.xy(row, column)) for row in range(0, 60, 7) for column in range(0, 60, 7)]
    heights = ridges().astype(float)
    for row, column, place in places:
        length, expected = plain(heights, (105.0, 21.0), ARC, MAST, place, 0.09)
        if length > 3:
            assert np.isnan(loss[row, column])
        else:
            assert loss[row, column] == pytest.approx(expected, abs=2e-3)
    assert tags["model"] == "ITU-R P.1812-7 (troposcatter of P.1812-6)"
    assert (tags["mode"], tags["step_km"], tags["frequency_mhz"], tags["tier"]) == (
        "exact",
        "0.09",
        "900.0",
        "regulator",
    )
    digest = hashlib.sha256((here / "dem.tif").read_bytes()).hexdigest()
    assert json.loads(tags["terrain"]) == {"dem.tif": digest}
    counts = json.loads(tags["counts"])
    assert counts["computed"] == (~np.isnan(loss)).sum()
    assert f"{counts['asked']} pixels within 3 km = {counts['computed']} computed" in said.out


def test_fast_mode_says_its_radials(phusong, here):
    said = phusong("loss", radius_km=4, mode="fast", out="f.tif")
    assert "fast mode, step 0.09 km, 870 radials" in said.out
    with rasterio.open(here / "f.tif") as raster:
        assert (raster.tags()["mode"], raster.tags()["radials"]) == ("fast", "870")


def test_many_tiles_by_pattern_by_repetition_and_as_a_shell_writes_them_out(phusong, here):
    heights = ridges()
    (here / "tiles").mkdir()
    tif(here / "tiles" / "a.tif", heights[:, :60])
    tif(here / "tiles" / "b.tif", heights[:, 60:], west=105 + 60 * ARC)
    points(here / "points.csv", scattered(10, 0.04))
    rest = {"radius_km": 10, "points": "points.csv"}
    both = ["tiles/a.tif", "tiles/b.tif"]
    assert phusong("loss", **rest, out="one.csv").status == 0
    assert phusong("loss", terrain="tiles/*.tif", **rest, out="two.csv").status == 0
    assert phusong("loss", terrain=both, **rest, out="three.csv").status == 0
    assert phusong("loss", both[1], terrain=both[0], **rest, out="four.csv").status == 0
    one = (here / "one.csv").read_bytes()
    assert all((here / name).read_bytes() == one for name in ("two.csv", "three.csv", "four.csv"))


def test_an_hgt_tile(phusong, here):
    "1201 by 1201 whole metres whose outer centres are the whole degrees; 10 m a column and nothing else."
    heights = np.broadcast_to(10 * np.arange(1201, dtype=">i2") % 700, (1201, 1201)).astype(">i2")
    heights.tofile(here / "N20E105.hgt")
    points(here / "points.csv", [(105.5 + 10.5 * ARC, 20.5)])
    files = {"points": "points.csv", "out": "out.csv"}
    said = phusong("loss", terrain="N20E105.hgt", tx="105.5,20.5", radius_km=5, **files)
    assert said.status == 0, said.err
    corner = (105 - ARC / 2, 21 + ARC / 2)
    _, loss = plain(heights.astype(float), corner, ARC, (105.5, 20.5), (105.5 + 10.5 * ARC, 20.5), 0.09)
    assert float(rows_of(here / "out.csv")[0]["loss_db"]) == pytest.approx(loss, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tx": "105.05 20.95"}, "--tx '105.05 20.95' is not LON,LAT: write longitude, comma, latitude in degrees"),
        ({"tx": "nan,20.95"}, "--tx nan,20.95: longitude nan must be within 180"),
        ({"tx": "20.95,105.05"}, "longitude and latitude look swapped: write 105.05,20.95"),
        (
            {"tx": "106,20.95"},
            "the transmitter (106, 20.95) stands outside the terrain, which reaches over longitude 105.000 to 105.101",
        ),
        ({"frequency_mhz": "20"}, "--frequency-mhz is 20; P.1812 holds from 30 to 6000 MHz"),
        ({"frequency_mhz": "nan"}, "--frequency-mhz is nan; P.1812 holds from 30 to 6000 MHz"),
        ({"frequency_mhz": "28000"}, "--frequency-mhz is 28000; P.1812 holds from 30 to 6000 MHz"),
        ({"tx_height_m": "-5"}, "--tx-height-m is -5; P.1812 holds from 1 to 3000 m above ground"),
        ({"rx_height_m": "0"}, "--rx-height-m is 0; P.1812 holds from 1 to 3000 m above ground"),
        ({"time_percent": "60"}, "--time-percent is 60; P.1812 holds from 1 to 50 % of time"),
        ({"delta_n": "157"}, "--delta-n is 157; it must be the fall of refractivity"),
        ({"radius_km": "0"}, "--radius-km is 0; expected 0.01 to 300 km"),
        ({"radius_km": "nan"}, "--radius-km is nan; expected 0.01 to 300 km"),
        ({"radius_km": "0.01"}, "--radius-km 0.01 holds not even the centre of one pixel"),
        ({"step_km": "0"}, "--step-km is 0; expected 0.005 to 1 km"),
        ({"terrain": "den.tif"}, "--terrain: the file den.tif is missing (there is dem.tif)"),
        ({"terrain": "none/*.hgt"}, "--terrain: no file matches none/*.hgt"),
        ({"terrain": "list.csv"}, "list.csv cannot be read as a raster"),
        ({"out": "loss.csv"}, "--out loss.csv: expected a name ending in .tif or .tiff"),
        ({"out": "nowhere/loss.tif"}, "--out nowhere/loss.tif: there is no folder nowhere"),
        ({"out": "dem.tif"}, "--out dem.tif is read too; inputs are never changed"),
        ({"points": "list.csv"}, "--out loss.tif: expected a name ending in .csv"),
        ({"points": "list.csv", "out": "out.csv"}, "column 'longitude' is missing (your file has 'lon')"),
        ({"points": "none.csv", "out": "out.csv"}, "none.csv cannot be read"),
    ],
)
def test_wrong_input_is_a_sentence(phusong, here, change, message):
    (here / "list.csv").write_text("lon,latitude\n1,2\n", "utf-8")
    options = {"radius_km": 3, "out": "loss.tif"} | change
    before = sorted(file.name for file in here.iterdir())
    said = phusong("loss", **options)
    assert said.status == 1
    assert message in said.err
    assert "Traceback" not in said.err
    assert sorted(file.name for file in here.iterdir()) == before, "nothing is left behind"


def test_a_mast_on_a_void_is_refused(phusong, here):
    heights = ridges()
    heights[55:65, 55:65] = -32768
    tif(here / "dem.tif", heights)
    said = phusong("loss", radius_km=3, out="loss.tif")
    assert said.status == 1
    assert "the transmitter (105.05, 20.95) stands on a void: the height of the ground there is not known" in said.err


def test_a_profile_drawn_and_told(phusong, here):
    said = phusong("profile", rx="105.08,20.93", lang="vi", out=["l.png", "l.svg", "l.json"])
    assert said.status == 0, said.err
    assert {"l.png", "l.svg", "l.json"} <= {file.name for file in here.iterdir()}
    lines = said.out.splitlines()
    assert lines[0] == "Đường truyền 3,8 km, 900 MHz"
    assert lines[2].startswith("Bị che khuất: ")
    assert lines[-3:] == ["Wrote l.png", "Wrote l.svg", "Wrote l.json"]
    found = json.loads((here / "l.json").read_text("utf-8"))
    _, loss = plain(ridges().astype(float), (105.0, 21.0), ARC, MAST, (105.08, 20.93), 0.09)
    assert found["basic_transmission_loss_db"] == pytest.approx(loss, abs=1e-6)
    assert lines[2] in found["explanation"]["vi"]
    digest = hashlib.sha256((here / "dem.tif").read_bytes()).hexdigest()
    assert found["terrain"] == [{"file": "dem.tif", "sha256": digest}]


def test_profile_and_list_agree(phusong, here):
    points(here / "points.csv", [(105.08, 20.93)])
    assert phusong("loss", radius_km=9, points="points.csv", out="out.csv").status == 0
    assert phusong("profile", "--quiet", rx="105.08,20.93", out="l.json").out == ""
    found = json.loads((here / "l.json").read_text("utf-8"))["basic_transmission_loss_db"]
    assert float(rows_of(here / "out.csv")[0]["loss_db"]) == pytest.approx(found, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rx": "105.05,20.95"}, "the path is 0; expected 0.001 to 300 km long"),
        ({"rx": "106,20.95"}, "the receiver (106, 20.95) stands outside the terrain"),
        ({"rx": "105"}, "--rx '105' is not LON,LAT"),
        ({"out": "l.pdf"}, "--out l.pdf: expected a name ending in .png or .svg or .json"),
        ({"frequency_mhz": "7000"}, "--frequency-mhz is 7000"),
    ],
)
def test_wrong_input_to_a_profile(phusong, here, change, message):
    options = {"rx": "105.08,20.93", "out": "l.png"} | change
    said = phusong("profile", **options)
    assert said.status == 1
    assert message in said.err
    assert not list(here.glob("l.*"))


def test_a_void_on_the_profile_is_refused(phusong, here):
    heights = ridges()
    heights[:, 80] = -32768
    tif(here / "dem.tif", heights)
    said = phusong("profile", rx="105.08,20.93", out="l.png")
    assert said.status == 1
    assert "the path meets ground that is not known (2 of" in said.err


def test_projected_terrain_is_taken_as_it_lies(phusong, here):
    "Flat ground of 7 m in EPSG:3405: the same loss as over flat ground in degrees."
    flat = np.full((200, 200), 7, np.int16)
    tif(here / "metres.tif", flat, 500_000 - 9000, 2_320_000, "EPSG:3405")
    tif(here / "degrees.tif", flat, 104.92, 20.99)
    points(here / "points.csv", [(105.01, 20.92)])
    losses = []
    for name in ("metres.tif", "degrees.tif"):
        said = phusong("loss", terrain=name, tx="105,20.9", radius_km=5, points="points.csv", out="out.csv")
        assert said.status == 0, said.err
        losses.append(float(rows_of(here / "out.csv")[0]["loss_db"]))
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_help_is_quick_to_import():
    "Neither command pulls numbers or drawings in before it is run."
    code = "import sys, phusong.cli.radio; print(*[n for n in ('numpy', 'pandas', 'rasterio', 'matplotlib') if n in sys.modules])"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
