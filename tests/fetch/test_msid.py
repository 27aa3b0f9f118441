"""Attributes, methods and copies of one fetched MSID."""

from __future__ import annotations

import copy
import pickle
import threading

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import Writer
from jeta.errors import StatError, UnknownMsidError
from jeta.samples import Samples
from jeta.tdb import Entry, write_yaml

pytestmark = pytest.mark.usefixtures("in_use")

T0 = 1_262_304_000.0  # 2010:001


def test_attributes_of_a_full_resolution_fetch():
    dat = fetch.MSID("tephin", T0, T0 + 100)
    assert (dat.msid, dat.MSID, dat.stat, dat.unit) == ("tephin", "TEPHIN", None, "K")
    assert (dat.colnames, dat.units["system"], dat.content) == (["vals", "times", "bads"], "cxc", None)
    assert isinstance(dat.data_source, dict)
    assert dat.fetch is fetch
    assert not hasattr(dat, "dt")
    assert dat.times.tolist() == [T0 + 10 * k for k in range(10)]
    assert np.flatnonzero(dat.bads).tolist() == [0, 5]


def test_arguments_by_position_and_by_name():
    by_place = fetch.MSID("tephin", T0, T0 + 100, True, None)
    by_name = fetch.MSID(msid="tephin", start=T0, stop=T0 + 100, filter_bad=True, stat=None)
    assert by_place.vals.tolist() == by_name.vals.tolist() == [1, 2, 3, 4, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("tephin", "float32"), ("aaint", "int16"), ("aabool", "bool"), ("dp_xyz", "float64"), ("aamode", "<U3")],
)
def test_type_of_values_is_as_stored(name, dtype):
    dat = fetch.MSID(name)
    assert dat.dtype == dat.vals.dtype == np.dtype(dtype)
    assert (len(dat), len(dat.vals), len(dat.bads), dat.times.dtype) == (100, 100, 100, np.float64)


def test_repr_names_what_is_known():
    dat = fetch.MSID("tephin", "2010:001", "2010:002")
    text = "<MSID TEPHIN start=2010:001:00:00:00.000 stop=2010:002:00:00:00.000 len=100 dtype=float32 unit=K>"
    assert repr(dat) == str(dat) == text
    assert repr(fetch.MSID("aaint", T0, T0 + 10)).endswith("len=1 dtype=int16>")
    assert repr(fetch.Msid("aaint", T0, T0 + 10)).startswith("<Msid AAINT ")


def test_msid_with_small_letters_leaves_bad_samples_out():
    dat = fetch.Msid("tephin", T0, T0 + 100)
    assert isinstance(dat, fetch.MSID)
    assert (dat.vals.tolist(), dat.bads, "bads" in dat.colnames) == ([1, 2, 3, 4, 6, 7, 8, 9], None, True)
    assert fetch.Msid("tephin", T0, T0 + 100, filter_bad=False).bads.sum() == 2


def test_filter_bad_works_in_place_and_returns_none():
    dat = fetch.MSID("tephin", T0, T0 + 100)
    assert dat.filter_bad() is None
    assert (len(dat), len(dat.times), dat.bads) == (8, 8, None)
    assert dat.filter_bad() is None


def test_filter_bad_on_a_copy_leaves_the_original_and_always_returns_one():
    dat = fetch.MSID("tephin", T0, T0 + 100)
    new = dat.filter_bad(copy=True)
    assert (len(new), len(dat), dat.bads.sum()) == (8, 10, 2)
    again = new.filter_bad(copy=True)
    assert again is not new
    assert again.vals.tolist() == new.vals.tolist()


