"""``jeta fold``: what was committed into the columns."""

from __future__ import annotations

import argparse

from jeta import settings, update
from jeta.cli.options import add_archive, progress_bar, root_of

_EPILOG = """\
Readers see the same before and after; a folded archive is smaller and faster to read. Ingest does this by itself from time to
time.

example:
  jeta fold --archive /data/jwst --workers 2
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "fold",
        help="move committed rows into the columns",
        description="Move committed rows into the columns.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "--workers", type=_count, metavar="N", help="number of processes (default: JETA_WORKERS, else all cores)"
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def _count(text: str) -> int:
    """A number of processes as typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, but is {text!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Fold, and print how much there was."""
    workers = options.workers or settings.from_environment().workers
    with progress_bar("MSID") as progress:
        rows = update.fold(root_of(options), workers=workers, progress=progress)
    print(f"folded {rows:,} rows")
    return 0
