"""YAML text as nodes, with the line of each key.

Nodes are made from the events of the parser, which is several times faster than by its own nodes. Tags are ignored;
anchors, aliases and merge keys (``<<``) work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.errors import TdbError
from jeta.tdb.nodes import Branch, plain_scalar
from jeta.tdb.regular import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeta.tdb.nodes import Node


def read_members(data: bytes, shown: str) -> Iterator[tuple[str | None, int, Node]]:
    """Read the members of a YAML file's top level one by one, keeping none.

    Parameters
    ----------
    data : bytes
        The file's content, UTF-8 (or UTF-16 with a byte order mark). More than one document is read as if they were
        one.
    shown : str
        The file's name in messages.

    Yields
    ------
    key : str or None
        Key of the member; None where the top level is a sequence.
    line : int
        Its line, counted from 1.
    node : Node
        Its value.

    Raises
    ------
    TdbError
        If the text is not YAML, or its top level is neither a mapping nor a sequence; the message gives file and line.
    """
    regular = read_regular(data)
    yield from _parsed(data, shown) if regular is None else regular


def _parsed(data: bytes, shown: str) -> Iterator[tuple[str | None, int, Node]]:
    """Read the members with the parser."""
    import yaml  # noqa: PLC0415 - a process that finds a valid cache, or files of the regular form, must not pay for it

    try:
        yield from _Reader(data, shown).members()
    except yaml.reader.ReaderError as err:
        line = data.count(b"\n", 0, err.position) + 1
        raise TdbError(f"{shown}:{line}: expected YAML in UTF-8, but found {err.reason} ({err.character!r})") from err
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line = mark.line + 1 if mark else 1
        raise TdbError(
            f"{shown}:{line}: expected YAML, but {' '.join(filter(None, (err.context, err.problem)))}"
        ) from err


class _Reader:
    """Turns the events of one YAML stream into nodes."""

    def __init__(self, data: bytes, shown: str) -> None:
        import yaml  # noqa: PLC0415 - see _parsed

        self._next: Callable[[], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(data).get_event
        self._events = yaml.events
        self._shown = shown
        self._anchors: dict[str, Node] = {}

    def members(self) -> Iterator[tuple[str | None, int, Node]]:
        """Yield key, line and value of each member of the top level."""
        events = self._events
        while (event := self._next()).__class__ is not events.StreamEndEvent:
            if event.__class__ is events.MappingStartEvent:
                yield from self._members_of_mapping()
            elif event.__class__ is events.SequenceStartEvent:
                yield from self._members_of_sequence()
            elif event.__class__ is events.DocumentStartEvent:
                self._anchors.clear()
            elif event.__class__ is events.ScalarEvent and event.value:
                raise TdbError(
                    f"{self._place(event)}: expected a mapping of MSID names, but found {event.value[:40]!r}"
                )

    def _members_of_mapping(self) -> Iterator[tuple[str, int, Node]]:
        """Yield the members of a mapping without holding it as a whole."""
        while (event := self._next()).__class__ is not self._events.MappingEndEvent:
            yield self._key(event), event.start_mark.line + 1, self._node(self._next())

    def _members_of_sequence(self) -> Iterator[tuple[None, int, Node]]:
        """Yield the members of a sequence without holding it as a whole."""
        while (event := self._next()).__class__ is not self._events.SequenceEndEvent:
            yield None, event.start_mark.line + 1, self._node(event)

    def _key(self, event: Any) -> str:
        """Return the text of a key."""
        if event.__class__ is not self._events.ScalarEvent:
            raise TdbError(
                f"{self._place(event)}: expected text as a key, but found {type(event).__name__.removesuffix('Event')}"
            )
        text: str = event.value
        return text

    def _node(self, event: Any) -> Node:
        """Read the node that starts with an event."""
        events = self._events
        if event.__class__ is events.AliasEvent:
            if event.anchor not in self._anchors:
                raise TdbError(
                    f"{self._place(event)}: the alias *{event.anchor} has no anchor &{event.anchor} before it"
                )
            return self._anchors[event.anchor]
        node: Node
        if event.__class__ is events.ScalarEvent:
            node = event.value if event.style else plain_scalar(event.value)
        elif event.__class__ is events.MappingStartEvent:
            node = self._branch()
        else:
            node = self._sequence()
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _branch(self) -> Branch:
        """Read a mapping."""
        scalar, end, get = self._events.ScalarEvent, self._events.MappingEndEvent, self._next
        items: list[tuple[str, int, Node]] = []
        merges = False
        while (key := get()).__class__ is not end:
            name = key.value if key.__class__ is scalar else self._key(key)
            event = get()
            items.append((name, key.start_mark.line + 1, self._node(event)))
            merges = merges or name == "<<"
        return Branch(_merged(items) if merges else items)

    def _sequence(self) -> list[Node]:
        """Read a sequence."""
        nodes: list[Node] = []
        while (event := self._next()).__class__ is not self._events.SequenceEndEvent:
            nodes.append(self._node(event))
        return nodes

    def _place(self, event: Any) -> str:
        """Return file and line of an event."""
        return f"{self._shown}:{event.start_mark.line + 1}"


def _merged(items: list[tuple[str, int, Node]]) -> list[tuple[str, int, Node]]:
    """Replace merge keys by the items that they bring; a mapping's own items win, then those merged first."""
    own = [item for item in items if item[0] != "<<"]
    taken = {key for key, _, _ in own}
    for brought in _brought(items):
        own += [item for item in brought if item[0] not in taken]
        taken.update(item[0] for item in brought)
    return own


def _brought(items: list[tuple[str, int, Node]]) -> Iterator[list[tuple[str, int, Node]]]:
    """Yield the items that each merge key brings."""
    for key, line, value in items:
        for source in (value if isinstance(value, list) else [value]) if key == "<<" else ():
            # What cannot be merged stays, so that whoever reads the mapping refuses the key "<<" with its line.
            yield source.items if isinstance(source, Branch) else [(key, line, source)]
