"""
Time the intake of a whole country's sites, as CSV and as XLSX, and the memory it takes.

    python scripts/benchmark_intake.py [--rows 168000] [--kinds csv xlsx] [--data ../shared/data] [--full]

The filing is made from the synthetic national list with the faults of a good clerk only: decimal commas, Vietnamese
words, dd/mm/yyyy. Each kind runs the command itself in a process of its own, against the light outlines or, with
--full, against the full ones. Prints wall time, processor time and the greatest memory of the process.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

HEADERS = {
    "site_id": "Mã trạm",
    "technology": "Công nghệ",
    "frequency_mhz": "Tần số (MHz)",
    "longitude": "Kinh độ",
    "latitude": "Vĩ độ",
    "height_agl_m": "Chiều cao anten (m)",
    "azimuths_deg": "Góc phương vị",
    "eirp_dbm": "EIRP (dBm)",
    "commune_code": "Mã xã",
    "on_air_date": "Ngày phát sóng",
    "status": "Trạng thái",
    "operator": "Nhà mạng",
}
WORDS = {"LTE": "4G", "NR": "5G", "on_air": "Đang phát sóng", "planned": "Kế hoạch", "off": "Ngừng"}


def filing(data: Path, rows: int) -> pd.DataFrame:
    """The national list as an operator would file it."""
    sites = pd.read_parquet(data / "national_synthetic" / "sites.parquet").head(rows)
    filed = sites[[name for name in HEADERS if name in sites]].copy()
    days = pd.to_datetime(filed["on_air_date"])
    filed["on_air_date"] = days.dt.strftime("%d/%m/%Y").where(days.notna(), "")
    for name in ("technology", "status"):
        filed[name] = filed[name].replace(WORDS)
    filed["height_agl_m"] = filed["height_agl_m"].astype(str).str.replace(".", ",")
    return filed.rename(columns=HEADERS)


def write(filed: pd.DataFrame, kind: str, folder: Path) -> Path:
    """The filing as a file of the kind."""
    file = folder / f"national.{kind}"
    if kind == "csv":
        filed.to_csv(file, index=False)
    else:
        filed.to_excel(file, index=False)
    return file


def timed(file: Path, outlines: Path, out: Path) -> None:
    """Run the command on the file and print what it took."""
    command = [sys.executable, "-m", "phusong", "intake", str(file), "--layer", "sites", "--as-of", "2026-09-30"]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--communes", str(outlines), "--out", str(out)], check=True, stdout=subprocess.PIPE
    )
    spent = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout.decode().strip())
    size = file.stat().st_size / 1e6
    processor = used.ru_utime + used.ru_stime
    print(
        f"{file.name}, {size:.0f} MB: {spent:.1f} s, processor {processor:.1f} s, memory {used.ru_maxrss / 1e6:.2f} GB\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=168_000)
    parser.add_argument("--kinds", nargs="+", default=["csv", "xlsx"], choices=["csv", "xlsx"])
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--full", action="store_true", help="the full outlines, not the light ones")
    asked = parser.parse_args()
    outlines = asked.data / "admin" / ("communes_2025.parquet" if asked.full else "communes_2025_light.parquet")
    filed = filing(asked.data, asked.rows)
    print(f"{len(filed)} rows, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        for kind in asked.kinds:  # the greatest memory is that of the greatest so far: the smaller kind comes first
            timed(write(filed, kind, Path(folder)), outlines, Path(folder) / f"out-{kind}")


if __name__ == "__main__":
    main()
