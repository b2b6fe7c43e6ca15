"""
What drawing the communes of the country with shared edges costs and keeps, by province and for all.

    .venv/bin/python scripts/measure_simplification.py [--data ../shared/data] [--light] [--tolerance 60]

Prints time, size of the text (plain and gz), overlapping pairs and gaps before and after (km2, geodesic), the area
that changed sides as a share of the whole, and how far an outline moved at most (m). Then each gap and overlap of
every drawing of the map pages, held against those of the input, with a verdict: none may be new, or grow by more than
its outline times what rounding to the lattice moves a corner, else the exit status is 1. Then the sizes of a map of
the whole country, at coarser tolerances and without small islands that hold no village. The full outlines take some
minutes, most of them for the seams before.
"""

import argparse
import gzip
import time
from pathlib import Path
from typing import NamedTuple, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.seams import OVERLAP_M2, gaps, mismatches, overlaps, seams
from phusong.publish import topology
from phusong.publish.atlas.outlines import BASE_TOLERANCE_M, ISLET_KM2, NATION_TOLERANCE_M, TOLERANCE_M

COUNTRY_TOLERANCES_M = (100, 200, 300, 500)
METRES = "EPSG:6933"
ROUNDING_M = topology.UNIT_M * 0.5**0.5
"""How far rounding to the lattice moves a corner at most."""


