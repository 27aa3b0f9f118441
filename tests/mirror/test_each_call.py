"""A mirror that ends at each of its calls to the file system, one after another, for each kind of change at the source.

At each of them the mirror has of each MSID what the source had before or has now, with the statistics of just that.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from archive.test_model import killed_at
from jeta import operations
from jeta.archive import Writer
from jeta.mirror import mirror
from mirror.mirror_lab import STATS, assert_same, errors, rows, statistics
from operations.lab import MSIDS, delivery, filled, small


def commit(root, seed=5, count=30):
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(seed), count))


def fold(root):
    with Writer(root) as writer:
        writer.fold()


def late(root):
    commit(root)
    fold(root)


def fold_and_commit(root):
    fold(root)
    commit(root, 6)


def commit_twice(root):
    commit(root, 6)
    commit(root, 7)


def cut_off(root):
    operations.truncate(root, 130_000.0, msids=["TEMP", "FINE"], workers=1)
    operations.truncate(root, -1.0, msids=["COUNTS"], workers=1)


def put_back(root):
    operations.restore(root.parent / "backups", root, msids=["TEMP", "MODE"], replace=True)


def start_again(root):
    operations.destroy(root, yes=True)
    operations.restore(root.parent / "backups", root)
    commit(root, 8)


def fold_partly(root):
    """The source's fold is killed after a column is published, before its statistics are."""
    with killed_at(FOLD_CALLS), Writer(root) as writer:
        writer.fold()


FOLD_CALLS = 7


@pytest.mark.parametrize(
    "change",
    [late, fold, commit_twice, fold_and_commit, cut_off, put_back, start_again, fold_partly],
    ids=lambda each: each.__name__,
)
def test_each_call(tmp_path, monkeypatch, change):
    small(monkeypatch)
    root, first, dest = tmp_path / "a" / "source", tmp_path / "first", tmp_path / "dest"
    root.parent.mkdir()
    filled(root, folds=2, pending=0)
    operations.backup(root, root.parent / "backups")
    commit(root, 4)
    history = {name: [rows(root, name)] for name in MSIDS}
    mirror(root, first)
    before = {(name, each): statistics(first, name, each) for name in MSIDS for each in STATS}
    note_all_commits(monkeypatch, history, root)
    change(root)
    for name in MSIDS:
        history[name].append(rows(root, name))
    backup = operations.backups_in(root.parent / "backups")[0]
    for name in MSIDS:
        history[name].append(rows(backup, name))
        history[name].append([])
    for call in range(1, 1000):
        shutil.rmtree(dest, ignore_errors=True)
        shutil.copytree(first, dest)
        done = []
        with killed_at(call):
            mirror(root, dest, threads=1)
            done.append(True)
        assert errors(dest) == []
        for name in MSIDS:
            assert rows(dest, name) in history[name], (call, name)
            for each in STATS:
                found = statistics(dest, name, each)
                assert found == worked_out(dest, name, each), (call, name, each)
        if done:
            break
    assert call > 3
    assert before
    mirror(root, dest)
    assert_same(root, dest)


def note_all_commits(monkeypatch, history, root):
    """Keep in mind what the source has after each commit."""
    real = Writer.commit

    def noting(self, *args, **options):
        found = real(self, *args, **options)
        for name in MSIDS:
            history[name].append(rows(root, name))
        return found

    monkeypatch.setattr(Writer, "commit", noting)


def worked_out(root, name, product):
    """The statistics that a fetch works out of the samples where none are stored."""
    kept = root / "columns" / name / product
    if not kept.exists():
        return statistics(root, name, product)
    away = kept.rename(kept.with_name("away"))
    try:
        return statistics(root, name, product)
    finally:
        away.rename(kept)
