"""The radio kernels are compiled on first use and kept; whoever waits for it is told."""

from __future__ import annotations

import os
from pathlib import Path

from phusong.progress import Reporter

NOTICE = "first run since installation: compiling the radio kernels, about a minute, once"


def must_compile() -> bool:
    """Whether no compiled kernels are kept of the code as it is."""
    return not any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob("fast.fast_paths-*.nbi"))


def announce(reporter: Reporter) -> None:
    """Say that compiling comes first, where it does."""
    if must_compile():
        reporter.step(NOTICE, 0, 0)
