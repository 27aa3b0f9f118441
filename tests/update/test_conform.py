"""`conform`: rows get the kind and the type of their MSID, or are rejected with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.samples import Samples
from jeta.tdb import Entry
from jeta.update.conform import INEXACT, TEXT_FOR_NUMBER, TOO_EARLY, TOO_LATE, conform, read_as_floats, within

MODE = Entry("m", state_codes={0: "OFF", 1: "ON"})


def numbers(values, dtype=None):
    return Samples(np.arange(len(values)), "ms", np.array(values, dtype))


def words(values, raws=None):
    return Samples.from_texts(np.arange(len(values)), "ms", values, raws=raws)


def decoded(conformed):
    return conformed.samples.decoded().tolist()


def raws(conformed):
    return conformed.samples.raws[conformed.samples.values].tolist()


def test_unknown_msid_keeps_the_kind_of_its_rows():
    assert decoded(conform(numbers([1.5]), None, ())) == [1.5]
    assert decoded(conform(words(["a"]), None, ())) == ["a"]


def test_kind_of_the_rows_already_there_decides():
    assert decoded(conform(numbers([1.5, 2.0]), None, {"text"})) == ["1.5", "2"]
    assert decoded(conform(words(["1.5"]), None, {"<f8"})) == [1.5]
    assert decoded(conform(numbers([0]), MODE, {"<i8"})) == [0]
    assert decoded(conform(words(["a"]), Entry("x", type="float64"), {"text"})) == ["a"]


def test_state_code_becomes_its_text_and_keeps_its_number():
    conformed = conform(numbers([1, 0, 7, 1]), MODE, ())
    assert decoded(conformed) == ["ON", "OFF", "7", "ON"]
    assert raws(conformed) == [1, 0, 7, 1]


def test_text_gets_the_number_of_its_state():
    conformed = conform(words(["ON", "?", "OFF"]), MODE, ())
    assert np.array_equal(raws(conformed), [1, np.nan, 0], equal_nan=True)


def test_number_that_came_with_a_text_stays():
    assert raws(conform(words(["ON", "OFF"], [5, 0]), MODE, ())) == [5, 0]


def test_blank_text_with_a_number_becomes_the_state_of_that_number():
    conformed = conform(words(["", "ON", ""], [0, 1, np.nan]), MODE, ())
    assert decoded(conformed) == ["OFF", "ON", ""]


def test_state_with_two_numbers_takes_the_lower_one():
    entry = Entry("m", state_codes={3: "SAFE", 2: "SAFE"})
    assert raws(conform(words(["SAFE"]), entry, ())) == [2]


def test_names_of_states_count_without_trailing_blanks():
    assert raws(conform(words(["ON"]), Entry("m", state_codes={1: "ON "}), ())) == [1]


def test_booleans_are_states_0_and_1():
    assert decoded(conform(numbers([True, False]), MODE, ())) == ["ON", "OFF"]


def test_fractions_nan_and_infinity_are_written_out_for_an_msid_of_texts():
    assert decoded(conform(numbers([0.5, np.nan, -np.inf]), MODE, ())) == ["0.5", "nan", "-inf"]


def test_text_of_a_numeric_msid_is_the_number_that_came_with_it_or_that_it_spells():
    conformed = conform(words(["one", " 2.5", "x", "NaN", ""], [1, np.nan, np.nan, np.nan, np.nan]), None, {"<f8"})
    assert np.array_equal(decoded(conformed), [1, 2.5, np.nan, np.nan], equal_nan=True)
    assert conformed.rejected == {TEXT_FOR_NUMBER: 1}


def test_quality_and_alarm_stay_with_their_rows():
    quality, alarm = np.array([0, 1], np.uint8), np.array([3, 4], np.int16)
    samples = Samples.from_texts(np.arange(2), "ms", ["x", "2"], quality=quality, alarm=alarm)
    kept = conform(samples, None, {"<f8"}).samples
    assert (kept.ticks.tolist(), kept.quality.tolist(), kept.alarm.tolist()) == ([1], [1], [4])


@pytest.mark.parametrize(
    ("values", "declared", "stored"),
    [
        ([1.0, -5.0], "int8", "i1"),
        ([1, 200], "float32", "f4"),
        ([0.5, np.nan], "float32", "f4"),
        ([0, 1], "bool", "?"),
        ([1.0, 0.0], "bool", "?"),
        ([2.0**62], "int64", "i8"),
        ([1, 2], "float64", "f8"),
    ],
)
def test_declared_type_is_taken_where_it_holds_every_value(values, declared, stored):
    conformed = conform(numbers(values), Entry("x", type=declared), ())
    assert conformed.samples.values.dtype == np.dtype(stored)
    assert np.array_equal(decoded(conformed), values, equal_nan=stored != "?")


@pytest.mark.parametrize(
    ("values", "declared"),
    [
        ([0.1], "float32"),
        ([0.5], "int8"),
        ([128], "int8"),
        ([np.nan], "int16"),
        ([np.inf], "int16"),
        ([2.0**63], "int64"),
        ([2.0**64], "uint64"),
        ([2**53 + 1], "float64"),
        ([2], "bool"),
        ([-1], "uint8"),
        ([1e300], "float32"),
    ],
)
def test_wrong_declared_type_changes_no_value(values, declared):
    conformed = conform(numbers(values), Entry("x", type=declared), ())
    assert conformed.samples.values.dtype == np.array(values).dtype
    assert np.array_equal(decoded(conformed), values, equal_nan=True)
    assert not conformed.rejected


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats() | st.floats(width=32) | st.integers(-300, 300).map(float), max_size=8),
    st.sampled_from(["int8", "uint8", "int16", "uint32", "int64", "uint64", "float32", "float64", "bool"]),
)
def test_no_declared_type_changes_a_number(values, declared):
    conformed = conform(numbers(values, "f8"), Entry("x", type=declared), ())
    assert np.array_equal(np.array(decoded(conformed), "f8"), np.array(values, "f8"), equal_nan=True)


def test_integers_that_floats_cannot_hold_are_rejected_where_floats_are():
    conformed = conform(numbers([2**53, 2**53 + 1, -(2**53) - 1]), None, {"<f4", "<i8"})
    assert (decoded(conformed), dict(conformed.rejected)) == ([2**53], {INEXACT: 2})


def test_unsigned_that_floats_cannot_hold_are_rejected():
    assert conform(numbers([2**64 - 1, 3], "u8"), None, {"<f8"}).rejected == {INEXACT: 1}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("<i8",), False),
        (("<i8", "<u8"), True),
        (("<i4", "<u8"), True),
        (("<i8", "<f4"), True),
        (("text",), False),
        ((), False),
    ],
)
def test_which_types_are_read_as_floats(types, expected):
    assert read_as_floats(*types) is expected


def test_limits_of_time_are_half_open():
    ns = 10**6
    conformed = within(numbers([5, 6, 7, 8]), 1 * ns, 3 * ns)
    assert decoded(conformed) == [6, 7]
    assert conformed.rejected == {TOO_EARLY: 1, TOO_LATE: 1}


def test_limits_finer_than_a_tick_round_to_the_tick_inside():
    assert within(numbers([0, 1, 2]), 1, 1_000_001).samples.ticks.tolist() == [1]


def test_limits_beyond_64_bits_reject_nothing():
    assert not within(numbers([0, 1]), -(10**30), 10**30).rejected


@pytest.mark.parametrize("entry", [None, MODE, Entry("x", type="int8")])
@pytest.mark.parametrize("present", [(), {"text"}, {"<f8"}])
@pytest.mark.parametrize("rows", [numbers([]), numbers([], "i8"), words([])])
def test_no_rows_stay_no_rows(entry, present, rows):
    conformed = conform(rows, entry, present)
    assert (len(conformed.samples), dict(conformed.rejected)) == (0, {})


def test_empty_text_of_an_msid_of_texts_stays_empty():
    samples = Samples.from_texts(np.arange(2), "ms", ["", "A"], raws=[0.0, 1.0])
    assert conform(samples, Entry("x", type="text"), set()).samples.decoded().tolist() == ["", "A"]
    assert conform(samples, Entry("x", type="state"), set()).samples.decoded().tolist() == ["0", "A"]
