"""What a user writes to choose a source: its name, and options behind it.

::

    mast
    mast timeout=5 cache=None
    mast base="http://localhost:8000" retries=0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jeta.errors import SourceSpecError

_KEY = re.compile(r"\s+([A-Za-z_]\w*)\s*=")
_BLANK_OR_END = re.compile(r"\s|\Z")
_SECRET_WORD = re.compile(r"token|password|secret", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"((?:token|password|secret)\w*\s*=).*", re.IGNORECASE | re.DOTALL)
_NOT_A_LITERAL = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Spec:
    """A source as a user chose it.

    Attributes
    ----------
    name : str
        The source's name.
    options : mapping of str to object
        Options by name, in the order given.

    Examples
    --------
    >>> str(Spec("mast", {"timeout": 5, "token": "abc"}))
    'mast timeout=5 token=***'
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=lambda: _NONE)

    def __str__(self) -> str:
        shown = ("***" if _SECRET_WORD.search(key) else repr(value) for key, value in self.options.items())
        return " ".join([self.name, *(f"{key}={value}" for key, value in zip(self.options, shown, strict=True))])

    __repr__ = __str__

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What is equal for two choices of the same source with the same options, in whatever order."""
        return self.name, tuple(sorted((option, repr(value)) for option, value in self.options.items()))


def parse_spec(text: str) -> Spec:
    """Read a source with its options.

    Parameters
    ----------
    text : str
        A name, then any number of ``key=value``, blanks between. Values are Python literals: a text stands in quotes. Of
        two values for one key, the later counts.

    Returns
    -------
    Spec
        The name as written; whether there is such a source is not looked at.

    Raises
    ------
    SourceSpecError
        If this is no text, there is no name, or an option is not ``key=value`` with a Python literal.

    Examples
    --------
    >>> spec = parse_spec('mast base="http://localhost:8000" timeout=5')
    >>> spec.name, dict(spec.options)
    ('mast', {'base': 'http://localhost:8000', 'timeout': 5})
    """
    if not isinstance(text, str) or not text.strip():
        raise SourceSpecError(
            f"a data source is chosen by its name as a str, such as 'mast timeout=5', but got {text!r}"
        )
    stripped = text.strip()
    name = stripped.split(maxsplit=1)[0]
    at, options = len(name), {}
    while at < len(stripped):
        key = _KEY.match(stripped, at)
        if key is None:
            raise _refused(text, stripped[at:])
        options[key[1]], at = _literal(text, stripped, key.end())
    return Spec(name, MappingProxyType(options))


def _literal(text: str, stripped: str, start: int) -> tuple[Any, int]:
    """Read the shortest literal that ends where the next option begins, or the text ends."""
    for blank in _BLANK_OR_END.finditer(stripped, start):
        end = blank.start()
        if end < len(stripped) and not _KEY.match(stripped, end):
            continue
        try:
            return ast.literal_eval(stripped[start:end].strip()), end
        except _NOT_A_LITERAL:
            continue  # a blank within quotes or brackets, most likely: take more
    raise _refused(text, stripped[start:])


def _refused(text: str, rest: str) -> SourceSpecError:
    """Say where a source's options cannot be read; whatever may be a secret is left out."""
    hidden = _SECRET_VALUE.sub(r"\1***", text)
    where = "" if hidden != text else f" at {rest.strip()[:40]!r}"
    return SourceSpecError(
        f"cannot read the options of data source {hidden!r}{where}: expected key=value with a Python literal as value,"
        " such as timeout=5 or base='http://localhost:8000'"
    )
