"""The YAML file that says what the columns of a table are.

::

    time: {column: UTC, format: iso, scale: utc}
    columns:
      TEMP_1: SA_TEMP
      TEMP_2: {msid: SA_TEMP_B, unit: degC, quality: FLAG_2}
    units_row: true
    missing: ["", N/A, -999]

==============  ===================================================================================================
key             value
==============  ===================================================================================================
``time``        the column (a list where date and time of day have two), or a mapping of ``column``, ``format``,
                ``scale``, ``unit``, ``epoch``
``columns``     columns and their MSIDs: text, or a mapping of ``msid``, ``unit``, ``type``, ``quality``; or a list of
                columns that are named as their MSIDs are
``msid``        of a long table: the column of MSIDs
``value``       of a long table: the column of values
``quality``     the column that says which samples are bad, for all columns without one of their own
``delimiter``   what stands between fields: one character, or ``tab``; by default found out
``encoding``    by default UTF-8, and Latin-1 where bytes are not
``comment``     lines that begin with this are left out; by default those with ``#`` before the header
``skip_rows``   lines before the header to leave out
``names``       names of the columns of a file without a header
``units_row``   whether the row after the header holds units
``missing``     texts that mean that there is no value
``decimal``     what stands before decimals, ``.`` or ``,``; by default a comma where semicolons stand between fields
==============  ===================================================================================================
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from jeta.errors import FormatError, MsidNameError, TdbError
from jeta.formats.files import with_name
from jeta.formats.table.rules import (
    NUMBER_FORMATS,
    SCALES,
    TEXT_FORMATS,
    TYPES,
    UNITS_NS,
    ColumnRule,
    TimeRule,
)
from jeta.tdb import check_name
from jeta.tdb.document import read_members
from jeta.tdb.nodes import Branch, show
from jeta.tdb.reading import flag, integer, one_of, plain
from jeta.tdb.rules import FieldError
from jeta.tdb.value_types import canonical_type
from jeta.times.text_arrays import read_absolute_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jeta.formats.protocol import AnyPath
    from jeta.tdb.nodes import Node

T = TypeVar("T")

_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "blank": " "}
_TYPE_OF_KIND = {"f": "float", "i": "integer", "u": "integer", "b": "bool"}
_FORMATS_WITH_ZERO = frozenset({"unix", "cxcsec", "gps"})
"""Formats of numbers that count from an instant of their own, on a clock of their own."""
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What a mapping file says; what it leaves out has the default of the attribute.

    Attributes
    ----------
    path : Path or None
        The file.
    time : TimeRule
        How times are written.
    columns : tuple of ColumnRule
        The columns to take; all where it is empty.
    msid, value, quality : str or None
        Columns by what they are.
    delimiter, encoding, comment : str or None
        How the text is to be read; None where that is found out.
    skip_rows : int
        Lines to leave out.
    names : tuple of str
        Names of columns, where there is no header.
    units_row : bool
        Whether a row of units follows the header.
    missing : frozenset of str
        What stands for no value.
    decimal : {'.', ',', None}
        The decimal sign; None for a point, or a comma where semicolons stand between fields.
    """

    path: Path | None = None
    time: TimeRule = TimeRule()  # noqa: RUF009 - it is immutable
    columns: tuple[ColumnRule, ...] = ()
    msid: str | None = None
    value: str | None = None
    quality: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    comment: str | None = None
    skip_rows: int = 0
    names: tuple[str, ...] = ()
    units_row: bool = False
    missing: frozenset[str] = field(default=frozenset({""}))
    decimal: str | None = None

    def named_columns(self) -> list[str]:
        """Return the columns that the mapping names, which a table must have."""
        return list(dict.fromkeys([*self.time.columns, *self.other_columns()]))

    def other_columns(self) -> list[str]:
        """Return those of them that hold something else than the time."""
        named = [self.msid, self.value, self.quality]
        named += [name for rule in self.columns for name in (rule.column, rule.quality)]
        return [name for name in dict.fromkeys(named) if name is not None]


