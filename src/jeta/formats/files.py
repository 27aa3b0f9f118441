"""The name of a file and its two ends, for a first look at it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import FormatError

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


def named(path: AnyPath) -> str:
    r"""Return what a file is called, for formats that tell the MSID by that only.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    str
        Without folders, and without a last ``.gz``. Bytes that are no text are written as in Python, so that the name can be
        printed and stored, but can be none of an MSID.

    Examples
    --------
    >>> named("delivery/SA_ZMODE.csv.gz"), named(b"A\xff.csv".decode("utf-8", "surrogateescape"))
    ('SA_ZMODE.csv', 'A\\xff.csv')
    """
    name = os.fsencode(Path(path).name).decode("utf-8", "backslashreplace")
    return name[:-3] if name.lower().endswith(".gz") else name


def with_name(err: FormatError, path: Path) -> FormatError:
    """Return an error whose message begins with the file's name, if it did not already.

    Parameters
    ----------
    err : FormatError
        An error.
    path : Path
        The file that it is about.

    Examples
    --------
    >>> print(with_name(FormatError("cut short"), Path("a.csv")))
    a.csv: cut short
    """
    message = str(err.args[0]) if err.args else ""
    return FormatError(message if message.startswith(f"{path}:") else f"{path}: {message}")
