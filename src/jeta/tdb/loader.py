"""YAML files of a telemetry database to entries, with every error at its file, line, MSID and key.

A file is a mapping of MSID names to keys (the canonical form, see `jeta.tdb.writer`)::

    INRC_ICE_DC_VOL_P5_DIG:
      description: ICE HK +5V voltage for digital electronics
      unit: V
      limits: {red_low: 4.5, yellow_low: 4.99, yellow_high: 5.04, red_high: 5.5}

or a list of mappings that each have a key ``name``. See `jeta.tdb.keys` for the keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jeta.errors import MsidNameError, TdbError
from jeta.tdb import keys
from jeta.tdb.document import read_members
from jeta.tdb.entry import Entry
from jeta.tdb.names import check_name
from jeta.tdb.nodes import Branch, Null, show
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.tdb.nodes import Node

SHOWN_ERRORS = 10
"""How many errors one message tells."""


def read_yaml(path: Path) -> list[Entry]:
    """Read the entries of one YAML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    list of Entry
        In the order of the file.

    Raises
    ------
    TdbError
        If the file holds errors; the message tells the first ten, each with file, line, MSID and key.
    """
    loader = Loader()
    loader.read(path.read_bytes(), path.name)
    return loader.finish()


@dataclass(slots=True)
class Loader:
    """Gathers entries and errors from one file after another.

    Attributes
    ----------
    entries : dict of str to Entry
        By canonical name, in the order read.
    errors : list of str
        One sentence for each thing that is wrong.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict)
    _by_id: dict[int, str] = field(default_factory=dict)

    def read(self, data: bytes, shown: str) -> None:
        """Add the entries and errors of one file.

        Parameters
        ----------
        data : bytes
            The file's content.
        shown : str
            The file's name in messages.
        """
        try:
            for key, line, node in read_members(data, shown):
                self._add(key, shown, line, node)
        except TdbError as err:
            self.errors.append(str(err))

    def finish(self) -> list[Entry]:
        """Return all entries, in the order read.

        Returns
        -------
        list of Entry
            The entries.

        Raises
        ------
        TdbError
            If there was any error.
        """
        if not self.errors:
            return list(self.entries.values())
        message = self.errors[0]
        if len(self.errors) > 1:
            told = "\n  ".join(self.errors[:SHOWN_ERRORS])
            which = f"; the first {SHOWN_ERRORS} are" if len(self.errors) > SHOWN_ERRORS else ""
            message = f"{len(self.errors)} errors in the telemetry database{which}:\n  {told}"
        raise TdbError(message)

    def _add(self, key: str | None, shown: str, line: int, node: Node) -> None:
        """Add one member of a file's top level."""
        try:
            branch = _branch(key, node)
            name = check_name(_name(branch) if key is None else key)
        except (FieldError, MsidNameError) as err:
            self.errors.append(f"{shown}:{line}: {err}")
            return
        place = f"{shown}:{line}"
        if name in self._places:
            self.errors.append(f"{place}: MSID {name}: expected each MSID once, but it is also at {self._places[name]}")
            return
        self._places[name] = place
        values, lines = self._values(name, branch, shown)
        if values is not None:
            self._make(name, values, shown, lines)

    def _values(self, name: str, branch: Branch, shown: str) -> tuple[dict[str, Any] | None, dict[str, int]]:
        """Return the values of an entry, or None if any is wrong, and the line of each key."""
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        right, readers = True, keys.READERS
        for written, line, value in branch.items:
            try:
                key = written if written in readers else keys.canonical_key(written)
                if value.__class__ is not Null:
                    values[key] = readers[key](value)
            except FieldError as err:
                right = False
                self.errors.append(f"{shown}:{err.line or line}: MSID {name}: {err}")
                continue
            if key in lines:
                right = False
                once = f"key {written!r}: expected each key once, but it is also on line {lines[key]}"
                self.errors.append(f"{shown}:{line}: MSID {name}: {once}")
            lines.setdefault(key, line)
        return values if right else None, lines

    def _make(self, name: str, values: dict[str, Any], shown: str, lines: dict[str, int]) -> None:
        """Make the entry, unless a value is wrong or its id is taken."""
        given = values.setdefault("name", name)
        if given.upper() != name:
            self.errors.append(
                f"{shown}:{lines['name']}: MSID {name}: key 'name': expected {name!r} as above, got {given!r}"
            )
            return
        if isinstance(values.get("limits"), list):
            values["limits_history"] = values.pop("limits")
        try:
            entry = Entry(**values)
        except FieldError as err:
            self.errors.append(f"{shown}:{lines[err.key]}: {err}")
            return
        if entry.id is not None and entry.id in self._by_id:
            other = self._by_id[entry.id]
            self.errors.append(
                f"{shown}:{lines['id']}: MSID {name}: key 'id': expected an id of its own, got {entry.id}, "
                f"the id of {other} at {self._places[other]}"
            )
            return
        if entry.id is not None:
            self._by_id[entry.id] = name
        self.entries[name] = entry


def _branch(key: str | None, node: Node) -> Branch:
    """Return the mapping of an entry; a name with nothing after it stands for an empty one."""
    if isinstance(node, Branch):
        return node
    if key is not None and isinstance(node, Null):
        return Branch([])
    who = "an entry of the list" if key is None else f"MSID {key}"
    raise FieldError(f"{who}: expected a mapping of keys, such as {{name: A, unit: V}}, got {show(node)}")


def _name(branch: Branch) -> str:
    """Return the name in an entry of a list."""
    for key, _, value in branch.items:
        if key.lower() == "name" and isinstance(value, str):
            return value
    raise FieldError(f"an entry of the list: key 'name': expected the MSID's name, got only {show(branch)}", "name")
