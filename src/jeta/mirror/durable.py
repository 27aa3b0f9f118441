"""Waiting until many new files and names are on the disk.

One call for a whole file system takes as long as a few for single files, where a mirror makes tens of thousands.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

from jeta.files import sync_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FEW = 8


def settle(paths: Sequence[Path], root: Path) -> None:
    """Wait until files and folders are on the disk.

    Parameters
    ----------
    paths : sequence of Path
        Which.
    root : Path
        A folder on the file system that all of them are on.

    Raises
    ------
    OSError
        If the disk fails.
    """
    if len(paths) <= _FEW or not sys.platform.startswith("linux"):
        sync_each(paths)
        return
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "syncfs"):
        sync_each(paths)
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        if library.syncfs(descriptor):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(root))
    finally:
        os.close(descriptor)
