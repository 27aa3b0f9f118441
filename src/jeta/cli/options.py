"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jeta import logs
from jeta.fetch import session


def add_archive(command: argparse.ArgumentParser) -> None:
    """Add ``--archive ROOT``."""
    command.add_argument(
        "--archive",
        metavar="ROOT",
        type=folder,
        help="root of the archive; by default what the environment's ENG_ARCHIVE says",
    )


def add_logging(command: argparse.ArgumentParser, *, is_verb: bool = False) -> None:
    """Add ``--debug`` and ``--log``.

    Parameters
    ----------
    command : ArgumentParser
        A command, or a verb of one.
    is_verb : bool
        Whether the command that it is a verb of has these options too: then it has no defaults, which would win over what
        stands before the verb.
    """
    unless_said: dict[str, Any] = {"default": argparse.SUPPRESS} if is_verb else {}
    command.add_argument(
        "--debug", action="store_true", help="show the log, and the whole traceback of an error", **unless_said
    )
    command.add_argument(
        "--log",
        choices=logs.FORMS,
        help="log what is done to standard error: as text, or as JSON, an object a line",
        **unless_said,
    )


def add_workers(command: argparse.ArgumentParser) -> None:
    """Add ``--workers N``."""
    command.add_argument(
        "--workers", type=count, metavar="N", help="number of processes (default: JETA_WORKERS, else all cores)"
    )


def folder(text: str) -> Path:
    """A folder as typed; an empty name is mostly a variable of the shell that is not set, and never the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the folder is empty; name one, or . for the current folder")
    return Path(text)


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