class Seam(NamedTuple):
    """Gaps or overlaps of outlines in metres, of any size."""

    kind: str
    shapes: NDArray[np.object_]

    @classmethod
    def all_of(cls, outlines: gpd.GeoDataFrame) -> tuple[Self, Self]:
        """The gaps, and what each two outlines share."""
        areas = outlines.geometry.to_numpy()
        unmatched = ~shapely.is_empty(mismatches(areas))
        found = {"gaps": gaps(areas, unmatched), "overlaps": overlaps(areas, unmatched)[1]}
        gap, overlap = (cls(kind, shapes[shapely.area(shapes) > 0]) for kind, shapes in found.items())
        return gap, overlap

    def told(self, drawing: str, before: Self) -> int:
        """Print how those over 1 m2 lie to those of the input, and return how many should not be there."""
        known = shapely.union_all(before.shapes)
        large, old = (seam.shapes[shapely.area(seam.shapes) > OVERLAP_M2] for seam in (self, before))
        new = ~shapely.dwithin(large, known, ROUNDING_M)
        grown_m2 = shapely.area(shapely.difference(large, known))
        further = ~new & (grown_m2 > shapely.length(large) * ROUNDING_M)
        of = [f"{len(shapes)} ({shapely.area(shapes).sum() / 1e6:.6f} km2)" for shapes in (old, large)]
        counts = (
            f"new {new.sum()}, grown by more than rounding {further.sum()}, by {grown_m2.max(initial=0):.2f} m2 at most"
        )
        print(f"{drawing}: {self.kind} {of[0]} -> {of[1]}; {counts}")
        return int(new.sum() + further.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--light", action="store_true", help="the light outlines, not the full ones")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE_M, help="metres; smaller corners go")
    asked = parser.parse_args()
    file = asked.data / "admin" / ("communes_2025_light.parquet" if asked.light else "communes_2025.parquet")
    communes = gpd.read_parquet(file, columns=["province_code", "geometry"])
    topology.arcs_of(communes.geometry[:1], asked.tolerance)  # compiles
    start, used = time.perf_counter(), time.process_time()
    drawn = topology.arcs_of(communes.geometry, asked.tolerance)
    spent, used = time.perf_counter() - start, time.process_time() - used
    before = int(shapely.get_num_coordinates(communes.geometry.to_numpy()).sum())
    print(f"{len(communes)} communes, {before} points in {file.name}")
    print(f"tolerance {asked.tolerance:g} m: {len(drawn.points)} points, {spent:.1f} s, processor {used:.1f} s\n")

    exact = topology.arcs_of(communes.geometry, 0)
    moved = topology.UNIT_M * shapely.hausdorff_distance(
        *([shapely.LineString(arcs.line(arc)) for arc in range(len(exact.starts) - 1)] for arcs in (exact, drawn))
    )
    shapes = gpd.GeoDataFrame(geometry=topology.shapes(drawn)).to_crs(METRES)
    truth = communes.to_crs(METRES)
    changed = shapely.symmetric_difference(
        shapely.make_valid(truth.geometry.to_numpy()), shapely.make_valid(shapes.geometry.to_numpy())
    )
    areas, changed = geodesic_area_km2(communes.geometry), shapely.area(changed) / 1e6
    of_ref = np.repeat(np.repeat(np.arange(len(drawn)), np.diff(drawn.area_starts)), np.diff(drawn.ring_starts))
    print("province communes   kB   gz | pairs  overlap km2      | gaps  gap km2          | changed  moved m")
    everything = {"all": np.arange(len(communes))}
    for code, rows in [*communes.groupby("province_code").indices.items(), *everything.items()]:
        mine = topology.part(drawn, rows)
        text = topology.encoded(mine)["text"].encode()
        old, new = seams(truth.iloc[rows]), seams(shapes.iloc[rows])
        refs = drawn.refs[np.isin(of_ref, rows)]
        print(
            f"{code:>8}{len(rows):>9}{len(text) / 1e3:>5.0f}{len(gzip.compress(text)) / 1e3:>5.0f} |"
            f"{old.pairs:>3}{new.pairs:>4}{old.overlap_km2:>9.4f}{new.overlap_km2:>9.4f} |"
            f"{old.gaps:>4}{new.gaps:>4}{old.gap_km2:>9.4f}{new.gap_km2:>9.4f} |"
            f"{changed[rows].sum() / areas[rows].sum():>8.2%}{moved[np.maximum(refs, ~refs)].max():>8.0f}"
        )
    worst = int(np.argmax(changed / areas))
    print(f"most changed commune: row {worst}, {areas[worst]:.2f} km2, {changed[worst] / areas[worst]:.1%}\n")

    villages = pd.read_parquet(asked.data / "national_synthetic" / "villages.parquet")
    places = gpd.GeoSeries(gpd.points_from_xy(villages.longitude, villages.latitude, crs=4326))
    nation = topology.without_islets(topology.coarser(drawn, NATION_TOLERANCE_M), ISLET_KM2, places)
    provinces = topology.coarser(topology.joined(nation, communes.province_code.tolist())[1], BASE_TOLERANCE_M)
    drawings = {"communes": drawn, "nation": nation, "provinces": provinces}
    seams_before, faults = Seam.all_of(truth), 0
    for name, arcs in drawings.items():
        seams_after = Seam.all_of(gpd.GeoDataFrame(geometry=topology.shapes(arcs)).to_crs(METRES))
        for before, after in zip(seams_before, seams_after, strict=True):
            faults += after.told(name, before)
    print(f"verdict: {'no gap or overlap appears by drawing' if not faults else f'{faults} FAULTS'}\n")

    for tolerance_m in COUNTRY_TOLERANCES_M:
        whole = topology.coarser(drawn, tolerance_m)
        for arcs, what in (
            (whole, "all islands"),
            (topology.without_islets(whole, ISLET_KM2, places), "without islets"),
        ):
            text = topology.encoded(arcs)["text"].encode()
            print(
                f"country at {tolerance_m} m, {what}: {len(arcs.points)} points, {len(arcs.ring_starts) - 1} rings, "
                f"{len(text) / 1e3:.0f} kB, gz {len(gzip.compress(text)) / 1e3:.0f} kB"
            )
        alone = topology.encoded(topology.joined(whole, communes.province_code.tolist())[1])["text"]
        print(f"provinces alone at {tolerance_m} m: {len(alone) / 1e3:.0f} kB")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
