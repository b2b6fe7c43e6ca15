"""
Damage filings in every way that files get damaged, and see that intake never fails and never loses a row.

    python scripts/fuzz_intake.py [--count 10000] [--seed 1] [--data ../shared/data] [--keep DIR]

Each mutant has at most 50 rows. Rows come from the filings in `--data`, or from invented sites where that is absent.
First the table is damaged (cells, rows, columns, headers, languages), then it is written as CSV, XLSX, GeoJSON, HTML or
an archive of these, in some encoding, and then, for one in three, its bytes are damaged. A filing that cannot be
understood may be refused with a sentence; otherwise its rows in must equal its rows accepted and quarantined, and
every site that was in the file before its bytes were damaged must be found in one of the two or among the rows that
were told to be no data. Prints what became of the mutants; exit 1 with the seed of each that failed.
"""

import argparse
import csv
import datetime as dt
import gzip
import io
import json
import random
import sys
import tempfile
import time
import traceback
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

from phusong.errors import PhusongError
from phusong.intake.filing import Request, take_in
from phusong.intake.reference import Reference, read_reference
from phusong.text import nfc

ROWS = 50
AS_OF = dt.date(2026, 9, 30)
ID_HEADERS = ("mã trạm", "site", "id")
HOSTILE = (
    "",
    " ",
    "=1+1",
    "+84",
    "-",
    "@SUM(A1)",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "0",
    "-1",
    "999999999999999999999",
    "٣٤",
    "#N/A",
    "#REF!",
    "null",
    "None",
    "TRUE",
    "\u202e31",
    "\u00a0",
    "\u200b",
    "a\nb",
    'a"b',
    "a;b",
    "a,b",
    "a\tb",
    "<script>alert(1)</script>",
    "'; DROP TABLE sites",
    "../../etc/passwd",
    "x" * 40_000,
    "30/02/2026",
    "31/12/9999",
    "12.345.678,9",
    "1.234",
    "105,8,4",
    "21°61'N",
    "-200 500",
    "2108'01\"N 105",
    "ＡＢＣ１２３",
    "Tổng cộng",
    "STT",
    "{0}",
    "%s",
    "{found}",
    "\\",
    "00000",
    "99999",
    "0xFF",
    "1_000",
    "½",
    "1,5 m",
    "5G/4G",
)
Grid = list[list[object]]


@dataclass(frozen=True)
class Mutant:
    """A damaged file; `sites` are the ids that must be accounted for, none where the bytes were damaged."""

    name: str
    data: bytes
    sites: frozenset[str]
    how: tuple[str, ...]


