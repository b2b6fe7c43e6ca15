"""environment.yml follows pyproject.toml, and the code imports what pyproject.toml declares: no less, no more."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

CONDA_NAMES = {"duckdb": "python-duckdb", "h3": "h3-py", "matplotlib": "matplotlib-base", "pandera": "pandera-core"}
FROM_PIP = {"typst", "xstatic-leaflet"}
IMPORT_NAMES = {"pillow": "PIL", "python-docx": "docx", "xstatic-leaflet": "xstatic"}
NEVER_IMPORTED = {
    "coverage": "numba imports it, and would meet our source root instead",
    "openpyxl": "pandas reads and writes XLSX with it",
    "pyarrow": "pandas and geopandas read and write Parquet with it",
    "pyogrio": "geopandas reads and writes GeoPackage, GeoJSON and Shapefile with it",
}


def requirements(lines: list[str]) -> dict[str, str]:
    """Bounds by normalised name."""
    parsed = {}
    for line in lines:
        found = re.fullmatch(r"([A-Za-z0-9._-]+)((?:[<>=!~]=?[0-9.*]+,?)*)", line.replace(" ", ""))
        assert found, f"not a plain requirement: {line!r}"
        name = re.sub(r"[-_.]+", "-", found[1]).lower()
        assert name not in parsed, f"{name} stands twice"
        parsed[name] = found[2]
    return parsed


def conda(text: str) -> tuple[dict[str, str], list[str]]:
    """Packages from conda-forge with their bounds, and the lines for pip; refuses any form but the one we write."""
    packages: list[str] = []
    pip: list[str] = []
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines[:4] == ["name: phusong", "channels:", "  - conda-forge", "dependencies:"], lines[:4]
    for line in lines[4:]:
        if line == "  - pip:":
            continue
        found = re.fullmatch(r"(  |      )- (\S.*)", line)
        assert found, f"environment.yml has a line of unknown form: {line!r}"
        (packages if found[1] == "  " else pip).append(found[2])
    return requirements(packages), pip


def modules() -> list[Path]:
    return sorted((ROOT / "coverage" / "phusong").rglob("*.py"))


def imported(module: Path) -> set[str]:
    """Top-level names of all imports of a file."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


RUN_TIME = requirements(PROJECT["dependencies"])
ON_DEMAND = {
    ("distributed", "coverage/phusong/pipeline/workforce.py"): "dask",
    ("s3fs", "coverage/phusong/config/objects.py"): "s3",
}
"""Imported only by whoever asks for it, and the extra that brings it."""
THIRD_PARTY = {
    (name, str(module.relative_to(ROOT)))
    for module in modules()
    for name in imported(module) - set(sys.stdlib_module_names) - {"phusong"}
} - set(ON_DEMAND)
IMPORTABLE = {IMPORT_NAMES.get(name, name): name for name in RUN_TIME}


def test_environment_yml_is_pyproject():
    "Both directions: the same packages, the same bounds, nothing beside them but Python, pip and the package itself."
    packages, pip = conda((ROOT / "environment.yml").read_text("utf-8"))
    assert packages.pop("python") == PROJECT["requires-python"]
    assert packages.pop("pip") == ""
    assert pip[-1] == "-e ."
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in RUN_TIME.items() if name not in FROM_PIP}
    assert packages == expected
    assert requirements(pip[:-1]) == {name: RUN_TIME[name] for name in FROM_PIP}


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ("  - numpy>=2\n  - numpy>=2", "stands twice"),
        ("  - numpy >= two", "not a plain requirement"),
        ("    - numpy", "unknown form"),
    ],
)
def test_reader_refuses_what_it_does_not_know(spoilt, message):
    head = "name: phusong\nchannels:\n  - conda-forge\ndependencies:\n"
    with pytest.raises(AssertionError, match=message):
        conda(head + spoilt)


def test_reader_counts_by_hand():
    text = (
        "name: phusong\nchannels:\n  - conda-forge\ndependencies:\n  - A_b>=1.2\n  - pip:\n      - c>=3\n      - -e .\n"
    )
    assert conda(text) == ({"a-b": ">=1.2"}, ["c>=3", "-e ."])


def test_every_run_time_dependency_has_a_lower_bound():
    assert [name for name, bound in RUN_TIME.items() if not bound.startswith(">=")] == []


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_extras_stay_out_of_the_run_time_set(extra):
    own = requirements(PROJECT["optional-dependencies"][extra])
    assert set(own) & set(RUN_TIME) == set(), "stands among the dependencies already"
    assert {found for found in THIRD_PARTY if found[0] in {name.replace("-", "_") for name in own}} == set()


def test_what_is_imported_on_demand_has_an_extra():
    for (name, module), extra in ON_DEMAND.items():
        assert name in requirements(PROJECT["optional-dependencies"][extra])
        assert name in imported(ROOT / module)


def test_every_import_is_declared():
    assert sorted(found for found in THIRD_PARTY if found[0] not in IMPORTABLE) == []


def test_every_dependency_is_imported_or_says_why_not():
    used = {name for name, _ in THIRD_PARTY}
    idle = {name for importable, name in IMPORTABLE.items() if importable not in used}
    assert sorted(idle - set(NEVER_IMPORTED)) == [], "declared, but nothing imports it"
    assert sorted(set(NEVER_IMPORTED) - set(RUN_TIME)) == [], "a reason for something that is not declared"


def test_data_that_the_code_reads_is_shipped_with_it():
    "In an installed package the data files stand below `_data`, in a checkout beside the source root."
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    told = set(wheel["force-include"].items())
    read = set()
    for module in modules():
        for folder, name in re.findall(r'shipped\("(\w+)", "([\w.]+)"\)', module.read_text("utf-8")):
            read.add((f"{folder}/{name}", f"phusong/_data/{folder}/{name}"))
    assert len(read) > 10
    assert read - told == set()
