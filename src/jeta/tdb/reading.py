"""What the readers of keys in a YAML file share: numbers, flags, states, spelling, and things that have a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from jeta.tdb.nodes import Branch, Null, show
from jeta.tdb.rules import FieldError
from jeta.tdb.validity import checked_valid_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.tdb.nodes import Node

T = TypeVar("T")

_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))


def integer(node: Node, key: str, what: str) -> int:
    """Read a whole number.

    Parameters
    ----------
    node : Node
        The number: decimal (leading zeros allowed) or with 0x, 0o, 0b.
    key, what : str
        The key, and what the number is, for the message.

    Returns
    -------
    int
        The number.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    found = _parsed(node, lambda text: int(text) if text.lstrip("+-").isdecimal() else int(text, 0))
    if found is None:
        raise FieldError(f"key {key!r}: expected {what} as a whole number, got {show(node)}", key)
    return found


def number(node: Node, key: str, what: str) -> float:
    """Read a number.

    Parameters
    ----------
    node : Node
        The number.
    key, what : str
        The key, and what the number is, for the message.

    Returns
    -------
    float
        The number; whether it is finite is checked where it is used.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    found = _parsed(node, float)
    if found is None:
        raise FieldError(f"key {key!r}: expected {what} as a finite number, got {show(node)}", key)
    return found


def _parsed(node: Node, parse: Callable[[str], T]) -> T | None:
    """Return what a scalar parses to, or None for what does not."""
    try:
        return parse(node) if isinstance(node, str) else None
    except ValueError:
        return None


def flag(node: Node, key: str) -> bool:
    """Read a truth value.

    Parameters
    ----------
    node : Node
        true, false, yes, no, on, off, 1 or 0 in any case.
    key : str
        The key, for the message.

    Returns
    -------
    bool
        The truth value.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    word = node.lower() if isinstance(node, str) else None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise FieldError(f"key {key!r}: expected true or false, got {show(node)}", key)


def states(node: Node, key: str) -> list[tuple[int, str]]:
    """Read raw counts and state names.

    Parameters
    ----------
    node : Node
        A mapping of raw count to state name, or a sequence of such pairs.
    key : str
        The key, for the message.

    Returns
    -------
    list of (int, str)
        Raw counts and names in the order of the file.

    Raises
    ------
    FieldError
        If it is neither, a raw count is not whole, or a name is not text.
    """
    pairs: Any = [[raw, name] for raw, _, name in node.items] if isinstance(node, Branch) else node
    if isinstance(pairs, list) and all(_is_state_code(pair) for pair in pairs):
        return [(integer(raw, key, "each raw count"), str(name)) for raw, name in pairs]
    raise FieldError(
        f"key {key!r}: expected raw counts and state names, such as {{0: OFF, 1: ON}}, got {show(node)}", key
    )


def _is_state_code(pair: Any) -> bool:
    """Whether something is a pair of which the second is a scalar."""
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str)


def plain(key: str) -> str:
    """Return the canonical spelling of a key.

    Parameters
    ----------
    key : str
        As written.

    Returns
    -------
    str
        In lower case with ``_`` between words.

    Examples
    --------
    >>> plain("Valid-From")
    'valid_from'
    """
    return "_".join(key.lower().replace("-", " ").replace("_", " ").split())


def one_of(word: str, known: list[str]) -> str:
    """Return what a message says was expected instead of an unknown word.

    Parameters
    ----------
    word : str
        The word, as `plain` spells it.
    known : list of str
        The words that are known.

    Returns
    -------
    str
        All that are known, with the nearest named.

    Examples
    --------
    >>> one_of("pionts", ["points", "states"])
    "one of points, states (did you mean 'points'?)"
    """
    import difflib  # noqa: PLC0415 - only errors need it

    near = difflib.get_close_matches(word, known, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"one of {', '.join(known)}{hint}"


def dated(node: Node, key: str, read: Callable[[Branch], T], example: str) -> list[tuple[str | None, T]]:
    """Read things that may each have a date from which they hold.

    Parameters
    ----------
    node : Node
        A mapping, or a sequence of such, that may each have a key ``valid_from`` beside the others.
    key : str
        The key, for the message.
    read : callable
        Reads a mapping without ``valid_from``.
    example : str
        A right value, for the message.

    Returns
    -------
    list of (str or None, object)
        Canonical date and what was read, in the order of the file.

    Raises
    ------
    FieldError
        If anything is wrong; the message says which of several, and the error has its line.
    """
    if not isinstance(node, list):
        return [_dated(node, key, read, example)]
    found = []
    for place, member in enumerate(node, 1):
        try:
            found.append(_dated(member, key, read, example))
        except FieldError as err:
            line = member.items[0][1] if isinstance(member, Branch) and member.items else 0
            what = str(err).removeprefix(f"key {key!r}: ")
            raise FieldError(f"key {key!r}: number {place} of the list: {what}", key, line) from err
    return found


def _dated(node: Node, key: str, read: Callable[[Branch], T], example: str) -> tuple[str | None, T]:
    """Read one thing and its date."""
    if not isinstance(node, Branch):
        raise FieldError(f"key {key!r}: expected a mapping such as {example}, got {show(node)}", key)
    dates = [value for name, _, value in node.items if plain(name) == "valid_from"]
    if len(dates) > 1:
        raise FieldError(f"key {key!r}: expected valid_from once, got {show(dates)}", key)
    others = Branch([item for item in node.items if plain(item[0]) != "valid_from"])
    date = dates[0] if dates and dates[0].__class__ is not Null else None
    return checked_valid_from(key, date if date is None or isinstance(date, str) else show(date)), read(others)
