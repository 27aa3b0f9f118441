"""YAML of the regular form that `jeta.tdb.writer` writes, read without a YAML parser.

A telemetry database is mostly lines such as these, and a pattern takes a third of the time that a parser takes::

    # a comment
    INRC_ICE_DC_VOL_P5_DIG:
      description: "ICE HK: +5V voltage"
      limits: {red_low: 4.5, red_high: 5.5}

Whatever the pattern does not cover (other indentation, escapes, anchors, lists, values over several lines) makes the
whole file go to the parser. What it does cover means the same to both: the tests hold them against each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jeta.tdb.nodes import Branch, Null, plain_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.tdb.nodes import Node

# Neither ':' nor '#' may stand in a plain text, nor ',' inside braces: so none has a meaning of its own where the pattern finds it.
_START = r"(?:[-+.](?=[0-9.]))?\w"
_PLAIN = rf"(?:\(|{_START})[\w./()+%*<>@=&;,-]*(?: [\w./()+%*<>@=&;,-]+)*"
_PLAIN_IN_BRACES = rf"{_START}[\w./()+%*<>@-]*(?: [\w./()+%*<>@-]+)*"
# All that YAML lets stand in quotes or a comment as it is, less what folds lines.
_PRINTABLE = "\xa0-\u1fff\u2030-\ud7ff"
_QUOTED = rf"[ !#-\[\]-~{_PRINTABLE}]*"
_ITEM = rf'-?\w[\w.]*: (?:{_PLAIN_IN_BRACES}|"{_QUOTED}")'
_BLANK_OR_COMMENT = rf" *(?:#[ -~{_PRINTABLE}]*)?"
_NAME = rf'(\w[\w.-]*|"{_QUOTED}"):'
_KEY = rf'  ([a-z_]+): (?:({_PLAIN})|"({_QUOTED})"|\{{({_ITEM}(?:, {_ITEM})*)\}})'
_LINE = re.compile(rf"^(?:{_BLANK_OR_COMMENT}|{_NAME}|{_KEY})\n", re.MULTILINE | re.ASCII)
_ITEMS = re.compile(rf'(-?\w[\w.]*): (?:({_PLAIN_IN_BRACES})|"({_QUOTED})")', re.ASCII)


def read_regular(data: bytes) -> Iterator[tuple[str, int, Node]] | None:
    """Read a file of the regular form.

    Parameters
    ----------
    data : bytes
        The file's content.

    Returns
    -------
    iterator of (str, int, Node), or None
        As `jeta.tdb.document.read_members`; None where the file is not of this form throughout.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if not text.endswith("\n"):
        text += "\n"
    lines = _LINE.findall(text)
    # Every match is one whole line, so none was passed over if there are as many.
    if len(lines) != text.count("\n") or _begins_with_key(lines):
        return None
    return _members(lines)


def _begins_with_key(lines: list[tuple[str, ...]]) -> bool:
    """Whether there is a key before the first name."""
    return next((bool(key) for name, key, *_ in lines if name or key), False)


def _members(lines: list[tuple[str, ...]]) -> Iterator[tuple[str, int, Node]]:
    """Yield name, line and keys of each MSID."""
    member: tuple[str, int] | None = None
    items: list[tuple[str, int, Node]] = []
    for number, (name, key, plain, quoted, braces) in enumerate(lines, 1):
        if key:
            items.append((key, number, _items(braces, number) if braces else plain_scalar(plain) if plain else quoted))
        elif name:
            if member is not None:
                yield *member, _value(items)
            member, items = (name.strip('"'), number), []
    if member is not None:
        yield *member, _value(items)


def _value(items: list[tuple[str, int, Node]]) -> Node:
    """Return what stands under a name: its keys, or nothing."""
    return Branch(items) if items else Null()


def _items(braces: str, line: int) -> Branch:
    """Return the mapping that is written in braces."""
    return Branch(
        [(key, line, plain_scalar(plain) if plain else quoted) for key, plain, quoted in _ITEMS.findall(braces)]
    )
