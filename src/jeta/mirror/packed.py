"""Small files of JSON that travel compressed, read with the distrust that the network deserves."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from jeta.errors import ArchiveCorruptError

LARGEST_BYTES = 2**29
"""What a file may be once it is unpacked: an index of 20,000 MSIDs has 3 MB."""


def pack(content: dict[str, Any]) -> bytes:
    """Return a mapping as compressed JSON; the same bytes for the same mapping."""
    return gzip.compress(json.dumps(content).encode(), compresslevel=6, mtime=0)


def unpack(data: bytes, where: str, kind: str) -> dict[str, Any]:
    """Return what `pack` was given.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        Its address, for messages.
    kind : str
        What its key ``file`` must say.

    Raises
    ------
    ArchiveCorruptError
        If it is something else, or unpacks to more than `LARGEST_BYTES`.
    """
    try:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        text = unpacker.decompress(data, LARGEST_BYTES)
        if unpacker.unconsumed_tail:
            raise ValueError(f"it unpacks to more than {LARGEST_BYTES:,} bytes")  # noqa: TRY301 - told below
        if not unpacker.eof:
            raise ValueError("it is cut short")  # noqa: TRY301 - likewise
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("file") != kind:
            raise ValueError(f"expected a file {kind!r}")  # noqa: TRY301 - likewise
    except (ValueError, zlib.error, RecursionError, UnicodeDecodeError) as err:
        raise ArchiveCorruptError(f"{where} is damaged or of another version of jeta ({err})") from err
    return content
