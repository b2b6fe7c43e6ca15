"""Signal and power dead zones, and progress toward nationwide 5G, by commune."""

import hashlib
import os
import tempfile
import warnings
from pathlib import Path

import platformdirs

__version__ = "0.1.0"


def _cache_folder() -> str:
    """Writable place for compiled code: the user's cache, or a temporary folder where the user has none."""
    wanted = Path(platformdirs.user_cache_dir("phusong")) / "numba"
    there = next(folder for folder in (wanted, *wanted.parents) if folder.exists())
    kept = wanted if os.access(there, os.W_OK) else Path(tempfile.gettempdir()) / "phusong-numba"
    return str(kept / _edition())


def _edition() -> str:
    """Name for the kernels as they are now: numba sees that a file has changed, but not that one it imports has."""
    stats = [(file.name, file.stat()) for file in sorted((Path(__file__).parent / "radio").rglob("*.py"))]
    told = repr([(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


# numba reads this once, at its first import, and by default writes beside the source, which may be read-only.
os.environ.setdefault("NUMBA_CACHE_DIR", _cache_folder())
# rasterio burns and traces shapes on rasters that lie nowhere, and silences its own warning of it by filters of the
# whole process, which two threads that come and go at once leave open to each other.
warnings.filterwarnings("ignore", message="Dataset has no geotransform|The given matrix is equal to Affine.identity")
