"""The Chandra telemetry database's table of measurements (``tmsrment.txt``).

Each line is a record of 22 fields, quoted where they are text, the last of which is ``;``. Used are:

=====  ====================================================================================================
field  content
=====  ====================================================================================================
1      MSID
2      technical description
3      raw type: IUNS unsigned, ITWO two's complement, IMAG sign and magnitude, FMIL MIL-STD-1750A float, IDIS discrete,
       IUND and SUND uninterpreted bits and bytes
4      calibration: N none, PP points or PC polynomial (to a real number), SC state code
5      engineering unit
8      length, bits (bytes for SUND)
18     subsystem
=====  ====================================================================================================

* Calibrated values, and FMIL, become float64. Other numbers become the smallest integer type of 8, 16, 32 or 64 bits
  that holds the length.
* State codes become ``state``; the codes are in another table of the telemetry database.
* IUND and SUND are dumps and science data: their type is left open, with a note.
"""

from __future__ import annotations

import csv
from types import MappingProxyType
from typing import TYPE_CHECKING

from jeta.errors import FormatError, JetaError
from jeta.tdb.entry import Entry
from jeta.tdb.importers.imported import Imported

if TYPE_CHECKING:
    from jeta.tdb.importers.source import Source

NAME = "chandra-tmsrment"
DESCRIPTION = 'Chandra measurements: lines "MSID","description","raw type","calibration","unit",...; of 22 fields'

FIELDS = 22
"""Fields of a record, with the closing ``;``."""

MAX_LINE = 100_000
"""Longest line that is looked at, characters; the csv module refuses fields of 128 KiB."""

_MSID, _DESCRIPTION, _RAW, _CALIBRATION, _UNIT, _LENGTH, _SUBSYSTEM, _END = 0, 1, 2, 3, 4, 7, 17, 21
_INTEGERS = MappingProxyType({"IUNS": "uint", "ITWO": "int", "IMAG": "int"})
_CALIBRATED = MappingProxyType({"PP": "float64", "PC": "float64", "SC": "state"})


def recognise(source: Source) -> bool:
    """Whether a file is of this kind.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    bool
        True if its first line is a record.
    """
    first = source.text.lstrip().partition("\n")[0].rstrip()
    try:
        return first.startswith('"') and bool(_fields(first))
    except FormatError:
        return False


def read(source: Source) -> Imported:
    """Make entries of the records of a file.

    Parameters
    ----------
    source : Source
        A file of this kind.

    Returns
    -------
    Imported
        One entry per MSID.
    """
    result = Imported()
    found: dict[str, int] = {}
    for number, line in enumerate(source.text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = _fields(line)
            entry = _entry(row)
        except JetaError as err:
            result.skipped.append((f"line {number}", f"{err}"))
            continue
        if entry.name in found:
            why = f"MSID {entry.name} is on line {found[entry.name]} already; the first is kept"
            result.skipped.append((f"line {number}", why))
            continue
        found[entry.name] = number
        result.entries.append(entry)
        if entry.type is None:
            what = f"raw type {row[_RAW]} with calibration {row[_CALIBRATION]}"
            result.notes.append((entry.name, f"{what} is not a number: type left open"))
    return result


def _fields(line: str) -> list[str]:
    """Return the fields of one line; a quote that is not closed cannot reach into the next."""
    row = next(csv.reader([line[:MAX_LINE]]), [""])
    if len(row) != FIELDS or row[_END] != ";":
        raise FormatError(f"expected {FIELDS} fields and ';' as the last, got {len(row)} ending in {row[-1][:40]!r}")
    return row


def _entry(row: list[str]) -> Entry:
    """Make the entry of one record."""
    return Entry(row[_MSID], description=row[_DESCRIPTION], unit=row[_UNIT], type=_type(row), subsystem=row[_SUBSYSTEM])


def _type(row: list[str]) -> str | None:
    """Return the type of the values that users see, or None where it cannot be told."""
    if row[_CALIBRATION] in _CALIBRATED:
        return _CALIBRATED[row[_CALIBRATION]]
    if row[_RAW] == "FMIL":
        return "float64"
    if row[_RAW] not in _INTEGERS or not row[_LENGTH].isdecimal():
        return None
    width = next((bits for bits in (8, 16, 32, 64) if int(row[_LENGTH]) <= bits), None)
    return f"{_INTEGERS[row[_RAW]]}{width}" if width else None
