"""Runs: many mutants, one after another, and what became of them."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from phusong.intake.reference import Reference, read_reference
from phusong.sample.mutants.grid import Grid
from phusong.sample.mutants.mutant import Mutant, mutant
from phusong.sample.mutants.verdict import AS_OF, Fate, Verdict, invented_reference, judge

_SENTENCE = 60
"""Refusals alike in so many letters after the name of the file are counted together."""


def reference_of(data: Path) -> Reference:
    """The communes of the data folder in light outlines; the invented one where it has none."""
    outlines = data / "admin" / "communes_2025_light.parquet"
    return read_reference(outlines, AS_OF) if outlines.is_file() else invented_reference()


def run(
    seeds: Iterable[int], grids: Sequence[Grid], reference: Reference, report: Callable[[int, Mutant, Verdict], None]
) -> tuple[Counter[Fate], Counter[str]]:
    """Counts of fates and of sentences of refusal over the mutants of some seeds; those at fault are reported."""
    fates, sentences = Counter[Fate](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            one = mutant(seed, grids)
            verdict = judge(one, Path(folder), reference)
            fates[verdict.fate] += 1
            if verdict.fate.failed:
                report(seed, one, verdict)
            elif verdict.fate is Fate.REFUSED:
                sentences[verdict.told.split(": ", 1)[-1][:_SENTENCE]] += 1
    return fates, sentences


def tell(seed: int, one: Mutant, verdict: Verdict, keep: Path | None) -> None:
    """Tell of a mutant at fault on standard output, and keep its file in a folder where one is named."""
    sys.stdout.write(f"seed {seed} {one.name} {', '.join(one.how)}: {verdict.fate}\n{verdict.told}\n")
    sys.stdout.flush()
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{seed}-{one.name}").write_bytes(one.data)
