"""A file that an importer looks at: its text, and its content where that is JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeta.errors import FormatError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    Attributes
    ----------
    path : Path
        The file.
    text : str
        Its text.
    content : object
        What the text holds if it is JSON, else None.
    """

    path: Path
    text: str
    content: Any


def read_source(path: Path) -> Source:
    """Read a file for an importer.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Source
        What it holds.

    Raises
    ------
    FormatError
        If it is not text in UTF-8, or begins as JSON but is not.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return Source(path, text, json.loads(text) if text.lstrip().startswith(("{", "[")) else None)
    except json.JSONDecodeError as err:
        raise FormatError(f"{path}:{err.lineno}: expected JSON, as the file begins, but {err.msg}") from err
    except UnicodeDecodeError as err:
        raise FormatError(
            f"{path}: expected text in UTF-8, but byte {err.start} is {err.object[err.start]:#04x}"
        ) from err
