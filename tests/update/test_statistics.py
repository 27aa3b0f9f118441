"""`update.statistics`: which bins are worked out, by whom, and what is left to do when it is interrupted."""

from __future__ import annotations

import json
import pickle
import shutil
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from archive.products import check_statistics, commit_and_fold, numbers, spy_on, stored, words
from jeta import fetch, update
from jeta.archive import JetaReader, Writer, create_archive, open_archive, product_file, product_fold
from jeta.archive.tasks import Fold, Refresh, from_dict, to_dict
from jeta.errors import ArchiveLockedError, ArchiveNotFoundError, IntervalError, TimeFormatError, UnknownMsidError
from jeta.operations.verify import verify

MSIDS = ["SA_A", "SA_B", "SA_C", "TEXT"]
BINS = 300


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """An archive with the samples of four MSIDs, of more than a day, and no statistics; to be copied."""
    root = create_archive(tmp_path_factory.mktemp("samples") / "a").root
    delivery = {msid: numbers(range(BINS)) for msid in MSIDS[:3]} | {"TEXT": words(range(BINS))}
    commit_and_fold(root, delivery, statistics=False)
    return root


@pytest.fixture(scope="module")
def expected(samples, tmp_path_factory):
    """What this process alone makes of these samples in one go."""
    root = shutil.copytree(samples, tmp_path_factory.mktemp("expected") / "a")
    update.statistics(archive=root, workers=1)
    return everything(root)


@pytest.fixture
def filled(samples, tmp_path, monkeypatch):
    """A copy of the archive of samples, whose products will have several files of several chunks."""
    monkeypatch.setattr(product_fold, "FILE_BINS", 80)
    monkeypatch.setattr(product_file, "CHUNK_BINS", 32)
    return shutil.copytree(samples, tmp_path / "a")


def everything(root):
    """All that is stored, by MSID and product."""
    return {(msid, stat): stored(root, msid, stat) for msid in JetaReader(root).names() for stat in ("5min", "daily")}


def test_all_that_is_over_is_worked_out(filled):
    assert stored(filled, "SA_A") == {}
    report = update.statistics(archive=filled, workers=1)
    assert (report.msids, report.bins) == (4, {"5min": 4 * (BINS - 1), "daily": 4})
    assert str(report) == "statistics of 4 MSIDs are up to date: 1,196 bins 5min, 4 bins daily"
    assert sorted(stored(filled, "SA_A")) == list(range(BINS - 1))
    check_statistics(filled)


def test_a_second_call_works_nothing_out(filled, monkeypatch):
    update.statistics(archive=filled, workers=1)
    told = spy_on(monkeypatch)
    assert update.statistics(archive=filled, workers=1).bins == {"5min": 4 * (BINS - 1), "daily": 4}
    assert told == []


def test_rebuild_works_out_what_is_there_too(filled, monkeypatch):
    update.statistics(archive=filled, workers=1)
    told = spy_on(monkeypatch)
    update.statistics("TEXT", archive=filled, rebuild=True, workers=1)
    assert told == [("TEXT", "5min", [(0, BINS - 1)]), ("TEXT", "daily", [(0, 1)])]


def test_rebuild_mends_values_that_are_wrong(filled):
    update.statistics(archive=filled, workers=1)
    good = everything(filled)
    for msid in MSIDS:
        for path in (filled / "columns" / msid / "5min").glob("*.h5"):
            path.write_bytes(bytes(path.stat().st_size))
    update.statistics(archive=filled, rebuild=True, workers=1)
    assert everything(filled) == good
    assert verify(filled) == []


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (None, MSIDS),
        ("SA_A", ["SA_A"]),
        ("sa_a", ["SA_A"]),
        ("SA_*", MSIDS[:3]),
        (["sa_[ab]", "TEXT", "T?XT"], ["SA_A", "SA_B", "TEXT"]),
        ((name for name in ["SA_C"]), ["SA_C"]),
        ([], []),
    ],
)
def test_names_and_patterns_choose_msids(filled, names, chosen):
    report = update.statistics(names, archive=filled, workers=1)
    assert report.msids == len(chosen)
    assert [msid for msid in MSIDS if stored(filled, msid)] == chosen


