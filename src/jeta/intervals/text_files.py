"""Tables of intervals in text files: ECSV, or columns set apart by commas or blanks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import IntervalError, TimeFormatError
from jeta.times import to_seconds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_ENDINGS = (".ecsv", ".csv", ".dat", ".txt")
_NAMES = {"datestart", "tstart"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_columns(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """Read the columns of a table in a text file.

    Parameters
    ----------
    path : str or path
        A file whose name ends in ``.ecsv``, ``.csv``, ``.dat`` or ``.txt``. Lines that begin with ``#`` are comments. The first
        line gives the names of the columns if ``datestart`` or ``tstart`` is among them.

    Returns
    -------
    dict of arrays
        Columns by name, or by ``col1``, ``col2`` ... without names; texts as they stand in the file, except from ECSV, which
        says what types they have.

    Raises
    ------
    IntervalError
        If there is no such file, or it is no such table.
    """
    where = Path(path)
    if where.suffix.lower() not in _ENDINGS:
        raise IntervalError(
            f"{os.fspath(path)!r} names no file of intervals: expected a name that ends in {', '.join(_ENDINGS)}"
        )
    try:
        lines = where.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        raise IntervalError(f"cannot read intervals from {os.fspath(path)!r}: {err}; give a text file") from err
    rows = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if lines and lines[0].startswith("# %ECSV"):
        return _read_table(path, lines, format="ecsv")
    if not rows:
        return {"tstart": np.empty(0), "tstop": np.empty(0)}
    return _read_plain(path, rows)


def seconds_of_texts(texts: ArrayLike, system: str, are_numbers: bool = False) -> NDArray[np.float64]:
    """Return the seconds of times that were read from text, where a number of seconds is text too.

    Parameters
    ----------
    texts : array of text, or of times in any other form, shape (n,)
        In accepted forms of text, or numbers.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.
    are_numbers : bool
        Whether texts that all could be either, such as ``'2010001'``, are numbers; else they are dates (GRETA).

    Returns
    -------
    float64 array, shape (n,)
        Seconds.

    Raises
    ------
    TimeFormatError
        If a text is neither.

    Examples
    --------
    >>> seconds_of_texts(["60.5", "1e3"], "unix")
    array([  60.5, 1000. ])
    """
    if isinstance(texts, np.ma.MaskedArray):  # some are missing, which becomes NaN
        return np.asarray(to_seconds(texts, system), dtype=np.float64)
    column = np.asarray(texts)
    is_text = column.dtype.kind in "US"
    if is_text and are_numbers:
        return _numbers(column, system)
    try:
        return np.asarray(to_seconds(column, system), dtype=np.float64)
    except TimeFormatError:
        if not is_text:
            raise
    return np.array([_seconds_of_text(text, system) for text in column.astype(str).tolist()])


def _numbers(texts: NDArray[Any], system: str) -> NDArray[np.float64]:
    """The numbers that texts spell, if all do; else what they are as times."""
    try:
        return texts.astype(np.float64)
    except ValueError:
        return seconds_of_texts(texts, system)


def _seconds_of_text(text: str, system: str) -> float:
    """Seconds of one text: of a date if it is one in any form, else of a number."""
    try:
        return float(to_seconds(text, system))
    except TimeFormatError:
        if not _NUMBER.fullmatch(text):
            raise
    return float(text)


def _read_plain(path: str | os.PathLike[str], rows: list[str]) -> dict[str, NDArray[Any]]:
    """Columns of text set apart by commas, or by blanks, with names or without."""
    delimiter = "," if "," in rows[0] else " "
    has_names = bool(_NAMES & {name.strip(" \"'") for name in rows[0].replace(",", " ").split()})
    return _read_table(
        path,
        rows,
        format="basic" if has_names else "no_header",
        delimiter=delimiter,
        converters={"*": [_text_converter()]},
        fill_values=[],  # an empty field is an error, not a zero that is masked
        fast_reader=False,  # the fast one makes numbers of texts of digits
    )


def _text_converter() -> Any:
    """What tells astropy to keep a column as text."""
    from astropy.io import ascii  # noqa: A004, PLC0415 - astropy's name; slow to import, and for files only

    return ascii.convert_numpy(str)


def _read_table(path: str | os.PathLike[str], lines: list[str], **options: Any) -> dict[str, NDArray[Any]]:
    """Columns of what astropy reads."""
    from astropy.io import ascii  # noqa: A004, PLC0415 - astropy's name; slow to import, and for files only

    try:
        table = ascii.read(lines, guess=False, **options)
    except (ValueError, TypeError, KeyError) as err:  # the last two from a header of ECSV that lacks its parts
        raise IntervalError(f"cannot read intervals from {os.fspath(path)!r}: {err}; check its columns") from err
    return {name: table[name] for name in table.colnames}
