"""Entries to YAML, in the canonical form that people read and edit.

Texts that another YAML program could take for something else (``ON``, ``1e3``, ``null``) are written in quotes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jeta.errors import TdbError
from jeta.files import replace_bytes
from jeta.tdb.calibration import Calibration, PointPairs, Polynomial
from jeta.tdb.entry import ENTRY_KEYS, stated
from jeta.tdb.limits import LIMIT_NAMES, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jeta.tdb.calibration import Curve
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
    said = stated(entry)
    said.pop("name")
    if "limits_history" in said:
        said["limits"] = [f"{{{_dated(since, _limits(one))}}}" for since, one in said.pop("limits_history")]
    lines = [f"  {key}:{_value(said[key])}\n" for key in ENTRY_KEYS if key in said]
    return f"{_text(entry.name)}:\n{''.join(lines)}"


def _value(value: Any) -> str:
    """Return the value of a key: on the line of the key, or one line for each curve or set of limits."""
    if isinstance(value, Calibration):
        value = [f"{{{_dated(since, _curve(curve))}}}" for since, curve in value.curves]
    if isinstance(value, list):
        return "".join(f"\n    - {member}" for member in value)
    if isinstance(value, str):
        return f" {_text(value)}"
    if isinstance(value, tuple):
        return f" {_mapping(value)}"
    if isinstance(value, Limits):
        return f" {{{_limits(value)}}}"
    return " true" if value is True else f" {_number(value)}"


def _dated(valid_from: str | None, members: str) -> str:
    """Return the members of a mapping, the date first if there is one."""
    date = () if valid_from is None else (f"valid_from: {_text(valid_from)}",)
    return ", ".join((*date, members) if members else date)


def _limits(limits: Limits) -> str:
    """Return the limits that are set."""
    named = [(name, getattr(limits, name)) for name in LIMIT_NAMES]
    return ", ".join(f"{name}: {_number(limit)}" for name, limit in named if limit is not None)


def _curve(curve: Curve) -> str:
    """Return the keys of a curve."""
    if isinstance(curve, Polynomial):
        return f"polynomial: {_numbers(curve.coefficients)}"
    if isinstance(curve, PointPairs):
        points = ", ".join(map(_numbers, curve.points))
        return f"points: [{points}]{', extrapolate: true' if curve.extrapolate else ''}"
    return f"states: {_mapping(curve.states)}"


def _mapping(pairs: tuple[tuple[Any, str], ...]) -> str:
    """Return a mapping of raw counts, or other plain keys, to texts."""
    return "{" + ", ".join(f"{key}: {_text(text)}" for key, text in pairs) + "}"


def _numbers(values: Iterable[float]) -> str:
    """Return a sequence of numbers."""
    return f"[{', '.join(map(_number, values))}]"


def _number(value: float) -> str:
    """Return a number that reads back exactly; with an exponent it needs a point for other YAML programs."""
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _text(text: str) -> str:
    """Return a text, in quotes unless it is plainly text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
