"""The cache of a telemetry database: what lets a process that fetches one MSID not pay for all entries.

The file holds a line with a checksum, a line of JSON (stamps of the sources, names, ids, where each entry lies), one
line of searchable text per entry, and one line of JSON per entry. It is read as a whole, since 20,000 entries are 5
MB and take a few ms, and a file that stays mapped while another host replaces it can kill the process on a network
file system. Entries are decoded when they are asked for.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from typing import TYPE_CHECKING, Any

from jeta.files import replace_bytes
from jeta.logs import logger
from jeta.tdb.entry import as_values, restored
from jeta.tdb.sources import TICK_NS, Stamp, restamped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jeta.tdb.entry import Entry
    from jeta.tdb.stores import EntryStore

_MAGIC = b"jeta telemetry database cache, version 2, checksum "
_CHECKSUM_DIGITS = 8
_LOG = logger(__name__)


class CachedEntries:
    """Entries in the bytes of a cache.

    Parameters
    ----------
    head : dict
        The line of JSON.
    body : bytes
        What follows it.
    """

    def __init__(self, head: dict[str, Any], body: bytes) -> None:
        self.names: list[str] = head["names"]
        self.ids: list[int | None] = head["ids"]
        self._starts: list[int] = head["starts"]
        self._body = body

    def entry(self, position: int) -> Entry:
        """Return the entry at a position.

        Parameters
        ----------
        position : int
            Counted from 0, in the order of names.

        Returns
        -------
        Entry
            The entry, made anew.
        """
        return restored(json.loads(self._body[self._starts[position] : self._starts[position + 1]]))

    def search_lines(self) -> list[str]:
        """Return the searchable text of each entry.

        Returns
        -------
        list of str
            As `jeta.tdb.stores.search_line` made it.
        """
        return self._body[: self._starts[0]].decode().split("\n")[:-1]


def read_cache(path: Path, files: Sequence[Path]) -> CachedEntries | None:
    """Read a cache.

    Parameters
    ----------
    path : Path
        The cache.
    files : sequence of Path
        The files that it must have been made from, sorted by name.

    Returns
    -------
    CachedEntries or None
        None if there is no cache, or it is damaged or older than a file.
    """
    now_ns = time.time_ns()
    try:
        with path.open("rb") as stream:
            written_ns = os.fstat(stream.fileno()).st_mtime_ns
            content = stream.read()
    except OSError as err:
        _LOG.debug("no cache of the telemetry database at %s: %s", path, err)
        return None
    checked = _checked(content)
    if checked is None:
        _LOG.debug("the cache of the telemetry database at %s is damaged or of another version", path)
        return None
    head, body = checked
    stamps = [Stamp(*values) for values in head["stamps"]]
    # The earlier of two clocks: the file server's, which also stamps the sources, and ours before they were read.
    fresh = restamped(files, stamps, min(written_ns, head["read_ns"]))
    if fresh is None:
        _LOG.debug("the cache of the telemetry database at %s is older than its sources", path)
        return None
    if fresh.compared and all(stamp.changed_ns + TICK_NS < now_ns for stamp in fresh.stamps):
        # Contents had to be compared; with new stamps the next reader is spared that.
        _write(path, head | _stamped(fresh.stamps, now_ns), body)
    return CachedEntries(head, body)


def write_cache(path: Path, stamps: Sequence[Stamp], read_ns: int, store: EntryStore) -> None:
    """Write a cache, or log why it cannot be written.

    Parameters
    ----------
    path : Path
        The cache to write or replace.
    stamps : sequence of Stamp
        Stamps of the files that the entries came from, sorted by name.
    read_ns : int
        A time before the files were read, ns since 1970 UTC.
    store : EntryStore
        The entries.
    """
    searchable = "".join(f"{line}\n" for line in store.search_lines()).encode()
    encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
    starts, lines, start = [], [], len(searchable)
    for position in range(len(store.names)):
        line = encode(as_values(store.entry(position)))
        starts.append(start)
        lines.append(line)
        start += len(line) + 1
    body = searchable + "".join(f"{line}\n" for line in lines).encode()
    index = {"names": store.names, "ids": store.ids, "starts": [*starts, start]}
    _write(path, index | _stamped(stamps, read_ns), body)


def _stamped(stamps: Sequence[Stamp], read_ns: int) -> dict[str, Any]:
    """Return the part of the head that tells what the cache was made from, and when."""
    return {"stamps": [stamp.as_tuple() for stamp in stamps], "read_ns": read_ns}


def _write(path: Path, head: dict[str, Any], body: bytes) -> None:
    """Write a cache; an archive that cannot be written does without."""
    content = json.dumps(head, separators=(",", ":")).encode() + b"\n" + body
    try:
        replace_bytes(path, _MAGIC + _checksum(content) + b"\n" + content)
    except OSError as err:
        _LOG.debug("the cache of the telemetry database cannot be written to %s: %s", path, err)


def _checked(content: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Return head and body of a cache whose version and checksum are right; nothing in it is looked at before."""
    start = len(_MAGIC) + _CHECKSUM_DIGITS + 1
    if not content.startswith(_MAGIC) or content[len(_MAGIC) : start - 1] != _checksum(memoryview(content)[start:]):
        return None
    end = content.index(b"\n", start)
    return json.loads(content[start:end]), content[end + 1 :]


def _checksum(content: bytes | memoryview) -> bytes:
    """Return the CRC-32 of a content, 8 hexadecimal digits."""
    return b"%08x" % zlib.crc32(content)
