"""How instants, lengths of time and names are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.files import printable
from jeta.ingest.words import date_of, spoken


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (1.5, "1.5 s"), (59.99, "60 s"), (90, "1.5 min"), (14_400, "4 h"), (-7200, "-2 h"), (1e9, "11,574 d")],
)
def test_lengths_have_one_unit(seconds, told):
    assert spoken(seconds) == told


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1e300, 1e18])
def test_an_instant_without_a_date_is_told_in_seconds(seconds):
    assert date_of(seconds).endswith(" s")


def test_an_instant_is_told_as_day_of_year():
    assert date_of(1_640_304_000.001) == "2021:358:00:00:00.001"


@given(st.text())
def test_a_name_takes_one_line_and_can_be_written_anywhere(name):
    told = printable(name)
    assert len(told.splitlines()) <= 1
    told.encode("utf-8")
    assert "\x1b" not in told


@given(st.binary())
def test_a_name_of_any_bytes_can_be_written(name):
    printable(name.decode("utf-8", "surrogateescape")).encode("utf-8")