@pytest.mark.parametrize("names", ["NONE", "SB_*", ["SA_A", "NONE"]])
def test_a_name_that_matches_nothing_is_an_error_and_nothing_is_done(filled, names):
    with pytest.raises(UnknownMsidError, match=r"no MSID of the archive is called '(NONE|SB_\*)'; jeta info lists"):
        update.statistics(names, archive=filled, workers=1)
    assert everything(filled) == {(msid, stat): {} for msid in MSIDS for stat in ("5min", "daily")}


def test_a_span_touches_only_its_bins(filled, monkeypatch):
    told = spy_on(monkeypatch)
    update.statistics("SA_A", 328 * 10 + 1, 328 * 20, archive=filled, workers=1)
    assert told == [("SA_A", "5min", [(10, 20)]), ("SA_A", "daily", [(0, 1)])]
    assert sorted(stored(filled, "SA_A")) == list(range(10, 20))
    check_statistics(filled)


def test_a_span_of_a_rebuild_leaves_the_rest_as_it_is(filled, monkeypatch):
    update.statistics(archive=filled, workers=1)
    told = spy_on(monkeypatch)
    update.statistics("SA_A", "1970:001:00:30:00", "1970:001:01:00:00", archive=filled, rebuild=True, workers=1)
    assert told == [("SA_A", "5min", [(5, 11)]), ("SA_A", "daily", [(0, 1)])]
    assert sorted(stored(filled, "SA_A")) == list(range(BINS - 1))


def test_spans_piece_by_piece_make_the_same_as_one_call(filled, expected):
    for start in (200, 0, 100, 50, 250, 150):
        update.statistics(None, 328 * start, 328 * (start + 70), archive=filled, workers=1)
        check_statistics(filled)
    assert everything(filled) == expected


@pytest.mark.parametrize("span", [(0, 0), (-1e9, -1e8), (1e9, 2e9)])
def test_a_span_without_bins_does_nothing(filled, monkeypatch, span):
    told = spy_on(monkeypatch)
    assert update.statistics(None, *span, archive=filled, workers=1).bins == {"5min": 0, "daily": 0}
    assert told == []


def test_stop_before_start_is_an_error(filled):
    with pytest.raises(IntervalError, match=r"stop \('2001:001'\) must not be before start \('2002:001'\)"):
        update.statistics(None, "2002:001", "2001:001", archive=filled)


def test_a_time_that_is_none_is_an_error(filled):
    with pytest.raises(TimeFormatError):
        update.statistics(None, "yesterday or so", archive=filled)


