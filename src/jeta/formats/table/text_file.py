"""Lines of a text table, plain or compressed by gzip, as fields: header, units, rows."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from jeta.errors import FormatError
from jeta.formats.files import encodable, with_name
from jeta.formats.unpacked import lines_of, opened_bytes, unpacked_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jeta.formats.table.mapping import TableMapping

LOOK_BYTES = 65_536
_LONGEST_HEADER = 1 << 21
_MOST_LINES = 1 << 62
_DELIMITERS = ",\t;|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class TextTable(NamedTuple):
    """An open table.

    Attributes
    ----------
    header : list of str
        Names of the columns, without blanks around them.
    units : list of str
        The row of units; empty where the mapping says of none.
    records : iterator of list of str
        The rows, blank ones as empty lists.
    decimal : {'.', ','}
        The decimal sign.
    """

    header: list[str]
    units: list[str]
    records: Iterator[list[str]]
    decimal: str = "."


def first_rows(path: Path, mapping: TableMapping, rows: int) -> tuple[TextTable, list[list[str]]] | None:
    """Look at the beginning of a file.

    Parameters
    ----------
    path : Path
        The file, of which 65536 bytes are read.
    mapping : TableMapping
        How it is written.
    rows : int
        How many rows to return at most.

    Returns
    -------
    table : TextTable
        Its header.
    first : list of list of str
        The first rows; the last may be cut.

    None is returned for what is no text.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    """
    start = unpacked_head(path, LOOK_BYTES)
    if len(start) == LOOK_BYTES and b"\n" not in start and b"\r" not in start:
        start = unpacked_head(path, _LONGEST_HEADER)  # a header of thousands of columns
    if not start or (b"\0" in start[:4096] and not start.startswith(_UTF16) and mapping.encoding is None):
        return None
    try:
        text = io.TextIOWrapper(io.BytesIO(start), newline="", **_coding(start, mapping))
        table = _table(text, mapping)
        return table, list(islice(_whole(table.records), rows))
    except (csv.Error, UnicodeError, FormatError):
        return None


def _whole(records: Iterable[list[str]]) -> Iterator[list[str]]:
    """Rows that are not blank, up to one that cannot be read, which may be because the look ends there."""
    try:
        yield from filter(None, records)
    except (csv.Error, UnicodeError):
        return


@contextmanager
def opened(path: Path, mapping: TableMapping) -> Iterator[TextTable]:
    """Open a table; what goes wrong while its rows are read is a `FormatError` with the file's name.

    Parameters
    ----------
    path : Path
        The file.
    mapping : TableMapping
        How it is written.

    Yields
    ------
    TextTable
        The table.

    Raises
    ------
    FormatError
        If the file is no text, is damaged, or has no header.
    OSError
        If it is not there or may not be read.
    """
    try:
        with opened_bytes(path) as stream:
            coding = _coding(unpacked_head(path, LOOK_BYTES), mapping)
            with io.TextIOWrapper(stream, newline="", **coding) as text:
                yield _table(text, mapping)
    except csv.Error as err:
        raise FormatError(
            f"{path}: the rows cannot be told apart ({err}); expected quotes that are doubled inside a field and closed at its"
            " end: correct the file"
        ) from err
    except UnicodeError as err:
        raise FormatError(
            f"{path}: the text is not in {coding['encoding']} ({err}); give its encoding in a mapping"
        ) from err
    except FormatError as err:
        raise with_name(err, path) from err


def _coding(start: bytes, mapping: TableMapping) -> dict[str, Any]:
    """How to turn bytes into text."""
    if mapping.encoding is not None:
        return {
            "encoding": "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding,
            "errors": "surrogateescape",
        }
    return {"encoding": "utf-16" if start.startswith(_UTF16) else "utf-8-sig", "errors": "surrogateescape"}


def _table(text: IO[str], mapping: TableMapping) -> TextTable:
    """Find header and units at the beginning, and split the rest into fields.

    Raises
    ------
    FormatError
        If there is no line but blank ones and comments.
    """
    first = _first_line(text, mapping)
    delimiter = mapping.delimiter or _delimiter(first)
    records = _records(_lines(first, text, mapping.comment), delimiter, skip_blanks=f"{delimiter} " in first)
    header = list(mapping.names) or next(records, [])
    units = next(records, []) if mapping.units_row else []
    decimal = mapping.decimal or ("," if delimiter == ";" else ".")
    return TextTable([encodable(name.strip()) for name in header], [unit.strip() for unit in units], records, decimal)


def _first_line(text: IO[str], mapping: TableMapping) -> str:
    """The first line that is neither left out, blank nor a comment.

    Raises
    ------
    FormatError
        If there is none.
    """
    comment = mapping.comment or "#"
    for line in islice(lines_of(text), min(mapping.skip_rows, _MOST_LINES), None):
        if line.strip() and not line.startswith(comment):
            return line
    raise FormatError("there is no line that could name the columns; expected a header")


def _lines(first: str, text: IO[str], comment: str | None) -> Iterator[str]:
    """The first line, then the others that are no comments."""
    yield first
    for line in lines_of(text):
        if not (comment and line.startswith(comment)):
            yield line


def _delimiter(line: str) -> str:
    """What most likely stands between the fields of a header."""
    start = line[:LOOK_BYTES]  # one field of a header of thousands of columns would be too long
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([start], delimiter=mark), [])))


def _records(lines: Iterable[str], delimiter: str, *, skip_blanks: bool) -> Iterator[list[str]]:
    """Rows as fields. Blanks as delimiter may be several in a row."""
    if delimiter == " ":
        return (line.split() for line in lines)
    reader: Any = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=skip_blanks)
    return iter(reader)
