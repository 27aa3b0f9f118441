"""Contract 3.7: `state_intervals` of an object and of `jeta.utils`, and the vectors of section 12; 13.9."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, fetched, pairs, put
from jeta import fetch, utils
from jeta.tdb import Entry

pytestmark = pytest.mark.usefixtures("archive")

T = [10, 12, 14, 20, 22, 30]
V = [1, 1, 2, 2, 3, 3]
ROWS = [(9, 13), (13, 21), (21, 34)]


def test_section_12_through_utils_and_through_a_fetch():
    for table in (utils.state_intervals(T, V), fetched("x", T, V).state_intervals()):
        assert (pairs(table), table["val"].tolist()) == (ROWS, [1, 2, 3])
        assert table["duration"].tolist() == [4, 8, 13]


@pytest.mark.parametrize("span", [(100, 200), (-20, -10)])
def test_section_12_data_wholly_outside(span):
    assert len(utils.state_intervals(T, V, start=span[0], stop=span[1])) == 0


def test_section_12_one_sample():
    table = utils.state_intervals([5], [7], start=0, stop=9)
    assert (pairs(table), table["val"].tolist(), table["duration"].tolist()) == ([(0, 9)], [7], [9])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_section_12_nan_always_begins_an_interval(dtype):
    vals = np.array([1, np.nan, np.nan], dtype)
    for table in (utils.state_intervals([10, 12, 14], vals), fetched("x", [10, 12, 14], vals).state_intervals()):
        assert pairs(table) == [(9, 11), (11, 13), (13, 15)]


def test_columns_and_their_order():
    table = fetched("x", T, V).state_intervals()
    assert table.colnames == ["datestart", "datestop", "duration", "tstart", "tstop", "val"]
    assert [table[name].info.format for name in ("duration", "tstart", "tstop")] == [".3f"] * 3


@pytest.mark.parametrize(
    "vals",
    [np.array(["A", "A", "B"]), np.array([True, True, False]), np.array([1, 1, 2], np.int8)],
    ids=["U", "b", "i1"],
)
def test_values_are_of_the_type_of_the_object(vals):
    dat = fetched("x", [0, 10, 20], vals)
    table = dat.state_intervals()
    assert (table["val"].tolist(), table["val"].dtype) == ([vals[0], vals[2]], dat.dtype)


def test_texts_have_the_same_states_whether_looked_at_before_or_not():
    """States are held as codes until their texts are asked for."""
    dat = fetched("x", [0, 10, 20, 30], ["A", "B", "B", "A"])
    codes = dat.state_intervals()
    assert dat.vals.tolist() == ["A", "B", "B", "A"]
    texts = dat.state_intervals()
    assert (codes["val"].tolist(), pairs(codes)) == (texts["val"].tolist(), pairs(texts))


def test_edges_are_midpoints_and_rows_share_them_exactly():
    """13.9: the first and the last reach half a sample beyond the data."""
    seconds = [0.1, 0.3, 0.7, 1.5]
    table = fetched("x", seconds, [0, 1, 2, 3]).state_intervals()
    assert table["tstart"].tolist()[1:] == table["tstop"].tolist()[:-1]
    assert pairs(table)[0] == pytest.approx((0.0, 0.2))
    assert pairs(table)[-1] == pytest.approx((1.1, 1.9))


def test_dates_are_rounded_to_ms_and_seconds_are_not():
    table = fetched("x", [0, 0.0005, 0.002], [0, 1, 2]).state_intervals()
    assert table["tstart"][1] == 0.00025
    assert table["datestart"][1] == "1970:001:00:00:00.000"


@pytest.mark.parametrize(
    ("start", "stop", "rows"),
    [
        (13, 21, [(13, 21)]),
        (12, 30, [(12, 13), (13, 21), (21, 30)]),
        (0, 40, [(0, 13), (13, 21), (21, 40)]),
        (None, 20, [(9, 13), (13, 20)]),
        (20, None, [(20, 21), (21, 34)]),
        ("1970:001:00:00:12", "1970-01-01 00:00:30", [(12, 13), (13, 21), (21, 30)]),
    ],
)
def test_start_and_stop_clip_and_extend(start, stop, rows):
    assert pairs(utils.state_intervals(T, V, start=start, stop=stop)) == rows


def test_start_and_stop_by_position():
    assert pairs(utils.state_intervals(T, V, 12, 30)) == [(12, 13), (13, 21), (21, 30)]


@pytest.mark.parametrize("ends", [{}, {"start": 0}, {"stop": 9}])
def test_one_sample_needs_both_ends(ends):
    with pytest.raises(ValueError, match="For data length of 1, start and stop must be specified"):
        utils.state_intervals([5], [7], **ends)


def test_no_sample_is_an_error_in_utils_and_an_empty_table_of_an_object():
    with pytest.raises(ValueError, match="data length must be at least 1"):
        utils.state_intervals([], [])
    put("x", T, V)
    table = fetch.MSID("x", 100.0, 200.0).state_intervals()
    assert (len(table), table.colnames[-1]) == (0, "val")


@pytest.mark.parametrize(("seconds", "bads"), [([0], [0]), ([0, 10], [0, 1])])
def test_an_object_needs_two_good_samples_and_counts_the_good_ones(seconds, bads):
    """The ancestor counted bad ones too."""
    with pytest.raises(ValueError, match="Filtered data length must be at least 2"):
        fetched("x", seconds, np.ones(len(seconds)), bads).state_intervals()


def test_an_object_without_good_samples_has_no_states():
    assert len(fetched("x", [0, 10], [1, 1], [1, 1]).state_intervals()) == 0


def test_bad_samples_are_left_out_and_the_object_is_not_changed():
    dat = fetched("x", [0, 10, 20, 30], [0, 9, 0, 1], [0, 1, 0, 0])
    assert pairs(dat.state_intervals()) == [(-10, 25), (25, 35)]
    assert len(dat) == 4


def test_one_state_may_span_a_long_gap():
    assert pairs(fetched("x", [0, 10, 1e5, 1e5 + 10], [1, 1, 1, 1]).state_intervals()) == [(-5, 1e5 + 15)]


def test_statistics_have_states_too():
    put("x", np.arange(0, 1400, 10.0), np.ones(140))
    assert pairs(fetch.MSID("x", 0.0, 1312.0, stat="5min").state_intervals()) == [(0, 1312)]


def test_after_interpolation_states_are_those_of_the_grid():
    dat = fetched("x", [0, 9, 21, 30], [0, 1, 1, 0])
    dat.interpolate(dt=10)
    assert pairs(dat.state_intervals()) == [(-5, 5), (5, 25)]


def test_msid_sent_on_change_keeps_its_state_until_the_next_sample(archive):
    """Decisions, 4: hold semantics; the last state lasts to the end of what was asked for."""
    describe(archive, Entry("MODE", on_change=True))
    put("mode", [0, 100, 130], ["SAFE", "POINT", "SAFE"])
    table = fetch.MSID("mode", 0.0, 500.0).state_intervals()
    assert (pairs(table), table["val"].tolist()) == ([(0, 100), (100, 130), (130, 500)], ["SAFE", "POINT", "SAFE"])


def test_msid_sent_on_change_has_a_state_with_one_sample(archive):
    describe(archive, Entry("MODE", on_change=True))
    put("mode", [0, 100], [1, 2])
    assert pairs(fetch.MSID("mode", 50.0, 500.0).state_intervals()) == [(100, 500)]
    assert pairs(fetch.MSID("mode", 50.0, 500.0, bracket=True).state_intervals()) == [(0, 100), (100, 500)]


def test_bad_samples_of_an_msid_sent_on_change_change_nothing(archive):
    describe(archive, Entry("MODE", on_change=True))
    put("mode", [0, 50, 100], [1, 9, 2], [0, 1, 0])
    assert pairs(fetch.MSID("mode", 0.0, 200.0).state_intervals()) == [(0, 100), (100, 200)]


def test_times_of_plain_arrays_may_be_dates(archive):
    found = utils.state_intervals(["1970:001:00:00:10", "1970:001:00:00:20"], ["A", "B"])
    assert (found["tstart"].tolist(), found["val"].tolist()) == ([5, 15], ["A", "B"])
