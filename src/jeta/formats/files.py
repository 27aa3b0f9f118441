"""The name of a file and its two ends, for a first look at it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import FormatError

if TYPE_CHECKING:
    from jeta.formats.protocol import AnyPath


_LONGEST_MESSAGE = 1_600
_LONGEST_NAME = 200


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


def encodable(name: str) -> str:
    r"""Return the name of an MSID or a column as UTF-8 can hold it.

    Parameters
    ----------
    name : str
        Any text; bytes that were no UTF-8 are in it as halves of characters.

    Returns
    -------
    str
        Such bytes as Latin-1, which they most likely are; other halves of characters as in Python, which makes it no name.

    Examples
    --------
    >>> encodable("SA_ZMODE"), encodable("T\udce4"), encodable("A\ud800")
    ('SA_ZMODE', 'Tä', 'A\\ud800')
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            return name.encode("utf-8", "surrogateescape").decode("latin-1")
        except UnicodeEncodeError:
            return name.encode("utf-8", "backslashreplace").decode()
    return name


def printable(name: str) -> str:
    r"""Return what a file calls an MSID as it can be shown, whatever it is.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    str
        At most 200 characters and ``...``; what cannot be printed is written as in Python.

    Examples
    --------
    >>> printable("A\nB"), len(printable("A" * 1000))
    ('A\\nB', 203)
    """
    shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in shown)


def with_name(err: Exception, path: Path) -> FormatError:
    """Return an error whose message begins with the file's name, if it did not already, and is not longer than a page.

    Parameters
    ----------
    err : Exception
        An error; its message may repeat what the file holds.
    path : Path
        The file that it is about.

    Examples
    --------
    >>> print(with_name(FormatError("cut short"), Path("a.csv")))
    a.csv: cut short
    """
    message = str(err.args[0]) if err.args else ""
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE // 2]} ... {message[-_LONGEST_MESSAGE // 4 :]}"
    return FormatError(message if message.startswith(f"{path}:") else f"{path}: {message}")
