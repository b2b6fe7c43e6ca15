"""500 damaged filings: no traceback, no row unaccounted for. `scripts/fuzz_intake.py` does ten thousand."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from phusong.intake.filing import take_in
from phusong.intake.request import Request
from phusong.sample.mutants.file_forms import as_html
from phusong.sample.mutants.grid import invented, read_grids, sites
from phusong.sample.mutants.mutant import Mutant, mutant
from phusong.sample.mutants.verdict import AS_OF, Fate, Verdict, accounted, invented_reference, judge

FILINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "filings"


@pytest.fixture(scope="module")
def grids():
    return read_grids(FILINGS)


@pytest.mark.parametrize("first", range(0, 500, 50))
def test_damaged_filings_are_taken_or_refused_and_no_row_is_lost(tmp_path, grids, first):
    reference = invented_reference()
    verdicts = {seed: judge(mutant(seed, grids), tmp_path, reference) for seed in range(first, first + 50)}
    assert {seed: verdict for seed, verdict in verdicts.items() if verdict.fate.failed} == {}
    assert sum(verdict.fate is Fate.TAKEN for verdict in verdicts.values()) > 10


@pytest.fixture
def invented_mutant():
    """Six invented sites in a file that nothing was done to."""
    grid = invented(random.Random(0), rows=6)
    return Mutant("a.xls", as_html(grid, random.Random(0)).data, sites(grid), ("as_html",))


def test_the_invented_filing_is_taken(tmp_path, invented_mutant):
    assert judge(invented_mutant, tmp_path, invented_reference()) == Verdict(Fate.TAKEN)
    assert list(tmp_path.iterdir()) == []


def test_a_lost_row_is_seen(tmp_path, invented_mutant):
    "The check itself: an id that is neither accepted nor kept in a cell is told."
    more = replace(invented_mutant, sites=invented_mutant.sites | {"SM-99999"})
    assert judge(more, tmp_path, invented_reference()) == Verdict(Fate.LOST, "1 of 7: SM-99999")


def test_rows_that_do_not_add_up_are_seen(tmp_path, invented_mutant):
    "The check itself: an outcome that counts one row more than it tells of."
    file = tmp_path / "a.xls"
    file.write_bytes(invented_mutant.data)
    outcome = take_in([file], Request("sites", AS_OF, {"operator": "Viettel"}), invented_reference())
    (batch,) = outcome.batches
    short = replace(outcome, batches=(replace(batch, accepted=batch.accepted.iloc[:5]),))
    assert accounted(invented_mutant, short) == Verdict(Fate.UNBALANCED, "6 in, 5 accepted, 0 quarantined")
