"""
The whole country, or some provinces of it, run for one quarter: time and memory of each stage, and paths a second.

    python scripts/benchmark_national.py [--data ../shared/data] [--pixel 100] [--provinces CODE ...]
        [--technology NR] [--workers N] [--changed 100] [--to DIR] [--json FILE] [--memory-limit 4GB] [--patience 5]

Communes, people and power lines are the real ones and the synthetic 168,000 sites, villages and terminals stand on
them. National terrain is not among the data: the tile N21E105 (SRTM, 3 arc-seconds) is LAID MIRRORED over the country,
every third of its pixels, so that relief is real in kind and false in place. No land cover. Reach is 15 km below 1 GHz,
10 km to 3 GHz and 5 km above. Paths are pairs of a site on air and a studied pixel within its reach, computed or left
out because the path cannot matter.

Each run is a process of its own and starts without a tile, compiled code apart; with --changed it is run again after so
many sites have moved their antennas by a metre, and then the tiles that were computed are counted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin

WEST, SOUTH, EAST, NORTH = 102, 7, 118, 24
LOW_KM, MIDDLE_KM, HIGH_KM = 15, 10, 5
"""Reach below 1 GHz, to 3 GHz and above."""
STUDY = Path(__file__).parents[1] / "gis_data" / "n21e105" / "project.toml"
CHILD = """
import importlib, json, pathlib, sys, time
from phusong import pipeline
from phusong.config import load
if sys.argv[5]:
    importlib.import_module("phusong.pipeline.workforce").PATIENCE_S = float(sys.argv[5])
told, last = [], [0.0]
def step(what, done, of, note=""):
    if time.time() - last[0] > 30:
        last[0] = time.time()
        print(f"  {what} {done} of {of} {note}", file=sys.stderr, flush=True)
