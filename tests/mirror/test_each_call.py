"""A mirror that ends at each of its calls to the file system, one after another, for each kind of change at the source.

At each of them the mirror has of each MSID what the source had before or has now, with the statistics of just that.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from archive.test_model import killed_at
from jeta import operations
from jeta.archive import JetaReader, Writer
from jeta.mirror import mirror
from jeta.operations import verify
from mirror.mirror_lab import STATS, assert_same, rows, statistics
from operations.lab import delivery, filled, small

CHOSEN = ["COUNTS", "TEMP"]


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


def cut_off(root):
    operations.truncate(root, 130_000.0, msids=["TEMP"], workers=1)
    operations.truncate(root, -1.0, msids=["COUNTS"], workers=1)


def put_back(root):
    operations.restore(root.parent / "backups", root, msids=["TEMP"], replace=True)


def start_again(root):
    operations.destroy(root, yes=True)
    operations.restore(root.parent / "backups", root)
    commit(root, 8)


def fold_partly(root):
    """The source's fold is killed after a column is published, before its statistics are."""
    commit(root)
    saved, before = root.with_name("saved"), JetaReader(root).manifest("TEMP").folded
    shutil.copytree(root, saved)
    for call in range(1, 200):
        with killed_at(call), Writer(root) as writer:
            writer.fold()
        reader = JetaReader(root)
        if reader.manifest("TEMP").folded > before and reader.product("TEMP", "5min").folded == before:
            return
        shutil.rmtree(root)
        shutil.copytree(saved, root)
    pytest.fail("no kill hit")


@pytest.mark.parametrize(
    "change",
    [late, fold_and_commit, cut_off, put_back, start_again, fold_partly],
    ids=lambda each: each.__name__,
)
def test_each_call(tmp_path, monkeypatch, change):
    small(monkeypatch)
    root, first, dest = tmp_path / "a" / "source", tmp_path / "first", tmp_path / "dest"
    root.parent.mkdir()
    filled(root, folds=2, pending=0)
    operations.backup(root, root.parent / "backups")
    commit(root, 9)
    fold(root)
    commit(root, 4)
    history = {name: [rows(root, name)] for name in CHOSEN}
    mirror(root, first, msids=CHOSEN)
    note_all_commits(monkeypatch, history, root)
    change(root)
    for name in CHOSEN:
        history[name].append(rows(root, name))
    backup = operations.backups_in(root.parent / "backups")[0]
    for name in CHOSEN:
        history[name].append(rows(backup, name))
        history[name].append([])
    states = []
    for call in range(1, 1000):
        shutil.rmtree(dest, ignore_errors=True)
        shutil.copytree(first, dest)
        done = []
        with killed_at(call):
            mirror(root, dest, threads=1)
            done.append(True)
        state = what_counts(dest)
        if state not in states:  # most calls change nothing that a reader sees
            states.append(state)
            check(dest, history)
        if done:
            break
    assert len(states) > 1
    mirror(root, dest)
    assert_same(root, dest, CHOSEN)


def what_counts(root):
    """What decides what readers see: manifests, the journal, the state."""
    paths = [*root.glob("columns/*/*/manifest"), *root.glob("journal/*.h5"), root / "state.json"]
    return {path: path.read_bytes() for path in paths}


def check(dest, history):
    """The mirror verifies, and has what the source had or has."""
    found = [each.message for each in verify(dest, full=False) if each.severity == "error"]
    # A column that was exchanged says that it has seen the commits that are about to go.
    assert [each for each in found if not each.startswith("its first line says commit")] == []
    for name in CHOSEN:
        assert rows(dest, name) in history[name], name
    for each in STATS:
        assert statistics(dest, "TEMP", each) == worked_out(dest, "TEMP", each), each


def note_all_commits(monkeypatch, history, root):
    """Keep in mind what the source has after each commit."""
    real = Writer.commit

    def noting(self, *args, **options):
        found = real(self, *args, **options)
        for name in CHOSEN:
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
