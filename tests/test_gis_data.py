"""The data about data: it parses, speaks of the same columns everywhere, and is composed Unicode."""

from __future__ import annotations

import re
import shutil
import tomllib
import unicodedata
from pathlib import Path

import pytest

from phusong import config
from phusong.config.storm import Milestone
from phusong.config.zones import Criterion
from phusong.intake.spec import LAYERS, PLACE, UNIT, spec
from phusong.text import slug

FOLDER = Path(__file__).resolve().parents[1] / "gis_data"
TIERS = {"public", "commune", "province", "regulator"}
TYPES = {"text", "integer", "number", "yes_no", "date", "point", "line", "polygon", "raster"}
SECTIONS = {
    "study": config.Study,
    "grid": config.GridSection,
    "layers": config.Layers,
    "radio": config.Radio,
    "people": config.People,
    "power": config.Power,
    "zones": config.Zones,
    "storm": config.Storm,
    "lifeline": config.Lifeline,
    "cause": config.Cause,
}
PARTS = {
    "band": config.Band,
    "environment": config.Environment,
    "prior": config.Prior,
    "uncertainty": config.Uncertainty,
    "target": config.Target,
    "criterion": Criterion,
    "milestone": Milestone,
}


def table(name: str) -> dict[str, dict]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


@pytest.fixture
def template(tmp_path):
    shutil.copy(FOLDER / "project_template.toml", tmp_path / "project.toml")
    return config.load(tmp_path)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.toml")), ids=lambda path: path.name)
def test_file_parses_and_is_composed(path):
    text = path.read_text("utf-8")
    tomllib.loads(text)
    assert unicodedata.is_normalized("NFC", text)


def test_template_shows_the_defaults(template):
    for name in ("grid", "radio", "people", "power", "zones", "cause", "storm", "lifeline"):
        assert getattr(template, name) == SECTIONS[name](), name
    assert template.study.within == "terrain"
    assert template.synthetic_layers == ()


@pytest.mark.parametrize("name", [*SECTIONS, *PARTS])
def test_template_explains_every_key(name):
    "Each key stands in the file, switched on or behind a #."
    text = (FOLDER / "project_template.toml").read_text("utf-8")
    model = {**SECTIONS, **PARTS}[name]
    said = {key for key in model.model_fields if re.search(rf"^(# )?({key} = |\[+(\w+\.)?{key}\])", text, re.MULTILINE)}
    parts = {"lte", "nr", "bands", "environments", "priors", "uncertainty"} if name == "radio" else set()
    assert set(model.model_fields) - said - parts == set()
    assert all(re.search(rf"^(# )?\[+radio\.{part}\]", text, re.MULTILINE) for part in parts)


def test_template_is_complete_with_every_optional_part_switched_on(tmp_path):
    "What stands behind a # and looks like a setting is valid too."
    text = (FOLDER / "project_template.toml").read_text("utf-8")
    optional = re.sub(r"^# (\[|\w+ = )", r"\1", text, flags=re.MULTILINE)
    one_study = re.sub(r"^(province|commune)_codes = .*\n", "", optional, flags=re.MULTILINE)
    (tmp_path / "project.toml").write_text(one_study, "utf-8")
    project = config.load(tmp_path)
    assert [name for name in config.LAYER_NAMES if getattr(project.layers, name) is None] == []
    assert (len(project.radio.bands), len(project.radio.priors), len(project.targets)) == (1, 1, 1)
    assert project.radio.clutter_heights_m == {"forest": 15, "residential": 10, "industrial": 15}


def test_clutter_heights_are_those_of_the_recommendation_and_name_their_source():
    "ITU-R P.1812, table 2; and our choice between open and trees."
    for section, entry in table("clutter_heights.toml").items():
        assert set(entry) == {"classes", "source", "heights_m"}, section
        assert "P.1812" in entry["source"]
        assert set(entry["heights_m"].values()) <= {0, 10, 15, 20}, section


def test_dictionary_has_every_layer():
    assert set(table("data_dictionary.toml")["layers"]) == set(config.LAYER_NAMES)


@pytest.mark.parametrize("part", ["layers", "snapshot"])
def test_dictionary_says_all_of_every_column(part):
    for layer, columns in table("data_dictionary.toml")[part].items():
        for column, entry in columns.items():
            where = f"{part}.{layer}.{column}"
            assert set(entry) == {"type", "unit", "en", "vi", "tier"}, where
            assert entry["type"].removesuffix("?") in TYPES, where
            assert entry["tier"] in TIERS, where
            assert entry["en"], where
            assert entry["vi"], where


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [("_mhz", "MHz"), ("_m", "m"), ("_km2", "km2"), ("_dbm", "dBm"), ("_deg", "deg"), ("_kv", "kV"), ("_min", "min")],
)
def test_units_are_those_in_the_names(suffix, unit):
    parts = table("data_dictionary.toml")
    found = {
        column: entry["unit"]
        for part in parts.values()
        for columns in part.values()
        for column, entry in columns.items()
        if column.endswith(suffix)
    }
    assert found
    assert set(found.values()) == {unit}, found


SYNONYMS = table("synonyms.toml")
LISTS = {"units", "succession", "census"}


def names_of(section: str) -> list[str]:
    """Every name of a section of the synonyms as a slug, the columns' own among them."""
    columns, second = SYNONYMS[section], SYNONYMS[section].get("second_choice", {})
    own = [name for column, names in columns.items() if column != "second_choice" for name in (column, *names)]
    return [slug(name) for name in [*own, *(name for names in second.values() for name in names)]]


def test_synonyms_lead_to_columns_that_are_filed():
    assert set(SYNONYMS) == {*LAYERS, *LISTS, "place", "unit"}
    assert set(SYNONYMS["place"]) - {"second_choice"} == set(PLACE)
    assert set(SYNONYMS["unit"]) == set(UNIT)
    dated = {"province_code", "valid_from", "valid_to"}
    for layer in LAYERS:
        columns = {*SYNONYMS[layer], *SYNONYMS[layer].get("second_choice", {})} - {"second_choice"}
        assert columns - set(spec(layer).fields) <= (dated if layer == "communes" else set()), layer


@pytest.mark.parametrize("section", SYNONYMS)
def test_a_name_stands_once_in_its_section(section):
    names = names_of(section)
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_repeats_no_name_that_all_layers_share(layer):
    assert set(names_of(layer)) & {*names_of("place"), *names_of("unit")} == set()


def test_a_word_means_one_thing():
    vocabulary = table("vocabulary.toml")
    assert set(vocabulary) - {"flag", "nothing"} <= {*spec("sites").fields, *spec("reports").fields}
    for column, meanings in vocabulary.items():
        pairs = {(slug(word), meaning) for meaning, words in meanings.items() for word in (meaning, *words)}
        assert column == "nothing" or len({word for word, _ in pairs}) == len(pairs), column


def test_open_layers_name_known_layers_and_licences():
    licences = table("licences.toml")
    for name, entry in table("open_layers.toml").items():
        assert entry["layer"] in config.LAYER_NAMES, name
        assert entry["licence"] in licences, name
        assert {"what", "made_by", "taken_from", "repository_licence", "crs", "faults"} <= set(entry), name


def test_licences_say_what_they_allow():
    for name, entry in table("licences.toml").items():
        assert set(entry) == {"name", "allows", "redistribution", "attribution"}, name
        assert entry["redistribution"] in {"yes", "share-alike", "ask"}, name
