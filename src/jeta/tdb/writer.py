"""Entries to YAML, in the canonical form that people read and edit.

Texts that another YAML program could take for something else (``ON``, ``1e3``, ``null``) are written in quotes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jeta.errors import TdbError
from jeta.files import replace_bytes
from jeta.tdb.entry import LIMIT_NAMES, Limits, stated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jeta.tdb.entry import Entry

_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./()+%-]| (?=[A-Za-z0-9_(]))*", re.ASCII)
_WORDS = frozenset(("y", "yes", "n", "no", "true", "false", "on", "off", "null"))
# Characters that YAML does not allow unescaped, or takes for the end of a line, and that JSON leaves as they are.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write_yaml(entries: Iterable[Entry], path: Path) -> None:
    """Write entries to a YAML file, replacing it as a whole.

    Parameters
    ----------
    entries : iterable of Entry
        In the order in which to write them.
    path : Path
        The file, which should end in ``.yaml``.

    Raises
    ------
    TdbError
        If two entries have the same name.
    OSError
        If the file cannot be written; what was there stays.
    """
    written: dict[str, str] = {}
    for entry in entries:
        if entry.name in written:
            raise TdbError(
                f"MSID {entry.name}: expected each MSID once in {path}, got it twice; merge the entries first"
            )
        written[entry.name] = _block(entry)
    replace_bytes(path, "".join(written.values()).encode())


def _block(entry: Entry) -> str:
    """Return the lines of one entry; keys that say nothing are left out."""
    lines = [f"  {key}: {_value(value)}\n" for key, value in stated(entry).items() if key != "name"]
    return f"{_text(entry.name)}:\n{''.join(lines)}"


def _value(value: Any) -> str:
    """Return the value of a key, on one line."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        return "{" + ", ".join(f"{raw}: {_text(name)}" for raw, name in value) + "}"
    if isinstance(value, Limits):
        limits = {name: getattr(value, name) for name in LIMIT_NAMES}
        return "{" + ", ".join(f"{name}: {_number(limit)}" for name, limit in limits.items() if limit is not None) + "}"
    return "true" if value is True else _number(value)


def _number(value: float) -> str:
    """Return a number that reads back exactly; with an exponent it needs a point for other YAML programs."""
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _text(text: str) -> str:
    """Return a text, in quotes unless it is plainly text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
