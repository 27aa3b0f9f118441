"""What the telemetry database says of derived parameters: what their classes say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jeta.tdb import write_yaml
from jeta.tdb.entry import stated
from jeta.tdb.loader import read_yaml

if TYPE_CHECKING:
    from jeta.archive.reader import JetaReader
    from jeta.computed import DerivedParameter

DERIVED_NAME = "derived.yaml"
"""The file of the telemetry database that derived parameters are written to; those that other files have are left alone."""


class DerivedEntries:
    """The entries of derived parameters in an archive's telemetry database.

    Parameters
    ----------
    reader : JetaReader
        The archive; who has it holds the right to change it.

    Raises
    ------
    TdbError
        If the file that is there is wrong.
    """

    def __init__(self, reader: JetaReader) -> None:
        self._reader = reader
        self._path = reader.layout.tdb / DERIVED_NAME
        self._entries = {entry.name: entry for entry in read_yaml(self._path)} if self._path.exists() else {}

    def declare(self, parameter: DerivedParameter) -> None:
        """Write what a class says of its MSID, unless that is there, or another file has an entry of it, or it has no samples.

        Of an entry that is in this file and says something else, what the class says is changed, and the rest stays.

        Parameters
        ----------
        parameter : DerivedParameter
            The derived parameter.

        Raises
        ------
        TdbError
            If the class says what no entry can.
        OSError
            If the file cannot be written; what was there stays.
        """
        wanted = parameter.entry()
        present = self._entries.get(wanted.name)
        if self._reader.time_range(wanted.name) is None or (present is None and wanted.name in self._reader.tdb()):
            return
        entry = wanted if present is None else replace(present, **stated(wanted))
        if entry == present:
            return
        self._entries[wanted.name] = entry
        self._path.parent.mkdir(exist_ok=True)
        write_yaml(self._entries.values(), self._path)
