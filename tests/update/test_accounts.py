"""The accounts of an ingest that is interrupted (Ctrl-C, SIGTERM): a record for each commit, and a commit for each record."""

from __future__ import annotations

import pytest

from jeta import ingest, update
from jeta.archive import create_archive, journal, open_archive
from jeta.catalog import FileRecord, RecordLog, RunRecord

T0 = 1_767_225_600  # 2026:001


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "archive")


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{number}.csv" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_text(f"time,SA_TEMP\n{T0 + number},{number}\n")
    return paths


def interrupted(function, at, *, is_after):
    """The function, which is interrupted in its `at`-th call, before it does anything or just after it is done."""
    calls = []

    def called(*args, **kwargs):
        calls.append(args)
        if len(calls) == at and not is_after:
            raise KeyboardInterrupt
        result = function(*args, **kwargs)
        if len(calls) == at:
            raise KeyboardInterrupt
        return result

    return called


def told(archive):
    """Commits that the records name, and those that there are."""
    records = list(RecordLog(archive.layout.records).after(0))
    named = [each.commit for each in records if isinstance(each, FileRecord)]
    return named, [each.number for each in open_archive(archive.root).journal_files()]


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("is_after", [False, True], ids=["before the commit", "after it"])
@pytest.mark.parametrize("do", [update.ingest, ingest.run], ids=["update", "ingest"])
def test_an_interruption_around_a_commit(archive, files, monkeypatch, at, is_after, do):
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", interrupted(journal.write, at, is_after=is_after))
        with pytest.raises(KeyboardInterrupt):
            do(*files, archive=archive.root)
    named, there = told(archive)
    assert named == there == list(range(1, at + is_after))
    report = do(*files, archive=archive.root)
    assert (report.stored, report.duplicate) == (3 - len(there), len(there))
    named, there = told(archive)
    assert [number for number in named if number is not None] == there == [1, 2, 3]


@pytest.mark.parametrize("at", [1, 2])
def test_an_interruption_just_after_a_record_was_written(archive, files, monkeypatch, at):
    """The commit that it announces never comes, and no record of the end of the run may follow it."""
    with monkeypatch.context() as patch:
        patch.setattr(RecordLog, "write", interrupted(RecordLog.write, at, is_after=True))
        with pytest.raises(KeyboardInterrupt):
            update.ingest(*files, archive=archive.root)
    named, there = told(archive)
    assert named == there == list(range(1, at))


def test_the_end_of_a_run_that_was_interrupted_is_recorded(archive, files, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", interrupted(journal.write, 2, is_after=False))
        with pytest.raises(KeyboardInterrupt):
            ingest.run(*files, archive=archive.root)
    last = list(RecordLog(archive.layout.records).after(0))[-1]
    assert isinstance(last, RunRecord)
    assert (last.state, last.message) == ("failed", "KeyboardInterrupt")
