"""One record as a file: a zip archive that any tool can open, laid out so that one MSID is found without reading the rest.

=====================  ====================================================================================================
member                 content
=====================  ====================================================================================================
``record.json``        the record, and of each block its first name, bytes and checksum; always first
``msids/N.json.gz``    a block of MSIDs, sorted by name, see `jeta.catalog.blocks`
=====================  ====================================================================================================

Members are stored, not compressed by zip, one behind the other: where a block lies follows from the sizes in ``record.json``.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from bisect import bisect_right
from contextlib import contextmanager
from itertools import accumulate
from typing import IO, TYPE_CHECKING, Any

from jeta.catalog.blocks import MAX_BYTES, blocks_of, pack, unpack
from jeta.catalog.records import FileRecord, from_fields, is_whole, to_fields
from jeta.errors import ArchiveCorruptError, ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jeta.catalog.blocks import Block
    from jeta.catalog.records import MsidCounts, Record

MAX_HEAD_BYTES = 2**24
"""Most bytes of ``record.json``."""

_MAGIC = "jeta record 1"
_HEAD_NAME = "record.json"
_LOCAL = struct.Struct("<4s5H3I2H")
_FIRST_READ = 2**14
_EPOCH = (1980, 1, 1, 0, 0, 0)


def _block_name(place: int) -> str:
    """Name of the member that holds a block."""
    return f"msids/{place:06d}.json.gz"


def write(file: IO[bytes], record: Record, msids: Iterable[MsidCounts]) -> None:
    """Write a record, and what became of the rows of each MSID.

    Parameters
    ----------
    file : binary file
        Where to, at its start.
    record : FileRecord or RunRecord
        The record, with its number.
    msids : iterable of MsidCounts
        In any order.

    Raises
    ------
    ValuesError
        If a number cannot be stored.
    """
    base_ns = _base_ns(record)
    content = to_fields(record)
    parts = [(block.msids[0], len(block.msids), pack(block, base_ns)) for block in blocks_of(msids)]
    table = {
        "first": [first for first, _, _ in parts],
        "bytes": [len(data) for _, _, data in parts],
        "crc32": [zlib.crc32(data) for _, _, data in parts],
        "msids": sum(count for _, count, _ in parts),
    }
    head = json.dumps({"file": _MAGIC, "record": content, "blocks": table}, separators=(",", ":")).encode()
    if len(head) > MAX_HEAD_BYTES:
        raise ValuesError(
            f"the record of {content.get('path') or content['run']} has {len(head):,} bytes, more than the {MAX_HEAD_BYTES:,} that "
            "are ever read; it has too many reasons or notes"
        )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:
        whole.writestr(zipfile.ZipInfo(_HEAD_NAME, _EPOCH), head)
        for place, (_, _, data) in enumerate(parts):
            whole.writestr(zipfile.ZipInfo(_block_name(place), _EPOCH), data)


def _base_ns(record: Record) -> int:
    """From when the instants of its blocks count."""
    return record.first_ns or 0 if isinstance(record, FileRecord) else 0


class RecordFile:
    """A record that is open for reading; made by `opened`.

    Attributes
    ----------
    record : FileRecord or RunRecord
        The record.
    digest : str
        What tells it from every other record.
    msids : int
        How many MSIDs it counts rows of.
    """

    def __init__(self, file: IO[bytes], number: int) -> None:
        self._file = file
        head, end = _read_head(file)
        self.digest = hashlib.sha256(head).hexdigest()[:32]
        content = json.loads(head)
        if (
            not isinstance(content, dict)
            or content.get("file") != _MAGIC
            or set(content) != {"file", "record", "blocks"}
        ):
            raise ValuesError(f"it does not say that it is a {_MAGIC!r}")
        if not isinstance(content["record"], dict):
            raise ValuesError("it has no record")
        self.record = from_fields(content["record"])
        if self.record.number != number:
            raise ValuesError(f"it is record {self.record.number}, under the name of another")
        self._firsts, self._sizes, self._checksums, self.msids = _table(content["blocks"])
        self._end = end

    def blocks(self) -> Iterator[Block]:
        """Give the counts of all MSIDs, block by block."""
        around = _LOCAL.size + len(_block_name(0))
        ends = accumulate((around + size for size in self._sizes), initial=self._end)
        for at, end in zip(range(len(self._sizes)), ends, strict=False):
            yield self._block(at, end + around)

    def find(self, msid: str) -> MsidCounts | None:
        """Return the counts of one MSID, None if the file had nothing of it; reads one block."""
        at = bisect_right(self._firsts, msid) - 1
        if at < 0:
            return None
        around = _LOCAL.size + len(_block_name(0))
        return self._block(at, self._end + sum(self._sizes[:at]) + (at + 1) * around).find(msid)

    def _block(self, at: int, offset: int) -> Block:
        """The block of a place in the table, whose bytes begin at an offset."""
        self._file.seek(offset)
        data = self._file.read(self._sizes[at])
        first = self._firsts[at]
        if len(data) != self._sizes[at] or zlib.crc32(data) != self._checksums[at]:
            raise ValuesError(f"the counts from {first!r} on do not agree with their checksum")
        block = unpack(data, _base_ns(self.record))
        if block.msids[:1] != [first]:
            raise ValuesError(f"the counts from {first!r} on are those of others")
        return block


def _read_head(file: IO[bytes]) -> tuple[bytes, int]:
    """The content of the first member, and where it ends."""
    start = file.read(_FIRST_READ)
    if len(start) < _LOCAL.size:
        raise ValuesError("it is too short")
    mark, _, _, method, _, _, crc32, packed, size, name_bytes, more_bytes = _LOCAL.unpack_from(start)
    begin = _LOCAL.size + name_bytes + more_bytes
    name = start[_LOCAL.size : _LOCAL.size + name_bytes]
    if mark != b"PK\3\4" or method != zipfile.ZIP_STORED or packed != size or name != _HEAD_NAME.encode():
        raise ValuesError(f"it does not begin with {_HEAD_NAME} as zip stores it")
    if size > MAX_HEAD_BYTES:
        raise ValuesError(f"its {_HEAD_NAME} claims {size:,} bytes, more than any has")
    end = begin + size
    whole = start if len(start) >= end else start + file.read(end - len(start))
    head = whole[begin:end]
    if len(head) != size or zlib.crc32(head) != crc32:
        raise ValuesError(f"its {_HEAD_NAME} does not agree with its checksum")
    return head, end


def _table(content: Any) -> tuple[list[str], list[int], list[int], int]:
    """First names, bytes and checksums of the blocks, and how many MSIDs they have."""
    wanted = {"first": str, "bytes": int, "crc32": int}
    if not isinstance(content, dict) or set(content) != {*wanted, "msids"} or not is_whole(content["msids"]):
        raise ValuesError("its table of blocks is none")
    columns = [content[name] for name in wanted]
    for column, kind in zip(columns, wanted.values(), strict=True):
        if not isinstance(column, list) or set(map(type, column)) - {kind} or len(column) != len(columns[0]):
            raise ValuesError("its table of blocks is none")
    firsts, sizes, checksums = columns
    if firsts != sorted(set(firsts)) or not 0 <= min(sizes, default=0) <= max(sizes, default=0) <= MAX_BYTES:
        raise ValuesError("its table of blocks is not in order")
    return firsts, sizes, checksums, content["msids"]


@contextmanager
def opened(path: Path, number: int) -> Iterator[RecordFile]:
    """Open a record for reading.

    Parameters
    ----------
    path : Path
        Its file.
    number : int
        The number that it must have.

    Yields
    ------
    RecordFile
        The record, whose blocks can be read as long as the ``with`` block lasts.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ArchiveCorruptError
        If it is damaged, or no record at all; also for what is read within the block.
    """
    try:
        with path.open("rb") as file:
            yield RecordFile(file, number)
    except (ValueError, RecursionError, OverflowError) as err:
        raise ArchiveCorruptError(f"{path} is damaged ({err}); restore it from a backup") from err
