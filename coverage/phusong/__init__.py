"""Signal and power dead zones, and progress toward nationwide 5G, by commune."""

import os
import tempfile
from pathlib import Path

import platformdirs

__version__ = "0.1.0"


def _cache_folder() -> str:
    """Writable place for compiled code: the user's cache, or a temporary folder where the user has none."""
    wanted = Path(platformdirs.user_cache_dir("phusong")) / "numba"
    there = next(folder for folder in (wanted, *wanted.parents) if folder.exists())
    return str(wanted) if os.access(there, os.W_OK) else str(Path(tempfile.gettempdir()) / "phusong-numba")


# numba reads this once, at its first import, and by default writes beside the source, which may be read-only.
os.environ.setdefault("NUMBA_CACHE_DIR", _cache_folder())
