"""What YAML text is made of: scalars that are the text as written, mappings with the line of each key, and sequences.

YAML 1.1 reads ``OFF``, ``NO`` and ``1e3`` as something else than text. A telemetry database must not: whoever writes
``0: OFF`` means the state OFF. So scalars stay texts, quoted or not, and who reads a key turns its text into what the key
needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = "str | Branch | list[Node]"
"""A scalar, a mapping or a sequence."""

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


class Null(str):
    """A scalar that means "nothing here" in YAML (``~``, ``null`` or empty, without quotes); its text is as written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A YAML mapping.

    Attributes
    ----------
    items : list of (str, int, Node)
        Key, line of the key counted from 1, and value, in the order of the file; a key may come twice.
    """

    items: list[tuple[str, int, Node]]


def plain_scalar(text: str) -> str:
    """Return the node of a scalar that is not in quotes.

    Parameters
    ----------
    text : str
        The text as written.

    Returns
    -------
    str
        The text; a `Null` where it means "nothing here".

    Examples
    --------
    >>> plain_scalar("NO"), isinstance(plain_scalar("~"), Null)
    ('NO', True)
    """
    return Null(text) if text in _NULLS else text


def show(node: Node) -> str:
    """Return a node as a message shows it: texts in quotes, the rest as YAML, at most 60 characters.

    Parameters
    ----------
    node : Node
        What was found.

    Returns
    -------
    str
        Its text.

    Examples
    --------
    >>> show("abc"), show(["1", "2"])
    ("'abc'", '[1, 2]')
    """
    text = repr(str(node)) if isinstance(node, str) else _flow(node)
    return text if len(text) <= 60 else text[:57] + "..."


def _flow(node: Node) -> str:
    """Return a node as YAML on one line."""
    if isinstance(node, Branch):
        return "{" + ", ".join(f"{key}: {_flow(value)}" for key, _, value in node.items) + "}"
    return "[" + ", ".join(map(_flow, node)) + "]" if isinstance(node, list) else str(node)
