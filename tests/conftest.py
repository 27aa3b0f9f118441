"""Fixtures that many tests share. None is used unless a test asks for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DATA = Path(os.environ.get("JETA_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real telemetry that is not part of the repository; tests that need it skip where it is absent."""
    if not _DATA.is_dir():
        pytest.skip(f"real telemetry not found at {_DATA}; set JETA_TEST_DATA to the folder that holds it")
    return _DATA
