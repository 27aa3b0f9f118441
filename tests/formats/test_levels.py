"""Texts as codes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.formats.levels import Vocabulary, ranked, text_samples
from jeta.samples import Samples


def test_vocabulary_keeps_codes_over_chunks():
    vocabulary = Vocabulary()
    assert vocabulary.codes(["B", "A"]).tolist() == [0, 1]
    assert vocabulary.codes(["A", "C"]).tolist() == [1, 2]
    assert vocabulary.texts == ["B", "A", "C"]


def test_ranks_ignore_trailing_blanks():
    levels, ranks = ranked(["ON  ", "A", "ON"])
    assert (levels.tolist(), ranks.tolist()) == (["A", "ON"], [1, 0, 1])


def test_no_texts():
    levels, ranks = ranked([])
    assert (len(levels), len(ranks)) == (0, 0)


def test_unused_levels_are_dropped_and_do_not_widen():
    levels = np.array(["A", "ON", "a very long text"])
    samples = text_samples(np.arange(2), "ms", np.array([1, 1], np.int32), levels)
    assert (samples.texts.tolist(), samples.texts.dtype, samples.values.tolist()) == (["ON"], np.dtype("U2"), [0, 0])


def test_one_text_with_two_numbers_makes_two_levels():
    numbers = np.array([1.0, 2.0, 1.0])
    samples = text_samples(np.arange(3), "ms", np.zeros(3, np.int32), np.array(["ON"]), numbers=numbers)
    assert (samples.texts.tolist(), samples.raws.tolist()) == (["ON", "ON"], [1.0, 2.0])
    assert samples.values.tolist() == [0, 1, 0]


def test_nan_is_one_number():
    numbers = np.array([np.nan, -np.nan, 1.0])
    samples = text_samples(np.arange(3), "ms", np.zeros(3, np.int32), np.array(["ON"]), numbers=numbers)
    np.testing.assert_array_equal(samples.raws, [1.0, np.nan])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("AB ", max_size=3), st.sampled_from([0.0, -0.0, 1.5, np.nan, np.inf])),
        min_size=1,
        max_size=50,
    )
)
def test_agrees_with_making_samples_of_texts(rows):
    texts, numbers = [text for text, _ in rows], np.array([number for _, number in rows])
    ticks = np.arange(len(rows))
    levels, ranks = ranked(texts)
    found = text_samples(ticks, "ms", ranks, levels, numbers=numbers)
    expected = Samples.from_texts(ticks, "ms", texts, raws=numbers)
    assert found.decoded().tolist() == expected.decoded().tolist()
    np.testing.assert_array_equal(found.raws[found.values], expected.raws[expected.values])
    assert len(found.texts) == len(expected.texts)
