"""The CSV of the flight operations facility: samples of many MSIDs, one a line.

::

    Telemetry Mnemonic,Observatory Time,EU Value
    SA_ZATTEST2,2022/05/23 00:36:07.888,-0.7914493680
    SA_ZMODE,2022/05/23 00:36:07.944,COARSE

Times are UTC, dates with slashes or dashes. The three columns may stand anywhere, in any case; others are not read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import FormatError
from jeta.formats.appearance import looks_like
from jeta.formats.batch import Delivery, Description
from jeta.formats.files import head
from jeta.formats.shares import Share, check_share, shares_for
from jeta.formats.table.mapping import TableMapping
from jeta.formats.table.rules import SLASHED, TimeRule
from jeta.formats.table.text import read_text, rows_estimated
from jeta.formats.table.text_file import first_rows

if TYPE_CHECKING:
    from jeta.formats.protocol import AnyPath
    from jeta.formats.table.rules import Lookup

COLUMNS = ("telemetry mnemonic", "observatory time", "eu value")
_PLAIN = TableMapping()


class FofCsv:
    """Reader of CSV with the columns ``Telemetry Mnemonic``, ``Observatory Time`` and ``EU Value``.

    The values of an MSID are numbers, truth values or texts, whatever most of them are. Rows are left out for these reasons:
    no valid time, no name, no value, a value of another kind than the others or that does not fit into 64 bits, a text that
    is too long, a wrong number of fields.

    Parameters
    ----------
    lookup : callable, optional
        Tells what an archive knows of an MSID; by default nothing is known.
    """

    name = "fof_csv"

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup

    def identify(self, path: AnyPath) -> bool:
        """Tell whether the first line of a file names the columns; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 65536 bytes are read.
        """
        return _mapping_of(Path(path)) is not None

    def describe(self, path: AnyPath) -> Description:
        """Tell that a file is of this format; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            Without MSIDs, times and number of rows, which only reading all of it would tell.

        Raises
        ------
        FormatError
            If the header is not that of this format.
        """
        path = Path(path)
        self._mapping(path)
        return Description(path, self.name, note="several MSIDs, in any order of time")

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            The file, gzip or not: UTF-8 with or without a byte order mark, lines ended by LF or CRLF. Bytes that are not UTF-8 are
            read as Latin-1.

        Returns
        -------
        Delivery
            One batch for each MSID. Times are exact, in ms, us or ns; values are float64, int64 (uint64 where they need it),
            bool or text.

        Raises
        ------
        FormatError
            If the header is not that of this format, or the file is damaged.
        """
        path = Path(path)
        return read_text(path, self.name, self._mapping(path), self._lookup)

    def shares(self, path: AnyPath, rows_at_once: int) -> int:
        """Tell into how many shares to divide a file, by its size; see `SharedFormat.shares`.

        Parameters
        ----------
        path : str or path-like
            The file.
        rows_at_once : int
            About how many rows, of 120 bytes in memory, a share may have, at least 1.

        Returns
        -------
        int
            At least 1.

        Raises
        ------
        FormatError
            If the header is not that of this format.
        """
        path = Path(path)
        self._mapping(path)
        return shares_for(rows_estimated(path, is_long=True), rows_at_once)

    def read_share(self, path: AnyPath, share: int, shares: int) -> Delivery:
        """Read the rows of some MSIDs; see `SharedFormat.read_share`. Each share goes through the whole file.

        Parameters
        ----------
        path : str or path-like
            The file.
        share : int
            Which share, from 0 to `shares` - 1.
        shares : int
            Into how many shares the MSIDs are divided.

        Returns
        -------
        Delivery
            As of `read`; rows without a name, or with a wrong number of fields, are in share 0.

        Raises
        ------
        FormatError
            If the header is not that of this format, or the file is damaged.
        ValuesError
            If there is no such share.
        """
        check_share(share, shares)
        path = Path(path)
        return read_text(path, self.name, self._mapping(path), self._lookup, Share(share, shares))

    def _mapping(self, path: Path) -> TableMapping:
        """What the columns of a file are.

        Raises
        ------
        FormatError
            If the header is not that of this format.
        """
        mapping = _mapping_of(path)
        if mapping is None:
            raise FormatError(
                f"{path}: expected a first line that names the columns Telemetry Mnemonic, Observatory Time and EU Value, found"
                f" {looks_like(path)}; export the file again, or rename the columns"
            )
        return mapping


def _mapping_of(path: Path) -> TableMapping | None:
    """What the header says, as the reader of tables takes it; None if the columns are not there."""
    looked = first_rows(path, _PLAIN, 0) if head(path, 1) else None
    names = looked[0].header if looked else []
    found = {name.lower(): name for name in reversed(names)}
    if any(name not in found for name in COLUMNS):
        return None
    msid, time, value = (found[name] for name in COLUMNS)
    return TableMapping(time=TimeRule((time,), SLASHED), msid=msid, value=value)
