"""Definitions: data in both languages, held by digests, so that none changes in place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError
from small_periods import LATER, made

from phusong.config import shipped
from phusong.errors import ConfigError, SnapshotError
from phusong.ledger.closing import close
from phusong.ledger.definitions import definitions, read, recorded
from phusong.ledger.period import Period
from phusong.ledger.snapshot import Snapshot, write

INDICATORS, DIGESTS = shipped("gis_data", "indicators.toml"), shipped("gis_data", "indicator_digests.toml")
ONE = """
[x_share]
version = "1"
name = "Share"
name_vi = "Tỷ lệ"
unit = "share"
numerator = "people"
denominator = "all people"
basis = "none"
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    "One definition and the digest that holds it."
    file, digests = tmp_path / "indicators.toml", tmp_path / "digests.toml"
    file.write_text(ONE, "utf-8")
    digests.write_text("", "utf-8")
    with pytest.raises(ConfigError) as told:
        read(file, digests)
    digests.write_text("[x_share]\n" + re.findall(r'"1" = "[0-9a-f]{64}"', str(told.value))[0], "utf-8")
    return file, digests


def test_the_definitions_that_are_shipped_are_those_of_their_digests():
    assert read(INDICATORS, DIGESTS) == dict(definitions()) != {}


@pytest.mark.parametrize(
    "definition",
    [
        "people_covered_largest_operator_share", "people_with_electricity_expected_share", "area_covered_limited_share",
        "communes_with_nr_site_share", "communes_centre_covered_share", "villages_without_signal",
        "villages_without_power", "villages_without_signal_and_power", "people_white_share", "people_grey_share",
        "qcvn_grade_share", "satellite_terminals", "satellite_terminals_per_1000_households", "lifeline_communes",
        "tasks_open", "tasks_overdue",
    ],
)  # fmt: skip
def test_what_was_asked_for_is_defined(definition):
    assert definitions()[definition].basis


def test_sdg_indicators_are_named():
    assert {one.id: one.sdg for one in definitions().values() if one.sdg} == {
        "people_covered_largest_operator_share": "9.c.1",
        "people_with_electricity_expected_share": "7.1.1",
    }
    assert definitions()["people_covered_largest_operator_share"].operator_rules == ("max",)


def test_the_value_is_in_the_unit():
    per = {
        one.unit: {other.per for other in definitions().values() if other.unit == one.unit}
        for one in definitions().values()
    }
    assert per.pop("share") == {1}
    assert per.pop("terminals per 1,000 households") == {1000}
    assert set.union(*per.values()) == {0}
    assert all(one.id.endswith("_share") == (one.unit == "share") for one in definitions().values())


def test_what_has_no_rows_yet_says_why():
    filled = {one.id: one.filled for one in definitions().values() if one.filled != "snapshot"}
    assert filled == {"qcvn_grade_share": "no measurements", "tasks_open": "edition", "tasks_overdue": "edition"}


def test_a_definition_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        definitions()["people_white_share"].version = "2"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('numerator = "people"', 'numerator = "households"'),
        ('name = "Share"', 'name = "Part"'),
        ('basis = "none"', 'basis = "none"\nthreshold = "good"'),
    ],
)
def test_a_definition_changed_in_place_is_refused(files, old, new):
    file, digests = files
    assert read(file, digests)["x_share"].version == "1"
    file.write_text(ONE.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=r"x_share: version 1 was changed in place, .* give it a new version"):
        read(file, digests)


def test_a_new_version_asks_for_its_digest_and_keeps_the_old_one(files):
    file, digests = files
    file.write_text(ONE.replace('"1"', '"2"').replace("all people", "people known"), "utf-8")
    with pytest.raises(ConfigError, match=r"x_share: version 2 is new; add to \[x_share\] of digests.toml") as told:
        read(file, digests)
    with digests.open("a", encoding="utf-8") as opened:
        opened.write("\n" + re.findall(r'"2" = "[0-9a-f]{64}"', str(told.value))[0])
    assert read(file, digests)["x_share"].denominator == "people known"
    file.write_text(ONE, "utf-8")
    assert read(file, digests)["x_share"].version == "1"
    file.write_text(ONE.replace("all people", "people known"), "utf-8")
    with pytest.raises(ConfigError, match="version 1 was changed in place"):
        read(file, digests)


def test_a_key_at_its_default_changes_no_digest(files):
    file, digests = files
    file.write_text(ONE + 'per = 1\nthreshold = ""\n', "utf-8")
    assert read(file, digests)["x_share"].per == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("numerator", "numarator", "x_share: numarator: unknown key; did you mean 'numerator'"),
        ('unit = "share"', 'unit = "stones"', r"x_share: unit: .* \(found 'stones'\)"),
        ('version = "1"', "version = 1", r"x_share: version: .* \(found 1\)"),
        ('name_vi = "Tỷ lệ"', "", "x_share: name_vi: is missing"),
        ("[x_share]", "[X-share]", "X-share: id: "),
        (ONE, "x = 3", r"indicators.toml: expected a table an indicator, such as \[x\]"),
        (ONE, "[x", "cannot be read as TOML"),
    ],
)
def test_faults_are_told_in_sentences(files, old, new, sentence):
    file, digests = files
    file.write_text(ONE.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=sentence):
        read(file, digests)


def test_all_faults_are_told_at_once(files):
    file, digests = files
    file.write_text(ONE.replace('"none"', '""') + ONE.replace("x_share", "y_share"), "utf-8")
    with pytest.raises(ConfigError, match=r"2 faults\n  - x_share: basis: .*\n  - y_share: version 1 is new"):
        read(file, digests)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no file .*indicators\.toml of indicators"):
        read(tmp_path / "indicators.toml", DIGESTS)


def test_no_digest_stands_for_a_definition_that_never_was():
    "Digests of versions no longer in use stay; those of today are of today's definitions."
    held = tomllib.loads(DIGESTS.read_text("utf-8"))
    assert set(definitions()) <= set(held)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for versions in held.values() for digest in versions.values())


# beside closed periods


def of(period: str, told: dict[str, dict[str, str]]) -> Snapshot:
    "A snapshot that records these definitions."
    plain = made(period)
    return Snapshot(plain.tables, plain.rasters, {**plain.run, "definitions": told})


def test_what_a_run_keeps_of_definitions():
    told = recorded(["people_white_share", "people_white_share"])
    assert told == {"people_white_share": {"version": "1", "sha256": definitions()["people_white_share"].digest}}


def test_figures_do_not_go_on_in_the_line_of_a_closed_period_under_another_definition(tmp_path):
    "Also where the digests were changed along; a new version may, and what was never closed is in nobody's way."
    one = {"x_share": {"version": "1", "sha256": "0f"}}
    other = {"x_share": {"version": "1", "sha256": "9c"}}
    write(of("2026Q1", one), tmp_path)
    write(of("2026Q2", other), tmp_path)
    close(tmp_path, Period.parse("2026Q1"), "An", now=LATER)
    with pytest.raises(
        SnapshotError, match=r"^x_share: the definition says something else than in 2026Q1, which is cl"
    ):
        write(of("2026Q2", other), tmp_path)
    write(of("2026Q2", {"x_share": {"version": "2", "sha256": "9c"}}), tmp_path)
    write(of("2026Q2", one), tmp_path)
    write(of("2026Q2", {}), tmp_path)
