"""The list of mnemonics of the public engineering database: JSON with a record for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jeta.errors import MsidNameError, SourceError, TdbError
from jeta.logs import logger
from jeta.tdb import Entry, check_name

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logger(__name__)

_FIELD_OF_KEY = {
    "tlmidentifier": "id",
    "description": "description",
    "unit": "unit",
    "sqldatatype": "type",
    "subsystem": "subsystem",
}


def read_mnemonics(path: Path, url: str) -> dict[str, Entry]:
    """Read the service's answer.

    Parameters
    ----------
    path : Path
        The answer: ``{"data": [{"tlmMnemonic": ..., "description": ..., ...}, ...]}``.
    url : str
        Where it came from, for messages.

    Returns
    -------
    dict of str to Entry
        By upper-case name. What a record says that cannot be so, such as a unit that is a number, is left out; a record
        without a proper name is left out altogether. Both are logged.

    Raises
    ------
    SourceError
        If this is something else.
    """
    try:
        answer = json.loads(path.read_bytes())
    except ValueError as err:
        raise SourceError(
            f"{url} answered with something else than JSON ({err}); the service may be down: try again later"
        ) from err
    records = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        raise SourceError(
            f"{url} answered with JSON that has no list 'data' of mnemonics: {str(answer)[:100]!r}; check the option base"
        )
    entries = (_entry(record) for record in records if isinstance(record, dict))
    return {entry.name: entry for entry in entries if entry is not None}


def _entry(record: dict[str, Any]) -> Entry | None:
    """What one record says; None if it has no proper name."""
    stated = {str(key).lower(): value for key, value in record.items()}
    try:
        name = check_name(stated.get("tlmmnemonic", ""))
    except MsidNameError as err:
        _LOG.info("a mnemonic of the service is left out: %s", err)
        return None
    said = {field: _plain(field, stated.get(key)) for key, field in _FIELD_OF_KEY.items()}
    said = {field: value for field, value in said.items() if value is not None}
    try:
        return Entry(name, **said)
    except TdbError:
        return Entry(name, **{field: value for field, value in said.items() if _is_good(name, field, value)})


def _plain(field: str, value: Any) -> Any:
    """A value without blanks around; None for an empty one; identifiers as numbers."""
    if isinstance(value, str):
        value = value.strip() or None
    return int(value) if field == "id" and isinstance(value, str) and value.isdecimal() else value


def _is_good(name: str, field: str, value: Any) -> bool:
    """Whether an entry takes one value."""
    try:
        Entry(name, **{field: value})
    except TdbError as err:
        _LOG.info("what the service says of %s is left out: %s", name, err)
        return False
    return True
