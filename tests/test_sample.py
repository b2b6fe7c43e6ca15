"""The sample province: a whole study, made up, the same from the same seed, and never on top of something else."""

from __future__ import annotations

import datetime as dt
import shutil
import unicodedata
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod

from phusong import config
from phusong.errors import ConfigError
from phusong.layers import communes as commune_layer
from phusong.layers import dead_zone_list, places, power_lines, roads, substations, tables, terrain
from phusong.layers import sites as site_layer
from phusong.layers import villages as village_layer
from phusong.layers.files import read_features
from phusong.sample import write_sample

LAST_DAY = dt.date(2026, 9, 30)
DATA = ["communes.gpkg", "dead_zone_list.csv", "outages.csv", "places.geojson", "population.tif"]
DATA += ["power_lines.geojson", "roads.geojson", "sites.csv", "substations.csv", "terminals.csv"]
DATA += ["terrain/east.tif", "terrain/west.tif", "villages.csv"]
FILES = [*(f"data/{name}" for name in DATA), "project.toml"]


def contents(folder):
    return {str(p.relative_to(folder).as_posix()): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "new" / "sample"
    assert write_sample(folder) == folder / "project.toml"
    return folder


@pytest.fixture
def written(folder, tmp_path):
    "A copy that a test may spoil."
    return shutil.copytree(folder, tmp_path / "sample")


@pytest.fixture(scope="module")
def study(folder):
    "Every layer as its reader gives it."
    project = config.load(folder)
    units, account = commune_layer.read(project, LAST_DAY)
    return SimpleNamespace(
        project=project,
        account=account,
        outlines=units,
        communes=commune_layer.canonical(units, "EPSG:3405"),
        sites=site_layer.read(project)[0],
        villages=village_layer.read(project)[0],
        power_lines=power_lines.read(project)[0],
        substations=substations.read(project)[0],
        terminals=tables.read_terminals(project)[0],
        outages=tables.read_outages(project)[0],
        places=places.read(project),
        roads=roads.read(project),
        dead_zone_list=dead_zone_list.read(project),
    )


def test_project_file_says_what_the_layers_are(study):
    project = study.project
    given = tuple(name for name in config.LAYER_NAMES if getattr(project.layers, name) is not None)
    assert project.synthetic_layers == given
    absent = {"clutter", "claims", "antennas", "night_lights", "quarantined_sites", "reports"}
    assert set(config.LAYER_NAMES) - set(given) == absent
    assert project.title == "Tỉnh mẫu Phù Sóng (dữ liệu giả lập)"
    layers = [getattr(project.layers, name) for name in given]
    assert {(layer.source, layer.licence, layer.as_of) for layer in layers} == {
        ("synthetic, seed 2026", "CC0", dt.date(2026, 9, 30))
    }
    assert project.layers.population.year == 2026
    assert [band.name for band in project.radio.bands] == ["n28", "n41", "n78", "B3"]


def test_every_carrier_has_its_band(study):
    carriers = set(zip(study.sites.technology, study.sites.frequency_mhz, strict=True))
    for technology, mhz in carriers:
        bands = [b for b in study.project.radio.bands if b.technology == technology and b.low_mhz <= mhz <= b.high_mhz]
        assert len(bands) == 1, (technology, mhz)


def test_communes_are_a_clean_coverage_of_two_provinces(study):
    communes = study.communes
    assert (len(communes), study.account.repaired, study.account.refused) == (100, 0, ())
    assert communes.commune_code.is_unique
    assert set(communes.province_code) == {"97", "98"}
    assert (communes.commune_code.str[:2] == communes.province_code).all()
    assert (communes.commune_code.astype(int) > 33_000).all(), "real communes have codes up to 33000"
    assert shapely.coverage_is_valid(study.outlines.geometry.to_numpy())
    assert (shapely.get_num_geometries(study.outlines.geometry.to_numpy()) == 1).all(), "no exclaves"
    assert (study.outlines.valid_from == "2025-07-01").all()
    assert 1_800 < communes.area_km2.sum() < 2_800
    width, height = np.diff(communes.total_bounds.reshape(2, 2), axis=0)[0] / 1000
    assert 40 < width < 56
    assert 40 < height < 56


def test_names_of_communes_repeat_only_across_provinces(study):
    assert not study.communes.duplicated(["province_code", "commune_name"]).any()
    types = study.communes.commune_type
    assert (study.communes.commune_name.str.split().str[0].str.lower() == types).all()
    assert set(types) == {"xã", "phường"}


def test_wards_are_small_and_few(study):
    areas = study.communes.groupby("commune_type").area_km2.agg(["count", "median"])
    assert 5 <= areas["count"]["phường"] <= 25
    assert areas["median"]["phường"] < areas["median"]["xã"] / 2


def test_official_population_is_missing_for_some(study):
    assert study.communes.population.isna().sum() == 6
    assert study.communes.population.sum() == pytest.approx(800_000, rel=0.15)


@pytest.mark.parametrize("layer", ["villages", "sites"])
def test_points_stand_in_their_commune(study, layer):
    points = getattr(study, layer).to_crs(4326)
    outline = study.outlines.set_index("commune_code").geometry.loc[points.commune_code]
    assert shapely.contains_properly(outline.to_numpy(), points.geometry.to_numpy()).all()


def test_villages_say_yes_no_and_nothing(study):
    villages = study.villages
    assert 900 <= len(villages) <= 1_500
    assert set(villages.commune_code) == set(study.communes.commune_code)
    lacking = villages.has_grid_power.eq(False).fillna(False)
    assert 0.01 < lacking.mean() < 0.06
    assert 0 < villages.has_grid_power.isna().mean() < 0.03
    assert 0 < villages.reported_no_signal.mean() < 0.3
    assert 0 < villages.especially_difficult.mean() < 0.4


def test_three_hundred_sites_of_three_operators(study):
    sites = study.sites
    assert sites.groupby(["operator", "technology"]).size().to_dict() == {
        ("Núi Mẫu", "LTE"): 62,
        ("Núi Mẫu", "NR"): 30,
        ("Sao Mẫu", "LTE"): 46,
        ("Sao Mẫu", "NR"): 28,
        ("Sóng Mẫu", "LTE"): 84,
        ("Sóng Mẫu", "NR"): 50,
    }
    level = sites[sites.azimuths_deg != "omni"].groupby("bandwidth_mhz").eirp_dbm.mean()
    assert level.to_dict() == pytest.approx({10: 63, 20: 62, 100: 75}, abs=1)
    assert set(sites.substation_id.dropna()) <= set(study.substations.substation_id)


def test_5g_stands_on_masts_of_its_operator(study):
    sites = study.sites
    of = {t: set(zip(s.operator, s.geometry.x, s.geometry.y, strict=True)) for t, s in sites.groupby("technology")}
    assert of["NR"] <= of["LTE"]
    positions = {position[1:] for position in of["LTE"]}
    assert len(positions) == 192, "no mast is shared"


def test_5g_grows_in_every_quarter(study):
    nr = study.sites[study.sites.technology == "NR"]
    ends = [dt.date(2025, 9, 30), dt.date(2025, 12, 31), dt.date(2026, 3, 31), dt.date(2026, 6, 30), LAST_DAY]
    counts = [int(site_layer.on_air(nr, end, LAST_DAY).sum()) for end in ends]
    assert counts == [18, 31, 50, 71, 93]
    planned = nr[nr.status == "planned"]
    assert len(planned) == 108 - 93
    assert set(planned.on_air_date.dt.to_period("Q").astype(str)) == {"2026Q4"}
    assert site_layer.contradictions(study.sites, LAST_DAY) == 0


def test_some_voltages_are_missing(study):
    lines = study.power_lines
    assert set(lines.voltage_kv.dropna()) == {110.0, 35.0, 22.0}
    assert 0 < lines.voltage_kv.isna().mean() < 0.2
    assert len(study.substations) == 9
    reached = shapely.STRtree(lines.geometry.to_numpy()).query(study.communes.geometry.to_numpy(), "intersects")[0]
    assert set(reached) == set(range(100)), "a line reaches every commune"


def test_masts_say_their_feeder_and_who_shares_them(study):
    sites = study.sites
    fed = sites[sites.feeder_id.notna()]
    assert (fed.feeder_id.str.split(" ").str[1] == fed.substation_id).all()
    assert sites.feeder_id[sites.substation_id.notna()].isna().any(), "a few do not tell"
    assert fed.feeder_id.nunique() > len(study.substations)
    operators = set(sites.operator)
    shared = {text: set(text.split(";")) for text in sites.shared_with.dropna().unique() if text != "không"}
    assert set().union(*shared.values()) == operators
    assert all(own not in shared.get(text, ()) for own, text in zip(sites.operator, sites.shared_with, strict=True))
    assert (sites.shared_with == "không").any()
    assert sites[sites.hardened].shared_with.isin(list(shared)).any()
    of_mast = sites.groupby([sites.operator, sites.geometry.x, sites.geometry.y])
    assert (of_mast[["feeder_id", "shared_with"]].nunique(dropna=False) == 1).all(axis=None)


def test_every_commune_has_its_places_and_every_village_a_road(study):
    (frame, account), communes = study.places, study.communes
    assert frame.kind.value_counts().to_dict() == {"school": 200, "clinic": 100, "commune_office": 100}
    assert list(account.counts["left_out"]) == ["marketplace"]
    assert account.counts["words_unused"] == []
    offices = frame[frame.kind == "commune_office"].geometry.to_numpy()
    unit, _ = shapely.STRtree(offices).query(communes.geometry.to_numpy(), "contains")
    assert unit.tolist() == list(range(100))
    assert frame.place_name.isna().sum() == 1
    lines = study.roads[0]
    assert len(lines) == len(study.villages) - 1, "a net without a loop"
    assert (shapely.distance(shapely.union_all(lines.geometry), study.villages.geometry.to_numpy()) < 0.2).all()
    assert set(lines.road_class) == {"tertiary", "unclassified"}


def test_the_official_list_has_the_faults_of_such_lists(study):
    listed, account = study.dead_zone_list
    villages = study.villages.set_index("village_id")
    assert account.counts == {"without_place": 2, "half_a_place": 0}
    known = listed[listed.village_id.notna()].set_index("village_id")
    assert (known.village_name == villages.village_name[known.index]).all()
    dark = known[known.lacks.isin(["power", "both"])].index
    assert len(dark) == 6
    assert not villages.has_grid_power[dark].any()
    names = listed[listed.village_id.isna()]
    assert len(names) == 3
    assert names.commune_code.notna().sum() == 1
    misspelt = names[names.geometry.notna()].iloc[0]
    meant = villages[villages.distance(misspelt.geometry) < 1].iloc[0]
    assert meant.village_name[:-1] == misspelt.village_name
    assert names.village_name.isin(villages.village_name).tolist().count(True) == 1, "the one of names alone"


def test_four_quarters(study):
    quarters = ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    active = study.terminals.groupby("period").active_terminals.sum()
    assert active.index.tolist() == quarters
    assert active.is_monotonic_increasing
    assert sorted(study.outages.period.unique()) == quarters
    for table in (study.terminals, study.outages):
        assert 0 < len(table) < 400, "not every commune has a row in every quarter"
        assert set(table.commune_code) <= set(study.communes.commune_code)


def test_people_are_where_the_communes_are(folder):
    with rasterio.open(folder / "data" / "population.tif") as raster:
        people = raster.read(1, masked=True)
        assert raster.crs.to_epsg() == 4326
        assert raster.res == pytest.approx((15 / 3600, 15 / 3600))
    assert people.sum() == pytest.approx(800_000, rel=0.01)
    assert people.min() >= 0
    assert people.mask.any()


def test_terrain_is_two_tiles_with_voids_that_reach_beyond_every_profile(study, folder):
    parts = []
    for name in ("west", "east"):
        with rasterio.open(folder / "data" / "terrain" / f"{name}.tif") as raster:
            parts.append((raster.read(1, masked=True), raster.bounds, raster.dtypes[0], raster.nodata))
    (west, west_bounds, *kind), (east, east_bounds, *_) = parts
    assert kind == ["int16", -32768]
    assert west_bounds.right == pytest.approx(east_bounds.left, abs=1e-9)
    assert 10 < west.mask.sum() + east.mask.sum() < 100
    assert west[:480].mean() > east[480:].mean() + 300, "mountains in the north-west, a plain in the south-east"
    assert 1_200 < max(west.max(), east.max()) < 2_500
    left, bottom, right, top = study.outlines.total_bounds
    middle = (left + right) / 2, (bottom + top) / 2
    geod = Geod(ellps="WGS84")
    margins_m = [
        geod.inv(left, middle[1], west_bounds.left, middle[1])[2],
        geod.inv(right, middle[1], east_bounds.right, middle[1])[2],
        geod.inv(middle[0], bottom, middle[0], west_bounds.bottom)[2],
        geod.inv(middle[0], top, middle[0], west_bounds.top)[2],
    ]
    assert min(margins_m) > 15_000
    assert study.project.radio.farthest_km == 15
    assert len(terrain.find(study.project).tiles) == 2


def test_every_text_is_composed_unicode(folder):
    texts = [p.read_text("utf-8") for p in folder.rglob("*") if p.suffix in (".csv", ".geojson", ".toml")]
    assert len(texts) == 10
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    names = read_features(config.load(folder), "communes")
    words = names.select_dtypes(["object", "string"]).to_numpy(str).ravel()
    assert all(unicodedata.is_normalized("NFC", str(word)) for word in words)


def test_same_seed_same_bytes_other_seed_other_bytes(folder, tmp_path):
    first = contents(folder)
    assert sorted(first) == FILES
    write_sample(tmp_path / "again")
    assert contents(tmp_path / "again") == first
    write_sample(tmp_path / "other", seed=7)
    other = contents(tmp_path / "other")
    assert [name for name in FILES if other[name] == first[name]] == []
    assert b"synthetic, seed 7" in other["project.toml"]
    units, _ = commune_layer.read(config.load(tmp_path / "other"), LAST_DAY)
    assert shapely.coverage_is_valid(units.geometry.to_numpy())


def test_earlier_sample_is_replaced_and_what_lies_beside_it_stays(written):
    (written / "data" / "sites.csv").write_text("half", "utf-8")
    (written / "snapshots").mkdir()
    (written / "snapshots" / "kept.txt").write_text("a run", "utf-8")
    (written / ".sample-of-a-killed-run").mkdir()
    write_sample(written, seed=7)
    assert (written / "snapshots" / "kept.txt").read_text("utf-8") == "a run"
    assert (written / "data" / "sites.csv").stat().st_size > 10_000
    assert b"synthetic, seed 7" in (written / "project.toml").read_bytes()


def test_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years", "utf-8")
    with pytest.raises(ConfigError, match=r"holds thesis\.txt, which is not an earlier sample"):
        write_sample(tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"three years"}


def test_other_study_is_refused(written):
    (written / "project.toml").write_text('name = "nghien-cuu"\n', "utf-8")
    before = contents(written)
    with pytest.raises(ConfigError, match="is not a sample as it was written"):
        write_sample(written)
    assert contents(written) == before


def test_sample_that_somebody_changed_is_refused(written):
    text = (written / "project.toml").read_text("utf-8")
    (written / "project.toml").write_text(text.replace("pixel_m = 100.0", "pixel_m = 50.0"), "utf-8")
    with pytest.raises(ConfigError, match="changed since"):
        write_sample(written)


def test_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "sample").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="is a file; the sample needs a folder"):
        write_sample(tmp_path / "sample")
    with pytest.raises(ConfigError, match="the sample cannot be written into"):
        write_sample(tmp_path / "sample" / "below")
