"""Instants as UTC days and nanoseconds of the day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.times import utc
from jeta.times.ticks import Ticks
from jeta.times.utc import Instant

DAY_NS = 86_400 * 10**9
LEAP_DAY = 17_166  # 2016-12-31
NOON_2022 = Instant(19_135, DAY_NS // 2)  # 2022-05-23
BOTH = pytest.mark.parametrize("system", ["unix", "cxcsec"])
INSTANTS = st.builds(Instant, st.integers(-700_000, 2_900_000), st.integers(0, DAY_NS - 1))


def times(*instants):
    """UtcTimes of instants."""
    return utc.from_instants(instants)


def pairs(read):
    """Days and nanoseconds as a list of pairs."""
    return list(zip(read.days.tolist(), read.ns.tolist(), strict=True))


@pytest.mark.parametrize(
    ("instant", "unix", "cxcsec"),
    [
        (Instant(0, 0), 0.0, -883612757.816),
        (Instant(LEAP_DAY, DAY_NS - 10**9), 1483228799.0, 599616067.184),
        (Instant(LEAP_DAY, DAY_NS), 1483228800.0, 599616068.184),
        (Instant(LEAP_DAY, DAY_NS + 500_000_000), 1483228800.5, 599616068.684),
        (Instant(LEAP_DAY + 1, 0), 1483228800.0, 599616069.184),
    ],
)
def test_seconds_of_an_instant(instant, unix, cxcsec):
    """The leap second is an instant of its own in cxcsec; in unix it equals the midnight after it."""
    assert utc.instant_to_seconds(instant, "unix") == unix
    assert utc.instant_to_seconds(instant, "cxcsec") == cxcsec
    assert utc.to_seconds(times(instant), "unix").tolist() == [unix]
    assert utc.to_seconds(times(instant), "cxcsec").tolist() == [cxcsec]


@BOTH
@given(instants=st.lists(INSTANTS, min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_seconds_of_many_are_those_of_each(system, instants):
    """Arrays round as single instants do, which is correctly."""
    expected = [utc.instant_to_seconds(instant, system) for instant in instants]
    assert utc.to_seconds(times(*instants), system).tolist() == expected


@BOTH
@given(ns=st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_seconds_close_to_zero(system, ns):
    """Also within months of 1970 and 1998, where a float64 tells nanoseconds apart."""
    day = 0 if system == "unix" else 10_226
    instants = [Instant(day + one // DAY_NS, one % DAY_NS) for one in ns]
    expected = [utc.instant_to_seconds(instant, system) for instant in instants]
    assert utc.to_seconds(times(*instants), system).tolist() == expected


def check_tick_survives_utc(ms, system):
    """A tick gives an instant, singly and in an array, which gives the tick."""
    read = utc.from_ticks(Ticks(np.array([ms]), "ms", np.array([True])), system)
    assert pairs(read) == [utc.ms_to_instant(ms, system)]
    assert utc.to_ticks(read, system, "ms").ticks.tolist() == [ms]


@BOTH
@given(ms=st.integers(-30_000_000_000_000, 30_000_000_000_000))
@settings(max_examples=100, deadline=None)
def test_ticks_survive_utc(system, ms):
    """A tick of 1 ms comes back from UTC, in either system."""
    check_tick_survives_utc(ms, system)


@pytest.mark.parametrize("ms", range(599_616_067_000, 599_616_070_000, 184))
def test_ticks_survive_utc_around_a_leap_second(ms):
    """So do those before, within and after the leap second of 2016."""
    check_tick_survives_utc(ms, "cxcsec")


@pytest.mark.parametrize(
    ("instants", "resolution", "ticks"),
    [
        ([Instant(0, 10**6)], "ms", [1]),
        ([Instant(0, 10**6), Instant(0, 1000)], "us", [1000, 1]),
        ([Instant(0, 10**6), Instant(0, 1)], "ns", [10**6, 1]),
        ([Instant(-1, DAY_NS - 10**6)], "ms", [-1]),
        ([], "ms", []),
    ],
)
def test_coarsest_ticks(instants, resolution, ticks):
    """The coarsest resolution that holds all of them."""
    result = utc.to_ticks(times(*instants), "unix")
    assert (result.resolution, result.ticks.tolist()) == (resolution, ticks)


def test_coarsest_ticks_are_the_same_in_both_systems():
    """The systems differ by whole milliseconds, so that neither needs finer ticks."""
    ticks = utc.to_ticks(times(NOON_2022), "cxcsec")
    assert (ticks.ticks.tolist(), ticks.resolution) == ([769_694_469_184], "ms")


def test_missing_instants():
    """None is no instant: not valid, tick 0, NaN seconds."""
    missing = times(NOON_2022, None)
    assert missing.valid.tolist() == [True, False]
    assert utc.to_ticks(missing, "unix").valid.tolist() == [True, False]
    assert utc.to_ticks(missing, "unix").ticks[1] == 0
    assert np.isnan(utc.to_seconds(missing, "unix")).tolist() == [False, True]


def test_beyond_int64():
    """The year 9999 has no ticks of 1 ns, but has seconds."""
    far = times(Instant(2_932_896, 0), Instant(0, 1))
    assert utc.to_ticks(far, "unix").valid.tolist() == [False, True]
    assert utc.to_seconds(far, "unix")[0] == 253402214400.0


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (np.datetime64("2022", "Y"), (18_993, 0)),
        (np.datetime64("2022-05", "M"), (19_113, 0)),
        (np.datetime64("2022-05-23", "D"), (19_135, 0)),
        (np.datetime64("2022-05-26", "W"), (19_138, 0)),
        (np.datetime64("2022-05-23T12", "h"), NOON_2022),
        (np.datetime64("2022-05-23T12:00", "m"), NOON_2022),
        (np.datetime64("2022-05-23T12:00:01", "s"), (19_135, DAY_NS // 2 + 10**9)),
        (np.datetime64("2022-05-23T12:00:00.001", "ms"), (19_135, DAY_NS // 2 + 10**6)),
        (np.datetime64("1969-12-31T23:59:59.999999", "us"), (-1, DAY_NS - 1000)),
        (np.datetime64("1969-12-31T23:59:59.999999999", "ns"), (-1, DAY_NS - 1)),
        (np.datetime64(1_501, "ps"), (0, 2)),
        (np.datetime64(1_499_999, "fs"), (0, 1)),
        (np.datetime64(-(10**9), "as"), (-1, DAY_NS - 1)),
        (np.array([3], "M8[10ms]")[0], (0, 30 * 10**6)),
        (np.array([2], "M8[15m]")[0], (0, 1800 * 10**9)),
    ],
)
def test_datetime64_of_any_unit(value, instant):
    """Every unit of datetime64, and multiples; below 1 ns rounded to the nearest."""
    read = utc.from_datetime64(np.array([value]))
    assert (pairs(read), read.valid.tolist()) == ([instant], [True])


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "as"])
def test_nat_of_any_unit(unit):
    """NaT is not valid, and does not spoil what is beside it."""
    read = utc.from_datetime64(np.array(["NaT", 0], f"M8[{unit}]"))
    assert read.valid.tolist() == [False, True]
    assert pairs(read)[1] == (0, 0)


@pytest.mark.filterwarnings("ignore:The 'generic' unit:DeprecationWarning")  # numpy 2.5 wants a unit, users may not
def test_nat_without_a_unit():
    """NaT alone has no unit."""
    assert utc.from_datetime64(np.array([np.datetime64("NaT")])).valid.tolist() == [False]


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s"])
def test_absurd_datetimes(unit):
    """Counts that would overflow are not valid rather than wrong."""
    read = utc.from_datetime64(np.array([2**62, -(2**62)], np.int64).view(f"M8[{unit}]"))
    assert read.valid.tolist() == [False, False]


def test_datetime64_in_foreign_byte_order():
    """Big-endian arrays, as FITS and HDF5 have them, read the same."""
    values = np.array(["2022-05-23T12:00"], "M8[ms]").astype(">M8[ms]")
    assert pairs(utc.from_datetime64(values)) == [NOON_2022]


@BOTH
@pytest.mark.parametrize(
    ("seconds", "resolution", "ns"), [(0.0014, "ms", 10**6), (0.0014, "us", 1_400_000), (1e-9, "ns", 1)]
)
def test_seconds_are_rounded(system, seconds, resolution, ns):
    """To the nearest of the resolution asked for."""
    zero = utc.from_seconds(np.array([0.0]), system, resolution)
    later = utc.from_seconds(np.array([seconds]), system, resolution)
    assert later.ns[0] - zero.ns[0] == ns


def test_rounding_carries_over_midnight():
    """Half a ms before midnight is midnight, of the next day."""
    assert pairs(utc.from_seconds(np.array([86399.9996]), "unix", "ms")) == [(1, 0)]


def test_rounding_carries_into_a_leap_second():
    """Half a ms before 23:59:60 is 23:59:60."""
    read = utc.from_seconds(np.array([599616068.1836]), "cxcsec", "ms")
    assert pairs(read) == [(LEAP_DAY, DAY_NS)]


def test_seconds_that_are_no_instant():
    """NaN, infinite and absurd seconds are not valid."""
    assert utc.from_seconds(np.array([np.nan, np.inf, -np.inf, 1e17, 0.0]), "cxcsec").valid.tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("start", "by_s", "end"),
    [
        (NOON_2022, 86_400, Instant(19_136, DAY_NS // 2)),
        (Instant(LEAP_DAY, DAY_NS - 10**9), 1, Instant(LEAP_DAY, DAY_NS)),
        (Instant(LEAP_DAY, DAY_NS - 10**9), 2, Instant(LEAP_DAY + 1, 0)),
        (Instant(LEAP_DAY + 1, 0), -86_400, Instant(LEAP_DAY, 10**9)),
    ],
)
def test_shifted_by_time_elapsed(start, by_s, end):
    """Leap seconds count as elapsed."""
    assert utc.shifted(start, by_s * 10**9) == end
