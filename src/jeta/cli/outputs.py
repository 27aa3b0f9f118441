"""Where ``jeta fetch`` writes: CSV as it goes, or a file of the format that the ending of its name says."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from jeta.errors import ValuesError
from jeta.files import written_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.fetch import MSIDset

CSV = {"", ".csv", ".txt"}
"""Endings of what is written as CSV, like standard output."""
METHODS = {
    ".ecsv": "to_ecsv",
    ".fit": "to_fits",
    ".fits": "to_fits",
    ".h5": "to_hdf5",
    ".hdf5": "to_hdf5",
    ".parquet": "to_parquet",
    ".pq": "to_parquet",
    ".zip": "write_zip",
}
"""Which method writes a file of an ending."""


def method_for(path: Path | None) -> str | None:
    """Return the method that writes a file; None for CSV.

    Raises
    ------
    ValuesError
        If its ending says no format.
    """
    if path is None or path.suffix.lower() in CSV or (path.exists() and not path.is_file()):
        return None
    try:
        return METHODS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(sorted({*METHODS, *CSV} - {""}))
        raise ValuesError(f"{path}: the ending must be one of {known}; jeta plot makes pictures") from None


def checked_folder(path: Path) -> Path:
    """Return a path with its folder, which must exist.

    Raises
    ------
    FileNotFoundError
        If it does not.
    """
    target = path.resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent} does not exist; make it, or name another file than {path}")
    return target


def write_whole(dats: MSIDset, path: Path, method: str) -> None:
    """Write a set to a file: one MSID by its own method, several by that of the set.

    Parameters
    ----------
    dats : MSIDset
        What was fetched.
    path : Path
        The file, which is replaced once the new one is whole.
    method : str
        Name of the method.
    """
    target: Any = next(iter(dats.values())) if len(dats) == 1 and method != "write_zip" else dats
    getattr(target, method)(checked_folder(path))


@contextmanager
def text_file(path: Path | None) -> Iterator[TextIO]:
    """Open what CSV is written to: a file that appears under its name only when it is whole, or standard output.

    Parameters
    ----------
    path : Path or None
        The file; None for standard output.

    Yields
    ------
    file
        To write text to.
    """
    if path is None:
        yield sys.stdout
        return
    if path.exists() and not path.is_file():
        # A pipe or a device such as /dev/null is written to; it must not be replaced by a file.
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with written_aside(checked_folder(path)) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        yield file
