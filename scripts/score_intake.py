"""
Score intake on filings whose truth is known: those in the data folder, and others made from seeds.

    python scripts/score_intake.py [--seeds 10] [--data ../shared/data]

Made filings take real places of the synthetic national list, in other provinces each time, and are written in forms and
with faults that differ from filing to filing: provinces of two or three VN-2000 zones, whole files with exchanged axes,
degrees-minutes-seconds, decomposed and Windows-1258 text, title rows and merged headers, integers for codes, rows
exchanged within their file, placeholders, places abroad, wrong communes, codes of before 1 July 2025. Prints for each
filing how many rows were misplaced by more than 30 m, accepted against the truth, lost, accepted twice, or set aside
without need, and how often the reason was the true one; exit 1 when one of the first four is not 0 or more than 1 % were set
aside without need.
"""

import argparse
import datetime as dt
import json
import random
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from pyproj import Transformer

from phusong.intake.filing import Request, take_in
from phusong.intake.reference import read_reference

AS_OF = dt.date(2026, 9, 30)
FAULTS = (
    "axes_swapped",
    "missing_coordinates",
    "placeholder_coordinates",
    "outside_country",
    "height_out_of_range",
    "band_not_licensed",
    "technology_missing",
    "on_air_in_future",
    "commune_disagrees",
    "legacy_commune_code",
    "duplicate",
)
REPAIRED = ("axes_swapped", "legacy_commune_code")
BANDS = {"Viettel": (1800, 2550), "VNPT": (1800, 3750), "MobiFone": (1800, 3850), "Vietnamobile": (2100, 2100)}
OTHERS_MHZ = {"Viettel": 3750, "VNPT": 2550, "MobiFone": 3750, "Vietnamobile": 3850}
SURVEYED_IN = {
    9205: "Lai Châu, Điện Biên",
    9206: "Sơn La",
    9207: "Kiên Giang, Cà Mau",
    9208: "Lào Cai, Yên Bái, Nghệ An, Phú Thọ, An Giang",
    5897: "Thanh Hoá, Vĩnh Phúc, Hà Nội, Đồng Tháp, Cần Thơ, Hậu Giang, Bạc Liêu, Ninh Bình, Hà Nam",
    9209: "Hà Giang, Hải Dương, Hà Tĩnh, Bắc Ninh, Hưng Yên, Thái Bình, Nam Định, Tây Ninh, Vĩnh Long, Sóc Trăng, Trà Vinh",
    9210: "Cao Bằng, Long An, Tiền Giang, Bến Tre, Hải Phòng, Hồ Chí Minh, Bình Dương",
    9211: "Tuyên Quang, Hoà Bình, Quảng Bình",
    9212: "Quảng Trị, Bình Phước",
    9213: "Bắc Kạn, Thái Nguyên",
    9214: "Bắc Giang, Huế",
    9215: "Lạng Sơn",
    9216: "Kon Tum",
    5899: "Quảng Ninh, Quảng Nam, Đà Nẵng, Đồng Nai, Bà Rịa - Vũng Tàu, Lâm Đồng",
    5898: "Quảng Ngãi",
    9217: "Ninh Thuận, Khánh Hoà, Bình Định",
    9218: "Phú Yên, Gia Lai, Đắk Lắk, Đắk Nông, Bình Thuận",
}
"""EPSG codes of the zones in which the provinces of before 1 July 2025 survey."""
ZONES = {name: zone for zone, names in SURVEYED_IN.items() for name in names.split(", ")}


@dataclass(frozen=True)
class World:
    """What filings are made from."""

    sites: pd.DataFrame
    communes: gpd.GeoDataFrame
    succession: pd.DataFrame

    def zone(self, code: str) -> int:
        """EPSG code of the zone in which the commune's old province surveys."""
        name = str(self.succession.old_province_name[self.succession.new_code == code].iloc[0])
        for prefix in ("Thành phố ", "Tỉnh ", "TP. "):
            name = name.removeprefix(prefix)
        return ZONES[_old_tones(unicodedata.normalize("NFC", name))]


def read_world(data: Path) -> World:
    """Synthetic sites, real communes in light outlines, and what became of the old communes."""
    moved = pd.read_csv(data / "admin" / "old_to_new_communes.csv", dtype=str)
    moved = moved.assign(new_code=moved.new_code_2025_final)
    communes = gpd.read_parquet(data / "admin" / "communes_2025_light.parquet")
    sites = pd.read_parquet(data / "national_synthetic" / "sites.parquet")
    return World(sites[sites.commune_code.isin(moved.new_code)], communes.set_index("commune_code"), moved)


