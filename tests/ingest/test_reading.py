"""Files that are read ahead: in order, as far as memory allows, by processes that may die."""

from __future__ import annotations

from concurrent.futures import Future

import h5py
import numpy as np
import pytest

from ingest.deliveries import write_file
from jeta import formats
from jeta.errors import FormatError
from jeta.ingest import reading
from jeta.ingest.reader_processes import ReaderProcesses
from jeta.ingest.reading import Expected, Request, read_ahead, read_delivery
from jeta.samples import sort_by_time


class Elsewhere:
    """Notes what it is asked to read, and reads nothing."""

    def __init__(self):
        self.asked = []

    def submit(self, request):
        self.asked.append(request.path)
        future = Future()
        future.set_result(request.path)
        return future


def files(*rows, is_ahead=True):
    return [Expected(f"f{number}", count, is_ahead) for number, count in enumerate(rows)]


def test_files_come_in_their_order():
    elsewhere = Elsewhere()
    found = [each.result() for each in read_ahead(files(1, 1, 1, 1), elsewhere.submit, {}, most=2)]
    assert found == ["f0", "f1", "f2", "f3"]


def test_no_more_files_are_read_ahead_than_are_allowed():
    elsewhere = Elsewhere()
    coming = read_ahead(files(*[1] * 10), elsewhere.submit, {}, most=2)
    next(coming)
    assert elsewhere.asked == ["f0", "f1", "f2"]
    next(coming)
    assert elsewhere.asked == ["f0", "f1", "f2", "f3"]


def test_no_more_rows_are_read_ahead_than_are_allowed(monkeypatch):
    monkeypatch.setattr(reading, "ROWS_AHEAD", 100)
    elsewhere = Elsewhere()
    coming = read_ahead(files(60, 40, 1, 500, 1), elsewhere.submit, {}, most=10)
    next(coming)
    assert elsewhere.asked == ["f0", "f1"]
    for _ in range(2):
        next(coming)
    next(coming)
    assert elsewhere.asked == ["f0", "f1", "f2", "f3"], "a file that is too large waits for its turn, and is alone"
    assert len(list(coming)) == 1


def test_what_depends_on_files_before_is_left_to_the_caller():
    elsewhere = Elsewhere()
    expected = [*files(1), *files(1, is_ahead=False), *files(1)]
    assert [each is None for each in read_ahead(expected, elsewhere.submit, {}, most=5)] == [False, True, False]


def test_without_others_everything_is_left_to_the_caller():
    assert list(read_ahead(files(1, 2), None, {}, most=5)) == [None, None]
    assert list(read_ahead([], Elsewhere().submit, {}, most=5)) == []


def test_rows_are_sorted_by_time_and_equal_instants_keep_their_order(tmp_path):
    path = write_file(tmp_path / "a.h5", 0)
    plain = formats.read(path)
    found = read_delivery(Request(path))
    assert [batch.key for batch in found.batches] == [batch.key for batch in plain.batches]
    for one, other in zip(found.batches, plain.batches, strict=True):
        assert np.all(np.diff(one.samples.ticks) >= 0)
        np.testing.assert_array_equal(one.samples.values, sort_by_time(other.samples).values)
    assert found.rejected == plain.rejected


def test_options_reach_the_reader(tmp_path):
    path = write_file(tmp_path / "a.h5", 0)
    assert (
        read_delivery(Request(path, {"excluded_apids": ()})).rejected.total()
        == read_delivery(Request(path)).rejected.total() - 4
    )


def test_processes_read_the_same_as_this_one(tmp_path):
    paths = [write_file(tmp_path / f"{number}.h5", number) for number in range(5)]
    with ReaderProcesses(2) as processes:
        found = [processes.submit(Request(path)) for path in paths]
        for path, future in zip(paths, found, strict=True):
            here, there = read_delivery(Request(path)), future.result()
            assert (there.path, there.rows_read, there.rejected) == (here.path, here.rows_read, here.rejected)
            for one, other in zip(here.batches, there.batches, strict=True):
                np.testing.assert_array_equal(one.samples.ticks, other.samples.ticks)
                np.testing.assert_array_equal(one.samples.values, other.samples.values)


@pytest.mark.parametrize(("content", "error"), [(b"nothing", FormatError), (None, FileNotFoundError)])
def test_errors_of_a_process_are_raised_here_and_it_reads_on(tmp_path, content, error):
    bad, good = tmp_path / "bad.h5", write_file(tmp_path / "good.h5", 0)
    if content is not None:
        bad.write_bytes(content)
    with ReaderProcesses(1) as processes:
        with pytest.raises(error, match=r"bad\.h5"):
            processes.submit(Request(bad)).result()
        assert processes.submit(Request(good)).result().rows_read > 0


def test_names_that_are_no_text_reach_the_process(tmp_path):
    path = tmp_path / "\udcff\n.h5"
    try:
        write_file(tmp_path / "a.h5", 0).rename(path)
    except OSError:
        pytest.skip("this file system takes no such names")
    with ReaderProcesses(1) as processes:
        assert processes.submit(Request(path)).result().path == path


def test_processes_that_read_end_when_nobody_waits_for_them(tmp_path):
    path = write_file(tmp_path / "a.h5", 0)
    with ReaderProcesses(2) as processes:
        processes.submit(Request(path)).result()
        started = list(processes._processes)
        for _ in range(5):
            processes.submit(Request(path))
    assert all(process.poll() is not None for process in started)


def test_what_a_process_logs_is_logged_here(tmp_path, caplog):
    """As a file that does not tell its origin is worth an entry of the log."""
    path = tmp_path / "a.h5"
    with h5py.File(write_file(tmp_path / "b.h5", 0)) as whole, h5py.File(path, "w") as without:
        whole.copy("samples", without)
    with caplog.at_level("INFO", "jeta"), ReaderProcesses(1) as processes:
        processes.submit(Request(path)).result()
    assert [record.name for record in caplog.records] == ["jeta.formats.fos_hdf5.reader"]
    assert "does not tell its data origin" in caplog.text
