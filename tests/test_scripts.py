"""The set-up that the scripts share, without installing anything."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
STARTED_BY_ANY_PYTHON = [ROOT / "scripts" / name for name in ("_environment.py", "demo.py", "test.py")]


@pytest.fixture
def environment():
    spec = importlib.util.spec_from_file_location("_environment", ROOT / "scripts" / "_environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def machine(environment, monkeypatch, tmp_path):
    """A repository and a machine that only pretends to make and fill environments, and writes down what it did."""

    class Machine:
        def __init__(self):
            self.root, self.done, self.version, self.cut_off = tmp_path, [], (3, 11), False

        def prepare(self, extra=""):
            """What one run of a script had to do."""
            self.done = []
            environment.prepare(extra, tmp_path)
            return self.done

    machine = Machine()

    def make(folder, reason):
        machine.done.append(f"make: {reason}")
        environment._clear(folder)
        (folder / "pyvenv.cfg").touch()
        machine.version = sys.version_info[:2]

    def install(folder, extra, _root):
        machine.done.append(f"install: {extra}")
        (folder / environment.UNFINISHED).touch()
        if machine.cut_off:
            raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_make", make)
    monkeypatch.setattr(environment, "_install", install)
    monkeypatch.setattr(environment, "_version", lambda _: machine.version)
    (tmp_path / "pyproject.toml").write_text("[project]", "utf-8")
    return machine


def test_second_run_does_nothing(machine):
    assert machine.prepare() == ["make: There is no Python environment yet.", "install: "]
    assert machine.prepare() == []


def test_tests_need_more_than_the_demo(machine):
    machine.prepare()
    assert machine.prepare("test") == ["install: test"]
    assert machine.prepare("test") == machine.prepare() == []


def test_tests_bring_all_the_demo_needs(machine):
    machine.prepare("test")
    assert machine.prepare() == []


def test_install_that_was_cut_off_is_redone(machine):
    machine.cut_off = True
    with pytest.raises(KeyboardInterrupt):
        machine.prepare()
    machine.cut_off = False
    assert machine.prepare() == ["make: The last set-up was cut off.", "install: "]
    assert machine.prepare() == []


def test_changed_pyproject_is_installed(machine):
    machine.prepare("test")
    (machine.root / "pyproject.toml").write_text("[project] # new", "utf-8")
    assert machine.prepare() == ["install: "]
    assert machine.prepare() == []
    assert machine.prepare("test") == ["install: test"]


def test_environment_of_an_old_python_is_made_anew(machine):
    machine.prepare()
    machine.version = (3, 9)
    assert machine.prepare()[0] == "make: The environment in .venv was made with Python 3.9, which is too old."


def test_environment_whose_python_is_gone_is_made_anew(machine):
    machine.prepare()
    machine.version = None
    assert machine.prepare()[0] == "make: The Python of .venv does not start any more."


def test_folder_of_somebody_else_is_left_alone(machine):
    (machine.root / ".venv").mkdir()
    (machine.root / ".venv" / "precious").touch()
    with pytest.raises(SystemExit, match=r"is not a Python environment\. Move it away"):
        machine.prepare()
    assert (machine.root / ".venv" / "precious").exists()


def test_fingerprint_changes_with_each_part(environment):
    base = (b"[project]", "", (3, 11), PurePath("/a"))
    others = [
        (b"[projekt]", "", (3, 11), PurePath("/a")),
        (b"[project]", "test", (3, 11), PurePath("/a")),
        (b"[project]", "", (3, 12), PurePath("/a")),
        (b"[project]", "", (3, 11), PurePath("/b")),
    ]
    prints = {environment.fingerprint(*parts) for parts in [base, *others]}
    assert len(prints) == 5
    assert environment.fingerprint(*base) in prints


def test_old_python_is_told_so(environment, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["scripts/demo.py", "--period", "2026Q2"])
    assert environment.too_old((3, 11), "/usr/bin/python3") is None
    assert environment.too_old((3, 9), "/usr/bin/python3") == (
        "phusong needs Python 3.11 or newer; this one is 3.9 (/usr/bin/python3).\n"
        "Start the script with a newer one, for example: python3.11 scripts/demo.py --period 2026Q2"
    )


def test_the_least_python_is_that_of_pyproject(environment):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, environment.MINIMUM))
    assert set(environment.EXTRAS) - {""} <= set(project["optional-dependencies"])


def test_programs_lie_where_the_platform_puts_them(environment):
    folder = Path("x", ".venv")
    assert environment.program("phusong", folder, windows=False) == folder / "bin" / "phusong"
    assert environment.program("phusong", folder, windows=True) == folder / "Scripts" / "phusong.exe"


def test_missing_venv_module_names_the_package(environment, monkeypatch, tmp_path):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        environment.prepare(root=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("errors", "answer"),
    [
        ("WARNING: Retrying after connection broken by 'NewConnectionError'", "could not be fetched"),
        ("[Errno -3] Temporary failure in name resolution", "could not be fetched"),
        ("ERROR: Could not find a version that satisfies x (from versions: none)", "could not be fetched"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: metadata-generation-failed", "its own words stand above"),
    ],
)
def test_failed_install_says_what_to_do(environment, errors, answer):
    assert answer in environment.why_failed(errors)


def test_run_hands_on_the_exit_status(environment, capfd):
    assert environment.run(sys.executable, "-c", "print('Phú Quốc'); raise SystemExit(3)") == 3
    assert "Phú Quốc" in capfd.readouterr().out


def test_program_that_is_gone_is_a_sentence(environment, tmp_path):
    with pytest.raises(SystemExit, match=r"cannot be started .* Delete the folder \.venv"):
        environment.run(tmp_path / "phusong")


@pytest.mark.parametrize("script", STARTED_BY_ANY_PYTHON, ids=lambda path: path.name)
def test_script_parses_on_old_python_and_needs_nothing(script):
    "Python 3.6 must get as far as the sentence; names in annotations that it lacks stand in quotes."
    tree = ast.parse(script.read_text("utf-8"), feature_version=(3, 6))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names) - {"__future__"} | {"_environment"}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotations = [a.annotation for node in functions for a in node.args.args] + [node.returns for node in functions]
    assert [ast.unparse(note) for note in annotations if isinstance(note, ast.BinOp | ast.Subscript)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_a_docstring_and_a_main(script):
    tree = ast.parse(script.read_text("utf-8"))
    assert ast.get_docstring(tree)
    if script.name != "_environment.py":
        assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["main"]


def test_demo_explains_itself_from_anywhere(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert re.search(r"--period.*--folder", done.stdout, re.DOTALL)


@pytest.mark.skipif(os.name == "nt", reason="a shell script for Linux")
def test_ci_runs_the_script_and_nothing_beside_it():
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("exec python3 scripts/test.py")
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