study, limit = load(pathlib.Path(sys.argv[1])), sys.argv[4] or None
made = pipeline.run(study, sys.argv[2], int(sys.argv[3]), step, memory_limit=limit, processes=True)
told = {"digest": made.edition.digest, "stages": [vars(stage) for stage in made.stages], "radio": made.effort.told()}
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Country:
    """A study of the country, or of some provinces, in a folder of its own."""

    data: Path
    folder: Path

    def write(self, pixel_m: float, provinces: list[str], technology: str | None, tile_pixels: int) -> None:
        """The project file, out of that of the real study; terrain and sites beside it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lay_terrain()
        sites = pd.read_parquet(self.data / "national_synthetic" / "sites.parquet")
        kept = sites[sites.technology == technology] if technology else sites
        kept.reset_index(drop=True).to_parquet(self.folder / "sites.parquet")
        text = STUDY.read_text("utf-8").replace("../../../shared/data", str(self.data.resolve()))
        text = text[: text.index("[layers.clutter]")] + text[text.index("# Without town_hall") :]
        everywhere = f"within = [{WEST}.0, {SOUTH}.0, {EAST}.0, {NORTH - 0.1}]"
        for old, new in {
            f"{self.data.resolve()}/dem/N21E105.hgt": "terrain.tif",
            f"{self.data.resolve()}/national_synthetic/sites.parquet": "sites.parquet",
            'name = "n21e105"': 'name = "viet_nam"',
            "pixel_m = 100": f"pixel_m = {pixel_m:g}\ntile_pixels = {tile_pixels}",
            'within = "terrain"': f"province_codes = {json.dumps(provinces)}" if provinces else everywhere,
            "reach_km = 15\n": "",
            "[radio]": f"[radio]\nreach_km = {MIDDLE_KM}",
            "scs_khz = 15": f"scs_khz = 15\nreach_km = {LOW_KM}",
            "low_mhz = 3700": f"reach_km = {HIGH_KM}\nlow_mhz = 3700",
        }.items():
            if old not in text:
                raise SystemExit(f"{STUDY} has no line {old!r} any more")
            text = text.replace(old, new)
        if technology:
            text += f'\n[zones]\ntechnologies = ["{technology}"]\n'
        (self.folder / "project.toml").write_text(text, "utf-8")

    def change(self, count: int) -> None:
        """Raise the antennas of some sites that stand together by a metre."""
        file = self.folder / "sites.parquet"
        sites = pd.read_parquet(file)
        sites.loc[len(sites) // 2 : len(sites) // 2 + count - 1, "height_agl_m"] += 1
        sites.to_parquet(file)

    def run(self, workers: int, memory_limit: str | None, patience_s: float | None) -> dict[str, Any]:
        """Run it in a process of its own: its stages, its digest, wall and processor time, and tiles computed."""
        settings = [str(workers), memory_limit or "", "" if patience_s is None else f"{patience_s:g}"]
        before, begun, used = set(self.tiles()), time.perf_counter(), os.times()
        command = [sys.executable, "-c", CHILD, str(self.folder), "2026Q3", *settings]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        after = os.times()
        cpu_s = after.children_user - used.children_user + after.children_system - used.children_system
        made = json.loads(done.stdout.splitlines()[-1])
        new = len(set(self.tiles()) - before)
        return {**made, "wall_s": time.perf_counter() - begun, "cpu_s": cpu_s, "new": new, "all": len(self.tiles())}

    def tiles(self) -> list[str]:
        """Names of what is kept of tiles."""
        return [file.name for file in (self.folder / "tiles").glob("??/*")]

    def disk_mb(self) -> float:
        """Of everything kept."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) / 1e6

    def _lay_terrain(self) -> None:
        """The tile mirrored over the country, each second column and row of tiles turned over, so that edges meet."""
        with rasterio.open(self.data / "dem" / "N21E105.hgt") as tile:
            heights = tile.read(1)[:-1, :-1][::3, ::3]
        row = np.hstack([heights if k % 2 == 0 else heights[:, ::-1] for k in range(EAST - WEST)])
        whole = np.vstack([row if k % 2 == 0 else row[::-1] for k in range(NORTH - SOUTH)])
        degree = 1 / heights.shape[0]
        with rasterio.open(
            self.folder / "terrain.tif", "w", driver="GTiff", height=whole.shape[0], width=whole.shape[1], count=1,
            dtype="int16", crs="EPSG:4326", transform=from_origin(WEST, NORTH, degree, degree), nodata=-32768,
            tiled=True, compress="deflate",
        ) as raster:  # fmt: skip
            raster.write(whole.astype(np.int16), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--pixel", type=float, default=100, help="metres")
    parser.add_argument("--tile", type=int, default=512, help="pixels")
    parser.add_argument("--provinces", nargs="*", default=[], help="codes; all where none is named")
    parser.add_argument("--technology", choices=("LTE", "NR"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--changed", type=int, default=0, help="sites changed before a second run")
    parser.add_argument("--to", type=Path, help="folder that stays")
    parser.add_argument("--json", type=Path, help="file for the figures of the run")
    parser.add_argument("--memory-limit")
    parser.add_argument("--patience", type=float, help="seconds of tiles before processes begin")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        country = Country(options.data, options.to or Path(place) / "nation")
        shutil.rmtree(country.folder, ignore_errors=True)
        country.write(options.pixel, options.provinces, options.technology, options.tile)
        where = f"provinces {' '.join(options.provinces)}" if options.provinces else "3,321 communes"
        print(f"{where} at {options.pixel:g} m, tiles of {options.tile} pixels, {options.workers} workers")
        print("terrain: N21E105 mirrored over the country; sites, villages, terminals and outages: synthetic")
        for turn in ("cold", f"{options.changed} sites changed") if options.changed else ("cold",):
            if turn != "cold":
                country.change(options.changed)
            made = country.run(options.workers, options.memory_limit, options.patience)
            print(
                f"\n{turn}: {made['wall_s']:.0f} s ({made['cpu_s']:.0f} s of processor), digest {made['digest'][:12]}"
            )
            print(f"tiles computed: {made['new']} of {made['all']} kept; disk {country.disk_mb():,.0f} MB")
            print("| stage | s | share | peak MB so far |\n|---|---|---|---|")
            for stage in made["stages"]:
                share = 100 * stage["wall_s"] / made["wall_s"]
                print(f"| {stage['name']} | {stage['wall_s']:.1f} | {share:.0f} % | {stage['peak_memory_mb']:,.0f} |")
            radio_s = next(stage["wall_s"] for stage in made["stages"] if stage["name"] == "radio and power")
            pairs, load = made["radio"]["pairs"], os.getloadavg()[0]
            print(f"radio: {radio_s:.0f} s; {pairs:.3e} paths, {pairs / radio_s / 1e6:.2f} million a second")
            print(f"load {load:.1f}", flush=True)
            if options.json and turn == "cold":
                options.json.write_text(json.dumps(made), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
