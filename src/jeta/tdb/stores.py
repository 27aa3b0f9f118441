"""Where the entries of a telemetry database are held: as objects, or in a cache that decodes them when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jeta.errors import TdbError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.tdb.entry import Entry


class EntryStore(Protocol):
    """Entries by position, in the order of their names.

    Attributes
    ----------
    names : list of str
        Canonical names, sorted.
    ids : list of int or None
        Id of each, or None.
    """

    names: list[str]
    ids: list[int | None]

    def entry(self, position: int) -> Entry:
        """Return the entry at a position.

        Parameters
        ----------
        position : int
            0 inclusive to ``len(names)`` exclusive.

        Returns
        -------
        Entry
            The entry.
        """

    def search_lines(self) -> list[str]:
        """Return the searchable text of each entry.

        Returns
        -------
        list of str
            The `search_line` of each.
        """


class LoadedEntries:
    """Entries held as objects.

    Parameters
    ----------
    entries : iterable of Entry
        In any order.

    Raises
    ------
    TdbError
        If two have the same name or the same id.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.name)
        self.names = [entry.name for entry in self._entries]
        self.ids = [entry.id for entry in self._entries]
        for one, two in zip(self._entries, self._entries[1:], strict=False):
            if one.name == two.name:
                raise TdbError(f"MSID {one.name}: expected each MSID once, got {one} and {two}")
        holders: dict[int, str] = {}
        for name, number in zip(self.names, self.ids, strict=True):
            if number is not None and holders.setdefault(number, name) != name:
                other = holders[number]
                raise TdbError(f"MSID {name}: key 'id': expected an id of its own, got {number}, the id of {other}")

    def entry(self, position: int) -> Entry:
        """Return the entry at a position.

        Parameters
        ----------
        position : int
            Counted from 0, in the order of names.

        Returns
        -------
        Entry
            The entry.
        """
        return self._entries[position]

    def search_lines(self) -> list[str]:
        """Return the searchable text of each entry.

        Returns
        -------
        list of str
            The `search_line` of each.
        """
        return [search_line(entry) for entry in self._entries]


def search_line(entry: Entry) -> str:
    """Return what is searched of an entry: name, description, unit and subsystem, case-folded, between tabs.

    Parameters
    ----------
    entry : Entry
        The entry.

    Returns
    -------
    str
        One line; runs of blanks, tabs and line ends inside a text become one blank.
    """
    description = " ".join(entry.description.split())
    unit, subsystem = " ".join((entry.unit or "").split()), " ".join((entry.subsystem or "").split())
    return f"{entry.name}\t{description}\t{unit}\t{subsystem}".casefold()
