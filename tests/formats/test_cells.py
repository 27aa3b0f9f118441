"""Values whose kind may differ from row to row."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.formats import rejection
from jeta.formats.cells import MAX_TEXT_CHARACTERS, Cells, cells_of_objects, cells_of_sql, column, settle
from jeta.formats.levels import Vocabulary
from jeta.formats.rejection import Sieve


def read(parse, *columns):
    """Parse, settle and make samples, as the readers do; return the values and the counts."""
    rows = len(columns[0])
    sieve, vocabulary = Sieve(rows), Vocabulary()
    cells = parse(*columns, vocabulary, sieve)
    settle(cells, sieve)
    if not sieve.kept.any():
        return None, dict(sieve.counts)
    samples = column(np.arange(rows)[sieve.kept], "ms", cells.take(sieve.kept), vocabulary)
    return samples.decoded(), dict(sieve.counts)


def sql(values, *types):
    return read(cells_of_sql, values, types * len(values) if len(types) == 1 else types)


@pytest.mark.parametrize("sql_type", ["real", "float", "FLOAT", "double", "decimal(10,2)", "numeric"])
def test_sql_floats_are_what_python_reads(sql_type):
    values, counts = sql(["0.1", "-1e-300", "inf", " 7 "], sql_type)
    assert (values.dtype, values.tolist(), counts) == (np.float64, [0.1, -1e-300, np.inf, 7.0], {})


def test_sql_nan_is_a_value():
    values, counts = sql(["NaN", "nan"], "real")
    assert np.isnan(values).all()
    assert not counts


@pytest.mark.parametrize("sql_type", ["int", "bigint", "smallint", "tinyint", "INTEGER"])
def test_sql_integers_stay_integers(sql_type):
    values, counts = sql(["9223372036854775807", "-9223372036854775808", "0"], sql_type)
    assert (values.dtype, values.tolist(), counts) == (np.int64, [2**63 - 1, -(2**63), 0], {})


@pytest.mark.parametrize("sql_type", ["varchar", "VARCHAR(50)", "nvarchar", "char", "nchar", "text"])
def test_sql_texts(sql_type):
    values, counts = sql(["ON ", " OFF", "12"], sql_type)
    assert (values.tolist(), counts) == (["ON", " OFF", "12"], {})


@pytest.mark.parametrize("sql_type", ["real", "int", "varchar"])
@pytest.mark.parametrize("value", ["", "   ", "NULL", "null"])
def test_sql_nothing_is_no_value(sql_type, value):
    values, counts = sql([value, "1"], sql_type)
    assert (len(values), counts) == (1, {rejection.NO_VALUE: 1})


@pytest.mark.parametrize("value", ["abc", "1_000", "1,5", "٣", "0x10", "1e", "--1"])
def test_sql_value_that_is_not_a_float(value):
    values, counts = sql(["1.5", value, "2.5"], "real")
    assert (values.tolist(), counts) == ([1.5, 2.5], {rejection.NOT_A_FLOAT: 1})


@pytest.mark.parametrize("value", ["1.0", "1_000", "x", "nan", "٣", "9" * 5000])
def test_sql_value_that_is_not_an_integer(value):
    values, counts = sql(["1", value, "2"], "int")
    assert (values.tolist(), counts) == ([1, 2], {rejection.NOT_AN_INTEGER: 1})


@pytest.mark.parametrize("value", [str(2**63), str(-(2**63) - 1), "1" + "0" * 40])
def test_sql_integer_that_is_too_large(value):
    values, counts = sql(["1", value], "bigint")
    assert (values.tolist(), counts) == ([1], {rejection.INTEGER_TOO_LARGE: 1})


def test_sql_type_that_is_not_known():
    values, counts = sql(["1", "2"], "int", "datetime2")
    assert (values.tolist(), counts) == ([1], {rejection.UNKNOWN_TYPE: 1})


def test_integers_and_floats_become_floats():
    values, counts = sql(["1", "2.5"], "int", "real")
    assert (values.dtype, values.tolist(), counts) == (np.float64, [1.0, 2.5], {})


def test_most_rows_decide_between_texts_and_numbers():
    assert sql(["1", "ON", "2"], "int", "varchar", "real")[1] == {"text among numbers": 1}
    assert sql(["1", "ON", "OFF"], "int", "varchar", "varchar")[1] == {"number among texts": 1}


def test_first_row_decides_a_tie():
    assert sql(["ON", "1"], "varchar", "int")[0].tolist() == ["ON"]
    assert sql(["1", "ON"], "int", "varchar")[0].tolist() == [1]


def test_rejected_rows_have_no_vote():
    values, counts = sql(["", "", "ON"], "int", "int", "varchar")
    assert (values.tolist(), counts) == (["ON"], {rejection.NO_VALUE: 2})


def test_rows_put_out_before_are_not_parsed():
    sieve = Sieve(2)
    sieve.reject(np.array([True, False]), "before")
    cells = cells_of_sql(["bad", "1"], ["int", "int"], Vocabulary(), sieve)
    assert (cells.integers[1], dict(sieve.counts)) == (1, {"before": 1})


def test_text_as_long_as_allowed_and_longer():
    values, counts = sql(["x" * MAX_TEXT_CHARACTERS, "x" * (MAX_TEXT_CHARACTERS + 1)], "varchar")
    assert (len(values), counts) == (1, {rejection.TEXT_TOO_LONG: 1})


def test_text_that_was_not_utf8_is_latin1():
    values, _ = sql([b"20 \xb0C".decode("utf-8", "surrogateescape")], "varchar")
    assert values.tolist() == ["20 °C"]


def test_text_with_what_cannot_be_stored():
    values, counts = read(cells_of_objects, ["A\0B\0", "\ud800x", "\0"])
    assert (values.tolist(), counts) == (["A B", "?x"], {rejection.NO_VALUE: 1})


@pytest.mark.parametrize(
    ("objects", "dtype"),
    [([1, 2], np.int64), ([1, 2.5], np.float64), ([1.5, float("nan")], np.float64), ([True, False], np.bool_)],
)
def test_objects_of_one_kind(objects, dtype):
    values, counts = read(cells_of_objects, objects)
    assert (values.dtype, counts) == (dtype, {})
    np.testing.assert_array_equal(values, objects)


def test_objects_without_value():
    values, counts = read(cells_of_objects, [1, None, [1], {"a": 1}, ""])
    assert (values.tolist(), counts) == ([1], {rejection.NO_VALUE: 2, rejection.UNKNOWN_TYPE: 2})


def test_objects_beyond_64_bits():
    values, counts = read(cells_of_objects, [2**63, 1.5])
    assert (values.tolist(), counts) == ([1.5], {rejection.INTEGER_TOO_LARGE: 1})


def test_booleans_among_numbers():
    values, counts = read(cells_of_objects, [1, True, 0])
    assert (values.tolist(), counts) == ([1, 0], {"boolean among numbers": 1})


def test_no_row_left():
    assert read(cells_of_objects, [None, None]) == (None, {rejection.NO_VALUE: 2})


def test_joined_of_nothing_is_empty():
    assert len(Cells.joined([]).kinds) == 0
