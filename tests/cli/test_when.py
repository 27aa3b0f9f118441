"""``jeta info --when``: the sample in force at an instant, and where it came from."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, operations, update
from jeta.catalog import FileRecord, MsidCounts, RecordLog
from jeta.tdb import Entry, write_yaml

T0 = 1_767_225_600  # 2026:001
NS = 10**9


@pytest.fixture
def recorded(archive):
    """A sample of TEMP every 10 s, the fourth bad, and of MODE every 100 s, from two files; then some TEMP from arrays."""
    write_yaml([Entry("TEMP", unit="K")], archive.layout.tdb / "a.yaml")
    log = RecordLog(archive.layout.records)
    times = T0 + 10 * np.arange(10)
    update.append("TEMP", times, 280 + np.arange(10) / 4, np.arange(10) == 3, archive=archive)
    update.append("MODE", [T0, T0 + 100], ["OFF", "ON"], archive=archive)
    update.append("TEMP", T0 + np.array([200.0, 210.0]), [1.0, 2.0], archive=archive)
    for number, (name, last) in enumerate([("TEMP", 90), ("MODE", 100)], 1):
        span = ((T0 * NS, (T0 + last) * NS),)
        record = FileRecord(
            "2026-run-1",
            f"/in/{name}.csv",
            kept=f"/done/{name}.csv" if number == 1 else "",
            sha256="ab" * 32,
            format="table",
            first_ns=span[0][0],
            last_ns=span[0][1],
            commit=number,
            recorded_utc="2026-01-02T00:00:00.000Z",
        )
        log.write(record, [MsidCounts(name, 10, 10, spans_ns=span)])
    return archive


def lines(ran):
    """What was printed, by lines."""
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


def test_the_sample_its_file_and_its_run(run, recorded):
    assert lines(run("info", "temp", "--when", "2026:001:00:00:14.5", "--archive", recorded.root)) == [
        "TEMP at 2026:001:00:00:14.500: 280.25 K",
        "  sample  2026:001:00:00:10.000, 4.500 s before",
        "  file    /in/TEMP.csv, now /done/TEMP.csv",
        f"          table, 10 rows of it stored, sha256 {'ab' * 32}",
        "          2026:001:00:00:00.000 to 2026:001:00:01:30.000",
        "  run     2026-run-1, ingested 2026-01-02T00:00:00.000Z, commit 1",
    ]


def test_a_sample_at_that_very_time_counts_a_bad_one_too(run, recorded):
    first, second, *_ = lines(run("info", "TEMP", "--when", T0 + 30, "--archive", recorded.root))
    assert first == "TEMP at 2026:001:00:00:30.000: 280.75 K, bad"
    assert second == "  sample  2026:001:00:00:30.000, at that very time"


def test_several_msids_are_told_one_after_another_each_once(run, recorded):
    out = lines(run("info", "m*", "TEMP", "mode", "--when", T0 + 50, "--archive", recorded.root))
    assert [line for line in out if line.startswith(("MODE", "TEMP"))] == [
        "MODE at 2026:001:00:00:50.000: OFF",
        "TEMP at 2026:001:00:00:50.000: 281.25 K",
    ]
    assert "  file    /in/MODE.csv" in out
    assert out.count("") == 1


def test_samples_from_arrays_are_told_as_such(run, recorded):
    out = lines(run("info", "temp", "--when", T0 + 205, "--archive", recorded.root))
    assert out[2] == "  from    not from a file: added as arrays, or before files were recorded"


def test_before_the_first_sample(run, recorded):
    assert lines(run("info", "temp", "--when", "2025:001", "--archive", recorded.root)) == [
        "TEMP at 2025:001:00:00:00.000: no sample until then"
    ]


def test_flags_are_told(run, recorded):
    operations.flag("temp", T0, T0 + 15, "hot", by="ann", archive=recorded)
    out = lines(run("info", "temp", "--when", T0 + 10, "--archive", recorded.root))
    assert out[0].endswith("280.25 K, bad")
    assert out[-1] == "  flag    1 by ann: hot"


@pytest.fixture
def corrected(recorded):
    """The same with a late file of two samples, the second of which corrects one."""
    spans = tuple(((T0 + second) * NS, (T0 + second) * NS) for second in (5, 50))
    late(recorded, 2, spans)
    return recorded


def late(archive, rows, spans):
    """Two samples more in an archive, and the record of a file that says it brought so many rows in some stretches."""
    update.append("TEMP", [T0 + 5.0, T0 + 50.0], [1.0, 1.0], archive=archive)
    RecordLog(archive.layout.records).write(
        FileRecord("2026-run-2", "/in/late.csv", commit=4, first_ns=spans[0][0], last_ns=spans[-1][1]),
        [MsidCounts("TEMP", rows, rows, spans_ns=spans)],
    )


def files(out):
    """The files that are named."""
    return [line.removeprefix("  file    ").partition(",")[0] for line in out if line.startswith("  file ")]


def test_a_file_between_whose_samples_there_were_others_is_not_told_of_these(run, corrected):
    out = lines(run("info", "temp", "--when", T0 + 10, "--archive", corrected.root))
    assert files(out) == ["/in/TEMP.csv"]


def test_of_a_file_with_very_many_rows_the_stretches_may_be_too_long_and_others_are_told_too(run, recorded):
    """No more than a thousand stretches are kept."""
    late(recorded, 1001, (((T0 + 5) * NS, (T0 + 50) * NS),))
    out = lines(run("info", "temp", "--when", T0 + 10, "--archive", recorded.root))
    assert "  files   2 brought samples around this time; of those that have this one, the first listed counts" in out
    assert files(out) == ["/in/late.csv", "/in/TEMP.csv"]


def test_of_a_file_with_very_many_rows_the_edges_of_stretches_are_samples(run, recorded):
    late(recorded, 1001, (((T0 + 5) * NS, (T0 + 50) * NS),))
    out = lines(run("info", "temp", "--when", T0 + 50, "--archive", recorded.root))
    assert files(out) == ["/in/late.csv"]


def test_where_the_last_one_surely_has_the_sample_it_alone_is_told(run, corrected):
    out = lines(run("info", "temp", "--when", T0 + 50, "--archive", corrected.root))
    assert out[0].endswith(": 1.0 K")
    assert files(out) == ["/in/late.csv"]
    out = lines(run("info", "temp", "--when", T0 + 90, "--archive", corrected.root))
    assert files(out) == ["/in/TEMP.csv"]


def test_a_computed_msid_tells_of_its_inputs(run, recorded):
    out = lines(run("info", "diff__temp__temp", "--when", T0 + 55, "--archive", recorded.root))
    assert out[0] == "DIFF__TEMP__TEMP at 2026:001:00:00:55.000: 0.0 K"
    assert "  from    worked out by Difference from TEMP" in out
    assert "  file    TEMP: /in/TEMP.csv, now /done/TEMP.csv" in out


def test_names_are_needed_and_must_be_known(run, recorded):
    ran = run("info", "--when", "2026:001", "--archive", recorded.root)
    assert (ran.code, ran.out) == (2, "")
    assert "--when is for some MSIDs; name them" in ran.err
    ran = run("info", "temq", "--when", "2026:001", "--archive", recorded.root)
    assert (ran.code, ran.out) == (2, "")
    assert "'temq' is not in ARCHIVE data source(s)" in ran.err


def test_a_time_that_is_none_is_told(run, recorded):
    ran = run("info", "temp", "--when", "yesterdayish", "--archive", recorded.root)
    assert ran.code == 2
    assert "cannot read 'yesterdayish' as a time" in ran.err


def test_without_when_nothing_is_different(run, recorded):
    assert lines(run("info", "temp", "--archive", recorded.root))[0].startswith("archive: 1 of 2 MSIDs listed")


def test_as_a_real_process(process, recorded):
    ran = process("info", "temp", "--when", "2026:001:00:00:14.5", "--archive", recorded.root)
    assert (ran.code, ran.err) == (0, "")
    assert "/in/TEMP.csv" in ran.out


def test_a_file_of_a_name_with_a_line_break_takes_one_line(run, archive, tmp_path):
    path = tmp_path / "two\nlines.csv"
    path.write_text(f"time,TEMP\n{T0},1\n")
    update.ingest(path, archive=archive)
    out = lines(run("info", "temp", "--when", T0, "--archive", archive.root))
    assert files(out) == [f"{tmp_path}/two\\nlines.csv"]
    with fetch.set_archive(archive.root):
        assert len(repr(fetch.MSID("temp", T0, T0 + 1).provenance()).splitlines()) == 2
