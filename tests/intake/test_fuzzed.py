"""500 damaged filings: no traceback, no row unaccounted for. `scripts/fuzz_intake.py` does ten thousand."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz_intake", ROOT / "scripts" / "fuzz_intake.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", range(0, 500, 50))
def test_damaged_filings_are_taken_or_refused_and_no_row_is_lost(fuzz, tmp_path, first):
    grids, reference = fuzz.base_grids(DATA), fuzz.invented_reference()
    words = {}
    for seed in range(first, first + 50):
        one = fuzz.mutant(seed, grids)
        words[seed] = fuzz.verdict(one, tmp_path, reference)
    assert {seed: told for seed, told in words.items() if told[0].isupper()} == {}
    assert sum(word == "taken" for word, _ in words.values()) > 10


def test_a_lost_row_is_seen(fuzz, tmp_path, monkeypatch):
    "The check itself: an intake that drops a row is caught."
    grids, reference = [fuzz.invented(fuzz.random.Random(0))], fuzz.invented_reference()
    one = next(m for seed in range(100) if (m := fuzz.mutant(seed, grids)).how == ("as_csv",) and len(m.sites) > 5)
    assert fuzz.verdict(one, tmp_path, reference)[0] == "taken"
    found = fuzz._found
    monkeypatch.setattr(fuzz, "_found", lambda outcome: set(sorted(found(outcome))[1:]))
    word, told = fuzz.verdict(one, tmp_path, reference)
    assert word == "LOST"
    assert min(one.sites) in told
