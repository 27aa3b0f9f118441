"""Cells of text tables: what kind each is, what becomes of those that do not fit, and what all of a column are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.formats import rejection
from jeta.formats.cells import BOOLEAN, FLOAT, INTEGER, NO_KIND, TEXT
from jeta.formats.levels import Vocabulary
from jeta.formats.rejection import Sieve
from jeta.formats.table.series import TextSeries, as_single
from jeta.formats.table.values import read_cells, read_flags
from jeta.times import Ticks

BLANK = frozenset({""})


def kinds(texts, kind=None, missing=BLANK):
    """The kind of each cell."""
    return read_cells(texts, kind, missing, Vocabulary(), Sieve(len(texts))).cells.kinds.tolist()


def rejected(texts, kind=None, missing=BLANK):
    """Why cells are put out, and how many."""
    sieve = Sieve(len(texts))
    read_cells(texts, kind, missing, Vocabulary(), sieve)
    return dict(sieve.counts)


def series(texts, kind=None, missing=BLANK, flags=None, pieces=1, **about):
    """The samples of a column at 0 s, 1 s ..., and why the others are not among them."""
    column = TextSeries("A", kind, missing, **about)
    rows = np.arange(len(texts), dtype=np.intp)
    for part in np.array_split(rows, pieces):
        of_part = None if flags is None else [flags[row] for row in part.tolist()]
        column.add(part, [texts[row] for row in part.tolist()], of_part)
    times = Ticks(rows * 1000, "ms", np.ones(len(rows), bool))
    if column.is_text_after_all():
        return series(texts, "text", missing, flags, pieces, **about)
    batch = column.batch(times, "unix")
    return batch, dict(column.rejected)


def values(texts, kind=None, **about):
    """Values and their type."""
    samples = series(texts, kind, **about)[0].samples
    return samples.decoded().tolist(), samples.decoded().dtype.kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", INTEGER),
        (" -5 ", INTEGER),
        ("+7", INTEGER),
        ("007", INTEGER),
        ("1.5", FLOAT),
        (".5", FLOAT),
        ("1e5", FLOAT),
        ("nan", FLOAT),
        ("-inf", FLOAT),
        ("True", BOOLEAN),
        ("FALSE", BOOLEAN),
        ("", NO_KIND),
        ("   ", NO_KIND),
        ("N/A", TEXT),
        ("ON", TEXT),
        ("1_000", TEXT),
        ("1,5", TEXT),
        ("0x1F", TEXT),
        ("٣", TEXT),
        ("50%", TEXT),
    ],
)
def test_the_kind_of_a_cell(text, kind):
    """Alone, beside a text, and beside a number."""
    assert kinds([text])[0] == kinds([text, "word"])[0] == kinds([text, "2"])[0] == kind


@pytest.mark.parametrize(
    ("missing", "texts", "expected"),
    [
        ({"-999"}, ["-999", "-999.0", "-9.99e2", "1"], [NO_KIND, NO_KIND, NO_KIND, FLOAT]),
        ({"nan"}, ["nan", "NaN", "1.5"], [NO_KIND, NO_KIND, FLOAT]),
        ({"gone"}, ["gone", " gone ", "Gone", "1"], [NO_KIND, NO_KIND, TEXT, INTEGER]),
        ({"0"}, ["0", "0.0", "-0", "False"], [NO_KIND, NO_KIND, NO_KIND, BOOLEAN]),
    ],
)
def test_what_the_mapping_calls_missing(missing, texts, expected):
    assert kinds(texts, missing=BLANK | missing) == expected


@pytest.mark.parametrize(
    ("kind", "texts", "reasons"),
    [
        ("float", ["1", "2.5", "nan", "ON", "True"], {rejection.NOT_A_FLOAT: 2}),
        ("integer", ["1", "2.0", "2.5", "nan", "1e30"], {rejection.NOT_AN_INTEGER: 3}),
        ("bool", ["1", "0", "True", "2", "ON"], {rejection.NOT_A_BOOLEAN: 2}),
        ("text", ["1", "True", "x" * 10_000_000], {rejection.TEXT_TOO_LONG: 1}),
        (None, ["1e999", "-1e999", "inf", "9" * 30, "1"], {rejection.INTEGER_TOO_LARGE: 3}),
        (None, [str(2**64), str(2**64 - 1), str(-(2**63) - 1), str(-(2**63))], {rejection.INTEGER_TOO_LARGE: 2}),
    ],
)
def test_cells_that_do_not_fit_are_put_out(kind, texts, reasons):
    assert rejected(texts, kind) == reasons


@pytest.mark.parametrize("kind", ["float", "integer", "bool"])
@pytest.mark.parametrize("word", ["N/A", "null", "--", "?", "NaT", "No Data"])
def test_words_that_mean_nothing_in_a_column_that_is_told_to_have_numbers(kind, word):
    sieve = Sieve(2)
    assert read_cells([word, "1"], kind, BLANK, Vocabulary(), sieve).cells.kinds.tolist()[0] == NO_KIND
    assert not sieve.counts


def test_a_text_column_has_the_words_that_mean_nothing_elsewhere():
    assert kinds(["N/A", "1", "", "True"], "text") == [TEXT, TEXT, NO_KIND, TEXT]


@pytest.mark.parametrize("text", ["1", "2.5", "True", "YES", "bad", " Flagged "])
def test_flags_that_say_bad(text):
    assert read_flags([text, "0"], Sieve(2)).tolist() == [True, False]


@pytest.mark.parametrize("text", ["0", "0.0", "", "  ", "False", "no", "good", "OK"])
def test_flags_that_say_good(text):
    assert read_flags([text, "1"], Sieve(2)).tolist() == [False, True]


@pytest.mark.parametrize("text", ["hm", "nan", "1_0", "-"])
def test_flags_that_say_nothing(text):
    sieve = Sieve(2)
    read_flags([text, "1"], sieve)
    assert (sieve.kept.tolist(), dict(sieve.counts)) == ([False, True], {rejection.NOT_A_QUALITY: 1})


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize(
    ("texts", "expected", "kind"),
    [
        (["1", "2", "3", "4", "5"], [1, 2, 3, 4, 5], "i"),
        (["1", "2", "3.5", "4", "5"], [1.0, 2.0, 3.5, 4.0, 5.0], "f"),
        (["1", "", "3", "N/A", "5"], [1, 3, 5], "i"),
        (["True", "False", "", "true", "FALSE"], [True, False, True, False], "b"),
        (["ON", "OFF", "1", "ON", "TRUE"], ["ON", "OFF", "1", "ON", "TRUE"], "U"),
        (["N/A", "NONE", "N/A", "-", "?"], ["N/A", "NONE", "N/A", "-", "?"], "U"),
        (["1", "0", "0", str(2**64 - 1), "5"], [1, 0, 0, 2**64 - 1, 5], "u"),
        ([str(2**63 - 1), "-1", "0", "1", "2"], [2**63 - 1, -1, 0, 1, 2], "i"),
    ],
)
def test_what_a_column_is_its_cells_say_in_any_pieces(texts, expected, kind, pieces):
    assert values(texts, pieces=pieces) == (expected, kind)


@pytest.mark.parametrize(
    ("texts", "expected", "reasons"),
    [
        (["1", "2", "OFF", "3"], [1, 2, 3], 1),
        (["1", "2", "True", "3"], [1, 2, 3], 1),
        (["1.5", str(2**64 - 1), "2"], [1.5, 2.0], 1),
        (["-1", str(2**64 - 1), "2"], [-1, 2], 1),
        (["0.5", str(2**53 + 1), "1"], [0.5, 1.0], 1),
    ],
)
def test_what_does_not_fit_among_the_others_is_put_out(texts, expected, reasons):
    batch, out = series(texts)
    assert batch.samples.decoded().tolist() == expected
    assert sum(out.values()) == reasons


def test_in_a_long_table_a_blank_is_a_row():
    """An empty text among texts, else counted as one without value."""
    assert values(["ON", "", "OFF"], counts_blanks=True) == (["ON", "", "OFF"], "U")
    batch, out = series(["1", "", "2"], counts_blanks=True)
    assert (batch.samples.decoded().tolist(), out) == ([1, 2], {rejection.NO_VALUE: 1})


def test_flags_go_with_their_values():
    batch, out = series(["1", "", "3", "4"], flags=["0", "hm", "1", "hm"])
    assert (batch.samples.decoded().tolist(), batch.samples.quality.tolist()[0] == 0) == ([1, 3], True)
    assert batch.samples.quality.tolist()[1] != 0
    assert out == {rejection.NOT_A_QUALITY: 1}


def test_whole_numbers_of_a_column_that_is_told_to_have_floats():
    assert values(["1", "2"], "float") == ([1.0, 2.0], "f")


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=10))
def test_single_precision_is_found_in_its_shortest_digits_and_in_full(numbers):
    singles = np.array(numbers, "f4")
    short = np.array([float(text) for text in singles.astype(str).tolist()])
    for read in (short, singles.astype("f8")):
        found = as_single(read)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, singles)


@pytest.mark.parametrize("number", [0.123456789012, 1e300, 16_777_217.5])
def test_what_is_no_single_precision_stays(number):
    found = as_single(np.array([0.5, number]))
    assert (found.dtype, found.tolist()) == (np.float64, [0.5, number])
