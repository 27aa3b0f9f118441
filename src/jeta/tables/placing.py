"""Where a table is written: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.files import written_aside

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def placed(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Hand out a name to write to; what is there at the end takes the place of the file, which may exist.

    Parameters
    ----------
    path : path
        The file. ``~`` is the home folder; of a link, the file that it points to is replaced.

    Raises
    ------
    FileNotFoundError
        If its folder does not exist.
    IsADirectoryError
        If it is a folder.
    FileExistsError
        If it is something else that is no file, such as a device.
    """
    asked = Path(os.fspath(path)).expanduser()
    target = asked.resolve()
    if target.is_dir():
        raise IsADirectoryError(f"{asked} is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"the folder {target.parent} does not exist; make it, or name another file than {asked}"
        )
    if target.exists() and not target.is_file():
        raise FileExistsError(f"{asked} is no file that could be replaced; name another one")
    with written_aside(target) as aside:
        yield aside