def truth_of(world: World, rng: random.Random, operator: str, rows: int) -> pd.DataFrame:
    """Rows of one filing with their verdicts; the columns are those that a clerk fills."""
    provinces = rng.sample(sorted(world.communes.province_code.unique()), 5)
    inside = world.sites.commune_code.map(world.communes.province_code).isin(provinces) & (
        world.sites.operator == operator
    )
    taken = world.sites[inside]
    taken = taken.sample(min(rows, len(taken)), random_state=rng.randrange(2**31)).reset_index(drop=True)
    at = shapely.points(taken.longitude, taken.latitude)
    taken = taken[shapely.covers(world.communes.geometry.reindex(taken.commune_code).to_numpy(), at)].reset_index(
        drop=True
    )
    late = pd.to_datetime(taken.on_air_date) > pd.Timestamp(AS_OF)
    filed = taken.assign(
        true_lon=taken.longitude,
        true_lat=taken.latitude,
        reason="",
        declared=taken.commune_code,
        zone_ambiguous=False,
        frequency_mhz=[BANDS[operator][t == "NR"] for t in taken.technology],
        status=np.where(late, "planned", "on_air"),
        name=world.communes.commune_name.reindex(taken.commune_code).to_numpy(),
        province=world.communes.province_name.reindex(taken.commune_code).to_numpy(),
    )
    order = rng.sample(range(len(filed)), len(filed))
    each = max(2, int(0.016 * len(filed)))
    for i, fault in enumerate(FAULTS):
        filed.loc[order[i * each : (i + 1) * each], "reason"] = fault
    return _spoil(world, rng, filed, operator)


def _spoil(world: World, rng: random.Random, filed: pd.DataFrame, operator: str) -> pd.DataFrame:
    old = world.succession[
        ~world.succession.old_code.isin(world.communes.index) & (world.succession.relation == "full")
    ]
    for i in filed.index[filed.reason != ""]:
        match filed.reason[i]:
            case "outside_country":
                filed.loc[i, ["longitude"]] += 9.0
            case "placeholder_coordinates":
                filed.loc[i, ["longitude", "latitude"]] = [108.277199, 14.058324]
            case "height_out_of_range":
                filed.loc[i, "height_agl_m"] = rng.choice([0.0, -5.0, 450.0])
            case "band_not_licensed":
                filed.loc[i, "frequency_mhz"] = OTHERS_MHZ[operator]
            case "technology_missing":
                filed.loc[i, "technology"] = ""
            case "on_air_in_future":
                filed.loc[i, ["on_air_date", "status"]] = ["2027-05-01", "on_air"]
            case "commune_disagrees":
                _declare_elsewhere(world, rng, filed, i)
            case "legacy_commune_code":
                before = old[old.new_code == filed.commune_code[i]]
                if before.empty:
                    filed.loc[i, "reason"] = ""
                else:
                    one = before.sample(1, random_state=rng.randrange(2**31)).iloc[0]
                    filed.loc[i, ["declared", "name"]] = [one.old_code, " ".join(one.old_name.split())]
    again = filed[filed.reason == "duplicate"]
    filed.loc[again.index, "reason"] = ""
    nudged = again.assign(longitude=again.longitude + 2e-5)
    everything = pd.concat([filed, nudged], ignore_index=True)
    return everything.sample(frac=1, random_state=rng.randrange(2**31)).reset_index(drop=True)


def _declare_elsewhere(world: World, rng: random.Random, filed: pd.DataFrame, i: int) -> None:
    here = shapely.Point(filed.true_lon[i], filed.true_lat[i])
    while True:
        code = rng.choice(world.communes.index.to_list())
        if world.communes.geometry[code].distance(here) > 0.35:
            filed.loc[i, ["declared", "name"]] = [code, world.communes.commune_name[code]]
            return