def read_mapping(path: AnyPath) -> TableMapping:
    """Read a mapping file.

    Parameters
    ----------
    path : str or path-like
        YAML, with the keys of this module.

    Returns
    -------
    TableMapping
        What it says.

    Raises
    ------
    FormatError
        If it is not YAML, a key is not known, or a value is not what the key takes; the message gives file and line.
    OSError
        If the file is not there or may not be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise FormatError(f"{path}: expected a mapping of some lines, but the file has more than {_MAX_BYTES:,} bytes")
    found = TableMapping(path)
    seen: set[str] = set()
    line = 1
    try:
        for key, line, node in read_members(data, str(path)):  # noqa: B007 - the line is for the message
            name = _known("" if key is None else key, [known for known in _READERS if known not in seen])
            seen.add(name)
            found = _READERS[name](found, node)
        return _checked(found)
    except RecursionError as err:
        raise FormatError(f"{path}: expected a mapping of two levels, but it has levels without end") from err
    except (TdbError, MsidNameError) as err:
        message, line = str(err), getattr(err, "line", 0) or line
        raise with_name(
            FormatError(message if message.startswith(f"{path}:") else f"{path}:{line}: {message}"), path
        ) from err


def _known(key: str, keys: list[str]) -> str:
    """The canonical spelling of a key."""
    name = plain(key)
    if name not in keys:
        raise TdbError(f"key {key!r}: no such key, or it was there before; expected {one_of(name, keys)}")
    return name


def _known_key(key: str, keys: list[str], _: Node) -> str:
    """The canonical spelling of a key, as a reader."""
    return _known(key, keys)


def _text(node: Node, key: str) -> str:
    """A scalar."""
    if not isinstance(node, str) or not node:
        raise TdbError(f"key {key!r}: expected text, got {show(node)}")
    return str(node)


def _texts(node: Node, key: str) -> list[str]:
    """A list of scalars, or one."""
    nodes = node if isinstance(node, list) else [node]
    if not all(isinstance(one, str) for one in nodes):
        raise TdbError(f"key {key!r}: expected a list of texts, got {show(node)}")
    return [str(one) for one in nodes]


def _choice(node: Node, key: str, known: Sequence[str]) -> str:
    """One of some words."""
    word = _text(node, key).lower()
    if word not in known:
        raise TdbError(f"key {key!r}: expected {one_of(word, list(known))}, got {show(node)}")
    return word


def _members(node: Branch, key: str, keys: list[str]) -> dict[str, tuple[int, Node]]:
    """The members of a mapping with their lines; keys must be known and come once."""
    found: dict[str, tuple[int, Node]] = {}
    for name, line, value in node.items:
        known = _read(partial(_known_key, name, keys), value, line)
        if known in found:
            raise FieldError(f"key {key!r}: expected {known} once", key, line)
        found[known] = (line, value)
    return found


def _read(read: Callable[[Node], T], node: Node, line: int) -> T:
    """Read a value; an error gets its line."""
    try:
        return read(node)
    except (TdbError, MsidNameError) as err:
        raise FieldError(str(err), "", getattr(err, "line", 0) or line) from err


def _time_format(node: Node) -> str:
    """A format of times: a word, or a pattern."""
    text = _text(node, "format")
    if "%" not in text:
        return _choice(node, "format", [*TEXT_FORMATS, *NUMBER_FORMATS])
    try:
        datetime.strptime("?", text)  # noqa: DTZ007 - only the pattern counts
    except ValueError as err:
        if not str(err).startswith("time data"):
            raise TdbError(
                f"key 'format': expected a pattern of strptime such as '%d.%m.%Y %H:%M:%S', got {text!r}: {err}"
            ) from err
    return text


def _epoch(node: Node) -> str:
    """The zero of numbers."""
    text = _text(node, "epoch")
    if not read_absolute_texts(np.array([text])).valid[0]:
        raise TdbError(f"key 'epoch': expected a date such as 2000-01-01T12:00:00, got {show(node)}")
    return text


_TIME_KEYS: dict[str, Callable[[Node], str]] = {
    "format": _time_format,
    "scale": lambda node: _choice(node, "scale", SCALES),
    "unit": lambda node: _choice(node, "unit", list(UNITS_NS)),
    "epoch": _epoch,
}


def _read_time(found: TableMapping, node: Node) -> TableMapping:
    """The key ``time``."""
    if not isinstance(node, Branch):
        return replace(found, time=TimeRule(tuple(_texts(node, "time"))))
    members = _members(node, "time", ["column", *_TIME_KEYS])
    columns = tuple(_texts(members.pop("column")[1], "column")) if "column" in members else ()
    said = {key: _read(_TIME_KEYS[key], value, line) for key, (line, value) in members.items()}
    if "epoch" in said:
        said.setdefault("format", "elapsed")
    elif said.get("format") == "elapsed":
        raise TdbError("key 'time': format elapsed needs an epoch, such as epoch: 2000-01-01T12:00:00")
    _check_time(said)
    return replace(found, time=TimeRule(columns, **said))


def _check_time(said: dict[str, str]) -> None:
    """Refuse what is said of times beside a format that it does not go with."""
    form = said.get("format")
    if "epoch" in said and form != "elapsed":
        raise TdbError(f"key 'time': format {form!r} has an epoch of its own; leave out epoch, or say format: elapsed")
    if said.get("scale", "utc") != "utc" and form in _FORMATS_WITH_ZERO:
        raise TdbError(f"key 'time': format {form!r} has a scale of its own; leave out scale, or say format: elapsed")
    if "unit" in said and form not in {*_FORMATS_WITH_ZERO, "elapsed"}:
        raise TdbError("key 'time': unit is of numbers that count; it needs format: unix, cxcsec, gps or elapsed")


def _type(node: Node) -> str:
    """What values a column has: one of ours, or any word of the telemetry database."""
    word = _text(node, "type").lower()
    if word in TYPES:
        return word
    canonical = canonical_type(word)
    if canonical is None:
        raise TdbError(f"key 'type': expected {one_of(word, list(TYPES))}, got {show(node)}")
    return "text" if canonical in {"text", "state"} else _TYPE_OF_KIND[np.dtype(canonical).kind]


_COLUMN_KEYS: dict[str, Callable[[Node], str]] = {
    "msid": lambda node: check_name(_text(node, "msid")),
    "unit": lambda node: _text(node, "unit"),
    "type": _type,
    "quality": lambda node: _text(node, "quality"),
}


def _column(name: str, node: Node) -> ColumnRule:
    """What is said of one column."""
    if not isinstance(node, Branch):
        return ColumnRule(name, check_name(_text(node, name)))
    members = _members(node, name, list(_COLUMN_KEYS))
    said = {key: _read(_COLUMN_KEYS[key], value, line) for key, (line, value) in members.items()}
    return ColumnRule(name, **{"msid": said.get("msid") or check_name(name), **said})


def _read_columns(found: TableMapping, node: Node) -> TableMapping:
    """The key ``columns``."""
    if isinstance(node, list):
        rules = [ColumnRule(name, check_name(name)) for name in _texts(node, "columns")]
    elif isinstance(node, Branch):
        rules = [_read(partial(_column, name), value, line) for name, line, value in node.items]
    else:
        raise TdbError(f"key 'columns': expected columns and MSIDs, such as {{TEMP_1: SA_TEMP}}, got {show(node)}")
    for what in ("column", "msid"):
        names = [getattr(rule, what) for rule in rules]
        twice = [name for name, number in Counter(names).items() if number > 1]
        if twice:
            raise TdbError(f"key 'columns': expected each {what} once, but {twice[0]!r} is there again")
    return replace(found, columns=tuple(rules))


def _delimiter(node: Node) -> str:
    """One character."""
    text = _text(node, "delimiter")
    text = _DELIMITERS.get(text.lower(), text)
    if len(text) != 1 or text in '"\r\n\0':
        raise TdbError(f"key 'delimiter': expected one character, or tab, got {show(node)}")
    return text


def _encoding(node: Node) -> str:
    """A known encoding of text."""
    text = _text(node, "encoding")
    try:
        codec = codecs.lookup(text)
    except (LookupError, ValueError) as err:
        raise TdbError(f"key 'encoding': expected an encoding such as utf-8 or latin-1, got {show(node)}") from err
    if not getattr(codec, "_is_text_encoding", True):
        raise TdbError(f"key 'encoding': expected an encoding of text such as utf-8 or latin-1, got {show(node)}")
    return codec.name


def _skip_rows(node: Node) -> int:
    """A number of lines."""
    rows = integer(node, "skip_rows", "a number of lines of at least 0")
    if rows < 0:
        raise TdbError(f"key 'skip_rows': expected a number of lines of at least 0, got {show(node)}")
    return rows


def _sets(name: str, read: Callable[[Node], Any]) -> Callable[[TableMapping, Node], TableMapping]:
    """Make a reader of a key whose value goes into the attribute of its name."""
    return lambda found, node: replace(found, **{name: read(node)})


_READERS: dict[str, Callable[[TableMapping, Any], TableMapping]] = {
    "time": _read_time,
    "columns": _read_columns,
    "msid": _sets("msid", lambda node: _text(node, "msid")),
    "value": _sets("value", lambda node: _text(node, "value")),
    "quality": _sets("quality", lambda node: _text(node, "quality")),
    "delimiter": _sets("delimiter", _delimiter),
    "encoding": _sets("encoding", _encoding),
    "comment": _sets("comment", lambda node: _text(node, "comment")),
    "skip_rows": _sets("skip_rows", _skip_rows),
    "names": _sets("names", lambda node: tuple(_texts(node, "names"))),
    "units_row": _sets("units_row", lambda node: flag(node, "units_row")),
    "missing": _sets("missing", lambda node: frozenset({"", *(text.strip() for text in _texts(node, "missing"))})),
    "decimal": _sets("decimal", lambda node: _choice(node, "decimal", [".", ","])),
}


def _checked(found: TableMapping) -> TableMapping:
    """Refuse what does not go together."""
    if (found.msid is None) != (found.value is None):
        raise TdbError("a long table needs both: msid, the column of names, and value, the column of values")
    if found.msid is not None and found.columns:
        raise TdbError("expected either columns, of a wide table, or msid and value, of a long one, got both")
    if len(set(found.names)) < len(found.names):
        raise TdbError(f"key 'names': expected each name once, got {', '.join(found.names)}")
    return found
