"""The logger of jeta, silent until somebody asks.

jeta never prints: it logs to the logger ``jeta`` (and its children), which has no output of its own.
"""

from __future__ import annotations

import logging
from typing import TextIO

_ROOT = "jeta"
logging.getLogger(_ROOT).addHandler(logging.NullHandler())


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


def show(level: int | str = "INFO", stream: TextIO | None = None) -> logging.Handler:
    """Turn jeta's log on, in a notebook or a script.

    Parameters
    ----------
    level : int or str
        The least important level to show.
    stream : file, optional
        Where to write; standard error by default.

    Returns
    -------
    logging.Handler
        The handler that was added; hand it to ``logging.getLogger("jeta").removeHandler`` to turn the log off.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger(_ROOT)
    root.setLevel(level)
    root.addHandler(handler)
    return handler
