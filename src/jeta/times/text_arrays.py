"""Many times written as text, read by columns of characters where their forms agree.

Texts of one length nearly always have one form. The first of them is matched as a single text would be, and where its
parts lie tells where the parts of all the others lie. What does not fit that, a leap second, a time from now or a
mistake, is read one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import TimeFormatError
from jeta.times import clock
from jeta.times.text import match_form, read_text
from jeta.times.utc import DAY_NS, SECOND_NS, UtcTimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK_ROWS = 65_536

_OFFSET = re.compile(r"(?:(?P<sign>[+-])(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)|UTC|GMT)$", re.ASCII)
_TAIL = len("+02:00")

_LARGEST = {"hour": 23, "minute": 59, "second": 59}
_LENGTH_S = {"hour": 3600, "minute": 60, "second": 1}


def read_texts(texts: NDArray[np.str_] | NDArray[np.bytes_]) -> UtcTimes:
    """Read times in any of the forms of text.

    Parameters
    ----------
    texts : str or bytes array, shape (rows,)
        The times; their forms may differ.

    Returns
    -------
    UtcTimes
        Shape (rows,), all valid.

    Raises
    ------
    TimeFormatError
        If a text is in no accepted form; the message gives its row.
    """
    days, ns, done = _read_blocks(texts)
    for row in np.flatnonzero(~done):
        days[row], ns[row] = _read_one(texts[row], int(row))
    return UtcTimes(days, ns, np.ones(len(texts), np.bool_))


def read_absolute_texts(texts: NDArray[np.str_]) -> UtcTimes:
    """Read times as files have them: in any of the forms of text but those from now; what has none of these is left out.

    Parameters
    ----------
    texts : str array, shape (rows,)
        The times; their forms may differ. Behind a time of day may stand by how much its clock is ahead of UTC, as in
        ``+02:00`` or ``-0500``, or that it is not: ``UTC``, ``GMT``.

    Returns
    -------
    UtcTimes
        Shape (rows,); not valid where a text is no time.

    Examples
    --------
    >>> read_absolute_texts(np.array(["1970:002", "-2d", "soon"])).valid.tolist()
    [True, False, False]
    """
    texts, ahead_ns = _without_offsets(np.strings.strip(texts))
    days, ns, valid = _read_blocks(texts)
    for row in np.flatnonzero(~valid):
        if str(texts[row]).strip()[:1] in ("+", "-"):
            continue
        try:
            days[row], ns[row] = _read_one(texts[row], int(row))
        except TimeFormatError:
            continue
        valid[row] = True
    # Of the others, one may be within a leap second, which a division would move into the next day.
    local = np.flatnonzero(ahead_ns)
    carried, ns[local] = np.divmod(ns[local] - ahead_ns[local], DAY_NS)
    days[local] += carried
    return UtcTimes(np.where(valid, days, 0), np.where(valid, ns, 0), valid)


def _without_offsets(texts: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Texts without the offset from UTC that some end in, and the nanoseconds by which their clocks are ahead."""
    ahead_ns = np.zeros(len(texts), np.int64)
    lengths = np.strings.str_len(texts)
    long = np.unique(lengths[lengths > len("YYYY-MM-DD") + _TAIL])
    characters = _characters(texts).copy() if len(long) else _characters(texts)
    for length in long.tolist():
        rows = np.flatnonzero(lengths == length)
        tails = np.ascontiguousarray(characters[rows, length - _TAIL : length]).view(f"U{_TAIL}").reshape(-1)
        ends = np.strings.endswith(tails, "UTC") | np.strings.endswith(tails, "GMT")
        signed = (np.strings.find(tails, "+") >= 0) | (np.strings.find(tails, "-") >= 0)
        for tail in np.unique(tails[ends | signed]).tolist():
            match = _OFFSET.search(tail)
            if match is None:
                continue
            chosen = rows[tails == tail]
            characters[chosen, length - len(match[0]) :] = 0
            seconds = int(match["hour"] or 0) * 3600 + int(match["minute"] or 0) * 60
            ahead_ns[chosen] = (-seconds if match["sign"] == "-" else seconds) * SECOND_NS
    return (characters.view(texts.dtype).reshape(-1) if len(long) else texts), ahead_ns