def test_filter_bad_without_bad_samples_sets_bads_to_none():
    dat = fetch.MSID("aaint", T0, T0 + 30)
    dat.filter_bad()
    assert (dat.vals.tolist(), dat.bads) == ([0, 1, 2], None)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda d: d.copy(), lambda d: pickle.loads(pickle.dumps(d))], ids="dcp"
)
@pytest.mark.parametrize("name", ["tephin", "aamode"])
def test_copies_have_arrays_of_their_own(duplicate, name):
    dat = fetch.MSID(name, T0, T0 + 100)
    new = duplicate(dat)
    assert (type(new), repr(new), new.tdb) == (type(dat), repr(dat), dat.tdb)
    for column in dat.colnames:
        assert np.array_equal(getattr(new, column), getattr(dat, column))
        assert not np.shares_memory(getattr(new, column), getattr(dat, column))
    new.units["system"] = "eng"
    assert dat.units["system"] == "cxc"


def test_arrays_are_the_callers_own_and_writable():
    for name in ("tephin", "aamode", "aaint", "aabool"):
        first = fetch.MSID(name, T0, T0 + 5000)
        expected = first.vals.copy()
        for column in first.colnames:
            getattr(first, column)[:] = getattr(first, column)[0]
        assert fetch.MSID(name, T0, T0 + 5000).vals.tolist() == expected.tolist()


def test_states_are_texts_with_their_counts():
    dat = fetch.MSID("aamode", T0, T0 + 30)
    assert dat.vals.tolist() == ["OFF", "ON", "?"]
    assert [(count, state.rstrip()) for count, state in dat.state_codes] == [(0, "OFF"), (1, "ON"), (7, "SAFE")]
    assert (dat.raw_vals.tolist(), dat.raw_vals.dtype) == ([0, 1, -1], np.int8)


def test_raw_values_are_never_stale():
    dat = fetch.MSID("aamode")
    assert len(dat.raw_vals) == 100
    dat.vals, dat.times = dat.vals[:3], dat.times[:3]
    assert dat.raw_vals.tolist() == [0, 1, -1]


@pytest.mark.parametrize("name", ["tephin", "aaint", "aabool"])
def test_numbers_have_no_state_codes(name):
    dat = fetch.MSID(name)
    assert (dat.state_codes, dat.raw_vals) == (None, None)


def test_texts_without_counts_have_no_state_codes(own):
    update.append("x", [T0, T0 + 1], ["a", "b"], archive=own)
    assert (fetch.MSID("x").state_codes, fetch.MSID("x").raw_vals) == (None, None)


@pytest.mark.parametrize(
    ("counts", "dtype"),
    [((0, 127), "i1"), ((-128, 0), "i1"), ((0, 128), "i2"), ((0, 40_000), "i4"), ((0, 2**63 - 1), "i8")],
)
def test_raw_values_have_the_narrowest_type_for_all_counts(own, counts, dtype):
    write_yaml([Entry("x", state_codes=dict(zip(counts, "ab", strict=True)))], own.layout.tdb / "x.yaml")
    update.append("x", [T0, T0 + 1], ["a", "b"], archive=own)
    raw = fetch.MSID("x").raw_vals
    assert (raw.tolist(), raw.dtype) == (list(counts), np.dtype(dtype))


def test_tdb_is_the_entry_and_an_error_where_there_is_none():
    assert fetch.MSID("tephin").tdb.unit == "K"
    with pytest.raises(KeyError):
        _ = fetch.MSID("aaint").tdb
    assert fetch.MSID("aaint").unit is None


@pytest.mark.parametrize("stat", ["hourly", "", 5, ["5min"]])
def test_unknown_statistics_are_refused_in_words(stat):
    with pytest.raises(StatError, match="stat") as caught:
        fetch.MSID("tephin", stat=stat)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, KeyError)
    with pytest.raises(StatError):
        fetch.MSIDset(["tephin"], stat=stat)


def test_alarms_of_the_source_are_kept(own, tmp_path):
    from formats import fos_example

    write_yaml([Entry("x", id=101)], own.layout.tdb / "x.yaml")
    update.ingest(fos_example.write(tmp_path / "a.h5", fos_example.rows([101] * 3, alarms=[0, 2, 0])), archive=own)
    assert fetch.MSID("x").alarms.tolist() == [0, 2, 0]
    assert fetch.MSID("x").filter_bad(copy=True).alarms.tolist() == [0, 2, 0]


