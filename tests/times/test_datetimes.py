"""Seconds as datetime64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import datetimes, show, ticks_to_seconds, to_datetime64, to_seconds, utc
from jeta.times.ticks import coarsest_ticks

MANY = settings(max_examples=300, deadline=None)
SYSTEMS = ["unix", "cxcsec"]
TICKS_A_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}


def by_the_general_way(seconds, system):
    """Nanoseconds by way of days and nanoseconds of the day."""
    return utc.to_ticks(utc.from_ticks(coarsest_ticks(seconds), system), "unix", "ns").ticks


def back(times, system):
    """Seconds of datetimes."""
    return np.asarray(to_seconds(times, system))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("resolution", ["ms", "us", "ns"])
@given(data=st.data())
@MANY
def test_seconds_of_ticks_come_back_bit_for_bit(data, resolution, system):
    """Of ticks of any archive between 1985 and 2045: the unit is chosen so that nothing is lost."""
    low, high = (5 * 10**8, 23 * 10**8) if system == "unix" else (-4 * 10**8, 15 * 10**8)
    per_second = TICKS_A_SECOND[resolution]
    ticks = data.draw(st.lists(st.integers(low * per_second, high * per_second), min_size=1, max_size=9))
    seconds = ticks_to_seconds(np.array(ticks), resolution)
    times = to_datetime64(seconds, system)
    in_leap = np.isin(np.floor(back(times, system) - seconds), [1.0])  # a leap second has no datetime of its own
    assert (back(times, system) == seconds)[~in_leap].all()


@pytest.mark.parametrize("system", SYSTEMS)
@given(seconds=st.lists(st.floats(-8e9, 8e9) | st.floats(2**31, 8e9), min_size=1, max_size=5))
@MANY
def test_ns_are_those_of_the_general_way(seconds, system):
    """The short way of blocks and the way over days of UTC agree to the last bit."""
    values = np.array(seconds)
    assert to_datetime64(values, system, "ns").view(np.int64).tolist() == by_the_general_way(values, system).tolist()


@pytest.mark.parametrize("step_s", [0.25, 0.1, 1e-3, 1e-6, 3e-7])
@pytest.mark.parametrize("name", ["2017", "2006", "1972"])
def test_leap_seconds_show_as_the_second_after(name, step_s):
    """Around a leap second in cxcsec: the same as the general way, and the midnight comes twice."""
    midnight = to_seconds(f"{name}:001", "cxcsec")
    seconds = midnight + np.arange(-20, 20) * step_s
    times = to_datetime64(seconds, "cxcsec", "ns")
    assert times.view(np.int64).tolist() == by_the_general_way(seconds, "cxcsec").tolist()
    assert times[20] == np.datetime64(f"{name}-01-01")
    if name != "1972":  # which began without one
        assert times[19] > times[20]


@pytest.mark.parametrize(
    ("seconds", "unit"),
    [
        ([1653266167.888], "us"),
        ([1653266167.888123], "us"),
        ([1653266167.5, 0.0, -1.25], "us"),
        ([1653266167.888, 1653266167.8881233], "ns"),
        ([1 / 3], "ns"),
        ([], "us"),
        ([np.nan, 1.5], "us"),
        ([1e10 + 0.5], "us"),
        ([1e10, 1 / 3], "us"),
    ],
    ids=["ms", "us", "before 1970", "one needs ns", "third", "none", "nan", "beyond ns", "beyond ns, and one needs ns"],
)
def test_unit_is_us_unless_that_loses_something(seconds, unit):
    """And us too where ns do not reach."""
    assert to_datetime64(seconds).dtype == f"M8[{unit}]"


def test_values_are_those_of_numpy():
    """Known instants."""
    times = to_datetime64([0.0, 1653266167.888, -0.5, 1e10])
    expected = ["1970-01-01", "2022-05-23T00:36:07.888", "1969-12-31T23:59:59.5", "2286-11-20T17:46:40"]
    assert times.tolist() == np.array(expected, "M8[us]").tolist()


def test_shape_stays_and_one_number_may_be_given():
    """As of any function of arrays."""
    assert to_datetime64(np.zeros((2, 3))).shape == (2, 3)
    assert to_datetime64(0.0)[()] == np.datetime64("1970-01-01")
    assert to_datetime64(np.arange(10.0)[::3]).tolist() == to_datetime64([0.0, 3.0, 6.0, 9.0]).tolist()


def test_what_is_not_finite_is_not_a_time():
    """NaN and infinite seconds are NaT; what is beside them stays exact."""
    times = to_datetime64([np.nan, 1653266167.888, np.inf, -np.inf])
    assert np.isnat(times).tolist() == [True, False, True, True]
    assert times[1] == np.datetime64("2022-05-23T00:36:07.888")


@pytest.mark.parametrize(("seconds", "unit"), [(1e10, "ns"), (-1e10, "ns"), (1e16, "us"), (1e16, None)])
def test_beyond_the_reach_of_the_unit(seconds, unit):
    """Refused with the value, rather than wrapped around."""
    with pytest.raises(TimeFormatError, match=rf"{seconds!r} s cannot be shown".replace("+", r"\+")):
        to_datetime64([0.0, seconds], "unix", unit)


@pytest.mark.parametrize(("args", "word"), [(("gps",), "gps"), (("unix", "ms"), "ms"), (("unix", "D"), "D")])
def test_unknown_system_or_unit(args, word):
    """The message names it."""
    with pytest.raises(TimeFormatError, match=f"'{word}'"):
        to_datetime64([0.0], *args)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("rows", [1, 32_767, 32_768, 32_769, 100_000])
@pytest.mark.parametrize("threads", [False, True])
def test_blocks_and_threads_do_not_matter(monkeypatch, rows, system, threads):
    """Lengths around that of a block, and halves in two threads."""
    monkeypatch.setattr(datetimes, "_ROWS_WORTH_THREADS", 0 if threads else 10**9)
    seconds = np.round(5e8 + np.arange(rows) * 1.001, 3)
    times = to_datetime64(seconds, system)
    assert times.dtype == "M8[us]"
    assert (times.view(np.int64) * 1000 == by_the_general_way(seconds, system)).all()


@pytest.mark.parametrize("at", [0, 32_768, 99_999])
def test_one_time_in_any_block_decides_the_unit(at):
    """Also the last of many."""
    seconds = np.arange(100_000.0) + 1e9
    seconds[at] += 2**-23
    assert to_datetime64(seconds).dtype == "M8[ns]"
    assert (back(to_datetime64(seconds), "unix") == seconds).all()


def test_show_gives_the_same():
    """`show` has this for its form datetime64, in ns."""
    seconds = np.array([1653266167.888, 1 / 3])
    assert show(seconds, "datetime64").tolist() == to_datetime64(seconds, "unix", "ns").tolist()
    assert to_datetime64([-0.0]).tolist() == to_datetime64([0.0]).tolist()
