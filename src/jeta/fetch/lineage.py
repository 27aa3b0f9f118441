"""Which MSIDs a computed MSID was made of: those that were fetched while it was worked out."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_noted: ContextVar[set[str] | None] = ContextVar("noted", default=None)


def note(msid: str) -> None:
    """Note that an MSID is fetched, by its upper-case name, if anybody wants to know."""
    noted = _noted.get()
    if noted is not None:
        noted.add(msid)


@contextmanager
def noting() -> Iterator[set[str]]:
    """Note what is fetched within a ``with`` block, by this thread.

    Yields
    ------
    set of str
        Upper-case names; they come as they are fetched. Whoever notes around this block is told of them too.
    """
    around = _noted.get()
    found: set[str] = set()
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)
        if around is not None:
            around |= found
