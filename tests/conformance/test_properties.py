"""What holds for all series (with gaps, repeats, NaN, one sample, none), fetched from an archive, against brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.small import pairs
from jeta import fetch, update
from jeta.archive import create_archive

FEW = settings(max_examples=40, deadline=None)

_numbers = itertools.count()
_steps = st.sampled_from([0.0, 0.25, 1.0, 1.0, 1.0, 2.0, 60.0])
_kinds = {
    "float": (np.float64, st.sampled_from([0.0, 1.0, 2.5, math.nan])),
    "int": (np.int16, st.integers(0, 2)),
    "bool": (np.bool_, st.booleans()),
    "text": (np.str_, st.sampled_from(["OFF", "ON", "SAFE"])),
}
_instants = st.integers(-8, 400).map(lambda quarter: quarter / 4)


@st.composite
def rows(draw, kinds=tuple(_kinds), max_size=12):
    """Times, values and bad flags of a series; times ascend, some of them twice."""
    dtype, values = _kinds[draw(st.sampled_from(kinds))]
    steps = draw(st.lists(_steps, max_size=max_size))
    size = len(steps)
    vals = draw(st.lists(values, min_size=size, max_size=size))
    bads = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return np.cumsum(steps) - (steps[0] if steps else 0), np.array(vals, dtype), np.array(bads, bool)


_intervals = st.lists(st.tuples(_instants, _instants).map(sorted).map(tuple), max_size=4)


@pytest.fixture(scope="module", autouse=True)
def archive(tmp_path_factory):
    """One archive for all examples, each of which has MSIDs of its own."""
    made = create_archive(tmp_path_factory.mktemp("properties") / "archive")
    with fetch.set_archive(made):
        yield made


def stored(series):
    """Put a series into the archive and return the name that it got."""
    name = f"p{next(_numbers)}"
    times, vals, bads = series
    # One sample long before, so that the MSID is there and of its type whatever the series.
    fill = np.zeros(1, vals.dtype) if vals.dtype.kind != "U" else np.array(["OFF"])
    update.append(name, [-1e5, *times], np.concatenate([fill, vals]), [False, *bads])
    return name


def fetched(series):
    """The series as fetch gives it."""
    return fetch.MSID(stored(series), -100.0, 1e5)


def same(one, two):
    """Whether arrays are equal, NaN where NaN is."""
    return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")


def inside(times, intervals):
    """Whether each time is in one of some closed intervals, one by one."""
    return np.array([any(low <= time <= high for low, high in intervals) for time in times], bool)


@FEW
@given(rows(), _instants, _instants)
@example((np.empty(0), np.empty(0), np.empty(0, bool)), 0.0, 10.0)
def test_fetch_is_the_samples_from_start_to_before_stop(series, start, stop):
    name = stored(series)
    whole, part = fetch.MSID(name, -100.0, 1e5), fetch.MSID(name, start, stop)
    kept = (whole.times >= start) & (whole.times < stop)
    assert same(part.times, whole.times[kept])
    assert same(np.asarray(part.vals), np.asarray(whole.vals)[kept])
    assert same(part.bads, whole.bads[kept])


@FEW
@given(rows(), _instants, _instants)
def test_bracket_adds_one_instant_on_each_side(series, start, stop):
    name = stored(series)
    times = fetch.MSID(name, -1e6, 1e5).times
    dat = fetch.MSID(name, start, stop, bracket=True)
    if start > stop:
        assert len(dat) == 0
        return
    before, after = times[times < start], times[times >= stop]
    low = before[-1] if len(before) else start
    high = after[0] if len(after) else stop
    assert set(dat.times) == set(times[(times >= low) & (times <= high) & ((times < stop) | (times == high))])


@FEW
@given(rows(), st.lists(_instants, min_size=2, max_size=6, unique=True).map(sorted))
def test_fetch_of_several_intervals_is_that_of_each(series, edges):
    name = stored(series)
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    joined = fetch.MSID(name, spans)
    each = [fetch.MSID(name, *span) for span in spans]
    assert same(joined.times, np.concatenate([dat.times for dat in each]))
    assert same(np.asarray(joined.vals), np.concatenate([dat.vals for dat in each]))


@FEW
@given(rows())
def test_filter_bad_keeps_what_the_mask_says(series):
    dat = fetched(series)
    good = ~dat.bads
    times, vals = dat.times[good], np.asarray(dat.vals)[good]
    new = dat.filter_bad(copy=True)
    assert same(new.times, times)
    assert same(np.asarray(new.vals), vals)
    assert (new.bads, len(dat)) == (None, len(good))


@FEW
@given(rows(), _intervals)
def test_select_and_remove_part_the_samples_by_closed_intervals(series, intervals):
    dat = fetched(series)
    selected, removed = dat.select_intervals(intervals, copy=True), dat.remove_intervals(intervals, copy=True)
    kept = inside(dat.times, intervals)
    for part, mask in ((selected, kept), (removed, ~kept)):
        assert same(part.times, dat.times[mask])
        assert same(part.bads, dat.bads[mask])
        assert same(np.asarray(part.vals), np.asarray(dat.vals)[mask])


@FEW
@given(rows(), _intervals)
def test_bad_times_are_removed_and_marked_alike(series, intervals):
    """By a table, by the registry, and by `apply_bad_times` followed by a filter; in texts a sign means days from now."""
    name, intervals = stored(series), [(max(low, 0.0), max(high, 0.0)) for low, high in intervals]
    dat = fetch.MSID(name, -100.0, 1e5)
    expected = dat.times[~inside(dat.times, intervals)]
    assert same(dat.filter_bad_times(table=[f"{low} {high}" for low, high in intervals], copy=True).times, expected)
    fetch.read_bad_times([f"{name} {low} {high}" for low, high in intervals])
    assert same(dat.filter_bad_times(copy=True).times, expected)
    with fetch.apply_bad_times(True):
        marked = fetch.MSID(name, -100.0, 1e5).bads
    fetch.msid_bad_times.clear()
    assert same(marked, dat.bads | inside(dat.times, intervals))


def nearest(times, at):
    """The nearest sample one by one; of two as near, the later."""
    return min(range(len(times)), key=lambda row: (abs(times[row] - at), -row))


def previous(times, at):
    """The last sample at or before."""
    return max(row for row in range(len(times)) if times[row] <= at)


@FEW
@given(rows(), st.lists(_instants, max_size=8), st.sampled_from(["nearest", "previous"]))
def test_interpolation_takes_the_sample_that_a_search_one_by_one_takes(series, at, method):
    dat = fetched(series)
    new = dat.interpolate(times=np.array(at, float), method=method, copy=True)
    first, last = (dat.times[0], dat.times[-1]) if len(dat) else (math.inf, -math.inf)
    wanted = [instant for instant in at if first <= instant <= last]
    taken = [{"nearest": nearest, "previous": previous}[method](dat.times, instant) for instant in wanted]
    assert new.times.tolist() == wanted
    assert same(new.times0, dat.times[taken])
    assert same(np.asarray(new.vals), np.asarray(dat.vals)[taken])
    assert same(new.bads, dat.bads[taken])


@FEW
@given(rows(kinds=("float", "int")), st.lists(_instants, max_size=8))
def test_lines_are_those_of_numpy_where_samples_do_not_share_instants(series, at):
    times, vals, bads = series
    _, once = np.unique(times, return_index=True)
    dat = fetched((times[once], vals[once], bads[once]))
    new = dat.interpolate(times=np.array(at, float), method="linear", copy=True)
    expected = np.interp(new.times, dat.times, dat.vals) if len(dat) else np.empty(0)
    exact = np.isin(new.times, dat.times)
    known = exact | ~np.isnan(expected)
    np.testing.assert_allclose(new.vals[known], expected[known], rtol=1e-12, atol=1e-12)


@FEW
@given(rows(kinds=("float",)), st.lists(_instants, max_size=8), st.sampled_from([0.0, 0.5, 3.0, math.inf]))
def test_no_value_is_older_than_max_age(series, at, max_age):
    dat = fetched(series)
    new = dat.interpolate(times=np.array(at, float), method="previous", max_age=max_age, copy=True)
    old = new.times - new.times0 > max_age
    assert np.isnan(new.vals[old]).all()
    assert new.bads[old].all()
    assert same(new.bads[~old], dat.interpolate(times=np.array(at, float), method="previous", copy=True).bads[~old])


@FEW
@given(rows(), st.sampled_from([0.3, 1.0, 7.0]))
def test_grid_of_one_is_arange_over_its_samples(series, dt):
    dat = fetched(series)
    new = dat.interpolate(dt=dt, copy=True)
    expected = np.arange(dat.times[0], dat.times[-1], dt) if len(dat) else np.empty(0)
    assert same(new.times, expected)
    assert len(new.vals) == len(new.bads) == len(new.times0) == len(expected)


@FEW
@given(st.lists(rows(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_set_has_one_of_four_outcomes(members, filter_bad, bad_union):
    """Lengths, masks and times of the table of contract 3.2, from brute force over the grid without filters."""
    dats = fetch.MSIDset([stored(series) for series in members], -100.0, 1e5)
    plain = dats.interpolate(dt=1.0, filter_bad=False, copy=True)
    union = np.logical_or.reduce([dat.bads for dat in plain.values()])
    new = dats.interpolate(dt=1.0, filter_bad=filter_bad, bad_union=bad_union, copy=True)
    any_empty = any(not len(dat.filter_bad(copy=True)) for dat in dats.values())
    if bad_union:
        assert same(new.times, plain.times[~union] if filter_bad else plain.times)
    elif not (filter_bad and any_empty):
        assert same(new.times, plain.times)
    for name, dat in new.items():
        assert same(dat.times, new.times)
        assert len(dat.vals) == len(dat.times0) == len(new.times)
        expected = None if filter_bad else (union if bad_union else plain[name].bads)
        assert (dat.bads is None) if expected is None else same(dat.bads, expected)


@FEW
@given(rows(kinds=("float", "int")), st.sampled_from(["==", "!=", ">", "<", ">=", "<="]), st.sampled_from([0, 1, 2]))
def test_good_samples_are_in_the_intervals_of_what_they_compare_as(series, op, val):
    dat = fetched(series).filter_bad(copy=True)
    if len(dat) == 1:
        return
    spans = pairs(dat.logical_intervals(op, val))
    compare = {"==": np.equal, "!=": np.not_equal, ">": np.greater, "<": np.less, ">=": np.greater_equal}
    true = compare.get(op, np.less_equal)(dat.vals, val)
    within = inside(dat.times, spans)
    edges = {edge for span in spans for edge in span}
    at_edge = np.isin(dat.times, list(edges))
    assert (within | at_edge)[true].all()
    assert not (within & ~at_edge)[~true].any()
    assert all(low <= high for low, high in spans)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))


@FEW
@given(rows(kinds=("int", "text")), st.booleans())
def test_a_comparison_and_its_opposite_part_the_time(series, complete):
    dat = fetched(series)
    if len(dat.filter_bad(copy=True)) < 2:
        return
    val = "ON" if dat.dtype.kind == "U" else 1
    spans = sorted(pairs(dat.logical_intervals("==", val)) + pairs(dat.logical_intervals("!=", val)))
    states = pairs(dat.state_intervals())
    assert (spans[0][0], max(stop for _, stop in spans)) == (states[0][0], states[-1][1])
    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))
    fewer = pairs(dat.logical_intervals("==", val, complete_intervals=complete))
    assert set(fewer) <= set(spans)


@FEW
@given(rows(kinds=("int", "text", "bool")), st.sampled_from([0.5, 1.0, 30.0]))
def test_max_gap_cuts_only_where_there_are_gaps(series, max_gap):
    """Each interval ends a quarter of max_gap after a sample at most, and none bridges a longer spacing."""
    dat = fetched(series).filter_bad(copy=True)
    if len(dat) < 2:
        return
    whole = pairs(dat.logical_intervals("==", dat.vals[0]))
    cut = pairs(dat.logical_intervals("==", dat.vals[0], max_gap=max_gap))
    gaps = [(low, high) for low, high in itertools.pairwise(dat.times.tolist()) if high - low > max_gap]
    for start, stop in cut:
        assert not any(start <= low and high <= stop for low, high in gaps)
    if not gaps:
        assert cut == whole
    true = dat.times[np.asarray(dat.vals) == dat.vals[0]]
    assert inside(true, cut).all()


@FEW
@given(rows())
def test_states_cover_the_span_without_gap_and_hold_their_samples(series):
    dat = fetched(series)
    good = dat.filter_bad(copy=True)
    if len(good) == 1:
        with pytest.raises(ValueError, match="at least 2"):
            dat.state_intervals()
        return
    table = dat.state_intervals()
    spans, vals = pairs(table), table["val"]
    if not len(good):
        assert spans == []
        return
    times = good.times
    assert spans[0][0] == times[0] - (times[1] - times[0]) / 2
    assert spans[-1][1] == times[-1] + (times[-1] - times[-2]) / 2
    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))
    for time, val in zip(times, np.asarray(good.vals), strict=True):
        held = [vals[row] for row, (low, high) in enumerate(spans) if low <= time <= high]
        assert any(each == val or (each != each and val != val) for each in held)  # noqa: PLR0124 - NaN
    assert len(spans) == 1 + int(np.sum(np.asarray(good.vals)[1:] != np.asarray(good.vals)[:-1]))


@FEW
@given(rows(kinds=("int", "float")))
def test_statistics_are_those_of_the_good_samples_of_each_bin(series):
    """NaN is no value, so that it does not count."""
    name = stored(series)
    update.append(name, [1e5], np.zeros(1, series[1].dtype))
    dat = fetch.MSID(name, -328.0, 3280.0, stat="5min")
    good = fetch.Msid(name, -328.0, 3280.0)
    good.filter_bad(np.isnan(good.vals))
    bins = np.floor(good.times / 328).astype(int)
    assert dat.indexes.tolist() == np.unique(bins).tolist()
    for index, samples, low, high in zip(dat.indexes, dat.samples, dat.mins, dat.maxes, strict=True):
        vals = good.vals[bins == index]
        assert (samples, low, high) == (len(vals), vals.min(), vals.max())


@FEW
@given(rows(), _intervals)
def test_what_is_done_to_a_copy_leaves_the_object(series, intervals):
    dat = fetched(series)
    before = {name: np.copy(getattr(dat, name)) for name in dat.colnames}
    for change in (
        lambda: dat.filter_bad(copy=True),
        lambda: dat.select_intervals(intervals, copy=True),
        lambda: dat.remove_intervals(intervals, True),
        lambda: dat.interpolate(dt=1.0, copy=True),
        lambda: dat.filter_bad_times(0.0, 5.0, copy=True),
    ):
        new = change()
        for name in ("vals", "times"):
            getattr(new, name)[:] = getattr(new, name)[::-1].copy()
    assert all(same(before[name], np.asarray(getattr(dat, name))) for name in before)
