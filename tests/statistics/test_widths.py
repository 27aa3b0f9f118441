"""Which bins a text asks for."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import StatError
from jeta.statistics import Width, width_of


def test_5min_is_the_stored_product_of_328_seconds_without_spread():
    assert width_of("5min") == Width("5min", 328, "5min", spread=False)


def test_daily_is_the_stored_product_with_spread():
    assert width_of("daily") == Width("daily", 86400, "daily", spread=True)


@pytest.mark.parametrize("stat", ["24h", "1d", "86400s", "1440min", "1.0 d"])
def test_a_day_however_it_is_written_is_the_daily_product(stat):
    assert width_of(stat) == Width(stat.replace(" ", ""), 86400, "daily", spread=True)


def test_328_seconds_have_spread_and_so_are_no_stored_product():
    assert width_of("328s") == Width("328s", 328, None, spread=True)


@pytest.mark.parametrize("stat", ["5 min", "05min", "5.0min", "5.min"])
def test_five_minutes_that_may_be_the_product_or_not_are_refused(stat):
    """Whoever writes it so may mean either, and the columns differ too."""
    with pytest.raises(StatError, match="may mean two things: give '5min' for the stored bins of 328 s, or '300s'"):
        width_of(stat)


@pytest.mark.parametrize(
    ("stat", "dt_s"),
    [
        ("300s", 300),
        ("10min", 600),
        ("1h", 3600),
        ("1.5d", 129600),
        ("2w", 1209600),
        ("0.5  h", 1800),
        (".5min", 30),
        ("1.025s", 1.025),
        ("0.1min", 6),
        ("0.001s", 0.001),
        ("1000000000s", 1_000_000_000),
        ("007s", 7),
    ],
)
def test_a_number_and_a_unit_are_a_width_with_spread(stat, dt_s):
    """The number is int where it is whole, and exact to the decimals written."""
    width = width_of(stat)
    assert width == Width(stat.replace(" ", ""), dt_s, None, spread=True)
    assert type(width.dt_s) is type(dt_s)


@pytest.mark.parametrize(
    "stat",
    [
        *(
            "",
            " ",
            "hourly",
            "0s",
            "-1h",
            "+1h",
            "1m",
            "1y",
            "1H",
            "5MIN",
            "Daily",
            "inf",
            "infs",
            "nans",
            "1e3s",
            "1",
            "s",
        ),
        *(
            "1.2.3s",
            ".s",
            "1h30min",
            " 1h",
            "1h ",
            "1h\n",
            "1_0s",
            "٣s",
            "0.0009s",
            "1000000001s",
            "99999999999999999999w",
        ),
        *(328, 86400, 1.5, None, True, b"1h", ["1h"], np.int64(328), np.nan),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(stat):
    with pytest.raises(StatError) as caught:
        width_of(stat)
    assert str(caught.value).startswith(f"unknown statistic {stat!r}: expected '5min'")
    assert all(
        part in str(caught.value) for part in ("328 s", "'daily'", "s, min, h, d, w", "'300s'", "0.001 to 1e+09 s")
    )
