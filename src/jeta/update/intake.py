"""What it takes to bring files into one archive, made once for many files."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.formats.table import Table
from jeta.update.accounts import Accounts
from jeta.update.fit import Epoch, fit, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.archive import Writer
    from jeta.formats import Delivery, Format
    from jeta.formats.table import TableMapping
    from jeta.samples import Samples
    from jeta.tdb import Tdb
    from jeta.update.report import FileReport

ROWS_AT_ONCE = 20_000_000
"""A file with more rows is read, and committed, some MSIDs after others: a row takes some 70 bytes while it is read."""

_DATA_SUFFIXES = {".csv", ".feather", ".fit", ".fits", ".h5", ".hdf5", ".json", ".parquet", ".tsv"}


@dataclass(frozen=True, slots=True)
class Intake:
    """An archive that takes files in; see `opened_intake`.

    Attributes
    ----------
    writer : Writer
        The archive.
    accounts : Accounts
        Where it is written down what became of each file.
    tdb : Tdb
        The archive's telemetry database.
    table : Table
        What reads tables.
    is_mapped : bool
        Whether all files are read as tables, by one mapping.
    epoch : Epoch
        Which instants rows may have.
    """

    writer: Writer
    accounts: Accounts
    tdb: Tdb
    table: Table
    is_mapped: bool
    epoch: Epoch = field(default_factory=Epoch)

    def reader_of(self, path: Path) -> Format:
        """Return what reads a file: tables with what is known here, anything else by its content.

        Raises
        ------
        FormatError
            If nothing does.
        OSError
            If it is not there or may not be read.
        """
        if not self.is_mapped:
            return self.table.knowing(formats.identify(path))
        self.table.describe(path)  # says why the file does not fit the mapping
        return self.table

    def fit(self, delivery: Delivery, report: FileReport) -> dict[str, Samples]:
        """Return the rows of a delivery as the archive takes them, see `jeta.update.fit.fit`."""
        return fit(self.writer, self.tdb, delivery, report, self.epoch)


@contextmanager
def opened_intake(writer: Writer, mapping: TableMapping | None = None, epoch: Epoch | None = None) -> Iterator[Intake]:
    """Make an archive ready to take files in, and note the end of the run when the block ends.

    Parameters
    ----------
    writer : Writer
        The archive; its lock is held.
    mapping : TableMapping, optional
        What the columns of all files are.
    epoch : Epoch, optional
        Which instants rows may have.
    """
    tdb, accounts = writer.reader.tdb(), Accounts(writer)
    try:
        yield Intake(
            writer, accounts, tdb, Table(mapping, partial(known, writer, tdb)), mapping is not None, epoch or Epoch()
        )
    except BaseException as err:
        with suppress(OSError):  # what went wrong may be that nothing can be written
            accounts.close(err)
        raise
    accounts.close()


def is_named_like_data(path: Path) -> bool:
    """Tell whether a name promises telemetry, gzip or not: such a file that cannot be read is an error, any other may be a note.

    Examples
    --------
    >>> is_named_like_data(Path("E2022060.h5")), is_named_like_data(Path("LICENCE.txt"))
    (True, False)
    """
    return Path(path.name.lower().removesuffix(".gz")).suffix in _DATA_SUFFIXES