def positions(world: World, truth: pd.DataFrame, form: str, latitude_first: bool) -> pd.DataFrame:
    """The two texts of each row's place in a form, or one text in `both`."""
    lon, lat = truth.longitude.to_numpy(), truth.latitude.to_numpy()
    swapped = (truth.reason == "axes_swapped").to_numpy()
    if form == "metres":
        east, north = np.zeros(len(truth)), np.zeros(len(truth))
        zones = np.array([world.zone(code) for code in truth.commune_code])
        for zone in np.unique(zones):
            at = zones == zone
            east[at], north[at] = Transformer.from_crs(4326, int(zone), always_xy=True).transform(lon[at], lat[at])
        hollow = (truth.reason == "placeholder_coordinates").to_numpy()
        east[hollow], north[hollow] = 500_000, 0
        first, second = (np.round(part, 2) for part in (np.where(swapped, east, north), np.where(swapped, north, east)))
        texts = [[str(a), str(b)] for a, b in zip(first, second, strict=True)]
    else:
        write = _dms if form == "dms" else str
        flip = swapped ^ (not latitude_first)
        pairs = np.where(flip[:, None], np.stack([lon, lat], 1), np.stack([lat, lon], 1))
        texts = [[write(float(a)), write(float(b))] for a, b in pairs]
    empty = truth.reason == "missing_coordinates"
    return pd.DataFrame(
        [["", ""] if gone else pair for gone, pair in zip(empty, texts, strict=True)], columns=["a", "b"]
    )


def _ambiguous(world: World, truth: pd.DataFrame) -> np.ndarray:
    """Rows whose metres, read in another zone, lie within about a kilometre of the declared commune too."""
    zones = np.array([world.zone(code) for code in truth.commune_code])
    outlines = world.communes.geometry.reindex(truth.commune_code).to_numpy()
    east, north = np.zeros(len(truth)), np.zeros(len(truth))
    found = np.zeros(len(truth), bool)
    for zone in np.unique(zones):
        at = zones == zone
        metres = Transformer.from_crs(4326, int(zone), always_xy=True).transform(
            truth.longitude[at], truth.latitude[at]
        )
        east[at], north[at] = metres
    for other in sorted(set(ZONES.values())):
        lon, lat = Transformer.from_crs(int(other), 4326, always_xy=True).transform(east, north)
        found |= (zones != other) & (shapely.distance(outlines, shapely.points(lon, lat)) < 0.01)
    return found


def _dms(value: float) -> str:
    thousandths = round(value * 3_600_000)
    degrees, rest = divmod(thousandths, 3_600_000)
    minutes, seconds = divmod(rest, 60_000)
    return f"{degrees}°{minutes:02}'{seconds / 1000:06.3f}\""


def write_filing(world: World, rng: random.Random, truth: pd.DataFrame, form: str, file: Path) -> pd.DataFrame:
    """Write the filing in one of five forms; returns sheet and row of each row of the truth."""
    latitude_first = form != "xlsx"
    kind = {"metres": "metres", "dms": "dms"}.get(form, "degrees")
    place = positions(world, truth, kind, latitude_first)
    day = pd.to_datetime(truth.on_air_date)
    words = {"LTE": "4G", "NR": "5G"}
    plain = pd.DataFrame(
        {
            "id": truth.site_id,
            "tech": truth.technology.replace(words),
            "mhz": truth.frequency_mhz,
            "a": place.a,
            "b": place.b,
            "h": truth.height_agl_m,
            "az": truth.azimuths_deg,
            "tilt": truth.downtilt_deg,
            "eirp": truth.eirp_dbm,
            "name": truth["name"],
            "code": truth.declared,
            "province": truth.province,
            "day": day.dt.strftime("%d/%m/%Y"),
            "status": truth.status.map({"on_air": "Đang phát sóng", "planned": "Kế hoạch"}),
        }
    )
    if form == "geojson":
        return _geojson(plain.assign(day=day.dt.strftime("%Y-%m-%d")), file)
    if form == "xlsx":
        return _xlsx(plain, file, rng)
    comma = {name: plain[name].astype(str).str.replace(".", ",") for name in ("h", "tilt", "eirp")}
    if form == "dms":
        both = (plain.a + "N " + plain.b + "E").where(plain.a != "", "")
        table = plain.assign(**comma, a=both, az=plain.az.str.replace(";", "|")).drop(columns="b")
        table.columns = [
            "Mã trạm",
            "Loại",
            "Băng tần",
            "Toạ độ (vĩ độ, kinh độ)",
            "Độ cao cột",
            "Azimuth",
            "Tilt",
            "EIRP",
            "Xã/Phường",
            "Mã ĐVHC",
            "Tỉnh",
            "Ngày PS",
            "Tình trạng",
        ]
        text = table.to_csv(index=False, sep=";")
        file.write_bytes(_windows_1258(text))
    elif form == "metres":
        table = plain.assign(az=plain.az.str.replace(";", ","), day=day.dt.strftime("%Y-%m-%d"))
        table.columns = [
            "SITE",
            "Công nghệ",
            "Freq",
            "X (m)",
            "Y (m)",
            "H_anten",
            "Azimuth",
            "Tilt",
            "EIRP_dBm",
            "Xã",
            "Mã xã",
            "Tỉnh",
            "On air",
            "TT",
        ]
        file.write_bytes(unicodedata.normalize("NFD", table.to_csv(index=False)).encode("utf-8-sig"))
    else:
        table = plain.assign(**comma)
        table.columns = [
            "Site ID",
            "RAT",
            "Frequency [MHz]",
            "Latitude",
            "Longitude",
            "Antenna height (m)",
            "Azimuth",
            "Downtilt",
            "EIRP [dBm]",
            "Commune",
            "Commune code",
            "Province",
            "On-air date",
            "Status",
        ]
        file.write_text(table.to_csv(index=False, sep="\t"), "utf-8")
    return pd.DataFrame({"sheet": "", "row": range(2, len(truth) + 2)})


