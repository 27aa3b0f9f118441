"""Fixtures for the telemetry database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class WriteYaml(Protocol):
    """Writes a YAML text into the folder of a telemetry database, and returns the folder."""

    def __call__(self, text: str, name: str = "a.yaml") -> Path: ...


@pytest.fixture
def write(tmp_path: Path) -> WriteYaml:
    """Write YAML texts into one folder named ``tdb``."""
    folder = tmp_path / "tdb"
    folder.mkdir()

    def write_text(text: str, name: str = "a.yaml") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write_text
