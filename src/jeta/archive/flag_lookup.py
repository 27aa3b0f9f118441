"""What a reader needs of the flags set by people: nearly nothing where there are none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive.flags import FlagFiles
    from jeta.archive.output import Rows
    from jeta.intervals import Intervals
    from jeta.quality import KnownFlag


class FlagLookup:
    """The flags of one archive, for reading; safe in threads.

    Parameters
    ----------
    folder : Path
        Where they lie; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, str(folder)
        self._files: FlagFiles | None = None

    def _there(self) -> FlagFiles | None:
        """The files, None before the first flag."""
        # Each read comes by here, and a Path costs as much again as the look.
        if self._files is None and os.path.isdir(self._path):  # noqa: PTH112
            from jeta.archive.flags import FlagFiles  # noqa: PLC0415 - those who only write need none of it

            self._files = FlagFiles(self._folder)
        return self._files

    def flags(self) -> list[KnownFlag]:
        """Return all flags ever set, see `jeta.archive.flags.FlagFiles.flags`."""
        files = self._there()
        return [] if files is None else files.flags()

    def spans(self, msid: str) -> Intervals | None:
        """Return the times at which samples of an MSID are bad by a flag that holds, see `jeta.archive.flags.FlagFiles.spans`."""
        files = self._there()
        return None if files is None else files.spans(msid)

    def marked(self, msid: str, rows: Rows) -> Rows:
        """Return rows of an MSID, as just read, with those flagged that a person flagged."""
        spans = self.spans(msid)
        if spans is None:
            return rows
        from jeta.archive.flags import marked  # noqa: PLC0415 - as above

        return marked(rows, spans)
