"""Contract 3.4: the bad-times registry and `filter_bad_times`; and `fetch.apply_bad_times` (decision "bads")."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest

from conformance.small import fetched, put
from jeta import fetch

SECONDS = [0, 10, 20, 30, 40]
TEN_TO_TWENTY = "1970:001:00:00:10 1970:001:00:00:20"


@pytest.fixture
def dat(archive):
    return fetched("tephin", SECONDS, [0, 1, 2, 3, 4], [1, 0, 0, 0, 0])


@pytest.fixture
def own_table(archive):
    """The archive's own bad-times table."""
    path = archive.root / "bad_times.txt"
    path.write_text(f"# known since the first day\n\nTEPH* {TEN_TO_TWENTY}\n")
    return path


def test_table_wins_over_start_and_stop(dat):
    """Row 1: intervals of a table, of two columns; the rest is ignored."""
    dat.filter_bad_times(start=0.0, stop=0.0, table=[TEN_TO_TWENTY])
    assert dat.times.tolist() == [0, 30, 40]


def test_table_may_be_a_file_name_or_an_open_file(dat, tmp_path):
    path = tmp_path / "table.dat"
    path.write_text(f"# ours\n\n{TEN_TO_TWENTY}\n40 40\n")
    for table in (path, str(path), io.StringIO(path.read_text())):
        assert dat.filter_bad_times(table=table, copy=True).times.tolist() == [0, 30]


def test_neither_start_nor_stop_takes_the_registry(dat):
    """Row 2: all entries whose pattern matches."""
    fetch.read_bad_times([f"TEPHIN {TEN_TO_TWENTY}", "tep* 40 40", "OTHER 30 30"])
    dat.filter_bad_times()
    assert dat.times.tolist() == [0, 30]


@pytest.mark.parametrize("one", [{"start": 5.0}, {"stop": 5.0}])
def test_exactly_one_end_is_refused(dat, one):
    """Row 3."""
    with pytest.raises(ValueError, match=r"^filter_times requires either 2 args"):
        dat.filter_bad_times(**one)


@pytest.mark.parametrize(
    ("start", "stop"), [(10.0, 20.0), ("1970:001:00:00:10", "1970:001:00:00:20"), (5, "1970-01-01 00:00:29")]
)
def test_one_interval_closed_at_both_ends(dat, start, stop):
    """Row 4; samples at 10 and at 20 s are both inside."""
    assert dat.filter_bad_times(start, stop) is None
    assert dat.times.tolist() == [0, 30, 40]


def test_an_interval_that_runs_backwards_is_refused(dat):
    with pytest.raises(ValueError, match="less than"):
        dat.filter_bad_times(20.0, 10.0)


def test_flags_follow_and_copies_leave_the_object(dat):
    new = dat.filter_bad_times(10.0, 20.0, copy=True)
    assert (new.bads.tolist(), len(dat)) == ([True, False, False], 5)


def test_filtered_objects_and_statistics(dat):
    dat.filter_bad()
    dat.filter_bad_times(10.0, 20.0)
    assert (dat.times.tolist(), dat.bads) == ([30, 40], None)
    put("y", np.arange(0, 1000, 10.0), np.arange(100))
    bins = fetch.MSID("y", 0.0, 984.0, stat="5min")
    bins.filter_bad_times(164.0, 164.0)
    assert (bins.times.tolist(), len(bins.maxes)) == ([492, 820], 2)


def test_set_takes_the_same_arguments_for_every_member(dat):
    put("other", SECONDS, SECONDS)
    fetch.read_bad_times([f"tephin {TEN_TO_TWENTY}"])
    dats = fetch.MSIDset(["tephin", "other"], 0.0, 100.0)
    by_registry = dats.filter_bad_times(copy=True)
    by_span = dats.filter_bad_times(0.0, 30.0, None, True)
    assert [len(member) for member in by_registry.values()] == [3, 5]
    assert [len(member) for member in by_span.values()] == [1, 1]
    assert dats.filter_bad_times(table=["40 40"]) is None
    assert [len(member) for member in dats.values()] == [4, 4]


def test_registry_maps_upper_case_patterns_to_pairs_and_appends(archive):
    fetch.read_bad_times([f"teph* {TEN_TO_TWENTY}"])
    fetch.read_bad_times([f"teph* {TEN_TO_TWENTY}", "# no line", ""])
    assert dict(fetch.msid_bad_times) == {"TEPH*": [tuple(TEN_TO_TWENTY.split())] * 2}


