"""The house: what may import what, what touches the disk, and how large things may grow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "coverage"

# From the roof down; the places of a row do not know each other. `text` stands on the ground: the project file's
# messages name the nearest key, so `config` needs it.
HOUSE = (
    ("__main__",),
    ("cli",),
    ("pipeline", "publish", "sample"),
    ("intake", "radio", "people", "power", "zones", "evidence", "ledger", "remedy"),
    ("layers",),
    ("administration",),
    ("config", "grid"),
    ("faults",),
    ("crew", "errors", "progress", "text", "threads", "units"),
)
ROW = {place: row for row, places in enumerate(HOUSE) for place in places}

DISK = {"", "config", "intake", "layers", "ledger", "publish", "sample", "pipeline", "cli"}
DISK_MODULES = {"pathlib", "shutil", "tempfile", "zipfile", "sqlite3", "pyogrio", "fiona"}
DISK_CALLS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink", "rmtree", "touch"}
DISK_CALLS |= {"read_file", "read_csv", "read_excel", "read_parquet", "to_file", "to_csv", "to_excel", "to_parquet"}
DISK_CALLS |= {"to_netcdf", "savez", "tofile", "fromfile", "memmap"}


def name_of(path: Path) -> str:
    """Dotted name of a module."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
PATHS = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def place_of(module: str) -> str:
    """The place of the house a module belongs to: the first name below the package."""
    return module.split(".")[1] if "." in module else ""


def imports_of(module: str, tree: ast.AST) -> set[str]:
    """Modules of the package that a module imports anywhere, also inside functions; relative imports resolved."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                steps = node.level - PATHS[module].name.startswith("__init__")
                base = ".".join([*module.split(".")[: len(module.split(".")) - steps], *([base] if base else [])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in TREES else base for alias in node.names}
    return {name for name in found if name.split(".")[0] == "phusong"} - {module}


IMPORTS = {module: imports_of(module, tree) for module, tree in TREES.items()}


def git(*arguments: str) -> str:
    """What git says; skips the test where this is no checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_nothing_stands_directly_in_the_source_root():
    assert [path.name for path in SOURCE.glob("*.py")] == []


def test_numba_finds_the_real_coverage():
    "Started in the repository root, where our folder coverage/ is in the way."
    code = "import numba, phusong, coverage; print(coverage.__file__); coverage.Coverage"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = Path(done.stdout.strip())
    assert found.name == "__init__.py"
    assert SOURCE not in found.parents


def test_every_module_has_a_place():
    assert {module for module in TREES if place_of(module) and place_of(module) not in ROW} == set()


def test_imports_run_downwards():
    "A module imports from lower rows and from its own folder; the package's __init__ imports nothing of the house."
    wrong = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in sorted(others)
        if place_of(other)
        and place_of(module) != place_of(other)
        and (not place_of(module) or ROW[place_of(other)] <= ROW[place_of(module)])
    ]
    assert wrong == []


def test_no_circle_of_imports():
    assert circle(IMPORTS) == []


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import each other, directly or round a corner; empty when there are none."""
    left = {module: others & set(imports) for module, others in imports.items()}
    while free := [module for module, others in left.items() if not others & set(left)]:
        for module in free:
            del left[module]
    return sorted(left)


def test_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_computation_leaves_the_disk_alone():
    touching = []
    for module, tree in TREES.items():
        if place_of(module) in DISK:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names} & DISK_MODULES
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").split(".")[0]} & DISK_MODULES
            elif isinstance(node, ast.Call):
                names = {getattr(node.func, "attr", getattr(node.func, "id", ""))} & DISK_CALLS
            else:
                continue
            touching += [f"{module}:{node.lineno} {name}" for name in names]
    assert touching == []


def test_names_say_something():
    "No utils, helpers, manager; no get_ or process_: where a name is hard to find, the cut is in the wrong place."
    empty = ("utils", "util", "helper", "helpers", "manager", "misc", "common")
    wrong = [module for module in TREES if module.split(".")[-1] in empty]
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                name = node.name.lower().strip("_")
                if name.startswith(("get_", "process_")) or name.endswith(empty):
                    wrong.append(f"{module}:{node.lineno} {node.name}")
    assert wrong == []


def test_no_eval():
    wrong = [
        f"{module}:{node.lineno} {node.func.id}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    assert wrong == []


def test_everything_public_has_a_docstring():
    assert [name for module, tree in TREES.items() for name in undocumented(module, tree)] == []


def undocumented(module: str, tree: ast.Module | ast.ClassDef) -> list[str]:
    """Public functions, classes and methods without a docstring; private classes are not entered."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                found.append(f"{module}:{node.lineno} {node.name}")
            if isinstance(node, ast.ClassDef):
                found += undocumented(module, node)
    return found


def test_modules_stay_short():
    lines = {module: len(path.read_text("utf-8").splitlines()) for module, path in PATHS.items()}
    assert {module: count for module, count in lines.items() if count > 400} == {}


def test_command_line_starts_without_heavy_imports():
    "This keeps `phusong --help` under half a second."
    heavy = (
        "numpy",
        "pandas",
        "geopandas",
        "shapely",
        "pyproj",
        "rasterio",
        "xarray",
        "scipy",
        "numba",
        "folium",
        "matplotlib",
    )
    code = f"import sys, phusong.cli; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_gitignore_swallows_no_source():
    "A pattern such as `sample/` would also hide a folder of the package."
    files = [str(path.relative_to(ROOT)) for path in PATHS.values()]
    files += [str(path.relative_to(ROOT)) for path in sorted((ROOT / "gis_data").rglob("*.toml"))]
    files += [f"coverage/phusong/{place}/{place}.py" for place in ROW]
    assert git("check-ignore", "--no-index", *files).splitlines() == []


def test_no_tracked_file_over_one_megabyte():
    tracked = [ROOT / name for name in git("ls-files", "-z").split("\0") if name]
    assert [path.name for path in tracked if path.is_file() and path.stat().st_size > 1_000_000] == []


def test_nothing_python_left_behind_is_tracked():
    tracked = git("ls-files", "-z").split("\0")
    assert [name for name in tracked if "__pycache__" in name or name.endswith((".pyc", os.sep))] == []
