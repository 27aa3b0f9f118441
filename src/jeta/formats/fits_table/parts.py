"""The parts of a FITS file one after the other: header, data, header, data."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

from jeta.errors import FormatError
from jeta.formats.files import with_name
from jeta.formats.fits_table.header import BLOCK, CARD, MAX_BLOCKS, Header, parse_cards
from jeta.formats.unpacked import is_packed, most_bytes, opened_bytes, too_much, unpacked_head

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNATURE = b"SIMPLE  ="
_PIECE = 2**20
_END = b"END".ljust(CARD)


class Part(NamedTuple):
    """One header and where its data are.

    Attributes
    ----------
    header : Header
        What it says.
    source : Source
        Stands before the data; `Source.take` reads them. What is not read of them is skipped.
    size : int
        Bytes of data, as the header claims.
    """

    header: Header
    source: Source
    size: int


def is_fits(path: Path) -> bool:
    """Tell whether a file begins as FITS does, gzip or not.

    Raises
    ------
    OSError
        If it is not there or may not be read.
    """
    return unpacked_head(path, 1024).startswith(SIGNATURE)


class Source:
    """The bytes of a file from its beginning to its end.

    Parameters
    ----------
    stream : binary file
        Open for reading.
    size : int or None
        Its length; None where that is known only at the end, as for gzip.
    most : int
        How many bytes may be taken together.
    """

    def __init__(self, stream: IO[bytes], size: int | None, most: int) -> None:
        self._stream, self._size, self._most = stream, size, most
        self.at = 0

    def take(self, size: int) -> bytearray:
        """Read bytes, no more at once than are there.

        Raises
        ------
        FormatError
            If there are not so many, or so many are too many.
        """
        self._check(size)
        if size > self._most:
            raise too_much()
        data = bytearray()
        while len(data) < size:
            piece = self._stream.read(min(_PIECE, size - len(data)))
            if not piece:
                raise _cut_short(size - len(data))
            data += piece
        self.at += size
        return data

    def skip_to(self, place: int) -> None:
        """Go forward.

        Raises
        ------
        FormatError
            If the file ends before.
        """
        self._check(place - self.at)
        if self._size is not None:
            self._stream.seek(place)
        else:
            left = place - self.at
            while left and (piece := self._stream.read(min(_PIECE, left))):
                left -= len(piece)
            if left:
                raise _cut_short(left)
        self.at = place

    def block(self) -> bytes:
        """Read a block of 2880 bytes, or what is left."""
        data = self._stream.read(BLOCK)
        self.at += len(data)
        return data

    def pad(self, place: int) -> None:
        """Go forward over padding, which some writers leave out at the end."""
        missing = -place % BLOCK
        if self._size is not None:
            self._stream.seek(min(place + missing, self._size))
        else:
            self._stream.read(missing)
        self.at = place + missing

    def _check(self, size: int) -> None:
        """Refuse to read beyond the end, where that is known."""
        if self._size is not None and self.at + size > self._size:
            raise _cut_short(self.at + size - self._size)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a FITS file, gzip or not; what goes wrong while it is read is a `FormatError` with the file's name.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    Source
        Its bytes, unpacked.

    Raises
    ------
    FormatError
        If it is damaged.
    OSError
        If it is not there or may not be read.
    """
    size = path.stat().st_size
    packed = is_packed(path)
    try:
        with opened_bytes(path) as stream:
            yield Source(stream, None, most_bytes(size)) if packed else Source(stream, size, size)
    except FormatError as err:
        raise with_name(err, path) from err


def parts(source: Source) -> Iterator[Part]:
    """Walk through headers and data.

    Parameters
    ----------
    source : Source
        A file from its beginning.

    Yields
    ------
    Part
        The primary header, then those of the extensions.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    is_first = True
    while (block := source.block()) and not (not is_first and not block.strip(b"\0 ")):
        if not block.startswith(SIGNATURE if is_first else b"XTENSION="):
            raise FormatError(
                f"expected a header of FITS at byte {source.at - len(block)}, found {block[:16]!r}; transfer it again"
            )
        header = _header(block, source)
        size = header.data_bytes()
        start = source.at
        yield Part(header, source, size)
        source.skip_to(start + size)
        source.pad(start + size)
        is_first = False


def _header(block: bytes, source: Source) -> Header:
    """Read the rest of a header."""
    cards: list[bytes] = []
    for _ in range(MAX_BLOCKS):
        if len(block) < BLOCK:
            raise FormatError("the file ends within a header; transfer it again")
        found = [block[at : at + CARD] for at in range(0, BLOCK, CARD)]
        if _END in found:
            return Header(parse_cards(cards + found[: found.index(_END)]))
        cards += found
        block = source.block()
    raise FormatError(f"a header has no END within {MAX_BLOCKS} blocks; transfer the file again")


def _cut_short(missing: int) -> FormatError:
    """The error for a file that ends too early."""
    return FormatError(f"the file is cut short: {missing:,} bytes are missing; transfer it again")
