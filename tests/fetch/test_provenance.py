"""Where samples came from: files, other sources, arrays, or other MSIDs."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jeta import fetch, operations, update
from jeta.archive import Writer, create_archive
from jeta.catalog import Catalog, FileRecord, MsidCounts, RecordLog, RunRecord
from jeta.computed import ComputedMsid, DerivedParameter
from jeta.errors import ValuesError
from jeta.fetch.provenance import Provenance

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
from service import Series, running

T0 = 1_767_225_600  # 2026:001
NS = 10**9
RUN = "20260102T000000.000000Z-0badcafe"


def deliver(archive, path, spans, msids=("TEMP",), offset=0.0, step_s=1, **more):
    """Add samples, and write the record that an ingest of a file with them does: first and last second of each stretch."""
    log = RecordLog(archive.layout.records)
    times = np.concatenate([np.arange(first, last + 1, step_s) for first, last in spans]) + T0
    with Writer(archive.root) as writer:
        commit = writer._next_number(msids)
    for name in msids:
        update.append(name, times, times - T0 + offset, archive=archive)
    ns = tuple(((T0 + first) * NS, (T0 + last) * NS) for first, last in spans)
    several = [MsidCounts(name, len(times), len(times), spans_ns=ns) for name in msids]
    given = {"kept": f"/done/{Path(path).name}", "sha256": "ab" * 32, "format": "table", "commit": commit}
    given |= {"recorded_utc": "2026-01-02T00:00:00.000Z", "read": len(times), "stored": len(times)}
    return log.write(FileRecord(RUN, path, first_ns=ns[0][0], last_ns=ns[-1][1], **given | more), several)


@pytest.fixture
def filled(own):
    """Three files of TEMP, the second late and in between, and ten samples as arrays; ended."""
    deliver(own, "/in/a.csv", [(0, 99)])
    deliver(own, "/in/late.csv", [(50, 59), (200, 249)], offset=1000.0)
    deliver(own, "/in/b.csv", [(100, 199)])
    update.append("TEMP", T0 + 300 + np.arange(10.0), np.zeros(10))
    RecordLog(own.layout.records).write(RunRecord(RUN, "complete"))
    return own


def names(found):
    """Names of files, or where else samples came from."""
    return [Path(each.file).name if each.file else each.note.partition(":")[0] for each in found]


@pytest.mark.usefixtures("filled")
def test_files_are_told_in_order_of_time_then_of_commits():
    found = fetch.MSID("temp").provenance()
    assert isinstance(found, list)
    assert names(found) == ["a.csv", "late.csv", "b.csv", "late.csv", "not from a file"]
    assert [each.tstart - T0 for each in found] == [0, 50, 100, 200, 300]
    assert [each.tstop - T0 for each in found] == [99, 59, 199, 249, 309]
    assert [each.rows for each in found] == [100, 60, 100, 60, 10]


def test_all_that_is_known_of_a_file_is_told(filled):
    first = fetch.MSID("temp").provenance()[0]
    assert (first.msid, first.file, first.kept, first.format) == ("TEMP", "/in/a.csv", "/done/a.csv", "table")
    assert (first.run, first.ingested, first.sha256, first.commit) == (RUN, "2026-01-02T00:00:00.000Z", "ab" * 32, 1)
    assert (first.datestart, first.datestop) == ("2026:001:00:00:00.000", "2026:001:00:01:39.000")
    assert (first.flags, first.note) == ((), "")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0, 50, ["a.csv"]),
        (50, 51, ["a.csv", "late.csv"]),
        (99, 101, ["a.csv", "b.csv"]),
        (250, 300, []),
        (250, 301, ["not from a file"]),
        (400, 500, []),
        (500, 400, []),
    ],
)
def test_only_what_the_span_has_is_told(start, stop, expected):
    assert names(fetch.MSID("temp", T0 + start, T0 + stop).provenance()) == expected


@pytest.mark.usefixtures("filled")
def test_it_is_about_the_samples_that_are_left():
    dat = fetch.MSID("temp")
    dat.select_intervals([(T0 + 100, T0 + 150), (T0 + 305, T0 + 306)])
    assert names(dat.provenance()) == ["b.csv", "not from a file"]
    assert dat.provenance()[1].rows == 2
    dat.filter_bad(np.ones(len(dat), bool))
    assert dat.provenance() == []


@pytest.mark.usefixtures("filled")
def test_several_intervals_and_brackets():
    dat = fetch.MSID("temp", [(T0, T0 + 10), (T0 + 305, T0 + 306)])
    assert names(dat.provenance()) == ["a.csv", "not from a file"]
    assert names(fetch.MSID("temp", T0 + 250, T0 + 299, bracket=True).provenance()) == ["late.csv", "not from a file"]


@pytest.mark.usefixtures("filled")
def test_an_empty_fetch_has_an_empty_list():
    found = fetch.MSID("temp", T0 - 50, T0 - 40).provenance()
    assert isinstance(found, Provenance)
    assert (found, repr(found)) == ([], "no samples")
    assert len(found.table) == 0


def test_an_archive_without_records_says_that_nothing_is_from_files(own):
    update.append("TEMP", T0 + np.arange(5.0), np.zeros(5), archive=own)
    dat = fetch.MSID("temp")
    (only,) = dat.provenance()
    assert only.note == "not from a file: added as arrays, or before files were recorded"
    assert (only.rows, only.tstart, only.tstop) == (len(dat), dat.times[0], dat.times[-1])


@pytest.mark.usefixtures("filled")
def test_of_statistics_every_file_counts_that_brought_samples_to_a_bin():
    """And no file that begins with the bin after."""
    first = fetch.Msid("temp", T0, T0 + 100, stat="100s")
    assert (len(first), names(first.provenance())) == (1, ["a.csv", "late.csv"])
    whole = fetch.Msid("temp", T0, T0 + 400, stat="100s", last_bin=True)
    assert names(whole.provenance()) == ["a.csv", "late.csv", "b.csv", "late.csv", "not from a file"]
    assert whole.provenance()[-1].rows == 1
    stored = fetch.Msid("temp", T0 - 328, T0 + 400, stat="5min", last_bin=True)
    assert set(names(stored.provenance())) >= {"a.csv", "late.csv", "b.csv"}


@pytest.mark.usefixtures("filled")
def test_interpolated_samples_are_those_that_they_were_made_of():
    dat = fetch.MSID("temp", T0 + 150, T0 + 240)
    dat.interpolate(dt=10.0)
    assert names(dat.provenance()) == ["b.csv", "late.csv"]


@pytest.mark.usefixtures("filled")
def test_times_in_another_form_are_refused():
    dat = fetch.get_telem(["temp"], T0, T0 + 50, time_format="date", quiet=True)["temp"]
    with pytest.raises(ValuesError, match="without time_format"):
        dat.provenance()


# Flags


def test_flags_that_hold_are_told_with_what_they_touch(filled):
    operations.flag("temp", T0 + 99, T0 + 101, "hot", by="ann", archive=filled)
    operations.flag("temp", T0, T0 + 1, "wrong", by="bob", archive=filled)
    update.append("OTHER", [float(T0)], [1.0], archive=filled)
    operations.flag("other", T0, T0 + 1, "another", by="bob", archive=filled)
    operations.unflag(2, "it was not", by="bob", archive=filled)
    found = fetch.MSID("temp").provenance()
    assert [[known.flag.id for known in each.flags] for each in found] == [[1], [], [1], [], []]
    assert found[0].flags[0].flag.reason == "hot"
    operations.flag("temp", T0 + 309, T0 + 400, "arrays are flagged too", by="ann", archive=filled)
    assert [known.flag.id for known in fetch.MSID("temp").provenance()[-1].flags] == [5]


# The catalog


def sync(archive):
    """Bring the catalog of an archive into step."""
    with Catalog.open(archive.layout.catalog, RecordLog(archive.layout.records)) as catalog:
        catalog.sync()


def test_the_catalog_makes_no_difference_to_what_is_told(filled):
    """Missing, in step, behind, damaged; and asking changes nothing on the disk."""
    told = fetch.MSID("temp").provenance()
    assert not filled.layout.catalog.exists()
    sync(filled)
    assert fetch.MSID("temp").provenance() == told
    before = filled.layout.catalog.read_bytes()
    deliver(filled, "/in/c.csv", [(400, 409)])
    assert names(fetch.MSID("temp").provenance()) == [*names(told), "c.csv"]
    assert filled.layout.catalog.read_bytes() == before
    filled.layout.catalog.write_bytes(b"no database" * 400)
    assert names(fetch.MSID("temp").provenance()) == [*names(told), "c.csv"]


def test_a_server_that_is_out_of_reach_is_not_needed(filled, caplog):
    config = filled.root / "archive.yaml"
    config.write_text(
        config.read_text().replace("catalog: ''", "") + "catalog: postgresql+psycopg://u:pw@127.0.0.1:1/no\n"
    )
    with fetch.set_archive(filled.root), caplog.at_level(logging.WARNING, "jeta"):
        assert names(fetch.MSID("temp", T0, T0 + 50).provenance()) == ["a.csv"]
    assert "looked through one by one" in caplog.text
    assert "pw" not in caplog.text


def test_a_file_whose_commit_did_not_happen_is_not_told(filled):
    """Its record is written just before; a killed ingest leaves it."""
    log = RecordLog(filled.layout.records)
    span = ((T0 * NS, (T0 + 99) * NS),)
    several = [MsidCounts("TEMP", 100, 100, spans_ns=span)]
    log.write(FileRecord(RUN, "/in/killed.csv", commit=99, first_ns=span[0][0], last_ns=span[0][1]), several)
    for _ in range(2):
        assert "killed.csv" not in names(fetch.MSID("temp").provenance())
        sync(filled)


def test_a_folded_archive_tells_the_same(filled):
    deliver(filled, "/in/c.csv", [(400, 409)])
    told = fetch.MSID("temp").provenance()
    update.fold(filled)
    assert fetch.MSID("temp").provenance() == told
    assert names(told)[-1] == "c.csv"


def test_samples_of_other_resolutions_meet_their_stretches(own):
    """Instants of whole ns, whose seconds are rounded."""
    times = T0 + np.array([0.123456789, 1.987654321])
    update.append("FINE", times, np.zeros(2))
    dat = fetch.MSID("FINE")
    with Writer(own.root) as writer:
        ticks = writer.reader.read_samples("FINE", 0, 2**62).ticks.tolist()
    several = [MsidCounts("FINE", 2, 2, spans_ns=((ticks[0], ticks[0]), (ticks[1], ticks[1])))]
    RecordLog(own.layout.records).write(
        FileRecord(RUN, "/in/fine.csv", commit=1, first_ns=ticks[0], last_ns=ticks[1]), several
    )
    assert names(dat.provenance()) == ["fine.csv", "fine.csv"]
    assert [each.tstart for each in dat.provenance()] == dat.times.tolist()


def test_times_in_cxcsec(tmp_path):
    archive = create_archive(tmp_path / "axaf", time_system="cxcsec")
    seconds = 800_000_000.0 + np.arange(10)
    update.append("TEMP", seconds, seconds, archive=archive)
    span = ((800_000_000 * NS, 800_000_009 * NS),)
    RecordLog(archive.layout.records).write(
        FileRecord(RUN, "/in/x", commit=1, first_ns=span[0][0], last_ns=span[0][1]),
        [MsidCounts("TEMP", 10, 10, spans_ns=span)],
    )
    with fetch.set_archive(archive):
        (only,) = fetch.MSID("temp").provenance()
    assert (only.tstart, only.datestart) == (800_000_000.0, "2023:129:06:12:10.816")


# Other archives and sources


def test_of_several_archives_the_one_that_gives_the_samples_is_asked(filled, tmp_path):
    other = create_archive(tmp_path / "other")
    deliver(other, "/other/x.csv", [(0, 9)], msids=("PRESSURE",))
    with fetch.set_archive([other.root, filled.root]):
        assert names(fetch.MSID("pressure").provenance()) == ["x.csv"]
        assert names(fetch.MSID("temp", T0, T0 + 9).provenance()) == ["a.csv"]


def test_an_object_stays_with_its_archive(filled, tmp_path):
    """Whatever is in use when it is asked, also after it travelled."""
    dat = fetch.MSID("temp", T0, T0 + 9)
    with fetch.set_archive(create_archive(tmp_path / "other")):
        assert names(dat.provenance()) == names(dat.copy().provenance()) == ["a.csv"]
        assert names(pickle.loads(pickle.dumps(dat)).provenance()) == ["a.csv"]


def test_samples_of_another_source_are_told_as_such(filled, monkeypatch, tmp_path):
    monkeypatch.setenv("JETA_CACHE", str(tmp_path / "cache"))
    with running() as service:
        service.series["TEMP"] = Series(
            [1000 * (T0 + n) for n in range(240, 260)], [str(float(n)) for n in range(240, 260)]
        )
        service.series["X_NUM"] = Series([1000 * (T0 + n) for n in range(10)], [str(n) for n in range(10)])
        mast = f'mast base="{service.base}" pause=0.01 retries=1'
        with fetch.data_source("archive", mast):
            mixed = fetch.MSID("temp", T0 + 190, T0 + 400)
            assert names(mixed.provenance())[:2] == ["b.csv", "late.csv"]
            assert any(each.note.endswith("the source mast") for each in mixed.provenance())
        with fetch.data_source(mast):
            (only,) = fetch.MSID("X_NUM", T0, T0 + 100).provenance()
            assert only.note == "not from the archive: from the source mast"
            assert (only.rows, only.tstart, only.tstop) == (10, T0, T0 + 9)


# What is worked out


@pytest.fixture
def pair(filled):
    """The same with another MSID, of one file."""
    deliver(filled, "/in/volt.csv", [(0, 99)], msids=("VOLT",))
    return filled


@pytest.mark.usefixtures("pair")
def test_of_a_computed_msid_what_it_was_made_of_is_told():
    found = fetch.MSID("diff__temp__volt", T0, T0 + 40).provenance()
    assert [each.msid for each in found] == ["DIFF__TEMP__VOLT", "TEMP", "VOLT"]
    assert found[0].note == "worked out by Difference from TEMP, VOLT"
    assert names(found[1:]) == ["a.csv", "volt.csv"]


@pytest.mark.usefixtures("pair")
def test_what_a_class_fetches_is_told_whatever_way_it_does():
    """By the module rather than by its own, and through another computed MSID."""

    class OfOthers(ComputedMsid):
        msid_match = r"of_others"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            dat = fetch.MSID("diff__temp__volt", tstart, tstop)
            return {"vals": dat.vals, "bads": dat.bads, "times": dat.times, "unit": None}

    try:
        dat = fetch.MSID("of_others", T0, T0 + 40)
        assert dat.inputs == {"DIFF__TEMP__VOLT", "TEMP", "VOLT"}
        found = dat.provenance()
        assert [each.msid for each in found] == ["OF_OTHERS", "TEMP", "VOLT"]
        assert "by OfOthers from DIFF__TEMP__VOLT, TEMP, VOLT" in found[0].note
    finally:
        ComputedMsid.msid_classes.remove(OfOthers)


@pytest.mark.usefixtures("pair")
def test_statistics_of_a_computed_msid():
    found = fetch.Msid("diff__temp__volt", T0, T0 + 100, stat="10s").provenance()
    assert names(found)[1:] == ["a.csv", "late.csv", "volt.csv"]


@pytest.mark.usefixtures("pair")
def test_of_a_stored_derived_parameter_its_parents_are_told():
    from jeta.computed.registry import DERIVED

    class DP_SUM(DerivedParameter):  # noqa: N801
        rootparams = ("temp", "volt")
        time_step = 1.0

        def calc(self, data):
            return data["temp"].vals + data["volt"].vals

    try:
        update.derived("DP_SUM")
        found = fetch.MSID("DP_SUM", T0, T0 + 40).provenance()
        assert [each.msid for each in found] == ["DP_SUM", "TEMP", "VOLT"]
        assert found[0].note == "worked out by update.derived from TEMP, VOLT"
    finally:
        DERIVED.classes.remove(DP_SUM)


@pytest.mark.usefixtures("pair")
def test_what_is_not_computed_has_no_inputs():
    fetch.MSID("diff__temp__volt", T0, T0 + 40)
    assert fetch.MSID("temp").inputs == frozenset()


@pytest.mark.usefixtures("pair")
def test_a_set_tells_of_its_members_one_after_another():
    found = fetch.MSIDset(["volt", "temp"], T0, T0 + 40).provenance()
    assert isinstance(found, Provenance)
    assert [each.msid for each in found] == ["VOLT", "TEMP"]
    assert fetch.MSIDset([], T0, T0 + 1).provenance() == []


# How it is shown


def test_a_table_has_all_there_is(filled):
    operations.flag("temp", T0, T0 + 1, "hot", by="ann", archive=filled)
    table = fetch.MSID("temp").provenance().table
    assert table.colnames == [
        *("msid", "datestart", "datestop", "tstart", "tstop", "rows", "file", "kept", "sha256"),
        *("format", "run", "ingested", "commit", "flags", "note"),
    ]
    assert table["commit"].tolist() == [1, 2, 3, 2, -1]
    assert table["flags"].tolist() == ["1", "", "", "", ""]
    assert table["tstart"].dtype == np.float64
    assert table["file"][1] == "/in/late.csv"


def test_it_is_shown_as_a_table(own):
    deliver(own, "/in/<b>.csv", [(10 * n, 10 * n + 5) for n in range(50)])
    found = fetch.MSID("temp").provenance()
    lines = repr(found).splitlines()
    assert lines[0].split() == ["msid", "start", "stop", "rows", "file", "run", "ingested", "flags"]
    assert lines[1].split()[:2] == ["TEMP", "2026:001:00:00:00.000"]
    assert (len(lines), lines[-1]) == (42, "... and 10 more")
    html = found._repr_html_()
    assert "&lt;b&gt;.csv" in html
    assert html.count("<tr>") == 41
    assert html.endswith("<p>and 10 more</p>")


def test_importing_fetch_loads_no_database():
    """Nor does a fetch, nor asking where there are no records."""
    code = "import sys; from jeta import fetch; import jeta.fetch.origins; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
