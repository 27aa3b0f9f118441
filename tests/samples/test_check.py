"""Rows that could not be read back as they are, are refused."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.samples import Samples, check_rows

T = np.arange(3)
V = np.array([1.0, 2.0, 3.0])
LIMIT_MS = 9_223_372_036_854


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (Samples(T, "ms", V[:2]), r"values must have one dimension and 3 rows .* shape \(2,\)"),
        (Samples(T, "ms", V, quality=np.zeros(2, "u1")), "quality must have"),
        (Samples(T, "ms", V, quality=np.zeros(3, "u2")), "quality cannot be stored as uint16; .* 8 bits"),
        (Samples(T, "ms", V, alarm=np.zeros(3, "i4")), "alarm cannot be stored as int32; .* 16 bits"),
        (Samples(T, "ms", V.reshape(3, 1)), r"shape \(3, 1\)"),
        (Samples(T, "ms", V.astype(complex)), "values cannot be stored as complex128"),
        (Samples(T, "ms", np.array(["a", "b", "c"])), "cannot be stored as <U1"),
        (Samples(T.astype("i4"), "ms", V), "ticks must be int64, but are int32"),
        (Samples(T.astype("f8"), "ms", V), "ticks cannot be stored as float64"),
        (Samples(T, "s", V), "a tick is one of ms, us, ns, but got 's'"),
        (Samples(T, "ms", np.array([0, 1, 2], "u1"), np.array(["A", "B"]), np.zeros(2)), "unsigned and below 2"),
        (Samples(T, "ms", np.array([0, -1, 0], "i1"), np.array(["A", "B"]), np.zeros(2)), "unsigned and below 2"),
        (Samples(T, "ms", np.zeros(3, "u1"), np.array(["A"])), "for each of the 1 texts, but got raws None"),
        (Samples(T + LIMIT_MS, "ms", V), "292 years from zero"),
        (Samples(-T - LIMIT_MS, "ms", V), "292 years from zero"),
    ],
)
def test_unsound_rows_are_refused(samples, message):
    with pytest.raises(ValuesError, match=f"TEMP: .*{message}|TEMP: {message}"):
        check_rows(samples, "TEMP")


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"])
def test_sound_rows_pass(dtype):
    check_rows(Samples(T - 1, "ns", V.astype(dtype), quality=np.zeros(3, "u1"), alarm=np.zeros(3, "i2")), "TEMP")


def test_texts_and_no_rows_pass():
    check_rows(Samples.from_texts(T, "us", ["A", "B", ""]), "MODE")
    check_rows(Samples(T[:0], "ms", V[:0]), "TEMP")


def test_the_earliest_and_latest_instants_pass():
    check_rows(Samples(np.array([-LIMIT_MS, LIMIT_MS - 1]), "ms", V[:2]), "TEMP")
