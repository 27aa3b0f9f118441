"""Commits and what is said of them."""

from __future__ import annotations

import os

import numpy as np
import pytest

from archive.rows import contents, rows, texts
from jeta.archive import Counts, JetaReader, Writer, create_archive, journal
from jeta.errors import MsidNameError, ValuesError


@pytest.fixture
def writer(tmp_path):
    with Writer(create_archive(tmp_path / "a").root) as writer:
        yield writer


def journal_names(writer):
    return sorted(path.name for path in writer.layout.journal.iterdir())


def test_each_msid_is_counted(writer):
    writer.commit({"A": rows([1, 2], [1.0, 2.0]), "B": rows([1], [1.0])})
    counts = writer.commit({"A": rows([2, 3], [2.0, 3.0]), "B": rows([1], [9.0]), "C": rows([], [])})
    assert counts == {"A": Counts(1, 1, 0), "B": Counts(1, 0, 1), "C": Counts(0, 0, 0)}


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0)])
def test_flags_of_the_same_values_are_replaced_if_quality_counts(writer, before, after, folded):
    def flagged(flag):
        return {"A": rows([1, 2], [1.0, 2.0], quality=np.array([flag, 0], "u1"))}

    writer.commit(flagged(before))
    if folded:
        writer.fold()
    assert writer.commit(flagged(after)) == {"A": Counts(0, 2, 0)}
    assert writer.commit(flagged(after), quality_counts=True) == {"A": Counts(1, 1, 1)}
    writer.fold()
    quality = writer.reader.read_samples("A", 0, 10**9).quality
    assert ([0, 0] if quality is None else quality.tolist()) == [after, 0]


def test_a_delivery_that_changes_nothing_leaves_no_file(writer):
    writer.commit({"A": rows([1], [1.0])})
    writer.commit({"A": rows([1, 1], [1.0, 1.0])})
    writer.commit({})
    assert journal_names(writer) == ["000000000001.h5"]


def test_names_are_upper_case(writer):
    assert list(writer.commit({"sa_temp": rows([1], [1.0])})) == ["SA_TEMP"]
    assert writer.reader.names() == ["SA_TEMP"]


def test_two_names_that_differ_in_case_are_refused(writer):
    """Else the rows of one would be dropped without a word."""
    with pytest.raises(MsidNameError, match="temp, TEMP differ only in case"):
        writer.commit({"temp": rows([1], [1.0]), "TEMP": rows([2], [2.0])})
    assert journal_names(writer) == []


@pytest.mark.parametrize("name", ["", "../up", "A B", ".hidden", "CON", "A" * 129, "Ä"])
def test_a_name_that_is_no_msid_is_refused_and_nothing_committed(writer, name):
    with pytest.raises(MsidNameError):
        writer.commit({"GOOD": rows([1], [1.0]), name: rows([1], [1.0])})
    assert journal_names(writer) == []


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("ticks", [[5], [1], [99], [-99]])
def test_texts_for_numbers_are_refused_wherever_they_fall(writer, folded, ticks):
    writer.commit({"A": rows([1, 9], [1.0, 2.0]), "T": texts([1, 9], ["A", "B"])})
    if folded:
        writer.fold()
    with pytest.raises(ValuesError, match="A holds values of type <f8, but was given texts"):
        writer.commit({"A": texts(ticks, ["X"])})
    with pytest.raises(ValuesError, match="T holds values of type text, but was given numbers"):
        writer.commit({"T": rows(ticks, [1.0])})
    assert len(contents(writer.layout.root, "A")) == 2


def test_unsound_rows_are_refused(writer):
    with pytest.raises(ValuesError, match="A: values must have one dimension and 2 rows"):
        writer.commit({"A": rows([1, 2], [1.0])})
    assert journal_names(writer) == []


def test_numbers_of_commits_are_never_used_again(writer):
    for number in range(3):
        writer.commit({"A": rows([number], [1.0])})
        writer.fold()
    writer.layout.state.unlink()
    with_lost_state = Writer(writer.layout.root)
    writer.__exit__(None, None, None)
    with with_lost_state as again:
        again.commit({"A": rows([7], [7.0])})
        assert journal_names(again) == ["000000000004.h5"]
    assert len(contents(writer.layout.root, "A")) == 4


def test_journal_files_that_come_back_after_a_power_cut_change_nothing(writer):
    """The removal of a folded commit may be lost, and the commit be followed by a correction."""
    writer.commit({"A": rows([1], [1.0]), "B": rows([1], [1.0])})
    old = writer.layout.commit(1)
    content = old.read_bytes()
    writer.fold()
    writer.commit({"A": rows([1], [-1.0])})
    writer.fold()
    old.write_bytes(content)
    assert JetaReader(writer.layout.root).read("A", 0, 1).values.tolist() == [-1.0]
    writer.fold()
    assert JetaReader(writer.layout.root).read("A", 0, 1).values.tolist() == [-1.0]


def test_leftovers_of_a_killed_commit_are_removed(writer):
    (writer.layout.journal / ".aside-1-2").write_bytes(b"half")
    writer.__exit__(None, None, None)
    with writer:
        assert journal_names(writer) == []


