"""Progress bars that suit where they are shown: a widget in a notebook, a line on a terminal, nothing elsewhere.

Unless told otherwise, bars are shown in notebooks only, and only for work that takes longer than a second.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Tell = Callable[..., None]

_Item = TypeVar("_Item")

_DELAY_S = 1.0
"""What is done within this time needs no bar."""
_terminal: ContextVar[bool] = ContextVar("terminal", default=False)


def in_notebook() -> bool:
    """Tell whether this runs in the kernel of a notebook.

    Examples
    --------
    >>> in_notebook()
    False
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


@contextmanager
def on_terminal() -> Iterator[None]:
    """Show the bars of `over` on a terminal too, while the block runs: for programs that are run by people."""
    token = _terminal.set(True)
    try:
        yield
    finally:
        _terminal.reset(token)


def over(items: Sequence[_Item], unit: str) -> Iterable[_Item]:
    """Go through some items, with a bar where one is wanted.

    Parameters
    ----------
    items : sequence
        The items.
    unit : str
        What they are, such as ``"MSID"``.

    Returns
    -------
    iterable
        The items, or a bar that hands them out.

    Examples
    --------
    >>> list(over(["A", "B"], "MSID"))
    ['A', 'B']
    """
    if len(items) < 2 or not (_terminal.get() or in_notebook()):
        return items
    shown: Iterable[_Item] = _bar(items, unit=unit, delay=_DELAY_S, disable=None)
    return shown


@contextmanager
def telling(progress: bool | Tell | None, unit: str, title: str | None = None) -> Iterator[Tell]:
    """Give what is to be called as some work goes on.

    Parameters
    ----------
    progress : bool, callable, or None
        True for a bar, False for nothing, None for a bar in notebooks; a callable is given back as it is.
    unit : str
        What is counted, such as ``"file"``.
    title : str, optional
        What is being done; by default what each call says.

    Yields
    ------
    callable
        To be called with the number done, the number in all, and optionally what comes next.

    Examples
    --------
    >>> with telling(None, "file") as tell:
    ...     tell(1, 2)
    """
    if callable(progress):
        yield progress
    elif progress or (progress is None and in_notebook()):
        delay_s = 0.0 if progress else _DELAY_S
        with _bar(unit=unit, desc=title, delay=delay_s) as bar:
            yield _teller(bar, names=title is None, delay_s=delay_s)
    else:
        yield _silent


@contextmanager
def terminal_bar(unit: str, *, shown: bool = True) -> Iterator[Tell]:
    """Give the same with a bar that is shown on a terminal only, and is gone at the end.

    Parameters
    ----------
    unit : str
        What is counted.
    shown : bool
        False for no bar.

    Yields
    ------
    callable
        As `telling`.
    """
    with _bar(unit=unit, leave=False, disable=None if shown else True) as bar:
        yield _teller(bar, names=True)


def _bar(items: Sequence[Any] | None = None, **options: Any) -> Any:
    """A bar on standard error, or a widget where the kernel's page can show one."""
    # only long work needs tqdm
    if in_notebook() and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm as widget  # noqa: PLC0415

        return widget(items, **options)
    from tqdm import tqdm  # noqa: PLC0415

    return tqdm(items, file=sys.stderr, **options)


def _teller(bar: Any, *, names: bool, delay_s: float = 0.0) -> Tell:
    """What moves a bar; not before its delay is over, since a widget shows itself when it is reset."""
    began_s = monotonic()

    def tell(done: int, total: int, what: object = None) -> None:
        if monotonic() - began_s < delay_s:
            return
        if total != bar.total or done < bar.n:
            bar.reset(total)
        if names:
            bar.set_description("" if what is None else Path(str(what)).name, refresh=False)
        bar.update(done - bar.n)

    return tell


def _silent(done: int, total: int, what: object = None) -> None:
    """Show nothing."""
    del done, total, what