def _geojson(plain: pd.DataFrame, file: Path) -> pd.DataFrame:
    features = []
    for row in plain.to_dict("records"):
        a, b = row.pop("a"), row.pop("b")
        shape = {"type": "Point", "coordinates": [float(a), float(b)]} if a else None
        kept = {key: row[key] for key in ("id", "tech", "mhz", "h", "az", "tilt", "eirp", "day", "status")}
        features.append({"type": "Feature", "geometry": shape, "properties": {**kept, "xa": row["code"]}})
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return pd.DataFrame({"sheet": "", "row": range(len(plain))})


def _xlsx(plain: pd.DataFrame, file: Path, rng: random.Random) -> pd.DataFrame:
    book = openpyxl.Workbook()
    book.remove(book.active)
    where = []
    parts = {"Trạm 4G": plain.tech == "4G", "Trạm 5G": plain.tech == "5G", "Khác": ~plain.tech.isin(["4G", "5G"])}
    for title, chosen in parts.items():
        sheet = book.create_sheet(title)
        sheet.append(["BIỂU TỔNG HỢP TRẠM"])
        sheet.append(["Kỳ báo cáo: Quý III/2026"])
        sheet.append(
            [
                "STT",
                "Mã trạm",
                "Vị trí",
                None,
                "Địa bàn",
                None,
                None,
                "Vô tuyến",
                None,
                None,
                None,
                None,
                None,
                "Phát sóng",
                None,
            ]
        )
        sheet.append(
            [
                "",
                "",
                "Kinh độ",
                "Vĩ độ",
                "Mã xã",
                "Tên xã",
                "Tỉnh/TP",
                "Công nghệ",
                "Tần số (MHz)",
                "Chiều cao anten (m)",
                "Góc phương vị",
                "Góc ngẩng (độ)",
                "EIRP (dBm)",
                "Ngày phát sóng",
                "Trạng thái",
            ]
        )
        for cells in ("C3:D3", "E3:G3", "H3:M3", "N3:O3"):
            sheet.merge_cells(cells)
        for n, (i, row) in enumerate(plain[chosen].iterrows(), 1):
            comma = rng.random() < 0.5
            a, b = ((text.replace(".", ",") if comma else float(text)) if text else None for text in (row.a, row.b))
            sheet.append(
                [
                    n,
                    row.id,
                    a,
                    b,
                    int(row.code),
                    row["name"],
                    row.province,
                    row.tech or None,
                    row.mhz,
                    str(row.h).replace(".", ","),
                    row.az.replace(";", "/"),
                    row.tilt,
                    row.eirp,
                    row.day,
                    row.status,
                ]
            )
            where.append((i, title, n + 4))
        sheet.append(["Tổng cộng", f"{int(chosen.sum())} trạm"])
    book.save(file)
    return pd.DataFrame(where, columns=["i", "sheet", "row"]).set_index("i").sort_index()


def _windows_1258(text: str) -> bytes:
    """Windows-1258 has some letters composed and writes the other tones as marks after them."""
    out = []
    for character in unicodedata.normalize("NFC", text):
        try:
            out.append(character.encode("cp1258"))
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", character)
            tone = [p for p in parts[1:] if p in "\u0300\u0301\u0303\u0309\u0323"]
            base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tone))
            out.append((base + "".join(tone)).encode("cp1258", "replace"))
    return b"".join(out)


def _old_tones(name: str) -> str:
    return name.replace("Hòa", "Hoà").replace("Hóa", "Hoá").replace("Thừa Thiên ", "")


