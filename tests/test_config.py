"""The project file: what it refuses and how it says so, what it fills in, and where it looks for files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from phusong.config import LAYER_NAMES, load, shipped, write_template
from phusong.errors import ConfigError

WHOLE = """
name = "thu"
title = "Thử"

[study]
within = "terrain"

[layers.communes]
path = "communes.gpkg"

[layers.sites]
path = "sites.csv"

[layers.population]
path = "people.tif"

[layers.terrain]
path = "dem/*.hgt"
"""


@pytest.fixture
def written(tmp_path):
    "Load a project file with this text."

    def write(text: str = WHOLE):
        (tmp_path / "project.toml").write_text(text, "utf-8")
        return load(tmp_path)

    return write


def refusal(written, text: str) -> str:
    "The message with which a project file is refused."
    with pytest.raises(ConfigError) as caught:
        written(text)
    return str(caught.value)


def replaced(old: str, new: str) -> str:
    "The whole project file with one thing changed."
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_what_is_not_said_has_the_documented_values(written):
    project = written()
    assert (project.grid.crs, project.grid.pixel_m) == ("EPSG:3405", 100)
    assert (project.radio.propagation, project.radio.reach_km, project.radio.farthest_km) == ("p1812", 10, 10)
    assert (project.power.village_reach_m, project.zones.min_people) == (2000, 10)
    assert (project.radio.nr.limited_dbm, project.radio.lte.good_dbm) == (-110, -100)
    assert project.layers.villages is None
    assert project.synthetic_layers == ()


def test_the_folder_or_the_file_may_be_named(written, tmp_path):
    project = written()
    assert load(tmp_path / "project.toml") == project
    assert project.folder == tmp_path.resolve()
    assert "folder" not in project.model_dump()


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "project.toml").write_text(WHOLE, "utf-8-sig")
    assert load(tmp_path).name == "thu"


def test_a_project_cannot_be_changed(written):
    project = written()
    with pytest.raises(ValidationError, match="frozen"):
        project.name = "khac"
    with pytest.raises(ValidationError, match="frozen"):
        project.radio.nr.good_dbm = -90.0


def test_titles_are_composed(written):
    assert written(replaced('"Thử"', '"Thu\u031b\u0309  "')).title == "Thử"


def test_constants_keep_their_kind(written):
    constants = '{ hardened = true, valid_from = 2025-07-01, backup_hours = 4, eirp_dbm = 60.5, province_code = "01" }'
    project = written(replaced('path = "sites.csv"', f'path = "sites.csv"\nconstants = {constants}'))
    kept = project.layers.sites.constants
    assert kept == {"hardened": True, "valid_from": dt.date(2025, 7, 1), "backup_hours": 4, "eirp_dbm": 60.5,
                    "province_code": "01"}  # fmt: skip
    assert kept["hardened"] is True
    assert isinstance(kept["backup_hours"], int)


def test_the_farthest_reach_is_that_of_any_band(written):
    band = '[[radio.bands]]\nname = "n28"\ntechnology = "NR"\nlow_mhz = 758\nhigh_mhz = 788\nreach_km = 15\n'
    assert written(WHOLE + band).radio.farthest_km == 15


def test_levels_go_by_technology(written):
    radio = written(WHOLE + "[radio.nr]\nlimited_dbm = -120\n").radio
    assert (radio.levels("NR").limited_dbm, radio.levels("LTE").limited_dbm) == (-120, -110)


def test_synthetic_layers_are_named_in_order(written):
    text = replaced('path = "sites.csv"', 'path = "sites.csv"\nsynthetic = true')
    assert written(text + '[layers.villages]\npath = "v.csv"\nsynthetic = true\n').synthetic_layers == (
        "villages", "sites",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nme = 1\n" + WHOLE, "nme: unknown key; did you mean 'name'?"),
        (WHOLE + "[layers.vilages]\npath = 'x'\n", "layers.vilages: unknown key; did you mean 'villages'?"),
        (WHOLE + "[radio]\nreach = 5\n", "radio.reach: unknown key; did you mean 'reach_km'?"),
        (WHOLE + "[layers.villages]\npath = 'x'\nlicense = 'y'\n",
         "layers.villages.license: unknown key; did you mean 'licence'?"),
        (WHOLE + "[[radio.bands]]\nscs = 15\n", "radio.bands.0.scs: unknown key; did you mean 'scs_khz'?"),
        (WHOLE + "[radio.nr]\ngod_dbm = -99\n", "radio.nr.god_dbm: unknown key; did you mean 'good_dbm'?"),
        (WHOLE + "[xyz]\n", "xyz: unknown key"),
        (replaced('name = "thu"', ""), "name: is missing"),
        (replaced('path = "people.tif"', ""), "layers.population.path: is missing"),
        (replaced('name = "thu"', 'name = "Thu Nghiem"'), "name: String should match pattern"),
        (WHOLE + "[grid]\npixel_m = 2\n", "grid.pixel_m: Input should be greater than or equal to 5 (found 2)"),
        (WHOLE + "[grid]\npixel_m = nan\n", "grid.pixel_m: "),
        (WHOLE + "[radio.lte]\nlimited_dbm = -95\n",
         "radio.lte: the thresholds must rise from limited over good to very_good"),
        (WHOLE + "[zones]\nlevel = 'great'\n",
         "zones.level: Input should be 'limited', 'good' or 'very_good' (found 'great')"),
        (WHOLE + "[zones]\ntechnologies = []\n", "zones.technologies: Tuple should have at least 1 item"),
        (WHOLE + "[radio]\npropagation = 'itm'\n",
         "radio.propagation: Input should be 'p1812', '3gpp-rma', '3gpp-uma', '3gpp-umi', 'bullington' or 'free-space' "
         "(found 'itm')"),
        ("folder = 'x'\n" + WHOLE, "the key 'folder' is not known"),
        ("name = \n", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_refusals_name_the_place_and_the_nearest_key(written, text, sentence):
    assert sentence in refusal(written, text)


@pytest.mark.parametrize(
    "study",
    [
        "",
        'within = "terrain"\nprovince_codes = ["01"]',
        "province_codes = []",
        'commune_codes = ["1"]\nwithin = [1, 2, 3, 4]',
    ]
)  # fmt: skip
def test_the_study_area_has_exactly_one_key(written, study):
    message = refusal(written, replaced('within = "terrain"', study))
    assert "study: give exactly one of within, province_codes, commune_codes" in message


@pytest.mark.parametrize(
    ("band", "sentence"),
    [
        ('technology = "NR"\nlow_mhz = 788\nhigh_mhz = 758\n', "band n28: high_mhz is below low_mhz"),
        ('technology = "LTE"\nlow_mhz = 758\nhigh_mhz = 788\nscs_khz = 30\n',
         "band n28: LTE has 15 kHz subcarriers only"),
        ('technology = "3G"\nlow_mhz = 758\nhigh_mhz = 788\n',
         "technology: Input should be 'LTE' or 'NR' (found '3G')"),
    ],
)  # fmt: skip
def test_bands_are_ordered_and_their_subcarriers_exist(written, band, sentence):
    assert sentence in refusal(written, WHOLE + '[[radio.bands]]\nname = "n28"\n' + band)


def test_a_target_is_a_share(written):
    target = '[[targets]]\nname = "x"\ndefinition_id = "y"\nvalue = 99\nby = 2030-12-31\nsource = "z"\n'
    assert "targets.0.value: Input should be less than or equal to 1 (found 99)" in refusal(written, WHOLE + target)


def test_every_fault_is_told_at_once(written):
    text = replaced('title = "Thử"', "") + "[grid]\npixel_m = 1\n[radio]\nreach_m = 5\n"
    message = refusal(written, text)
    assert "3 fault(s)" in message
    for place in ("title: is missing", "grid.pixel_m: ", "radio.reach_m: unknown key; did you mean 'reach_km'?"):
        assert place in message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('path = "communes.gpkg"', "path = 5", "layers.communes.path: "),
        ('within = "terrain"', 'within = "terain"', "study.within: "),
        ('within = "terrain"', "within = [104, 20]", "study.within: "),
        ('path = "sites.csv"', 'path = "sites.csv"\nconstants = { status = [1] }', "layers.sites.constants.status: "),
    ],
)
def test_a_fault_in_a_value_of_several_kinds_is_one_sentence_in_plain_words(written, old, new, place):
    "The reader of the message has not written our annotations: no function-after[nfc(), str] and one line a fault."
    message = refusal(written, replaced(old, new))
    assert place in message
    assert "1 fault(s)" in message


def test_no_project_file(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no project file .*project\.toml.*phusong init DIR"):
        load(tmp_path)


def test_a_project_file_in_another_encoding(tmp_path):
    (tmp_path / "project.toml").write_bytes(WHOLE.encode("utf-16"))
    with pytest.raises(ConfigError, match="is not UTF-8 text; save it as UTF-8"):
        load(tmp_path)


def test_files_are_relative_to_the_project_file_and_patterns_are_sorted(written, tmp_path):
    (tmp_path / "dem").mkdir()
    for name in ("N22E105.hgt", "N21E105.hgt", "readme.txt"):
        (tmp_path / "dem" / name).touch()
    project = written()
    assert [file.name for file in project.files(project.layers.terrain)] == ["N21E105.hgt", "N22E105.hgt"]


def test_an_absolute_pattern(written, tmp_path):
    (tmp_path / "a.hgt").touch()
    project = written(replaced('"dem/*.hgt"', f'"{(tmp_path / "*.hgt").as_posix()}"'))
    assert project.files(project.layers.terrain) == [tmp_path / "a.hgt"]


def test_several_files_keep_the_order_given(written, tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).touch()
    project = written(replaced('"sites.csv"', '["b.csv", "a.csv"]'))
    assert [file.name for file in project.files(project.layers.sites)] == ["b.csv", "a.csv"]


def test_a_missing_file_names_the_nearest(written, tmp_path):
    (tmp_path / "site.csv").touch()
    project = written()
    with pytest.raises(ConfigError, match=r"^layers\.sites: the file sites\.csv is missing \(there is site\.csv\)$"):
        project.files(project.layers.sites)


def test_a_missing_folder_is_a_missing_file(written):
    project = written(replaced('"sites.csv"', '"nowhere/sites.csv"'))
    with pytest.raises(ConfigError, match=r"^layers\.sites: the file nowhere/sites\.csv is missing$"):
        project.files(project.layers.sites)


def test_a_pattern_that_matches_nothing(written):
    project = written()
    with pytest.raises(ConfigError, match=r"no file matches dem/\*\.hgt"):
        project.files(project.layers.terrain)


def test_the_template_is_a_project_file(tmp_path):
    file = write_template(tmp_path / "new")
    project = load(file)
    assert project.study.within == "terrain"
    assert set(type(project.layers).model_fields) == set(LAYER_NAMES)


def test_the_template_shows_the_defaults(tmp_path, written):
    made, bare = load(write_template(tmp_path / "new")), written()
    for section in ("grid", "radio", "people", "power", "zones"):
        assert getattr(made, section) == getattr(bare, section), section


def test_a_project_file_is_never_written_over(tmp_path):
    file = write_template(tmp_path)
    file.write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match="is there already; it was left as it is"):
        write_template(tmp_path)
    assert file.read_text("utf-8") == "mine"


def test_shipped_files_are_found():
    assert shipped("gis_data", "project_template.toml") == Path(shipped("gis_data", "project_template.toml"))
    assert shipped("gis_data", "project_template.toml").is_file()


@pytest.mark.parametrize("line", ['crs = "EPSG:3405"', 'columns = { x = "y" }', "factors = { value = 0.3048 }"])
def test_what_has_no_meaning_for_a_raster_is_refused(written, line):
    "Feet would stay metres without a word."
    name = line.split(" ")[0]
    layer = next(row for row in WHOLE.splitlines() if "dem" in row and "path" in row)
    assert f"terrain is a raster, for which {name} has no meaning" in refusal(
        written, replaced(layer, f"{layer}\n{line}")
    )


def test_a_windows_path_is_told_how_to_be_written(written):
    project = written(replaced('"sites.csv"', r"'data\sites.csv'"))
    with pytest.raises(ConfigError, match="write paths with /"):
        project.files(project.layers.sites)


def test_a_fault_between_keys_is_told_without_the_whole_section(written):
    with pytest.raises(ConfigError) as told:
        written(WHOLE + "\n[power.lights]\nlit_nw_cm2_sr = 0.1\n")
    assert str(told.value).endswith("power.lights: lit_nw_cm2_sr must lie above dark_nw_cm2_sr")
