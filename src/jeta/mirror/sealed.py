"""The sealed files that a manifest names, and whether one is what the manifest says of it."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import manifest, product, product_file, segment
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly
from jeta.mirror.names import checked_sealed

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from jeta.archive.product_file import ProductFile

_HEAD = struct.Struct("<8xB19xQ")
"""The beginning of an HDF5 file, of which two things matter: the version of what follows, and in versions 2 and 3 where it ends."""
_NOT_BELOW_0 = ("rows", "chunks", "chunks_offset", "levels", "levels_offset", "raws_offset", "text_bytes")
_UNREADABLE = (ValueError, OverflowError, IndexError, TypeError, EOFError)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file that a manifest names.

    Attributes
    ----------
    name : str
        Of the file, checked: it is no path.
    told : numpy.void or ProductFile
        What the manifest says of it.
    """

    name: str
    told: np.void | ProductFile

    def fault(self, folder: Path) -> str | None:
        """Say in what the file of this name in a folder is not what the manifest says, None if it is.

        All that a fetch reads is compared with checksums; nothing is decoded.

        Raises
        ------
        FileNotFoundError
            If it is not there.
        """
        try:
            if (short := _cut_short(folder / self.name)) is not None:
                return short
            if isinstance(self.told, product_file.ProductFile):
                found = product_file.faults(folder, self.told)
                return found[0] if found else None
            return _segment_fault(folder, self.told)
        except FileNotFoundError:
            raise
        except (*_UNREADABLE, ArchiveCorruptError) as err:
            return f"it cannot be read ({err})"


def sealed_files(content: bytes, name: str, where: Path) -> list[SealedFile]:
    """Return the files that a manifest names.

    Parameters
    ----------
    content : bytes
        The manifest.
    name : {'full', '5min', 'daily'}
        Of which product.
    where : Path
        The manifest's path, for messages.

    Raises
    ------
    ArchiveCorruptError
        If the manifest is damaged, or names what can be no sealed file.
    """
    try:
        if name == "full":
            segments = manifest.from_bytes(content, where).segments
            found = [SealedFile(manifest.segment_name(record), record) for record in segments]
        else:
            found = [SealedFile(str(file.name), file) for file in product.from_bytes(content, where).files]
    except (IndexError, UnicodeDecodeError, OverflowError) as err:
        raise ArchiveCorruptError(f"{where} names files that there cannot be ({err})") from err
    for file in found:
        checked_sealed(file.name, str(where))
    return found


def is_of_texts(file: SealedFile) -> bool:
    """Whether a file is a segment of texts."""
    return isinstance(file.told, np.void) and file.told["dtype"] == b"text"


def folded_of(content: bytes, name: str, where: Path) -> int:
    """Return the number of the last commit that a manifest of a product vouches for."""
    if name == "full":
        return manifest.from_bytes(content, where).folded
    return int(product.from_bytes(content, where).folded)


def _cut_short(path: Path) -> str | None:
    """Whether a file ends before HDF5 says that it does."""
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
        size_bytes = os.fstat(file.fileno()).st_size
    if len(head) < _HEAD.size or not head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "it is no HDF5 file"
    version, end = _HEAD.unpack(head)
    if version in (2, 3) and size_bytes < end:
        return f"it is {size_bytes} bytes long instead of {end}"
    return None


def _segment_fault(folder: Path, record: np.void) -> str | None:
    """What is wrong with a segment: its tables, and the checksum of each chunk."""
    with segment.SegmentFile(folder, record) as file:
        size_bytes = file.path.stat().st_size
        levels, width = int(record["levels"]), max(8, int(record["text_bytes"]))
        # Before memory is taken for what a damaged line says.
        if any(int(record[name]) < 0 for name in _NOT_BELOW_0) or int(record["chunk_rows"]) < 1:
            return "its line in the manifest has numbers that cannot be"
        if -(-int(record["rows"]) // int(record["chunk_rows"])) != int(record["chunks"]):
            return f"it has {int(record['chunks'])} chunks for {int(record['rows'])} rows"
        if int(record["chunks"]) * segment.CHUNK.itemsize > 4 * size_bytes or levels * width > 4 * size_bytes:
            return f"it is {size_bytes} bytes long, which is too short for its tables"
        tables: list[NDArray[Any]] = [file.chunks]
        if levels:
            tables.append(file.stored_levels())
        if int(record["text_bytes"]):
            tables.append(file.raws())
        if segment.tables_crc32(*tables) != int(record["tables_crc32"]):
            return "its tables do not agree with their checksum"
        return _chunk_fault(file, size_bytes)


def _chunk_fault(file: segment.SegmentFile, size_bytes: int) -> str | None:
    """The first chunk of a segment that does not agree with its checksum."""
    with file.path.open("rb") as raw:
        for column in segment.COLUMNS:
            offsets, sizes, sums = (file.chunks[f"{column}_{what}"] for what in ("offset", "bytes", "crc32"))
            if len(sizes) and (int(np.min(sizes)) < 0 or int(np.max(offsets + sizes)) > size_bytes):
                return f"it is {size_bytes} bytes long, but its chunks reach to byte {int(np.max(offsets + sizes))}"
            for number, (offset, size, told) in enumerate(
                zip(offsets.tolist(), sizes.tolist(), sums.tolist(), strict=True)
            ):
                if zlib.crc32(read_exactly(raw.fileno(), size, offset)) != told:
                    return f"chunk {number} of {column} does not agree with its checksum"
    return None
