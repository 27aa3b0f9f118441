"""Options that several commands share, and the progress bar."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.fetch import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def add_archive(command: argparse.ArgumentParser) -> None:
    """Add ``--archive ROOT``."""
    command.add_argument(
        "--archive",
        metavar="ROOT",
        type=Path,
        help="root of the archive; by default what the environment's ENG_ARCHIVE says",
    )


def add_workers(command: argparse.ArgumentParser) -> None:
    """Add ``--workers N``."""
    command.add_argument(
        "--workers", type=_count, metavar="N", help="number of processes (default: JETA_WORKERS, else all cores)"
    )


def _count(text: str) -> int:
    """A number of processes as typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, but is {text!r}")
    return int(text)


def root_of(options: argparse.Namespace) -> Path:
    """Return the root of the archive that a command works on.

    Raises
    ------
    ArchiveNotFoundError
        If neither ``--archive`` nor ``ENG_ARCHIVE`` names one.
    """
    if options.archive is None:
        return session.current_root()
    root: Path = options.archive.expanduser().absolute()
    return root


def readable(options: argparse.Namespace) -> Path | str:
    """Return what a command that only reads takes for its archive: one root, or several that are read as one.

    Raises
    ------
    ArchiveNotFoundError
        If neither ``--archive`` nor ``ENG_ARCHIVE`` names one.
    """
    return session.current_key() if options.archive is None else options.archive


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[..., None]]:
    """Show a bar on standard error while the block runs, if that is a terminal.

    Parameters
    ----------
    unit : str
        What is counted, such as ``"file"``.

    Yields
    ------
    callable
        To be called with the number done, the number in all, and optionally what comes next.
    """
    from tqdm import tqdm  # noqa: PLC0415 - only long commands need it

    with tqdm(unit=unit, disable=None, file=sys.stderr, leave=False) as bar:

        def show(done: int, total: int, what: object = None) -> None:
            bar.total = total
            bar.n = done
            bar.set_postfix_str("" if what is None else Path(str(what)).name)

        yield show
