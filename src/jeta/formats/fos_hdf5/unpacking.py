"""The ingest file where it was compressed as a whole: HDF5 jumps to and fro, so that it is unpacked aside first."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import FormatError
from jeta.formats.unpacked import is_packed, opened_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE_BYTES = 1 << 20


@contextmanager
def plain(path: Path) -> Iterator[Path]:
    """Give a file as HDF5 can read it.

    Parameters
    ----------
    path : Path
        The file, gzip or not.

    Yields
    ------
    Path
        The file itself; or what it holds, in a file of the folder for temporary files (``TMPDIR``) that is removed afterwards.

    Raises
    ------
    FormatError
        If it is damaged, or compressed more than any telemetry is; with the name of the file that was given.
    OSError
        If it cannot be read, or there is no room to unpack it.
    """
    if not path.is_file() or not is_packed(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="jeta-") as folder:
        aside = Path(folder, "unpacked.h5")
        with opened_bytes(path) as stream, aside.open("wb") as target:
            shutil.copyfileobj(stream, target, _PIECE_BYTES)
        try:
            yield aside
        except FormatError as err:
            raise FormatError(str(err).replace(str(aside), str(path))) from err
