"""Signal and power dead zones, and progress toward nationwide 5G, by commune."""

import os

import platformdirs

__version__ = "0.1.0"

# numba reads this once, at its first import, and by default writes beside the source, which may be read-only.
os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(platformdirs.user_cache_dir("phusong"), "numba"))  # noqa: PTH118
