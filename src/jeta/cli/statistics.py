"""``jeta statistics``: bring stored statistics up to date, or work them out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import update
from jeta.cli.options import add_archive, add_workers, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Folds keep statistics in step by themselves. This is for the rest: after calibrations have changed, after folds without
statistics, and for what  jeta verify  tells of. Fetches give the same numbers before and after, but may be slower before.
Killed anywhere, run it again: it goes on where it was.

examples:
  jeta statistics
  jeta statistics 'SA_*' --start 2022:143 --stop 2022:145 --rebuild
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "statistics",
        help="bring stored statistics up to date",
        description="Bring stored statistics up to date.",
        epilog=_EPILOG,
    )
    command.add_argument("msids", metavar="MSID", nargs="*", help="only these names or patterns, in any case")
    command.add_argument("--start", metavar="TIME", help="only bins from then on (default: all)")
    command.add_argument("--stop", metavar="TIME", help="only bins before (default: all)")
    command.add_argument("--rebuild", action="store_true", help="work out anew what is there too")
    add_workers(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Work out what is lacking, and print how much there is."""
    with terminal_bar("MSID") as progress:
        report = update.statistics(
            options.msids or None,
            options.start,
            options.stop,
            root_of(options),
            rebuild=options.rebuild,
            workers=options.workers,
            progress=progress,
        )
    print(report)
    return 0
