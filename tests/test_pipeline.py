"""The main job on the sample province: same bytes every time, sums that agree, refused runs that lose nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.features
from small_study import silent

from phusong import pipeline
from phusong.config import load
from phusong.errors import ConfigError, PhusongError, SnapshotError
from phusong.ledger import snapshot
from phusong.ledger.figures import DERIVED, derived, kept
from phusong.sample import write_sample
from phusong.text import slug

ROOT = Path(__file__).resolve().parents[1]


def digests(folder: Path) -> dict[str, str]:
    "Hash of each file of a snapshot."
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed(folder: Path, old: str, new: str) -> None:
    "Edit a project file."
    file = folder / "project.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    "The sample province in pixels of 200 m, run once for 2026Q3 with one worker."
    folder = tmp_path_factory.mktemp("sample") / "study"
    write_sample(folder)
    changed(folder, "pixel_m = 100.0", "pixel_m = 200.0")
    outcome = pipeline.run(load(folder), "2026Q3", 1, silent)
    return folder, outcome


@pytest.fixture
def fresh(sample, tmp_path):
    "A copy of the sample study without its snapshots, to be changed."
    shutil.copytree(sample[0], tmp_path / "study", ignore=shutil.ignore_patterns("snapshots", "logs", "maps", "tiles"))
    return tmp_path / "study"


@pytest.fixture
def again(sample, tmp_path):
    "A copy of the sample study with the snapshot that was run."
    shutil.copytree(sample[0], tmp_path / "study")
    return tmp_path / "study"


def test_the_same_inputs_give_the_same_bytes_with_two_workers(sample, fresh):
    again = pipeline.run(load(fresh), "2026Q3", 2, silent)
    assert digests(again.folder) == digests(sample[1].folder)


def test_tiles_change_nothing_but_their_setting(sample, fresh):
    project = load(fresh)
    tiled = project.model_copy(update={"grid": project.grid.model_copy(update={"tile_pixels": 150})})
    again = digests(pipeline.run(tiled, "2026Q3", 2, silent).folder)
    once = digests(sample[1].folder)
    again.pop("run.json"), once.pop("run.json")
    assert again == once


def test_a_rerun_replaces_the_period_and_leaves_nothing_else(again):
    folder = again / "snapshots" / "2026Q3"
    before, written = digests(folder), (folder / "run.json").stat().st_ino
    pipeline.run(load(again), "2026Q3", 2, silent)
    assert digests(folder) == before
    assert (folder / "run.json").stat().st_ino != written
    assert [path.name for path in (again / "snapshots").iterdir()] == ["2026Q3"]


def test_people_in_are_people_out(sample):
    edition = sample[1].edition
    balance = edition.run["balance"]
    assert balance["relative_difference"] < 1e-6
    assert edition.communes.people.sum() == pytest.approx(balance["study"], abs=len(edition.communes))


def test_every_classification_sums_to_the_people_of_each_commune(sample):
    communes = sample[1].edition.communes
    levels = ("none", "limited", "good", "very_good", "unknown")
    for names in (
        [f"gap_{name}_people" for name in ("none", "signal", "power", "both", "unknown")],
        [f"power_{name}_people" for name in ("yes", "no", "unknown")],
        [f"nr_{name}_people" for name in levels],
        [f"lte_{name}_people" for name in levels],
    ):
        assert (communes[names].sum(axis=1) == communes.people).all()


def test_zones_and_scattered_people_are_the_gaps_people(sample):
    edition = sample[1].edition
    scattered = edition.run["counts"]["zones"]["scattered_people"]
    for kind in ("signal", "power", "both"):
        drawn = edition.zones.people[edition.zones.gap == kind].sum()
        whole = edition.communes[f"gap_{kind}_people"].sum()
        assert drawn + scattered[kind] == pytest.approx(whole, abs=len(edition.communes) + len(edition.zones))
    assert (edition.zones.people >= 10).all()


def test_the_people_of_a_zone_are_those_of_its_pixels(sample):
    "Counted again by another program's reading of outlines: the centres of pixels that lie inside."
    zones = sample[1].edition.zones
    with rasterio.open(sample[1].folder / "surface" / "people.tif") as raster:
        people, transform = raster.read(1).astype(float), raster.transform
    for outline, counted in zip(zones.geometry, zones.people, strict=True):
        inside = rasterio.features.geometry_mask([outline], people.shape, transform, invert=True)
        assert counted == pytest.approx(people[inside].sum(), abs=0.51)


def test_zones_are_ranked_by_their_score_and_say_why(sample):
    zones = sample[1].edition.zones
    assert zones["rank"].tolist() == list(range(1, len(zones) + 1))
    assert (zones.score.diff().dropna() <= 0).all()
    assert ((zones.rank_low <= zones["rank"]) & (zones["rank"] <= zones.rank_high)).all()
    following = zones.zone_id.iloc[1:].tolist()
    assert [name in why for name, why in zip(following, zones.why_vi.iloc[:-1], strict=True)] == [True] * len(following)
    assert pd.isna(zones.why_vi.iloc[-1])


def test_the_joint_classes_of_the_provinces_sum_to_the_people(sample):
    communes = sample[1].edition.communes
    provinces = pd.read_parquet(sample[1].folder / "provinces.parquet")
    states = ("served", "not_served", "unknown")
    nine = [f"signal_{s}_power_{p}_people" for s in states for p in states]
    assert (provinces[nine].sum(axis=1) == provinces.people).all()
    assert provinces.people.iloc[-1] == provinces.people.iloc[:-1].sum() == communes.people.sum()
    served = provinces[[f"signal_served_power_{p}_people" for p in states]].sum(axis=1)
    assert ((provinces.fragile_people > 0) & (provinces.fragile_people < served)).all()
    milestones = pd.read_parquet(sample[1].folder / "milestones.parquet")
    assert (milestones.groupby("by").communes.max() == len(communes)).all()


def test_sdg_7_1_1_is_between_its_bounds_and_near_the_flags(sample):
    table = derived(pd.read_parquet(sample[1].folder / "indicators.parquet"))
    study = table[table.unit_level == "study"].set_index("definition_id")
    expected, flagged = (study.loc[f"people_with_{name}_share"] for name in ("electricity_expected", "power"))
    assert expected.low <= expected.value <= expected.high
    assert expected.value == pytest.approx(flagged.value, abs=0.02)
    assert expected.value != flagged.value


def test_people_expected_without_signal_are_told_of_zones_that_lack_it(sample):
    zones = sample[1].edition.zones
    names = [f"without_signal_{name}_people" for name in ("low", "expected", "high")]
    assert (zones[names].isna().all(axis=1) == (zones.gap == "power")).all()
    dark = zones[zones.gap != "power"]
    low, expected, high = (dark[name].to_numpy(int) for name in names)
    assert ((low <= expected) & (expected <= high) & (high <= dark.people)).all()
    assert (low < high).mean() > 0.5
    assert expected.sum() > 0.5 * dark.people.sum()


def test_every_zone_without_signal_has_a_cause_with_its_number(sample):
    zones = sample[1].edition.zones
    causes = pd.read_parquet(sample[1].folder / "zone_causes.parquet")
    assert zones.cause.notna().all()
    assert set(causes.zone_id) == set(zones.zone_id)
    named = causes.merge(zones[["zone_id", "cause"]], on=["zone_id", "cause"])
    assert len(named) == len(zones)
    assert named.holds.all()
    reaching = named[named.cured_share.notna()]
    assert (reaching.cured_share >= 0.5).all()
    assert (reaching.cured_people <= reaching.tested_people).all()


def test_fragile_is_only_what_is_served(sample):
    folder = sample[1].folder / "surface"
    with rasterio.open(folder / "fragile.tif") as fragile, rasterio.open(folder / "signal.tif") as signal:
        lost, served = fragile.read(1), signal.read(1)
    assert set(np.unique(lost)) <= {0, 1, 254, 255}
    assert (served[lost == 1] == 1).all()
    assert (lost[served == 0] == 0).all()
    assert 0 < (lost == 1).sum() < (served == 1).sum()


def test_the_filed_list_is_kept_row_by_row_beside_the_prediction(sample):
    "Every row has one outcome; what is filed is as it was filed."
    listed = pd.read_parquet(sample[1].folder / "dead_zone_list.parquet")
    counts = sample[1].edition.run["counts"]["listed"]
    filed = pd.read_csv(sample[0] / "data" / "dead_zone_list.csv", dtype=str)
    assert len(listed) == len(filed) == sum(n for name, n in counts.items() if name in set(listed.outcome))
    assert {"agreed", "contradicted", "unmatched"} <= set(listed.outcome)
    states = sample[1].edition.villages.set_index("village_id").signal
    agreed = listed[(listed.outcome == "agreed") & (listed.lacks == "signal")]
    assert (states[agreed.matched_id] == "not_served").all()


def test_village_people_do_not_exceed_the_study(sample):
    edition = sample[1].edition
    known = edition.communes[["power_yes_people", "power_no_people"]].to_numpy().sum()
    flagged = edition.villages[edition.villages.power != "unknown"].people.sum()
    assert flagged == pytest.approx(known, abs=len(edition.villages) + len(edition.communes))


def test_5g_grows_from_quarter_to_quarter(sample, fresh):
    early = pipeline.run(load(fresh), "2025Q4", 2, silent).edition.communes
    late = sample[1].edition.communes
    assert early.nr_people.sum() < late.nr_people.sum()
    assert early.nr_sites.sum() < late.nr_sites.sum()


def test_the_snapshot_says_what_it_is_made_of(sample):
    folder, outcome = sample
    run = json.loads((outcome.folder / "run.json").read_text("utf-8"))
    for entry in run["inputs"]:
        file = next(folder.rglob(entry["file"]))
        assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert entry["synthetic"]
    for account in (run["counts"][name] for name in ("communes", "sites", "villages", "terminals", "outages")):
        assert account["rows_in"] == account["accepted"] + len(account["refused"])
    assert run["model_card"]["model"]
    assert str(folder) not in json.dumps(run)


def test_every_table_says_it_is_synthetic(sample):
    for file in sample[1].folder.glob("*.parquet"):
        assert (pd.read_parquet(file, columns=["synthetic_inputs"]).synthetic_inputs != "").all(), file.name


def test_other_programs_read_the_files(sample):
    folder = sample[1].folder
    zones = gpd.read_file(folder / "zones.gpkg")
    assert len(zones) == len(sample[1].edition.zones)
    assert zones.crs.to_epsg() == 3405
    plain = pd.read_csv(folder / "communes.csv", dtype={"commune_code": str})
    assert plain.people.sum() == sample[1].edition.communes.people.sum()
    with rasterio.open(folder / "surface" / "people.tif") as raster:
        assert raster.read(1).sum() == pytest.approx(sample[1].edition.run["balance"]["study"], rel=1e-5)
        assert raster.tags()["tier"] == "regulator"


def test_indicators_of_provinces_are_sums_of_published_commune_figures(sample):
    "But for the largest operator, which every unit has for itself."
    table = derived(pd.read_parquet(sample[1].folder / "indicators.parquet"))
    key = ["definition_id", "operator", "technology", "environment"]
    table = table[table.operator != "max"]
    sums = table[table.unit_level == "commune"].groupby(key).numerator.sum()
    study = table[table.unit_level == "study"].set_index(key).numerator
    assert (sums.sort_index() == study.sort_index()).all()
    known = table.dropna(subset="value")
    assert ((known.low <= known.value + 1e-12) & (known.value <= known.high + 1e-12)).all()


def test_operators_are_counted_where_they_serve(sample):
    "Each operator's level raster has its part in the counts, and the counts in the indicators."
    folder = sample[1].folder

    def read(name: str) -> np.ndarray:
        with rasterio.open(folder / "surface" / f"{name}.tif") as raster:
            return raster.read(1)

    operators = {t: set(part.operator) for t, part in sample[1].edition.sites.groupby("technology")}
    serving = {}
    for technology in ("lte", "nr"):
        own = [slug(name) for name in operators[technology.upper()]]
        serving[technology] = {name: np.isin(read(f"level_{technology}_{name}"), (1, 2, 3, 251, 252)) for name in own}
        counted = read(f"operators_{technology}")
        known = counted < 254
        assert known.any()
        assert (counted[known] == np.sum(list(serving[technology].values()), axis=0)[known]).all()
    names = serving["lte"].keys() | serving["nr"].keys()
    either = [np.any([part[name] for part in serving.values() if name in part], axis=0) for name in names]
    counted, people = read("operators_any"), read("people")
    assert (counted[counted < 254] == np.sum(either, axis=0)[counted < 254]).all()
    table = pd.read_parquet(folder / "indicators.parquet")
    study = table[(table.unit_level == "study") & (table.technology == "any")].set_index("definition_id").numerator
    rounding = len(sample[1].edition.communes)
    inside = counted < 254
    assert study["people_white_share"] == pytest.approx(people[inside & (counted == 0)].sum(), abs=rounding)
    assert study["people_all_operators_share"] == pytest.approx(people[counted == len(names)].sum(), abs=rounding)


def test_the_first_environment_is_the_one_that_counts(sample, fresh):
    "Indoors fewer people have signal, and the received level stays that outdoors."
    changed(fresh, "[radio]\n", '[radio]\nenvironments = [{ name = "indoor", building = "traditional" }]\n')
    indoors = pipeline.run(load(fresh), "2026Q3", 2, silent)
    inside, outside = indoors.edition.communes, sample[1].edition.communes
    assert (inside.lte_people <= outside.lte_people).all()
    assert inside.lte_very_good_people.sum() < 0.95 * outside.lte_very_good_people.sum()
    assert set(pd.read_parquet(indoors.folder / "indicators.parquet").environment) == {"indoor", ""}
    assert indoors.edition.run["model_card"]["levels_are_of"] == "indoor"
    before, after = digests(sample[1].folder / "surface"), digests(indoors.folder / "surface")
    levels = [name for name in before if name.startswith("rsrp_")]
    assert {name: after[name] for name in levels} == {name: before[name] for name in levels}


def test_expected_people_of_the_communes_are_their_indicators(sample):
    "And the interval of the study does not shrink to nothing."
    table = derived(pd.read_parquet(sample[1].folder / "indicators.parquet"))
    communes = sample[1].edition.communes
    expected = table[table.definition_id == "people_covered_expected_share"]
    assert set(expected.environment) == {"outdoor", "in_vehicle", "indoor"}
    best = expected[(expected.operator == "any") & (expected.environment == "outdoor")]
    for technology in ("LTE", "NR"):
        own = best[(best.technology == technology) & (best.unit_level == "commune")]
        low, middle, high = (communes[f"{technology.lower()}_expected{end}_people"] for end in ("_low", "", "_high"))
        assert own.numerator.tolist() == middle.tolist()
        assert (own.low * communes.people.to_numpy()).tolist() == pytest.approx(low.tolist())
        assert (own.high * communes.people.to_numpy()).tolist() == pytest.approx(high.tolist())
        assert (high <= communes.people).all()
        study = best[(best.technology == technology) & (best.unit_level == "study")]
        assert ((study.high - study.low) > 0.003).tolist() == [True]


def test_the_data_dictionary_knows_every_column_and_raster(sample):
    dictionary = tomllib.loads((ROOT / "gis_data" / "data_dictionary.toml").read_text("utf-8"))
    operators = {slug(name) for name in sample[1].edition.sites.operator} | {"any"}

    def spelt(names) -> set[str]:
        pairs = [(technology, operator) for technology in ("lte", "nr") for operator in operators]
        return {n.replace("{technology}", t).replace("{operator}", o) for n in names for t, o in pairs}

    layers, snapshot = dictionary["layers"], dictionary["snapshot"]
    for file in sorted(sample[1].folder.glob("*.parquet")):
        layer = {"neighbours": "communes"}.get(file.stem, file.stem)
        sums = snapshot["communes"] if layer == "provinces" else {}
        known = spelt([*snapshot["every"], *layers.get(layer, {}), *snapshot.get(layer, {}), *sums])
        assert set(pd.read_parquet(file).columns) - known == set(), file.name
    written = {file.stem for file in (sample[1].folder / "surface").iterdir()}
    assert written - spelt(snapshot["surface"]) == set()


def test_every_indicator_is_defined_and_every_definition_of_the_snapshot_has_rows(sample):
    "The sample has no claims; tasks come with the edition, and measurements are not there yet."
    defined = tomllib.loads((ROOT / "gis_data" / "indicators.toml").read_text("utf-8"))
    table = pd.read_parquet(sample[1].folder / "indicators.parquet")
    for name, version in set(zip(table.definition_id, table.version, strict=True)):
        assert defined[name]["version"] == version
    filled = {name for name, entry in defined.items() if "filled" not in entry and "_claimed_" not in name}
    assert set(table.definition_id) == filled
    recorded = sample[1].edition.run["definitions"]
    assert {name: told["version"] for name, told in recorded.items()} == dict.fromkeys(filled, "1")


def test_rows_speak_only_of_the_operators_and_environments_that_their_definition_names(sample):
    "A row that names no environment, or no operator, is of a definition in which it has no meaning."
    defined = tomllib.loads((ROOT / "gis_data" / "indicators.toml").read_text("utf-8"))
    table = pd.read_parquet(sample[1].folder / "indicators.parquet")
    rules = {"any": {"any", "all"}, "max": {"max"}, "": set()}
    for name, rows in table.groupby("definition_id"):
        told = defined[name].get("operator_rules", [])
        assert set(rows.environment) - {""} <= set(defined[name].get("environments", [])), name
        for operator in set(rows.operator):
            assert bool(rules.get(operator, {"one"}) & set(told)) or (not operator and not told), (name, operator)


def test_indicators_are_kept_in_whole_numbers_and_read_with_their_values(sample):
    folder = sample[1].folder
    stored = pd.read_parquet(folder / "indicators.parquet")
    assert set(stored) & set(DERIVED) == set()
    assert {str(kind) for name, kind in stored.dtypes.items() if name in ("numerator", "denominator", "unknown")} == {
        "int64"
    }
    read = snapshot.read(folder.parent, folder.name, ["indicators"])[0]["indicators"]
    pd.testing.assert_frame_equal(kept(read), stored)
    assert read.value.notna().any()


def test_counts_of_units_are_those_of_the_communes_and_villages(sample):
    edition = sample[1].edition
    table = pd.read_parquet(sample[1].folder / "indicators.parquet")
    study = table[table.unit_level == "study"].set_index("definition_id")[["numerator", "denominator", "unknown"]]
    communes, villages = (
        edition.communes,
        edition.villages[edition.villages.commune_code.isin(edition.communes.commune_code)],
    )
    dark, off = villages.signal == "not_served", villages.power == "not_served"
    assert study.numerator["communes_with_nr_site_share"] == (communes.nr_sites > 0).sum()
    assert study.numerator["communes_centre_covered_share"] == (communes.centre_covered == "yes").sum() > 0
    assert study.loc["lifeline_communes"].tolist() == [
        (communes.lifeline_met == word).sum() if word != "known" else (communes.lifeline_met != "unknown").sum()
        for word in ("yes", "known", "unknown")
    ]
    assert study.numerator["satellite_terminals"] == communes.terminals.sum()
    assert study.numerator["villages_without_signal"] == dark.sum() == communes.villages_without_signal.sum()
    assert study.numerator["villages_without_power"] == off.sum() == communes.villages_without_power.sum()
    assert study.numerator["villages_without_signal_and_power"] == (dark & off).sum()
    every = study.loc[study.index.str.startswith("villages_"), ["denominator", "unknown"]].sum(axis=1)
    assert every.tolist() == [len(villages)] * 3


def test_the_area_of_a_commune_is_that_of_its_outline(sample):
    table = pd.read_parquet(sample[1].folder / "indicators.parquet")
    own = table[(table.definition_id == "area_covered_limited_share") & (table.unit_level == "commune")]
    for _, rows in own.groupby(["technology", "operator"]):
        area_km2 = (rows.denominator + rows.unknown).to_numpy() / 1e6
        assert area_km2 == pytest.approx(sample[1].edition.communes.area_km2.to_numpy(), rel=1e-4)
    covered = own[own.operator == "any"].groupby("technology").numerator.sum()
    with rasterio.open(sample[1].folder / "surface" / "level_lte_any.tif") as raster:
        level, pixel_m = raster.read(1), raster.res[0]
    assert covered["LTE"] == pytest.approx(np.isin(level, (1, 2, 3, 251, 252)).sum() * pixel_m**2, rel=0.01)


def test_the_centre_of_a_commune_is_its_office(sample):
    communes = sample[1].edition.communes
    places = gpd.read_parquet(sample[1].folder / "places.parquet")
    offices = places[places.kind == "commune_office"]
    with rasterio.open(sample[1].folder / "surface" / "level_nr_any.tif") as raster:
        levels = [value[0] for value in raster.sample([(point.x, point.y) for point in offices.geometry])]
    there = gpd.sjoin(offices.assign(level=levels), communes[["commune_code", "geometry"]], predicate="within")
    served = there[there.level.isin((1, 2, 3, 251, 252))].commune_code
    alone = ~there.commune_code.duplicated(keep=False)
    assert alone.sum() > 50
    said = communes.set_index("commune_code").centre_covered
    assert (said[there.commune_code[alone]] == "yes").tolist() == there.commune_code[alone].isin(served).tolist()
    assert sample[1].edition.run["counts"]["centres"]["office"] == (communes.centre_from == "office").sum()


def test_sites_off_the_terrain_make_unknown_not_none(fresh):
    "Half of the terrain is taken away: its sites are listed, and no pixel there is said to have no signal."
    changed(fresh, 'path = "data/terrain/*.tif"', 'path = "data/terrain/east.tif"')
    edition = pipeline.run(load(fresh), "2026Q3", 2, silent).edition
    sites = edition.run["counts"]["sites"]
    assert sites["on_air_off_terrain"] == len(sites["off_terrain_site_ids"]) > 50
    assert (
        sorted(edition.sites.site_id[edition.sites.off_terrain & edition.sites.on_air]) == sites["off_terrain_site_ids"]
    )
    with rasterio.open(fresh / "snapshots" / "2026Q3" / "surface" / "terrain.tif") as raster:
        dark = np.isnan(raster.read(1))
        bounds = raster.bounds
    with rasterio.open(fresh / "snapshots" / "2026Q3" / "surface" / "level_lte_any.tif") as raster:
        row, column = raster.index(bounds.left + 50, bounds.top - 50)
        level = raster.read(1)
    off = dark[-row : -row + level.shape[0], -column : -column + level.shape[1]]
    near = np.isin(level, (0, 255)) & off
    assert (level[off] != 254).any()
    assert not np.isin(level[off], (1, 2, 3)).any()
    assert (level[near] == 255).mean() > 0.9


def test_periods_are_quarters(sample):
    with pytest.raises(ConfigError, match="'2026-09' is not a quarter; expected a year and a quarter such as 2026Q3"):
        pipeline.run(load(sample[0]), "2026-09", 1, silent)


def test_another_projects_snapshots_are_left_alone(sample, fresh):
    shutil.copytree(sample[0] / "snapshots", fresh / "snapshots")
    changed(fresh, 'name = "', 'name = "other-')
    before = digests(fresh / "snapshots")
    with pytest.raises(SnapshotError, match="holds snapshots of the project"):
        pipeline.run(load(fresh), "2026Q3", 1, silent)
    assert digests(fresh / "snapshots") == before


def test_faults_of_several_layers_are_told_at_once(fresh):
    sites = next(path for path in fresh.rglob("*") if path.stem == "sites")
    villages = next(path for path in fresh.rglob("*") if path.stem == "villages")
    sites.unlink(), villages.unlink()
    with pytest.raises(PhusongError) as fault:
        pipeline.run(load(fresh), "2026Q3", 1, silent)
    assert sites.name in str(fault.value)
    assert villages.name in str(fault.value)


def phusong(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    "The command as a user starts it."
    command = [sys.executable, "-c", "from phusong.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False, **options
    )


def test_exit_codes_and_messages(sample, tmp_path):
    assert phusong("--help").returncode == 0
    missing = phusong("run", str(tmp_path), "--period", "2026Q3")
    assert missing.returncode == 1
    assert "There is no project file" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert "Traceback" in phusong("run", str(tmp_path), "--period", "2026Q3", "--debug").stderr
    assert phusong("run", str(sample[0])).returncode == 2
    assert phusong("fly").returncode == 2


def test_check_and_info(sample):
    checked = phusong("check", str(sample[0]))
    assert checked.returncode == 0
    assert "No fault that stops a run; 0 rows refused" in checked.stdout
    told = phusong("info", str(sample[0]))
    assert "2026Q3" in told.stdout
    assert "SYNTHETIC" in told.stdout


def test_quiet_says_nothing(fresh):
    done = phusong("run", str(fresh), "--period", "2026Q3", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list((fresh / "maps").glob("*.html"))


def test_a_full_disk_leaves_the_old_snapshot(again):
    "A limit on the size of files is the nearest a test comes to a full disk without being root."
    resource = pytest.importorskip("resource")
    folder = again / "snapshots" / "2026Q3"
    before = digests(folder)
    largest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))

    failed = phusong("run", str(again), "--period", "2026Q3", preexec_fn=limit)
    assert failed.returncode == 1
    assert "could not be written" in failed.stderr
    assert "the earlier snapshot is untouched" in failed.stderr
    assert digests(folder) == before
    assert np.all([not path.name.endswith(".partial") for path in (again / "snapshots").iterdir()])
