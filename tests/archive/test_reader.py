"""What a span of time gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archive.rows import archive_with, rows, texts, use_small_pieces
from jeta.archive import ArchiveReader, JetaReader, Writer
from jeta.archive.journal import JournalFile
from jeta.errors import ArchiveCorruptError

INF = math.inf


@pytest.fixture(params=[True, False], ids=["folded", "journal"])
def root(tmp_path, monkeypatch, request):
    use_small_pieces(monkeypatch)
    second = np.arange(20) * 1000
    return archive_with(
        tmp_path / "a",
        {"A": rows(second, np.arange(20.0)), "T": texts(second, ["ON", "OFF"] * 10)},
        folded=request.param,
    )


@pytest.mark.parametrize(
    ("start_s", "stop_s", "expected"),
    [
        (3, 6, [3, 4, 5]),
        (3.0001, 6.0001, [4, 5, 6]),
        (-INF, 2, [0, 1]),
        (18, INF, [18, 19]),
        (-INF, INF, list(range(20))),
        (5, 5, []),
        (6, 5, []),
        (INF, -INF, []),
        (19, 19.0005, [19]),
        (20, 30, []),
        (-9, 0, []),
        (5, math.nextafter(6, 0), [5]),
        (5, math.nextafter(6, 7), [5, 6]),
    ],
)
def test_bounds_are_half_open(root, start_s, stop_s, expected):
    read = JetaReader(root).read("A", start_s, stop_s)
    assert (read.times.tolist(), read.values.tolist()) == (expected, expected)


def test_an_msid_that_is_not_there_has_no_rows(root):
    reader = JetaReader(root)
    assert len(reader.read("NONE", -INF, INF).times) == 0
    assert "NONE" not in reader
    assert "A" in reader
    assert 5 not in reader
    assert reader.time_range("NONE") is None


def test_what_the_archive_says_of_itself(root):
    reader = JetaReader(root)
    assert isinstance(reader, JetaReader)
    assert reader.names() == ["A", "T"]
    assert reader.time_range("A") == (0.0, 19.0)
    assert reader.first_instant() == 0.0
    assert (reader.value_types("A"), reader.value_types("T")) == ({"<f8"}, {"text"})
    assert "JetaReader" in repr(reader)
    for name in ("root", "time_system", "names", "time_range", "first_instant", "read", "tdb"):
        assert hasattr(ArchiveReader, name)
        assert hasattr(reader, name)


def test_the_arrays_are_the_callers_own(root):
    reader = JetaReader(root)
    reader.read("A", 0, 5).values[:] = -1
    assert reader.read("A", 0, 5).values.tolist() == [0, 1, 2, 3, 4]


def test_a_span_without_rows_still_has_its_type(root):
    reader = JetaReader(root)
    assert reader.read("T", 100, 200).texts.tolist() == []
    assert reader.read("A", 100, 200).values.dtype == np.float64


def test_the_journal_lies_over_the_column(root):
    with Writer(root) as writer:
        writer.commit({"A": rows([3000, 3500, 30_000], [-3.0, 3.5, 30.0])})
        writer.commit({"A": rows([3000], [-33.0])})
    reader = JetaReader(root)
    assert reader.read("A", 2, 5).values.tolist() == [2, -33, 3.5, 4]
    assert reader.read("A", 3, 3.5).values.tolist() == [-33]
    assert reader.read("A", 19, INF).values.tolist() == [19, 30]


def test_a_reader_sees_commits_and_folds_as_they_happen(root):
    reader = JetaReader(root)
    with Writer(root) as writer:
        for number in range(5):
            writer.commit({"A": rows([number * 1000], [-1.0 - number])})
            assert reader.read("A", number, number + 1).values.tolist() == [-1 - number]
            writer.fold()
            assert reader.read("A", number, number + 1).values.tolist() == [-1 - number]
    assert len(reader.read("A", -INF, INF).times) == 20


def test_rows_of_several_resolutions_in_one_read(root):
    with Writer(root) as writer:
        writer.commit({"A": rows([3_000_500, 4_000_000], [3.0005, -4.0], "us")})
        writer.commit({"A": rows([5_000_000_001], [5.5], "ns")})
        first = JetaReader(root).read("A", 3, 6)
        writer.fold()
    for read in (first, JetaReader(root).read("A", 3, 6)):
        assert read.times.tolist() == [3.0, 3.0005, 4.0, 5.0, 5.000000001]
        assert read.values.tolist() == [3.0, 3.0005, -4.0, 5.0, 5.5]


def test_ticks_are_inclusive_and_in_the_finest_resolution(root):
    samples = JetaReader(root).read_samples("A", 2 * 10**9, 3 * 10**9)
    assert (samples.ticks.tolist(), samples.resolution) == ([2000, 3000], "ms")


def test_a_commit_that_is_folded_away_between_looks_is_found_in_the_column(tmp_path, monkeypatch):
    """The reader has listed the journal when a fold goes by; it looks again."""
    root = archive_with(tmp_path / "a", {"A": rows([1000], [1.0])}, folded=False)
    reader, read = JetaReader(root), JournalFile.read
    reader.journal_files()

    def fold_first(commit, entry):
        monkeypatch.setattr(JournalFile, "read", read)
        with Writer(root) as writer:
            writer.fold()
        return read(commit, entry)

    monkeypatch.setattr(JournalFile, "read", fold_first)
    assert reader.read("A", 0, 2).values.tolist() == [1.0]


def test_a_segment_that_is_gone_for_good_is_an_error(tmp_path):
    root = archive_with(tmp_path / "a", {"A": rows([1000], [1.0])})
    for path in JetaReader(root).layout.column("A").glob("*.h5"):
        path.unlink()
    with pytest.raises(ArchiveCorruptError, match=r"\.h5 is listed but not there; run  jeta verify"):
        JetaReader(root).read("A", 0, 2)


def test_the_first_instant_survives_the_loss_of_the_state(root):
    with Writer(root) as writer:
        writer.commit({"B": rows([-5000], [1])})
        writer.layout.state.unlink()
        assert JetaReader(root).first_instant() == -5.0


@pytest.mark.parametrize("count", [500_000])
def test_a_long_span_is_read_by_several_threads(tmp_path, count):
    values = np.random.default_rng(0).normal(size=count)
    root = archive_with(tmp_path / "a", {"A": rows(np.arange(count), values)})
    read = JetaReader(root).read("A", 0.001, INF)
    assert np.array_equal(read.values, values[1:])
    assert np.array_equal(read.times, np.arange(1, count) / 1000)


def test_journal_in_coarser_ticks_than_several_segments_hides_no_row(tmp_path, monkeypatch):
    """Windows are cut in the finest ticks of all: rounded, the end of one segment and the start of the next would share one."""
    use_small_pieces(monkeypatch, segment_rows=4)
    micros = [1_000_100, 1_000_200, 1_000_300, 1_000_400, 1_000_500, 1_000_600, 1_000_700, 1_000_800]
    root = archive_with(tmp_path / "a", {"A": rows(micros, np.arange(8.0), "us")})
    with Writer(root) as writer:
        writer.commit({"A": rows([1000], [-1.0])})
        writer.commit({"A": rows([1002], [-2.0])})
    assert len(JetaReader(root).manifest("A").segments) > 1
    before = JetaReader(root).read("A", -np.inf, np.inf).values.tolist()
    with Writer(root) as writer:
        writer.fold()
    assert before == [-1.0, *range(8), -2.0]
    assert JetaReader(root).read("A", -np.inf, np.inf).values.tolist() == before
