"""Event sets that are logical expressions over MSIDs: the ``.yaml`` files in an archive's folder of events.

A file maps names to expressions, or to mappings of the keys in `KEYS`::

    dumping: SE_MOM_DUMP == 'ON'
    hot_box: {where: IMIR_FPE_BOX_TEMP > 310, pad: 60, max_gap_s: 300, description: The box is too hot}
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeta.errors import EventSetError, ExpressionError
from jeta.expressions import logical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.expressions import Node

SUFFIXES = (".yaml", ".yml")
"""Ends of the names of files."""

KEYS = ("where", "pad", "max_gap_s", "description")
"""What may be said of an event set."""


@dataclass(frozen=True, slots=True)
class LogicalEvents:
    """An event set that a logical expression defines.

    Attributes
    ----------
    name : str
        What expressions call it.
    path : Path
        The file that defines it.
    line : int
        Its line there, counted from 1.
    where : Node
        The logical expression, see `jeta.expressions.logical`.
    pad_s : float
        By how much each interval is lengthened at both ends, s; negative if shortened.
    max_gap_s : float or None
        The longest spacing of samples that an interval may bridge, s; None for any.
    description : str
        What it is about.
    """

    name: str
    path: Path
    line: int
    where: Node
    pad_s: float = 0.0
    max_gap_s: float | None = None
    description: str = ""


def read_event_rules(path: Path) -> list[LogicalEvents]:
    """Read the event sets that a file defines.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    list of LogicalEvents
        In the order of the file.

    Raises
    ------
    EventSetError
        If something is wrong; the message gives file, line, entry and what was expected.
    """
    return [_rule(path, key, value) for key, value in _entries(path)]


def _entries(path: Path) -> Iterator[tuple[Any, Any]]:
    """Yield the nodes of each name and of what it stands for."""
    import yaml  # noqa: PLC0415 - only an archive that defines events pays for it

    try:
        root: Any = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise EventSetError(f"{path.name}: expected YAML in UTF-8, but it cannot be read: {err}") from err
    if root is None:
        return
    if root.id != "mapping":
        raise EventSetError(f"{path.name}: expected a mapping from names to logical expressions, but found a {root.id}")
    yield from root.value


def _rule(path: Path, key: Any, value: Any) -> LogicalEvents:
    """Return what one entry defines."""
    line = key.start_mark.line + 1
    if key.id != "scalar":
        raise EventSetError(f"{path.name}:{line}: expected text as name of an event set, but found a {key.id}")
    entry = f"{path.name}:{line}: event set {key.value!r}"
    if value.id == "scalar":
        return LogicalEvents(key.value, path, line, _where(value.value, entry))
    if value.id != "mapping":
        raise EventSetError(
            f"{entry}: expected a logical expression or a mapping of {', '.join(KEYS)}, but found a {value.id}"
        )
    said = _said(value, entry)
    if "where" not in said:
        raise EventSetError(
            f"{entry}: expected a key 'where' with a logical expression, but found {', '.join(said) or 'none'}"
        )
    max_gap_s = _number(said["max_gap_s"], "max_gap_s", entry) if "max_gap_s" in said else None
    if max_gap_s is not None and max_gap_s <= 0:
        raise EventSetError(f"{entry}: key 'max_gap_s': expected seconds above 0, got {said['max_gap_s']!r}")
    return LogicalEvents(
        key.value,
        path,
        line,
        _where(said["where"], entry),
        _number(said.get("pad", "0"), "pad", entry),
        max_gap_s,
        said.get("description", ""),
    )


def _said(mapping: Any, entry: str) -> dict[str, str]:
    """Return the keys and texts of an entry."""
    said: dict[str, str] = {}
    for key, value in mapping.value:
        if key.value not in KEYS or key.value in said:
            raise EventSetError(f"{entry}: key {key.value!r}: expected each of {', '.join(KEYS)} at most once")
        if value.id != "scalar":
            raise EventSetError(f"{entry}: key {key.value!r}: expected a single value, but found a {value.id}")
        said[key.value] = value.value
    return said


def _where(text: str, entry: str) -> Node:
    """Return the logical expression of an entry."""
    try:
        return logical.parse(text)
    except ExpressionError as err:
        raise EventSetError(f"{entry}: {err}") from err


def _number(text: str, key: str, entry: str) -> float:
    """Return the number that a key has."""
    try:
        number = float(text)
    except ValueError as err:
        raise EventSetError(f"{entry}: key {key!r}: expected a number of seconds, got {text!r}") from err
    if not math.isfinite(number):
        raise EventSetError(f"{entry}: key {key!r}: expected a finite number of seconds, got {text!r}")
    return number
