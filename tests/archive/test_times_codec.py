"""Instants come back exactly, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jeta.archive.times_codec import decode, encode

MIN, MAX = -(2**63), 2**63 - 1
ANY = st.integers(MIN, MAX)
PERIODIC = st.tuples(st.integers(-(2**40), 2**40), st.integers(0, 2**35), st.lists(st.integers(-9, 9), max_size=60))


def round_trip(ticks, chunk_rows):
    first, step, residual = encode(ticks, chunk_rows)
    pieces = [
        decode(first[chunk], step[chunk], residual[start : start + chunk_rows], np.empty(chunk_rows, np.int64))
        for chunk, start in enumerate(range(0, len(ticks), chunk_rows))
    ]
    return np.concatenate([np.empty(0, np.int64), *pieces])


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY, max_size=40), st.integers(1, 9))
@example([MIN, MAX], 2)
@example([MIN, 0, MAX], 3)
@example([-6 * 10**18, 6 * 10**18], 2)
@example([MIN] * 3 + [MAX] * 3, 4)
@example([0, 2**56, 2**57, 2**58], 4)
def test_any_sorted_instants_come_back(ticks, chunk_rows):
    ticks = np.sort(np.array(ticks, np.int64))
    assert round_trip(ticks, chunk_rows).tolist() == ticks.tolist()


@settings(max_examples=100, deadline=None)
@given(PERIODIC, st.integers(1, 20))
def test_periodic_instants_with_jitter_come_back(series, chunk_rows):
    start, step, jitter = series
    ticks = np.sort(start + step * np.arange(len(jitter)) + np.array(jitter, np.int64))
    assert round_trip(ticks, chunk_rows).tolist() == ticks.tolist()


def test_jitter_of_some_ticks_takes_two_bytes():
    ticks = 1_650_000_000_000 + 1000 * np.arange(30_000) + np.arange(30_000) % 7
    assert encode(ticks, 2**15)[2].dtype == np.int16


def test_a_day_without_data_does_not_spoil_the_step():
    ticks = np.concatenate([1000 * np.arange(1000), 86_400_000 + 1000 * np.arange(1000)])
    _, step, residual = encode(ticks, 2000)
    assert (step[0], residual.dtype.name, int(np.abs(residual[:1000]).max())) == (1000 << 16, "int32", 0)


def test_step_between_whole_ticks():
    """A cadence of 2.5 ticks is a line, not jitter."""
    ticks = (np.arange(1000) * 5) // 2
    assert np.abs(encode(ticks, 1000)[2]).max() <= 2


@pytest.mark.parametrize("start_row", [1, 5, 9])
def test_decoding_may_start_within_a_chunk(start_row):
    ticks = np.array([0, 10, 21, 29, 40, 51, 60, 70, 81, 90]) + 1_000_000
    first, step, residual = encode(ticks, 10)
    out = decode(first[0], step[0], residual[start_row:], np.empty(10, np.int64), start_row=start_row)
    assert out.tolist() == ticks[start_row:].tolist()


def test_no_rows_at_all():
    first, step, residual = encode(np.empty(0, np.int64), 4)
    assert (len(first), len(step), len(residual)) == (0, 0, 0)


def test_one_row_a_chunk():
    first, step, residual = encode(np.array([5, 7]), 1)
    assert (first.tolist(), step.tolist(), residual.tolist()) == ([5, 7], [0, 0], [0, 0])