def _read_blocks(texts: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Days and nanoseconds of what can be read by columns, and which could."""
    rows = len(texts)
    days, ns, done = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    for start in range(0, rows, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        _read_block(texts[block], days[block], ns[block], done[block])
    return days, ns, done


def _read_one(text: str | bytes, row: int) -> tuple[int, int]:
    """Read one text, whose row an error tells."""
    try:
        return read_text(decode(text), clock.now_instant)
    except TimeFormatError as err:
        raise TimeFormatError(f"row {row}: {err}") from err


def decode(text: str | bytes) -> str:
    """Text of a str or of bytes.

    Parameters
    ----------
    text : str or bytes
        What to read as ASCII.

    Returns
    -------
    str
        The text; bytes that are not ASCII show as escapes, and are part of no accepted form.
    """
    return text.decode("ascii", errors="backslashreplace") if isinstance(text, bytes) else str(text)


def _read_block(texts: NDArray[Any], days: NDArray[np.int64], ns: NDArray[np.int64], done: NDArray[np.bool_]) -> None:
    """Fill in what can be read by columns, and mark it as done."""
    texts = np.strings.strip(texts)
    characters = _characters(texts)
    lengths = np.strings.str_len(texts)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        match = match_form(decode(texts[rows[0]]))
        if match is None or len(match["fraction"] or "") > 9:
            continue
        block_days, block_ns, fits = _read_columns(characters[rows, :length].astype(np.int64), match)
        days[rows], ns[rows], done[rows] = block_days, block_ns, fits


def _characters(texts: NDArray[Any]) -> NDArray[Any]:
    """Codes of the characters, one row per text."""
    code, size = (np.uint32, 4) if texts.dtype.kind == "U" else (np.uint8, 1)
    texts = np.ascontiguousarray(texts, dtype=texts.dtype.newbyteorder("="))
    return texts.view(code).reshape(len(texts), texts.dtype.itemsize // size)


def _read_columns(
    characters: NDArray[np.int64], match: re.Match[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Days and nanoseconds of texts of the form of `match`, and which of them fit it."""
    parts = {name: span for name in match.re.groupindex if (span := match.span(name)) != (-1, -1)}
    in_part = np.zeros(characters.shape[1], np.bool_)
    for begin, end in parts.values():
        in_part[begin:end] = True
    marks = np.array([ord(character) for character in match.string])[~in_part]
    fits = (characters[:, ~in_part] == marks).all(axis=1)
    digits = characters - ord("0")
    fits &= ((digits >= 0) & (digits <= 9) | ~in_part).all(axis=1)
    digits[~fits] = 1  # so that what follows stays within bounds
    values = {name: _number(digits[:, begin:end]) for name, (begin, end) in parts.items()}
    ns = np.zeros(len(digits), np.int64)
    for name in _LENGTH_S.keys() & values.keys():
        fits &= values[name] <= _LARGEST[name]
        ns += values[name] * (_LENGTH_S[name] * SECOND_NS)
    if "fraction" in values:
        begin, end = parts["fraction"]
        ns += values["fraction"] * 10 ** (9 - (end - begin))
    days, exist = _days(values)
    return days, ns, fits & exist


def _number(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of decimal digits, the first the highest."""
    return np.asarray(digits @ 10 ** np.arange(digits.shape[1] - 1, -1, -1))


def _days(values: dict[str, NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970 of years and days of the year, or of calendar dates, and which of them exist."""
    year = values["year"]
    if "doy" in values:
        since, unit, day = year - 1970, "Y", values["doy"]
    else:
        month = values["month"]
        since, unit, day = (year - 1970) * 12 + month - 1, "M", values["day"]
    first = _first_days(since, unit)
    exist = (year >= 1) & (day >= 1) & (first + day <= _first_days(since + 1, unit))
    if unit == "M":
        exist &= (month >= 1) & (month <= 12)
    return first + day - 1, exist


def _first_days(since: NDArray[np.int64], unit: str) -> NDArray[np.int64]:
    """Days since 1970 on which years or months since then begin."""
    return since.astype(f"M8[{unit}]").astype("M8[D]").astype(np.int64)
