"""Three communes of two provinces, and their people by what reaches them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.ledger.counts import Counts, Whole
from phusong.units import ANY

# Two communes of province 01, and one of province 02 in which nobody lives.
COMMUNES = gpd.GeoDataFrame(
    {
        "commune_code": ["01001", "01002", "02003"],
        "commune_name": ["An Bình", "Đông Hà", "Song Tử"],
        "province_code": ["01", "01", "02"],
        "province_name": ["Hà Nội", "Hà Nội", "Khánh Hòa"],
    },
    geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
    crs=3405,
)
NOBODY = [0] * 7


def rows(*values: list[int]) -> Whole:
    return np.array(values, np.int64)


# none, limited, good, very good, unknown, limited or better, good or better; and signal no, yes, unknown with power no,
# yes, unknown in each
COUNTS = Counts(
    {
        ("LTE", ANY): rows([2, 3, 1, 2, 2, 0, 0], [0, 0, 4, 0, 0, 0, 0], NOBODY),
        ("LTE", "Viettel"): rows([5, 2, 1, 0, 2, 0, 0], [0, 0, 4, 0, 0, 0, 0], NOBODY),
        ("LTE", "Đông Á"): rows([3, 1, 0, 2, 4, 0, 0], [4, 0, 0, 0, 0, 0, 0], NOBODY),
        ("NR", ANY): rows([10, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 4, 0, 0], NOBODY),
        ("NR", "Viettel"): rows([10, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 4, 0, 0], NOBODY),
    },
    rows([1, 1, 1, 2, 3, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0, 4], [0] * 9),
    # white, grey, all, unknown, white or grey, grey or all
    {
        "LTE": rows([2, 3, 1, 1, 1, 2], [0, 4, 0, 0, 0, 0], [0] * 6),
        "NR": rows([10, 0, 0, 0, 0, 0], [0, 0, 0, 4, 0, 0], [0] * 6),
        ANY: rows([2, 3, 2, 1, 0, 2], [0, 4, 0, 0, 0, 0], [0] * 6),
    },
)
EXTRA = pd.DataFrame({"zones": [1, 0, 0]})


def counts_of(seed: int) -> Counts:
    """Counts of the three communes by chance, all of the same people; with luck nobody lives in one of them."""
    random = np.random.default_rng(seed)
    joint = random.integers(0, 50, (3, 9)) * random.integers(0, 2, (3, 1))

    def split(classes: int) -> Whole:
        return np.array([random.multinomial(people, [1 / classes] * classes) for people in joint.sum(axis=1)], np.int64)

    levels = {(technology, o): split(7) for technology in ("LTE", "NR") for o in ("Viettel", "Đông Á", ANY)}
    return Counts(levels, joint, {"LTE": split(6), "NR": split(6), ANY: split(6)}, "outdoor", split(3))
