"""`phusong ledger outlook` and `levels` on the sample in large pixels, with the radio run for the planned sites."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from small_study import Said, silent, small_study

from phusong import pipeline
from phusong.config import load
from phusong.errors import SnapshotError
from phusong.ledger import snapshot, task_log
from phusong.ledger.levels import disagreements
from phusong.ledger.period import Period
from phusong.pipeline.companions import companions
from phusong.pipeline.outlook import measure

NOW, LATER = Period.parse("2026Q3"), Period.parse("2026Q4")
DAY = dt.date(2026, 9, 30)
CLARITIES = {"person": "Bà An", "work": "dựng cột", "responsibility": "chủ trì", "authority": "UBND", "product": "cột"}
TASK = {**CLARITIES, "task_id": "T-1", "deadline": "2026-08-31", "start": "2026-07-01", "commune_code": "97003"}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    "The sample, run for the quarter before its planned sites come and for the one in which they do."
    folder = small_study(tmp_path_factory.mktemp("outlook") / "study", NOW.name, LATER.name)
    task_log.append(folder / task_log.FOLDER, "An", lambda _: ("add", {"tasks": [TASK]}))
    return folder


@pytest.fixture
def ledger(phusong, study: Path):
    "`phusong ledger` with the study."

    def run(command: str, *said: object) -> Said:
        return phusong("ledger", command, study, *said)

    return run


def covered(study: Path, period: Period) -> dict[str, int]:
    "People of the study with 5G, by operator."
    table = snapshot.read(study / "snapshots", period.name, ("indicators",))[0]["indicators"]
    own = (table.definition_id == "people_covered_limited_share") & (table.technology == "NR")
    own &= table.unit_level == "study"
    return dict(zip(table.operator[own], table.numerator[own], strict=True))


def test_people_of_planned_sites_are_those_that_the_next_quarter_gains(study):
    "Every planned site comes in the fourth quarter, so what was measured beforehand must be what the run then finds."
    gained = measure(load(study), NOW, 1, silent)
    before, after = covered(study, NOW), covered(study, LATER)
    operators = sorted(set(gained.operator))
    assert len(operators) > 1
    assert gained.own_people.sum() > 1000
    assert gained.planned.is_monotonic_increasing
    for operator in operators:
        own = int(gained.own_people[gained.operator == operator].sum())
        assert own == pytest.approx(after[operator] - before[operator], abs=50), "whole people of 100 communes"
    assert int(gained.any_people.sum()) == pytest.approx(after["any"] - before["any"], abs=50)
    lit_by_then = centres(study, LATER) - centres(study, NOW)
    assert lit_by_then, "some centre is reached by a planned site"
    assert {code for told in gained.centres for code in told.split(";") if code} == lit_by_then


def test_small_tiles_measure_the_same(study, monkeypatch):
    whole = measure(load(study), NOW, 1, silent)
    monkeypatch.setattr(pipeline.outlook, "_TILE_PIXELS", 32)
    assert measure(load(study), NOW, 1, silent).equals(whole)


def centres(study: Path, period: Period) -> set[str]:
    "Communes whose centre is covered."
    table = snapshot.read(study / "snapshots", period.name, ("communes",))[0]["communes"]
    return set(table.commune_code[table.centre_covered == "yes"])


def test_a_layer_that_changed_since_cannot_be_measured_with(study):
    project = load(study)
    louder = project.model_copy(update={"radio": project.radio.model_copy(update={"body_loss_db": 3.0})})
    with pytest.raises(SnapshotError, match="radio changed since 2026Q3 was run: whom its planned sites would bring"):
        measure(louder, NOW, 1, silent)


def test_outlook_prints_and_writes_everything(ledger, study, tmp_path):
    done = ledger(
        "outlook",
        "--period",
        "2026Q3",
        "--csv",
        tmp_path / "csv",
        "--json",
        tmp_path / "all.json",
        "--charts",
        tmp_path / "c",
    )
    assert done.status == 0, done.err
    for word in (
        "DỮ LIỆU GIẢ LẬP / SYNTHETIC: communes",
        "2026Q3, 2026-09-30 → 2026-12-31",
        "Needed each week, 13 weeks left",
        "Tỉnh Mẫu Thượng",
        "series of at most 1 points: Chưa đủ 8 điểm / fewer than 8 points can be used: run-rates only",
        "Độ trễ / delays of ",
        "People per new site, measured",
        "Vệ tinh / satellite: ",
        "15 of 15 indicators are no base of a forecast",
    ):
        assert word in done.out, word
    told = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert (told["period"], told["day"], told["by"]) == ("2026Q3", "2026-09-30", "2026-12-31")
    assert told["snapshot_digest"] == snapshot.whole(study / "snapshots", "2026Q3", ())[1]
    assert {row["reason"] for row in told["forecasts"]} == {"few_points"}
    assert told["forecasts"][0]["median"] is None
    assert len(told["gained"]) == 15
    with (tmp_path / "csv" / "rates.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == len(told["rates"])
    assert [row["operator"] for row in rows] == [row["operator"] for row in told["rates"]]
    files = sorted(path.name for path in (tmp_path / "c").iterdir())
    assert "people_covered_limited_share-nr-any-study.svg" in files
    assert len(files) == 2 * 6, "three operators and all together of the study, and all of two provinces"


def test_outlook_of_another_day_without_measuring(ledger):
    done = ledger("outlook", "--period", "2026Q3", "--as-of", "2026-12-24", "--by", "31/12/2026", "--no-gains")
    assert done.status == 0, done.err
    assert "1 weeks left" in done.out
    assert "People per new site" not in done.out
    done = ledger("outlook", "--period", "2026Q3", "--as-of", "2026-09-01", "--no-gains")
    assert (done.status, done.err) == (1, "--as-of 2026-09-01 is before 2026-09-30, the day of which 2026Q3 speaks\n")


def test_outlook_after_the_last_planned_site_has_no_draws(ledger):
    done = ledger("outlook", "--period", "2026Q4", "--no-gains")
    assert done.status == 0, done.err
    assert "Không mô phỏng / no simulation: Ngày không ở phía trước / the day is not after the last point" in done.out
    assert "Đã quá hạn" in done.out


def test_a_file_that_is_there_and_a_quarter_that_was_not_run(ledger, tmp_path):
    (tmp_path / "all.json").write_text("mine", "utf-8")
    done = ledger("outlook", "--period", "2026Q3", "--json", tmp_path / "all.json")
    assert (done.status, done.err) == (1, f"--json {tmp_path / 'all.json'}: is there already; it was left as it is\n")
    done = ledger("outlook", "--period", "2025Q1", "--no-gains")
    assert done.status == 1
    assert "2025Q1" in done.err
    assert "2026Q3" in done.err


def test_levels_of_nation_province_and_commune(ledger, tmp_path):
    nation = ledger("levels", "--period", "2026Q3")
    assert nation.status == 0, nation.err
    assert "Tổng khớp / sums agree: " in nation.out
    assert "Toàn phạm vi nghiên cứu" in nation.out
    commune = ledger("levels", "--period", "2026Q3", "--level", "commune:97003", "--json", tmp_path / "one.json")
    assert commune.status == 0, commune.err
    rows = json.loads((tmp_path / "one.json").read_text("utf-8"))["levels"]
    assert {row["unit_code"] for row in rows} == {"97003"}
    overdue = next(row for row in rows if row["figure"] == "tasks_overdue")
    assert (overdue["numerator"], overdue["denominator"]) == (1, 1)
    assert ledger("levels", "--period", "2026Q3", "--level", "province:98").status == 0
    done = ledger("levels", "--period", "2026Q3", "--level", "province:01")
    assert (done.status, done.err) == (
        1,
        "--level 'province:01': the study has no such province; there are 97, 98\n",
    )


def test_an_edition_holds_its_companions_and_its_digest_covers_them(study):
    project, folder = load(study), study / "snapshots"
    tables, run, digest = snapshot.read(folder, NOW.name)
    beside, later = companions(project, NOW, DAY), companions(project, NOW, dt.date(2026, 10, 1))
    whole, alone = pipeline.edit(tables, run, digest, beside), pipeline.edit(tables, run, digest)
    assert digest == alone.digest == alone.snapshot_digest == whole.snapshot_digest
    assert len({digest, whole.digest, later.digest(digest)}) == 3
    assert len(whole.digest) == len(digest)
    assert (whole.day, alone.day, whole.as_of) == (DAY, None, DAY)
    rule = whole.tasks["rule"].iloc[0]
    assert (rule.day, rule.clock) == ("2026-09-30", "Asia/Ho_Chi_Minh")
    assert rule.log_sha256 == task_log.read(study / task_log.FOLDER).digest
    assert "Trong hạn gồm cả ngày đến hạn" in rule.rule_vi
    assert whole.tasks["tasks"].status.tolist() == ["overdue"]
    assert whole.tasks["by_commune"].unit_code.tolist() == ["97003", ""]
    assert len(whole.published["figures"]) > 50
    assert len(whole.published["contradictions"]) > 0
    assert disagreements(whole.levels).empty
