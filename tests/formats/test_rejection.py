"""Counting rows that are left out."""

from __future__ import annotations

import numpy as np

from jeta.formats.rejection import Sieve


def test_a_row_goes_out_once_for_the_first_reason():
    sieve = Sieve(3)
    sieve.reject(np.array([True, False, False]), "first")
    sieve.reject(np.array([True, True, False]), "second")
    assert (dict(sieve.counts), sieve.kept.tolist()) == ({"first": 1, "second": 1}, [False, False, True])


def test_rows_by_index():
    sieve = Sieve(3)
    sieve.reject_at(np.array([2, 0]), "why")
    assert (dict(sieve.counts), sieve.kept.tolist()) == ({"why": 2}, [False, True, False])


def test_no_reason_without_rows():
    sieve = Sieve(2)
    sieve.reject(np.zeros(2, np.bool_), "never")
    sieve.reject_at(np.empty(0, np.intp), "never")
    assert not sieve.counts
