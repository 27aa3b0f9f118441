"""The report: every row is accounted for, and a person can read it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import update
from jeta.archive import create_archive
from jeta.update import FileReport, Report, Tally
from update.deliveries import START_MS, balanced, everything, write_json

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([2**53 + 1, 0.5, "ON", "", "2.5", "x" * 5000, [1], 2**70])
)
TIMES = st.sampled_from([START_MS, START_MS + 1, START_MS + 2, -5, 4 * 10**12, 10**17])
SERIES = st.dictionaries(
    st.sampled_from(["a", "A", "b", "../c", " "]), st.lists(st.tuples(TIMES, VALUES), max_size=6), max_size=3
)


@settings(max_examples=80, deadline=None)
@given(st.lists(SERIES, min_size=1, max_size=4), st.booleans())
def test_every_row_of_odd_files_is_accounted_for(tmp_path_factory, files, fold_between):
    folder = tmp_path_factory.mktemp("odd")
    archive = create_archive(folder / "archive")
    paths = [write_json(folder / f"{number}.json", series) for number, series in enumerate(files)]
    for path in paths:
        before = {name: archive.rows(name) for name in archive.names()}
        report = update.ingest(path, archive=archive)
        assert balanced(report)
        for name, tally in report.msids.items():
            if tally.stored:
                assert archive.rows(name) == before.get(name, 0) + tally.stored - tally.replaced
        if fold_between:
            update.fold(archive)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from([1e9, 2e9, np.nan, 1e12]), st.integers(0, 3)), max_size=6), max_size=4),
    st.sampled_from(["f8", "i8", "U3", "?"]),
)
def test_every_row_of_odd_arrays_is_accounted_for(tmp_path_factory, calls, dtype):
    archive = create_archive(tmp_path_factory.mktemp("odd") / "archive")
    total = 0
    for rows in calls:
        report = update.append("x", [t for t, _ in rows], np.array([v for _, v in rows]).astype(dtype), archive=archive)
        assert balanced(report)
        assert report.read == len(rows)
        total += report.stored - report.replaced
    assert len(everything(archive, "X").times) == total


def sample_report():
    one = FileReport(Path("a.json"), "edb_json")
    one.msids = {"B": Tally(3, 1, 1, 1, Counter({"no value": 1})), "A": Tally(1, 1)}
    two = FileReport(Path("<b>.json"), "edb_json", {"B": Tally(2, 0, 2)})
    three = FileReport(Path("c.h5"), error="c.h5: is cut short")
    four = FileReport(Path("notes.txt"), error="notes.txt: no format", skipped=True)
    return Report([one, two, three, four])


def test_sums_over_files_and_msids():
    report = sample_report()
    assert (report.read, report.stored, report.duplicate, report.replaced) == (6, 2, 3, 1)
    assert report.rejected == {"no value": 1}
    assert list(report.msids) == ["A", "B"]
    assert (report.msids["B"].read, report.files[0].total.read) == (5, 4)


def test_asking_for_sums_changes_nothing():
    report = sample_report()
    first = (report.total, report.msids)
    assert (report.total, report.msids) == first


def test_errors_are_those_of_files_that_were_not_skipped():
    assert sample_report().errors == {Path("c.h5"): "c.h5: is cut short"}


def test_text_names_counts_reasons_and_errors():
    lines = str(sample_report()).splitlines()
    assert lines[0] == "4 files: 6 rows read, 2 stored, 3 duplicate, 1 replaced, 1 rejected"
    assert any("no value" in line for line in lines)
    assert "c.h5: is cut short" in lines[-1]
    assert "1 file of no known format skipped" in str(sample_report())


def test_repr_is_one_line():
    assert repr(sample_report()).count("\n") == 0


def test_html_escapes_names_of_files():
    html = sample_report()._repr_html_()
    assert "&lt;b&gt;.json" in html
    assert html.count("<tr>") == 5


def test_report_of_append_has_no_path(archive):
    report = update.append("x", 1e9, 1, archive=archive)
    assert (report.files[0].path, report.errors) == (None, {})
    assert "arrays" in report._repr_html_()
