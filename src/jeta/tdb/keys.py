"""From the keys of one MSID in a YAML file to an `Entry`: how each key may be spelled, and how its text is read.

Keys are spelled in any case, with ``_``, ``-`` or a blank between words.

=================  ============================================================================================
key                value
=================  ============================================================================================
``name``           the MSID's name; only where entries are a list, or else equal to the key above
``id``             whole number, decimal or ``0x...``
``description``    text
``unit``           text
``type``           see `jeta.tdb.value_types`
``state_codes``    ``{0: OFF, 1: ON}`` or ``[[0, OFF], [1, ON]]``; names are the text as written, quoted or not
``limits``         mapping of ``red_low``, ``yellow_low``, ``nominal``, ``yellow_high``, ``red_high``, and ``red`` or
                   ``yellow``: ``[low, high]``, either of which may be ``null``
``subsystem``      text
``cadence_s``      seconds between samples; also ``cadence``
``on_change``      true or false
=================  ============================================================================================
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from jeta.tdb.entry import LIMIT_NAMES, Limits
from jeta.tdb.nodes import Branch, Null, show
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.tdb.nodes import Node

T = TypeVar("T")

_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))
_LIMIT_PAIRS = MappingProxyType({"red": ("red_low", "red_high"), "yellow": ("yellow_low", "yellow_high")})


def canonical_key(key: str) -> str:
    """Return the canonical spelling of a key of an entry.

    Parameters
    ----------
    key : str
        The key as written.

    Returns
    -------
    str
        One of `READERS`.

    Raises
    ------
    FieldError
        If there is no such key; the message names the nearest.

    Examples
    --------
    >>> canonical_key("State Codes"), canonical_key("cadence")
    ('state_codes', 'cadence_s')
    """
    plain = _plain(key)
    if plain == "cadence":
        return "cadence_s"
    if plain not in READERS:
        raise FieldError(f"key {key!r}: no such key; expected {_one_of(plain, list(READERS))}", key)
    return plain


def read_id(node: Node) -> int:
    """Read the key ``id``.

    Parameters
    ----------
    node : Node
        A whole number, decimal or hexadecimal.

    Returns
    -------
    int
        The number; its range is checked by `Entry`.

    Raises
    ------
    FieldError
        If it is not a whole number.
    """
    return _integer(node, "id", "an id of at least 0")


def read_state_codes(node: Node) -> list[tuple[int, str]]:
    """Read the key ``state_codes``.

    Parameters
    ----------
    node : Node
        A mapping of raw count to state name, or a sequence of such pairs.

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
        return [(_integer(raw, "state_codes", "each raw count"), str(name)) for raw, name in pairs]
    raise FieldError(
        f"key 'state_codes': expected raw counts and state names, such as {{0: OFF, 1: ON}}, got {show(node)}",
        "state_codes",
    )


def _is_state_code(pair: Any) -> bool:
    """Whether something is a pair of which the second is a scalar."""
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], str)


def read_limits(node: Node) -> Limits:
    """Read the key ``limits``.

    Parameters
    ----------
    node : Node
        A mapping of limits.

    Returns
    -------
    Limits
        The limits.

    Raises
    ------
    FieldError
        If it is not a mapping, names an unknown limit or one twice, or a limit is not a number.
    """
    if not isinstance(node, Branch):
        raise FieldError(
            f"key 'limits': expected a mapping such as {{yellow_low: 1, yellow_high: 5}}, got {show(node)}", "limits"
        )
    found: dict[str, Node] = {}
    for key, _, value in node.items:
        for name, limit in ((key, value),) if key in LIMIT_NAMES else _named_limits(key, value):
            if name in found:
                raise FieldError(
                    f"key 'limits': expected each limit once, got {name} {show(found[name])} and {show(limit)}",
                    "limits",
                )
            found[name] = limit
    return Limits(**{name: _limit(name, limit) for name, limit in found.items()})


def _named_limits(key: str, value: Node) -> list[tuple[str, Node]]:
    """Return the limits that one key inside ``limits`` sets, by canonical name."""
    plain = _plain(key)
    if plain in LIMIT_NAMES:
        return [(plain, value)]
    if plain not in _LIMIT_PAIRS:
        raise FieldError(
            f"key 'limits': no such limit as {key!r}; expected {_one_of(plain, [*LIMIT_NAMES, *_LIMIT_PAIRS])}",
            "limits",
        )
    if isinstance(value, list) and len(value) == 2:
        return list(zip(_LIMIT_PAIRS[plain], value, strict=True))
    raise FieldError(f"key 'limits': expected {plain}: [low, high], got {show(value)}", "limits")


def _limit(name: str, node: Node) -> float | None:
    """Return one limit, or None for null."""
    return None if isinstance(node, Null) else _number(node, "limits", name)


def read_cadence(node: Node) -> float:
    """Read the key ``cadence_s``.

    Parameters
    ----------
    node : Node
        A number of seconds.

    Returns
    -------
    float
        Seconds; its range is checked by `Entry`.

    Raises
    ------
    FieldError
        If it is not a number.
    """
    return _number(node, "cadence_s", "seconds above 0")


def read_flag(node: Node) -> bool:
    """Read the key ``on_change``.

    Parameters
    ----------
    node : Node
        true, false, yes, no, on, off, 1 or 0 in any case.

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
    raise FieldError(f"key 'on_change': expected true or false, got {show(node)}", "on_change")


def _text_of(key: str) -> Callable[[Node], str]:
    """Make a reader of a key whose value is text."""

    def read(node: Node) -> str:
        if not isinstance(node, str):
            raise FieldError(f"key {key!r}: expected text, got {show(node)}", key)
        return node

    return read


def _integer(node: Node, key: str, what: str) -> int:
    """Read a whole number, decimal (leading zeros allowed) or with 0x, 0o, 0b."""
    number = _parsed(node, lambda text: int(text) if text.lstrip("+-").isdecimal() else int(text, 0))
    if number is None:
        raise FieldError(f"key {key!r}: expected {what} as a whole number, got {show(node)}", key)
    return number


def _number(node: Node, key: str, what: str) -> float:
    """Read a number."""
    number = _parsed(node, float)
    if number is None:
        raise FieldError(f"key {key!r}: expected {what} as a finite number, got {show(node)}", key)
    return number


def _parsed(node: Node, parse: Callable[[str], T]) -> T | None:
    """Return what a scalar parses to, or None for what does not."""
    try:
        return parse(node) if isinstance(node, str) else None
    except ValueError:
        return None


def _plain(key: str) -> str:
    """Return a key in lower case with ``_`` between words."""
    return "_".join(key.lower().replace("-", " ").replace("_", " ").split())


def _one_of(word: str, known: list[str]) -> str:
    """Return what a message says was expected: one of the known words, with the nearest named."""
    import difflib  # noqa: PLC0415 - only errors need it

    near = difflib.get_close_matches(word, known, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"one of {', '.join(known)}{hint}"


READERS: MappingProxyType[str, Callable[[Node], Any]] = MappingProxyType(
    {
        "name": _text_of("name"),
        "id": read_id,
        "description": _text_of("description"),
        "unit": _text_of("unit"),
        "type": _text_of("type"),
        "state_codes": read_state_codes,
        "limits": read_limits,
        "subsystem": _text_of("subsystem"),
        "cadence_s": read_cadence,
        "on_change": read_flag,
    }
)
"""How to read each key."""
