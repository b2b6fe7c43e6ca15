"""Tiles of a study: a run goes on from those that are there, and an edit costs those within its reach."""

from __future__ import annotations

import hashlib
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_study import silent, small_study

from phusong import pipeline
from phusong.config import load
from phusong.errors import SnapshotError
from phusong.ledger import record
from phusong.ledger.period import Period
from phusong.ledger.tile_store import TileStore
from phusong.pipeline import surveying
from phusong.pipeline.ground import Plot
from phusong.pipeline.preparation import prepare

PERIOD = "2026Q3"


def digests(folder: Path) -> dict[str, str]:
    "Hash of each file of a snapshot."
    place = folder / "snapshots" / PERIOD
    return {
        str(f.relative_to(place)): hashlib.sha256(f.read_bytes()).hexdigest() for f in place.rglob("*") if f.is_file()
    }


def tiles(folder: Path) -> set[str]:
    "Keys of what is kept."
    return {file.name for file in (folder / "tiles").glob("??/*")}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    "The sample in pixels of 500 m and tiles of 40, run once; sites reach 3 km, so that few tiles hang on one of them."
    folder = small_study(tmp_path_factory.mktemp("tiled") / "study")
    file = folder / "project.toml"
    text = file.read_text("utf-8").replace("pixel_m = 500.0", "pixel_m = 500.0\ntile_pixels = 40")
    file.write_text(text.replace("[radio]", "[radio]\nreach_km = 3", 1), "utf-8")
    pipeline.run(load(folder), PERIOD, 2, silent)
    return folder


@pytest.fixture
def own(study, tmp_path):
    "A copy to be changed."
    shutil.copytree(study, tmp_path / "study")
    return tmp_path / "study"


def test_a_run_with_all_tiles_there_computes_none(own, monkeypatch):
    before = digests(own)
    monkeypatch.setattr(surveying, "receive", None)
    pipeline.run(load(own), PERIOD, 1, silent)
    assert digests(own) == before


def test_it_goes_on_from_the_tiles_that_are_whole(own):
    "Of a run that was killed some tiles are there, one is cut off, and a draft of one lies about."
    before, keys = digests(own), sorted(tiles(own))
    # what only quickens a run after an edit is not made again for its own sake
    pasts = {key for key in keys if "world" in TileStore(own / "tiles")[key]}
    shutil.rmtree(own / "snapshots")
    files = {file.name: file for file in (own / "tiles").glob("??/*")}
    for key in keys[::2]:
        files[key].unlink()
    files[keys[1]].write_bytes(files[keys[1]].read_bytes()[:-7])
    draft = files[keys[3]].with_name(f".{keys[3]}.1.1")
    draft.write_bytes(b"half")
    pipeline.run(load(own), PERIOD, 2, silent)
    assert digests(own) == before
    assert 0 < len(pasts) < len(keys) / 2
    assert tiles(own) | pasts == set(keys)


def test_without_the_folder_of_tiles_the_same_comes_again(own):
    before = digests(own)
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    pipeline.run(load(own), PERIOD, 1, silent)
    assert digests(own) == before


@pytest.fixture
def received(monkeypatch):
    "Tiles that the radio stage computes."
    real, made = surveying.receive, []

    def receive(tile, *given):
        made.append(tile.grid)
        return real(tile, *given)

    monkeypatch.setattr(surveying, "receive", receive)
    return made


def test_a_changed_site_costs_the_tiles_within_its_reach(own, received):
    file = own / load(own).layers.sites.path
    sites = pd.read_csv(file, dtype=str)
    row = np.flatnonzero((sites.status == "on_air") & (sites.frequency_mhz.astype(float) > 1000))[0]
    sites.loc[row, "eirp_dbm"] = str(float(sites.eirp_dbm[row]) - 20)
    sites.to_csv(file, index=False)
    pipeline.run(load(own), PERIOD, 2, silent)
    found, changed = digests(own), len(received)
    shutil.rmtree(own / "tiles")
    pipeline.run(load(own), PERIOD, 2, silent)
    assert digests(own) == found
    assert 1 <= changed < (len(received) - changed) / 2


def edited(table, column=None, change=None, kept=slice(None)):
    "An edit of a table of the layers: every third value of a column, or the rows that are kept."

    def edit(folder):
        layer = getattr(load(folder).layers, table)
        rows = pd.read_csv(folder / layer.path, dtype=str, sep=None, engine="python").iloc[kept]
        if column:
            own = layer.columns.get(column, column)
            rows.loc[rows.index[::3], own] = rows[own][::3].map(change)
        rows.to_csv(folder / layer.path, index=False)

    return edit


def told(section, line):
    "A line more in a section of the project file."

    def edit(folder):
        file = folder / "project.toml"
        text = file.read_text("utf-8")
        new = f"[{section}]\n{line}"
        text = text.replace(f"[{section}]", new, 1) if f"[{section}]\n" in text else f"{text}\n{new}\n"
        file.write_text(text, "utf-8")

    return edit


