"""The logger of jeta, silent until somebody asks.

jeta never prints: it logs to the logger ``jeta`` (and its children), which has no output of its own.
"""

from __future__ import annotations

import json
import logging
import math
import time
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        elif record.exc_text:  # of an entry of another process, see `replay`
            told["traceback"] = record.exc_text
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


class _Collector(logging.Handler):
    """Keeps what is logged as values that JSON can hold."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        super().__init__()
        self._entries = entries

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one entry."""
        entry = {"logger": record.name, "level": record.levelno, "created": record.created}
        entry["message"] = record.getMessage()
        entry["traceback"] = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        entry["fields"] = getattr(record, "fields", None)
        self._entries.append(_plain(entry))


def level() -> int:
    """Return the number of the least important level that jeta's log shows now."""
    return logging.getLogger(_ROOT).getEffectiveLevel()


@contextmanager
def collected(least: int) -> Iterator[list[dict[str, Any]]]:
    """Collect what is logged while a block lasts, for a process to hand to the one that it works for.

    Parameters
    ----------
    least : int
        The least important level, as that process has it: see `level`.

    Yields
    ------
    list of dict
        What is logged, as values that JSON can hold; to be handed to `replay` there.

    Examples
    --------
    >>> with collected(logging.INFO) as entries:
    ...     logger("jeta.x").info("%d rows", 3)
    >>> entries[0]["message"]
    '3 rows'
    """
    root, entries = logging.getLogger(_ROOT), list[dict[str, Any]]()
    before, handler = root.level, _Collector(entries)
    root.setLevel(least)
    root.addHandler(handler)
    try:
        yield entries
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def replay(entries: Iterable[Mapping[str, Any]]) -> None:
    """Log what another process has collected, as if it had been logged here, at the time at which it was."""
    for entry in entries:
        told = {"name": entry["logger"], "msg": entry["message"], "levelno": entry["level"], "fields": entry["fields"]}
        told |= {"levelname": logging.getLevelName(entry["level"]), "exc_text": entry["traceback"]}
        told["created"] = entry["created"]
        here = logging.getLogger(entry["logger"])
        if here.isEnabledFor(entry["level"]):
            here.handle(logging.makeLogRecord(told))


@contextmanager
def warnings_too() -> Iterator[None]:
    """Log what Python and other packages warn of while a block lasts, instead of printing it beside the log."""
    before = warnings.showwarning

    def tell(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        del file, line
        fields = {"category": category.__name__, "file": filename, "line": lineno}
        logger("jeta.warnings").warning("%s", message, extra={"fields": fields})

    warnings.showwarning = tell
    try:
        yield
    finally:
        warnings.showwarning = before
