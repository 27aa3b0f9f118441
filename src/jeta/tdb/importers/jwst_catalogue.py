"""The JWST engineering database's catalogue of mnemonics.

The file is JSON: ``{"Count": n, "TlmMnemonics": [{"TlmMnemonic", "Subsystem", "RawType", "EUType", "SQLType",
"AllPoints"}, ...]}``.

* The type is that of the engineering values (``EUType``), since those are what the database delivers. ``FL32``
  becomes float64: values come as decimal text such as ``0.1``, which float32 would change.
* ``DS`` (discrete state) becomes ``state``: texts out of a small set, whose codes the catalogue does not give. ``CS``
  (character string) and ``TC`` (time code), both VARCHAR, become ``text``.
* ``AllPoints`` is 1 where the database keeps every sample, so 0 is taken as on-change. It is 1 for all 2,449
  mnemonics of the published file, and series with AllPoints 1 do repeat equal values at a steady cadence.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jeta.errors import JetaError
from jeta.tdb.entry import Entry
from jeta.tdb.importers.imported import Imported

if TYPE_CHECKING:
    from jeta.tdb.importers.source import Source

NAME = "jwst-catalogue"
DESCRIPTION = 'JWST catalogue: JSON {"TlmMnemonics": [{"TlmMnemonic": ..., "EUType": ...}, ...]}'

TYPES = MappingProxyType(
    {
        "FL32": "float64",
        "FL64": "float64",
        "SI8": "int8",
        "SI16": "int16",
        "SI32": "int32",
        "SI64": "int64",
        "UI8": "uint8",
        "UI16": "uint16",
        "UI32": "uint32",
        "UI64": "uint64",
        "DS": "state",
        "CS": "text",
        "TC": "text",
    }
)
"""Type of an entry by ``EUType``."""


def recognise(source: Source) -> bool:
    """Whether a file is of this kind.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    bool
        True if it holds a list ``TlmMnemonics``.
    """
    return isinstance(source.content, dict) and isinstance(source.content.get("TlmMnemonics"), list)


def read(source: Source) -> Imported:
    """Make entries of the mnemonics of a file.

    Parameters
    ----------
    source : Source
        A file of this kind.

    Returns
    -------
    Imported
        One entry per mnemonic.
    """
    found: dict[str, Entry] = {}
    result = Imported()
    for number, record in enumerate(source.content["TlmMnemonics"], 1):
        try:
            entry = _entry(record)
        except (JetaError, KeyError, TypeError) as err:
            result.skipped.append(
                (f"mnemonic {number}", f"expected an object with a TlmMnemonic that can be a name: {err!s}")
            )
            continue
        if entry.name in found:
            result.skipped.append((entry.name, f"mnemonic {number} is in the file a second time; the first is kept"))
            continue
        found[entry.name] = entry
        if entry.type is None:
            result.notes.append((entry.name, f"EUType {record.get('EUType')!r} is not known: type left open"))
    result.entries.extend(found.values())
    return result


def _entry(record: dict[str, Any]) -> Entry:
    """Make the entry of one mnemonic."""
    return Entry(
        record["TlmMnemonic"],
        type=TYPES.get(record.get("EUType", "")),
        subsystem=record.get("Subsystem"),
        on_change=record.get("AllPoints", 1) == 0,
    )
