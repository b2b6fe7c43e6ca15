"""`phusong fetch` against a server on this machine: what it brings, keeps, tells and refuses."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
import tomllib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from open_data_server import cut, silent, status, whole

from phusong.config import shipped
from phusong.intake.fetch import patience
from phusong.layers.terrain import headers

LAND = [(20, 105), (21, 105), (21, 106)]
BOX = "105.2,20.2,106.8,21.8"


def tile(latitude: int, longitude: int) -> str:
    return f"Copernicus_DSM_COG_10_N{latitude}_00_E{longitude}_00_DEM"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    "No waits."
    monkeypatch.setattr(patience, "Patience", partial(patience.Patience, attempts=3, first_wait_s=0, silence_s=2))


@pytest.fixture
def country(server, tiff) -> Path:
    "Three tiles of land; N20E106 is sea."
    for latitude, longitude in LAND:
        server.files[f"/{tile(latitude, longitude)}/{tile(latitude, longitude)}.tif"] = tiff(longitude, latitude)
    server.files["/tileList.txt"] = "\n".join(tile(*corner) for corner in LAND).encode()
    return server


@pytest.fixture
def fetch(phusong, country, tmp_path):
    "`phusong fetch` from this server into a store of the test."

    def run(*said: object):
        return phusong("fetch", *said, "--store", tmp_path / "store", "--mirror", country.base)

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "store" / "terrain" / "2021"


def test_terrain_arrives_with_its_records_and_serves_as_a_layer(fetch, folder, country):
    done = fetch("terrain", "--within", BOX)
    assert done.status == 0, done.err
    assert "3 fetched, 0 there already, 1 tiles that are not published (sea)" in done.out
    files = sorted(folder.glob("*.tif"))
    assert [file.name for file in files] == [f"{tile(*corner)}.tif" for corner in LAND]
    assert len(headers(files).tiles) == 3
    record = json.loads((folder / f"{files[0].name}.json").read_text("utf-8"))
    assert record["sha256"] == hashlib.sha256(files[0].read_bytes()).hexdigest()
    assert record["url"] == f"{country.base}{files[0].stem}/{files[0].name}"
    assert record["size_bytes"] == files[0].stat().st_size
    assert record["licence"] == "Copernicus-DEM"
    assert record["attribution"].startswith("produced using Copernicus WorldDEM-30 © DLR e.V.")
    assert json.loads((folder / "not_published.json").read_text("utf-8"))["tiles"] == [tile(20, 106)]
    assert sorted(path.suffix for path in folder.iterdir() if path.suffix in (".part", ".new")) == []


def test_the_lines_for_the_project_file_are_told(fetch, folder):
    done = fetch("terrain", "--within", BOX)
    lines = done.out.partition("In project.toml:")[2]
    (layer,) = tomllib.loads(lines)["layers"].items()
    assert layer[0] == "terrain"
    assert layer[1]["path"] == f"{folder.as_posix()}/*.tif"


def test_a_second_time_nothing_is_asked_for_again(fetch, country):
    fetch("terrain", "--within", BOX)
    country.asked.clear()
    done = fetch("terrain", "--within", BOX)
    assert "0 fetched, 3 there already" in done.out
    assert country.asked == []


def test_the_sea_is_never_asked_for(fetch, country):
    fetch("terrain", "--within", BOX)
    assert [path for path, _ in country.asked if "N20_00_E106" in path] == []


def test_a_listed_tile_that_is_not_there_is_a_fault_and_the_others_arrive(fetch, country, folder):
    gone = f"/{tile(21, 105)}/{tile(21, 105)}.tif"
    country.ways[gone] = [status(404)]
    done = fetch("terrain", "--within", BOX)
    assert done.status == 1
    assert "Not everything could be had:" in done.err
    assert f"{gone} is not there (answer 404)" in done.err
    assert len(list(folder.glob("*.tif"))) == 2
    country.ways[gone] = [whole]
    assert fetch("terrain", "--within", BOX).status == 0
    assert len(list(folder.glob("*.tif"))) == 3


def test_a_sign_in_page_instead_of_the_list_is_refused(fetch, country, folder):
    country.files["/tileList.txt"] = b"<!DOCTYPE html><title>Welcome to the hotel</title>"
    done = fetch("terrain", "--within", BOX)
    assert done.status == 1
    assert "is a web page, expected text: does the network ask to sign in first?" in done.err
    assert list(folder.glob("*")) == []


def test_a_list_of_something_else_is_not_kept(fetch, country, folder):
    country.files["/tileList.txt"] = b"nothing to see here at all"
    done = fetch("terrain", "--within", BOX)
    assert "is it the list of the tiles?" in done.err
    assert not (folder / "tileList.txt").exists()


def test_a_server_that_is_away_is_told_once(fetch, country):
    "Not once for each of the tiles."
    for latitude, longitude in LAND:
        country.ways[f"/{tile(latitude, longitude)}/{tile(latitude, longitude)}.tif"] = [status(503)]
    done = fetch("terrain", "--within", BOX)
    assert done.status == 1
    assert done.err.count("503") == 1
    assert "3 times in a row. Run the command again, it goes on from there." in done.err


def test_somebodys_file_is_left_alone(fetch, folder):
    folder.mkdir(parents=True)
    own = folder / f"{tile(21, 105)}.tif"
    own.write_bytes(b"mine")
    done = fetch("terrain", "--within", BOX)
    assert done.status == 1
    assert "is there but is not what was fetched" in done.err
    assert own.read_bytes() == b"mine"


def test_a_folder_stands_in_for_the_publisher(phusong, country, tmp_path, folder):
    for path, content in country.files.items():
        file = tmp_path / "disk" / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    done = phusong("fetch", "terrain", "--within", BOX, "--store", tmp_path / "store", "--mirror", tmp_path / "disk")
    assert done.status == 0, done.err
    assert len(list(folder.glob("*.tif"))) == 3
    assert country.asked == []


def test_the_extract_of_the_day_is_brought_when_there_is_a_newer_one(fetch, country, tmp_path):
    def publish(day: bytes) -> bytes:
        content = b"\0\0\0\x0e\n\tOSMHeader\x18" + day * 100
        country.files["/vietnam-latest.osm.pbf"] = content
        country.files["/vietnam-latest.osm.pbf.md5"] = f"{hashlib.md5(content).hexdigest()}  x\n".encode()
        return content

    publish(b"monday")
    assert "1 fetched" in fetch("osm").out
    assert "0 fetched, 1 there already" in fetch("osm").out
    tuesday = publish(b"tuesday")
    done = fetch("osm")
    assert "1 fetched" in done.out
    file = tmp_path / "store" / "osm" / "latest" / "vietnam-latest.osm.pbf"
    assert file.read_bytes() == tuesday
    record = json.loads(file.with_name(file.name + ".json").read_text("utf-8"))
    assert record["checked"] == "MD5, vietnam-latest.osm.pbf.md5"
    assert record["md5"] == hashlib.md5(tuesday).hexdigest()


def test_a_file_of_people_arrives_by_its_vintage(fetch, country, tiff, tmp_path):
    path = "Global_2000_2020_Constrained/2020/BSGM/VNM/vnm_ppp_2020_UNadj_constrained.tif"
    country.files[f"/{path}"] = tiff()
    done = fetch("population", "--vintage", "2020")
    assert done.status == 0, done.err
    assert (tmp_path / "store" / "population" / "2020" / Path(path).name).exists()
    assert "year = 2020" in done.out


def test_the_list_asks_nothing_of_the_web(country, fetch):
    "It knows what is there, what is partly there, and what is sea once the list of tiles is there."
    broken = f"/{tile(21, 106)}/{tile(21, 106)}.tif"
    country.ways[broken] = [cut(3000), cut(0)]
    assert fetch("terrain", "--within", BOX).status == 1
    country.asked.clear()
    done = fetch("terrain", "--within", BOX, "--list")
    assert country.asked == []
    states = {
        line.rpartition("/")[2]: line.partition("https")[0].strip() for line in done.out.splitlines() if "https" in line
    }
    assert states == {
        f"{tile(20, 105)}.tif": "there",
        f"{tile(20, 106)}.tif": "no tile",
        f"{tile(21, 105)}.tif": "there",
        f"{tile(21, 106)}.tif": "3,000 bytes there",
    }


def test_a_project_asks_for_the_tiles_near_its_communes(fetch, study):
    "Its two communes lie at 105 E 21 N, and the reach is 10 km."
    done = fetch("terrain", study('province_codes = ["01"]'), "--list")
    assert done.status == 0, done.err
    paths = [line.rpartition("/")[2] for line in done.out.splitlines() if "https" in line]
    assert paths == [f"{tile(*corner)}.tif" for corner in [(20, 104), (20, 105), (21, 104), (21, 105)]]


def test_the_sources_are_listed(phusong):
    done = phusong("fetch", "--list")
    assert done.status == 0
    assert [
        name for name in ("terrain", "population", "osm", "access", "landcover", "speed") if name not in done.out
    ] == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], "SOURCE '': expected terrain, population"),
        (["dem"], "SOURCE 'dem': expected terrain"),
        (["terrain", "--within", "1,2"], "expected WEST,SOUTH,EAST,NORTH"),
        (["terrain", "study", "--within", BOX], "PROJECT and --within: give one of them"),
        (["speed", "--vintage", "2026"], "--vintage 2026: speed has"),
        (["osm", "--mirror", "http://mirror.example/"], "expected an address that begins with https://"),
        (["osm", "--mirror", "no/such/folder"], "is no folder"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(phusong, tmp_path, said, told):
    done = phusong("fetch", *said, "--store", tmp_path)
    assert done.status == 1
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_stopped_command_says_how_to_go_on(country, tmp_path):
    "Ctrl-C, as a terminal sends it."
    country.ways["/vietnam-latest.osm.pbf"] = [silent(30)]
    # what a shell starts in the background may not hear it
    hear = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{hear}; from phusong.cli import main; sys.argv[0] = 'phusong'; main()"
    words = ["fetch", "osm", "--store", str(tmp_path / "store"), "--mirror", country.base]
    with subprocess.Popen([sys.executable, "-c", code, *words], stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 60
        while not country.asked and time.monotonic() < until:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        told = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert "Stopped. What has arrived is kept: the same command goes on from there." in told
    assert "Traceback" not in told


def test_heights_are_read_as_they_were_published(fetch, folder, tiff):
    "The tile that was brought is the tile, bit for bit."
    import rasterio

    fetch("terrain", "--within", "105.2,21.2,105.8,21.8")
    (file,) = folder.glob("*.tif")
    assert file.read_bytes() == tiff(105, 21)
    with rasterio.open(file) as raster:
        assert raster.bounds.left == pytest.approx(105 - 0.5 / 144)
        assert np.isfinite(raster.read(1)).all()


def test_no_other_command_goes_to_the_web():
    "Only the package of this command opens connections."
    package = shipped("gis_data", "open_data.toml").parents[1] / "coverage" / "phusong"
    if not package.is_dir():
        pytest.skip("not a checkout")
    opening = [file for file in package.rglob("*.py") if "urllib.request" in file.read_text("utf-8")]
    assert {file.relative_to(package).as_posix() for file in opening} == {"intake/fetch/web.py"}
    asking = [file for file in package.rglob("*.py") if "intake.fetch" in file.read_text("utf-8")]
    assert {file.relative_to(package).parts[:2] for file in asking} == {("intake", "fetch"), ("cli", "fetch.py")}
