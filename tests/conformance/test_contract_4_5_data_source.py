"""Contract 4.5: `data_source` as fetch uses it; how it is chosen is tested with `jeta.sources`."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from conformance.small import columns, describe, put
from jeta import fetch
from jeta.errors import ArchiveNotFoundError, SourceError, UnknownMsidError
from jeta.fetch import data_source
from jeta.sources import Source, register, unregister
from jeta.sources.rows import rows_of, take
from jeta.tdb import Entry

SECONDS = np.arange(0.0, 100.0, 10.0)


class Bench(Source):
    """X and ONLY each 10 s from 0 to 190 s, with 1000 more than the archive has; MODE is of texts."""

    name = "bench"

    def __init__(self, until=200.0, fails=False):
        self.until, self.fails = until, fails

    def names(self):
        return {"X", "ONLY", "MODE"}

    def entry(self, msid):
        return Entry(msid, unit="K", description="of the bench")

    def read(self, msid, start_s, stop_s, system, *, bracket=False):
        if self.fails:
            raise SourceError(f"bench cannot be reached for {msid}; switch it on")
        seconds = np.arange(0.0, self.until, 10.0)
        vals = np.where(seconds < 50, "OFF", "ON") if msid == "MODE" else 1000.0 + seconds / 10
        rows = rows_of(seconds, vals)
        inside = np.flatnonzero((seconds >= start_s) & (seconds < stop_s))
        if bracket:
            after = np.searchsorted(seconds, stop_s)
            before = np.searchsorted(seconds, start_s) - 1
            inside = np.union1d(inside, [at for at in (before, after) if 0 <= at < len(seconds)]).astype(int)
        return take(rows, inside)


@pytest.fixture(autouse=True)
def bench(archive):
    """An archive with X to 90 s and HERE, and the source `bench`."""
    put("x", SECONDS, np.arange(10.0))
    put("here", SECONDS, np.arange(10.0))
    register("bench", Bench)
    yield
    unregister("bench")
    data_source.set("archive")


def test_default_is_the_archive_alone_and_cxc_is_another_name_of_it():
    assert data_source.sources() == ("archive",)
    data_source.set("cxc")
    assert data_source.sources() == ("archive",)
    assert fetch.MSID("x", 0.0, 200.0).vals.tolist() == list(range(10))


@pytest.mark.parametrize(("names", "text"), [(("nope",), "not in allowed set"), ((), "must select at least")])
def test_wrong_choices(names, text):
    with pytest.raises(ValueError, match=text):
        data_source.set(*names)
    with pytest.raises(ValueError, match=text), data_source(*names):
        pass


def test_block_sets_and_restores_and_has_no_target():
    with data_source("bench") as target:
        assert (target, data_source.sources()) == (None, ("bench",))
        assert len(fetch.MSID("x", 0.0, 500.0)) == 20
    assert len(fetch.MSID("x", 0.0, 500.0)) == 10


def test_options_reach_the_source():
    with data_source("bench until=30.0"):
        assert data_source.options() == {"bench": {"until": 30.0}}
        assert len(fetch.MSID("only", 0.0, 500.0)) == 3


def test_names_of_a_source_upper_case_whatever_the_case_of_its_name():
    assert data_source.get_msids("bench") == data_source.get_msids("BENCH") == {"X", "ONLY", "MODE"}
    with pytest.raises(ValueError):
        data_source.get_msids("nope")


@pytest.mark.parametrize("name", ["archive", "cxc", "CXC"])
def test_names_of_the_archive_in_use(name):
    assert data_source.get_msids(name) == {"X", "HERE"}


def test_next_source_is_asked_for_what_follows_the_last_sample():
    with data_source("archive", "bench"):
        dat = fetch.MSID("x", 0.0, 150.0)
    assert dat.times.tolist() == list(range(0, 150, 10))
    assert dat.vals.tolist() == [*range(10), 1010, 1011, 1012, 1013, 1014]
    assert not dat.bads.any()


@pytest.mark.parametrize(("stop", "rows"), [(109.9, 10), (111.0, 12)])
def test_only_if_two_typical_intervals_are_missing(stop, rows):
    """The last sample is at 90 s, the next would be at 100 and 110 s."""
    with data_source("archive", "bench"):
        assert len(fetch.MSID("x", 0.0, stop)) == rows


def test_fewer_than_three_samples_leave_all_to_the_next_source():
    with data_source("archive", "bench"):
        dat = fetch.MSID("x", 80.0, 150.0)
    assert dat.times.tolist() == [80, 90, 100, 110, 120, 130, 140]


def test_msid_that_one_source_knows_is_taken_from_that():
    with data_source("archive", "bench"):
        only, here = fetch.MSID("only", 0.0, 150.0), fetch.MSID("here", 0.0, 150.0)
    assert (len(only), len(here)) == (15, 10)
    assert (list(only.data_source), list(here.data_source)) == (["bench"], ["archive"])


def test_what_came_from_where_is_told_as_dates():
    with data_source("archive", "bench"):
        dat = fetch.MSID("x", 0.0, 150.0)
    assert dat.data_source == {
        "archive": {"start": "1970:001:00:00:00.000", "stop": "1970:001:00:01:30.000"},
        "bench": {"start": "1970:001:00:01:40.000", "stop": "1970:001:00:02:20.000"},
    }
    assert dat.data_source["cxc"] is dat.data_source["archive"]


def test_source_that_gave_nothing_is_an_empty_dict():
    assert fetch.MSID("x", 500.0, 600.0).data_source == {"archive": {}}
    with data_source("archive", "bench"):
        assert fetch.MSID("x", 0.0, 95.0).data_source["bench"] == {}


def test_several_intervals_and_statistics_tell_no_sources():
    assert fetch.MSID("x", [(0.0, 20.0), (40.0, 60.0)]).data_source == {}
    assert fetch.MSID("x", 0.0, 100.0, stat="5min").data_source == {}
    assert fetch.MSID("mean__x__1s", 0.0, 50.0).data_source == {}


def test_several_intervals_are_filled_each():
    with data_source("archive", "bench"):
        dat = fetch.MSID("x", [(0.0, 30.0), (60.0, 130.0)])
    assert dat.times.tolist() == [0, 10, 20, *range(60, 130, 10)]


def test_unknown_msid_names_the_sources_in_upper_case():
    with (
        data_source("archive", "bench"),
        pytest.raises(UnknownMsidError, match=r"is not in ARCHIVE or BENCH data source\(s\)"),
    ):
        fetch.MSID("nope")


def test_patterns_match_in_all_sources_first_seen_first():
    with data_source("archive", "bench"):
        assert fetch.msid_glob("[xho]*") == (["here", "x", "only"], ["HERE", "X", "ONLY"])
        assert list(fetch.MSIDset(["on*", "here"], 0.0, 50.0)) == ["only", "here"]


def test_unit_is_that_of_the_source_where_the_telemetry_database_says_nothing(archive):
    from jeta import fetch_eng

    with data_source("bench"):
        assert fetch.MSID("only", 0.0, 50.0).unit == "K"
        dat = fetch_eng.MSID("only", 0.0, 20.0)
    assert (dat.unit, dat.vals[0]) == ("DEGF", pytest.approx(1000 * 1.8 - 459.67))
    describe(archive, Entry("X", unit="V"))
    with data_source("archive", "bench"):
        assert fetch.MSID("x", 0.0, 50.0).unit == "V"


def test_texts_of_two_sources_are_joined():
    put("mode", [0, 10, 20], ["OFF", "OFF", "SAFE"])
    with data_source("archive", "bench"):
        dat = fetch.MSID("mode", 0.0, 70.0)
    assert dat.vals.tolist() == ["OFF", "OFF", "SAFE", "OFF", "OFF", "ON", "ON"]


def test_statistics_are_of_the_samples_of_all_sources():
    with data_source("archive", "bench"):
        dat = fetch.MSID("x", 0.0, 328.0, stat="5min")
    assert (dat.samples.tolist(), dat.maxes.tolist()) == ([20], [1019])


def test_bracket_asks_the_first_source_that_knows_the_msid():
    with data_source("bench"):
        assert fetch.MSID("only", 45.0, 65.0, bracket=True).times.tolist() == [40, 50, 60, 70]
    with data_source("archive", "bench"):
        assert fetch.MSID("x", 12.0, 48.0, bracket=True).times.tolist() == [10, 20, 30, 40, 50]


def test_test_aid_drops_the_second_half_of_what_came_before():
    with data_source("archive", "test-drop-half"):
        dat = fetch.MSID("x", 0.0, 100.0)
        assert data_source.sources(include_test=False) == ("archive",)
    assert columns(dat) == ([0, 10, 20, 30, 40], [0, 1, 2, 3, 4], [False] * 5)
    assert dat.data_source["archive"]["stop"] == "1970:001:00:00:40.000"
    with data_source("archive", "test-drop-half", "bench"):
        assert fetch.MSID("x", 0.0, 100.0).vals.tolist() == [0, 1, 2, 3, 4, 1005, 1006, 1007, 1008, 1009]


def test_source_that_fails_is_an_error_of_the_fetch():
    with data_source("archive", "bench fails=True"):
        assert len(fetch.MSID("here", 0.0, 500.0)) == 10
        with pytest.raises(SourceError, match="switch it on"):
            fetch.MSID("x", 0.0, 500.0)
    assert data_source.sources() == ("archive",)


def test_block_holds_for_its_thread_only():
    seen = []
    with data_source("bench"):
        thread = threading.Thread(target=lambda: seen.append(len(fetch.MSID("x", 0.0, 500.0))))
        thread.start()
        thread.join()
    assert seen == [10]


def test_setting_holds_for_all_threads():
    seen = []
    data_source.set("bench")
    thread = threading.Thread(target=lambda: seen.append(len(fetch.MSID("x", 0.0, 500.0))))
    thread.start()
    thread.join()
    assert seen == [20]


def test_without_an_archive_other_sources_still_serve():
    with fetch.set_archive(None):
        with data_source("bench"):
            assert len(fetch.MSID("only", 0.0, 500.0)) == 20
            assert fetch.MSIDset(["only", "mode"], "1970:001", "1970:002")["mode"].vals[0] == "OFF"
        with pytest.raises(ArchiveNotFoundError):
            fetch.MSID("only", 0.0, 500.0)
