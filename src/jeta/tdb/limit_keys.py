"""Reads the key ``limits`` of a YAML file: limits that hold at all times, or one set of limits after another."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from jeta.tdb import reading
from jeta.tdb.limits import LIMIT_NAMES, Limits
from jeta.tdb.nodes import Branch, Null, show
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from jeta.tdb.nodes import Node

_LIMIT_PAIRS = MappingProxyType({"red": ("red_low", "red_high"), "yellow": ("yellow_low", "yellow_high")})


def read_limits(node: Node) -> Limits | list[tuple[str | None, Limits]]:
    """Read the key ``limits``.

    Parameters
    ----------
    node : Node
        A mapping of limits, or a sequence of such, each with or without ``valid_from``.

    Returns
    -------
    Limits or list of (str or None, Limits)
        Limits without a date; or dates and limits in the order of the file, which is checked by `Entry`.

    Raises
    ------
    FieldError
        If it is neither, names an unknown limit or one twice, or a limit is not a number, or a date is wrong.
    """
    if isinstance(node, Branch) and all(key in LIMIT_NAMES for key, _, _ in node.items):
        return _limits(node)  # nearly all are such, and a telemetry database can hold 20,000 of them
    return reading.dated(node, "limits", _limits, "{yellow_low: 1, yellow_high: 5}")


def _limits(branch: Branch) -> Limits:
    """Read one mapping of limits."""
    found: dict[str, Node] = {}
    for key, _, value in branch.items:
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
    plain = reading.plain(key)
    if plain in LIMIT_NAMES:
        return [(plain, value)]
    if plain not in _LIMIT_PAIRS:
        known = [*LIMIT_NAMES, *_LIMIT_PAIRS, "valid_from"]
        raise FieldError(f"key 'limits': no such limit as {key!r}; expected {reading.one_of(plain, known)}", "limits")
    if isinstance(value, list) and len(value) == 2:
        return list(zip(_LIMIT_PAIRS[plain], value, strict=True))
    raise FieldError(f"key 'limits': expected {plain}: [low, high], got {show(value)}", "limits")


def _limit(name: str, node: Node) -> float | None:
    """Return one limit, or None for null."""
    return None if isinstance(node, Null) else reading.number(node, "limits", name)
