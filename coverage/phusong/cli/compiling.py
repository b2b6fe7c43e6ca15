"""The radio kernels are compiled on first use and kept; whoever waits for it is told."""

from __future__ import annotations

import os
from pathlib import Path

from phusong.progress import Reporter

NOTICE = "first run since installation: compiling the radio kernels, about a minute, once"


def must_compile(mode: str = "fast") -> bool:
    """Whether no compiled kernels of the mode, `fast` or `exact`, are kept of the code as it is."""
    return not any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob(f"{mode}.{mode}_paths-*.nbi"))


def announce(reporter: Reporter, mode: str = "fast") -> None:
    """Say that compiling comes first, where it does."""
    if must_compile(mode):
        reporter.step(NOTICE, 0, 0)
