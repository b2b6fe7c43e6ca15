"""`phusong task` and `phusong checklist` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from phusong.ledger import snapshot

SIX = ("--work", "Dựng cột", "--person", "Bà An", "--responsibility", "Chủ trì", "--authority", "UBND tỉnh")
SIX += ("--product", "Trạm", "--deadline", "30/09/2026", "--start", "2026-07-01")
HEADER = "Nhiệm vụ,Người thực hiện,Thời hạn,Trách nhiệm,Thẩm quyền,Sản phẩm,Ngày bắt đầu,Cơ quan"


@pytest.fixture
def study(tmp_path, monkeypatch):
    "A project whose snapshots are told by a dictionary."
    (tmp_path / "project.toml").write_bytes((Path(__file__).parents[1] / "gis_data/sample_project.toml").read_bytes())
    square = [shapely.box(0, 0, 1, 1)]
    zones = gpd.GeoDataFrame({"zone_id": ["2026Q3-0001"], "commune_code": ["97001"]}, geometry=square)
    communes = gpd.GeoDataFrame(
        {"commune_code": ["97001", "97002"], "province_code": ["97", "97"]}, geometry=square * 2
    )
    columns = ["zone_id", "why", "merged_into"]
    events = {
        "2026Q3": [("birth", "2026Q3-0001", "")],
        "2026Q4": [("split", "2026Q3-0001", "2026Q3-0001;2026Q4-0001")],
    }
    tables = {
        period: {
            "zones": zones,
            "communes": communes,
            "zone_events": pd.DataFrame(own, columns=["kind", "zone_id", "others"]),
            "zones_closed": pd.DataFrame([], columns=columns),
        }
        for period, own in events.items()
    }
    shown = ["2026Q3"]
    monkeypatch.setattr(snapshot, "periods", lambda _: shown)
    monkeypatch.setattr(snapshot, "read", lambda _, period, only: ({n: tables[period][n] for n in only}, {}, ""))
    return tmp_path, shown


def test_from_the_order_to_the_evidence(phusong, study):
    folder, shown = study
    status, out, _ = phusong("task", "add", folder, *SIX, "--zone", "2026Q3-0001", "--agency", "=Sở", "--who", "An")
    assert (status, out) == (0, "Đã ghi / added: T-0001\n")
    shown.append("2026Q4")
    assert "2026Q4 T-0001: nay là / now 2026Q3-0001, 2026Q4-0001\n" in phusong("task", "follow", folder)[1]
    assert "2026Q4: 0 of 1 open tasks with zones changed" in phusong("task", "follow", folder)[1]
    proof = folder / "bien-ban.pdf"
    proof.write_bytes(b"")
    close = ("task", "close", folder, "T-0001", "--done-on", "2026-10-02")
    assert "give --file FILE, or --address URL with --read-on DATE" in phusong(*close)[2]
    assert "is empty, and shows nothing" in phusong(*close, "--file", proof)[2]
    proof.write_bytes(b"signed")
    assert "done late: 2026-10-02, bien-ban.pdf" in phusong(*close, "--file", proof)[1]
    _, out, _ = phusong("task", "list", folder, "--as-of", "2026-10-01", "--by", "province")
    assert "2026-10-01: 1 tasks: 0 done (0 on time, 0 late), 0 running, 1 overdue" in out
    assert "The due day counts as in time" in out
    assert phusong("task", "export", folder, "--out", folder / "t.csv", "--as-of", "2026-10-02")[0] == 0
    table = pd.read_csv(folder / "t.csv", dtype=str)
    assert table[["agency", "province_code", "commune_code", "status", "zones_now"]].to_numpy().tolist() == [
        ["'=Sở", "97", "97001", "late", "2026Q3-0001;2026Q4-0001"]
    ]
    assert phusong("task", "export", folder, "--out", folder / "t.json")[0] == 0
    told = json.loads((folder / "t.json").read_text("utf-8"))
    assert [row["late"] for row in told["sums"]["province"]] == [1, 1]
    assert "the log is whole: 3 entries" in phusong("task", "verify", folder)[1]


def test_a_clarity_that_is_missing_is_named(phusong, study):
    status, _, err = phusong("task", "add", study[0], *SIX, "--person", "")
    assert status == 1
    assert err.endswith("all six clarities are required; rõ người (person) is missing\n")
    assert not (study[0] / "tasks" / "log.jsonl").exists()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_table_is_taken_in_whole_or_not_at_all(phusong, study, ending: str):
    rows = [
        "Dựng cột,Bà An,30/09/2026,Chủ trì,UBND tỉnh,Trạm,01/07/2026,Sở A",
        "Kéo điện,,15/10/2026,Chủ trì,UBND tỉnh,Lộ 35 kV,01/07/2026,Sở A",
        "Đo sóng,Ông Bình,13/06/2026,Chủ trì,UBND tỉnh,Báo cáo,01/07/2026,Sở B",
    ]
    table = study[0] / f"ke-hoach{ending}"

    def write(lines: list[str]) -> None:
        frame = pd.DataFrame([line.split(",") for line in lines], columns=HEADER.split(","))
        frame.to_csv(table, index=False) if ending == ".csv" else frame.to_excel(table, index=False)

    write(rows)
    status, _, err = phusong("task", "import", study[0], table)
    assert (status, err.splitlines()) == (
        1,
        [
            "nothing was added: 2 fault(s) in 3 task(s)",
            "  - row 3: all six clarities are required; rõ người (person) is missing",
            "  - row 4: deadline 2026-06-13 is before start 2026-07-01",
        ],
    )
    write([rows[0], rows[1].replace(",,", ",Bà Chi,"), rows[2].replace("/06/", "/10/")])
    assert phusong("task", "import", study[0], table)[1] == "Đã ghi / added: 3 (T-0001 … T-0003)\n"
    assert "row 2: the same task is there already as T-0001" in phusong("task", "import", study[0], table)[2]
    out = phusong("task", "list", study[0], "--by", "agency", "--as-of", "2026-10-01")[1]
    assert "3 tasks: 0 done (0 on time, 0 late), 2 running, 1 overdue" in out


def test_what_is_no_table_of_tasks(phusong, study):
    (study[0] / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "has no tasks; expected rows under the headings người thực hiện (person)" in phusong(
        "task", "import", study[0], study[0] / "a.csv"
    )[2].replace("\n", " ")


def test_a_change_and_a_second_opening(phusong, study):
    phusong("task", "add", study[0], *SIX)
    amend = ("task", "amend", study[0], "T-0001", "--reason", "CV 12", "--set")
    assert "expected FIELD=VALUE" in phusong(*amend, "deadline")[2]
    assert phusong(*amend, "deadline=2026-12-31")[1] == "Đã sửa / amended: T-0001: deadline = 2026-12-31\n"
    assert "not drawn in 2026Q3" in phusong(*amend, "zone_id=2026Q3-0009")[2]
    proof = ("--address", "https://example.vn/bb", "--read-on", "2026-10-01")
    assert "done on time" in phusong("task", "close", study[0], "T-0001", "--done-on", "2026-10-01", *proof)[1]
    assert "reopened: T-0001" in phusong("task", "reopen", study[0], "T-0001", "--reason", "chưa đạt")[1]


def test_the_checklist_of_a_commune(phusong, study):
    folder = study[0]
    text = '[[criterion]]\nid = "c1"\ntext_vi = "Có sóng 5G"\n[[criterion]]\nid = "c2"\ntext_vi = "Có điện"\n'
    (folder / "checklist.toml").write_text(text, "utf-8")
    answer = ("checklist", "answer", folder, "97001", "c1")
    assert "only evidence" in phusong(*answer, "yes")[2]
    proof = ("--address", "https://example.vn/bb", "--read-on", "2026-10-01", "--day", "2026-10-01")
    status, out, err = phusong(*answer, "yes", *proof)
    assert (status, out) == (0, "Đã ghi / recorded: 97001, c1 Có sóng 5G: đạt / yes\n")
    assert err == "checklist.toml has 2 criteria; 16 are expected\n"
    assert "none of the communes of 2026Q3" in phusong("checklist", "answer", folder, "97009", "c1", "unknown")[2]
    assert "did you mean c1?" in phusong("checklist", "answer", folder, "97001", "c11", "unknown")[2]
    lines = phusong("checklist", "show", folder)[1].splitlines()
    (last,) = [line for line in lines if "Tất cả" in line]
    assert [word for word in last.split() if word.isdigit()] == ["2", "4", "1", "0", "3"]
    assert "đạt / yes" in phusong("checklist", "show", folder, "--commune", "97001")[1]
