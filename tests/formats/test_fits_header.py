"""Cards of FITS headers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from jeta.errors import FormatError
from jeta.formats.fits_table.header import Header, parse_cards


def header(*cards):
    return Header(parse_cards([card.ljust(80).encode("latin-1") for card in cards]))


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ("TTYPE1  = 'TIME    '           / Time", "TIME"),
        ("TTYPE1  = 'O''BRIEN / X'       / Time", "O'BRIEN / X"),
        ("TTYPE1  = ''", ""),
        ("TTYPE1  = 'NOT CLOSED", "NOT CLOSED"),
        ("TTYPE1  =                    1", ""),
        ("TTYPE1    'TIME    '", ""),
    ],
)
def test_strings(card, text):
    assert header(card).text("TTYPE1") == text


def test_long_strings_go_on():
    long = header("TTYPE1  = 'ABC&'", "CONTINUE  'DEF&'  / on", "CONTINUE  'GHI'", "CONTINUE  'no part of it'")
    assert long.text("TTYPE1") == "ABCDEFGHI"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("50814.", Fraction(50814)),
        ("1.5D+02 / x", Fraction(150)),
        ("-0.1", Fraction(-1, 10)),
        ("7.428703703703703E-04", Fraction(7428703703703703, 10**19)),
    ],
)
def test_numbers_are_exact(written, number):
    assert header(f"MJDREF  = {written:>20}").number("MJDREF") == number


@pytest.mark.parametrize("written", ["'1.5'", "nan", "1_000", "1e999999999", "T", "inf", ""])
def test_what_is_no_number_is_an_error(written):
    with pytest.raises(FormatError, match=r"the keyword MJDREF is .*expected a number"):
        header(f"MJDREF  = {written:>20}").number("MJDREF")


@pytest.mark.parametrize("written", ["-1", "1.0", "T", "'1'", "", "1e3"])
def test_what_is_no_count_is_an_error(written):
    with pytest.raises(FormatError, match="expected a whole number that is not negative"):
        header(f"NAXIS1  = {written:>20}").integer("NAXIS1")


def test_the_first_of_two_counts_and_comments_do_not():
    both = header("COMMENT = 'x'", "NAXIS1  =                    1", "NAXIS1  =                    2")
    assert both.integer("NAXIS1") == 1
    assert both.integer("NAXIS2", 7) == 7


@pytest.mark.parametrize(
    ("cards", "size"),
    [
        (["BITPIX  = 8", "NAXIS   = 0"], 0),
        (["BITPIX  = -64", "NAXIS   = 2", "NAXIS1  = 3", "NAXIS2  = 5"], 120),
        (
            ["BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 0", "NAXIS2  = 5", "GROUPS  = T", "PCOUNT  = 2", "GCOUNT  = 3"],
            42,
        ),
        (["BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 10", "NAXIS2  = 4", "PCOUNT  = 100"], 140),
    ],
    ids=["nothing", "picture", "groups", "heap"],
)
def test_length_of_the_data(cards, size):
    assert header(*cards).data_bytes() == size


@pytest.mark.parametrize(
    "cards",
    [["NAXIS   = 1000"], ["NAXIS   = 1", "NAXIS1  = 1", "BITPIX  = 7"], ["NAXIS   = 1"]],
    ids=["axes", "bits", "none"],
)
def test_length_that_cannot_be_told_is_an_error(cards):
    with pytest.raises(FormatError, match="the keyword"):
        header(*cards).data_bytes()
