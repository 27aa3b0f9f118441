"""Folders as people name them."""

from __future__ import annotations

import os
from pathlib import Path


def absolute(path: str | os.PathLike[str], what_for: str) -> Path:
    """Return a folder's absolute path; an empty name, which would mean the current folder, is refused.

    Parameters
    ----------
    path : path
        As somebody named it, perhaps by a variable of a shell that is not set.
    what_for : str
        What the folder is named for, for the message.

    Raises
    ------
    ValueError
        If it is empty.

    Examples
    --------
    >>> absolute("/data/jwst", "to destroy").name
    'jwst'
    """
    if not os.fspath(path):
        raise ValueError(f"the name of the folder {what_for} is empty; name one, or '.' for the current folder")
    return Path(path).expanduser().absolute()
