"""
The export to PostGIS against a server that is started for it, read back with psql: here an absent server is a failure.

    .venv/bin/python scripts/check_postgis.py

The server is that of Debian's packages: `apt-get install postgresql-15-postgis-3`. It listens on no network, its data
lie in a temporary folder, and it is stopped in the middle of a load to see that nothing half-written stays.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    os.environ["PHUSONG_NEEDS_POSTGIS"] = "1"
    os.chdir(ROOT)
    return int(
        pytest.main(["-v", "-n", "0", str(ROOT / "tests" / "publish" / "test_export_postgis.py"), *sys.argv[1:]])
    )


if __name__ == "__main__":
    sys.exit(main())
