"""Texts of files as times: what is none is left out, not an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.times.text_arrays import read_absolute_texts, read_texts

FORMS = ["2024:001", "2024-01-01T00:00:00.25", "2024001.120000", "2016-12-31T23:59:60", "2024-01-01"]
WRONG = ["", "soon", "-2d", "+30", "2024:367", "2024-02-30", "12:00", "2023-12-31T23:59:60", "\ud800", "٢٠٢٤"]


@given(st.lists(st.sampled_from(FORMS + WRONG), max_size=20))
def test_times_are_read_as_elsewhere_and_the_rest_is_not_valid(texts):
    found = read_absolute_texts(np.array(texts, dtype=np.str_))
    assert found.valid.tolist() == [text in FORMS for text in texts]
    good = read_texts(np.array([text for text in texts if text in FORMS], dtype=np.str_))
    assert (found.days[found.valid].tolist(), found.ns[found.valid].tolist()) == (good.days.tolist(), good.ns.tolist())
    assert not found.ns[~found.valid].any()


@pytest.mark.parametrize("text", ["-2d", "+1hr", "-30", " -5 "])
def test_times_from_now_are_no_times_of_a_file(text):
    assert not read_absolute_texts(np.array([text])).valid[0]


def test_no_texts():
    assert len(read_absolute_texts(np.empty(0, "U1")).days) == 0