def test_no_archive_is_an_error(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        update.statistics(archive=tmp_path / "none")


def test_an_empty_archive_has_none(archive):
    assert str(update.statistics(archive=archive)) == "statistics of 0 MSIDs are up to date: 0 bins 5min, 0 bins daily"


def test_the_archive_may_be_the_one_in_use_or_an_open_one_or_a_writer(filled, expected):
    with fetch.set_archive(filled):
        update.statistics("SA_A", workers=1)
    update.statistics("SA_B", archive=open_archive(filled), workers=1)
    with Writer(filled) as writer:
        update.statistics(archive=writer, workers=1)
    assert everything(filled) == expected


def test_the_journal_is_folded_first(filled):
    with Writer(filled) as writer:
        writer.commit({"SA_A": numbers([7], 99.0)})
        update.statistics(archive=writer, workers=1)
        assert writer.pending() == (0, 0)
    assert "99.0" in stored(filled, "SA_A")[7]
    check_statistics(filled)


def test_one_writer_at_a_time(filled):
    with Writer(filled), pytest.raises(ArchiveLockedError):
        update.statistics(archive=filled, workers=1)
    with pytest.raises(ArchiveLockedError):
        update.statistics(archive=filled, workers=1, progress=lambda *_: update.fold(filled))


def test_the_lock_is_free_again_after_an_error(filled):
    with pytest.raises(UnknownMsidError):
        update.statistics("NONE", archive=filled)
    update.statistics(archive=filled, workers=1)


def test_progress_counts_msids(filled):
    calls = []
    update.statistics(archive=filled, workers=1, progress=lambda *counts: calls.append(counts))
    assert calls == [(done, 4) for done in (1, 2, 3, 4)]


def test_progress_true_shows_a_bar(filled, capsys):
    update.statistics(archive=filled, workers=1, progress=True)
    assert "statistics" in (shown := capsys.readouterr().err)
    assert "4/4" in shown


class OnlySubmits:
    """What executors of dask.distributed and mpi4py have in common: `submit`, which may pickle what it is given."""

    def __init__(self):
        self.submitted = 0

    def submit(self, function, *args):
        self.submitted += 1
        function, args = pickle.loads(pickle.dumps((function, args)))
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(pickle.loads(pickle.dumps(function(*args))))
        except OSError as err:
            future.set_exception(err)
        return future


def test_an_executor_that_only_submits(filled, expected):
    executor = OnlySubmits()
    update.statistics(archive=filled, executor=executor)
    assert executor.submitted > 0
    assert everything(filled) == expected


def test_threads(filled, expected):
    with ThreadPoolExecutor(3) as executor:
        update.statistics(archive=filled, executor=executor)
    assert everything(filled) == expected


def test_processes_that_know_nothing_of_this_one(filled, expected, monkeypatch):
    monkeypatch.setattr(product_fold, "refresh", None)  # this process could not do it
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        update.statistics(archive=filled, executor=executor)
    assert everything(filled) == expected


def test_processes_of_our_own(filled, expected):
    update.statistics(archive=filled, workers=3)
    assert everything(filled) == expected


def test_an_error_of_an_executor_is_raised_and_the_rest_done_by_the_next_call(filled, expected, monkeypatch):
    original = product_fold.refresh

    def failing(this, *args):
        if this.msid == "TEXT":
            raise OSError("no space left")
        return original(this, *args)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space left"):
        patch.setattr(product_fold, "refresh", failing)
        update.statistics(archive=filled, executor=OnlySubmits())
    check_statistics(filled)
    update.statistics(archive=filled, workers=1)
    assert everything(filled) == expected


@pytest.mark.parametrize("rebuild", [False, True])
def test_interrupted_anywhere_the_next_call_does_only_the_rest(filled, expected, monkeypatch, rebuild):
    """Also what a rebuild had noted: it need not be asked for again."""
    if rebuild:
        update.statistics(archive=filled, workers=1)

    def interrupt(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update.statistics(archive=filled, rebuild=rebuild, workers=1, progress=interrupt)
    check_statistics(filled)
    told = spy_on(monkeypatch)
    update.statistics(archive=filled, workers=1)
    assert [msid for msid, name, _ in told if name == "5min"] == ["SA_C", "TEXT"]
    assert everything(filled) == expected
    assert verify(filled) == []


def test_interrupted_before_the_first_a_rebuild_is_remembered(filled, monkeypatch):
    update.statistics(archive=filled, workers=1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(product_fold, "refresh", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        update.statistics("SA_*", archive=filled, rebuild=True, workers=1)
    assert [len(stored(filled, msid)) for msid in MSIDS] == [0, 0, 0, BINS - 1]
    check_statistics(filled)
    told = spy_on(monkeypatch)
    update.statistics(archive=filled, workers=1)
    assert {msid for msid, _, _ in told} == set(MSIDS[:3])


@pytest.mark.parametrize("task", [Fold(), Fold(statistics=False), Refresh(), Refresh(-5.5, 1e9)])
def test_tasks_pass_through_json_and_pickle(task):
    assert from_dict(json.loads(json.dumps(to_dict(task)))) == task
    assert pickle.loads(pickle.dumps(task)) == task


def test_something_else_is_no_task():
    with pytest.raises(TypeError, match="expected a task of fold, refresh"):
        to_dict(print)


def test_samples_of_nothing_but_nan_are_looked_at_once(archive, monkeypatch):
    """They have no bin; that there is none is remembered."""
    commit_and_fold(archive.root, {"A": numbers(range(30), np.nan)}, statistics=False)
    assert update.statistics(archive=archive, workers=1).bins == {"5min": 0, "daily": 0}
    told = spy_on(monkeypatch)
    update.statistics(archive=archive, workers=1)
    assert told == []
    assert verify(archive.root) == []
