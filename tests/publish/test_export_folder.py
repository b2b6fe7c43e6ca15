"""The folder of an export: whole or not at all, nobody else's files touched, everything described, tiers kept."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from canaries import found, word
from small_exports import image_of

from phusong.errors import SnapshotError
from phusong.ledger import bundle
from phusong.publish.exports import FORMATS, Asked, write
from phusong.publish.exports.metadata import ENDING


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", FORMATS)
def test_everything_is_described_and_twice_is_the_same(edition, tmp_path, form):
    written = write(edition, image_of, Asked(form), tmp_path / "one")
    write(edition, image_of, Asked(form), tmp_path / "two")
    one = files_in(tmp_path / "one")
    assert one == files_in(tmp_path / "two")
    assert {str(path.relative_to(tmp_path / "one")) for path in written} | {"export.json"} == set(one)
    data = [name for name in one if Path(name).suffix in {".gpkg", ".parquet", ".geojson", ".tif", ".pmtiles"}]
    data += [name for name in one if name.endswith(".csv") and name != "data_dictionary.csv"]
    assert data
    for name in data:
        about = json.loads(one[name + ENDING])
        assert about["dateInfo"]["as_of"] == "2026-09-30", name
        assert about["referenceSystem"]["code"] in {"EPSG:3405", "EPSG:4326"}, name
        assert about["lineage"]["synthetic"] == ["sites", "villages"], name
        assert "SYNTHETIC" in about["lineage"]["statement"]["en"], name
        assert about["contentInfo"], name
    rows = list(csv.DictReader(io.StringIO(one["data_dictionary.csv"].decode("utf-8-sig"))))
    assert all(row["meaning_vi"] and row["meaning_en"] for row in rows)


def test_dictionary_describes_exactly_the_columns_of_the_files(edition, tmp_path):
    write(edition, image_of, Asked("csv", "regulator", with_hexagons=True), tmp_path / "out")
    rows = pd.read_csv(tmp_path / "out" / "data_dictionary.csv")
    for name in ("communes", "zones", "sites", "hexagons"):
        columns = set(pd.read_csv(tmp_path / "out" / f"{name}.csv", nrows=0).columns)
        assert set(rows["column"][rows["table"] == name]) - {"geometry"} == columns - {"longitude", "latitude"}, name


def test_licence_is_that_of_the_strictest_source(edition, tmp_path):
    def constraints(*licences: object) -> dict:
        inputs = [{"layer": "roads", "source": "x", "licence": one, "synthetic": False} for one in licences]
        run = {**edition.run, "inputs": inputs}
        write(dataclasses.replace(edition, run=run), image_of, Asked("csv"), tmp_path / "out")
        return json.loads((tmp_path / "out" / f"zones.csv{ENDING}").read_bytes())["resourceConstraints"]

    assert constraints("CC BY 4.0")["redistribution"] == "yes"
    assert constraints("CC BY 4.0", "ODbL 1.0")["redistribution"] == "share-alike"
    told = constraints("ODbL 1.0", "MIT (repository); the upstream map states no open licence")
    assert told["redistribution"] == "ask"
    assert {one["stated"] for one in told["licences"]} >= {"MIT (repository); the upstream map states no open licence"}
    assert constraints("")["redistribution"] == constraints()["redistribution"] == "ask"


@pytest.mark.parametrize("form", FORMATS)
def test_everyone_gets_nothing_of_a_site(edition, tmp_path, form):
    secret = word("site")
    sites = edition.sites.assign(site_id=[f"{secret.value}{number}" for number in range(4)])
    write(dataclasses.replace(edition, sites=sites), image_of, Asked(form), tmp_path / "public")
    assert found(files_in(tmp_path / "public"), [secret]) == []
    if form not in ("cog", "pmtiles"):
        write(dataclasses.replace(edition, sites=sites), image_of, Asked(form, "regulator"), tmp_path / "regulator")
        assert found(files_in(tmp_path / "regulator"), [secret])


def test_names_choose_no_place(edition, tmp_path):
    communes = edition.communes.assign(commune_name="../../../etc/passwd", province_name="a/b")
    hostile = dataclasses.replace(edition, project="../../x", period="2026Q3", communes=communes)
    for form in FORMATS:
        write(hostile, image_of, Asked(form), tmp_path / "in" / form)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == sorted(FORMATS)


def test_an_earlier_export_of_the_kind_is_replaced(edition, tmp_path):
    write(edition, image_of, Asked("csv", "regulator"), tmp_path)
    assert (tmp_path / "sites.csv").exists()
    fewer = dataclasses.replace(
        edition, sites=edition.sites.iloc[:0, :0].assign(geometry=[]).set_geometry("geometry", crs=3405)
    )
    write(fewer, image_of, Asked("csv", "regulator"), tmp_path)
    assert not (tmp_path / "sites.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("letter.txt", "thư", "holds something else"),
        ("export.json", "[]", "is no record of an export"),
        ("export.json", '{"files": {}, "format": "csv", "tier": "regulator", "unit": ""}', "holds another export"),
    ],
)
def test_a_folder_of_somebody_else_is_left_alone(edition, tmp_path, name, text, told):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SnapshotError, match=told):
        write(edition, image_of, Asked("csv"), tmp_path)
    assert files_in(tmp_path) == {name: text.encode()}


def test_a_file_laid_beside_an_export_is_not_lost(edition, tmp_path):
    write(edition, image_of, Asked("csv"), tmp_path)
    (tmp_path / "my notes.txt").write_text("quý", "utf-8")
    with pytest.raises(SnapshotError, match=r"files that no export wrote: my notes\.txt"):
        write(edition, image_of, Asked("csv"), tmp_path)
    assert (tmp_path / "my notes.txt").read_text("utf-8") == "quý"


def test_a_full_disk_leaves_the_earlier_export(edition, tmp_path, monkeypatch):
    write(edition, image_of, Asked("csv"), tmp_path / "out")
    before = files_in(tmp_path / "out")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle.Path, "write_bytes", full)
    with pytest.raises(SnapshotError, match="No space left"):
        write(edition, image_of, Asked("csv"), tmp_path / "out")
    assert files_in(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_where_there_is_nothing_it_says_so(bare, tmp_path):
    with pytest.raises(SnapshotError, match="holds nothing for cog that the tier public may see"):
        write(bare, lambda _: None, Asked("cog"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_study_of_communes_alone_is_exported(bare, tmp_path):
    for form in FORMATS:
        if form != "cog":
            write(bare, lambda _: None, Asked(form, "regulator"), tmp_path / form)
    assert {path.name for path in (tmp_path / "csv").iterdir()} >= {"communes.csv"}
