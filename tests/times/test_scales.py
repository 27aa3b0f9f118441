"""The two time systems and the ways between them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import (
    SYSTEMS,
    cxcsec_ticks_to_unix_ticks,
    cxcsec_to_unix,
    unix_ticks_to_cxcsec_ticks,
    unix_to_cxcsec,
)
from jeta.times.leapseconds import STEP_DAYS
from jeta.times.scales import check_system

# (unix, cxcsec): 1998-01-01, 2000-01-01, 2010:001, 2017-01-01, and 1970-01-01 with 10 s for TAI - UTC.
PAIRS = [
    (883612800.0, 63.184),
    (946684800.0, 63072064.184),
    (1262304000.0, 378691266.184),
    (1483228800.0, 599616069.184),
    (0.0, -883612757.816),
]
MANY = settings(max_examples=100, deadline=None)
UNIX_MS = st.integers(64_000_000_000, 1_700_000_000_000)


def test_names():
    """There are two systems."""
    assert SYSTEMS == ("unix", "cxcsec")


@pytest.mark.parametrize("system", SYSTEMS)
def test_known_system(system):
    """Both pass."""
    check_system(system)


def test_unknown_system():
    """Another is refused, and the two are named."""
    with pytest.raises(ValueError, match="unknown time system 'tai': it must be one of unix, cxcsec"):
        check_system("tai")


@pytest.mark.parametrize(("unix", "cxcsec"), PAIRS)
def test_known_pairs(unix, cxcsec):
    """Literal instants, both ways, to the last bit."""
    assert unix_to_cxcsec(unix) == cxcsec
    assert cxcsec_to_unix(cxcsec) == pytest.approx(unix, abs=2e-8)


def test_zero_of_cxcsec():
    """It is 1997:365:23:58:56.816 UTC."""
    assert cxcsec_to_unix(0.0) == 883612736.816
    assert cxcsec_ticks_to_unix_ticks(0, "ms") == 883612736816


@pytest.mark.parametrize(("unix", "cxcsec"), PAIRS)
@pytest.mark.parametrize(("resolution", "per_ms"), [("ms", 1), ("us", 10**3), ("ns", 10**6)])
def test_known_pairs_in_ticks(unix, cxcsec, resolution, per_ms):
    """The same in ticks, exactly."""
    unix_ticks, cxcsec_ticks = round(unix * 1000) * per_ms, round(cxcsec * 1000) * per_ms
    assert unix_ticks_to_cxcsec_ticks(unix_ticks, resolution) == cxcsec_ticks
    assert cxcsec_ticks_to_unix_ticks(cxcsec_ticks, resolution) == unix_ticks


def test_arrays_give_arrays_and_numbers_numbers():
    """One number gives Python's kind, an array an array of the same shape."""
    assert type(unix_to_cxcsec(0.0)) is type(cxcsec_to_unix(0.0)) is float
    assert type(unix_ticks_to_cxcsec_ticks(0, "ms")) is type(cxcsec_ticks_to_unix_ticks(0, "ms")) is int
    assert unix_to_cxcsec(np.zeros((2, 3))).shape == cxcsec_to_unix(np.zeros((2, 3))).shape == (2, 3)
    assert unix_ticks_to_cxcsec_ticks(np.zeros((2, 3), int), "us").shape == (2, 3)


@pytest.mark.parametrize("function", [unix_to_cxcsec, cxcsec_to_unix])
def test_no_instants(function):
    """An empty array gives an empty one."""
    assert function([]).shape == (0,)


@pytest.mark.parametrize("function", [unix_to_cxcsec, cxcsec_to_unix])
def test_not_finite_stays(function):
    """NaN and infinities stay, and leave the others alone."""
    result = function([np.nan, np.inf, -np.inf, 0.0])
    assert np.array_equal(result[:3], [np.nan, np.inf, -np.inf], equal_nan=True)
    assert result[3] == function(0.0)


