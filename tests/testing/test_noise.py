"""Random numbers that belong to a sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.testing.noise import bell, hashed, stream_key, uniform_integers

INDEX = np.arange(200_000, dtype=np.int64)


def test_same_sample_and_key_give_the_same_number():
    assert hashed(INDEX, 7).tolist() == hashed(INDEX, 7).tolist()


def test_number_does_not_depend_on_where_the_window_begins():
    assert hashed(INDEX[500:600], 7).tolist() == hashed(INDEX, 7)[500:600].tolist()


def test_hash_leaves_the_index_untouched():
    index = np.array([1, 2, 3])
    hashed(index, 1)
    assert index.tolist() == [1, 2, 3]


def test_no_two_samples_of_a_stream_share_their_bits():
    assert len(np.unique(hashed(INDEX, 7))) == len(INDEX)


def test_other_key_gives_other_numbers():
    assert not np.any(hashed(INDEX, stream_key(1)) == hashed(INDEX, stream_key(2)))


def test_hash_is_fixed_for_ever():
    """Archives and published figures were made with these numbers: changing the hash changes them all."""
    assert hashed(np.array([0, 1, -1]), stream_key(1, 2)).tolist() == [
        17_166_181_666_573_130_602,
        5_803_727_657_181_717_140,
        14_409_851_593_299_359_749,
    ]


@pytest.mark.parametrize(("one", "other"), [((1, 2), (2, 1)), ((1,), (1, 0)), ((), (0,)), ((-1,), (1,))])
def test_keys_of_other_parts_differ(one, other):
    assert stream_key(*one) != stream_key(*other)


@given(st.lists(st.integers(-(2**63), 2**63), max_size=4))
@settings(max_examples=50, deadline=None)
def test_key_fits_into_64_bits(parts):
    assert 0 <= stream_key(*parts) < 2**64


@pytest.mark.parametrize("below", [1, 2, 7, 8, 45_000])
def test_uniform_integers_stay_below_their_bound(below):
    numbers = uniform_integers(INDEX, 3, below)
    assert numbers.dtype == np.int64
    assert 0 <= numbers.min() <= numbers.max() < below


@pytest.mark.parametrize("below", [7, 8])
def test_uniform_integers_are_equally_frequent(below):
    counts = np.bincount(uniform_integers(INDEX, 3, below), minlength=below)
    assert np.abs(counts / len(INDEX) * below - 1).max() < 0.03


def test_bell_has_mean_0_and_deviation_1():
    noise = bell(INDEX, 5)
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1) < 0.01


def test_bell_is_bounded():
    assert np.abs(bell(INDEX, 5)).max() < 3.47


def test_bell_of_neighbouring_samples_is_unrelated():
    noise = bell(INDEX, 5)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.01


def test_no_samples_give_no_noise():
    assert bell(INDEX[:0], 5).shape == (0,)
