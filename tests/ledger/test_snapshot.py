"""Snapshots: whole or not at all, the same bytes again, and nothing read that was not written."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import CRS

from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.ledger.snapshot import Snapshot, make_ready, periods, read, recover, refuse_foreign, write

GRID = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (2, 3))
FILES = {
    "communes.parquet",
    "communes.csv",
    "zones.parquet",
    "zones.gpkg",
    "terminals.parquet",
    "surface/people.tif",
    "surface/signal.tif",
    "run.json",
}
HERE = Path(__file__).parent


def made(period: str = "2026Q3", project: str = "dao", people: int = 7, **run: Any) -> Snapshot:
    "One commune, one zone, a table without geometry, two rasters."
    square = shapely.box(500_000, 2_299_900, 500_100, 2_300_000)
    communes = gpd.GeoDataFrame(
        {"commune_code": ["00123"], "commune_name": ["Xã Đông Hà"], "people": [people], "lte_share": [np.nan]},
        geometry=[square],
        crs=3405,
    )
    zones = gpd.GeoDataFrame(
        {"zone_id": [f"{period}-0001"], "people": [people]}, geometry=[shapely.MultiPolygon([square])], crs=3405
    )
    terminals = pd.DataFrame({"commune_code": ["00123"], "active_terminals": [3.0]})
    counted = GRID.wrap(np.arange(6, dtype=np.float32).reshape(GRID.shape), "people", "1")
    signal = GRID.wrap(np.array([[0, 1, 255], [1, 1, 0]], np.uint8), "signal", "1").assign_attrs(nodata=255)
    return Snapshot(
        {"communes": communes, "zones": zones, "terminals": terminals},
        {"people": (GRID, counted), "signal": (GRID, signal)},
        {"project": project, "period": period, "as_of": "2026-09-30", **run},
    )


def tree(folder: Path) -> dict[str, bytes]:
    "Every file below a folder, also hidden ones."
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def child(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    "Python in a process of its own that knows `made`, `write`, `folder`."
    head = (
        "import errno, os, pathlib, sys\n"
        f"sys.path.insert(0, {str(HERE)!r})\n"
        "from test_snapshot import made\n"
        "from phusong.errors import SnapshotError\n"
        "from phusong.ledger.snapshot import write\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
    )
    search = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-c", head + code],
        env={**os.environ, "PYTHONPATH": search, **environment},
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )


DIE = "def die(*_):\n    import signal\n    os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"


# written and read


def test_what_is_written_is_read(tmp_path: Path):
    snapshot = made(title="Đảo")
    place, digest = write(snapshot, tmp_path)
    assert place == tmp_path / "2026Q3"
    assert set(tree(place)) == {str(Path(name)) for name in FILES}
    tables, run, read_digest = read(tmp_path, "2026Q3")
    assert read_digest == digest == sha256_of(place / "run.json")
    assert {name: run[name] for name in snapshot.run} == snapshot.run
    assert set(tables) == {"communes", "zones", "terminals"}
    communes = tables["communes"]
    assert isinstance(communes, gpd.GeoDataFrame)
    assert communes.crs == CRS(3405)
    assert communes.commune_code.tolist() == ["00123"]
    assert communes.geometry.iloc[0] == snapshot.tables["communes"].geometry.iloc[0]
    assert not isinstance(tables["terminals"], gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(tables["terminals"], snapshot.tables["terminals"])


def test_run_json_holds_the_hash_of_every_other_file(tmp_path: Path):
    place, _ = write(made(), tmp_path)
    run = json.loads((place / "run.json").read_text("utf-8"))
    assert set(run["files"]) == FILES - {"run.json"}
    assert {name: sha256_of(place / name) for name in run["files"]} == run["files"]


def test_run_json_is_readable_and_has_no_nan(tmp_path: Path):
    place, _ = write(made(title="Đặc khu Lý Sơn"), tmp_path)
    text = (place / "run.json").read_text("utf-8")
    assert "Đặc khu Lý Sơn" in text
    json.loads(text, parse_constant=pytest.fail)
    before = tree(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        write(made(people=8, balance={"raster": float("nan")}), tmp_path)
    assert tree(tmp_path) == before


def test_numbers_stay_numbers_in_run_json(tmp_path: Path):
    "A numpy count is a number in the file too, not a text."
    place, _ = write(made(counts={"rows_in": np.int64(5)}), tmp_path)
    assert json.loads((place / "run.json").read_text("utf-8"))["counts"]["rows_in"] == 5


def test_zones_may_be_none(tmp_path: Path):
    snapshot = made()
    nothing = {**snapshot.tables, "zones": snapshot.tables["zones"][:0]}
    write(Snapshot(nothing, snapshot.rasters, snapshot.run), tmp_path)
    assert len(read(tmp_path, "2026Q3")[0]["zones"]) == 0
    assert len(gpd.read_file(tmp_path / "2026Q3" / "zones.gpkg")) == 0


def test_folder_is_made(tmp_path: Path):
    write(made(), tmp_path / "study" / "snapshots")
    assert periods(tmp_path / "study" / "snapshots") == ["2026Q3"]


def test_periods_in_order(tmp_path: Path):
    for period in ("2026Q3", "2025Q4", "2026Q1"):
        write(made(period), tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "2024Q1").mkdir()
    assert periods(tmp_path) == ["2025Q4", "2026Q1", "2026Q3"]
    assert periods(tmp_path / "missing") == []


def test_period_that_is_not_there(tmp_path: Path):
    with pytest.raises(SnapshotError, match=r"^There is no snapshot of 2026Q4 in .* \(there are: none\)\.$"):
        read(tmp_path / "missing", "2026Q4")
    write(made("2026Q3"), tmp_path)
    write(made("2026Q2"), tmp_path)
    with pytest.raises(SnapshotError, match=r"no snapshot of 2026Q4 in .* \(there are: 2026Q2, 2026Q3\)"):
        read(tmp_path, "2026Q4")


# the same bytes


def test_two_writes_give_the_same_bytes(tmp_path: Path):
    "Also over an earlier snapshot, and at another time: the milliseconds have gone on."
    one, digest = write(made(), tmp_path / "one")
    write(made(people=9), tmp_path / "other")
    other, again = write(made(), tmp_path / "other")
    assert tree(one) == tree(other)
    assert digest == again


def test_other_process_time_zone_and_hash_seed_give_the_same_bytes(tmp_path: Path):
    _, digest = write(made(), tmp_path / "here")
    told = child(
        "print(write(made(), folder)[1])",
        tmp_path / "there",
        TZ="America/Anchorage",
        PYTHONHASHSEED="2",
        LC_ALL="C",
    )
    assert told.stdout.strip() == digest, told.stderr


def test_geopackage_says_the_periods_day_and_not_the_clock(tmp_path: Path):
    place, _ = write(made(), tmp_path)
    opened = sqlite3.connect(place / "zones.gpkg")
    days = opened.execute("select last_change from gpkg_contents").fetchall()
    opened.close()
    assert days == [("2026-09-30T00:00:00.000Z",)]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


# whole or not at all


@pytest.mark.parametrize("nth", range(len(FILES)))
def test_full_disk_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int):
    "Whichever of the files does not find room, the last being run.json."
    write(made(people=1), tmp_path)
    before, calls, fsync = tree(tmp_path), [0], os.fsync

    def full(handle: int) -> None:
        calls[0] += 1
        if calls[0] > nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        SnapshotError,
        match=r"2026Q3 could not be written: No space left on device; the earlier snapshot is untouched\.$",
    ):
        write(made(people=2), tmp_path)
    assert tree(tmp_path) == before
    assert entries(tmp_path) == ["2026Q3"]
    monkeypatch.undo()
    write(made(people=2), tmp_path)
    assert read(tmp_path, "2026Q3")[0]["communes"].people.tolist() == [2]


def test_full_disk_on_the_first_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match=r"could not be written: No space left on device\.$"):
        write(made(), tmp_path)
    assert entries(tmp_path) == []


@pytest.mark.parametrize("nth", [0, 1])
def test_failed_move_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int):
    "A folder that another program holds open cannot be moved on some systems; either of the two moves may fail."
    write(made(people=1), tmp_path)
    before, calls, rename = tree(tmp_path), [0], Path.rename

    def held(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == nth + 1:
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(SnapshotError, match="Permission denied; the earlier snapshot is untouched"):
        write(made(people=2), tmp_path)
    assert tree(tmp_path) == before


def test_fault_that_is_not_the_disks_leaves_the_old_snapshot(tmp_path: Path):
    write(made(people=1), tmp_path)
    before = tree(tmp_path)
    snapshot = made(people=2)
    nameless = {**snapshot.rasters, "level": (GRID, snapshot.rasters["signal"][1].drop_attrs())}
    with pytest.raises(KeyError, match="long_name"):
        write(Snapshot(snapshot.tables, nameless, snapshot.run), tmp_path)
    assert tree(tmp_path) == before


def test_interruption_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(made(people=1), tmp_path)
    before = tree(tmp_path)

    def stop(handle: int) -> None:
        raise KeyboardInterrupt(handle)

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write(made(people=2), tmp_path)
    assert tree(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_real_limit_of_the_system_leaves_the_old_snapshot(tmp_path: Path):
    "The kernel refuses to let a file grow over 20 kB; the tables fit, the GeoPackage does not."
    folder = tmp_path / "snapshots"
    write(made(people=1), folder)
    before = tree(folder)
    assert len(before[str(Path("2026Q3/zones.gpkg"))]) > 20_000
    done = child(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n    write(made(people=2), folder)\n"
        "except SnapshotError as fault:\n    print(fault)",
        folder,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("could not be written: File too large; the earlier snapshot is untouched.")
    assert tree(folder) == before
    assert entries(folder) == ["2026Q3"]


KILLS = {
    "while a table is written": "os.fsync = die\n",
    "before the last file is whole": (
        "sync, calls = os.fsync, []\n"
        "def late(handle):\n"
        f"    calls.append(handle)\n    if len(calls) == {len(FILES)}:\n"
        "        os.ftruncate(handle, 5)\n        die()\n    sync(handle)\n"
        "os.fsync = late\n"
    ),
    "before the first move": "pathlib.Path.rename = die\n",
    "between the two moves": (
        "move = pathlib.Path.rename\n"
        "def moved(self, target):\n    move(self, target)\n    die()\n"
        "pathlib.Path.rename = moved\n"
    ),
}


@pytest.fixture(scope="module", params=KILLS)
def left_behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    "A folder with a snapshot of 1 person, in which the writing of one with 2 people was killed."
    folder = tmp_path_factory.mktemp("killed") / "snapshots"
    write(made(people=1), folder)
    done = child(f"{DIE}{KILLS[request.param]}write(made(people=2), folder)", folder)
    assert done.returncode < 0 or (sys.platform == "win32" and done.returncode), done.stderr
    return folder


@pytest.fixture
def killed(left_behind: Path, tmp_path: Path) -> Path:
    shutil.copytree(left_behind, tmp_path / "snapshots")
    return tmp_path / "snapshots"


def test_killed_process_is_recovered_by_the_next_reading(killed: Path):
    tables, _, _ = read(killed, "2026Q3")
    assert tables["communes"].people.tolist() == [1]
    assert periods(killed) == ["2026Q3"]


def test_killed_process_is_recovered_by_the_next_writing(killed: Path):
    write(made(people=3), killed)
    assert read(killed, "2026Q3")[0]["communes"].people.tolist() == [3]
    assert entries(killed) == ["2026Q3"]


def test_killed_process_hides_no_period(tmp_path: Path):
    "`periods` alone, as `phusong info` asks it, sees the snapshot that was moved aside."
    write(made(), tmp_path)
    (tmp_path / "2026Q3").rename(tmp_path / ".2026Q3.old")
    assert periods(tmp_path) == ["2026Q3"]


def test_recovery_clears_what_was_replaced(tmp_path: Path):
    "Killed after the second move: the new snapshot stays, the old one goes."
    write(made(people=1), tmp_path / "a")
    write(made(people=2), tmp_path / "b")
    (tmp_path / "a" / "2026Q3").rename(tmp_path / "b" / ".2026Q3.old")
    recover(tmp_path / "b")
    assert entries(tmp_path / "b") == ["2026Q3"]
    assert read(tmp_path / "b", "2026Q3")[0]["communes"].people.tolist() == [2]


# refusals


def test_other_projects_folder_is_refused(tmp_path: Path):
    write(made("2026Q2", project="dao"), tmp_path)
    before = tree(tmp_path)
    sentence = r"holds snapshots of the project 'dao', not of 'nui'\. Choose another folder\."
    with pytest.raises(SnapshotError, match=sentence):
        write(made("2026Q3", project="nui"), tmp_path)
    with pytest.raises(SnapshotError, match=sentence):
        refuse_foreign(tmp_path, "nui")
    assert tree(tmp_path) == before
    refuse_foreign(tmp_path, "dao")
    refuse_foreign(tmp_path / "missing", "nui")


def test_other_projects_snapshot_that_was_moved_aside_is_refused_too(tmp_path: Path):
    write(made("2026Q3", project="dao"), tmp_path)
    (tmp_path / "2026Q3").rename(tmp_path / ".2026Q3.old")
    with pytest.raises(SnapshotError, match="of the project 'dao'"):
        write(made("2026Q3", project="nui"), tmp_path)
    assert read(tmp_path, "2026Q3")[1]["project"] == "dao"


@pytest.mark.parametrize("name", sorted(FILES - {"run.json"}))
def test_tampered_file_is_named(tmp_path: Path, name: str):
    place, _ = write(made(), tmp_path)
    data = bytearray((place / name).read_bytes())
    data[len(data) // 2] ^= 1
    (place / name).write_bytes(bytes(data))
    with pytest.raises(SnapshotError, match=rf"{Path(name).name} is not the file that the run wrote"):
        read(tmp_path, "2026Q3")
    (place / name).unlink()
    with pytest.raises(SnapshotError, match=rf"{Path(name).name} is not the file that the run wrote"):
        read(tmp_path, "2026Q3")


def test_file_that_no_run_wrote_is_no_table(tmp_path: Path):
    "A table laid into the folder by hand has no hash, so it is not part of the snapshot."
    place, _ = write(made(), tmp_path)
    (place / "targets.parquet").write_bytes((place / "terminals.parquet").read_bytes())
    assert "targets" not in read(tmp_path, "2026Q3")[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_damaged_run_json_is_said(tmp_path: Path, text: str):
    place, _ = write(made(), tmp_path)
    (place / "run.json").write_text(text, "utf-8")
    with pytest.raises(SnapshotError, match=r"run\.json"):
        read(tmp_path, "2026Q3")


def test_damaged_run_json_is_said_before_writing(tmp_path: Path):
    place, _ = write(made(), tmp_path)
    (place / "run.json").write_text("{", "utf-8")
    with pytest.raises(SnapshotError, match=r"run\.json"):
        write(made("2026Q4"), tmp_path)


# forms


def test_csv_is_for_spreadsheets(tmp_path: Path):
    "UTF-8 with its mark, CRLF, codes with zeros, missing as empty, formulas as text."
    snapshot = made()
    communes = gpd.GeoDataFrame(
        {
            "commune_code": ["00123", "00124", "00125"],
            "commune_name": ["=HYPERLINK(1)", 'Xã "Đông, Hà"', "+84"],
            "commune_type": pd.Series(["@x", None, "-1"], dtype=object),
            "note": pd.array(["\tx", None, "x=1"], dtype="string"),
            "lte_share": [np.nan, 0.5, -0.25],
            "terminals": pd.array([None, 1, 2], dtype="Int64"),
        },
        geometry=[shapely.box(0, 0, 1, 1)] * 3,
        crs=3405,
    )
    tables = {**snapshot.tables, "communes": communes}
    place, _ = write(Snapshot(tables, snapshot.rasters, snapshot.run), tmp_path)
    data = (place / "communes.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfcommune_code,")
    assert data.count(b"\r\n") == data.count(b"\n") == 4
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [list(row.values()) for row in rows] == [
        ["00123", "'=HYPERLINK(1)", "'@x", "'\tx", "", ""],
        ["00124", 'Xã "Đông, Hà"', "", "", "0.5", "1"],
        ["00125", "'+84", "'-1", "x=1", "-0.25", "2"],
    ]
    assert read(tmp_path, "2026Q3")[0]["communes"].commune_name[0] == "=HYPERLINK(1)"


def test_rasters_are_cloud_optimised(tmp_path: Path):
    place, _ = write(made(), tmp_path)
    with rasterio.open(place / "surface" / "signal.tif") as opened:
        assert opened.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert opened.block_shapes == [(512, 512)]
        assert opened.nodata == 255
        assert opened.tags()["tier"] == "regulator"
        assert opened.tags()["units"] == "1"
        assert opened.descriptions == ("signal",)
        assert CRS(opened.crs.to_wkt()) == CRS(3405)
        assert opened.transform == GRID.transform
        assert opened.read(1).tolist() == [[0, 1, 255], [1, 1, 0]]
        assert opened.dtypes == ("uint8",)
    with rasterio.open(place / "surface" / "people.tif") as opened:
        assert opened.nodata is None
        assert opened.read(1).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_large_raster_has_overviews_and_the_same_values(tmp_path: Path):
    grid = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (1100, 700))
    values = np.random.default_rng(1).integers(-1400, -400, grid.shape).astype(np.int16)
    received = grid.wrap(values, "strongest RSRP, Viettel", "0.1 dBm").assign_attrs(nodata=-32768)
    heights = grid.wrap(np.where(values < -600, np.nan, values).astype(np.float32), "terrain", "m")
    snapshot = made()
    rasters = {"rsrp": (grid, received), "terrain": (grid, heights.assign_attrs(nodata=float("nan")))}
    place, _ = write(Snapshot(snapshot.tables, rasters, snapshot.run), tmp_path)
    with rasterio.open(place / "surface" / "rsrp.tif") as opened:
        assert opened.overviews(1) != []
        assert opened.nodata == -32768
        assert (opened.read(1) == values).all()
        nearest = opened.read(1, out_shape=(grid.shape[0] // 2, grid.shape[1] // 2))
        assert set(np.unique(nearest)) <= set(np.unique(values))
    with rasterio.open(place / "surface" / "terrain.tif") as opened:
        assert np.isnan(opened.nodata)
        assert np.array_equal(opened.read(1), heights.values, equal_nan=True)


def test_zones_geopackage_opens_with_its_crs(tmp_path: Path):
    place, _ = write(made(), tmp_path)
    zones = gpd.read_file(place / "zones.gpkg")
    assert zones.crs == CRS(3405)
    assert zones.geom_type.tolist() == ["MultiPolygon"]
    assert zones.zone_id.tolist() == ["2026Q3-0001"]
    assert zones.people.tolist() == [7]


def test_a_folder_that_cannot_be_written_to_is_told_before_the_work(tmp_path):
    (tmp_path / "snapshots").write_text("a file stands in its place")
    with pytest.raises(SnapshotError, match="snapshots cannot be written to: "):
        make_ready(tmp_path / "snapshots")
    make_ready(tmp_path / "other" / "snapshots")
    assert list((tmp_path / "other" / "snapshots").iterdir()) == []
