"""The record of a run: every input file with its hash, the settings without places."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from phusong import __version__
from phusong.config import Project
from phusong.ledger import record


def project(folder: Path, **communes: Any) -> Project:
    layers = {
        "communes": {"path": "communes.csv", **communes},
        "sites": {"path": "sites.csv", "synthetic": True},
        "population": {"path": "population.tif", "year": 2020},
        "terrain": {"path": "dem/*.hgt"},
    }
    return Project.model_validate(
        {"name": "dao", "title": "Đảo", "study": {"commune_codes": ["00123"]}, "layers": layers, "folder": folder}
    )


def laid_out(folder: Path) -> Path:
    (folder / "dem").mkdir()
    for name in ("communes.csv", "sites.csv", "population.tif", "dem/N21E106.hgt", "dem/N21E105.hgt"):
        (folder / name).write_text(name, "utf-8")
    return folder


def test_hash_of_a_file(tmp_path: Path):
    "The published SHA-256 of 'abc' (FIPS 180-2, appendix B.1)."
    (tmp_path / "abc").write_bytes(b"abc")
    assert record.sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_every_input_file_by_layer(tmp_path: Path):
    study = project(laid_out(tmp_path), source="GSO", licence="CC BY 4.0", as_of=dt.date(2026, 7, 1))
    entries = list(record.input_files(study))
    assert [(entry["layer"], entry["file"]) for entry in entries] == [
        ("communes", "communes.csv"),
        ("sites", "sites.csv"),
        ("population", "population.tif"),
        ("terrain", "N21E105.hgt"),
        ("terrain", "N21E106.hgt"),
    ]
    assert entries[0] == {
        "layer": "communes",
        "file": "communes.csv",
        "sha256": hashlib.sha256(b"communes.csv").hexdigest(),
        "bytes": 12,
        "source": "GSO",
        "licence": "CC BY 4.0",
        "as_of": "2026-07-01",
        "year": None,
        "synthetic": False,
    }
    assert [entry["synthetic"] for entry in entries] == [False, True, False, False, False]
    assert entries[2]["year"] == 2020


def test_shapefile_is_all_its_files(tmp_path: Path):
    "Names and codes stand in the .dbf, the CRS in the .prj: a change there is a change of the input."
    gpd.GeoDataFrame({"ma_xa": ["00123"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3405).to_file(
        laid_out(tmp_path) / "xa.shp"
    )
    entries = [entry for entry in record.input_files(project(tmp_path, path="xa.shp")) if entry["layer"] == "communes"]
    assert {"xa.shp", "xa.dbf", "xa.prj"} <= {entry["file"] for entry in entries}


def test_settings_say_nothing_of_the_machine(tmp_path: Path):
    "Two places of one study have the same record."
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = (record.settings(project(laid_out(tmp_path / name))) for name in ("a", "b"))
    assert one == other
    assert str(tmp_path) not in json.dumps(one)
    assert "path" not in one["layers"]["communes"]
    assert one["zones"]["min_people"] == 10


def test_versions_of_what_computed():
    found = record.versions()
    assert found["phusong"] == __version__
    assert {"numpy", "shapely", "rasterio"} <= set(found)
