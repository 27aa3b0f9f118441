"""Columns of a FITS binary table: where they are in a row, and their values."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.errors import FormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.formats.fits_table.header import Header

MAX_ELEMENTS = 4096
"""A column of longer vectors is a picture or a spectrum; that many MSIDs of one column nobody wants."""

_MAX_COLUMNS = 999
_FORM = re.compile(r"\s*(\d{0,9})([LXBIJKAEDCMPQ])(\d{0,9})", re.ASCII)
_DIM = re.compile(r"\(\s*(\d{1,9})\s*(?:,[\d\s,]*)?\)", re.ASCII)
_BYTES = {"L": 1, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16, "P": 8, "Q": 16}
_DTYPES = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_NOT_READ = {
    **dict.fromkeys("PQ", "column of arrays of variable length"),
    **dict.fromkeys("CM", "column of complex numbers"),
}
_SHIFTED = {("B", -128): "i1", ("I", 2**15): "u2", ("J", 2**31): "u4", ("K", 2**63): "u8"}


class Column(NamedTuple):
    """One column.

    Attributes
    ----------
    name : str
        Its name; ``COL`` and its number where it has none.
    code : str
        The letter of its type.
    repeat : int
        How many values a row has; of bits and characters too.
    start, width : int
        Where its bytes are in a row.
    unit : str or None
        The label of its unit.
    null : int or None
        The integer that means no value.
    scale, zero : Fraction or None
        What the stored numbers are multiplied with, and what is added then.
    text_width : int
        Of characters: how many make one text.
    """

    name: str
    code: str
    repeat: int
    start: int
    width: int
    unit: str | None
    null: int | None
    scale: Fraction | None
    zero: Fraction | None
    text_width: int

    @property
    def elements(self) -> int:
        """How many values a row has, texts instead of characters."""
        return self.repeat // self.text_width if self.code == "A" else self.repeat

    @property
    def why_not(self) -> str:
        """Why it cannot be read; empty if it can."""
        if self.elements > MAX_ELEMENTS:
            return f"column of more than {MAX_ELEMENTS} values a row"
        return _NOT_READ.get(self.code, "")


def columns_of(header: Header) -> list[Column]:
    """Find the columns of a binary table.

    Parameters
    ----------
    header : Header
        Of an extension ``BINTABLE``.

    Returns
    -------
    list of Column
        In their order.

    Raises
    ------
    FormatError
        If the header contradicts itself.
    """
    number = header.integer("TFIELDS")
    if number > _MAX_COLUMNS:
        raise FormatError(f"the keyword TFIELDS is {number}, expected at most {_MAX_COLUMNS}")
    columns: list[Column] = []
    start = 0
    for at in range(1, number + 1):
        columns.append(_column(header, at, start))
        start += columns[-1].width
    if start != header.integer("NAXIS1"):
        raise FormatError(f"the columns are {start} bytes wide, but NAXIS1 says {header.integer('NAXIS1')}")
    return columns


def _column(header: Header, at: int, start: int) -> Column:
    """One column by its keywords."""
    form = header.text(f"TFORM{at}")
    match = _FORM.match(form)
    if match is None:
        raise FormatError(f"the keyword TFORM{at} is {form!r}, expected a type of a binary table such as 1E or 16A")
    repeat, code = int(match[1] or 1), match[2]
    width = (repeat + 7) // 8 if code == "X" else repeat * _BYTES[code]
    null = header.number(f"TNULL{at}")
    scaled = code in "BIJKED"
    return Column(
        header.text(f"TTYPE{at}").strip() or f"COL{at}",
        code,
        repeat,
        start,
        width,
        header.text(f"TUNIT{at}").strip() or None,
        int(null) if null is not None and code in "BIJK" else None,
        header.number(f"TSCAL{at}") if scaled else None,
        header.number(f"TZERO{at}") if scaled else None,
        _text_width(repeat, match[3], header.text(f"TDIM{at}")) if code == "A" else 1,
    )


def _text_width(repeat: int, tail: str, dim: str) -> int:
    """How many characters make one text: by TDIM, or by a number behind the letter."""
    match = _DIM.fullmatch(dim.strip())
    for said in (match[1] if match else "", tail):
        if said and 0 < int(said) <= repeat and repeat % int(said) == 0:
            return int(said)
    return max(repeat, 1)


class Values(NamedTuple):
    """Values of a column.

    Attributes
    ----------
    values : array, shape (rows, elements)
        Numbers or truth values in the byte order of this machine, or bytes of texts.
    missing : bool array, shape (rows, elements), or None
        True where there is none.
    wrong : bool array, shape (rows, elements), or None
        True where a truth value is neither true nor false.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_] | None = None
    wrong: NDArray[np.bool_] | None = None

    def element(self, at: int) -> Values:
        """Return one value a row, as arrays of shape (rows,)."""
        missing, wrong = (None if part is None else part[:, at] for part in (self.missing, self.wrong))
        return Values(self.values[:, at], missing, wrong)


def values_of(column: Column, rows: NDArray[np.uint8]) -> Values:
    """Read a column.

    Parameters
    ----------
    column : Column
        One that can be read.
    rows : uint8 array, shape (rows, bytes a row)
        The table.

    Returns
    -------
    Values
        A copy: the table is not needed any more.
    """
    part = np.ascontiguousarray(rows[:, column.start : column.start + column.width])
    if column.code == "X":
        return Values(np.unpackbits(part, axis=1)[:, : column.repeat].astype(np.bool_))
    if column.code == "L":
        missing = (part == 0) | (part == ord(" "))
        return Values(part == ord("T"), missing, (part != ord("T")) & (part != ord("F")) & ~missing)
    if column.code == "A":
        shape = (len(rows), column.elements)
        return Values(part.view(f"S{column.text_width}").reshape(shape) if part.size else np.zeros(shape, "S1"))
    dtype = np.dtype(_DTYPES[column.code])
    stored = part.view(dtype).astype(dtype.newbyteorder("="))
    missing = None
    if column.null is not None:
        low, high = np.iinfo(stored.dtype).min, np.iinfo(stored.dtype).max
        missing = stored == column.null if low <= column.null <= high else None
    return Values(_scaled(column, stored), missing)


def _scaled(column: Column, stored: NDArray[Any]) -> NDArray[Any]:
    """The numbers that the stored ones stand for: integers where the scale is one and the zero is whole."""
    scale = Fraction(1) if column.scale is None else column.scale
    zero = Fraction(0) if column.zero is None else column.zero
    if scale == 1 and zero == 0:
        return stored
    if scale == 1 and (column.code, int(zero)) in _SHIFTED and zero.denominator == 1:
        # Adding half the range is turning the highest bit around.
        wanted = np.dtype(_SHIFTED[column.code, int(zero)])
        return np.asarray(stored.view(f"u{wanted.itemsize}") ^ (1 << 8 * wanted.itemsize - 1)).view(wanted)
    if scale == 1 and zero.denominator == 1 and column.code in "BIJ" and abs(zero) < 2**62:
        return np.asarray(stored.astype(np.int64) + int(zero))
    with np.errstate(all="ignore"):
        return np.asarray(stored.astype(np.float64) * float(scale) + float(zero))