def score(
    truth: pd.DataFrame, accepted: pd.DataFrame, quarantine: pd.DataFrame
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Counts of what went wrong, and of true against told reasons for the rows that were to be quarantined."""
    counts: Counter[str] = Counter(rows=len(truth))
    verdicts = truth.reason.where(~truth.reason.isin(REPAIRED), "")
    good = truth[verdicts == ""].drop_duplicates("site_id").set_index("site_id")
    bad = truth[(verdicts != "") & (verdicts != "duplicate")]
    met = accepted[accepted.site_id.isin(good.index)].join(good[["true_lon", "true_lat"]], on="site_id")
    east_m = (met.longitude - met.true_lon) * 111_320 * np.cos(np.radians(met.true_lat))
    counts["misplaced"] = int((~(np.hypot(east_m, (met.latitude - met.true_lat) * 110_900) <= 30)).sum())
    counts["wrongly accepted"] = int(accepted.site_id.isin(bad.site_id).sum())
    counts["twice"] = int(accepted.site_id.duplicated().sum())
    held = quarantine.drop_duplicates(["source_file", "source_sheet", "source_row"])
    counts["lost"] = len(truth) - len(accepted) - len(held)
    due = good[~good.zone_ambiguous.astype(str).eq("True")]
    counts["due"] = len(due)
    counts["over"] = int((~due.index.isin(accepted.site_id)).sum())
    told = quarantine.groupby("site_id").reason.agg(set)
    pairs = Counter(
        (r, "as told" if r in told.get(s, set()) else min(told.get(s, {"accepted"})))
        for s, r in zip(bad.site_id, bad.reason, strict=True)
    )
    over = due.index[~due.index.isin(accepted.site_id)]
    pairs.update(("good", min(told.get(s, {"?"}))) for s in over)
    return counts, pairs


def made(world: World, seed: int, folder: Path) -> tuple[Path, str, pd.DataFrame]:
    """One filing of a seed, its operator, and its truth."""
    rng = random.Random(seed)
    operator, form = rng.choice(sorted(BANDS)), ("xlsx", "dms", "metres", "geojson", "plain")[seed % 5]
    truth = truth_of(world, rng, operator, rng.choice([300, 900]))
    file = folder / f"{operator}_{seed}.{ {'xlsx': 'xlsx', 'geojson': 'geojson'}.get(form, 'csv') }"
    if form == "metres":
        truth = truth.assign(zone_ambiguous=_ambiguous(world, truth))
    where = write_filing(world, rng, truth, form, file)
    return file, operator, truth.assign(sheet=where.sheet.to_numpy(), row=where.row.astype(str).to_numpy())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    asked = parser.parse_args()
    world = read_world(asked.data)
    reference = read_reference(asked.data / "admin" / "communes_2025_light.parquet", AS_OF)
    reasons, failed = Counter[tuple[str, str]](), False
    columns = ("rows", "misplaced", "wrongly accepted", "twice", "lost", "over", "due")
    print(f"{'filing':<28}" + "".join(f"{name:>18}" for name in columns))
    with tempfile.TemporaryDirectory() as folder:
        filings = [_filed(asked.data, path) for path in sorted((asked.data / "filings" / "truth").glob("*.csv"))]
        filings += [made(world, seed, Path(folder)) for seed in range(asked.first, asked.first + asked.seeds)]
        for file, operator, truth in filings:
            outcome = take_in([file], Request("sites", AS_OF, {"operator": operator}), reference)
            counts, pairs = score(truth, outcome.accepted, outcome.quarantine)
            reasons += pairs
            failed |= any(counts[name] for name in columns[1:5]) or counts["over"] > 0.01 * counts["due"]
            print(f"{file.name:<28}" + "".join(f"{counts[name]:>18}" for name in columns))
    print("\nTrue reason, and the one told")
    for (true, told), count in sorted(reasons.items()):
        print(f"  {true:<28}{told:<28}{count:>6}")
    return int(failed)


def _filed(data: Path, truth: Path) -> tuple[Path, str, pd.DataFrame]:
    table = pd.read_csv(
        truth,
        dtype={"commune_code": str, "sheet": str, "row": str},
        keep_default_na=False,
        na_values={"true_lon": [""], "true_lat": [""]},
    )
    operator = {"viettel": "Viettel", "vnpt": "VNPT", "mobifone": "MobiFone", "vietnamobile": "Vietnamobile"}[
        truth.name.split("_")[0]
    ]
    return data / "filings" / truth.name.removesuffix(".truth.csv"), operator, table.assign(reason=table.reason)


if __name__ == "__main__":
    sys.exit(main())
