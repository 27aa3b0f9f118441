"""Which files brought the rows of a span: the same with a catalog in step, behind, of another log, damaged, or without one."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.logs import NS, T0, counts, end, file, fill
from jeta.catalog import Catalog, MsidCounts, RecordLog, stored_spans

HOUR = 3600 * NS


def write(log, *spans, commit=None, msid="A", **more):
    """One file that brought rows in some stretches, in s from T0."""
    number = log.last_number() + 1
    ns = tuple((T0 + first * NS, T0 + last * NS) for first, last in spans)
    several = [MsidCounts(msid, 9, 7, 2, spans_ns=ns), MsidCounts("OTHER", 1, 1, spans_ns=((T0, T0 + HOUR),))]
    return log.write(file(number, several, commit=number if commit is None else commit, **more), several)


def found(log, start_s, stop_s, catalog=None, msid="A"):
    """Numbers and edges of what is found."""
    stored = stored_spans(log, msid, T0 + int(start_s * NS), T0 + int(stop_s * NS), catalog)
    return [(each.file.number, (each.first_ns - T0) // NS, (each.last_ns - T0) // NS) for each in stored]


@pytest.fixture
def filled(log):
    """Four files: the second late and in two stretches, the third corrects the first, the fourth is rejected."""
    write(log, (0, 100))
    write(log, (50, 60), (200, 300))
    write(log, (0, 100))
    write(log, (0, 100), outcome="rejected")
    return log


def test_in_order_of_time_then_of_commits(filled):
    assert found(filled, 0, 1000) == [(1, 0, 100), (3, 0, 100), (2, 50, 60), (2, 200, 300)]


@pytest.mark.parametrize(
    ("start_s", "stop_s", "numbers"),
    [
        (0, 0, []),
        (0, 1, [1, 3]),
        (100, 101, [1, 3]),
        (101, 200, []),
        (300, 301, [2]),
        (301, 999, []),
        (60, 201, [1, 3, 2, 2]),
        (-9, 0, []),
    ],
)
def test_starts_are_inside_and_stops_are_not(filled, start_s, stop_s, numbers):
    """While both instants of a stretch are."""
    assert [number for number, _, _ in found(filled, start_s, stop_s)] == numbers


def test_rows_are_those_of_the_msid(filled):
    stored = stored_spans(filled, "A", T0, T0 + HOUR)
    assert {each.rows for each in stored} == {7}
    assert stored[0].file.path == "/in/1.h5"
    assert found(filled, 0, 999, msid="NOBODY") == []


@pytest.mark.parametrize("known", [0, 2, 4, 6])
def test_a_catalog_that_is_behind_makes_no_difference(filled, sqlite, known):
    numbers = filled.numbers_after(0)
    alone = RecordLog(filled.folder)
    alone.numbers_after = lambda number: [each for each in numbers if number < each <= known]
    alone.last_number = lambda: min(known, 4)
    with Catalog.open(sqlite, alone) as catalog:
        catalog.sync()
    end(filled)
    write(filled, (10, 20))
    with Catalog.open(sqlite, filled, read_only=True) as catalog:
        assert found(filled, 0, 1000, catalog) == found(filled, 0, 1000)
        assert len(found(filled, 0, 1000)) == 5


def test_a_catalog_of_another_log_is_not_believed(filled, tmp_path):
    """As that of an archive that was restored since."""
    other = RecordLog(tmp_path / "other" / "records")
    fill(other, 9)
    end(other)
    with Catalog.open(tmp_path / "other" / "catalog.db", other) as catalog:
        catalog.sync()
    with Catalog.open(tmp_path / "other" / "catalog.db", filled, read_only=True) as catalog:
        assert found(filled, 0, 1000, catalog) == found(filled, 0, 1000)


def test_a_catalog_that_is_damaged_is_not_needed(filled, sqlite, caplog):
    with Catalog.open(sqlite, filled) as catalog:
        catalog.sync()
    with Catalog.open(sqlite, filled, read_only=True) as catalog:
        sqlite.write_bytes(b"no database" * 500)
        with caplog.at_level(logging.WARNING, "jeta"):
            assert found(filled, 0, 1000, catalog) == found(filled, 0, 1000)
    assert "looked through one by one" in caplog.text


def test_a_record_that_is_damaged_is_passed_over_and_told(filled, sqlite, caplog):
    with Catalog.open(sqlite, filled) as catalog:
        catalog.sync()
        filled.path(1).write_bytes(b"PK")
        for given_ in (None, catalog):
            caplog.clear()
            with caplog.at_level(logging.WARNING, "jeta"):
                assert [number for number, _, _ in found(filled, 0, 1000, given_)] == [3, 2, 2]
            assert "000000000001.zip is damaged" in caplog.text


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), min_size=1, max_size=3).map(
    lambda pairs: [(first, first + more) for first, more in sorted(pairs)]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPANS, max_size=6), st.integers(-5, 60), st.integers(0, 30), st.integers(0, 6))
def test_all_that_touch_the_span_are_found_and_no_others(tmp_path_factory, files, start, length, synced):
    """Against going through all, with a catalog that knows some of it."""
    folder = tmp_path_factory.mktemp("log")
    log = RecordLog(folder / "records")
    with Catalog.open(folder / "catalog.db", log) as catalog:
        for at, spans in enumerate(files):
            write(log, *spans)
            if at < synced:
                catalog.sync()
        wanted = [
            (number, first, last)
            for number, spans in enumerate(files, 1)
            for first, last in spans
            if first < start + length and last >= start
        ]
        assert sorted(found(log, start, start + length, catalog)) == sorted(wanted)
        assert sorted(found(log, start, start + length)) == sorted(wanted)


def test_many_files_are_not_all_opened(log, sqlite, monkeypatch):
    """A catalog tells which are worth it."""
    for hour in range(50):
        several = [counts("A", hour)]
        log.write(file(hour, several), several)
    end(log)
    with Catalog.open(sqlite, log) as catalog:
        catalog.sync()
        opened, real = [], RecordLog.msid
        monkeypatch.setattr(RecordLog, "msid", lambda self, *args: opened.append(args) or real(self, *args))
        assert len(stored_spans(log, "A", T0 + 10 * HOUR, T0 + 12 * HOUR, catalog)) == 2
    assert len(opened) == 2
