"""`phusong ledger compare`: two quarters that differ in everything, and every part of every change held to a run."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from small_study import silent

from phusong import pipeline
from phusong.cli import main
from phusong.config import load
from phusong.layers.antennas import Pattern
from phusong.ledger import closing
from phusong.ledger.comparison import KEY, METHOD, METHOD_LATER, compare
from phusong.ledger.period import Period
from phusong.ledger.site_changes import ALTERED, FILING, LOST, NEW, site_groups
from phusong.pipeline import comparison, held
from phusong.pipeline.branches import branches
from phusong.pipeline.mixture import BOUNDARIES, CAUSES, OF_SITES, OTHER, PEOPLE, mixed
from phusong.sample import write_sample

EARLIER, LATER = "2026Q2", "2026Q3"
FACTS = ["numerator", "denominator"]


def run(folder: Path, quarter: str) -> None:
    pipeline.run(load(folder), quarter, 2, silent)


def sites_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "data" / "sites.csv", dtype=str, keep_default_na=False)


def write_sites(folder: Path, sites: pd.DataFrame) -> None:
    sites.to_csv(folder / "data" / "sites.csv", index=False)


def inside(folder: Path) -> pd.Index:
    "Rows of sites that were on air before 2026, also when they are off by now."
    sites = sites_of(folder)
    return sites.index[(sites.on_air_date < "2026") & (sites.on_air_date != "") & (sites.status != "planned")]


def lose(folder: Path) -> None:
    sites = sites_of(folder)
    sites.loc[inside(folder)[10:40:3], "status"] = "off"
    write_sites(folder, sites)


def alter(folder: Path) -> None:
    sites, rows = sites_of(folder), inside(folder)[50:90:2]
    sites.loc[rows, "eirp_dbm"] = (sites.eirp_dbm[rows].astype(float) - 12).map("{:g}".format)
    write_sites(folder, sites)


def file_anew(folder: Path) -> None:
    "Some sites stand elsewhere than was filed, and others were on air long ago and are filed only now."
    sites, rows = sites_of(folder), inside(folder)[52:120:5]
    sites.loc[rows, "longitude"] = (sites.longitude[rows].astype(float) + 0.04).map("{:.6f}".format)
    late = sites.loc[inside(folder)[:20:2]].assign(site_id=lambda rows: rows.site_id + "-L", on_air_date="2026-01-15")
    late["latitude"] = (late.latitude.astype(float) + 0.05).map("{:.6f}".format)
    write_sites(folder, pd.concat([sites, late]))


def populate(folder: Path) -> None:
    file = folder / "data" / "population.tif"
    with rasterio.open(file) as raster:
        profile, people = raster.profile, raster.read(1)
    people[:, :100] = np.where(people[:, :100] > 0, people[:, :100] * 1.5, people[:, :100])
    with rasterio.open(file, "w", **profile) as raster:
        raster.write(people, 1)


def move_outlines(folder: Path) -> None:
    "A strip of two kilometres goes from every commune in the other province to the one in the mountains beside it."
    file = folder / "data" / "communes.gpkg"
    communes = gpd.read_file(file, layer="communes")
    upper = communes.province_code == "97"
    taken = communes.geometry[upper].union_all().buffer(0.02)
    largest = communes.geometry[upper].to_crs(3405).area.idxmax()
    strip = communes.geometry[~upper].union_all().intersection(taken)
    shapes = communes.geometry.copy()
    shapes[~upper] = communes.geometry[~upper].difference(taken)
    shapes[largest] = shapes[largest].union(strip)
    communes = communes.set_geometry(shapes)
    communes[~communes.geometry.is_empty].to_file(file, layer="communes")


def switch_off(folder: Path) -> None:
    file = folder / "data" / "villages.csv"
    villages = pd.read_csv(file, sep=";", dtype=str, keep_default_na=False)
    villages.loc[villages.index % 7 == 0, "co_dien_luoi"] = "không"
    villages.to_csv(file, sep=";", index=False)


def bring_forward(folder: Path) -> None:
    "What comes on air in the later quarter is on air in the earlier one."
    sites = sites_of(folder)
    came = sites.on_air_date.between("2026-07-01", "2026-09-30")
    write_sites(folder, sites.assign(on_air_date=sites.on_air_date.mask(came, "2026-06-30")))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> Path:
    "The sample with large pixels, before anything is run."
    folder = tmp_path_factory.mktemp("compare") / "before"
    write_sample(folder)
    text = (folder / "project.toml").read_text("utf-8").replace("pixel_m = 100.0", "pixel_m = 800.0")
    (folder / "project.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def begun(untouched, tmp_path_factory) -> Path:
    "With the earlier quarter."
    folder = tmp_path_factory.mktemp("compare") / "begun"
    shutil.copytree(untouched, folder)
    run(folder, EARLIER)
    return folder


@pytest.fixture(scope="module")
def study(begun, tmp_path_factory) -> Path:
    "Two quarters run and closed; the later with sites that came by themselves, and all that is done above."
    folder = tmp_path_factory.mktemp("compare") / "study"
    shutil.copytree(begun, folder)
    for change in (lose, alter, file_anew, populate, move_outlines, switch_off):
        change(folder)
    run(folder, LATER)
    for quarter in (EARLIER, LATER):
        closing.close(folder / "snapshots", Period.parse(quarter), "An", "")
    return folder


@pytest.fixture(scope="module")
def quarters(study):
    return [held.read(load(study), study / "snapshots", Period.parse(quarter)) for quarter in (EARLIER, LATER)]


@pytest.fixture(scope="module")
def branched(study, quarters):
    return branches(load(study), *quarters, 2, silent)


def facts(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index([*KEY])[FACTS].astype(float).sort_index()


def test_every_kind_of_change_is_found(branched):
    assert branched.causes == CAUSES
    names = {group.name for group in branched.groups}
    assert {"kept", "new", "lost", "late", "altered_before", "corrected_after", "altered and corrected_before"} <= names


@pytest.mark.parametrize(("come", "quarter"), [(frozenset(), 0), (frozenset(CAUSES), 1)])
def test_all_as_it_was_and_all_as_it_is_give_what_was_published(branched, quarters, come, quarter):
    "On the code that made the snapshots, to the last person; each quarter's own units."
    computed, published = facts(branched.figures(come)), facts(quarters[quarter].indicators)
    assert len(computed) > 3000
    pd.testing.assert_frame_equal(computed, published.loc[computed.index])


def test_a_branch_is_what_a_run_with_these_inputs_gives(branched, untouched, tmp_path):
    "New and altered sites, people and outlines have come; lost and refiled sites and power are as they were."
    folder = tmp_path / "study"
    shutil.copytree(untouched, folder)
    for change in (alter, populate, move_outlines, bring_forward):
        change(folder)
    run(folder, EARLIER)
    published = facts(held.read(load(folder), folder / "snapshots", Period.parse(EARLIER)).indicators)
    computed = facts(branched.figures(frozenset({NEW, ALTERED, PEOPLE, BOUNDARIES})))
    pd.testing.assert_frame_equal(computed, published.loc[computed.index])


@pytest.mark.parametrize("cause", CAUSES)
def test_one_cause_alone_has_all_of_the_change(study, quarters, cause):
    "And no other has a part."
    project, (one, other) = load(study), quarters
    if cause in OF_SITES:
        groups = site_groups(one.inputs.sites, other.inputs.sites, one.period.last_day)
        rows = pd.concat([group.rows for group in groups if group.on(frozenset({cause}))]).sort_values("site_id")
        sites = gpd.GeoDataFrame(rows.reset_index(drop=True), crs=one.inputs.grid.crs)
        changed = replace(one, inputs=replace(one.inputs, sites=sites))
    else:
        mixture = mixed(project, one, other, frozenset({cause}))
        changed = replace(mixture, inputs=replace(mixture.inputs, sites=one.inputs.sites))
    branched = branches(project, one, changed, 2, silent)
    assert branched.causes == (cause,)
    before, after = (branched.figures(come).assign(value=np.nan) for come in (frozenset(), frozenset({cause})))
    found = compare(before, after, branched.causes, branched.figures)
    assert all(change.parts == {METHOD: 0, cause: change.change, METHOD_LATER: 0} for change in found.changes)
    assert sum(change.change != 0 for change in found.changes) > 50


@pytest.fixture(scope="module")
def divided(branched, quarters):
    "The published changes among four causes; the other three came before, and are the method here."
    others = frozenset({LOST, ALTERED, OTHER})
    causes = [cause for cause in CAUSES if cause not in others]
    before, after = (larger(of.indicators) for of in quarters)
    return compare(before, after, causes, lambda come: branched.figures(come | others))


def larger(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.unit_level != "commune"]


def test_the_parts_sum_to_the_change(divided, quarters):
    published = [table.indicators.set_index([*KEY]).value for table in quarters]
    assert len(divided.changes) > 100
    for change in divided.changes:
        assert change.change == sum(change.parts.values(), Fraction(0))
        assert [float(change.before), float(change.after)] == [values[change.key] for values in published]
        printed = change.printed
        assert printed.after - printed.before == sum(printed.parts.values())
        assert all(abs(printed.parts[cause] - part * 10_000) < 2 for cause, part in change.parts.items())
        assert change.parts[METHOD_LATER] == 0
    for cause in (NEW, FILING, PEOPLE, BOUNDARIES):
        assert any(change.parts[cause] for change in divided.changes)


def test_what_is_not_divided_says_why(divided):
    left = divided.unsplit
    assert set(left.not_divided) <= {"not_computed", "nobody"}
    assert "people_covered_expected_share" in set(left.definition_id[left.not_divided == "not_computed"])
    assert not left.definition_id.isin({change.key[0] for change in divided.changes}).any()


@pytest.fixture(scope="module")
def growing(begun, tmp_path_factory) -> Path:
    "Two quarters between which sites come and nothing else; the earlier one is closed."
    folder = tmp_path_factory.mktemp("compare") / "growing"
    shutil.copytree(begun, folder)
    run(folder, LATER)
    closing.close(folder / "snapshots", Period.parse(EARLIER), "An", "")
    return folder


@pytest.fixture
def told(growing, monkeypatch, capsys):
    "`phusong ledger compare` with a study, run in this process: its status and what it said."

    def run_it(*said: object, folder: Path = growing) -> tuple[int, str, str]:
        arguments = ["phusong", "ledger", "compare", folder, "--quiet", *said]
        monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
        with pytest.raises(SystemExit) as end:
            main()
        out = capsys.readouterr()
        return int(end.value.code or 0), out.out, out.err

    return run_it


def numbers(line: str) -> list[int]:
    "Hundredths in a row of a printed table, after its unit."
    cells = [cell.strip() for cell in line.strip("│ ").split("│")]
    return [round(float(cell.replace(".", "").replace(",", ".")) * 100) for cell in cells[1:]]


def test_what_is_printed_sums_and_nothing_is_written(growing, told, tmp_path):
    before = {path: path.read_bytes() for path in sorted((growing / "snapshots").rglob("*")) if path.is_file()}
    status, out, err = told("--from", EARLIER, "--to", LATER.lower(), "--csv", tmp_path / "parts.csv")
    assert (status, err) == (0, "")
    assert "2026Q2 (đã đóng / closed) → 2026Q3 (đang mở / open)\n" in out
    assert "Trạm phát sóng / Sites on air: 263 như cũ / as they were; 22 mới / new\n" in out
    assert "Dữ liệu đầu vào khác nhau về / Inputs differ by: Trạm mới / New sites\n" in out
    rows = [numbers(line) for line in out.split("Không đổi")[0].splitlines() if line.startswith("│")]
    assert len(rows) > 20
    for earlier, later, change, method, new in rows:
        assert (later - earlier, change, method) == (change, new, 0)
    table = pd.read_csv(tmp_path / "parts.csv")
    divided = table[table.not_divided.isna()]
    assert (divided.change - divided[[METHOD, NEW, METHOD_LATER]].sum(axis=1)).abs().max() < 1e-9
    assert (divided.value_to - divided.value_from - divided.change).abs().max() < 1e-9
    after = {path: path.read_bytes() for path in sorted((growing / "snapshots").rglob("*")) if path.is_file()}
    assert after == before
    status, _, err = told("--from", EARLIER, "--to", LATER, "--csv", tmp_path / "parts.csv")
    assert (status, err) == (1, f"--csv {tmp_path / 'parts.csv'}: is there already; it was left as it is\n")


def test_one_definition_of_one_commune(growing, told):
    definition = "people_covered_limited_share"
    values = [
        pd.read_parquet(growing / "snapshots" / quarter / "indicators.parquet").set_index([*KEY]).numerator.sort_index()
        for quarter in (EARLIER, LATER)
    ]
    gained = (values[1] - values[0]).loc[definition, "commune"]
    commune = gained.idxmax()[0]
    status, out, _ = told("--from", EARLIER, "--to", LATER, "--definition", definition, "--unit", commune)
    assert status == 0
    units = {line.split("│")[1].split()[0] for line in out.splitlines() if line.startswith("│")}
    titles = [line for line in out.splitlines() if "phiên bản" in line]
    assert units == {commune}
    assert titles
    assert all(title.startswith(f"{definition} – ") for title in titles)


def test_settings_of_today_are_the_method(growing, tmp_path):
    "A level that is harder to reach lowers both quarters alike: what it takes at first is given back at the end."
    folder = tmp_path / "study"
    shutil.copytree(growing, folder)
    edit(folder / "project.toml", "[radio]", "[radio]\ncovered_at_percent = 95")
    found = comparison.compare(load(folder), (EARLIER, LATER), "people_covered_limited_share", None, 2, silent).found
    study = next(change for change in found.changes if change.key[1:5] == ("study", "", "any", "NR"))
    assert study.parts[METHOD] < -0.005
    assert study.parts[METHOD_LATER] > 0.005
    assert study.change == sum(study.parts.values())


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (("--from", LATER, "--to", EARLIER), "From 2026Q3 to 2026Q2: expected an earlier quarter, then a later one.\n"),
        (("--from", LATER, "--to", LATER), "From 2026Q3 to 2026Q3: expected an earlier quarter, then a later one.\n"),
        (("--from", "Q2", "--to", LATER), "the period 'Q2' is not a quarter; expected a year and a quarter"),
        (("--from", "2025Q1", "--to", LATER), "There is no snapshot of 2025Q1 in "),
        (
            ("--from", EARLIER, "--to", LATER, "--definition", "people_whit_share"),
            "There is no indicator 'people_whit_share' in 2026Q2 and 2026Q3; did you mean 'people_white_share'?\n",
        ),
        (("--from", EARLIER, "--to", LATER, "--unit", "12345"), "There is no unit '12345' in 2026Q2 and 2026Q3"),
    ],
)
def test_refusals_are_sentences(told, said, refusal):
    status, out, err = told(*said)
    assert (status, out) == (1, "")
    assert err.startswith(refusal)


def test_a_study_that_grew_is_compared_where_it_was(growing, told, tmp_path):
    "The earlier quarter was of one province: its snapshot knows nothing of the other, which is all of it outlines."
    folder = tmp_path / "study"
    shutil.copytree(growing, folder, ignore=shutil.ignore_patterns("snapshots"))
    both = (folder / "project.toml").read_text("utf-8")
    edit(folder / "project.toml", 'province_codes = ["97", "98"]', 'province_codes = ["97"]')
    run(folder, EARLIER)
    (folder / "project.toml").write_text(both, "utf-8")
    shutil.copytree(growing / "snapshots" / LATER, folder / "snapshots" / LATER)
    project = load(folder)
    quarters = [held.read(project, folder / "snapshots", Period.parse(quarter)) for quarter in (EARLIER, LATER)]
    assert quarters[0].inputs.grid != quarters[1].inputs.grid
    branched = branches(project, *quarters, 2, silent)
    assert branched.causes == (NEW, BOUNDARIES)
    for come, quarter in ((frozenset(), quarters[0]), (frozenset({NEW, BOUNDARIES}), quarters[1])):
        computed, published = facts(branched.figures(come)), facts(quarter.indicators)
        pd.testing.assert_frame_equal(computed, published.loc[computed.index])
    status, out, _ = told("--from", EARLIER, "--to", LATER, "--definition", "people_white_share", folder=folder)
    assert status == 0
    assert "Không tách được / Not divided – không có ở kỳ trước / not in the earlier quarter" in out


def rewritten(folder: Path, quarter: str, change) -> None:
    "A snapshot's indicators are others, as if its run had made them."
    place = folder / "snapshots" / quarter
    (place / "indicators.parquet").chmod(0o644)
    table = change(pd.read_parquet(place / "indicators.parquet"))
    table.to_parquet(place / "indicators.parquet", index=False)
    record = json.loads((place / "run.json").read_text("utf-8"))
    digest = hashlib.sha256((place / "indicators.parquet").read_bytes()).hexdigest()
    record["files"]["indicators.parquet"] = digest
    (place / "run.json").write_text(json.dumps(record), "utf-8")


def test_another_version_is_another_line(growing, told, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(growing, folder)
    white = "people_white_share"
    rewritten(folder, LATER, lambda table: table.assign(version=table.version.mask(table.definition_id == white, "9")))
    status, _, err = told("--from", EARLIER, "--to", LATER, "--definition", white, folder=folder)
    assert status == 1
    assert err.startswith(f"{white} has version 1 in 2026Q2 and 9 in 2026Q3: a new version is a new line")
    status, out, _ = told("--from", EARLIER, "--to", LATER, folder=folder)
    assert status == 0
    assert "another version: a new line begins" in out


def test_units_of_other_places_are_refused(growing, told, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(growing, folder)
    rewritten(folder, LATER, lambda table: table.assign(unit_code="x" + table.unit_code))
    status, _, err = told("--from", EARLIER, "--to", LATER, folder=folder)
    assert (status, err) == (
        1,
        "2026Q2 and 2026Q3 have no commune code in common: these are figures of different places.\n",
    )


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        (
            "pixel_m = 800.0",
            "pixel_m = 400.0",
            "2026Q2 was computed on pixels of 800 m in EPSG:3405; the project now has",
        ),
        ("reach_km = 15", "reach_km = 60", "The terrain of 2026Q2 does not reach 60 km around the study"),
    ],
)
def test_ground_that_no_snapshot_holds_is_refused(growing, told, tmp_path, old, new, refusal):
    folder = tmp_path / "study"
    shutil.copytree(growing, folder)
    edit(folder / "project.toml", old, new)
    status, _, err = told("--from", EARLIER, "--to", LATER, folder=folder)
    assert status == 1
    assert err.startswith(refusal)


def test_an_antenna_of_one_quarter_is_known_in_every_combination(study, quarters):
    "Sites that were altered to hang a new antenna ask for it also where all other inputs are as they were."
    one, _ = quarters
    dipole = Pattern("dipole", "", None, None, 0.0, np.full(360, 3.0), np.zeros(360))
    sites = one.inputs.sites
    hung = sites.assign(antenna=sites.antenna.mask(sites.index < 20, "dipole"))
    changed = replace(one, inputs=replace(one.inputs, antennas={"dipole": dipole}, sites=hung))
    branched = branches(load(study), one, changed, 2, silent)
    assert branched.causes == (ALTERED,)
    served = [facts(branched.figures(frozenset(come))).numerator.sum() for come in ([], [ALTERED])]
    assert served[0] != served[1]