@pytest.mark.parametrize("pattern", ["teph*", "TEPHI?", "tep[gh]in", "*", "TePhIn"])
def test_patterns_match_the_upper_case_name(dat, pattern):
    fetch.read_bad_times([f"{pattern} {TEN_TO_TWENTY}"])
    assert dat.filter_bad_times(copy=True).times.tolist() == [0, 30, 40]


@pytest.mark.parametrize("line", ["TEPHIN 10", "TEPHIN 1970-01-01 00:00:10 1970-01-01 00:00:20", "TEPHIN a b"])
def test_wrong_lines_are_refused_and_nothing_of_the_table_is_taken(archive, line):
    with pytest.raises(ValueError):
        fetch.read_bad_times(["TEPHIN 1 2", line])
    assert dict(fetch.msid_bad_times) == {}


def test_table_of_the_archive_is_always_in_use(dat, own_table):
    dat.filter_bad_times()
    assert dat.times.tolist() == [0, 30, 40]
    assert dict(fetch.msid_bad_times) == {}


def test_table_of_the_archive_and_of_the_session_count_together(dat, own_table):
    fetch.read_bad_times(["TEPHIN 15 35"])
    assert dat.filter_bad_times(copy=True).times.tolist() == [0, 40]


def test_table_of_the_archive_is_read_anew_when_it_changes(dat, own_table):
    assert len(dat.filter_bad_times(copy=True)) == 3
    own_table.write_text("TEPHIN 0 40\n")
    assert len(dat.filter_bad_times(copy=True)) == 0
    own_table.unlink()
    assert len(dat.filter_bad_times(copy=True)) == 5


def test_nothing_is_marked_unless_asked_for(dat, own_table):
    assert fetch.MSID("tephin", 0.0, 100.0).bads.sum() == 1


def test_fetches_mark_bad_times_once_asked_for(dat, own_table):
    fetch.apply_bad_times(True)
    assert fetch.MSID("tephin", 0.0, 100.0).bads.tolist() == [True, True, True, False, False]
    assert fetch.Msid("tephin", 0.0, 100.0).times.tolist() == [30, 40]
    assert fetch.MSIDset(["tephin"], 0.0, 100.0, filter_bad=True)["tephin"].times.tolist() == [30, 40]
    assert fetch.MSID("tephin", [(0.0, 15.0), (15.0, 35.0)]).bads.tolist() == [True, True, True, False]
    fetch.apply_bad_times(False)
    assert fetch.MSID("tephin", 0.0, 100.0).bads.sum() == 1


def test_marking_holds_to_the_end_of_a_block_and_for_all_threads(dat, own_table):
    seen = []
    with fetch.apply_bad_times(True):
        thread = threading.Thread(target=lambda: seen.append(fetch.MSID("tephin", 0.0, 100.0).bads.sum()))
        thread.start()
        thread.join()
    assert (seen, fetch.MSID("tephin", 0.0, 100.0).bads.sum()) == ([3], 1)


def test_statistics_leave_bad_times_out_once_asked_for(archive):
    put("y", np.arange(0, 1000, 10.0), np.arange(100))
    fetch.read_bad_times(["Y 0 319"])
    with fetch.apply_bad_times(True):
        first = fetch.MSID("y", 0.0, 328.0, stat="5min")
    assert (first.samples.tolist(), first.vals.tolist()) == ([1], [32])


def test_computed_msids_are_marked_by_the_times_of_their_name_and_inputs(dat, own_table):
    fetch.read_bad_times(["MEAN__* 40 40"])
    with fetch.apply_bad_times(True):
        mean = fetch.MSID("mean__tephin__1s", 0.0, 40.0)
    assert mean.bads.tolist() == [True, True, True, False, True]


def test_marking_an_archive_of_the_other_time_system(tmp_path, monkeypatch):
    """The dates of the table mean the same instants there."""
    from jeta.archive import create_archive

    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    made = create_archive(tmp_path / "cxc", time_system="cxcsec")
    (made.root / "bad_times.txt").write_text("X 2010:001:00:00:01 2010:001:00:00:02\n")
    with fetch.set_archive(made), fetch.apply_bad_times(True):
        put("x", 378691266.184 + np.arange(4), np.arange(4))
        assert fetch.MSID("x", "2010:001").bads.tolist() == [False, True, True, False]
