"""Small things that the ancestors' scripts import from fetch: a caching decorator, and a log handler."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Hashable
from typing import Any

LOGGER = "jeta"


class memoized:  # noqa: N801 - the ancestors' name of a decorator
    """Keep the results of a function by its positional arguments.

    Parameters
    ----------
    func : callable
        The function. Arguments that cannot be hashed, such as lists, are not kept.

    Attributes
    ----------
    cache : dict
        Results by tuple of arguments.

    Examples
    --------
    >>> @memoized
    ... def double(x):
    ...     return 2 * x
    >>> double(4), double.cache
    (8, {(4,): 8})
    """

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func
        self.cache: dict[tuple[Hashable, ...], Any] = {}
        functools.update_wrapper(self, func)

    def __call__(self, *args: Any) -> Any:
        """Return the result for some arguments, worked out once."""
        if not _is_hashable(args):
            return self.func(*args)
        if args not in self.cache:
            self.cache[args] = self.func(*args)
        return self.cache[args]

    def __repr__(self) -> str:
        return self.func.__doc__ or ""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Work as a method too."""
        return self if instance is None else functools.partial(self.__call__, instance)


def _is_hashable(value: Any) -> bool:
    """Whether something can be a key."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def add_logging_handler(
    level: int = logging.INFO, formatter: logging.Formatter | None = None, handler: logging.Handler | None = None
) -> None:
    """Let jeta's log appear, by default on standard error; each call adds one more handler.

    Parameters
    ----------
    level : int
        The least important level to show.
    formatter : logging.Formatter, optional
        How messages look; by default ``funcName: message``.
    handler : logging.Handler, optional
        Where they go; by default standard error.

    Examples
    --------
    ::

        fetch.add_logging_handler(logging.DEBUG)
    """
    if handler is None:
        handler = logging.StreamHandler()
    handler.setFormatter(formatter or logging.Formatter("%(funcName)s: %(message)s"))
    logger = logging.getLogger(LOGGER)
    logger.setLevel(level)
    logger.addHandler(handler)
