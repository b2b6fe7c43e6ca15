"""Room: whether the disk has enough of it for a run, before hours are spent."""

from __future__ import annotations

import shutil
from pathlib import Path

from phusong.errors import SnapshotError

_BYTES_PER_PIXEL = 100
"""Of a tile: 16 in the tile store, 24 in the snapshot, and 50 of its rasters while they are put together, measured on
the sample with two technologies and two operators."""


def refuse_short(folder: Path, pixels: int) -> None:
    """
    Stop when the disk cannot hold what a run writes.

    Parameters
    ----------
    pixels
        Of all tiles.

    Raises
    ------
    SnapshotError
        Saying how much is needed and how much is free.
    """
    needed, free = pixels * _BYTES_PER_PIXEL, shutil.disk_usage(folder).free
    if free < needed:
        raise SnapshotError(
            f"The run needs about {_told(needed)} on the disk of {folder}, and {_told(free)} are free. Make room, "
            "or move the project; what is computed already is kept."
        )


def _told(size: int) -> str:
    """
    A size for people.

    Examples
    --------
    >>> _told(31_400_000), _told(7_100_000_000)
    ('31 MB', '7.1 GB')
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
