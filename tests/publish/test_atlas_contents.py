"""What a map page holds: figures, columns, places and the pages of a folder, of the small edition and its tiers."""

from __future__ import annotations

import dataclasses
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.errors import SnapshotError
from phusong.publish.atlas import Asked, Earlier, write
from phusong.publish.atlas.assembly import aligned
from phusong.publish.atlas.contents import credited
from phusong.publish.atlas.figures import figures, joint_class
from phusong.publish.atlas.packing import MISSING, Columns, lines, texts
from phusong.publish.atlas.wording import figure_words
from phusong.publish.digits import numbers_of

WORDS = figure_words()


def no_image(name):
    del name


def quiet(*told):
    del told


def data_of(file):
    page = file.read_text("utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def column(data, place):
    "As columns.js does it."
    made = []
    for entry in data["columns"]:
        own = numbers_of(entry["digits"])
        made.append(made[entry["less"]] - own if "less" in entry else own)
    return made[place["column"]].tolist()


@pytest.fixture
def full(edition):
    "The small edition with all columns of its operators, satellite terminals and a task."
    villages = {"villages": [3, None, 0, 4], "villages_without_signal": [1, None, 0, 0]}
    villages |= {f"villages_without_{thing}": [0, None, 0, 0] for thing in ("power", "both")}
    villages |= {f"villages_{thing}_unknown": [n, None, 0, 0] for thing, n in (("signal", 0), ("power", 2))}
    unknown = {"nr_mang_b_x_b_unknown_people": [0, 2000, 0, 0]}
    communes = edition.communes.assign(area_km2=25.0, people_vintage=2020, **villages, **unknown)
    task = {"task_id": "T1", "work": "Dựng trạm <b>", "agency": "Sở A", "person": "Bà B", "deadline": "2026-12-31"}
    task |= {"status_vi": "đang thực hiện trong hạn", "status_en": "running", "zone_id": "2026Q2-9"}
    elsewhere = {"task_id": "T2", "work": "Nơi khác", "agency": "Sở C", "deadline": "", "commune_code": "99999"}
    tasks = pd.DataFrame([{**task, "zones_now": "2026Q3-0002"}, elsewhere])
    return dataclasses.replace(edition, communes=communes, tasks={"tasks": tasks})


@pytest.fixture
def pages(full, tmp_path):
    "The pages of a tier, by the name of their file."

    def made(tier="regulator", earlier=None, **units):
        files = write(full, earlier, no_image, Asked(tier, **units), tmp_path, quiet)
        return {file.name: data_of(file) for file in files}

    return made


def test_pages_of_a_study(pages, tmp_path):
    found = pages()
    assert list(found) == ["index.html", "02-b-an-b.html", "01-dong.html"]
    assert found["index.html"]["units"]["provinces"]["file"] == ["02-b-an-b.html", "01-dong.html"]
    assert sorted(file.name for file in (tmp_path / "regulator").iterdir()) == sorted(found)


def test_unknown_is_neither_no_nor_a_number(pages):
    data = pages()["01-dong.html"]
    first = data["figures"][0]
    assert data["units"]["code"] == ["00002", "00001"]
    assert (first["id"], first["zero"], first["missing"]) == ("nr_any", "no_signal", "no_data")
    assert column(data, first["numerator"]) == [MISSING, 0]
    assert column(data, first["denominator"]) == [0, 1000]
    measured = next(figure for figure in data["figures"] if figure["id"] == "measured")
    assert measured["missing"] == "not_measured"
    assert column(data, measured["numerator"]) == [MISSING, MISSING]


def test_same_edition_same_bytes_also_for_one_page_alone(full, tmp_path):
    together = write(full, None, no_image, Asked("public"), tmp_path / "a", quiet)
    alone = write(full, None, no_image, Asked("public", province="01"), tmp_path / "b", quiet)
    assert [file.name for file in alone] == ["01-dong.html"]
    assert alone[0].read_bytes() == together[-1].read_bytes()


def test_a_commune_comes_with_its_neighbours(pages):
    data = pages(commune="00002")["00002-script-script-alert-2-script.html"]
    assert data["units"]["code"] == ["00002", "00003", "00001"]
    assert numbers_of(data["units"]["own"]["digits"]).tolist() == [1, 0, 0]
    assert column(data, data["sentences"][0]["which"])[1:] == [MISSING, MISSING]
    assert data["base"]["code"] == ["01", "02"]


def test_lower_tiers_hold_no_sites_and_no_lines(pages):
    marks = {name: [mark["id"] for mark in data["marks"]] for name, data in pages("public").items()}
    assert marks["01-dong.html"] == ["zones", "villages"]
    assert [mark["id"] for mark in pages("regulator")["01-dong.html"]["marks"]] == [
        "lines",
        "zones",
        "villages",
        "sites",
    ]


def test_small_counts_are_left_out_for_everyone_and_shown_to_their_own(pages):
    terminals = {}
    for tier, units in (("public", {}), ("province", {"province": "01"})):
        data = pages(tier, **units)["01-dong.html"]
        figure = next(figure for figure in data["figures"] if figure["id"] == "terminals")
        terminals[tier] = column(data, figure["numerator"]), figure["suppressed"]
    assert terminals == {"public": ([MISSING, MISSING], [1]), "province": ([MISSING, 3], [])}


def test_roads_are_drawn_by_rank_under_everything(full, tmp_path):
    "The page of the country draws national roads, that of a province main ones too, that of a commune all known ones."
    west, south, east, north = full.communes.total_bounds
    classes = ["trunk", "Đường tỉnh", "residential", "footway", None]
    roads = [shapely.LineString([(west, y), (east, y)]) for y in np.linspace(south, north, 7)[1:6]]
    table = gpd.GeoDataFrame({"road_class": classes}, geometry=roads, crs=full.communes.crs)
    drawn, none = {}, dataclasses.replace(full, roads=table.iloc[:0])
    for units in ({}, {"province": "01"}, {"commune": "00001"}):
        data = data_of(
            write(dataclasses.replace(full, roads=table), None, no_image, Asked("public", **units), tmp_path, quiet)[0]
        )
        first = data["marks"][0]
        assert (first["id"], first["ground"]) == ("roads", True)
        drawn[data["level"]] = numbers_of(first["class"]["digits"]).tolist()
        marks = data_of(write(none, None, no_image, Asked("public", **units), tmp_path, quiet)[0])["marks"]
        assert "roads" not in [mark["id"] for mark in marks]
    assert drawn == {"nation": [0], "province": [0, 0], "commune": [0, 0, 1]}


def test_a_task_says_who_is_responsible_until_when(pages):
    data = pages()["01-dong.html"]
    zones = next(mark for mark in data["marks"] if mark["id"] == "zones")
    assert len(data["tasks"]) == 1
    task = data["tasks"][0]
    assert (task["title"], task["responsible"], task["due"]) == ("Dựng trạm <b>", "Sở A, Bà B", "2026-12-31")
    assert zones["name"][task["zone"]] == "Bản Ngoẵng"
    assert zones["ids"][task["zone"]] == "2026Q3-0002"


def test_open_street_map_and_world_pop_are_named_where_they_were_used(full, tmp_path):
    lines = {"layer": "power_lines", "source": "OpenStreetMap contributors, 2025", "licence": "ODbL 1.0"}
    inputs = [lines, {"layer": "population", "source": "WorldPop 2020", "licence": "CC BY 4.0"}]
    used = dataclasses.replace(full, run={**full.run, "inputs": inputs})
    for edition, said in ((used, True), (full, False)):
        for file in write(edition, None, no_image, Asked("public"), tmp_path, quiet):
            page = file.read_text("utf-8")
            for credit in ("© OpenStreetMap contributors, 2025; ODbL 1.0", "WorldPop 2020; CC BY 4.0"):
                assert (credit in page) == said


@pytest.mark.parametrize("sign", ["", "© ", "(c) ", "(C)", "©"])
def test_the_sign_of_a_credit_stands_once(sign):
    assert credited(f"Đường dây: {sign}OpenStreetMap contributors; x") == "Đường dây: © OpenStreetMap contributors; x"
    assert credited(f"{sign}OpenStreetMap, WorldPop") == "© OpenStreetMap contributors, WorldPop"


def test_what_is_not_there_is_said(pages):
    for units in ({"province": "77"}, {"commune": "00077"}):
        with pytest.raises(SnapshotError, match=r"has no (province|commune) '0*77'"):
            pages("public", **units)
    with pytest.raises(ValueError, match="needs the code"):
        pages("commune")


def test_nothing_is_written_when_a_page_fails(full, tmp_path, monkeypatch):
    write(full, None, no_image, Asked("public"), tmp_path, quiet)
    before = {file.name: file.read_bytes() for file in (tmp_path / "public").iterdir()}
    drawn = []

    def failing(contents):
        drawn.append(contents)
        if len(drawn) == 3:
            raise OSError("disk full")
        return b"other"

    monkeypatch.setattr("phusong.publish.atlas.folder.render", failing)
    with pytest.raises(OSError, match="disk full"):
        write(full, None, no_image, Asked("public"), tmp_path, quiet)
    assert {file.name: file.read_bytes() for file in (tmp_path / "public").iterdir()} == before
    assert [place.name for place in tmp_path.iterdir()] == ["public"]


def test_earlier_figures_are_of_the_same_area(full):
    "The second commune grew, the third was not there."
    earlier = full.communes.iloc[[3, 1, 0]].assign(area_km2=[25.0, 20.0, 25.1], nr_people=[1, 2, 3])
    found = aligned(full.communes, earlier)
    assert found["nr_people"].fillna(-1).tolist() == [3, -1, -1, 1]


def test_before_stands_beside_now(pages, full):
    earlier = Earlier("2026Q2", full.communes.assign(nr_people=[0, 0, 2000, 3999]))
    data = pages("public", earlier)["02-b-an-b.html"]
    assert data["page"]["before"] == "2026Q2"
    first = data["figures"][0]
    assert column(data, first["numerator"]) == [2969, 4000]
    assert column(data, first["before"]["numerator"]) == [2000, 3999]


def test_an_edition_of_communes_only(bare, tmp_path):
    data = data_of(write(bare, None, no_image, Asked("public"), tmp_path, quiet)[0])
    assert (data["marks"], data["tasks"], data["rasters"]) == ([], [], [])
    assert data["page"]["people_year"] is None


def test_a_commune_of_which_nothing_is_known_and_one_of_thirteen_islands_with_a_long_name(full, tmp_path):
    places = [(x, y) for x in range(700_000, 790_000, 15_000) for y in (2_300_000, 2_340_000)]
    islands = shapely.MultiPolygon([shapely.box(x, y, x + 800, y + 600) for x, y in [*places, (650_000, 2_290_000)]])
    counts = dict.fromkeys(full.communes.select_dtypes("number"), np.nan)
    row = {
        "commune_code": "09999",
        "commune_name": "Đặc khu " + "Ngã " * 123,
        "province_code": "01",
        "province_name": "Tỉnh Đông",
    }
    unknown = gpd.GeoDataFrame([{**counts, **row}], geometry=[islands], crs=full.communes.crs)
    numbers = full.communes.assign(**{name: full.communes[name].astype(float) for name in counts})
    more = dataclasses.replace(full, communes=pd.concat([numbers, unknown], ignore_index=True))
    file = write(more, None, no_image, Asked("public", commune="09999"), tmp_path, quiet)[0]
    data = data_of(file)
    assert len(file.name) < 60
    assert data["units"]["view"] == data["units"]["bounds"]
    assert all(set(column(data, figure["numerator"])) == {MISSING} for figure in data["figures"])
    said = [sentence["templates"][column(data, sentence["which"])[0]]["vi"] for sentence in data["sentences"]]
    assert said[:2] == [WORDS["no_nr.no_data"].vi, WORDS["villages_lack.no_data"].vi]


def test_what_most_people_lack():
    people = {
        "gap_none_people": [60, 50, 10, 0, None],
        "gap_signal_people": [40, 20, 20, 0, 1],
        "gap_power_people": [0, 30, 20, 0, 1],
        "gap_both_people": [0, 0, 50, 0, 1],
        "gap_unknown_people": [900, 0, 0, 7, 1],
    }
    assert joint_class(pd.DataFrame(people)).tolist() == [0, 2, 3, 4, MISSING]


def test_a_figure_without_its_columns_is_left_out():
    ids = [figure.id for figure in figures(pd.DataFrame({"people": [1], "zones": [0]}), None, ["X"], WORDS)]
    assert ids == ["measured", "people", "zones"]


def test_columns_keep_codes_of_missing_values():
    columns = Columns()
    people = columns.place(np.array([1_000_000, 2_000_000, MISSING]))
    part = columns.place(np.array([999_999, 1_999_990, MISSING]), like=people)
    assert columns.place(np.array([1_000_000, 2_000_000, MISSING]), like=part) == people
    assert column({"columns": columns.packed}, part) == [999_999, 1_999_990, MISSING]
    assert "less" in columns.packed[1]


def test_recurring_texts_stand_once():
    packed = texts(["a", None, "a", "a", "b", "b", "a"])
    assert packed["texts"] == ["a", "b"]
    assert numbers_of(packed["rows"]["digits"]).tolist() == [0, MISSING, 0, 0, 1, 1, 0]


def test_lines_run_on_over_their_ends():
    packed = lines(
        np.array([shapely.LineString([(105, 21), (105.1, 21)]), shapely.LineString([(105, 21), (105, 22), (106, 22)])])
    )
    numbers = numbers_of(packed["text"]).tolist()
    assert numbers[:3] == [2, 2, 3]
    assert np.cumsum(np.array(numbers[3:]).reshape(-1, 2), axis=0)[-1].tolist() == [10_600_000, 2_200_000]
