"""
Print how the real lists of communes are joined, carried from day to day, and how the people of 2019 are placed.

    python scripts/check_units.py [--data ../shared/data] [--unplaced FILE]

Names of three sources are joined to codes: how many at which stage, how many not, and how many wrongly, by the codes
that stand beside them. Then the crosswalk over 1 July 2025, forward and backward, and the census. Exit 1 where a name
was joined wrongly, weights of a commune do not sum to 1, or somebody was lost.
"""

import argparse
import datetime as dt
import sys
from pathlib import Path

import pandas as pd

from phusong.administration.crosswalk import crosswalk, express
from phusong.administration.join import join
from phusong.intake.unit_lists import history_of, place_people, read_columns

BEFORE, REFORM, NOW = dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2026, 4, 30)
FINAL = {"06970": "06978", "23737": "23938"}  # two codes of the first list that the final decision changed
UNMATCHED = "29857"  # Xã Lục Sỹ Thành, which has no code in the tax list
SOURCES = {
    "official_codes_1027-CTK-CSCL_20250625.csv": ("commune_name", "province_name", "commune_code"),
    "tax_codes_tms_2025.csv": ("commune_name", "province_name", "gso_commune_code"),
    "commune_attributes_2025.csv": ("tenhc", "tentinh", "commune_code"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--unplaced", type=Path, help="CSV file for the wards that could not be placed, and why")
    asked = parser.parse_args()
    admin = asked.data / "admin"
    lists = {
        REFORM: [admin / "official_codes_1027-CTK-CSCL_20250625.csv"],
        NOW: [admin / "communes_2025_light.parquet"],
    }
    history = history_of(lists, {REFORM: admin / "old_to_new_communes.csv"})
    wrong = 0
    for source, (name, province, code) in SOURCES.items():
        told = read_columns(admin / source, [name, province, code])
        if name == "tenhc":
            told[name] = read_columns(admin / source, ["loai"]).loai + " " + told[name]
        true = told[code].fillna(UNMATCHED).str.zfill(5).replace(FINAL)
        table = pd.DataFrame({"name_": told[name], "province_name": told[province]})
        for day in (REFORM, NOW):
            found = join(table, history.units_on(day))
            off = int((found.code.notna() & (found.code != true)).sum())
            stages = ", ".join(
                f"{count} {stage}" for stage, count in found.stage[found.code.notna()].value_counts().items()
            )
            print(f"{source} on {day}: {len(found)} = {stages}; {int(found.code.isna().sum())} not joined, {off} wrong")
            wrong += off
    people = place_people(asked.data / "population" / "VN_Population_ward_census2019_oldwards.csv", history, BEFORE)
    counts = people[people.code.notna()].groupby("code").people.sum()
    for start, end in ((BEFORE, NOW), (NOW, BEFORE)):
        weights = crosswalk(history, start, end, counts)
        methods = ", ".join(f"{count} {method}" for method, count in weights.method.value_counts().items())
        off = int(((weights.groupby("old_code").weight.sum() - 1).abs() > 1e-12).sum())
        width = (weights.high - weights.low)[weights.high > weights.low]
        print(f"{start} to {end}: {len(weights)} weights of {weights.old_code.nunique()} communes: {methods}")
        print(
            f"  {off} communes whose weights do not sum to 1; {len(width)} intervals, median width {width.median():.2f}"
        )
        wrong += off
    for column in ("stage", "reason"):
        for word, rows in people[people[column] != ""].groupby(column, sort=False):
            print(f"  {word:<28}{len(rows):>6} wards{rows.people.sum():>14,.0f} people")
    carried = express(counts, crosswalk(history, BEFORE, NOW, counts))
    lost = people.people[people.code.isna()].sum() + carried.unplaced
    print(
        f"people of 2019 on the communes of {NOW}: placed {carried.placed:,.0f} + unplaced {lost:,.0f} "
        f"= {carried.placed + lost:,.0f}"
    )
    print(f"{len(history.reused)} codes were of other ground before {REFORM}")
    if asked.unplaced is not None:
        people[people.code.isna()].drop(columns=["code", "stage"]).to_csv(
            asked.unplaced, index=False, encoding="utf-8-sig"
        )
    return int(wrong > 0 or carried.placed + lost != people.people.sum())


if __name__ == "__main__":
    sys.exit(main())
