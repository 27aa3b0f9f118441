"""The lists of mnemonics that the JWST Quicklook (jwql) monitors: descriptions and limits.

The file is JSON: ``{"<how it is plotted>": [{"name", "description", "dependency", "yellow_limits", "red_limits",
"nominal_value", ...}]}``.

* The MSID is ``name``. ``database_id``, where it differs (``IMIR_HK_ICE_SEC_VOLT4_NO_OPS``), is no mnemonic but
  jwql's label of a name under certain conditions.
* A mnemonic may come several times, under different conditions or headings: the first description is kept.
* Limits of an entry with a ``dependency`` hold only while that condition on other mnemonics does, for example while a
  heater is on. Limits of the telemetry database hold at all times, so these are left out, with a note: a limit that
  is wrong half of the time is worse than none.
* Limits without a condition are kept if all entries of a mnemonic that give any agree, and if they are in order; else
  left out with a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.errors import JetaError, TdbError
from jeta.tdb.entry import Entry
from jeta.tdb.importers.imported import Imported
from jeta.tdb.limits import Limits
from jeta.tdb.names import check_name

if TYPE_CHECKING:
    from jeta.tdb.importers.source import Source

NAME = "jwql-limits"
DESCRIPTION = 'jwql limits: JSON {"daily_means": [{"name": ..., "description": ..., "dependency": [...]}, ...], ...}'

_LIMIT_KEYS = frozenset(("yellow_limits", "red_limits", "nominal_value"))


def recognise(source: Source) -> bool:
    """Whether a file is of this kind.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    bool
        True if it holds only lists of objects that have ``name`` and ``dependency``, and at least one.
    """
    if not isinstance(source.content, dict) or not all(isinstance(group, list) for group in source.content.values()):
        return False
    records = _records(source)
    return bool(records) and all(
        isinstance(record, dict) and {"name", "dependency"} <= record.keys() for record in records
    )


def read(source: Source) -> Imported:
    """Make entries of the mnemonics of a file.

    Parameters
    ----------
    source : Source
        A file of this kind.

    Returns
    -------
    Imported
        One entry per mnemonic, in order of first appearance; a note for each further record and each set of limits
        left out.
    """
    result = Imported()
    groups: dict[str, list[dict[str, Any]]] = {}
    for number, record in enumerate(_records(source), 1):
        try:
            groups.setdefault(check_name(record["name"]), []).append(record)
        except JetaError as err:
            result.skipped.append((f"record {number}", f"expected a name that can be an MSID: {err}"))
    for name, records in groups.items():
        if len(records) > 1:
            result.notes.append((name, f"{len(records)} records were made one entry with the first description"))
        try:
            entry = Entry(name, description=_description(records), limits=_limits(name, records, result.notes))
        except TdbError as err:
            result.skipped.append((name, f"{err}"))
            continue
        result.entries.append(entry)
    return result


def _records(source: Source) -> list[Any]:
    """Return the records under all headings, in the order of the file."""
    return [record for group in source.content.values() for record in group]


def _description(records: list[dict[str, Any]]) -> str:
    """Return the first description that says anything."""
    return next((record["description"] for record in records if record.get("description")), "")


def _limits(name: str, records: list[dict[str, Any]], notes: list[tuple[str, str]]) -> Limits | None:
    """Return the limits that hold at all times, with a note on any that are left out."""
    limited = [record for record in records if not _LIMIT_KEYS.isdisjoint(record)]
    always = [record for record in limited if not record["dependency"]]
    if len(always) < len(limited):
        notes.append((name, "limits that hold only under conditions on other MSIDs: left out"))
    try:
        found = {_limits_of(record) for record in always}
    except (TdbError, TypeError, ValueError) as err:
        notes.append((name, f"limits left out: {err}"))
        return None
    if len(found) > 1:
        notes.append((name, "limits of several records disagree: left out"))
    return found.pop() if len(found) == 1 else None


def _limits_of(record: dict[str, Any]) -> Limits:
    """Make the limits of one record."""
    yellow_low, yellow_high = record.get("yellow_limits") or (None, None)
    red_low, red_high = record.get("red_limits") or (None, None)
    return Limits(red_low, yellow_low, record.get("nominal_value"), yellow_high, red_high)
