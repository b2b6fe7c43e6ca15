"""Replacement: a folder that appears whole, in the place of the one before, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """
    An empty folder to fill, which takes the place of `folder` when the block ends well; else nothing has changed.

    The old folder is taken away only when the new one is there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        made, old = Path(work) / "made", Path(work) / "old"
        made.mkdir()
        yield made
        if folder.exists():
            folder.replace(old)
        made.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
