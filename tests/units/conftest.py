"""Units without an archive, and those of the archive in use again after each test."""

from __future__ import annotations

import pytest

from jeta.fetch.systems import ArchiveLabels
from jeta.units import LabelTable, set_default_labels


@pytest.fixture(autouse=True)
def _without_an_archive():
    set_default_labels(LabelTable({}))
    yield
    set_default_labels(ArchiveLabels())