def test_correction_is_seen_by_the_next_fetch(own):
    update.append("x", [T0, T0 + 1], [1.0, 2.0], archive=own)
    assert fetch.MSID("x").vals.tolist() == [1, 2]
    update.append("x", T0 + 1, 20.0, archive=own)
    assert fetch.MSID("x").vals.tolist() == [1, 20]


@pytest.mark.parametrize("format", [None, "secs", "unix"])
def test_time_range_is_of_the_msid_itself_both_ends_inside(own, format):  # noqa: A002
    update.append("x", [T0, T0 + 1], [1, 2], archive=own)
    update.append("y", T0 + 1000, 1, archive=own)
    assert fetch.get_time_range("x", format) == (T0, T0 + 1)
    update.append("x", T0 + 9, 1, archive=own)
    assert fetch.get_time_range("X", format) == (T0, T0 + 9)


@pytest.mark.parametrize(
    ("format", "first"),
    [
        ("date", "2010:001:00:00:00.000"),
        ("greta", "2010001.000000000"),
        ("iso", "2010-01-01 00:00:00.000"),
        ("maude", 2010001000000000),
        ("cxcsec", 378691266.184),
        ("jd", 2455197.5),
        ("mjd", 55197.0),
    ],
)
def test_time_range_in_other_forms(format, first):  # noqa: A002
    assert fetch.get_time_range("tephin", format)[0] == first


@pytest.mark.parametrize("name", ["nope", "xyz*z", 5])
def test_time_range_of_an_unknown_msid_is_a_key_error(name):
    with pytest.raises(UnknownMsidError) as caught:
        fetch.get_time_range(name)
    assert isinstance(caught.value, KeyError)


def test_time_range_resolves_names_as_a_fetch_does():
    assert fetch.get_time_range("Xyz") == fetch.get_time_range("teph*") == (T0, T0 + 990)
    with pytest.raises(ValueError, match="Multiple matches"):
        fetch.get_time_range("aa*")


def test_fetching_in_threads_while_another_appends(own):
    """Each fetch sees whole commits only: of every batch all ten rows or none."""
    update.append("x", T0, 0, archive=own)
    stop, wrong = threading.Event(), []

    def look():
        while not stop.is_set():
            dat = fetch.MSID("x", T0, T0 + 1e6)
            counts = np.bincount(dat.vals)[1:]
            if not (set(counts.tolist()) <= {10} and np.all(np.diff(dat.times) > 0)):
                wrong.append(dat.vals)

    def guarded():
        try:
            look()
        except Exception as err:  # noqa: BLE001 - whatever a thread raises is a failure of the test
            wrong.append(err)

    threads = [threading.Thread(target=guarded) for _ in range(8)]
    for thread in threads:
        thread.start()
    for batch in range(1, 41):
        update.append("x", T0 + np.arange(10) * 100 + batch, np.full(10, batch), archive=own)
        if batch % 7 == 0:
            update.fold(own)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(fetch.MSID("x")) == 401


@pytest.mark.parametrize("stop", [None, "2010:001:00:00:02"])
def test_states_that_the_source_numbered_are_the_same_for_any_span(own, stop):
    """Without codes in the telemetry database, the numbers that came with the texts serve, over all rows."""
    ticks = np.arange(4) * 1000 + 1262304000000
    with Writer(own.root) as writer:
        writer.commit({"X": Samples.from_texts(ticks, "ms", list("ABBC"), raws=[0, 1, 1, 5])})
    dat = fetch.MSID("x", stop=stop)
    assert dat.state_codes == [(0, "A"), (1, "B"), (5, "C")]
    assert dat.raw_vals.tolist() == [0, 1, 1, 5][: len(dat)]
