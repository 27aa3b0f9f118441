"""Which MSIDs an update or an operation is about."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jeta.errors import UnknownMsidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def chosen(known: Sequence[str], typed: str | Iterable[str] | None, where: object) -> list[str]:
    """Return the MSIDs that names and patterns choose.

    Parameters
    ----------
    known : sequence of str
        Those there are, exact upper-case names.
    typed : str, iterable of str, or None
        Names, or patterns with ``*``, ``?`` or ``[...]``, in any case; None for all.
    where : path or str
        The archive or backup, for messages.

    Returns
    -------
    list of str
        Sorted.

    Raises
    ------
    UnknownMsidError
        If a name or pattern is that of none: a misspelt one must not pass for done.

    Examples
    --------
    >>> chosen(["SA_TEMP", "SE_VOLT"], "sa_*", "lab")
    ['SA_TEMP']
    """
    if typed is None:
        return sorted(known)
    found: set[str] = set()
    for name in [typed] if isinstance(typed, str) else typed:
        if not isinstance(name, str):
            raise UnknownMsidError(
                f"names must be texts such as 'SA_*', but one is {name!r}; jeta info lists the MSIDs"
            )
        matches = [each for each in known if fnmatchcase(each, name.upper())]
        if not matches:
            raise UnknownMsidError(f"no MSID of {where} is called {name!r}; jeta info lists those there are")
        found.update(matches)
    return sorted(found)
