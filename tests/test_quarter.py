"""`scripts/quarter.py`: steps in their order, a stop with its exit code, and going on; commands are stood in for."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from small_study import small_study

from phusong.cli import app
from phusong.ledger import closing
from phusong.ledger.period import Period
from phusong.ledger.standing import standing

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "quarter.py"
PERIOD = "2026Q3"
ALL = ["check", "run", "ledger close", "maps", "report", "publish"]


@pytest.fixture(scope="module")
def run_once(tmp_path_factory) -> Path:
    return small_study(tmp_path_factory.mktemp("quarter") / "study", PERIOD)


@pytest.fixture
def study(run_once: Path, tmp_path: Path) -> Path:
    "The study with its open quarter, for one test."
    return Path(shutil.copytree(run_once, tmp_path / "study"))


@pytest.fixture
def quarter(monkeypatch, capsys):
    "The script, with commands that only say what they were and how they end; closing is done."
    spec = importlib.util.spec_from_file_location("quarter", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "quarter", module)
    spec.loader.exec_module(module)

    def run(*words: object, ends: dict[str, int] | None = None) -> SimpleNamespace:
        commands: list[list[str]] = []

        def stand_in(command: list[str], check: bool) -> SimpleNamespace:
            assert (command[:3], check) == ([sys.executable, "-m", "phusong"], False)
            commands.append(command[3:])
            parsed(command[3:])
            name = " ".join(command[3:5]) if command[3] == "ledger" else command[3]
            status = (ends or {}).get(name, 0)
            if name == "ledger close" and not status:
                folder = Path(command[5]) / "snapshots"
                closing.close(folder, Period.parse(PERIOD), command[command.index("--by") + 1])
            return SimpleNamespace(returncode=status)

        monkeypatch.setattr(module.subprocess, "run", stand_in)
        monkeypatch.setattr(sys, "argv", ["scripts/quarter.py", *map(str, words)])
        status = module.main()
        told = capsys.readouterr()
        names = [" ".join(words[:2]) if words[0] == "ledger" else words[0] for words in commands]
        return SimpleNamespace(status=status, names=names, commands=commands, out=told.out, err=told.err)

    return run


def parsed(words: list[str]) -> None:
    "The words are what the command takes: an unknown option or a missing one is an error."
    command = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    command.make_context("phusong", list(words))


def test_every_step_once_and_a_summary(quarter, study):
    done = quarter(study, "--period", "2026q3", "--by", "An")
    assert (done.status, done.names) == (0, ALL)
    assert str(standing(study / "snapshots")[PERIOD]).startswith("closed by An on ")
    assert done.commands[3][-2:] == done.commands[4][-2:] == ["--tier", "regulator"]
    release = study / "published" / PERIOD / "public"
    assert done.commands[5][-2:] == ["--to", str(release)]
    assert "Tỉnh Mẫu Thượng" in done.out
    assert "Cả vùng nghiên cứu" in done.out
    times = next(line for line in done.out.splitlines() if line.startswith("Thời gian"))
    assert [part.split()[0] for part in times.partition(": ")[2].split(", ")] == [
        *("check", "run", "close", "maps", "report", "publish"),
    ]
    for place in (study / "snapshots" / PERIOD, study / "reports" / PERIOD, release / "index.html"):
        assert str(place) in done.out


def test_it_stops_at_the_first_step_that_fails_and_goes_on_there(quarter, study, tmp_path):
    asked = (study, "--period", PERIOD, "--by", "Bà An", "--to", tmp_path / "my place", "--no-changes")
    done = quarter(*asked, ends={"ledger close": 3})
    assert (done.status, done.names) == (3, ALL[:3])
    assert "stopped at 'close', exit code 3" in done.err
    assert "--by 'Bà An' --no-changes --from close" in done.err
    assert f"--to '{tmp_path / 'my place'}'" in done.err
    assert "Cả vùng nghiên cứu" not in done.out
    done = quarter(*asked, "--from", "close", ends={"report": -9})
    assert (done.status, done.names) == (137, ["ledger close", "maps", "report"])
    assert done.commands[2][-1] == "--no-changes"
    done = quarter(*asked, "--from", "report")
    assert (done.status, done.names) == (0, ["report", "publish"])


def test_a_closed_quarter_is_not_run_again(quarter, study):
    closing.close(study / "snapshots", Period.parse(PERIOD), "An")
    done = quarter(study, "--period", PERIOD)
    assert (done.status, done.names) == (0, ["maps", "report", "publish"])
    assert "2026Q3: đã đóng, không chạy lại / closed by An on " in done.out


def test_who_closes_is_the_one_who_is_logged_in(quarter, study, monkeypatch):
    monkeypatch.setenv("LOGNAME", "thanh.le")
    assert quarter(study, "--period", PERIOD).status == 0
    assert standing(study / "snapshots")[PERIOD].by == "thanh.le"


def test_nobody_is_logged_in(quarter, study, monkeypatch):
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr("getpass.getuser", nobody)
    done = quarter(study, "--period", PERIOD)
    assert (done.status, done.names) == (1, [])
    assert "--by NAME" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--period", "2026"], "is not a quarter"), (["--period", "2999Q4"], "2999Q4 chưa kết thúc / has not ended")],
)
def test_what_cannot_be_is_refused_before_any_step(quarter, study, words, told):
    done = quarter(study, *words)
    assert (done.status, done.names) == (1, [])
    assert told in done.err


def test_a_real_fault_of_a_layer_stops_the_real_check(study):
    (study / "data" / "sites.csv").unlink()
    words = [sys.executable, SCRIPT, study, "--period", PERIOD, "--by", "An"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "stopped at 'check', exit code 1" in done.stderr
    assert "missing" in done.stderr
    assert "Traceback" not in done.stderr
    assert standing(study / "snapshots") == {}
