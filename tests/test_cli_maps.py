"""`phusong maps` on the sample in large pixels: pages of each tier, from two quarters and a task."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_study import Said, small_study

from phusong.ledger import closing, snapshot, task_log
from phusong.ledger.period import ZONE, Period
from phusong.publish.digits import numbers_of

CLARITIES = {"work": "dựng cột", "responsibility": "chủ trì", "authority": "UBND", "product": "cột"}
TASK = {**CLARITIES, "person": "Bà An Thị Bí Mật", "agency": "Sở KHCN", "task_id": "T-1", "deadline": "2026-12-31"}
TASK |= {"start": "2026-07-01", "commune_code": "97003"}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = small_study(tmp_path_factory.mktemp("maps") / "study", "2026Q2", "2026Q3")
    task_log.append(folder / task_log.FOLDER, "An", lambda _: ("add", {"tasks": [TASK]}))
    return folder


@pytest.fixture
def maps(phusong, study: Path):
    "`phusong maps` with the study."

    def run(*said: object, period: str = "2026Q3") -> Said:
        return phusong("maps", study, "--period", period, *said)

    return run


def data_of(file: Path) -> dict:
    page = file.read_text("utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def ids(entries: list[dict]) -> list[str]:
    return [entry["id"] for entry in entries]


def test_the_public_pages(maps, study):
    said = maps("--quiet")
    assert said.status == 0, said.err
    folder = study / "maps" / "2026Q3" / "public"
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["97-mau-thuong.html", "98-mau-ha.html", "index.html"]
    data = data_of(folder / "97-mau-thuong.html")
    assert (data["page"]["before"], data["page"]["tier"]) == ("2026Q2", "public")
    assert ids(data["marks"]) == ["roads", "zones", "villages"]
    assert [(task["responsible"], task["due"]) for task in data["tasks"]] == [("Sở KHCN", "2026-12-31")]
    assert [name.split("_")[0] for name in ids(data["rasters"])] == ["covered"] * 3 + ["power"]
    assert all(len((folder / name).read_bytes()) < 600_000 for name in names)


def test_nothing_of_a_site_or_a_person_is_on_a_public_page(maps, study):
    assert maps("--quiet").status == 0
    held, _, _ = snapshot.read(study / "snapshots", "2026Q3", ("sites", "substations"))
    secrets = {*held["sites"].site_id, *held["substations"].substation_id, TASK["person"]}
    for file in (study / "maps" / "2026Q3" / "public").iterdir():
        page = file.read_text("utf-8")
        assert [secret for secret in secrets if secret in page] == []


def test_the_regulator_sees_sites_levels_and_who_is_responsible(maps, study):
    assert maps("--tier", "regulator", "--quiet").status == 0
    data = data_of(study / "maps" / "2026Q3" / "regulator" / "97-mau-thuong.html")
    assert {"roads", "zones", "villages", "sites", "lines"} == set(ids(data["marks"]))
    assert {"level_nr_any", "level_lte_any", "gap", "power"} <= set(ids(data["rasters"]))
    assert [(task["responsible"], task["due"]) for task in data["tasks"]] == [
        ("Sở KHCN, Bà An Thị Bí Mật", "2026-12-31")
    ]


def test_a_commune_sees_its_own(maps, study):
    said = maps("--tier", "commune", "--commune", "97003", "--quiet")
    assert said.status == 0, said.err
    folder = study / "maps" / "2026Q3" / "commune" / "97003"
    (file,) = folder.iterdir()
    data = data_of(file)
    own = numbers_of(data["units"]["own"]["digits"])
    assert data["units"]["code"][0] == "97003"
    assert own.tolist() == [1] + [0] * (len(own) - 1)
    assert len(own) > 2
    villages = next(mark for mark in data["marks"] if mark["id"] == "villages")
    assert set(numbers_of(villages["unit"]["digits"]).tolist()) == {0}


def test_each_province_has_a_folder_of_its_own(maps, study):
    assert maps("--tier", "province", "--quiet").status == 0
    folder = study / "maps" / "2026Q3" / "province"
    found = sorted(str(file.relative_to(folder)) for file in folder.rglob("*.html"))
    assert found == ["97/97-mau-thuong.html", "98/98-mau-ha.html"]


def test_twice_the_same_bytes(maps, tmp_path):
    for name in ("a", "b"):
        assert maps("--quiet", "--out", tmp_path / name).status == 0
    for file in (tmp_path / "a" / "public").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / "public" / file.name).read_bytes()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--tier", "secret"], "--tier secret: expected public, commune, province, regulator"),
        (["--tier", "commune"], "--tier commune: say which one"),
        (["--province", "97", "--commune", "97003"], "give one of them"),
        (["--province", "55"], "has no province '55'"),
        (["--commune", "00001"], "has no commune '00001'"),
    ],
)
def test_refusals(maps, said, told):
    done = maps(*said)
    assert (done.status, told in done.err) == (1, True), done.err


def test_a_quarter_that_was_not_run(maps):
    done = maps(period="2027Q1")
    assert done.status == 1
    assert "There is no snapshot of 2027Q1" in done.err


AUDIT = Path(__file__).resolve().parents[1] / "scripts" / "audit_terminals.py"


def test_nobody_can_tell_a_small_count_from_the_pages_of_all_closed_quarters(study):
    for period in ("2026Q2", "2026Q3"):
        closing.close(study / "snapshots", Period.parse(period), "An", now=dt.datetime(2026, 10, 2, tzinfo=ZONE))
    audit = subprocess.run([sys.executable, AUDIT, study], capture_output=True, text=True, check=False)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert "0 do not leave 1 to 4 possible; 0 shown that should not be" in audit.stdout
    counts, left_out = re.search(r"(\d+) counts of communes, (\d+) left out", audit.stdout).groups()
    assert (int(counts), int(left_out) > 20) == (200, True)
