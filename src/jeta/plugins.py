"""What other packages add to jeta by entry points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.metadata import EntryPoint

_LOG = logger(__name__)

LOAD_ERRORS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What importing a module and making an object commonly raise."""


def points(group: str) -> list[EntryPoint]:
    """Return the entry points of a group, sorted by name; nothing is loaded.

    Parameters
    ----------
    group : str
        Such as ``"jeta.formats"``.

    Examples
    --------
    >>> points("jeta.no_such_group")
    []
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - a third of what importing fetch costs otherwise

    return sorted(entry_points(group=group), key=lambda point: point.name)


def load(group: str, kind: str, make: Callable[[Any], Any] = lambda found: found) -> Iterator[tuple[EntryPoint, Any]]:
    """Load the plug-ins of a group one by one; one that fails is set aside, and a warning is logged.

    Parameters
    ----------
    group : str
        Such as ``"jeta.formats"``.
    kind : str
        What a plug-in is, for the warning, such as ``"format"``.
    make : callable, optional
        Called with what was loaded; returns what is yielded. It may fail as loading may.

    Yields
    ------
    point : EntryPoint
        Name and value of the entry point.
    found : object
        What it names, or what `make` made of that.

    Examples
    --------
    >>> list(load("jeta.no_such_group", "example"))
    []
    """
    for point in points(group):
        try:
            found = make(point.load())
        except LOAD_ERRORS as err:
            set_aside(point, kind, f"{type(err).__name__}: {err}")
            continue
        yield point, found


def set_aside(point: EntryPoint, kind: str, why: str) -> None:
    """Log that a plug-in is not used.

    Parameters
    ----------
    point : EntryPoint
        The plug-in.
    kind : str
        What it is, such as ``"format"``.
    why : str
        Why it is not used.
    """
    _LOG.warning("%s %s of %s set aside: %s", kind, point.name, point.value, why)
