"""Replacing a file as a whole: readers see the old content or the new, never a part."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file aside, flush it to disk and rename it into place.

    Parameters
    ----------
    path : Path
        The file to create or replace; its folder must exist.
    content : bytes
        What it shall hold.

    Raises
    ------
    OSError
        If the folder cannot be written; no partial file stays behind.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        # Not tempfile: its files can be read by their owner only, and other users read an archive.
        with aside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        # Where anything went wrong, an interrupt included, half a file must not stay; after the rename there is none.
        aside.unlink(missing_ok=True)
