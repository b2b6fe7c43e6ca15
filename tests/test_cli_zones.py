"""`phusong zones`: the worst zones of a snapshot on the command line, and their sheets."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS
from small_study import Said

from phusong.grid import Grid
from phusong.ledger import snapshot
from phusong.ledger.snapshot import Snapshot

GRID = Grid(CRS("EPSG:3405"), 540_000.0, 2_364_000.0, 100.0, (40, 40))


@pytest.fixture
def phusong(phusong):
    "`phusong zones`."

    def run(*said: object) -> Said:
        return phusong("zones", *said)

    return run


def tables(count: int) -> dict[str, pd.DataFrame]:
    "`count` zones without signal, the last of them born in the period; one village, and nothing else."
    edges = [540_000 + 500 * k for k in range(count)]
    squares = [shapely.MultiPolygon([shapely.box(west, 2_361_000, west + 300, 2_361_300)]) for west in edges]
    ids = [f"2026Q2-{k:04d}" for k in range(1, count)] + ["2026Q3-0001"] * (count > 0)
    zones = pd.DataFrame(
        {"zone_id": ids, "rank": range(1, count + 1), "gap": "signal", "people": range(90, 90 - count, -1)}
    )
    zones = zones.assign(
        rank_low=1, rank_high=count, first_seen=[name[:6] for name in ids], commune_name="=Xã", area_km2=0.09
    )
    events = [("continued", name, "") for name in ids[:-1]] + [("birth", name, "") for name in ids[-1:]]
    places = {"geometry": [shapely.Point(540_100, 2_361_100)], "crs": GRID.crs}
    empty = gpd.GeoDataFrame(geometry=[], crs=GRID.crs)
    return {
        "communes": gpd.GeoDataFrame({"commune_code": ["00001"]}, geometry=[shapely.box(*GRID.bounds)], crs=GRID.crs),
        "zones": gpd.GeoDataFrame(zones, geometry=squares, crs=GRID.crs),
        "zone_events": pd.DataFrame([*events, ("death", "2026Q2-0099", "")], columns=["kind", "zone_id", "others"]),
        "zones_closed": pd.DataFrame({"zone_id": ["2026Q2-0099"], "closed": ["2026Q3"], "why": ["served"]}),
        "sites": empty,
        "villages": gpd.GeoDataFrame(
            {"village_id": ["v"], "village_name": ["Bản Nà"], "people": [9], "signal": ["not_served"]}, **places
        ),
        "power_lines": empty,
        "substations": empty,
    }


@pytest.fixture
def study(tmp_path):
    "A project with a snapshot of 2026Q3; a function that writes it with so many zones."
    (tmp_path / "project.toml").write_bytes((Path(__file__).parents[1] / "gis_data/sample_project.toml").read_bytes())

    def write(count: int, **more: pd.DataFrame) -> Path:
        run = {
            "project": "tinh-mau", "title": "Tỉnh mẫu", "title_en": "Sample", "period": "2026Q3", "as_of": "2026-09-30",
            "synthetic": ["sites"], "people_vintage": 2026, "inputs": [],
            "counts": {"zones": {"drawn": count, "compared_with": {"period": "2026Q2", "digest": "0"}}},
        }  # fmt: skip
        flat = GRID.wrap(np.full(GRID.shape, 7.0, np.float32), "terrain", "m").assign_attrs(nodata=float("nan"))
        people = GRID.wrap(np.ones(GRID.shape, np.float32), "people", "1")
        images = {"terrain": (GRID, flat), "people": (GRID, people)}
        snapshot.write(Snapshot({**tables(count), **more}, images, run), tmp_path / "snapshots")
        return tmp_path

    return write


def test_worst_zones_and_what_changed(phusong, study):
    said = phusong(study(3), "--period", "2026Q3", "--worst", 2)
    assert said.status == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "DỮ LIỆU GIẢ LẬP / SYNTHETIC: sites"
    rows = [[part.strip() for part in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert rows == [
        ["1", "1 – 3", "2026Q2-0001", "thiếu sóng", "90", "=Xã", "2026Q2"],
        ["2", "1 – 3", "2026Q2-0002", "thiếu sóng", "89", "=Xã", "2026Q2"],
    ]
    assert lines[-6:] == [
        "Biến động từ kỳ 2026Q2 / Changes since 2026Q2:",
        "  Mới / Births (1): 2026Q3-0001",
        "  Hết / Deaths (1): 2026Q2-0099 (đã có / served)",
        "  Tách / Splits (0): –",
        "  Nhập / Merges (0): –",
        "  Còn tiếp / Continued: 2",
    ]


def test_sheets_and_table_are_written(phusong, study, tmp_path):
    said = phusong(study(3), "--period", "2026q3", "--worst", 2, "--out", tmp_path / "sheets")
    assert said.status == 0, said.err
    names = ["2026Q2-0001.png", "2026Q2-0002.png", "worst.csv"]
    assert sorted(file.name for file in (tmp_path / "sheets").iterdir()) == names
    assert said.out.splitlines()[-3:] == [f"Wrote {tmp_path / 'sheets' / name}" for name in names]
    table = (tmp_path / "sheets" / "worst.csv").read_text("utf-8-sig").splitlines()
    assert len(table) == 3
    assert ",'=Xã," in table[1]


def test_people_by_signal_and_power_where_the_snapshot_tells(phusong, study):
    people = {f"signal_{s}_power_{p}_people": [n] for n, (s, p) in enumerate(
        (s, p) for s in ("not_served", "served", "unknown") for p in ("not_served", "served", "unknown"))}  # fmt: skip
    provinces = pd.DataFrame({"unit_level": ["study"], "unit_code": [""], "province_name": [""], **people})
    out = phusong(study(1, provinces=provinces), "--period", "2026Q3").out
    row = next(line for line in out.splitlines() if "chưa rõ / unknown" in line)
    assert [part.strip() for part in row.strip("│").split("│")][2:] == ["6", "7", "8", "21"]


def test_a_period_without_dead_zones_is_good_news(phusong, study, tmp_path):
    "The zones that are gone are told all the same; there is nothing to draw."
    said = phusong(study(0), "--period", "2026Q3", "--out", tmp_path / "sheets")
    assert said.status == 0, said.err
    assert "Không có vùng lõm nào trong Quý III/2026." in said.out
    assert "2026Q2-0099 (đã có / served)" in said.out
    assert not (tmp_path / "sheets").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--period", "2026Q1"], "There is no snapshot of 2026Q1"),
        (["--period", "quý 3"], "the period 'quý 3' is not a quarter"),
        (["--period", "2026Q3", "--out", "none/sheets"], "--out none/sheets: there is no folder none"),
    ],
)
def test_wrong_input_is_a_sentence(phusong, study, options, message):
    said = phusong(study(1), *options)
    assert said.status == 1
    assert message in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_no_project_is_a_sentence(phusong, tmp_path):
    said = phusong(tmp_path / "none", "--period", "2026Q3")
    assert (said.status, "There is no project file" in said.err) == (1, True)


def test_a_folder_that_is_a_file_is_a_sentence(phusong, study, tmp_path):
    (tmp_path / "sheets").write_text("", "utf-8")
    said = phusong(study(1), "--period", "2026Q3", "--out", tmp_path / "sheets")
    assert said.status == 1
    assert "sheets" in said.err
    assert "Traceback" not in said.err


def test_a_raster_that_was_changed_is_not_drawn(phusong, study, tmp_path):
    place = study(1)
    file = place / "snapshots/2026Q3/surface/people.tif"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    said = phusong(place, "--period", "2026Q3", "--out", tmp_path / "sheets")
    assert said.status == 1
    assert "people.tif is not the file that the run wrote" in said.err
    assert phusong(place, "--period", "2026Q3").status == 0, "the list needs no raster"


def test_nothing_is_computed_anew(phusong, study):
    "The list is what the snapshot says, whatever the project file says now."
    place = study(2)
    record = json.loads((place / "snapshots/2026Q3/run.json").read_text("utf-8"))
    text = (place / "project.toml").read_text("utf-8").replace("pixel_m = 100", "pixel_m = 50")
    (place / "project.toml").write_text(text, "utf-8")
    assert phusong(place, "--period", "2026Q3").status == 0
    assert json.loads((place / "snapshots/2026Q3/run.json").read_text("utf-8")) == record
