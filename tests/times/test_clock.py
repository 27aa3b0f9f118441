"""What time it is."""

from __future__ import annotations

import time

import pytest

from jeta import times
from jeta.errors import TimeFormatError
from jeta.times import clock


def test_now_is_now(monkeypatch):
    """Without a setting it is the system's clock, in unix seconds."""
    monkeypatch.delenv("CXOTIME_NOW", raising=False)
    before = time.time()
    assert before - 1e-3 <= times.now() <= time.time() + 1e-3


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("2010:001", 1262304000.0), ("2010-01-01T00:00:00.5", 1262304000.5), ("2010001.000000", 1262304000.0)],
)
def test_now_from_the_environment(monkeypatch, said, seconds):
    """CXOTIME_NOW stops the clock, in any form of text."""
    monkeypatch.setenv("CXOTIME_NOW", said)
    assert times.now() == seconds
    assert times.to_seconds(None) == seconds


def test_now_is_in_the_system_asked_for(monkeypatch):
    """None is now in cxcsec too."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:001")
    assert times.to_seconds(None, "cxcsec") == 378691266.184


def test_now_within_a_leap_second(monkeypatch):
    """The instant is kept exactly."""
    monkeypatch.setenv("CXOTIME_NOW", "2016-12-31 23:59:60")
    assert times.to_seconds(None, "cxcsec") == 599616068.184


def test_now_may_be_set_relative_to_the_real_clock(monkeypatch):
    """A signed setting counts from the system's clock."""
    monkeypatch.setenv("CXOTIME_NOW", "-1d")
    assert times.now() == pytest.approx(time.time() - 86_400, abs=1)


def test_setting_that_is_no_time(monkeypatch):
    """The message names the variable and what it says."""
    monkeypatch.setenv("CXOTIME_NOW", "tomorrow")
    with pytest.raises(TimeFormatError, match="environment variable CXOTIME_NOW is not a time: cannot read 'tomorrow'"):
        clock.now_instant()


def test_times_from_a_stopped_clock(monkeypatch):
    """Signed times count from CXOTIME_NOW."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:003")
    assert times.to_seconds("-2") == times.to_seconds("-2d") == times.to_seconds("2010:001")
