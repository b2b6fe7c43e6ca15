"""What several tests share: the data beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# the same examples every time, however busy the machine: a test that passed here passes there
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    "The real layers beside the repository."
    if not (SHARED / "data").is_dir():
        pytest.skip("the real layers (../shared/data) are not here")
    return SHARED / "data"
