"""States as codes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.tables.states import coded, ordered

WORDS = st.sampled_from(["OFF", "ON", "", "ä", "A B"])


@given(st.lists(WORDS))
def test_codes_give_the_texts_back(texts):
    """Texts of any order, none too."""
    array = np.array(texts, "U3")
    codes, levels = coded(array)
    assert levels.tolist() == sorted(set(texts))
    assert levels[codes].tolist() == texts


@given(st.lists(WORDS, min_size=1), st.lists(st.tuples(st.integers(-5, 5), WORDS), max_size=4))
def test_ordered_codes_give_the_texts_back(texts, state_codes):
    """Whatever the states are, and each stands there once."""
    codes, states, counts = ordered(*coded(np.array(texts, "U3")), sorted(state_codes))
    assert [states[code] for code in codes.tolist()] == texts
    assert len(set(states)) == len(states)
    assert (counts is None) == (not state_codes)


def test_order_is_that_of_the_counts():
    """Not that of the alphabet; states that never occur are there; texts without count come last."""
    codes, states, counts = ordered(np.array([0, 1, 2]), np.array(["?", "A", "Z"]), [(0, "Z"), (1, "B"), (5, "A ")])
    assert (states, counts) == (("Z", "B", "A", "?"), (0, 1, 5, None))
    assert codes.tolist() == [3, 2, 0]


def test_codes_that_will_do_are_not_copied():
    """Of 31.5 million samples that would take as long as all the rest."""
    codes = np.array([0, 1], np.int8)
    assert ordered(codes, np.array(["OFF", "ON"]), [(0, "OFF"), (1, "ON")])[0] is codes


def test_text_twice_among_the_levels_is_one_state():
    """Two codes of an archive may stand for one text."""
    codes, states, _ = ordered(np.array([0, 1, 2]), np.array(["A", "B", "A"]), None)
    assert (codes.tolist(), states) == ([0, 1, 0], ("A", "B"))


@pytest.mark.parametrize(("number", "kind"), [(2, "i1"), (127, "i1"), (128, "i2"), (32_768, "i4")])
def test_type_is_the_narrowest(number, kind):
    """With room for -1, which pandas takes for a missing one."""
    levels = np.array([f"{i:06d}" for i in range(number)])
    codes, states, _ = ordered(np.arange(number), levels, None)
    assert (codes.dtype, codes.max(), len(states)) == (np.dtype(kind), number - 1, number)


def test_no_samples():
    """The states that are known are there."""
    codes, states, counts = ordered(np.empty(0, np.uint8), np.empty(0, "U1"), [(1, "ON")])
    assert (codes.tolist(), states, counts) == ([], ("ON",), (1,))