def base_grids(folder: Path) -> list[Grid]:
    """Tables of the filings as grids of cells, titles and headers included; invented ones where there are none."""
    filings = folder / "filings"
    if not filings.is_dir():
        return [invented(random.Random(0))]
    grids = []
    for file in sorted(filings.iterdir()):
        if file.suffix == ".csv":
            raw = file.read_bytes()
            text = raw.decode("utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "cp1258")
            grids.append(
                [list(row) for row in csv.reader(io.StringIO(text), delimiter=";" if ";" in text[:200] else ",")]
            )
        elif file.suffix == ".xlsx":
            book = openpyxl.load_workbook(file, read_only=True)
            grids += [
                [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book if (sheet.max_row or 0) > 5
            ]
        elif file.suffix == ".geojson":
            grids.append(_flat(json.loads(file.read_text("utf-8"))))
    return grids


def invented(rng: random.Random) -> Grid:
    """A plain filing of invented sites around the middle of the invented commune."""
    header = [
        "Mã trạm",
        "Nhà mạng",
        "Công nghệ",
        "Tần số (MHz)",
        "Vĩ độ",
        "Kinh độ",
        "Chiều cao anten (m)",
        "Mã xã",
        "Ngày phát sóng",
        "Trạng thái",
    ]
    rows = [
        [
            f"SM-{i:05}",
            "Viettel",
            rng.choice(["4G", "5G"]),
            1800,
            21 + rng.random() / 5,
            105.5 + rng.random() / 5,
            30,
            "00004",
            "01/02/2024",
            "Đang phát sóng",
        ]
        for i in range(400)
    ]
    return [header, *rows]


def invented_reference() -> Reference:
    """One commune of a degree on each side."""
    columns = {
        "commune_code": ["00004"],
        "commune_name": ["Phường Ba Đình"],
        "commune_type": ["phường"],
        "province_code": ["01"],
        "province_name": ["Thành phố Hà Nội"],
    }
    return Reference(gpd.GeoDataFrame(columns, geometry=[shapely.box(105, 20.5, 106, 21.5)], crs=4326))


def mutant(seed: int, grids: list[Grid]) -> Mutant:
    """The mutant of a seed."""
    rng = random.Random(seed)
    grid = _cut(rng.choice(grids), rng)
    how: list[str] = []
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
        damage = rng.choice(TABLE_DAMAGES)
        grid = damage(grid, rng) or grid
        how.append(damage.__name__)
    sites = frozenset(_sites(grid))
    write = rng.choice(WRITERS)
    name, data, lossless = write(grid, rng)
    how.append(write.__name__)
    if rng.random() < 0.15:
        name, data = _packed(name, data, rng)
        how.append("packed")
    if rng.random() < 0.33:
        data, lossless = _bitten(data, rng), False
        how.append("bitten")
    return Mutant(name, data, sites if lossless else frozenset(), tuple(how))


def verdict(one: Mutant, folder: Path, reference: Reference) -> tuple[str, str]:
    """What became of a mutant: taken, refused, or a failure, with a sentence or a traceback."""
    file = folder / one.name
    file.write_bytes(one.data)
    try:
        outcome = take_in([file], Request("sites", AS_OF, {"operator": "Viettel"}), reference)
    except PhusongError as refusal:
        return "refused", str(refusal)
    except Exception:
        return "TRACEBACK", traceback.format_exc()
    finally:
        file.unlink()
    if outcome.refusals:
        return "refused", "; ".join(outcome.refusals.values())
    if outcome.rows_in != len(outcome.accepted) + outcome.rows_quarantined:
        return (
            "UNBALANCED",
            f"{outcome.rows_in} in, {len(outcome.accepted)} accepted, {outcome.rows_quarantined} quarantined",
        )
    missing = one.sites - _found(outcome)
    return ("LOST", f"{len(missing)} of {len(one.sites)}: {sorted(missing)[:5]}") if missing else ("taken", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--keep", type=Path, help="folder for the files of mutants that failed")
    asked = parser.parse_args()
    outlines = asked.data / "admin" / "communes_2025_light.parquet"
    reference = read_reference(outlines, AS_OF) if outlines.exists() else invented_reference()
    grids, counts, start = base_grids(asked.data), Counter[str](), time.perf_counter()
    sentences: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.count):
            one = mutant(seed, grids)
            word, told = verdict(one, Path(folder), reference)
            counts[word] += 1
            if word == "refused":
                sentences[told.split(": ", 1)[-1][:60]] += 1
            elif word != "taken":
                print(f"seed {seed} {one.name} {', '.join(one.how)}: {word}\n{told}", flush=True)
                if asked.keep:
                    asked.keep.mkdir(parents=True, exist_ok=True)
                    (asked.keep / f"{seed}-{one.name}").write_bytes(one.data)
    failed = sum(count for word, count in counts.items() if word.isupper())
    print(f"{asked.count} mutants from seed {asked.seed} in {time.perf_counter() - start:.0f} s: {dict(counts)}")
    for sentence, count in sentences.most_common(12):
        print(f"  refused {count}: {sentence}")
    return 1 if failed else 0


def _flat(collection: dict) -> Grid:
    names = list(collection["features"][0]["properties"])
    rows = []
    for feature in collection["features"]:
        pair = (feature["geometry"] or {}).get("coordinates", [None, None])
        rows.append([*(feature["properties"].get(name) for name in names), *pair])
    return [[*names, "lat", "lon"], *rows]


def _cut(grid: Grid, rng: random.Random) -> Grid:
    head = next(i for i, row in enumerate(grid) if any(nfc(str(cell or "")).lower() in ID_HEADERS for cell in row)) + 1
    while head < len(grid) and not _site(grid[head]):
        head += 1
    body = [row for row in grid[head:] if _site(row)]
    return [list(row) for row in grid[:head]] + [
        list(row) for row in rng.sample(body, min(len(body), rng.randint(1, ROWS)))
    ]


def _site(row: list[object]) -> str:
    """The cell that looks like a site's id: letters, a hyphen and at least five digits."""
    for cell in row:
        if (
            isinstance(cell, str)
            and cell[:1].isalpha()
            and cell[-5:].isdigit()
            and "-" in cell
            and cell.isascii()
            and len(cell) < 20
        ):
            return cell
    return ""


def _sites(grid: Grid) -> set[str]:
    return {site for row in grid if (site := _site(row))}


def _body(grid: Grid) -> list[int]:
    return [i for i, row in enumerate(grid) if _site(row)] or [len(grid) - 1]


def hostile_cell(grid: Grid, rng: random.Random) -> None:
    row = grid[rng.choice(_body(grid))]
    if row:
        row[rng.randrange(len(row))] = rng.choice(HOSTILE)


def hostile_cells(grid: Grid, rng: random.Random) -> None:
    for _ in range(20):
        hostile_cell(grid, rng)


def hostile_column(grid: Grid, rng: random.Random) -> None:
    column = rng.randrange(max(map(len, grid)))
    for i in _body(grid):
        if column < len(grid[i]) and rng.random() < 0.7:
            grid[i][column] = rng.choice(HOSTILE)


def empty_column(grid: Grid, rng: random.Random) -> None:
    column = rng.randrange(max(map(len, grid)))
    for i in _body(grid):
        if column < len(grid[i]):
            grid[i][column] = None


def dropped_column(grid: Grid, rng: random.Random) -> Grid:
    column = rng.randrange(max(map(len, grid)))
    return [row[:column] + row[column + 1 :] for row in grid]


def exchanged_columns(grid: Grid, rng: random.Random) -> None:
    a, b = (rng.randrange(max(map(len, grid))) for _ in range(2))
    for row in grid:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]


def doubled_column(grid: Grid, rng: random.Random) -> Grid:
    column = rng.randrange(max(map(len, grid)))
    return [row[: column + 1] + row[column:] for row in grid]


def blank_columns(grid: Grid, rng: random.Random) -> Grid:
    column = rng.randrange(max(map(len, grid)))
    return [row[:column] + [None] * 3 + row[column:] for row in grid]


def no_header(grid: Grid, _: random.Random) -> Grid:
    return grid[_body(grid)[0] :]


def renamed_header(grid: Grid, rng: random.Random) -> None:
    row = grid[max(_body(grid)[0] - 1, 0)]
    if row:
        row[rng.randrange(len(row))] = rng.choice((*HOSTILE, "Tên", "X", "Y", "lat", "Mã xã", "Mã trạm"))


def titles_above(grid: Grid, rng: random.Random) -> Grid:
    return [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], [], ["Biểu số 03", None, "Kỳ: quý III/2026"]][
        : rng.randint(1, 3)
    ] + grid


