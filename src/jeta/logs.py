"""The logger of jeta, silent until somebody asks.

jeta never prints: it logs to the logger ``jeta`` (and its children), which has no output of its own.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = "jeta"
logging.getLogger(_ROOT).addHandler(logging.NullHandler())

FORMS = ("text", "json")
"""How a log may look."""

_DEEPEST = 8
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def logger(name: str) -> logging.Logger:
    """Return the logger of one part of jeta.

    Parameters
    ----------
    name : str
        A module's ``__name__``.

    Examples
    --------
    >>> logger("jeta.update").name
    'jeta.update'
    """
    return logging.getLogger(name)


class JsonFormatter(logging.Formatter):
    """Makes one line of JSON of each entry of a log.

    An object has ``time`` (UTC, ISO), ``level``, ``logger``, ``message``; ``traceback`` where there is one; and whatever the call
    gave as ``extra={"fields": {...}}``, under its own name. A field that is called like one of those gets a ``_`` behind its name.
    What JSON has no word for is told as a text.

    Examples
    --------
    >>> entry = logging.LogRecord("jeta.x", logging.INFO, "", 0, "%d rows", (3,), None)
    >>> entry.created, entry.fields = 0.5, {"rows": 3}
    >>> JsonFormatter().format(entry)
    '{"time": "1970-01-01T00:00:00.500Z", "level": "INFO", "logger": "jeta.x", "message": "3 rows", "rows": 3}'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line break."""
        whole_s = math.floor(record.created)
        millis = math.floor((record.created - whole_s) * 1000)
        told: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole_s))}.{millis:03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        fields = getattr(record, "fields", None)
        for key, value in fields.items() if isinstance(fields, Mapping) else ():
            name = str(key)
            while name in told:
                name += "_"
            told[name] = value
        return json.dumps(_plain(told), allow_nan=False)


def _plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {_text(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_plain(each, depth + 1) for each in value]
    # A number of numpy's has Python's own in it.
    return _plain(value.item(), depth + 1) if hasattr(value, "item") and depth < _DEEPEST else _text(value)


def _text(value: object) -> str:
    """A text that every reader of JSON takes: bytes of file names that are no UTF-8 are told by their numbers."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def show(level: int | str = "INFO", stream: TextIO | None = None, *, form: str = "text") -> logging.Handler:
    """Turn jeta's log on, in a notebook or a script.

    Parameters
    ----------
    level : int or str
        The least important level to show.
    stream : file, optional
        Where to write; standard error by default.
    form : {'text', 'json'}
        Lines for people, or a JSON object a line for programs, see `JsonFormatter`.

    Returns
    -------
    logging.Handler
        The handler that was added; hand it to ``logging.getLogger("jeta").removeHandler`` to turn the log off.

    Raises
    ------
    ValueError
        If there is no such level or form.

    Examples
    --------
    ::

        logs.show("INFO", open("jeta.log", "a"), form="json")
    """
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, but is {form!r}")
    root = logging.getLogger(_ROOT)
    root.setLevel(level)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(_TEXT))
    root.addHandler(handler)
    return handler


@contextmanager
def shown(level: int | str = "INFO", stream: TextIO | None = None, *, form: str = "text") -> Iterator[logging.Handler]:
    """Show jeta's log for as long as a block lasts.

    Parameters
    ----------
    level, stream, form
        As for `show`.

    Yields
    ------
    logging.Handler
        The handler.
    """
    root = logging.getLogger(_ROOT)
    before = root.level
    handler = show(level, stream, form=form)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
