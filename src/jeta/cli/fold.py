"""``jeta fold``: what was committed into the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import update
from jeta.cli.options import add_archive, add_workers, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

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
    add_workers(command)
    command.add_argument(
        "--no-statistics",
        action="store_true",
        help="keep no statistics this time; fetches work them out until  jeta statistics  is run",
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Fold, and print how much there was."""
    statistics = False if options.no_statistics else None
    with terminal_bar("MSID") as progress:
        rows = update.fold(root_of(options), workers=options.workers, progress=progress, statistics=statistics)
    print(f"folded {rows:,} {'row' if rows == 1 else 'rows'}")
    return 0