def totals_below(grid: Grid, _: random.Random) -> Grid:
    return [*grid, ["Tổng cộng", len(grid)], [], ["Người lập biểu", None, None, "Thủ trưởng đơn vị"]]


def header_again(grid: Grid, rng: random.Random) -> Grid:
    first = _body(grid)[0]
    at = rng.randint(first, len(grid))
    return grid[:at] + [list(row) for row in grid[max(first - 1, 0) : first]] + grid[at:]


def blank_rows(grid: Grid, rng: random.Random) -> Grid:
    at = rng.randint(0, len(grid))
    return grid[:at] + [[] for _ in range(rng.randint(1, 40))] + grid[at:]


def rows_again(grid: Grid, rng: random.Random) -> Grid:
    return grid + [list(grid[rng.choice(_body(grid))]) for _ in range(3)]


def shuffled(grid: Grid, rng: random.Random) -> Grid:
    first = _body(grid)[0]
    body = grid[first:]
    rng.shuffle(body)
    return grid[:first] + body


def ragged(grid: Grid, rng: random.Random) -> None:
    for i in _body(grid):
        if rng.random() < 0.2:
            grid[i] = (
                grid[i][: rng.randint(1, len(grid[i]))] if grid[i] and _site(grid[i][:1]) else grid[i] + ["thừa", 1]
            )


def table_below(grid: Grid, _: random.Random) -> Grid:
    return [*grid, [], ["STT", "Họ tên", "Điện thoại"], [1, "Nguyễn Văn A", "0912345678"]]


def decomposed(grid: Grid, _: random.Random) -> Grid:
    return [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in grid]


def shouted(grid: Grid, _: random.Random) -> Grid:
    return [[cell.upper() if isinstance(cell, str) else cell for cell in row] for row in grid]


def commas(grid: Grid, rng: random.Random) -> None:
    for i in _body(grid):
        grid[i] = [str(c).replace(".", ",") if isinstance(c, float) and rng.random() < 0.8 else c for c in grid[i]]


def all_text(grid: Grid, _: random.Random) -> Grid:
    return [[None if cell is None else str(cell) for cell in row] for row in grid]


TABLE_DAMAGES: tuple[Callable[[Grid, random.Random], Grid | None], ...] = (
    hostile_cell,
    hostile_cell,
    hostile_cells,
    hostile_column,
    empty_column,
    dropped_column,
    exchanged_columns,
    doubled_column,
    blank_columns,
    no_header,
    renamed_header,
    titles_above,
    totals_below,
    header_again,
    blank_rows,
    rows_again,
    shuffled,
    ragged,
    table_below,
    decomposed,
    shouted,
    commas,
    all_text,
)


