"""`compare` and `overlay` against the same rules one row at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.samples import Samples, compare, overlay, sort_by_time
from samples.series_model import SeriesModel, as_rows

RESOLUTIONS = st.sampled_from(["ms", "us"])
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 2.0, np.nan])


@st.composite
def numbers(draw, dtype=None):
    ticks = draw(st.lists(st.integers(-4, 4), max_size=12))
    values = draw(st.lists(NUMBERS, min_size=len(ticks), max_size=len(ticks)))
    kind = dtype or draw(st.sampled_from(["f8", "f8", "i4"]))
    array = np.array(values, "f8") if kind == "f8" else np.nan_to_num(np.array(values, "f8")).astype(kind)
    return Samples(np.array(ticks, np.int64), draw(RESOLUTIONS), array)


@st.composite
def texts(draw):
    ticks = draw(st.lists(st.integers(-3, 3), max_size=10))
    size = {"min_size": len(ticks), "max_size": len(ticks)}
    words = draw(st.lists(st.sampled_from(["", "A", "B", "Ünï"]), **size))
    raws = draw(st.lists(st.sampled_from([1.0, 2.0, np.nan]), **size))
    return Samples.from_texts(np.array(ticks, np.int64), draw(RESOLUTIONS), words, raws=raws)


DELIVERIES = st.one_of(st.lists(numbers(), min_size=1, max_size=5), st.lists(texts(), min_size=1, max_size=5))


@settings(max_examples=150, deadline=None)
@given(DELIVERIES)
def test_deliveries_one_after_another_make_the_series_of_the_model(deliveries):
    """Rows, their order and the counts; and the counts account for every row."""
    model = SeriesModel()
    series = deliveries[0].take(slice(0, 0))
    for delivery in deliveries:
        before = len(model)
        result = compare(series, delivery)
        assert (result.stored, result.duplicate, result.replaced) == model.deliver(as_rows(delivery))
        assert result.stored + result.duplicate == len(delivery)
        series = overlay(series, result.news)
        assert as_rows(series) == model.rows()
        assert len(series) == before + result.stored - result.replaced


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.tuples(numbers(), numbers(), numbers()), st.tuples(texts(), texts(), texts())))
def test_overlay_is_idempotent_and_associative(parts):
    """So a fold may be run again, and it does not matter how much of a journal is laid over at once."""
    a, b, c = map(sort_by_time, parts)
    once = overlay(a, b)
    assert as_rows(overlay(once, b)) == as_rows(once)
    assert as_rows(overlay(once, c)) == as_rows(overlay(a, overlay(b, c)))


@settings(max_examples=60, deadline=None)
@given(numbers(dtype="f8"))
def test_a_delivery_committed_twice_is_all_duplicate(delivery):
    series = compare(delivery.take(slice(0, 0)), delivery).news
    again = compare(series, delivery)
    assert (again.stored, again.duplicate, again.replaced) == (0, len(delivery), 0)


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "u8", "f4", "f8"])
def test_every_type_is_compared(dtype):
    values = np.array([0, 1, 1], dtype)
    old = Samples(np.arange(3), "ms", values)
    new = Samples(np.arange(3), "ms", values[::-1].copy())
    assert (compare(old, new).stored, compare(old, new).replaced) == (2, 2)
