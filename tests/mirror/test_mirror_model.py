"""A mirror beside its source, whatever happens to either: after a mirror, every fetch gives the same.

And a mirror that is killed at any call has of each MSID what the source once had, with the statistics of that.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archive.test_model import killed_at
from jeta import operations
from jeta.archive import JetaReader, Writer, create_archive
from jeta.mirror import mirror, write_index
from mirror.mirror_lab import STATS, assert_same, errors, rows, served, statistics
from operations.lab import MSIDS, SPAN_MS, delivery, small

SEEDS = st.integers(0, 2**16)


class MirrorMachine(RuleBasedStateMachine):
    """A source, a mirror of its folder, and one over http."""

    @initialize()
    def create(self):
        self.folder = Path(tempfile.mkdtemp())
        self.patch = pytest.MonkeyPatch()
        small(self.patch)
        self.root, self.dest, self.far = (self.folder / name for name in ("a", "mirror", "far"))
        create_archive(self.root)
        self.server = served(self.root)
        self.url, _ = self.server.__enter__()
        self.history = defaultdict(lambda: [[]])
        self.is_same = False

    def teardown(self):
        self.server.__exit__(None, None, None)
        self.patch.undo()
        shutil.rmtree(self.folder)

    def note(self):
        """Keep in mind what the source has now."""
        self.is_same = False
        for name in MSIDS:
            now = rows(self.root, name)
            if now not in self.history[name]:
                self.history[name].append(now)

    @rule(
        seed=SEEDS,
        count=st.sampled_from([3, 25]),
        names=st.sets(st.sampled_from(MSIDS), min_size=1),
        fold=st.booleans(),
    )
    def deliver(self, seed, count, names, fold):
        rows_by_msid = delivery(np.random.default_rng(seed), count)
        with Writer(self.root) as writer:
            writer.commit({name: rows_by_msid[name] for name in names}, quality_counts=True)
            self.note()
            if fold:
                writer.fold()

    @rule()
    def fold(self):
        self.is_same = False
        with Writer(self.root) as writer:
            writer.fold()
            writer.refresh_statistics(writer.reader.names())

    @rule(call=st.integers(1, 40))
    def fold_killed(self, call):
        self.is_same = False
        with killed_at(call), Writer(self.root) as writer:
            writer.fold()

    @rule(at=st.floats(0, SPAN_MS / 1000), names=st.sets(st.sampled_from(MSIDS), min_size=1))
    def truncate(self, at, names):
        there = sorted(set(JetaReader(self.root).names()) & names)
        if there:
            operations.truncate(self.root, at, msids=there, workers=1)
            self.note()

    @rule()
    def back_up(self):
        operations.backup(self.root, self.folder / "backups")

    @precondition(lambda self: (self.folder / "backups").exists())
    @rule(name=st.sampled_from(MSIDS))
    def put_back(self, name):
        backup = operations.backups_in(self.folder / "backups")[-1]
        if name in JetaReader(backup).names():
            operations.restore(backup, self.root, msids=name, replace=True)
            # What waited in the backup's journal is added after the column is exchanged.
            for each in (JetaReader(backup), JetaReader(self.root)):
                self.history[name].append(rows(each.root, name))
            self.history[name].append(None)
            self.note()

    @rule(seed=SEEDS)
    def flag(self, seed):
        known = [each for each in JetaReader(self.root).flags() if each.undo is None]
        if known and seed % 2:
            operations.unflag(known[0].flag.id, reason="fine", archive=self.root)
        elif MSIDS[seed % 4] in JetaReader(self.root).names():
            operations.flag(MSIDS[seed % 4], seed, seed + 5000, reason="odd", archive=self.root)
        self.is_same = False

    @rule(number=st.integers(0, 3))
    def describe(self, number):
        (self.root / "tdb" / f"{number % 2}.yaml").write_text(
            f"SEEN_{number % 2}:\n  unit: V\n  description: D{number}\n"
        )
        (self.root / "bad_times.txt").write_text(f"TEMP 1970:001 1970:00{1 + number}\n")
        if number == 3:
            (self.root / "tdb" / "0.yaml").unlink(missing_ok=True)

    @rule()
    def mirror_folder(self):
        mirror(self.root, self.dest, threads=2)
        assert_same(self.root, self.dest)
        self.is_same = True

    @rule()
    def mirror_again(self):
        if self.is_same:
            report = mirror(None, self.dest, threads=2)
            assert report.changed == report.removed == ()

    @rule(call=st.integers(1, 120))
    def mirror_killed(self, call):
        with killed_at(call):
            mirror(self.root, self.dest, threads=1)
        if not (self.dest / "archive.yaml").exists():
            return
        for name in MSIDS:
            found = rows(self.dest, name)
            assert found in self.history[name] or None in self.history[name]
            for stat in STATS:
                stored = statistics(self.dest, name, stat)
                kept = self.dest / "columns" / name / stat
                if kept.exists():
                    away = kept.rename(kept.with_name("away"))
                    assert statistics(self.dest, name, stat) == stored
                    away.rename(kept)

    @rule()
    def mirror_far(self):
        with Writer(self.root) as writer:
            writer.fold()
        write_index(self.root, threads=2)
        mirror(self.url, self.far, threads=2)
        assert_same(self.root, self.far)

    @invariant()
    def source_is_whole(self):
        if hasattr(self, "root"):
            assert errors(self.root) == []


MirrorMachine.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=18,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestMirrorModel = MirrorMachine.TestCase
