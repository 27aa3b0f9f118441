"""One thing that a repair does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Step(NamedTuple):
    """One thing that a repair does.

    Attributes
    ----------
    what : str
        In words, as an order: "fold 3 commits".
    do : callable
        Does it.
    paths : tuple of Path
        What is whole afterwards.
    """

    what: str
    do: Callable[[], object]
    paths: tuple[Path, ...] = ()
