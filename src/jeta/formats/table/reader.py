"""The format ``table``: any CSV, Parquet or Feather file that has a time and values of MSIDs.

What the columns are, the header says, or a mapping, the first of these that there is: the one that was given; a file beside the
data with ``.yaml`` behind its whole name; ``table.yaml`` in the same folder, for the files that have the columns that it names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import FormatError, ValuesError
from jeta.formats.appearance import looks_like
from jeta.formats.batch import Delivery, Description
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.files import head, with_name
from jeta.formats.fits_table.parts import is_fits
from jeta.formats.shares import Share, check_share, shares_for
from jeta.formats.table.arrow_file import is_arrow, plan_of_file, read_arrow_file
from jeta.formats.table.beside import PLAIN, SUFFIX, found_mapping, has_own_mapping
from jeta.formats.table.layout import HOW, layout_of
from jeta.formats.table.text import ALL, read_text, rows_estimated
from jeta.formats.table.text_file import first_rows
from jeta.formats.table.times import looks_like_time

if TYPE_CHECKING:
    from jeta.formats.fits_table.reader import FitsTable
    from jeta.formats.protocol import AnyPath, Format
    from jeta.formats.table.layout import Layout
    from jeta.formats.table.mapping import TableMapping
    from jeta.formats.table.rules import Lookup

_LOOK_ROWS = 3


class Table:
    """Reader of tables.

    Rows are left out for these reasons: no valid time, a value that is not of the kind of the others or does not fit into 64 bits,
    a quality that is no truth value, a wrong number of fields; in a long table also no value or no name. In a wide table a cell
    without a value is no row.

    Parameters
    ----------
    mapping : TableMapping, optional
        What the columns are; by default what a file beside the data, or the header, says.
    lookup : callable, optional
        Tells what an archive knows of an MSID; by default nothing is known.
    """

    name = "table"

    def __init__(self, mapping: TableMapping | None = None, lookup: Lookup | None = None) -> None:
        self._mapping = mapping
        self._lookup = lookup

    def identify(self, path: AnyPath) -> bool:
        """Tell whether the header, or a mapping, says what the columns of a file are; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 65536 bytes are read; of Parquet and Feather more.
        """
        path = Path(path)
        if not head(path, 1) or path.suffix == SUFFIX:
            return False
        if has_own_mapping(path):
            return True
        try:
            mapping = found_mapping(path, self._mapping)
        except FormatError:
            # Reading says what is wrong with the mapping, of all that could be a table.
            return is_arrow(head(path, 8)) or first_rows(path, PLAIN, 1) is not None
        try:
            self._look(path, mapping)
        except FormatError:
            return False
        return True

    def why_not(self, path: AnyPath) -> str:
        """Say what a file lacks to be a table.

        Parameters
        ----------
        path : str or path-like
            A file that `identify` does not take.

        Returns
        -------
        str
            A sentence that begins in lower case; empty for what is no table at all.
        """
        path = Path(path)
        is_table = is_arrow(head(path, 8)) or (head(path, 1) != b"" and is_fits(path))
        looked = None if is_table or not head(path, 1) else first_rows(path, PLAIN, 1)
        if not is_table and (looked is None or len(looked[0].header) < 2):
            return ""
        try:
            self._look(path, found_mapping(path, self._mapping))
        except FormatError as err:
            return str(err).removeprefix(f"{path}: ")
        return ""

    def knowing(self, reader: Format) -> Format:
        """Return what reads as another reader does, and knows of MSIDs what this one does.

        Parameters
        ----------
        reader : Format
            Any; one that has no use for it is returned itself.
        """
        from jeta.formats.fits_table.reader import FitsTable  # noqa: PLC0415 - it imports parts of this package
        from jeta.formats.fof_csv import FofCsv  # noqa: PLC0415 - as above

        if isinstance(reader, Table):
            return self
        if isinstance(reader, FofCsv | FitsTable):
            return type(reader)(lookup=self._lookup)
        return reader

    def describe(self, path: AnyPath) -> Description:
        """Tell of which MSIDs a wide table is; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            Without times and number of rows, which only reading all of it would tell.

        Raises
        ------
        FormatError
            If nothing says what the columns are.
        """
        path = Path(path)
        keys = self._look(path, found_mapping(path, self._mapping))
        return Description(
            path, self.name, keys=keys, note="of a wide table the columns, of which some may hold no value"
        )

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            Text with a header, in UTF-8 (bytes that are not are read as Latin-1) or what the mapping says, gzip or not; Parquet;
            Feather.

        Returns
        -------
        Delivery
            Values are float64, int64, uint64 where they need it, bool or text; of Parquet and Feather what the file has. Times
            are exact, in ms, us or ns.

        Raises
        ------
        FormatError
            If nothing says what the columns are, or the file is damaged.
        """
        return self._read(Path(path), ALL)

    def shares(self, path: AnyPath, rows_at_once: int) -> int:
        """Tell into how many shares to divide a text table, by its size; see `SharedFormat.shares`.

        Parameters
        ----------
        path : str or path-like
            The file.
        rows_at_once : int
            About how many rows, one for each value and of 60 to 120 bytes in memory, a share may have, at least 1.

        Returns
        -------
        int
            At least 1; 1 for Parquet, Feather and FITS, which are read as a whole.

        Raises
        ------
        FormatError
            If nothing says what the columns are.
        """
        path = Path(path)
        keys = self._look(path, found_mapping(path, self._mapping))
        if is_fits(path) or is_arrow(head(path, 8)):
            return 1
        return shares_for(rows_estimated(path, is_long=not keys), rows_at_once)

    def read_share(self, path: AnyPath, share: int, shares: int) -> Delivery:
        """Read the rows of some MSIDs of a text table; see `SharedFormat.read_share`. Each share goes through the whole file.

        Parameters
        ----------
        path : str or path-like
            The file.
        share : int
            Which share, from 0 to `shares` - 1.
        shares : int
            Into how many shares the MSIDs are divided; 1 for Parquet, Feather and FITS.

        Returns
        -------
        Delivery
            As of `read`; rows without a name, or with a wrong number of fields, are in share 0.

        Raises
        ------
        FormatError
            If nothing says what the columns are, or the file is damaged.
        ValuesError
            If there is no such share.
        """
        check_share(share, shares)
        return self._read(Path(path), Share(share, shares))

    def _read(self, path: Path, share: Share) -> Delivery:
        """Read the rows of some MSIDs."""
        mapping = found_mapping(path, self._mapping)
        self._look(path, mapping)
        is_other = is_fits(path) or is_arrow(head(path, 8))
        if is_other and share.of > 1:
            raise ValuesError(f"{path} is read as a whole; expected 1 share, got {share.of}: ask shares")
        if not is_other:
            return read_text(path, self.name, mapping, self._lookup, share)
        if is_fits(path):
            return _fits(mapping, self._lookup).read(path)
        return read_arrow_file(path, self.name, mapping, self._lookup)

    def _look(self, path: Path, mapping: TableMapping) -> tuple[str, ...]:
        """Return the MSIDs of a wide table, nothing for a long one.

        Raises
        ------
        FormatError
            If the file is not one, or its first row has no time.
        """
        if is_arrow(head(path, 8)):
            found = plan_of_file(path, mapping, rows=_LOOK_ROWS)
            return tuple(part.name for part in found.parts)
        if is_fits(path):
            return tuple(map(str, _fits(mapping, self._lookup).describe(path).keys))
        looked = None if EdbCsv().identify(path) else first_rows(path, mapping, _LOOK_ROWS)
        if looked is None:
            raise FormatError(f"{path}: expected a table with a header, found {looks_like(path)}; {HOW}")
        table, rows = looked
        try:
            layout = layout_of(table.header, mapping, path.name.partition(".")[0], table.units)
            if mapping is PLAIN:
                _check_times(table.header, layout, rows)
        except FormatError as err:
            raise with_name(err, path) from err
        return tuple(rule.msid for _, rule, _ in layout.wide)


def _check_times(header: list[str], layout: Layout, rows: list[list[str]]) -> None:
    """Refuse a table whose first rows have no time where it should be."""
    times = [" ".join(row[at] for at in layout.times) for row in rows if len(row) == len(header)]
    if rows and not any(looks_like_time(text, layout.time) for text in times):
        shown = repr(times[0][:60]) if times else "none"
        raise FormatError(f"expected a time in the column {header[layout.times[0]]!r}, found {shown}; {HOW}")


def _fits(mapping: TableMapping, lookup: Lookup | None) -> FitsTable:
    """The reader of FITS tables, which take the same mappings."""
    from jeta.formats.fits_table.reader import FitsTable  # noqa: PLC0415 - it imports parts of this package

    return FitsTable(mapping, lookup)
