"""`write_zip`: samples as CSV files in a zip archive."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jeta.files import replace_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from jeta.fetch.series import Series

_MODE = 0o664
_ROWS_AT_ONCE = 100_000


def write_zip(members: Iterable[Series], filename: str | os.PathLike[str], *, append: bool = False) -> None:
    """Write objects to a zip archive, a CSV file each, named as the MSID was typed.

    Parameters
    ----------
    members : iterable of Series
        The objects.
    filename : path
        The zip archive. It is there as a whole or not at all: it is made aside and put in place at the end.
    append : bool
        Add to the archive if it exists, instead of replacing it.
    """
    path = Path(filename)
    content = io.BytesIO(path.read_bytes() if append and path.exists() else b"")
    content.seek(0, os.SEEK_END)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            about = zipfile.ZipInfo(f"{member.msid}.csv", time.localtime()[:6])
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, _MODE << 16
            with archive.open(about, "w", force_zip64=True) as stream:
                for lines in _lines(member):
                    stream.write(lines.encode())
    replace_bytes(path, content.getvalue())


def _lines(series: Series) -> Iterator[str]:
    """The CSV text of an object, some thousand lines at a time."""
    columns = _columns(series)
    yield ",".join(columns) + "\n"
    if len(series) == 0:
        yield "\n"
    for first in range(0, len(series), _ROWS_AT_ONCE):
        cells = [_texts(array[first : first + _ROWS_AT_ONCE]) for array in columns.values()]
        yield "".join([",".join(row) + "\n" for row in zip(*cells, strict=True)])


def _columns(series: Series) -> dict[str, NDArray[np.generic]]:
    """The columns to write: without flags that are not there, and with the counts of states."""
    columns = {name: getattr(series, name) for name in series.colnames if name != "indexes"}
    if "means" in columns:
        # Of means the ancestors write the digits of a float32, and files are compared as texts.
        columns["means"] = columns["means"].astype(np.float32)
        columns["vals"] = columns["means"]
    columns["raw_vals"] = series.raw_vals if series.state_codes else None
    return {name: array for name, array in columns.items() if array is not None}


def _texts(values: NDArray[np.generic]) -> list[str]:
    """Each value as numpy prints it."""
    if values.ndim > 1:
        return [str(row).replace("\n", "") for row in values]
    # Of floats the shortest digits of their own type: 280.34558 for a float32.
    texts: list[str] = np.asarray(values).astype(np.str_).tolist()
    return texts
