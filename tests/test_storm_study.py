"""`phusong storm` on the sample province: held to a recount without footprints, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from scipy import sparse
from small_study import silent
from typer.testing import CliRunner

from phusong.cli import app
from phusong.config import Project, load
from phusong.errors import LayerError
from phusong.layers.field import Array
from phusong.ledger.period import Period
from phusong.pipeline import footprints, storm
from phusong.pipeline.preparation import placed, populate, prepare
from phusong.power.dependency import dependency
from phusong.power.supply import supply
from phusong.radio.coverage import strongest_servers
from phusong.radio.levels import best, by_operator
from phusong.sample import write_sample
from phusong.units import ANY, LEVEL_FLOOR, LIMITED, MICRO, VERY_GOOD

CUT = "TBA-02"
HOURS = (4, 8, 24, 72)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    "The sample province on pixels of 500 m, in six tiles."
    place = tmp_path_factory.mktemp("storm") / "study"
    file = write_sample(place)
    text = file.read_text("utf-8").replace("pixel_m = 100.0", "pixel_m = 500.0\ntile_pixels = 50")
    assert "tile_pixels" in text
    file.write_text(text, "utf-8")
    return place


@pytest.fixture(scope="module")
def study(folder):
    "The project, its layers and its people."
    project = load(folder)
    inputs = prepare(project, Period.parse("2026Q3"), silent)
    return project, inputs, populate(project, inputs)[0]


@pytest.fixture
def read_once(study, monkeypatch):
    "The layers are those of the module; nothing is read again."
    monkeypatch.setattr(storm, "prepare", lambda *_: study[1])
    monkeypatch.setattr(storm, "populate", lambda *_: (study[2], None, None))


def call(folder: Path, *arguments: object):
    "The command's result; its faults stand in `exception`."
    return CliRunner().invoke(app, ["storm", str(folder), "--period", "2026Q3", *map(str, arguments)])


def refused(folder: Path, *arguments: object) -> str:
    "The sentence of a refusal."
    result = call(folder, *arguments)
    assert result.exit_code == 1, result.output
    return str(result.exception)


def tables(out: Path) -> dict[str, pd.DataFrame]:
    codes = {"commune_code": str, "feeder_id": str}
    return {file.stem: pd.read_csv(file, dtype=codes, encoding="utf-8-sig") for file in out.glob("*.csv")}


@pytest.fixture(scope="module")
def cut(folder, study):
    "Tables and record after one substation is cut, with every single failure."
    out = folder / "cut"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storm, "prepare", lambda *_: study[1])
        result = call(folder, "--substations", CUT, "--single-failures", "--out", out, "--workers", 2)
    assert result.exit_code == 0, result.exception
    return tables(out), json.loads((out / "storm.json").read_text("utf-8")), result.output


def recount(project: Project, inputs, divided: sparse.csr_array, alive: pd.Series) -> dict[tuple[str, str], np.ndarray]:
    "Micro-persons of each commune with signal, by technology and operator, from the living sites alone."
    sites = placed(inputs.sites[inputs.sites.on_air & alive].reset_index(drop=True))
    servers = strongest_servers(sites, inputs.heights_m, inputs.terrain_grid, inputs.grid, project.radio, 2)
    levels: dict[tuple[str, str], np.ndarray] = {}
    for key, codes, _ in by_operator(servers, project.radio, inputs.grid.pixel_m):
        assert not (codes > VERY_GOOD).any()
        levels[key] = codes
    operators = {operator for _, operator in levels}
    for operator in operators:
        own = [levels[t, operator] for t in ("LTE", "NR") if (t, operator) in levels]
        levels[ANY, operator] = best(own)
    return {key: divided @ (LEVEL_FLOOR[codes].ravel() >= LIMITED).astype(np.int64) for key, codes in levels.items()}


def test_a_cut_substation_is_the_recount_without_its_dead_sites(study, cut):
    "At each hour the radio engine is run anew over the sites that live, and nothing else is taken from the storm test."
    project, inputs, divided = study
    found, record, _ = cut
    communes, totals, sites = found["by_commune"], found["by_operator"], inputs.sites
    hanging = (sites.substation_id == CUT) & (sites.power_source == "grid")
    assert 20 < hanging[sites.on_air].sum() < sites.on_air.sum()
    seen = set()
    for hour in (0, *HOURS):
        covered = recount(project, inputs, divided, ~hanging | (sites.backup_hours >= hour))
        names = ("low", "high") if hour else ("before",)
        for (technology, operator), micro in covered.items():
            first = {"technology": technology, "operator": operator, "hour": hour or HOURS[0]}
            here = communes[(communes[list(first)] == pd.Series(first)).all(axis=1)]
            total = totals[(totals[list(first)] == pd.Series(first)).all(axis=1)]
            people = (micro + MICRO // 2) // MICRO
            assert here.commune_code.tolist() == inputs.communes.commune_code.tolist()
            for name in names:
                assert here[f"{name}_people"].tolist() == people.tolist()
                assert total[f"{name}_people"].tolist() == [people.sum()]
                assert total[f"communes_{name}"].tolist() == [(micro > 0).sum()]
            seen.add((technology, operator, hour, int(people.sum())))
    of_any = sorted((hour, people) for technology, operator, hour, people in seen if technology == operator == ANY)
    assert len(of_any) == 5
    assert [people for _, people in of_any] == sorted((people for _, people in of_any), reverse=True)
    assert of_any[0][1] > of_any[-1][1]
    assert len(seen) == 5 * len(totals[totals.hour == 4])
    assert record["hazard"]["sites_cut"] == int(hanging[sites.on_air].sum())


def test_the_single_failure_of_that_substation_is_its_storm(cut):
    found = cut[0]
    failures, totals = found["failures"], found["by_operator"].set_index(["hour", "technology", "operator"])
    own = failures[failures.failure_id == CUT].set_index(["hour", "technology", "operator"])
    assert set(own.index) == set(totals.index)
    told = totals.loc[own.index]
    # people are rounded at the commune, once before and once after
    assert (own.silenced_high_people - (told.before_people - told.low_people)).abs().max() <= 100
    assert (own.villages_high == told.villages_before - told.villages_low).all()
    assert found["worst_failures"].failure_id.iloc[0] == CUT
    assert found["worst_failures"].failure_name.iloc[0].startswith("Trạm")
    assert set(failures.kind) == {"substation", "feeder", "mast"}


def test_villages_and_sites_agree_with_their_sums(cut):
    found = cut[0]
    villages = found["villages"].groupby(["hour", "technology"]).covered.apply(lambda answers: (answers == "yes").sum())
    totals = found["by_operator"]
    of_any = totals[totals.operator == ANY].set_index(["hour", "technology"])
    assert (villages.sort_index() == of_any.villages_low.sort_index()).all()
    states = found["sites"].groupby(["hour", "state"]).size()
    together = of_any.xs(ANY, level="technology")
    assert states.xs("dark", level="state").tolist() == together.dark.tolist()
    assert "commune_name" in found["by_commune"]
    supply = found["supply"]
    assert "geometry" not in supply
    assert supply.villages.sum() > of_any.villages_before.max() > supply.villages.max() > 1


def test_the_record_tells_what_was_tested_and_what_could_not_be_used(cut):
    _, record, output = cut
    assert record["hazard"]["kind"] == "substations"
    assert record["hazard"]["substations"] == [CUT]
    assert CUT in record["hazard"]["nodes_lost"]
    assert record["tier"] == "regulator"
    assert record["counts"]["footprints"]["any"]["pairs"] == sum(
        record["counts"]["footprints"][name]["pairs"] for name in ("LTE", "NR")
    )
    assert {"sites.csv", "substations.csv"} <= {entry["file"] for entry in record["inputs"]}
    assert "SYNTHETIC" in output
    assert "Substations without sites: 0" in output
    assert "The single failures that hurt most" in output
    assert "Communes without a live hardened site" in output


def test_the_same_bytes_whether_kept_or_computed_by_one_or_two(folder, cut, read_once):
    del cut, read_once
    kept = call(folder, "--substations", CUT, "--out", folder / "one")
    assert "as kept from an earlier command" in kept.output
    apart = call(folder, "--substations", CUT, "--out", folder / "two", "--no-cache", "--workers", 1)
    assert "nothing was read from the cache" in apart.output
    one, two = (
        {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (folder / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two
    assert "failures.csv" not in one


def test_damaged_or_other_footprints_are_computed_anew_with_a_word(folder, study, cut):
    del cut
    project, inputs, _ = study
    file = folder / footprints.FOLDER / "footprints.kept"
    whole = file.read_bytes()
    wanted = np.zeros(inputs.grid.shape, bool)
    wanted[40:60, 40:60] = True
    small = replace_folder(project, folder / "elsewhere")
    small.folder.mkdir()
    first, origin = footprints.reach(small, inputs, wanted, 1, silent, True)
    assert origin == "computed"
    kept = small.folder / footprints.FOLDER / "footprints.kept"
    again, origin = footprints.reach(small, inputs, wanted, 1, silent, True)
    assert origin == "kept"
    assert_same(first, again)
    sound, told = kept.read_bytes(), []
    for place in range(0, len(sound), len(sound) // 15):
        broken = bytearray(sound)
        broken[place] ^= 255
        kept.write_bytes(broken)
        again, origin = footprints.reach(small, inputs, wanted, 1, silent, True)
        assert_same(first, again)
        told.append(origin)
    assert set(told) == {"damaged", "other"}  # the first byte is the key's
    assert told.count("damaged") > 10
    for damage in (sound[:1000], sound + b"!"):
        kept.write_bytes(damage)
        again, origin = footprints.reach(small, inputs, wanted, 1, silent, True)
        assert origin == "damaged"
        assert_same(first, again)
    wanted[0, 0] = True
    assert footprints.reach(small, inputs, wanted, 1, silent, True)[1] == "other"
    hotter = replace(inputs, terrain=Array(inputs.terrain_grid, inputs.heights_m + np.float32(1)))
    assert footprints.reach(small, hotter, wanted, 1, silent, True)[1] == "other"
    assert file.read_bytes() == whole
    assert [entry.name for entry in kept.parent.iterdir()] == ["footprints.kept"]


def replace_folder(project: Project, folder: Path) -> Project:
    return project.model_copy(update={"folder": folder})


def assert_same(one: footprints.Reach, other: footprints.Reach) -> None:
    pd.testing.assert_frame_equal(one.sites, other.sites)
    assert np.array_equal(one.starts, other.starts)
    assert np.array_equal(one.pixels, other.pixels)
    assert one.pixels.size > 0
    assert list(one.dark) == list(other.dark)
    assert all(np.array_equal(one.dark[key], other.dark[key]) for key in one.dark)


def square(inputs, east_m: float = 0.0, size_m: float = 15_000) -> gpd.GeoDataFrame:
    "In the middle of the study, or so far east of it."
    west, south, east, north = inputs.grid.bounds
    x, y = (west + east) / 2 + east_m, (south + north) / 2
    return gpd.GeoDataFrame(geometry=[shapely.box(x - size_m, y - size_m, x + size_m, y + size_m)], crs=inputs.grid.crs)


def test_an_area_in_another_crs_strikes_the_sites_in_it(folder, study, cut, read_once):
    del cut, read_once
    _, inputs, _ = study
    area = square(inputs)
    area.to_crs(4326).to_file(folder / "bão số 3.geojson")
    result = call(folder, "--area", folder / "bão số 3.geojson", "--hours", "8")
    assert result.exit_code == 0, result.exception
    out = folder / "storms" / "2026Q3-area-bao_so_3"
    record, found = json.loads((out / "storm.json").read_text("utf-8")), tables(out)
    on_air = inputs.sites[inputs.sites.on_air]
    struck = on_air.within(area.geometry.iloc[0])
    assert record["hazard"]["sites_struck"] == int(struck.sum()) > 10
    states = found["sites"].set_index("site_id").state
    short = on_air.site_id[struck & (on_air.backup_hours < 8)]
    assert (states[short] == "dark").all()
    assert (states[on_air.site_id[struck & (on_air.backup_hours >= 8)]] == "alive").all()
    assert found["by_operator"].hour.unique().tolist() == [8]


def test_storms_that_cannot_be_are_refused_in_a_sentence(folder, study, read_once):
    del read_once
    _, inputs, _ = study
    square(inputs, 500_000).to_file(folder / "far.gpkg")
    assert "lies outside the study" in refused(folder, "--area", folder / "far.gpkg")
    empty = {"type": "FeatureCollection", "features": []}
    (folder / "empty.geojson").write_text(json.dumps(empty), "utf-8")
    assert "empty.geojson is empty" in refused(folder, "--area", folder / "empty.geojson")
    assert "no substation or feeder is called TBA-99 (there is TBA-0" in refused(folder, "--substations", "TBA-99")
    assert "--substations names none" in refused(folder, "--substations", ",")
    assert "give one of" in refused(folder)
    assert "found --area and --substations" in refused(folder, "--area", "x.gpkg", "--substations", CUT)
    assert "expected hours such as" in refused(folder, "--substations", CUT, "--hours", "four")
    assert "must be 0 or more (found -4.0)" in refused(folder, "--substations", CUT, "--hours", "-4")
    assert "is for --probability" in refused(folder, "--substations", CUT, "--outside-probability", "0")
    assert "is not a quarter" in refused(folder, "--substations", CUT, "--period", "2026")
    assert "holds something else" in refused(folder, "--substations", CUT, "--out", folder / "data")


def raster_of(folder: Path, inputs, west_half: float) -> Path:
    "A probability for the western half of the study; no data in the eastern."
    west, south, east, north = inputs.terrain_grid.bounds
    array = np.array([[west_half, -1]], np.float32)
    transform = rasterio.transform.from_bounds(west, south, east, north, 2, 1)
    profile = {"driver": "GTiff", "height": 1, "width": 2, "count": 1, "dtype": "float32", "nodata": -1}
    with rasterio.open(folder / "gio.tif", "w", **profile, crs=inputs.grid.crs.to_wkt(), transform=transform) as raster:
        raster.write(array, 1)
    return folder / "gio.tif"


def test_by_chance_where_the_raster_speaks_and_as_told_elsewhere(folder, study, cut, read_once):
    del read_once
    _, inputs, _ = study
    file = raster_of(folder, inputs, 1.0)
    told = refused(folder, "--probability", file)
    middle = (inputs.grid.bounds[0] + inputs.grid.bounds[2]) / 2
    on_air = inputs.sites[inputs.sites.on_air]
    outside, stations = (on_air.geometry.x > middle).sum(), (inputs.substations.geometry.x > middle).sum()
    assert f"says nothing of {outside} sites and {stations} substations" in told
    assert "--outside-probability P" in told
    result = call(folder, "--probability", file, "--outside-probability", 0, "--hours", "72")
    assert result.exit_code == 0, result.exception
    assert f"Off the raster or without data: {outside} sites, {stations} substations" in result.output
    found = tables(folder / "storms" / "2026Q3-probability-gio")["monte_carlo"]
    assert found.draws.unique().tolist() == [200]
    certain = found[(found.technology == ANY) & (found.operator == ANY)].iloc[0]
    assert certain.p5_people == certain.p95_people == certain.mean_people  # each chance is 0 or 1
    before = cut[0]["by_operator"].query("technology == 'any' and operator == 'any'").before_people.iloc[0]
    assert certain.mean_people < before


def test_failures_alone_need_no_storm(folder, cut, read_once):
    del read_once
    result = call(folder, "--single-failures")
    assert result.exit_code == 0, result.exception
    found = tables(folder / "storms" / "2026Q3-single-failures")
    assert "by_operator" not in found
    pd.testing.assert_frame_equal(found["failures"], cut[0]["failures"])


def test_sites_without_backup_and_substations_without_sites_are_told(folder, study, cut, monkeypatch):
    "Half of the sites say nothing of their backup: from low to high; one more substation, and one that is not listed."
    del cut
    _, inputs, divided = study
    silent_half = inputs.sites.backup_hours.where(np.arange(len(inputs.sites)) % 2 == 0)
    renamed = inputs.sites.substation_id.replace("TBA-03", "TBA-33")
    more = inputs.substations.iloc[[0]].assign(substation_id="TBA-77")
    stations = gpd.GeoDataFrame(pd.concat([inputs.substations, more], ignore_index=True), crs=inputs.grid.crs)
    changed = replace(
        inputs, substations=stations, sites=inputs.sites.assign(backup_hours=silent_half, substation_id=renamed)
    )
    monkeypatch.setattr(storm, "prepare", lambda *_: changed)
    monkeypatch.setattr(storm, "populate", lambda *_: (divided, None, None))
    result = call(folder, "--substations", CUT, "--out", folder / "poor", "--no-cache")
    assert result.exit_code == 0, result.exception
    assert "Substations without sites: 2 (TBA-03, TBA-77)" in result.output
    assert "Substations that sites name and the layer has not: 1 (TBA-33)" in result.output
    record = json.loads((folder / "poor" / "storm.json").read_text("utf-8"))
    on_air = inputs.sites.on_air
    assert record["counts"]["supply"]["autonomy_unknown"] == int(silent_half[on_air].isna().sum())
    last = tables(folder / "poor")["by_operator"].query("hour == 72 and technology == 'any'").iloc[-1]
    assert last.low_people < last.high_people <= last.before_people
    assert last.unknown > 0


def test_substations_that_feed_each_other_are_refused(study):
    _, inputs, _ = study
    fed = inputs.substations.assign(fed_from=None)
    fed.loc[fed.substation_id == "TBA-01", "fed_from"] = "TBA-02; TBA-03"
    fed.loc[fed.substation_id == "TBA-03", "fed_from"] = "TBA-01"
    supplied = supply(inputs.sites[inputs.sites.on_air], fed, storm.Storm())
    with pytest.raises(LayerError, match="in a circle: TBA-01 -> TBA-03 -> TBA-01"):
        dependency(supplied, fed, storm._feeds(fed))
    pairs = storm._feeds(fed)
    assert pairs.fed_from.tolist() == ["TBA-02", "TBA-03", "TBA-01"]


def test_a_storm_that_fails_leaves_the_earlier_tables(folder, cut, read_once, monkeypatch):
    del cut, read_once
    out = folder / "kept"
    assert call(folder, "--substations", CUT, "--out", out).exit_code == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    monkeypatch.setattr(storm, "failures", lambda *_: 1 / 0)
    assert call(folder, "--substations", CUT, "--out", out).exit_code == 1
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    shutil.rmtree(out)
