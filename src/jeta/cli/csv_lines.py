"""CSV of what was fetched: MSID after MSID, each in order of time."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, TextIO

from jeta.times import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jeta.fetch import MSID

SAMPLES = ("msid", "time", "value", "bad")
"""The columns of samples."""
_BLOCK_ROWS = 100_000


class _Lines:
    """Ends lines with a line feed alone; if csv itself were told to, it would leave carriage returns in texts unquoted."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        """Write one line that csv made."""
        return self._file.write(line.removesuffix("\r\n") + "\n")


class CsvLines:
    """Writes objects to a file of lines.

    Parameters
    ----------
    file : text file
        Where to.
    time_format : str
        Form of the times, see `jeta.times.show`.
    columns : sequence of str, optional
        Columns after ``msid`` and ``time``, by the attributes of statistics that hold them; what an MSID has not is left
        empty. By default those of samples, ``value`` and ``bad``.
    """

    def __init__(self, file: TextIO, time_format: str, columns: Sequence[str] | None = None) -> None:
        self._writer = csv.writer(_Lines(file))
        self._time_format, self._columns = time_format, columns
        self._writer.writerow(SAMPLES if columns is None else ("msid", "time", *columns))

    def write(self, dat: MSID) -> None:
        """Write the rows of one MSID, some at a time so that a long span takes little memory as text.

        Parameters
        ----------
        dat : MSID
            Samples, or statistics, whose times are seconds.
        """
        for start in range(0, len(dat), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            times = show(dat.times[block], self._time_format, dat.time_system).tolist()
            rows = len(times)
            self._writer.writerows(zip([dat.MSID] * rows, times, *self._cells(dat, block, rows), strict=True))

    def _cells(self, dat: MSID, block: slice, rows: int) -> list[list[Any]]:
        """The columns after the time."""
        if self._columns is None:
            return [dat.vals[block].tolist(), [0] * rows if dat.bads is None else dat.bads[block].astype(int).tolist()]
        arrays = [getattr(dat, name, None) if name in dat.colnames else None for name in self._columns]
        return [[""] * rows if array is None else array[block].tolist() for array in arrays]


def statistics_columns(dats: Sequence[MSID]) -> list[str]:
    """Return the columns of several statistics, those of the first first; states of each its own."""
    names = [name for dat in dats for name in dat.colnames if name not in {"times", "indexes"}]
    return list(dict.fromkeys(names))
