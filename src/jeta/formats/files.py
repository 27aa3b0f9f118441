"""The two ends of a file, for a first look at it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jeta.formats.protocol import AnyPath


def head(path: AnyPath, size: int) -> bytes:
    """Return the first bytes of a file.

    Parameters
    ----------
    path : str or path-like
        The file.
    size : int
        How many bytes to return at most.

    Returns
    -------
    bytes
        Empty for a folder, and for a pipe or device, which is not touched.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    """
    path = Path(path)
    if not stat.S_ISREG(path.stat().st_mode):
        return b""
    with path.open("rb") as handle:
        return handle.read(size)


def tail(path: AnyPath, size: int) -> bytes:
    """Return the last bytes of a file.

    Parameters
    ----------
    path : str or path-like
        The file.
    size : int
        How many bytes to return at most.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    """
    path = Path(path)
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - size))
        return handle.read(size)
