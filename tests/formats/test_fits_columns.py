"""Columns of FITS tables by their keywords, and their values, against numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from jeta.errors import FormatError
from jeta.formats.fits_table.columns import MAX_ELEMENTS, columns_of, values_of
from jeta.formats.fits_table.header import Header
from jeta.formats.fits_table.quality import Quality


def header(*forms, width=None, **more):
    """The header of a table of columns of some forms, C1, C2 ...; further keywords may replace or add any."""
    sizes = {"L": 1, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16, "P": 8, "Q": 16}
    said = {"TFIELDS": str(len(forms))}
    total = 0
    for at, form in enumerate(forms, 1):
        said[f"TFORM{at}"], said[f"TTYPE{at}"] = f"'{form}", f"'C{at}"
        count = "".join(letter for letter in form.partition("(")[0] if letter.isdigit())
        letter = form.lstrip("0123456789")[:1]
        repeat = int(count) if form[:1].isdigit() else 1
        total += (repeat + 7) // 8 if letter == "X" else repeat * sizes.get(letter, 0)
    said["NAXIS1"] = str(total if width is None else width)
    return Header({**said, **more})


def column(form, **more):
    (found,) = columns_of(header(form, **more))
    return found


def values(form, data, **more):
    """The values of a table of one column, from the bytes of its rows."""
    found = column(form, **more)
    rows = np.frombuffer(data, np.uint8).reshape(-1, found.width)
    return values_of(found, rows)


@pytest.mark.parametrize(
    ("form", "code", "repeat", "width", "elements"),
    [
        ("E", "E", 1, 4, 1),
        ("1D", "D", 1, 8, 1),
        ("3J", "J", 3, 12, 3),
        ("0I", "I", 0, 0, 0),
        ("8X", "X", 8, 1, 8),
        ("9X", "X", 9, 2, 9),
        ("64X", "X", 64, 8, 64),
        ("16A", "A", 16, 16, 1),
        ("A", "A", 1, 1, 1),
        ("1K", "K", 1, 8, 1),
        ("2L", "L", 2, 2, 2),
        ("1PJ(5)", "P", 1, 8, 1),
        ("1QD(5)", "Q", 1, 16, 1),
        ("1M", "M", 1, 16, 1),
    ],
)
def test_forms(form, code, repeat, width, elements):
    found = column(form)
    assert (found.code, found.repeat, found.width, found.elements) == (code, repeat, width, elements)


def test_columns_follow_each_other():
    found = columns_of(header("1D", "3I", "9X", "4A"))
    assert [(each.name, each.start) for each in found] == [("C1", 0), ("C2", 8), ("C3", 14), ("C4", 16)]


def test_a_column_without_a_name_has_its_number():
    assert column("E", TTYPE1="'   ").name == "COL1"


def test_units_are_without_blanks_and_none_is_none():
    assert (column("E", TUNIT1="' degC ").unit, column("E", TUNIT1="'").unit, column("E").unit) == ("degC", None, None)


@pytest.mark.parametrize("form", ["", "Z", "1.5E", "-1E", "1234567890E", "'", "?"])
def test_a_form_that_is_none_is_an_error_that_shows_it(form):
    with pytest.raises(
        FormatError, match=r"the keyword TFORM1 is .*, expected a type of a binary table such as 1E or 16A"
    ):
        column(form, width=4)


@pytest.mark.parametrize("width", [0, 3, 5, 10**12])
def test_columns_as_wide_as_a_row(width):
    with pytest.raises(FormatError, match=f"the columns are 4 bytes wide, but NAXIS1 says {width}"):
        columns_of(header("E", width=width))


@pytest.mark.parametrize("number", ["1000", "999999999999"])
def test_no_more_columns_than_a_table_has(number):
    with pytest.raises(FormatError, match=f"the keyword TFIELDS is {number}, expected at most 999"):
        columns_of(Header({"TFIELDS": number, "NAXIS1": "0"}))


def test_fewer_columns_than_the_header_says():
    with pytest.raises(FormatError, match="the keyword TFORM2 is ''"):
        columns_of(header("E", TFIELDS="2"))


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("1PJ(5)", "column of arrays of variable length"),
        ("1QE(5)", "column of arrays of variable length"),
        ("1C", "column of complex numbers"),
        ("1M", "column of complex numbers"),
        (f"{MAX_ELEMENTS + 1}B", f"column of more than {MAX_ELEMENTS} values a row"),
        (f"{MAX_ELEMENTS}B", ""),
        ("1E", ""),
        ("100000A", ""),
    ],
)
def test_why_a_column_is_not_read(form, why):
    assert column(form).why_not == why


@pytest.mark.parametrize(
    ("form", "dim", "width"),
    [
        ("12A", "", 12),
        ("12A", "(4,3)", 4),
        ("12A", " ( 4 , 3 ) ", 4),
        ("12A", "(4)", 4),
        ("12A4", "", 4),
        ("12A5", "", 12),
        ("12A", "(5,2)", 12),
        ("12A", "(0,3)", 12),
        ("12A", "(4x3)", 12),
        ("0A", "", 1),
    ],
)
def test_how_many_characters_make_a_text(form, dim, width):
    """What does not divide the characters of a row says nothing."""
    assert column(form, TDIM1=f"'{dim}", width=12 if form[0] == "1" else 0).text_width == width


@pytest.mark.parametrize(
    ("form", "data", "expected", "dtype"),
    [
        ("B", b"\x00\xff", [0, 255], "u1"),
        ("I", b"\xff\xfe\x00\x01", [-2, 1], "i2"),
        ("J", b"\x80\x00\x00\x00\x7f\xff\xff\xff", [-(2**31), 2**31 - 1], "i4"),
        ("K", b"\xff" * 8 + b"\x00" * 7 + b"\x05", [-1, 5], "i8"),
        ("E", b"\x3f\x80\x00\x00\xc0\x00\x00\x00", [1, -2], "f4"),
        ("D", b"\x3f\xf0" + b"\0" * 6, [1], "f8"),
    ],
)
def test_numbers_are_those_of_the_bytes(form, data, expected, dtype):
    found = values(form, data)
    assert found.values[:, 0].tolist() == expected
    assert found.values.dtype == np.dtype(dtype)
    assert found.values.dtype.isnative
    assert found.missing is None


def test_truth_values():
    found = values("L", b"TF\x00 Xt")
    assert found.values[:, 0].tolist() == [True, False, False, False, False, False]
    assert found.missing[:, 0].tolist() == [False, False, True, True, False, False]
    assert found.wrong[:, 0].tolist() == [False, False, False, False, True, True]


def test_bits_come_from_the_highest():
    assert values("3X", b"\xa0\x5f").values.tolist() == [[True, False, True], [False, True, False]]
    assert values("9X", b"\x00\x80").values.tolist() == [[False] * 8 + [True]]


def test_texts_are_bytes_of_a_width():
    assert values("4A", b"ON  OFF\0").values[:, 0].tolist() == [b"ON  ", b"OFF"]
    assert values("4A", b"abcd", TDIM1="'(2,2)").values.tolist() == [[b"ab", b"cd"]]


@pytest.mark.parametrize(("form", "rows"), [("0E", 3), ("0A", 3), ("0X", 3)])
def test_columns_without_values(form, rows):
    found = column(form)
    assert values_of(found, np.empty((rows, 0), np.uint8)).values.shape[0] == rows


@pytest.mark.parametrize(
    ("form", "null", "missing"),
    [("I", "2", [False, True]), ("I", "-1", [False, False]), ("I", "99999", None), ("E", "2", None), ("I", None, None)],
)
def test_the_integer_that_means_no_value(form, null, missing):
    """One that the type cannot hold means nothing, and floats have NaN for it."""
    data = b"\x00\x01\x00\x02" if form == "I" else b"\x00\x00\x00\x01\x00\x00\x00\x02"
    found = values(form, data, **({} if null is None else {"TNULL1": null}))
    assert (None if found.missing is None else found.missing[:, 0].tolist()) == missing


@pytest.mark.parametrize(
    ("form", "data", "scale", "zero", "expected", "dtype"),
    [
        ("I", b"\x00\x03", "1", "0", 3, "i2"),
        ("I", b"\x80\x00", "1", "32768", 0, "u2"),
        ("B", b"\x00", "1", "-128", -128, "i1"),
        ("J", b"\x7f\xff\xff\xff", "1", "2147483648", 2**32 - 1, "u4"),
        ("K", b"\x7f" + b"\xff" * 7, "1", "9223372036854775808", 2**64 - 1, "u8"),
        ("I", b"\x00\x03", "1", "100", 103, "i8"),
        ("I", b"\x00\x03", "1", "0.5", 3.5, "f8"),
        ("I", b"\x00\x03", "0.25", "10", 10.75, "f8"),
        ("E", b"\x3f\x80\x00\x00", "2", "1", 3, "f8"),
        ("J", b"\x00\x00\x00\x01", "1", "9007199254740993", 9007199254740994, "i8"),
    ],
)
def test_scaled_numbers(form, data, scale, zero, expected, dtype):
    found = values(form, data, TSCAL1=scale, TZERO1=zero)
    assert found.values.dtype == np.dtype(dtype)
    assert found.values[0, 0] == expected


def test_null_is_of_the_stored_number_not_the_scaled_one():
    found = values("I", b"\x00\x02\x00\x04", TSCAL1="2", TNULL1="2")
    assert found.missing[:, 0].tolist() == [True, False]
    assert found.values[:, 0].tolist() == [4.0, 8.0]


def test_scale_is_kept_exactly():
    assert column("I", TSCAL1="0.1").scale == Fraction(1, 10)


def test_one_element_of_a_vector():
    found = values("3I", b"\0\1\0\2\0\3\0\4\0\5\0\6", TNULL1="5")
    second = found.element(1)
    assert (second.values.tolist(), second.missing.tolist(), second.wrong) == ([2, 5], [False, True], None)


# Quality.


def quality(flags, form="X", columns=3):
    found = columns_of(header(*["E"] * (columns - 1), f"{np.shape(flags)[1]}{form}", width=None))
    return Quality(found[-1], np.array(flags), found, found[0]), found


def test_one_flag_a_row_is_that_of_all_columns():
    said, columns = quality([[False], [True]])
    assert not said.is_by_column
    assert [said.of(each).tolist() for each in columns] == [[False, True]] * 3


def test_a_number_that_is_not_zero_is_bad():
    said, columns = quality(np.array([[0], [2], [-1]], "i2"), "I")
    assert said.of(columns[1]).tolist() == [False, True, True]


def test_a_flag_for_each_column_is_its_own_and_that_of_the_time_is_of_all():
    said, columns = quality([[False, True, False], [True, False, False], [False, False, True]])
    assert said.is_by_column
    assert said.of(columns[0]).tolist() == [False, True, False]
    assert said.of(columns[1]).tolist() == [True, True, False]
    assert said.of(columns[2]).tolist() == [False, True, True]


@pytest.mark.parametrize("flags", [[[0, 1]], [[0, 1, 0, 1]], np.zeros((1, 0))])
def test_flags_of_another_number_are_an_error(flags):
    with pytest.raises(FormatError, match="values a row, but the table has 3 columns; expected"):
        quality(flags)


def test_texts_are_no_flags():
    with pytest.raises(FormatError, match="expected numbers or bits"):
        quality([[b"x"]], "A")
