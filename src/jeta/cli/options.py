"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from jeta.fetch import session


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
        "--workers", type=count, metavar="N", help="number of processes (default: JETA_WORKERS, else all cores)"
    )


def count(text: str) -> int:
    """A whole number of at least 1 as typed."""
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
