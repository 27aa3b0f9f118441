"""The event sets that an archive defines, by name: the files of its folder ``events``.

``<name>.ecsv`` and ``<name>.csv`` are tables of intervals, see `jeta.archive.event_tables`; the ``.yaml`` files give names to
logical expressions over MSIDs, see `jeta.archive.event_rules`. Other files are left alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from jeta.archive import event_rules, event_tables
from jeta.archive.event_rules import LogicalEvents, read_event_rules
from jeta.archive.event_tables import TableEvents, read_event_table
from jeta.errors import EventSetError, ExpressionError, UnknownEventError
from jeta.expressions import events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jeta.expressions.tokens import Literal
    from jeta.intervals import Intervals

Signature: TypeAlias = tuple[tuple[str, int, int], ...]
"""Name, time of the last change in ns, and size in bytes of each file."""

_NEAR, _SHOWN_NAMES = 0.5, 5


@dataclass(frozen=True, slots=True, eq=False)
class EventSets:
    """The event sets of one archive as they were when loaded; tables are read when first asked for.

    Attributes
    ----------
    folder : Path
        Where they are defined.
    system : {'unix', 'cxcsec'}
        The archive's time system.
    rules : dict of str to LogicalEvents
        Those that are logical expressions.
    tables : dict of str to Path
        The files of those that are tables.
    signature : tuple
        What the files were, to see whether they have changed.
    """

    folder: Path
    system: str
    rules: dict[str, LogicalEvents]
    tables: dict[str, Path]
    signature: Signature
    _read: dict[str, TableEvents] = field(default_factory=dict, init=False, repr=False)

    def names(self) -> list[str]:
        """Return the names of all event sets.

        Returns
        -------
        list of str
            Sorted.
        """
        return sorted([*self.rules, *self.tables])

    def get(self, name: str) -> TableEvents | LogicalEvents:
        """Return one event set.

        Parameters
        ----------
        name : str
            Its name; case counts.

        Returns
        -------
        TableEvents or LogicalEvents
            The intervals of a table, or the definition.

        Raises
        ------
        UnknownEventError
            If there is none of this name; the message gives the nearest ones, and where to define one.
        EventSetError
            If its table cannot be read.
        """
        if name in self.rules:
            return self.rules[name]
        if name not in self.tables:
            raise self._unknown(name)
        known = self._read.get(name)
        # Two threads may read it at once; setdefault lets both return the same.
        return known or self._read.setdefault(name, read_event_table(self.tables[name], self.system))

    def fresh(self) -> EventSets:
        """Return the event sets as the files define them now.

        Returns
        -------
        EventSets
            This object where no file has changed in name, time or size; else a new one.

        Raises
        ------
        EventSetError
            If a changed file is wrong.
        """
        return self if _signature(self.folder) == self.signature else load_event_sets(self.folder, self.system)

    def evaluate(
        self,
        expression: str,
        start_s: float,
        stop_s: float,
        spans_where: Callable[[LogicalEvents, float, float], Intervals],
    ) -> Intervals:
        """Return where an event expression over these event sets is true.

        Parameters
        ----------
        expression : str
            See `jeta.expressions.events`.
        start_s, stop_s : float
            The span of the request, seconds in the archive's time system.
        spans_where : callable
            ``spans_where(definition, start_s, stop_s)`` gives where the logical expression of an event set is true within a
            span, s, its `max_gap_s` heeded and its `pad_s` not. It is called at most once for each event set, for the
            span of the request and as much more as the pads need.

        Returns
        -------
        Intervals
            Within the request, in order, and apart from each other.

        Raises
        ------
        ExpressionError
            If the expression cannot be read, or filters by what an event set does not have.
        UnknownEventError
            If it names an event set that does not exist.
        EventSetError
            If a table cannot be read.
        """
        tree = events.parse(expression)
        sets = {name: self.get(name) for name in events.names(tree)}
        margin_s = events.margin_s(tree)
        known: dict[str, Intervals] = {}

        def lookup(name: str, filters: dict[str, Literal]) -> Intervals:
            found = sets[name]
            if isinstance(found, TableEvents):
                return found.select(filters)
            if filters:
                raise ExpressionError(
                    f"event set {name!r} is a logical expression without columns; expected no argument but pad, "
                    f"got {', '.join(filters)}"
                )
            if name not in known:
                reach_s = margin_s + abs(found.pad_s)
                spans = spans_where(found, start_s - reach_s, stop_s + reach_s)
                known[name] = spans.padded(found.pad_s, found.pad_s) if found.pad_s else spans
            return known[name]

        return events.evaluate(tree, lookup, start_s, stop_s)

    def _unknown(self, name: str) -> UnknownEventError:
        """Return the error for a name that does not exist."""
        import difflib  # noqa: PLC0415 - only errors need it

        names = self.names()
        near = difflib.get_close_matches(name, names, n=_SHOWN_NAMES, cutoff=_NEAR)
        if near:
            hint = f"did you mean {' or '.join(near)}?"
        elif names:
            hint = f"there are {len(names)}, such as {', '.join(names[:_SHOWN_NAMES])}"
        else:
            hint = "the archive defines none yet"
        return UnknownEventError(
            f"there is no event set named {name!r} ({hint}); to define it, put a table {name}.ecsv or {name}.csv, or an entry "
            f"{name} in a .yaml file, into {self.folder}"
        )


def load_event_sets(folder: Path, system: str) -> EventSets:
    """Load the event sets of an archive.

    Parameters
    ----------
    folder : Path
        The archive's folder of events, see `jeta.archive.layout.Layout.events`; it need not exist.
    system : {'unix', 'cxcsec'}
        The archive's time system.

    Returns
    -------
    EventSets
        None in it where there is no folder.

    Raises
    ------
    EventSetError
        If a definition or a name is wrong; the message names file and entry.
    """
    signature = _signature(folder)
    rules: dict[str, LogicalEvents] = {}
    tables: dict[str, Path] = {}
    places: dict[str, str] = {}
    for file_name, _, _ in signature:
        path = folder / file_name
        if path.suffix.lower() in event_tables.SUFFIXES:
            _claim(path.stem, file_name, places)
            tables[path.stem] = path
            continue
        for rule in read_event_rules(path):
            _claim(rule.name, f"{file_name}:{rule.line}", places)
            rules[rule.name] = rule
    return EventSets(folder, system, rules, tables, signature)


def _claim(name: str, place: str, places: dict[str, str]) -> None:
    """Note where an event set is defined; its name must be usable, and its own."""
    if not events.is_name(name):
        raise EventSetError(
            f"{place}: event set {name!r}: expected a name of letters, digits and _ that does not start with a digit; rename it"
        )
    if name in places:
        raise EventSetError(f"{place}: event set {name!r}: expected each name once, but it is also in {places[name]}")
    places[name] = place


def _signature(folder: Path) -> Signature:
    """Return what the files that define events are now, in the order of their names; none where there is no folder."""
    suffixes = (*event_tables.SUFFIXES, *event_rules.SUFFIXES)
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.lower().endswith(suffixes) and not entry.name.startswith(".") and entry.is_file():
                    status = entry.stat()
                    found.append((entry.name, status.st_mtime_ns, status.st_size))
    except FileNotFoundError:
        return ()
    return tuple(sorted(found))
