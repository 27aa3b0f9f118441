"""Rows as sources return them."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.samples import Samples
from jeta.sources import cut, rows_of
from jeta.sources.rows import no_rows, rows_of_samples, take


def decoded(rows):
    """Values as users see them."""
    return (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


def test_numbers_are_sorted_by_time_and_equal_times_keep_their_order():
    rows = rows_of([3, 1, 1, 2], [30, 10, 11, 20])
    assert (rows.times.tolist(), rows.values.tolist()) == ([1.0, 1.0, 2.0, 3.0], [10, 11, 20, 30])
    assert (rows.texts, rows.raws, rows.quality, rows.alarm) == (None, None, None, None)


def test_many_rows_at_two_instants_keep_their_order():
    rows = rows_of(np.arange(1000) % 2, np.arange(1000))
    assert rows.values.tolist() == [*range(0, 1000, 2), *range(1, 1000, 2)]


def test_texts_become_codes_without_trailing_blanks():
    rows = rows_of([3.0, 1.0, 2.0], ["ON ", "OFF", "ON"])
    assert (rows.texts.tolist(), decoded(rows)) == (["OFF", "ON"], ["OFF", "ON", "ON"])
    assert np.isnan(rows.raws).all()


@pytest.mark.parametrize(
    ("times", "values", "why"),
    [
        ([1, 2], [1], "expected one value a time"),
        ([[1]], [[1]], "expected one value a time"),
        ([1, np.nan], [1, 2], "time nan is not finite"),
        ([1], [None], "neither numbers nor texts"),
        ([1], [b"ON"], "neither numbers nor texts"),
        ([1], [1j], "neither numbers nor texts"),
    ],
)
def test_what_cannot_be_rows(times, values, why):
    with pytest.raises(ValuesError, match=why):
        rows_of(times, values)


def test_no_rows():
    assert (len(no_rows().times), no_rows().values.dtype, rows_of([], np.empty(0, "U3")).texts.tolist()) == (
        0,
        "f8",
        [],
    )


@pytest.mark.parametrize(
    ("start", "stop", "bracket", "expected"),
    [
        (2, 4, False, [2, 3]), (2, 4, True, [1, 2, 3, 4]), (1.5, 1.7, False, []), (1.5, 1.7, True, [1, 2]),
        (-9, 1, True, [1]), (9, 10, True, [5]), (4, 2, False, []), (-np.inf, np.inf, True, [1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_ranges_are_half_open_and_brackets_are_one_row_each(start, stop, bracket, expected):
    times = [1, 2, 3, 4, 5]
    assert cut(rows_of(times, times), start, stop, bracket=bracket).times.tolist() == expected


def test_ticks_become_seconds_of_either_system_exactly():
    samples = Samples(np.array([1_643_840_698_053, 1_643_840_697_797]), "ms", np.array([2, 1]))
    assert rows_of_samples(samples, "unix").times.tolist() == [1643840697.797, 1643840698.053]
    assert rows_of_samples(samples, "cxcsec").times.tolist() == [760227966.981, 760227967.237]


def test_identical_rows_are_one_and_different_ones_at_an_instant_are_kept():
    samples = Samples(np.array([5, 5, 5, 1]), "ms", np.array([1.0, 2.0, 1.0, 0.0]))
    rows = rows_of_samples(samples, "unix")
    assert (rows.times.tolist(), rows.values.tolist()) == ([0.001, 0.005, 0.005], [0.0, 1.0, 2.0])


def test_quality_and_alarm_go_along():
    samples = Samples(
        np.array([2, 1]), "ms", np.array([1, 2]), None, None, np.array([1, 0], "u1"), np.array([7, 8], "i2")
    )
    rows = take(rows_of_samples(samples, "unix"), [1])
    assert (rows.quality.tolist(), rows.alarm.tolist(), rows.values.tolist()) == ([1], [7], [1])
