"""What computed MSIDs fetch, against models that know all samples at once."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.computed import compute, find
from jeta.computed.inputs import LOOK_BACK_S, brought_onto, numbers, with_usable_before

ROWS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(-9, 9), st.booleans()), max_size=25, unique_by=lambda row: row[0]
).map(sorted)


class Module:
    """Fetches from literal rows of (second, value, bad), half-open as fetches are."""

    def __init__(self, unit=None, on_change=(), **rows):
        self.rows, self.unit, self.on_change, self.asked = rows, unit, on_change, []

    def MSID(self, msid, start, stop, filter_bad=False, *, bracket=False):
        self.asked.append((msid, start, stop))
        rows = np.array(self.rows[msid], float).reshape(-1, 3)
        if bracket:
            start = rows[rows[:, 0] < start, 0].max(initial=-np.inf)
        rows = rows[(rows[:, 0] >= start) & (rows[:, 0] < stop)]
        entry = SimpleNamespace(on_change=msid in self.on_change)
        return SimpleNamespace(times=rows[:, 0], vals=rows[:, 1], bads=rows[:, 2] != 0, unit=self.unit, entry=entry)


def computed(name, module, first, last):
    cls, args = find(name)
    return compute(cls, {"cxc": module}, "cxc", first, last, name, args).columns


def test_stop_is_inside():
    module = Module(a=[(1, 5, 0), (2, 6, 0), (3, 7, 0)])
    assert numbers(module, "a", 1.0, 2.0).vals.tolist() == [5, 6]


def test_none_as_bads_is_all_good():
    """As of objects whose bad samples were left out."""
    module = SimpleNamespace(MSID=lambda *asked: SimpleNamespace(times=[1.0], vals=[True], bads=None, unit="V"))
    found = numbers(module, "a", 0.0, 2.0)
    assert (found.vals.tolist(), found.bads.tolist(), found.unit) == ([1.0], [False], "V")


@pytest.mark.parametrize(
    ("ago", "is_found"), [(1, True), (301, True), (20_000, True), (LOOK_BACK_S, True), (100_000, False)]
)
def test_sample_before_is_looked_for_as_far_as_a_day_back(ago, is_found):
    module = Module(a=[(500_000 - ago, 1, 0), (500_000, 2, 0)])
    assert len(with_usable_before(module, "a", 500_000.0, 500_001.0).times) == 1 + is_found


def test_bad_sample_before_is_passed_over():
    module = Module(a=[(1000, 1, 0), (1900, 2, 1), (2000, 3, 0)])
    assert with_usable_before(module, "a", 2000.0, 2000.0).times.tolist() == [1000, 2000]


def test_nothing_is_looked_for_where_nothing_is_wanted():
    module = Module(a=[(1000, 1, 0)])
    assert len(with_usable_before(module, "a", 2000.0, 3000.0).times) == 0
    assert len(module.asked) == 1


def test_slow_input_is_found_beyond_the_first_look():
    """Samples 1000 s apart: those that count may be 3000 s away."""
    module = Module(b=[(1000 * number, number, 0) for number in range(10)])
    found = brought_onto(module, "b", np.array([4400.0, 11_900.0, 12_100.0]), None)
    assert found.vals.tolist() == [4, 9, 9]
    assert found.bads.tolist() == [False, False, True]


def test_single_sample_counts_at_its_own_instant_only():
    found = brought_onto(Module(b=[(50, 7, 0)]), "b", np.array([49.0, 50.0, 51.0]), None)
    assert found.bads.tolist() == [True, False, True]


def test_input_without_samples_is_bad_and_nan():
    found = brought_onto(Module(b=[]), "b", np.array([49.0, 50.0]), None)
    assert (np.isnan(found.vals).all(), found.bads.tolist()) == (True, [True, True])


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 3000), st.integers(0, 3000))
def test_rate_is_that_of_the_whole_series(rows, one, two):
    """Whatever the span, each rate is from the good sample before, wherever that is."""
    first, last = sorted((one, two))
    found = computed("rate__a", Module(a=rows), first, last)
    good = [(time, value) for time, value, bad in rows if not bad]
    expected = {time: np.nan for time, _, _ in rows}
    for before, after in zip(good, good[1:], strict=False):
        expected[after[0]] = (after[1] - before[1]) / (after[0] - before[0])
    inside = {time: rate for time, rate in expected.items() if first <= time <= last}
    assert found["times"].tolist() == list(inside)
    assert np.array_equal(found["vals"], list(inside.values()), equal_nan=True)
    assert found["bads"].tolist() == np.isnan(list(inside.values())).tolist()


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 900), st.lists(st.tuples(st.integers(-9, 9), st.booleans()), min_size=2, max_size=30))
def test_difference_is_from_the_nearest_of_all_samples(one, spacing, values):
    two = [(spacing * number, *row) for number, row in enumerate(values)]
    found = computed("diff__a__b", Module(a=one, b=two), 0, 3000)
    assert len(found["vals"]) == len(one)
    for (time, value, bad), vals, bads in zip(one, found["vals"], found["bads"], strict=True):
        away, _, other, other_bad = min((abs(time - t), -t, v, b) for t, v, b in two)  # of two as near, the later
        assert vals == value - other
        assert bads == (bad or other_bad or away > 3 * spacing)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1500, 3000), ROWS)
def test_difference_from_what_is_sent_on_change_is_from_the_value_that_holds(one, first, two):
    """However old it is, and never one to come."""
    found = computed("diff__a__b", Module(a=one, b=two, on_change="b"), first, 3000)
    norms = computed("norm__a__b", Module(a=one, b=two, on_change="b"), first, 3000)
    inside = [row for row in one if row[0] >= first]
    for (time, value, bad), vals, bads in zip(inside, found["vals"], found["bads"], strict=True):
        before = [row for row in two if row[0] <= time]
        _, other, other_bad = before[-1] if before else (0, np.nan, True)
        assert np.array_equal(vals, value - other, equal_nan=True)
        assert bads == (bad or other_bad)
    assert norms["bads"].tolist() == found["bads"].tolist()


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 200))
def test_moving_mean_of_what_is_sent_on_change_is_over_the_time_that_values_hold(rows, one, two, half):
    first, last = sorted((one, two))
    found = computed(f"mean__a__{2 * half}s", Module(a=rows, on_change="a"), first, last)
    held = dict.fromkeys(range(-300, 3300), np.nan)  # the value of each second
    for time, value, bad in rows:
        held.update(dict.fromkeys(range(time, 3300), np.nan if bad else value))
    for time, mean in zip(found["times"].astype(int), found["vals"], strict=True):
        seconds = np.array([held[second] for second in range(time - half, time + half)] or [held[time]])
        known = seconds[~np.isnan(seconds)]
        assert np.isnan(mean) if not len(known) else mean == pytest.approx(known.mean(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 2000))
def test_moving_mean_is_that_of_the_whole_series(rows, one, two, width):
    first, last = sorted((one, two))
    found = computed(f"mean__a__{width}s", Module(a=rows), first, last)
    for time, mean, bad in zip(found["times"], found["vals"], found["bads"], strict=True):
        inside = [value for t, value, is_bad in rows if not is_bad and 2 * abs(t - time) <= width]
        assert bad == (not inside)
        assert bad or mean == pytest.approx(np.mean(inside), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_magnitude_of_a_vector_and_its_negative(rows):
    """The sign of a part makes no difference, and a part alone is its absolute value."""
    flipped = [(time, -value, bad) for time, value, bad in rows]
    zeros = [(time, 0, 0) for time, _, _ in rows]
    module = Module(a=rows, b=flipped, c=zeros)
    assert computed("norm__a__b", module, 0, 3000)["vals"] == pytest.approx([2**0.5 * abs(v) for _, v, _ in rows])
    found = computed("norm__b__c__c", module, 0, 3000)
    assert found["vals"].tolist() == [abs(value) for _, value, _ in rows]
