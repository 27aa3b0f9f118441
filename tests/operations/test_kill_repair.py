"""`repair`, really killed (SIGKILL) at random moments: run again, all is as it should be, and no sample is ever out of reach."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter

import pytest

from archive.products import check_statistics
from jeta.operations import repair, verify
from operations.lab import all_rows, filled
from operations.test_kill_operations import KILLS, delay_ms, killed

__all__ = ["killed"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def damage(root, rng):
    """Delete or damage some of what is made from other things."""
    for path in sorted(root.glob("columns/*/full/manifest")):
        rng.choice([path.unlink, lambda: None])()
    for path in sorted(root.glob("columns/*/5min")):
        rng.choice([lambda path=path: shutil.rmtree(path), lambda path=path: (path / "manifest").write_bytes(b"{")])()
    (root / "state.json").unlink(missing_ok=True)
    (root / "columns" / "TEMP" / "full" / ".aside-1-a").write_bytes(b"half")


def test_a_repair_that_is_killed_goes_on(tmp_path, killed):
    root, rng, ended = filled(tmp_path / "a", pending=1), random.Random(1), Counter()
    there = all_rows(root)
    for _ in range(KILLS):
        damage(root, rng)
        ended[killed("repair", delay_ms(ended, rng, 400), root)] += 1
        assert all_rows(root) == there
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended
    assert repair(root).is_whole
    assert all_rows(root) == there
    check_statistics(root)
    assert verify(root) == []
