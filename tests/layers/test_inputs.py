"""Inputs: a whole study read at once, its faults told together, and what is cut away counted."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from phusong.config import Prior, Study
from phusong.errors import ConfigError, LayerError, PhusongError
from phusong.layers.cautions import warnings
from phusong.layers.population import without_people
from phusong.layers.reading import read_inputs, selected
from phusong.layers.terrain import Terrain, Tile

WEST, SOUTH = 500_000, 2_300_000
DAY = dt.date(2026, 9, 30)


def read(world, day: dt.date = DAY):
    "The inputs of the study."
    return read_inputs(world.project(), day, lambda _: None)


def account(inputs, name: str) -> dict:
    "The account of a layer in plain form."
    return next(account.as_dict() for account in inputs.accounts if account.layer == name)


def test_the_whole_study(world):
    told: list[str] = []
    inputs = read_inputs(world.project(), DAY, told.append)
    assert inputs.day == DAY
    assert inputs.grid.bounds == (500_000, 2_300_000, 502_000, 2_302_000)
    assert inputs.grid.shape == (20, 20)
    assert inputs.communes.commune_code.tolist() == ["00001", "00002", "00003", "00004"]
    assert len(inputs.neighbours) == 0
    assert inputs.villages.village_id.tolist() == ["V1", "V2", "V3"]
    assert inputs.population.people.sum() == 160
    assert inputs.terrain_grid.bounds == (499_000, 2_299_000, 503_000, 2_303_000)
    assert np.unique(inputs.heights_m).tolist() == [7.0]
    assert (len(inputs.power_lines), len(inputs.substations), len(inputs.terminals), len(inputs.outages)) == (
        0,
        0,
        0,
        0,
    )
    assert told[0] == "reading terrain headers"
    assert "reading sites" in told


def test_every_layer_has_its_account_and_every_row_is_in_it(world):
    inputs = read(world)
    accounts = {account.layer: account for account in inputs.accounts}
    assert list(accounts) == [
        "communes", "terrain", "population", "sites", "villages", "power_lines", "substations", "terminals", "outages",
        "clutter", "claims", "antennas", "dead_zone_list", "night_lights", "places", "roads",
        "quarantined_sites", "reports",
    ]  # fmt: skip
    for one in accounts.values():
        assert one.rows_in == one.accepted + len(one.refused)
    assert account(inputs, "communes")["studied"] == 4
    assert account(inputs, "villages")["commune_unknown"] == 0


def test_sites_are_marked_for_the_period(world):
    sites = read(world).sites
    assert sites.site_id.tolist() == ["S1", "S2", "S3"]
    assert sites.on_air.tolist() == [True, True, False]
    assert sites.in_study.tolist() == [True, True, True]
    assert sites.off_terrain.tolist() == [False, False, False]


def test_an_earlier_period_has_fewer_sites(world):
    inputs = read(world, dt.date(2026, 6, 30))
    assert inputs.sites.on_air.tolist() == [True, False, False]
    assert account(inputs, "sites")["in_reach_on_air"] == 1


def test_sites_out_of_reach_are_read_but_not_kept(world, tmp_path):
    "Reach 1 km: from 999 m outside a site is kept, from 1 001 m on it is not."
    text = (tmp_path / "sites.csv").read_text("utf-8")
    text = text.replace("501500,2301500", "502999,2301500").replace("500500,2301500", "498999,2301500")
    (tmp_path / "sites.csv").write_text(text, "utf-8")
    inputs = read(world)
    assert inputs.sites.site_id.tolist() == ["S1", "S2"]
    assert inputs.sites.in_study.tolist() == [True, False]
    assert (account(inputs, "sites")["accepted"], account(inputs, "sites")["in_reach"]) == (3, 2)


def test_sites_off_the_terrain_are_counted_and_listed(world):
    "Terrain for the southern half only: S2 and S3 stand off it, of which S2 is on air."
    world.raster("dem.tif", np.full((30, 60), 7, np.int16), (498_000, 2_301_000), 100)
    inputs = read(world)
    assert inputs.sites.off_terrain.tolist() == [False, True, True]
    told = account(inputs, "sites")
    assert (told["on_air_off_terrain"], told["off_terrain_site_ids"]) == (1, ["S2"])


def test_neighbours_share_the_population_pixels(world):
    "A fifth commune of another province beside the study, and a sixth far away."
    frame = world.communes(*world.four().geometry, world.square(2, 0), world.square(20, 0))
    world.features("communes", frame.assign(province_code=["01"] * 4 + ["02"] * 2), "c.gpkg")
    world.raster("people.tif", np.full((6, 6), 10, np.float32), (499_700, 2_302_300), 500)
    inputs = read(world)
    assert inputs.communes.commune_code.tolist() == ["00001", "00002", "00003", "00004"]
    assert inputs.neighbours.commune_code.tolist() == ["00005"]
    assert (account(inputs, "communes")["studied"], account(inputs, "communes")["neighbours"]) == (4, 1)


def test_overlaps_and_gaps_are_in_the_account(world):
    frame = world.communes(world.square(0, 0, 1.1, 1), world.square(1, 0), world.square(0, 1), world.square(1, 1))
    world.features("communes", frame, "c.gpkg")
    told = account(read(world), "communes")
    assert (told["overlapping_pairs"], told["gaps"], told["gap_km2"]) == (1, 0, 0.0)
    assert told["overlap_km2"] == pytest.approx(0.1 / 0.9996**2, rel=1e-4)


def test_villages_of_unknown_communes_are_counted(world, tmp_path):
    text = (tmp_path / "villages.csv").read_text("utf-8").replace("00003", "99999")
    (tmp_path / "villages.csv").write_text(text, "utf-8")
    inputs = read(world)
    assert inputs.villages.village_id.tolist() == ["V1", "V2"]
    assert account(inputs, "villages")["commune_unknown"] == 1


def test_tables_are_cut_to_the_study(world):
    rows = "2026Q3,A,00001,3\n2026Q3,A,77777,4\n"
    world.text("terminals", "period,provider,commune_code,active_terminals\n" + rows, "t.csv")
    inputs = read(world)
    assert inputs.terminals.active_terminals.tolist() == [3.0]
    assert account(inputs, "terminals")["accepted"] == 2


@pytest.mark.parametrize("crs", [4326, 32648, 9217])
def test_communes_of_another_crs_are_the_same_study(world, crs):
    expected = read(world)
    world.features("communes", world.four().to_crs(crs), "c.gpkg")
    found = read(world)
    np.testing.assert_allclose(found.communes.total_bounds, expected.communes.total_bounds, atol=1e-2)
    np.testing.assert_allclose(found.communes.area_km2, expected.communes.area_km2, atol=1e-4)


def test_every_fault_of_every_layer_at_once(world, tmp_path):
    "Also of layers that wait for another: population is faulty whether or not the communes can be read."
    (tmp_path / "dem.tif").unlink()
    world.features("communes", world.four().drop(columns="province_code"), "c.gpkg")
    sites = (tmp_path / "sites.csv").read_text("utf-8").replace(",30,omni", ",cao,omni").replace("S3", "S1")
    (tmp_path / "sites.csv").write_text(sites, "utf-8")
    world.layers["villages"].pop("crs")
    world.features("power_lines", world.four(), "l.gpkg", crs="EPSG:4326")
    world.layers["substations"] = {"path": "s.csv", "crs": "EPSG:4326"}
    world.text("terminals", "period,provider,commune_code,active\n2026Q3,A,1,x\n", "t.csv")
    world.text("outages", "commune_code,period,saidi_min,saifi_count\n00001,Q3,1,1\n", "o.csv")
    world.raster("people.tif", np.ones((4, 4), np.float32), (500_000, 2_302_000), 500, crs=None)
    with pytest.raises(PhusongError) as caught:
        read(world)
    message = str(caught.value)
    for sentence in (
        "the file dem.tif is missing",
        "communes: 1 fault\n  - column 'province_code' is missing",
        "sites: 2 faults",
        "height_agl_m: 2 rows not numbers, first at row 3 (found 'cao')",
        "site_id: 2 rows repeated, first at row 3 (found 'S1')",
        "villages: 1 fault\n  - villages.csv is a table and says no CRS",
        "power_lines: 1 fault\n  - l.gpkg says its CRS is VN-2000 / UTM zone 48N, the project file says WGS 84",
        "the file s.csv is missing",
        "terminals: 2 faults",
        "outages: 1 fault\n  - period: 1 row not ",
        "people.tif has no CRS",
    ):
        assert sentence in message, sentence


def test_a_single_fault_comes_as_itself(world, tmp_path):
    (tmp_path / "sites.csv").unlink()
    with pytest.raises(ConfigError, match=r"^layers\.sites: the file sites\.csv is missing"):
        read(world)


def test_communes_with_swapped_axes_are_a_fault_and_no_crash(world):
    swapped = shapely.transform(world.four().to_crs(4326).geometry.to_numpy(), lambda points: points[:, ::-1])
    world.features("communes", world.communes(*swapped, crs=4326), "c.geojson")
    with pytest.raises(PhusongError):
        read(world)


def test_a_terrain_cut_short_is_told_as_a_fault(world, tmp_path):
    world.raster("dem.tif", np.zeros((600, 600), np.int16), (498_000, 2_304_000), 10)
    (tmp_path / "dem.tif").write_bytes((tmp_path / "dem.tif").read_bytes()[:20_000])
    with pytest.raises(PhusongError, match=r"dem\.tif"):
        read(world)


@pytest.mark.parametrize(
    ("crs", "sentence"),
    [
        ("EPSG:4326", "grid.crs = 'EPSG:4326' is WGS 84; expected a projected CRS in metres"),
        (
            "EPSG:2263",
            "grid.crs = 'EPSG:2263' is NAD83 / New York Long Island (ftUS); expected a projected CRS in metres",
        ),
        ("EPSG:0", "grid.crs = 'EPSG:0' is not a coordinate system"),
    ],
)
def test_the_grid_needs_a_projected_crs_in_metres(world, crs, sentence):
    world.grid = {"crs": crs}
    with pytest.raises(ConfigError) as caught:
        read(world)
    assert sentence in str(caught.value)


def test_another_projected_crs_works(world):
    world.grid = {"crs": "EPSG:32648", "pixel_m": 50}
    inputs = read(world)
    assert inputs.grid.crs == CRS(32648)
    assert inputs.population.people.sum() == 160
    assert len(inputs.sites) == 3


def square_terrain(*boxes: tuple[int, int, int]) -> Terrain:
    "Tiles of 1 km pixels: west and south in km from the study's corner, and the number of pixels on a side."
    return Terrain(
        CRS(3405),
        tuple(Tile(None, 500_000 + 1000 * w, 2_300_000 + 1000 * (s + n), (1000, 1000), (n, n)) for w, s, n in boxes),
    )


def choice(frame: gpd.GeoDataFrame, terrain: Terrain | None = None, **study: object) -> list[str]:
    "Codes of the communes that a study selects."
    return frame.commune_code[selected(frame, Study(**study), terrain or square_terrain((-5, -5, 20)))].tolist()


def test_communes_wholly_inside_the_terrain(world):
    assert choice(world.four(), square_terrain((0, 0, 1)), within="terrain") == ["00001"]
    assert choice(world.four(), square_terrain((0, 0, 1), (1, 1, 3)), within="terrain") == ["00001", "00004"]
    assert choice(world.four(), within="terrain") == ["00001", "00002", "00003", "00004"]


def test_a_commune_across_two_tiles_is_inside(world):
    frame = world.communes(world.square(0.5, 0.2, 1, 0.5))
    assert choice(frame, square_terrain((0, 0, 1), (1, 0, 1)), within="terrain") == ["00001"]


def test_communes_inside_a_box_in_degrees(world):
    west, south, east, north = world.four().to_crs(4326).total_bounds
    middle = (west + east) / 2 + 1e-6
    assert choice(world.four(), within=(west - 1e-3, south - 1e-3, middle, north + 1e-3)) == ["00001", "00003"]


def test_communes_by_code(world):
    frame = world.four().assign(province_code=["01", "02", "01", "03"])
    assert choice(frame, province_codes=("01", "03")) == ["00001", "00003", "00004"]
    assert choice(frame, commune_codes=("00002",)) == ["00002"]


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        (
            {"province_codes": ("01", "99", "98")},
            "study.province_codes: no commune of that day has province_code 98, 99",
        ),
        ({"commune_codes": ("00001", "7")}, "study.commune_codes: no commune of that day has commune_code 7"),
        (
            {"within": (10.0, 10.0, 11.0, 11.0)},
            "study.within = (10.0, 10.0, 11.0, 11.0): no commune lies wholly inside",
        ),
    ],
)
def test_a_study_of_nothing_is_refused(world, study, sentence):
    with pytest.raises(ConfigError) as caught:
        choice(world.four(), **study)
    assert str(caught.value) == sentence


def test_a_terrain_that_holds_no_commune(world):
    with pytest.raises(ConfigError, match=r"study\.within = 'terrain': no commune lies wholly inside"):
        choice(world.four(), square_terrain((5, 5, 1)), within="terrain")


def test_layers_without_rows_in_the_study_are_empty_frames(world):
    world.text(
        "villages", "village_id,village_name,commune_code,has_grid_power,longitude,latitude\n", "v.csv", crs="EPSG:4326"
    )
    inputs = read(world)
    assert len(inputs.villages) == 0
    assert isinstance(inputs.villages, gpd.GeoDataFrame)
    assert isinstance(inputs.outages, pd.DataFrame)


def test_sites_that_are_all_far_away_are_refused(world, tmp_path):
    "Each row is fine by itself; together they say that the coordinates are not what the project file says."
    far = (tmp_path / "sites.csv").read_text("utf-8").replace(",23", ",13")
    (tmp_path / "sites.csv").write_text(far, "utf-8")
    with pytest.raises(
        LayerError, match=r"none of the \d+ sites is within reach of the study; are crs and coordinates"
    ):
        read(world)


def test_a_header_without_sites_is_refused(world, tmp_path):
    header = (tmp_path / "sites.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "sites.csv").write_text(header + "\n", "utf-8")
    with pytest.raises(LayerError, match="the file has no rows"):
        read(world)


def test_terrain_of_another_place_is_refused(world):
    ground = np.full((60, 60), 7, np.int16)
    world.layers["terrain"] = {"path": world.raster("far.tif", ground, (WEST - 90_000, SOUTH + 4000), 100)}
    with pytest.raises(LayerError, match="no pixel of the study lies on it"):
        read(world)


def test_warnings_say_what_may_mislead(world):
    counts = {a.layer: a.counts for a in read(world).accounts}
    assert counts["terrain"]["study_covered_share"] == 1
    assert counts["population"]["communes_without_people"] == 0
    silent = warnings(read(world).accounts)
    assert not any("terrain" in sentence or "population" in sentence for sentence in silent)


def test_communes_without_people_are_counted_part_by_part(world, monkeypatch):
    "One pixel at a time gives what all together give; the second commune has none."
    people = read(world).population
    outlines = [shapely.box(*shapely.total_bounds(shapely.polygons(people.corners_m))), shapely.box(-9, -9, -8, -8)]
    communes = gpd.GeoDataFrame(geometry=outlines, crs=3405)
    assert len(people.people) > 1
    for pixels in (1, 65536):
        monkeypatch.setattr("phusong.layers.population._FEW", pixels)
        assert [without_people(people, communes, workers=count) for count in (1, 2)] == [1, 1]


def test_layers_that_are_not_there_are_nothing(world):
    inputs = read(world)
    assert inputs.clutter_m is None
    assert inputs.antennas == {}
    assert len(inputs.claims) == 0
    assert (inputs.dead_zone_list, inputs.places, inputs.roads) == (None, None, None)
    assert (inputs.quarantined_sites, inputs.reports) == (None, None)
    assert np.isnan(inputs.radiance_nw_cm2_sr).tolist() == [True, True, True]
    assert not any("night_lights" in sentence or "places" in sentence for sentence in warnings(inputs.accounts))
    assert inputs.sites.assumed.tolist() == ["", "", ""]
    assert inputs.sites.setting.tolist() == ["rural", "rural", "rural"]
    assert inputs.sites.mechanical_tilt_deg.tolist() == [0, 0, 0]
    assert inputs.sites.antenna.isna().all()
    assert (account(inputs, "sites")["assumed"], account(inputs, "sites")["urban"]) == ({}, 0)


def with_priors(world, *priors: dict, day: dt.date = DAY):
    "The inputs of the study with these priors."
    project = world.project()
    radio = project.radio.model_copy(update={"priors": tuple(Prior(source="a test", **prior) for prior in priors)})
    return read_inputs(project.model_copy(update={"radio": radio}), day, lambda _: None)


def test_what_a_filing_leaves_empty_is_taken_from_the_priors(world, tmp_path):
    "S1 stands in a ward, S2 and S3 in communes; the column of the tilts is not there at all."
    world.features("communes", world.four().assign(commune_type=["phường", "xã", "xã", "xã"]), "communes.gpkg")
    text = (tmp_path / "sites.csv").read_text("utf-8").replace("downtilt_deg", "remark").replace(",30,omni", ",,omni")
    (tmp_path / "sites.csv").write_text(text, "utf-8")
    inputs = with_priors(world, {"setting": "urban", "height_agl_m": 25}, {"height_agl_m": 45, "downtilt_deg": 2})
    sites = inputs.sites
    assert sites.setting.tolist() == ["urban", "rural", "rural"]
    assert sites.height_agl_m.tolist() == [25, 30, 45]
    assert sites.downtilt_deg.tolist() == [2, 2, 2]
    assert sites.assumed.tolist() == ["height_agl_m;downtilt_deg", "downtilt_deg", "height_agl_m;downtilt_deg"]
    assert account(inputs, "sites")["assumed"] == {"height_agl_m": 2, "downtilt_deg": 3}
    assert account(inputs, "sites")["urban"] == 1
    told = warnings(inputs.accounts)
    assert "sites: height_agl_m of 2 is assumed by the project's priors" in told
    assert "sites: downtilt_deg of 3 is assumed by the project's priors" in told


def test_what_no_prior_fills_is_refused(world, tmp_path):
    text = (tmp_path / "sites.csv").read_text("utf-8").replace(",30,omni", ",,omni")
    (tmp_path / "sites.csv").write_text(text, "utf-8")
    with pytest.raises(LayerError, match="height_agl_m: 2 sites have none and no prior fits, first S1"):
        read(world)
    with pytest.raises(LayerError, match="height_agl_m: 1 site has none and no prior fits, first S3"):
        with_priors(world, {"operator": "Viettel", "height_agl_m": 25})


def test_clutter_lies_on_the_terrain_grid(world):
    "Class 10 is trees; 3 is no class of WorldCover and is told."
    cover = np.full((40, 40), 10, np.uint8)
    cover[0, 0] = 3
    world.layers["clutter"] = {"path": world.raster("cover.tif", cover, (WEST - 1000, SOUTH + 3000), 100)}
    inputs = read(world)
    assert inputs.clutter_m.shape == inputs.terrain_grid.shape == (40, 40)
    assert (inputs.clutter_m[0, 0], inputs.clutter_m[0, 1]) == (0, 15)
    assert account(inputs, "clutter")["pixels"] == {"3": 1, "10": 1599}
    assert "clutter: 1 pixels are of classes without a height, taken as 0 m: 3" in warnings(inputs.accounts)


def test_claims_are_cut_to_the_grid_and_their_operators_looked_for(world):
    frame = gpd.GeoDataFrame(
        {"operator": ["Viettel", "VNPT", "VNPT"], "technology": ["NR", "NR", "LTE"]},
        geometry=[world.square(0, 0), world.square(1, 1), world.square(9, 9)],
        crs=3405,
    )
    world.features("claims", frame, "claims.gpkg")
    inputs = read(world)
    assert inputs.claims.operator.tolist() == ["VNPT", "Viettel"]
    told = account(inputs, "claims")
    assert (told["accepted"], told["touching"], told["operators_without_site"]) == (3, 2, ["VNPT NR"])
    assert "claims: no site in reach of VNPT NR" in warnings(inputs.accounts)


def test_a_claimant_that_reads_like_another_operator_is_refused(world):
    frame = gpd.GeoDataFrame({"operator": ["VIETTEL"], "technology": ["NR"]}, geometry=[world.square(0, 0)], crs=3405)
    world.features("claims", frame, "claims.gpkg")
    with pytest.raises(LayerError, match="claims: 1 fault\n  - operator: 'VIETTEL' and 'Viettel' read alike"):
        read(world)


def test_antenna_patterns_of_far_frequencies_are_told(world, tmp_path):
    rows = "\n".join(f"{angle} 0" for angle in range(360))
    (tmp_path / "K9.msi").write_text(f"FREQUENCY 900\nHORIZONTAL 360\n{rows}\nVERTICAL 360\n{rows}\n", "utf-8")
    lines = (tmp_path / "sites.csv").read_text("utf-8").splitlines()
    named = [lines[0] + ",antenna", *(line + name for line, name in zip(lines[1:], (",K9", ",K9", ","), strict=True))]
    (tmp_path / "sites.csv").write_text("\n".join(named), "utf-8")
    world.layers["antennas"] = {"path": "*.msi"}
    inputs = read(world)
    assert inputs.sites.antenna.tolist() == ["K9", "K9", None]
    assert list(inputs.antennas) == ["K9"]
    told = "antennas: 2 sites have a pattern of a frequency over 25 % away from their carrier's"
    assert told in warnings(inputs.accounts)


def test_places_and_roads_are_cut_to_the_grid(world):
    here = {"crs": "EPSG:3405", "columns": {"longitude": "x", "latitude": "y"}}
    rows = "a,school,500500,2300500\nb,school,502001,2300500\nc,pub,500500,2300500\n"
    world.text(
        "places", f"place_id,kind,x,y\n{rows}", "places.csv", kinds={"school": "school", "clinc": "clinic"}, **here
    )
    lines = [shapely.LineString([(WEST - 500, SOUTH), (WEST + 500, SOUTH + 500)]), shapely.LineString([(0, 0), (9, 9)])]
    world.features("roads", gpd.GeoDataFrame(geometry=lines, crs=3405), "roads.gpkg")
    inputs = read(world)
    assert inputs.places.place_id.tolist() == ["a"]
    assert inputs.roads.geometry.tolist() == lines[:1]
    told = account(inputs, "places")
    assert (told["accepted"], told["left_out"], told["touching"]) == (3, {"pub": 1}, 1)
    assert (account(inputs, "roads")["accepted"], account(inputs, "roads")["touching"]) == (2, 1)
    assert "places: no row bears the kind clinc" in warnings(inputs.accounts)


def test_places_that_all_lie_elsewhere_are_none_and_not_a_missing_layer(world):
    text = "kind,x,y\nschool,900000,2300500\n"
    world.text("places", text, "places.csv", crs="EPSG:3405", columns={"longitude": "x", "latitude": "y"})
    assert len(read(world).places) == 0


def test_the_official_list_is_cut_to_what_may_speak_of_the_study(world):
    "Row 2 by its village, row 3 by its commune's name, row 4 cannot be told; row 5 names another province's commune."
    frame = world.communes(*world.four().geometry, world.square(20, 0))
    world.features("communes", frame.assign(province_code=["01"] * 4 + ["02"]), "communes.gpkg")
    rows = ["V2,Bản Hai,,,500500,", ",Bản Tư,,Xã 4,,", ",Bản Mất,,,,", ",Bản Xa,00005,,,"]
    text = "village_id,village_name,commune_code,commune_name,x,y,lacks\n" + "".join(f"{row},signal\n" for row in rows)
    world.text("dead_zone_list", text, "l.csv", crs="EPSG:3405", columns={"longitude": "x", "latitude": "y"})
    inputs = read(world)
    assert sorted(inputs.dead_zone_list.source_row) == [2, 3, 4]
    assert inputs.dead_zone_list.index.tolist() == [0, 1, 2]
    told = account(inputs, "dead_zone_list")
    assert (told["accepted"], told["studied"], told["without_place"], told["half_a_place"]) == (4, 3, 4, 1)
    sentence = "dead_zone_list: 1 rows give one coordinate without the other; only their names count"
    assert sentence in warnings(inputs.accounts)


def test_night_lights_are_read_at_the_villages_of_the_study(world):
    "V1 stands in the south-west, V2 in the south-east, V3 in the north-west."
    values = np.array([[0.4, np.nan], [3.0, np.nan]], np.float32)
    world.layers["night_lights"] = {"path": world.raster("viirs.tif", values, (WEST, SOUTH + 2000), 1000)}
    inputs = read(world)
    assert inputs.radiance_nw_cm2_sr[[0, 2]] == pytest.approx([3.0, 0.4])
    assert np.isnan(inputs.radiance_nw_cm2_sr[1])
    assert account(inputs, "night_lights")["villages_unknown"] == 1
    assert not any("night_lights" in sentence for sentence in warnings(inputs.accounts))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.9, "night_lights: the brightest village has 0.9 nW/cm²/sr; is it radiance that the file holds?"),
        (np.nan, "night_lights: nothing is known of any village"),
    ],
)
def test_lights_that_may_be_none_are_told(world, value, told):
    raster = world.raster("v.tif", np.full((1, 1), value, np.float32), (WEST, SOUTH + 2000), 2000)
    world.layers["night_lights"] = {"path": raster}
    assert told in warnings(read(world).accounts)


def test_faults_of_the_new_layers_are_told_with_the_others(world, tmp_path):
    (tmp_path / "K9.msi").write_text("", "utf-8")
    world.layers["antennas"] = {"path": "*.msi"}
    world.layers["clutter"] = {"path": "none.tif"}
    world.layers["claims"] = {"path": "none.gpkg"}
    world.layers["night_lights"] = {"path": "dark.tif"}
    world.layers["places"] = {"path": "nowhere.gpkg"}
    world.layers["roads"] = {"path": "no_roads.gpkg"}
    world.layers["dead_zone_list"] = {"path": "no_list.csv"}
    with pytest.raises(PhusongError) as caught:
        read(world)
    for sentence in (
        "K9.msi: has no HORIZONTAL section",
        "the file none.tif is missing",
        "the file none.gpkg is missing",
        "the file dark.tif is missing",
        "the file nowhere.gpkg is missing",
        "the file no_roads.gpkg is missing",
        "the file no_list.csv is missing",
    ):
        assert sentence in str(caught.value)
