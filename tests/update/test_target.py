"""Which archive a call changes, and when its journal is folded."""

from __future__ import annotations

import os
import time

import pytest

from jeta import fetch, update
from jeta.archive import Writer, create_archive, open_archive
from jeta.errors import ArchiveLockedError, ArchiveNotFoundError
from jeta.update import target
from update.deliveries import everything, ramp, write_json

S = 1_600_000_000.0


@pytest.mark.parametrize("form", [lambda a: a, lambda a: a.root, lambda a: str(a.root)], ids=["reader", "path", "str"])
def test_archive_given_open_or_as_its_root(archive, form, tmp_path):
    update.append("x", S, 1, archive=form(archive))
    update.ingest(write_json(tmp_path / "y.json", {"y": ramp(2)}), archive=form(archive))
    assert update.fold(form(archive)) == 3
    assert archive.names() == ["X", "Y"]


def test_archive_given_as_a_writer_that_holds_the_lock(archive):
    with Writer(archive.root) as writer:
        update.append("x", S, 1, archive=writer)
        update.append("x", S + 1, 2, archive=writer)
        with pytest.raises(ArchiveLockedError):
            update.append("x", S, 1, archive=archive)
    assert archive.rows("X") == 2


def test_writer_outside_its_with_block_is_refused(archive):
    with pytest.raises(ArchiveLockedError):
        update.append("x", S, 1, archive=Writer(archive.root))
    assert archive.names() == []


def test_path_relative_to_the_home_folder(archive, monkeypatch):
    monkeypatch.setenv("HOME", str(archive.root.parent))
    update.append("x", S, 1, archive=f"~/{archive.root.name}")
    assert archive.names() == ["X"]


def test_archive_in_use_by_default(archive):
    with fetch.set_archive(archive):
        update.append("x", S, 1)
        assert update.fold() == 1
    assert archive.names() == ["X"]


def test_archive_of_the_environment_by_default(archive, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", str(archive.root))
    update.append("x", S, 1)
    assert archive.names() == ["X"]


def test_explicit_archive_goes_before_the_one_in_use(archive, tmp_path):
    other = create_archive(tmp_path / "other")
    with fetch.set_archive(archive):
        update.append("x", S, 1, archive=other)
    assert (archive.names(), other.names()) == ([], ["X"])


def test_no_archive_at_all_says_how_to_create_one():
    with pytest.raises(ArchiveNotFoundError, match="jeta create"):
        update.append("x", S, 1)


@pytest.mark.parametrize("wrong", [5, 1.5, ["a"], b"a", object()], ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_archive_is_refused(wrong):
    with pytest.raises(ArchiveNotFoundError, match="path, or an open archive"):
        update.append("x", S, 1, archive=wrong)


def test_root_without_archive_is_refused_and_left_alone(tmp_path):
    with pytest.raises(ArchiveNotFoundError, match="jeta create"):
        update.append("x", S, 1, archive=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_few_commits_stay_in_the_journal(archive):
    update.append("x", S, 1, archive=archive)
    assert len(archive.journal_files()) == 1


def test_journal_is_folded_at_so_many_commits(archive, monkeypatch):
    monkeypatch.setattr(target, "FOLD_COMMITS", 3)
    pending = []
    for row in range(7):
        update.append("x", S + row, row, archive=archive)
        pending.append(len(archive.journal_files()))
    assert pending == [1, 2, 0, 1, 2, 0, 1]
    assert everything(archive, "X").values.tolist() == list(range(7))


def test_journal_is_folded_at_so_many_rows(archive, monkeypatch):
    monkeypatch.setattr(target, "FOLD_ROWS", 5)
    update.append("x", [S, S + 1, S + 2], [1, 2, 3], archive=archive)
    assert len(archive.journal_files()) == 1
    update.append("x", [S + 3, S + 4], [4, 5], archive=archive)
    assert len(archive.journal_files()) == 0


def test_journal_is_folded_at_an_old_commit(archive):
    update.append("x", S, 1, archive=archive)
    past = time.time() - target.FOLD_AGE_S - 1
    os.utime(archive.journal_files()[0].path, (past, past))
    update.append("x", S + 1, 2, archive=archive)
    assert len(archive.journal_files()) == 0


def test_ingest_folds_between_files(archive, monkeypatch, tmp_path):
    monkeypatch.setattr(target, "FOLD_COMMITS", 2)
    paths = [write_json(tmp_path / f"{k}.json", {"x": [(k * 1000 + 10**12, k)]}) for k in range(5)]
    update.ingest(*paths, archive=archive)
    assert len(archive.journal_files()) == 1
    assert everything(archive, "X").values.tolist() == [0, 1, 2, 3, 4]


def test_rows_are_durable_and_seen_by_others_when_append_returns(archive):
    reader = open_archive(archive.root)
    assert reader.names() == []
    update.append("x", S, 1, archive=archive)
    assert reader.read("X", 0, 2e9).values.tolist() == [1]


def test_fold_of_nothing_moves_nothing(archive):
    assert update.fold(archive) == 0


def test_fold_reports_progress(archive):
    update.append("x", S, 1, archive=archive)
    seen = []
    assert update.fold(archive, progress=lambda done, total: seen.append((done, total))) == 1
    assert seen[-1] == (1, 1)


def test_fold_with_two_processes(archive):
    for name in ("x", "y"):
        update.append(name, S, 1, archive=archive)
    assert update.fold(archive, workers=2) == 2
    assert [everything(archive, name).values.tolist() for name in ("X", "Y")] == [[1], [1]]
