"""The real study: 218 communes of the SRTM tile N21E105, with real terrain, people and power lines."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import shapely
from canaries import Canary, found, number, position, word
from small_study import silent

from phusong import pipeline
from phusong.config import load
from phusong.ledger.edition import Edition
from phusong.ledger.images import image
from phusong.publish.atlas import Asked, write
from phusong.publish.headline import headline
from phusong.publish.map import write_map
from phusong.publish.tiers import Rules

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def outcome(shared_data, tmp_path_factory):
    del shared_data
    project = load(ROOT / "gis_data" / "n21e105")
    # the layers stay where they are; only what the run writes goes elsewhere
    folder = tmp_path_factory.mktemp("n21e105")
    layers = {
        name: layer.model_copy(update={"path": tuple(str(project.folder / path) for path in layer.paths)})
        for name in type(project.layers).model_fields
        if (layer := getattr(project.layers, name)) is not None
    }
    moved = project.model_copy(update={"folder": folder, "layers": project.layers.model_copy(update=layers)})
    yield pipeline.run(moved, "2026Q3", 2, silent)
    shutil.rmtree(folder)


def test_the_218_communes_of_five_provinces(outcome):
    counts = outcome.edition.communes.province_name.value_counts().to_dict()
    assert counts == {
        "Tỉnh Phú Thọ": 85,
        "Thành phố Hà Nội": 62,
        "Tỉnh Thái Nguyên": 42,
        "Tỉnh Tuyên Quang": 22,
        "Tỉnh Bắc Ninh": 7,
    }


def test_the_people_balance(outcome):
    "Neighbouring communes hold about 1.2 of the tile's 8.5 million."
    balance = outcome.edition.run["balance"]
    assert balance["raster"] == pytest.approx(balance["study"] + balance["neighbours"] + balance["outside"], rel=1e-6)
    assert balance["raster"] == pytest.approx(8.57e6, rel=0.01)
    assert balance["neighbours"] == pytest.approx(1.22e6, rel=0.01)
    assert outcome.edition.communes.people.sum() == pytest.approx(balance["study"], abs=len(outcome.edition.communes))


def test_classes_sum_to_the_people_of_each_commune(outcome):
    communes = outcome.edition.communes
    for names in (
        [f"gap_{name}_people" for name in ("none", "signal", "power", "both", "unknown")],
        [f"power_{name}_people" for name in ("yes", "no", "unknown")],
        [f"nr_{name}_people" for name in ("none", "limited", "good", "very_good", "unknown")],
        [f"lte_{name}_people" for name in ("none", "limited", "good", "very_good", "unknown")],
    ):
        assert (communes[names].sum(axis=1) == communes.people).all()


def test_voids_are_filled_and_overlaps_counted(outcome):
    counts = outcome.edition.run["counts"]
    assert counts["terrain"]["voids"] == counts["terrain"]["voids_filled"] == 1539
    assert counts["communes"]["overlapping_pairs"] == 9
    assert counts["sites"]["rows_in"] == counts["sites"]["accepted"] == 168_000


def test_sites_off_the_terrain_are_listed_and_make_unknown_not_none(outcome):
    sites = outcome.edition.run["counts"]["sites"]
    assert sites["on_air_off_terrain"] == len(sites["off_terrain_site_ids"]) > 0
    assert not outcome.edition.sites.set_index("site_id").in_study[sites["off_terrain_site_ids"]].any()


def test_the_headline_has_each_province_and_the_study(outcome):
    rows = headline(outcome.edition)
    assert [row[1] for row in rows] == ["62", "7", "85", "42", "22", "218"]


def test_the_map_is_small_enough(outcome, tmp_path):
    assert write_map(outcome.edition, tmp_path / "map.html").stat().st_size <= 2_000_000


def test_the_readme_shows_this_table(outcome):
    readme = (ROOT / "README.md").read_text("utf-8")
    for row in headline(outcome.edition):
        assert " | ".join(row) in readme


PHU_THO, LAM_THAO = "25", "08494"
READERS = {
    "public": Asked("public"),
    "commune": Asked("commune", commune=LAM_THAO),
    "province": Asked("province", PHU_THO),
    "regulator": Asked("regulator"),
}


def planted(edition: Edition, away: shapely.Geometry, own: shapely.Geometry) -> tuple[Edition, list[Canary]]:
    "The edition with a canary in every column not for everyone, away from what is own; and places of sites there."
    rules, operators = Rules.shipped(), edition.sites.operator.unique()
    secrets, frames = [], {}
    for name in ("communes", "zones", "villages", "sites", "substations", "power_lines"):
        table = getattr(edition, name).copy()
        row = table.index[table.geometry.representative_point().within(away) & ~table.geometry.intersects(own)][0]
        for column in table.columns.drop("geometry"):
            numeric = pd.api.types.is_float_dtype(table[column])
            text = table[column].dtype == object or pd.api.types.is_string_dtype(table[column])
            if (
                rules.tier_of(name, column, operators) != "public"
                and (numeric or text)
                and "commune_code" not in column
            ):
                secrets.append((number if numeric else word)(f"{name}.{column}"))
                table.loc[row, column] = secrets[-1].value
        frames[name] = table
    masts = frames["sites"][frames["sites"].within(away)].head(40)
    # a mast beside a village or a corner of a commune would be met there
    public = shapely.union_all([*edition.villages.geometry, *edition.communes.boundary])
    places = pd.concat([masts[masts.distance(public) > 50], frames["substations"].clip(away)])
    degrees = places.to_crs(4326).geometry
    secrets += [
        position(f"place {number}", metres.x, metres.y, at.x, at.y)
        for number, (metres, at) in enumerate(zip(places.geometry, degrees, strict=True))
    ]
    return replace(edition, **frames), secrets


def seen(outcome, reader: str, whole: Edition, secrets: list[Canary], folder: Path) -> list[str]:
    "Which secrets the pages of a reader hold."
    rasters = partial(image, outcome.folder.parent, "2026Q3")
    files = write(whole, None, rasters, READERS[reader], folder / reader, silent)
    return found({file.name: file.read_bytes() for file in files}, secrets)


def test_no_page_of_a_tier_holds_what_is_not_for_it(outcome, tmp_path):
    "Of other provinces nothing but what everyone may know, on no page but the regulator's."
    within = outcome.edition.communes.province_code == PHU_THO
    areas = [outcome.edition.communes[rows].union_all() for rows in (~within, within)]
    whole, secrets = planted(outcome.edition, *areas)
    assert len(secrets) > 80
    found_by = {reader: seen(outcome, reader, whole, secrets, tmp_path) for reader in READERS}
    assert found_by["public"] == found_by["commune"] == found_by["province"] == []
    assert len(found_by["regulator"]) > 20, "the search is not blind"


def test_a_commune_reads_its_own_and_nothing_of_its_neighbours(outcome, tmp_path):
    "What lies elsewhere in its province is on the page of the province, and not on its own."
    communes = outcome.edition.communes
    own = communes.commune_code == LAM_THAO
    near = communes[(communes.province_code == PHU_THO) & ~own].union_all()
    whole, secrets = planted(outcome.edition, near, communes[own].union_all())
    assert seen(outcome, "commune", whole, secrets, tmp_path) == []
    assert len(seen(outcome, "province", whole, secrets, tmp_path)) > 20
