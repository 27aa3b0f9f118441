"""Moving the journal into the columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from archive.rows import archive_with, contents, rows, texts, use_small_pieces
from jeta.archive import JetaReader, Writer, create_archive, distribute, fold


@pytest.fixture
def root(tmp_path, monkeypatch):
    use_small_pieces(monkeypatch)
    return create_archive(tmp_path / "a").root


def segments(root, msid="A"):
    return JetaReader(root).manifest(msid).segments


def names(root, msid="A"):
    return sorted(path.name for path in JetaReader(root).layout.column(msid).iterdir())


def commit_and_fold(root, delivery):
    with Writer(root) as writer:
        writer.commit(delivery)
        return writer.fold()


def test_rows_go_from_the_journal_to_segments(root):
    assert commit_and_fold(root, {"A": rows(np.arange(20), np.arange(20.0))}) == 20
    assert segments(root)["rows"].tolist() == [6, 7, 7]
    assert list(JetaReader(root).layout.journal.iterdir()) == []


def test_a_second_fold_does_nothing(root):
    commit_and_fold(root, {"A": rows([1], [1.0])})
    before = names(root)
    with Writer(root) as writer:
        assert writer.fold() == 0
    assert names(root) == before


def test_superseded_files_are_removed(root):
    commit_and_fold(root, {"A": rows(np.arange(20), np.arange(20.0))})
    commit_and_fold(root, {"A": rows([10], [-1.0])})
    assert len(names(root)) == len(segments(root)) + 1


def test_only_the_segments_that_late_rows_fall_into_are_rewritten(root):
    commit_and_fold(root, {"A": rows(10 * np.arange(21), np.arange(21.0))})
    before = names(root)
    commit_and_fold(root, {"A": rows([1, 155], [0.5, 15.5])})
    assert len(set(before) & set(names(root))) == 2  # the middle segment and the manifest
    assert len(contents(root, "A")) == 23


def test_late_rows_here_and_there_with_many_new_ones(root, monkeypatch):
    """What is taken in at the end reaches back over two segments that late rows fall into, which do not touch."""
    monkeypatch.setattr(fold, "fold_column", fold.fold_column.func)
    for size, start in ((64, 0), (16, 100), (8, 200), (4, 300), (2, 400)):
        commit_and_fold(root, {"A": rows(start + np.arange(size), np.zeros(size))})
    assert len(segments(root)) == 5
    new = np.array([105, 305, *range(500, 560)])
    commit_and_fold(root, {"A": rows(new, np.ones(len(new)))})
    ticks = [instant // 10**6 for instant, _ in contents(root, "A")]
    assert ticks == sorted({*range(64), *range(100, 116), *range(200, 208), *range(300, 304), 400, 401, *new.tolist()})


def test_rows_of_one_instant_stay_in_one_segment(root):
    commit_and_fold(root, {"A": rows([5] * 30, np.arange(30.0))})
    assert segments(root)["rows"].tolist() == [30]
    assert JetaReader(root).read("A", 0, 1).values.tolist() == list(range(30))


def test_a_finer_resolution_leaves_the_segments_it_does_not_touch(root):
    commit_and_fold(root, {"A": rows(np.arange(20), np.arange(20.0))})
    commit_and_fold(root, {"A": rows([3_000_001], [0.5], "ns")})
    assert sorted(segments(root)["resolution"].tolist()) == [0, 0, 2]
    assert contents(root, "A")[4][0] == 3_000_001


def test_integers_become_floats_only_where_floats_come(root):
    commit_and_fold(root, {"A": rows(np.arange(20), np.arange(20, dtype="i4"))})
    commit_and_fold(root, {"A": rows([3], [0.5])})
    assert sorted(set(segments(root)["dtype"].tolist())) == [b"<f8", b"<i4"]
    assert JetaReader(root).read("A", 0, 0.006).values.tolist() == [0, 1, 2, 0.5, 4, 5]


def test_texts_of_several_segments_share_their_levels_when_read(root):
    commit_and_fold(root, {"A": texts(range(20), ["ON", "OFF"] * 10)})
    commit_and_fold(root, {"A": texts([4, 30], ["A", "B"])})
    read = JetaReader(root).read("A", 0.003, 1)
    assert read.texts[read.values].tolist()[:3] == ["OFF", "A", "OFF"]
    assert len(set(read.texts.tolist())) == len(read.texts) == 4


def test_quality_and_alarm_survive_folds(root):
    marks = {"quality": np.array([0, 1], "u1"), "alarm": np.array([5, 0], "i2")}
    commit_and_fold(root, {"A": rows(np.arange(0, 40, 2), np.zeros(20))})
    commit_and_fold(root, {"A": rows([4, 5], [1.0, 2.0], **marks)})
    read = JetaReader(root).read("A", 0.002, 0.007)
    assert read.values.tolist() == [0, 1, 2, 0]
    assert read.quality.tolist() == [0, 0, 1, 0]
    assert read.alarm.tolist() == [0, 5, 0, 0]


def test_msids_may_be_folded_by_an_executor_and_progress_is_told(root, monkeypatch):
    monkeypatch.setattr(distribute, "_NAMES_A_TASK", 2)
    told = []
    with Writer(root) as writer, ThreadPoolExecutor(2) as executor:
        writer.commit({f"M{number}": rows([number], [1.0]) for number in range(5)})
        writer.fold(executor=executor, progress=lambda done, total: told.append((done, total)))
    assert [total for _, total in told] == [5] * len(told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (5, 5)
    assert [len(contents(root, f"M{number}")) for number in range(5)] == [1] * 5


def test_a_fold_that_fails_for_one_msid_is_run_again(root, monkeypatch):
    """Those that were published before are found folded."""
    monkeypatch.setattr(distribute, "_NAMES_A_TASK", 1)
    with Writer(root) as writer:
        writer.commit({"A": rows([1], [1.0]), "B": rows([2], [2.0])})
        with monkeypatch.context() as patch, pytest.raises(OSError, match="broken"):
            original = fold.fold_column
            patch.setattr(
                fold,
                "fold_column",
                lambda r, n: original(r, n) if n == "A" else (_ for _ in ()).throw(OSError("broken")),
            )
            writer.fold()
        assert [len(contents(root, name)) for name in "AB"] == [1, 1]
        before = names(root)
        assert writer.fold() == 2
    assert names(root) == before
    assert [len(contents(root, name)) for name in "AB"] == [1, 1]


def test_appending_in_small_commits_leaves_few_segments(tmp_path):
    deliveries = [{"A": rows(np.arange(10) + 10 * number, np.zeros(10))} for number in range(40)]
    root = archive_with(tmp_path / "a", *deliveries)
    assert len(segments(root)) <= 13  # at most ten of the smallest size
    assert len(contents(root, "A")) == 400