@given(UNIX_MS)
@MANY
def test_seconds_to_cxcsec_are_correctly_rounded(ms):
    """The float64 nearest to the true value, by exact arithmetic."""
    seconds = ms / 1000
    offset = Fraction(unix_ticks_to_cxcsec_ticks(int(seconds) * 1000, "ms") - int(seconds) * 1000, 1000)
    assert unix_to_cxcsec(seconds) == float(Fraction(seconds) + offset)


@given(st.floats(4.5e8, 1.9e9))
@MANY
def test_unix_survives_cxcsec(seconds):
    """Where float64 are denser in cxcsec, from 1984 to 2030, unix seconds come back bit for bit."""
    assert cxcsec_to_unix(unix_to_cxcsec(seconds)) == seconds


@given(st.integers(-(2**60), 2**60), st.sampled_from(["ms", "us", "ns"]))
@MANY
def test_unix_ticks_survive_cxcsec(ticks, resolution):
    """Ticks come back exactly."""
    assert cxcsec_ticks_to_unix_ticks(unix_ticks_to_cxcsec_ticks(ticks, resolution), resolution) == ticks


@given(st.lists(st.integers(-(2**60), 2**60), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_tick_arrays_agree_with_single_ticks(ticks):
    """An array that crosses steps is converted element by element."""
    expected = [unix_ticks_to_cxcsec_ticks(tick, "us") for tick in ticks]
    assert unix_ticks_to_cxcsec_ticks(ticks, "us").tolist() == expected
    expected = [cxcsec_ticks_to_unix_ticks(tick, "us") for tick in ticks]
    assert cxcsec_ticks_to_unix_ticks(ticks, "us").tolist() == expected


@given(UNIX_MS)
@MANY
def test_as_astropy_has_it(ms):
    """astropy's cxcsec of the same UTC instant, to the precision of a float64."""
    when = Time(np.datetime64(ms, "ms"), scale="utc")
    ours = unix_ticks_to_cxcsec_ticks(ms, "ms")
    assert abs(when.cxcsec - ours / 1000) < 3e-7


@pytest.mark.parametrize("row", range(1, len(STEP_DAYS)))
def test_around_every_leap_second(row):
    """In cxcsec the leap second lasts; in unix it repeats the first second of the next day."""
    midnight = int(STEP_DAYS[row]) * 86_400_000
    before, after = unix_ticks_to_cxcsec_ticks([midnight - 1, midnight], "ms").tolist()
    assert after - before == 1001
    assert cxcsec_ticks_to_unix_ticks([after - 1000, after - 1, after], "ms").tolist() == [
        midnight,
        midnight + 999,
        midnight,
    ]


@pytest.mark.parametrize("row", range(1, len(STEP_DAYS)))
def test_around_every_leap_second_in_seconds(row):
    """The same with float64 seconds."""
    midnight = float(STEP_DAYS[row] * 86_400)
    after = unix_to_cxcsec(midnight)
    assert unix_to_cxcsec(midnight - 0.5) == after - 1.5
    assert cxcsec_to_unix(np.array([after - 1.5, after - 1.0, after - 0.5, after])) == pytest.approx(
        [midnight - 0.5, midnight, midnight + 0.5, midnight], abs=3e-7
    )


@pytest.mark.parametrize(
    ("function", "tick"), [(unix_ticks_to_cxcsec_ticks, -(2**63)), (cxcsec_ticks_to_unix_ticks, 2**63 - 1)]
)
def test_ticks_do_not_wrap_around(function, tick):
    """What int64 cannot hold is refused with its value."""
    with pytest.raises(TimeFormatError, match=f"tick {tick} is beyond"):
        function([0, tick], "ns")


def test_unknown_resolution_of_ticks():
    """As elsewhere."""
    with pytest.raises(ValueError, match="unknown resolution 'min'"):
        unix_ticks_to_cxcsec_ticks([0], "min")
