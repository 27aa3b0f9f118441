"""The content of files that may be compressed by gzip, and never more of it than memory can take."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from jeta.errors import FormatError
from jeta.formats.files import head, with_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

    from jeta.formats.protocol import AnyPath

GZIP = b"\x1f\x8b"
ALWAYS_BYTES = 1 << 26
"""What a compressed file may always hold."""

MOST_FOLD = 200
"""How much smaller compression may have made what is larger: telemetry in text becomes 3 to 50 times smaller."""

LONGEST_LINE = 16_000_000


def unpacked_head(path: AnyPath, size: int) -> bytes:
    """Return the beginning of what a file holds.

    Parameters
    ----------
    path : str or path-like
        The file, gzip or not.
    size : int
        How many bytes to read, and to return, at most.

    Returns
    -------
    bytes
        Empty for a folder, a pipe, or a gzip file that is damaged from its beginning.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    """
    start = head(path, size)
    if not start.startswith(GZIP):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, size)
    except zlib.error:
        return b""


def is_packed(path: AnyPath) -> bool:
    """Tell whether a file is compressed by gzip."""
    return head(path, len(GZIP)) == GZIP


def most_bytes(size: int) -> int:
    """Return how many bytes a compressed file may hold.

    Parameters
    ----------
    size : int
        Bytes of the compressed file.

    Examples
    --------
    >>> most_bytes(1_000), most_bytes(1_000_000)
    (67108864, 200000000)
    """
    return max(ALWAYS_BYTES, MOST_FOLD * size)


def too_much() -> FormatError:
    """Return the error for a file that holds more."""
    return FormatError(
        f"it is compressed more than {MOST_FOLD}-fold, as no telemetry is; if it is what it should be, unpack it with gunzip"
    )


@contextmanager
def opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, gzip or not; what goes wrong while it is read is a `FormatError` with the file's name.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    binary file
        Its content, unpacked.

    Raises
    ------
    FormatError
        If it is damaged, or compressed more than any telemetry is.
    OSError
        If it is not there or may not be read.
    """
    if not path.is_file() and path.exists() and not path.is_dir():
        raise FormatError(f"{path}: expected a file, found a pipe or a device; take it out of the delivery")
    try:
        with path.open("rb") as raw:
            if not is_packed(path):
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacking:
                yield io.BufferedReader(
                    _Limited(cast("IO[bytes]", unpacking), most_bytes(path.stat().st_size)), 1 << 17
                )
    except (zlib.error, EOFError, gzip.BadGzipFile) as err:
        raise FormatError(f"{path}: the compressed file is damaged or cut short ({err}); transfer it again") from err
    except FormatError as err:
        raise with_name(err, path) from err


def lines_of(text: IO[str]) -> Iterator[str]:
    """Give the lines of a text, of which none takes all memory.

    Parameters
    ----------
    text : text file
        Open for reading.

    Yields
    ------
    str
        Each line with its end.

    Raises
    ------
    FormatError
        If a line is longer than that of any table.
    """
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise FormatError(f"a line has more than {LONGEST_LINE:,} characters; expected a row of a table")
        yield line


class _Limited(io.RawIOBase):
    """A stream that breaks off with an error once it gave too much."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._left = stream, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a buffer, as far as there are bytes."""
        view = memoryview(buffer).cast("B")
        data = self._stream.read(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise too_much()
        view[: len(data)] = data
        return len(data)
