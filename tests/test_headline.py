"""The headline: the figures of each province and of the study, as Vietnamese readers write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from phusong.ledger.edition import Edition
from phusong.publish.headline import HEADINGS, NO_DATA, TOTAL, headline, notes

COLUMNS = (
    "province_name",
    "people",
    "lte_people",
    "lte_unknown_people",
    "nr_people",
    "nr_unknown_people",
    "power_yes_people",
    "power_unknown_people",
    "gap_signal_people",
    "power_no_people",
    "gap_both_people",
    "gap_unknown_people",
    "zones",
)
ROWS = [
    ("Đà Nẵng", 100_000, 98_999, 0, 20_000, 50_000, 90_000, 10_000, 700, 20, 3, 9_900, 2),
    ("Đắk Lắk", 3_000, 1_000, 0, 0, 3_000, 0, 3_000, 2_000, 0, 0, 1_000, 11),
    ("Đà Nẵng", 1_234_567, 1_234_567, 0, 0, 0, 1_234_567, 0, 0, 0, 0, 0, 0),
    ("An Giang", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
]
REFUSED = [{"file": "a.csv", "row": 2, "reason": "no geometry"}, {"file": "a.csv", "row": 9, "reason": "no geometry"}]
RUN = {
    "people_vintage": 2020,
    "balance": {
        "raster": 1_400_000.25,
        "study": 1_337_567.0,
        "neighbours": 62_000.25,
        "outside": 433.0,
        "relative_difference": 3.2e-12,
        "people_scaled_to": "raster",
    },
    "counts": {
        "communes": {
            "rows_in": 4,
            "accepted": 4,
            "refused": [],
            "overlapping_pairs": 126,
            "overlap_km2": 0.5,
            "gaps": 7,
            "gap_km2": 0.25,
        },
        "sites": {
            "rows_in": 301,
            "accepted": 299,
            "refused": REFUSED,
            "in_reach_on_air": 250,
            "on_air_off_terrain": 4,
        },
        "terrain": {"voids": 31, "voids_filled": 30},
        "zones": {"drawn": 13, "scattered": 5},
        "outages": {"rows_in": 9, "accepted": 9, "refused": [], "commune_unknown": 3},
    },
    "warnings": ["sites: 4 on air in reach stand off the terrain", "outages: 3 rows name no commune"],
    "targets": [
        {"name": "5G 99 %", "by": "2030-12-31", "source": "QĐ 1132", "reached": 0.98999, "met": False},
        {"name": "4G", "by": "2026-12-31", "source": "QĐ 1", "reached": None, "met": None},
    ],
}


def edition(rows: list[tuple[Any, ...]] = ROWS, synthetic: tuple[str, ...] = (), **run: Any) -> Edition:
    communes = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=list(COLUMNS)), geometry=[shapely.box(0, 0, 1, 1)] * len(rows), crs=3405
    )
    nothing = gpd.GeoDataFrame(geometry=[], crs=3405)
    places = [row[0] for row in rows for _ in range(row[-1])]
    zones = gpd.GeoDataFrame({"province_name": places}, geometry=[shapely.box(0, 0, 1, 1)] * len(places), crs=3405)
    return Edition(
        project="dao",
        title="Đảo",
        title_en="Island",
        period="2026Q3",
        as_of=dt.date(2026, 9, 30),
        synthetic=synthetic,
        communes=communes,
        zones=zones,
        sites=nothing,
        villages=nothing,
        power_lines=nothing,
        substations=nothing,
        run={**RUN, **run},
        digest="0" * 64,
    )


def table(rows: list[tuple[Any, ...]] = ROWS) -> dict[str, dict[str, str]]:
    return {row[0]: dict(zip(HEADINGS, row, strict=True)) for row in headline(edition(rows))}


def test_provinces_in_vietnamese_order_then_the_study():
    assert [row[0] for row in headline(edition())] == ["An Giang", "Đà Nẵng", "Đắk Lắk", TOTAL]


def test_figures_of_a_province():
    """
    Two communes, 1,334,567 people: 1,333,566 have 4G, which is 99.92 %.

    5G: 20,000 of the 1,284,567 whose state is known, 1.55 %, cut to 1.5; power: all 1,324,567 who are known.
    """
    assert table()["Đà Nẵng"] == {
        "Tỉnh, thành phố / Province": "Đà Nẵng",
        "Xã / Communes": "2",
        "Dân số / People": "1.334.567",
        "4G*": "99,9 %",
        "5G*": "1,5 %",
        "Có điện lưới* / Grid power": "100,0 %",
        "Không sóng / No signal": "703",
        "Không điện / No power": "20",
        "Cả hai / Both": "3",
        "Chưa rõ / Unknown": "9.900",
        "Vùng lõm / Zones": "2",
    }


def test_nothing_known_is_no_data_and_not_nought():
    row = table()["Đắk Lắk"]
    assert (row["4G*"], row["5G*"], row["Có điện lưới* / Grid power"]) == ("33,3 %", NO_DATA, NO_DATA)


def test_nobody_is_no_data():
    row = table()["An Giang"]
    assert (row["Dân số / People"], row["4G*"], row["5G*"]) == ("0", NO_DATA, NO_DATA)


def test_study_is_the_sum_of_all_communes():
    "1,337,567 people, 1,334,566 with 4G: 99.77 %; 20,000 of 1,284,567 with 5G; 1,324,567 of 1,324,567 with power."
    assert headline(edition())[-1] == (
        TOTAL,
        "4",
        "1.337.567",
        "99,7 %",
        "1,5 %",
        "100,0 %",
        "2.703",
        "20",
        "3",
        "10.900",
        "13",
    )


def test_share_short_of_its_target_never_reaches_it():
    "One person of ten million has no 4G."
    short = [("An Giang", 10_000_000, 9_999_999, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
    assert table(short)["An Giang"]["4G*"] == "99,9 %"


def test_notes_say_the_balance_and_the_sites():
    text = "\n".join(notes(edition()))
    assert "raster of 2020, scaled to raster" in text
    for figure in ("1.400.000,2", "1.337.567,0", "62.000,2", "433,0", "3.2e-12"):
        assert figure in text
    assert "sites 301 = 299 + 2" in text
    assert "communes 4 = 4 + 0" in text
    assert "126 overlapping pairs (0.5000 km2), 7 gaps (0.250000 km2)" in text
    assert "31 voids, 30 filled" in text
    assert "13 drawn, 5 scattered" in text
    assert "Sites on air in reach: 250" in text
    assert "SYNTHETIC" not in text
    assert "WARNING sites: 4 on air in reach stand off the terrain\nWARNING outages: 3 rows" in text
    assert "Target: 5G 99 % by 2030-12-31 (QĐ 1132): 98,99 %, not reached" in text
    assert f"Target: 4G by 2026-12-31 (QĐ 1): {NO_DATA}, not known" in text


def test_synthetic_layers_are_said_first():
    assert notes(edition(synthetic=("sites", "villages")))[0] == "DỮ LIỆU GIẢ LẬP / SYNTHETIC: sites, villages"


def test_unknown_vintage_is_said():
    assert "raster of unknown year" in "\n".join(notes(edition(people_vintage=None)))


@pytest.mark.parametrize("row", headline(edition()))
def test_every_row_has_every_heading(row: tuple[str, ...]):
    assert len(row) == len(HEADINGS)


def test_a_target_reached_on_synthetic_inputs_says_so():
    target = {"name": "5G", "by": "2030-12-31", "source": "QĐ", "reached": 0.995, "met": True}
    text = "\n".join(notes(edition(synthetic=("sites",), targets=[target])))
    assert "99,50 %, reached on synthetic inputs" in text
