"""Dead zones of the sample through four quarters: every birth, death, split and merge, counted again by hand."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from small_study import silent

from phusong import pipeline
from phusong.config import load
from phusong.errors import SnapshotError
from phusong.sample import write_sample

QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")
OVERLAP_SHARE = 0.05
Pixels = dict[str, frozenset[int]]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """
    The sample with 5G alone and large pixels, run four times.

    5G grows for three quarters; in the last one every third of its sites is off, so that zones come back and merge.
    """
    folder = tmp_path_factory.mktemp("history") / "study"
    write_sample(folder)
    text = (folder / "project.toml").read_text("utf-8").replace("pixel_m = 100.0", "pixel_m = 400.0")
    (folder / "project.toml").write_text(text + '\n[zones]\ntechnologies = ["NR"]\n', "utf-8")
    for quarter in QUARTERS[:3]:
        pipeline.run(load(folder), quarter, 2, silent)
    sites = pd.read_csv(folder / "data" / "sites.csv", dtype={"commune_code": str})
    off = (sites.technology == "NR") & (sites.status == "on_air") & (np.arange(len(sites)) % 3 == 0)
    sites.assign(status=sites.status.mask(off, "off")).to_csv(folder / "data" / "sites.csv", index=False)
    pipeline.run(load(folder), QUARTERS[3], 2, silent)
    return folder


def table(study: Path, quarter: str, name: str) -> pd.DataFrame:
    return pd.read_parquet(study / "snapshots" / quarter / f"{name}.parquet")


def drawn(study: Path, quarter: str) -> tuple[Pixels, np.ndarray]:
    "Pixels of each zone by its id, from its outline and the centres of the pixels; and people of the pixels."
    place = study / "snapshots" / quarter
    with rasterio.open(place / "surface" / "people.tif") as raster:
        people, transform = raster.read(1).astype(float), raster.transform
    rows, columns = np.indices(people.shape)
    x, y = transform @ (columns.ravel() + 0.5, rows.ravel() + 0.5)
    zones = gpd.read_parquet(place / "zones.parquet")
    inside = {
        zone_id: frozenset(np.flatnonzero(shapely.contains_xy(outline, x, y)).tolist())
        for zone_id, outline in zip(zones.zone_id, zones.geometry, strict=True)
    }
    return inside, people.ravel()


def history(before: Pixels, after: Pixels, people: np.ndarray) -> tuple[dict[str, str | None], set[tuple[str, str]]]:
    "The zone of before whose id each zone of after keeps, by the stated rule; and which are related."

    def weight(pixels: frozenset[int]) -> float:
        return float(people[list(pixels)].sum())

    shared = {(old, new): weight(before[old] & after[new]) for old in before for new in after}
    related = {
        (old, new)
        for (old, new), amount in shared.items()
        if before[old] & after[new] and amount >= OVERLAP_SHARE * min(weight(before[old]), weight(after[new]))
    }
    passed: dict[str, list[str]] = defaultdict(list)
    for old in before:
        mine = [new for other, new in related if other == old]
        if mine:
            passed[max(mine, key=lambda new: shared[old, new])].append(old)
    kept = {new: max(passed[new], key=lambda old: shared[old, new]) if passed[new] else None for new in after}
    return kept, related


@pytest.mark.parametrize(("earlier", "quarter"), list(pairwise(QUARTERS)))
def test_every_zone_is_the_one_it_was(study, earlier, quarter):
    (before, _), (after, people) = drawn(study, earlier), drawn(study, quarter)
    kept, related = history(before, after, people)
    zones = table(study, quarter, "zones").set_index("zone_id")
    assert {new for new, old in kept.items() if old == new} == {new for new in after if new in before}
    assert {new for new, old in kept.items() if old is None} == set(after) - set(before)
    assert all(old in (None, new) for new, old in kept.items())
    parents = {new: sorted(old for old, other in related if other == new) for new in after}
    assert {new: text.split(";") if text else [] for new, text in zones.parents.items()} == parents
    first = table(study, earlier, "zones").set_index("zone_id").first_seen
    assert zones.first_seen.to_dict() == {new: first[new] if new in before else quarter for new in after}


@pytest.mark.parametrize(("earlier", "quarter"), list(pairwise(QUARTERS)))
def test_births_deaths_splits_and_merges_are_all_listed(study, earlier, quarter):
    (before, _), (after, people) = drawn(study, earlier), drawn(study, quarter)
    _, related = history(before, after, people)
    events = table(study, quarter, "zone_events")
    listed = {kind: set(rows.zone_id) for kind, rows in events.groupby("kind")}
    assert listed.get("birth", set()) == set(after) - set(before)
    assert listed.get("death", set()) == set(before) - set(after)
    assert listed.get("continued", set()) == set(before) & set(after)
    for kind, one, other in (("split", 0, 1), ("merge", 1, 0)):
        relatives: dict[str, set[str]] = defaultdict(set)
        for pair in related:
            relatives[pair[one]].add(pair[other])
        own = events[events.kind == kind].set_index("zone_id").others.map(lambda text: set(text.split(";")))
        assert own.to_dict() == {zone: them for zone, them in relatives.items() if len(them) > 1}, kind


def test_the_four_quarters_have_events_of_every_kind(study):
    "Else the tests above would show little."
    every = pd.concat([table(study, quarter, "zone_events") for quarter in QUARTERS])
    assert set(every.kind) == {"continued", "birth", "death", "split", "merge"}


def test_who_is_closed_stays_closed_and_no_id_returns(study):
    gone: set[str] = set()
    for quarter in QUARTERS:
        zones, closed = table(study, quarter, "zones"), table(study, quarter, "zones_closed")
        assert gone <= set(closed.zone_id)
        gone = set(closed.zone_id)
        assert gone.isdisjoint(zones.zone_id)
        assert (closed.closed > closed.last_seen).all()
        merged = closed[closed.why == "merged"]
        assert merged.merged_into.notna().all()
    assert gone


def test_the_record_names_the_period_that_zones_are_followed_from(study):
    records = [json.loads((study / "snapshots" / quarter / "run.json").read_text("utf-8")) for quarter in QUARTERS]
    compared = [record["counts"]["zones"]["compared_with"] for record in records]
    assert [entry and entry["period"] for entry in compared] == [None, *QUARTERS[:-1]]


def test_a_snapshot_that_knows_no_history_is_refused(study, tmp_path):
    shutil.copytree(study, tmp_path / "old")
    run = tmp_path / "old" / "snapshots" / QUARTERS[3] / "run.json"
    record = json.loads(run.read_text("utf-8"))
    del record["files"]["zones_closed.parquet"]
    run.write_text(json.dumps(record), "utf-8")
    with pytest.raises(SnapshotError, match=r"2026Q3 in .* knows no history of zones.*Run 2026Q3 again"):
        pipeline.run(load(tmp_path / "old"), "2026Q4", 2, silent)