EDITS = {
    "power of villages": edited("villages", "has_grid_power", {"có": "không", "không": "có"}.get),
    "places of villages": edited("villages", "latitude", lambda text: str(float(text) + 0.01)),
    "sites that are off": edited("sites", "status", lambda _: "off"),
    "sites that are gone": edited("sites", kept=slice(None, None, 2)),
    "tilts that are tried": told("cause", "tilts_deg = [1, 3]"),
    "smaller zones": told("zones", "min_people = 3"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_nothing_that_is_kept_outlives_what_it_depends_on(own, edit):
    "A run after an edit is the run that a study with the edit would have had at once."
    before = digests(own)
    edit(own)
    pipeline.run(load(own), PERIOD, 2, silent)
    found = digests(own)
    assert found["zones.parquet"] != before["zones.parquet"]
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    pipeline.run(load(own), PERIOD, 2, silent)
    assert digests(own) == found


def test_ground_that_is_not_studied_costs_nothing_and_shows_nowhere(own, monkeypatch):
    "Computed or not, the snapshot is the same; villages that stand there, off their commune, keep their signal."
    edited("villages", "latitude", lambda text: str(float(text) + 0.1))(own)
    real, strayed, unasked = surveying.receive, [], []

    def everywhere(tile, project, ground, inside, wanted, *rest):
        strayed.append((wanted & ~inside).sum())
        unasked.append((~wanted).sum())
        assert (wanted | ~inside).all()
        part, whole = (real(tile, project, ground, inside, asked, *rest) for asked in (wanted, wanted | True))
        assert not any(codes[~wanted].any() for codes in part.level.values())
        return whole

    pipeline.run(load(own), PERIOD, 1, silent)
    found = digests(own)
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    monkeypatch.setattr(surveying, "receive", everywhere)
    pipeline.run(load(own), PERIOD, 1, silent)
    assert digests(own) == found
    assert sum(strayed) > 0
    assert sum(unasked) > 1000


def test_what_the_tiles_hang_on_changes_their_keys(own, received, monkeypatch):
    "Another setting of the radio is another computation of every tile, and the people stay divided as they are."
    told("radio", "time_percent = 40")(own)
    monkeypatch.setattr(Plot, "divide", None)
    pipeline.run(load(own), PERIOD, 2, silent)
    project = load(own)
    grids = prepare(project, Period.parse(PERIOD), silent).grid.tiles(project.grid.tile_pixels)
    assert 1 < len(received) <= len(list(grids))


def test_an_input_that_changes_during_the_run_is_refused(own, monkeypatch):
    before, file = digests(own), own / load(own).layers.villages.path

    def survey(*given):
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")
        return surveying.survey(*given)

    monkeypatch.setattr(pipeline, "survey", survey)
    with pytest.raises(SnapshotError, match=rf"{file.name} changed during the run\. Nothing was written"):
        pipeline.run(load(own), PERIOD, 1, silent)
    assert digests(own) == before


def test_a_file_that_went_away_during_the_run_is_told():
    one = {"layer": "sites", "file": "a.csv", "sha256": "0"}
    record.refuse_changed([one], [one])
    with pytest.raises(SnapshotError, match="a file that was there changed"):
        record.refuse_changed([one, {**one, "file": "b.csv"}], [one])


def test_the_second_run_at_once_is_refused(own):
    holds = "import sys, pathlib, time\nfrom phusong.ledger.lock import alone\n"
    holds += "with alone(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)\n"
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(own / "tiles")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SnapshotError, match="Another run of this project is on"):
            pipeline.run(load(own), PERIOD, 1, silent)
        other.kill()


def test_workers_of_a_cluster_give_the_same_bytes_and_one_may_be_lost(own, monkeypatch):
    "Two workers in processes of their own; one is killed when the first tile has come."
    distributed = pytest.importorskip("distributed")
    before = digests(own)
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    with distributed.LocalCluster(**settings) as cluster:
        keep, lost = TileStore.keep, []

        def keep_and_kill(self, key, arrays):
            if not lost:
                lost.append(next(iter(cluster.workers.values())))
                cluster.sync(lost[0].kill)
            keep(self, key, arrays)

        monkeypatch.setattr(TileStore, "keep", keep_and_kill)
        pipeline.run(load(own), PERIOD, 1, silent, cluster.scheduler_address)
    assert lost
    assert digests(own) == before


def test_processes_give_the_same_bytes_and_one_may_be_killed(own, monkeypatch):
    "Two processes, which begin at once; one is killed when the first tile has come."
    before = digests(own)
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    monkeypatch.setattr(importlib.import_module("phusong.pipeline.workforce"), "PATIENCE_S", 0.0)
    keep, begun, lost = TileStore.keep, set(), []

    def keep_and_kill(self, key, arrays):
        begun.update(child.pid for child in multiprocessing.active_children())
        if not lost and len(begun) == 2:
            lost.append(min(begun))
            os.kill(lost[0], signal.SIGKILL)
        keep(self, key, arrays)

    pipeline.run(load(own), PERIOD, 2, silent, processes=True)
    assert digests(own) == before
    shutil.rmtree(own / "tiles")
    shutil.rmtree(own / "snapshots")
    monkeypatch.setattr(TileStore, "keep", keep_and_kill)
    pipeline.run(load(own), PERIOD, 2, silent, processes=True)
    assert lost
    assert digests(own) == before


def test_a_run_goes_on_without_a_terrain_file_that_breaks_off(own, phusong):
    "Half of the ground of the sample is unknown then, and a quarter like that is not closed."
    file = sorted((own / "data" / "terrain").iterdir())[0]
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    said = phusong("run", own, "--period", PERIOD)
    assert said.status == 3
    assert "Incomplete: see the warnings in run.json" in said.err
    run = json.loads((own / "snapshots" / PERIOD / "run.json").read_text("utf-8"))
    assert run["state"] == "incomplete"
    assert any(file.name in warning and "the run incomplete" in warning for warning in run["warnings"])
    assert run["counts"]["terrain"]["study_covered_share"] < 0.9
    refused = phusong("ledger", "close", own, "--period", PERIOD, "--by", "An")
    assert refused.status == 1
    assert f"The run of {PERIOD} is incomplete: terrain: {file.name}" in refused.err


def test_without_any_terrain_the_file_is_named(own, phusong):
    for file in (own / "data" / "terrain").iterdir():
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    said = phusong("run", own, "--period", PERIOD)
    assert said.status == 1
    assert "cannot be read to its end" in said.err
