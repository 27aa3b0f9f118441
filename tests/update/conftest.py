"""An empty archive for each test, and no archive in use."""

from __future__ import annotations

import pytest

from jeta import fetch
from jeta.archive import create_archive


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "archive")


@pytest.fixture(autouse=True)
def _no_archive_in_use(monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(None):
        yield
