"""Values come back to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jeta.archive.values_codec import code_dtype, decode_texts, encode, encode_texts
from jeta.samples import Samples

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


def decoded(coded, dtype):
    if coded.levels is None:
        return coded.stored.view(bool) if dtype.kind == "b" else coded.stored
    return coded.levels[coded.stored]


def check(values):
    coded = encode(Samples(np.arange(len(values)), "ms", values))
    assert decoded(coded, values.dtype).dtype == values.dtype
    assert decoded(coded, values.dtype).tobytes() == values.tobytes()
    return coded


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(DTYPES).flatmap(lambda d: hnp.arrays(d, st.integers(1, 50))), st.integers(1, 40))
def test_any_values_of_any_type_come_back(values, repeats):
    """Repeated values go the way of codes, others do not."""
    check(np.tile(values, repeats))


def test_few_distinct_numbers_become_codes():
    coded = check(np.tile([1.5, -2.25, np.nan], 100))
    assert (coded.stored.dtype, len(coded.levels)) == (np.uint8, 3)


def test_noise_is_stored_as_it_is():
    assert check(np.random.default_rng(0).normal(size=1000)).levels is None


def test_noise_behind_a_constant_start_is_stored_as_it_is():
    noise = np.random.default_rng(0).normal(size=90_000)
    assert check(np.concatenate([np.zeros(8192), noise])).levels is None


def test_nan_payloads_and_signs_of_zero_survive_coding():
    bits = np.array([0x7FF8000000000001, 0xFFF8000000000000, 0x7FF0000000000123, 1 << 63, 0], "u8")
    assert check(np.tile(bits.view("f8"), 50)).levels is not None


def test_more_than_256_levels_take_two_bytes_a_code():
    assert check(np.tile(np.arange(300.0), 10)).stored.dtype == np.uint16


@pytest.mark.parametrize(
    ("levels", "dtype"), [(0, "u1"), (1, "u1"), (256, "u1"), (257, "u2"), (65536, "u2"), (65537, "u4")]
)
def test_code_types(levels, dtype):
    assert code_dtype(levels) == dtype


def test_texts_drop_the_levels_that_no_row_uses():
    rows = Samples.from_texts(np.arange(3), "ms", ["A", "B", "C"], raws=[1, 2, np.nan]).take(np.array([2, 0]))
    coded = encode(rows)
    assert (coded.texts.tolist(), coded.stored.tolist()) == ([b"A", b"C"], [1, 0])
    assert coded.raws[0] == 1
    assert np.isnan(coded.raws[1])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), max_size=8))
def test_any_texts_come_back(words):
    words = np.array(words, dtype=np.str_) if words else np.empty(0, "U1")
    assert decode_texts(encode_texts(words)).tolist() == words.tolist()


def test_empty_texts_take_a_byte():
    assert encode_texts(np.array([""])).dtype == "S1"