def test_a_commit_whose_write_fails_changes_nothing(writer, monkeypatch):
    writer.commit({"A": rows([1], [1.0])})
    with monkeypatch.context() as patch, pytest.raises(OSError, match="Input/output"):
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        writer.commit({"A": rows([2], [2.0]), "B": rows([1], [1.0])})
    assert journal_names(writer) == ["000000000001.h5"]
    assert writer.reader.names() == ["A"]
    writer.commit({"A": rows([2], [2.0])})
    assert len(contents(writer.layout.root, "A")) == 2


def test_more_commits_than_a_process_may_have_files_open(writer):
    """They are read and folded all the same."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(1, 201):
        journal.write(writer.layout.commit(number), {"A": rows([number], [1.0])})
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        assert len(contents(writer.layout.root, "A")) == 200
        assert writer.fold() == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(contents(writer.layout.root, "A")) == 200


def test_pending_counts_commits_and_rows(writer):
    writer.commit({"A": rows([1, 2], [1.0, 2.0])})
    writer.commit({"B": rows([1], [1.0])})
    assert writer.pending() == (2, 3)


def test_big_endian_rows_and_strides(writer):
    values = np.arange(6.0).astype(">f8")[::2]
    writer.commit({"A": rows([1, 2, 3], values), "B": rows([1, 2, 3], np.arange(9.0)[::-3])})
    writer.fold()
    assert writer.reader.read("A", 0, 1).values.tolist() == [0.0, 2.0, 4.0]
    assert writer.reader.read("B", 0, 1).values.tolist() == [8.0, 5.0, 2.0]


def test_one_late_row_does_not_make_a_commit_read_years(writer, monkeypatch):
    """Of a year of rows, those are read that lie near the late ones; what is newer than all need not be compared."""
    hour_ms = 3_600_000
    year = np.arange(0, 365 * 24) * hour_ms // 2
    writer.commit({"A": rows(year, np.zeros(len(year)))})
    spans, read = [], JetaReader.read_samples
    monkeypatch.setattr(
        JetaReader, "read_samples", lambda self, msid, *span: spans.append(span) or read(self, msid, *span)
    )
    late, current = int(year[10]), int(year[-1]) + 5
    counts = writer.commit({"A": rows([current, late, late + 7], [1.0, 2.0, 3.0])})
    assert counts == {"A": Counts(3, 0, 1)}
    assert [(first // 10**6, last // 10**6) for first, last in spans] == [(late, late + 7)]


def test_the_stretches_of_stored_rows_end_where_the_delivery_repeats_what_is_there(writer):
    """Rows 1 and 2 are new, 3 is there, 4 is new: two stretches, in ns."""
    writer.commit({"A": rows([3], [3.0])})
    (counts,) = writer.commit({"A": rows([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])}).values()
    assert counts.spans_ns == ((1_000_000, 2_000_000), (4_000_000, 4_000_000))


def test_a_stretch_of_stored_rows_ends_where_there_is_none_for_an_hour(writer):
    hour_ms = 3_600_000
    (counts,) = writer.commit({"A": rows([0, hour_ms, 2 * hour_ms + 1], [1.0, 2.0, 3.0])}).values()
    assert counts.spans_ns == ((0, hour_ms * 10**6), ((2 * hour_ms + 1) * 10**6,) * 2)


def test_a_stretch_of_stored_rows_ends_where_there_was_another_row_before(writer):
    """The delivery knows nothing of row 3, which is not its own."""
    writer.commit({"A": rows([3], [3.0])})
    (counts,) = writer.commit({"A": rows([1, 2, 4], [1.0, 2.0, 4.0])}).values()
    assert counts.spans_ns == ((1_000_000, 2_000_000), (4_000_000, 4_000_000))


def test_a_correction_is_one_stretch_with_its_new_neighbours(writer):
    writer.commit({"A": rows([3], [3.0])})
    (counts,) = writer.commit({"A": rows([1, 3, 4], [1.0, 3.5, 4.0])}).values()
    assert counts.spans_ns == ((1_000_000, 4_000_000),)


def test_the_last_of_very_many_stretches_goes_on_to_the_end(writer):
    """1,500 rows a day apart: each is a stretch of its own, up to the thousandth."""
    day_ns = 86_400 * 10**9
    (counts,) = writer.commit({"A": rows(np.arange(1500) * 86_400_000, np.zeros(1500))}).values()
    assert counts.spans_ns == (*((day * day_ns, day * day_ns) for day in range(999)), (999 * day_ns, 1499 * day_ns))


def test_a_commit_is_announced_with_its_number_before_anybody_can_read_it(writer):
    told = []
    writer.commit(
        {"A": rows([1], [1.0])}, announce=lambda number, counts: told.append((number, counts, writer.reader.names()))
    )
    assert told == [(1, {"A": Counts(1, 0, 0)}, [])]
    assert writer.last_commit() == 1
    writer.fold()
    assert writer.last_commit() == 1


def test_what_brings_nothing_new_is_announced_without_a_number(writer):
    writer.commit({"A": rows([1], [1.0])})
    told = []
    writer.commit({"A": rows([1], [1.0])}, announce=lambda *what: told.append(what))
    assert told == [(None, {"A": Counts(0, 1, 0)})]


def test_nothing_is_committed_if_the_announcement_fails(writer):
    def refuse(number, counts):
        raise OSError(28, "no room for the record")

    with pytest.raises(OSError, match="no room"):
        writer.commit({"A": rows([1], [1.0])}, announce=refuse)
    assert writer.reader.names() == []
