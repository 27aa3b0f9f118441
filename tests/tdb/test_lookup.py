"""Looking values up in tables gives what computing each one gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.tdb import lookup
from jeta.tdb.lookup import by_table, names_of

INT64 = st.integers(-(2**63), 2**63 - 1)
NEAR = st.sampled_from([0, 1, 5, -3, 300, 2**16, 2**62, -(2**62), 2**63 - 1, -(2**63)])


def named(counts, codes, dtype=None):
    """Names of some counts, where the name of a code is its number."""
    names = np.array([*map(str, codes), "none"])
    return names_of(np.asarray(counts, dtype), np.array(codes, np.int64), names).tolist()


@settings(max_examples=100, deadline=None)
@given(st.sets(NEAR | INT64, min_size=1, max_size=5).map(sorted), st.lists(NEAR | INT64, max_size=9))
def test_each_count_has_the_name_of_its_code(codes, others):
    counts = codes + others
    assert named(counts, codes, np.int64) == [str(count) if count in codes else "none" for count in counts]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats() | st.sampled_from([0.0, -0.0, 5.0, 5.5, 2.0**63, -(2.0**63)]), max_size=9))
def test_floats_that_are_not_whole_have_no_name(counts):
    codes = [-(2**63), 0, 5]
    assert named(counts, codes, np.float64) == [str(int(one)) if one in codes else "none" for one in counts]


def test_unsigned_counts_beyond_int64_are_not_taken_for_negative_ones():
    assert named([2**64 - 1, 2**63 - 1, 0], [-1, 0, 2**63 - 1], np.uint64) == ["none", str(2**63 - 1), "0"]
    assert named([2**64 - 1, 0], [-1, 0], np.uint64) == ["none", "0"]


@pytest.mark.parametrize("codes", [[0, 1], [0, 2**40]])
def test_samples_are_looked_up_in_blocks(monkeypatch, codes):
    monkeypatch.setattr(lookup, "_BLOCK", 3)
    assert named([*codes, 7] * 3, codes) == [*map(str, codes), "none"] * 3


def test_a_function_of_counts_is_evaluated_once_per_count_where_samples_are_many():
    sizes = []

    def doubled(counts):
        sizes.append(counts.size)
        return counts.astype(np.float64) * 2

    counts = np.tile(np.array([-128, 0, 127], "i1"), 100)
    assert by_table(counts, doubled).tolist() == [-256, 0, 254] * 100
    assert by_table(counts[:3], doubled).tolist() == [-256, 0, 254]
    assert by_table(counts.astype("f8"), doubled).tolist() == [-256, 0, 254] * 100
    assert sizes == [256, 3, 300]