def as_csv(grid: Grid, rng: random.Random) -> tuple[str, bytes, bool]:
    text = io.StringIO()
    delimiter = rng.choice(",,;;\t|")
    csv.writer(text, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"])).writerows(grid)
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1258", "latin-1", "shift-jis"])
    return f"a.{rng.choice(['csv', 'csv', 'txt', 'tsv', 'xlsx'])}", text.getvalue().encode(encoding, "replace"), True


def as_xlsx(grid: Grid, rng: random.Random) -> tuple[str, bytes, bool]:
    book = openpyxl.Workbook()
    sheet = book.active
    for i, row in enumerate(grid, 1):
        for j, cell in enumerate(row, 1):
            if cell is not None:
                value = (
                    openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_000] if isinstance(cell, str) else cell
                )
                sheet.cell(i, j).value = value
                if isinstance(value, str) and not (value.startswith("=") and rng.random() < 0.5):
                    sheet.cell(i, j).data_type = "s"
    lossless = rng.random() < 0.8
    if not lossless:
        row = rng.randint(1, len(grid))
        sheet.merge_cells(start_row=row, end_row=row + rng.randint(0, 5), start_column=1, end_column=rng.randint(1, 4))
    if rng.random() < 0.3:
        book.create_sheet("Ghi chú")["A1"] = "Số liệu tạm tính"
    data = io.BytesIO()
    book.save(data)
    return rng.choice(["a.xlsx", "a.xlsx", "a.csv", "a.xls"]), data.getvalue(), lossless


def as_html(grid: Grid, _: random.Random) -> tuple[str, bytes, bool]:
    from html import escape

    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if c is None else escape(str(c))}</td>" for c in row) + "</tr>" for row in grid
    )
    return "a.xls", f"<html><meta charset='utf-8'><body><table>{rows}</table></body></html>".encode(), True


def as_geojson(grid: Grid, rng: random.Random) -> tuple[str, bytes, bool]:
    first = _body(grid)[0]
    width = max(map(len, grid))
    names = [str(n or f"c{i}") for i, n in enumerate((grid[first - 1] if first else []) + [None] * width)][:width]
    features = []
    for row in grid[first:]:
        padded = row + [None] * (width - len(row))
        numbers = [cell for cell in padded if isinstance(cell, float)][-2:]
        shape: object = {"type": "Point", "coordinates": numbers[::-1] if rng.random() < 0.9 else numbers}
        if len(numbers) < 2 or rng.random() < 0.03:
            shape = rng.choice(
                [
                    None,
                    {"type": "Point", "coordinates": []},
                    {"type": "Point", "coordinates": [float("nan"), 21]},
                    {"type": "Polygon", "coordinates": [[[105, 21]]]},
                    {"type": "Nonsense"},
                    5,
                ]
            )
        features.append({"type": "Feature", "geometry": shape, "properties": dict(zip(names, padded, strict=False))})
    if features and rng.random() < 0.1:
        features.append(rng.choice([None, 5, {}, {"type": "Feature"}]))
    return (
        "a.geojson",
        json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        len(set(names)) == len(names),
    )


WRITERS = (as_csv, as_csv, as_csv, as_xlsx, as_xlsx, as_html, as_geojson)


def _packed(name: str, data: bytes, rng: random.Random) -> tuple[str, bytes]:
    if rng.random() < 0.5:
        return f"{name}.gz", gzip.compress(data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(rng.choice([name, f"thư mục/{name}"]), data)
        if rng.random() < 0.3:
            archive.writestr("../out.txt", "x")
    return "a.zip", packed.getvalue()


def _bitten(data: bytes, rng: random.Random) -> bytes:
    bites = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(len(bites)) if bites else 0
        match rng.randrange(5):
            case 0:
                bites[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del bites[at : at + rng.randint(1, 200)]
            case 2:
                bites[at:at] = rng.randbytes(rng.randint(1, 50))
            case 3:
                bites[at:] = b"" if rng.random() < 0.3 else bites[at:]
            case _:
                bites[at : at + 20] = bytes(20)
    return bytes(bites)


def _found(outcome: object) -> set[str]:
    """Ids accepted, or standing in a cell of the quarantine or of a row told to be no data."""
    accepted = set(outcome.accepted["site_id"].dropna().astype(str))
    kept = {str(cell) for cells in outcome.cells_kept() for cell in cells}
    return accepted | {cell.strip() for cell in kept}


if __name__ == "__main__":
    sys.exit(main())
