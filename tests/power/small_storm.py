"""A row of pixels with a few sites, as the storm's tests need it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st
from scipy import sparse

from phusong.power.dependency import Dependency, dependency
from phusong.power.footprints import Footprints, Places

PERSON = 1_000_000


def supplied(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    "Sites named s0, s1 ... of operator A on mains with 4 h of backup, 1 km apart, unless a row says otherwise."
    plain = {
        "operator": "A",
        "commune_code": "00001",
        "source": "mains",
        "autonomy_hours": 4.0,
        "hardened": False,
        "substation_id": None,
        "feeder_id": None,
        "operators": 1,
        "sharing": "filed",
    }
    table = [{"site_id": f"s{i}", "mast": f"{i} 0", "x": 1000.0 * i, **plain, **row} for i, row in enumerate(rows)]
    frame = pd.DataFrame(table).astype({"hardened": "boolean", "substation_id": object, "feeder_id": object})
    return gpd.GeoDataFrame(frame, geometry=shapely.points(frame.x, 0), crs=3405)


def stations(*names: str) -> gpd.GeoDataFrame:
    "Substations 1 km apart, 5 km north of the sites."
    at = gpd.points_from_xy(1000.0 * np.arange(len(names)), np.full(len(names), 5000.0))
    return gpd.GeoDataFrame({"substation_id": list(names)}, geometry=at, crs=3405)


def prints(sites: pd.DataFrame, reached: list[list[int]], pixels: int) -> Footprints:
    return Footprints.of("LTE", sites, [np.array(own, int) for own in reached], pixels)


def places(people: list[list[int]], villages: list[int]) -> Places:
    "Whole people of each pixel in each commune 00001, 00002 ...; the pixels of villages v0, v1 ..."
    codes = np.array([f"{i:05}" for i in range(1, len(people) + 1)], object)
    names = np.array([f"v{i}" for i in range(len(villages))], object)
    micro = sparse.csr_array(np.array(people, np.int64) * PERSON)
    return Places(codes, micro, names, np.array(villages, np.int64))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, Dependency, Footprints, Places]:
    "Up to seven sites of three operators on up to five substations that feed each other, with feeders."
    names = [f"S{i}" for i in range(draw(st.integers(1, 5)))]
    row = st.fixed_dictionaries(
        {
            "operator": st.sampled_from("ABC"),
            "source": st.sampled_from(["mains", "mains", "mains", "unknown"]),
            "autonomy_hours": st.sampled_from([0.0, 4.0, 8.0, np.nan]),
            "substation_id": st.sampled_from([*names, None]),
            "feeder_id": st.sampled_from([None, "1", "2"]),
            "mast": st.sampled_from(["0 0", "1 0", "2 0", "3 0"]),
        }
    )
    off_grid = st.just({"source": "solar", "operator": "B"})
    sites = supplied(*draw(st.lists(st.one_of(row, row, row, off_grid), min_size=1, max_size=7)))
    # only earlier ones feed later ones, so there is no cycle
    pairs = [(one, other) for i, one in enumerate(names) for other in names[:i]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    graph = dependency(sites, stations(*names), pd.DataFrame(chosen, columns=["substation_id", "fed_from"]))
    pixels = draw(st.integers(1, 6))
    pixel = st.integers(0, pixels - 1)
    reached = [draw(st.lists(pixel, max_size=4)) for _ in range(len(sites))]
    people = [[draw(st.integers(0, 9)) for _ in range(pixels)] for _ in range(2)]
    return (
        sites,
        graph,
        prints(sites, reached, pixels),
        places(people, draw(st.lists(st.integers(-1, pixels - 1), max_size=4))),
    )
