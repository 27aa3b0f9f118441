"""Fixed-width texts to codes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.formats.fos_hdf5 import texts
from jeta.formats.fos_hdf5.texts import decoded, distinct_texts


def as_bytes(items, width):
    return np.array(items, f"S{width}").view(np.uint8).reshape(len(items), width)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 20).flatmap(lambda width: st.tuples(st.just(width), st.lists(st.binary(max_size=width), min_size=1)))
)
def test_codes_give_every_text_back(case):
    width, items = case
    distinct, codes = distinct_texts(as_bytes(items, width))
    assert [distinct[code] for code in codes] == [item.ljust(width, b"\0") for item in items]
    assert len(distinct) == len(set(distinct))


def test_different_texts_with_the_same_sum_stay_different(monkeypatch):
    monkeypatch.setattr(texts, "_multipliers", lambda count: np.zeros(count, np.uint64))
    items = [b"ON", b"OFF", b"A TEXT OF TWO WORDS", b"ON"]
    distinct, codes = distinct_texts(as_bytes(items, 80))
    assert [distinct[code].rstrip(b"\0") for code in codes] == items


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"ON\0\0\0", "ON"),
        (b"ON   ", "ON"),
        (b" ON", " ON"),
        (b"ON\0rest of an older text", "ON"),
        ("20 °C".encode(), "20 °C"),
        ("20 °C".encode("latin-1"), "20 °C"),
        (b"\0\0", ""),
        (b"   ", ""),
    ],
)
def test_decoding(raw, text):
    assert decoded(raw) == text
