"""``jeta truncate``: remove the samples from an instant on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, add_workers, root_of
from jeta.cli.table import table
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Samples at TIME and later are removed, those before stay; statistics are brought into step. Files that hold them may be ingested
again. Interrupted, run it again. See what would go with --dry-run first: only a backup brings samples back.

examples:
  jeta truncate 2026:143:12:00:00 --dry-run
  jeta truncate 2026:143 --msids SA_TEMP 'SE_*'
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "truncate",
        help="remove the samples from an instant on",
        description="Remove the samples from an instant on.",
        epilog=_EPILOG,
    )
    command.add_argument("time", metavar="TIME", help="the instant, itself removed")
    command.add_argument("--msids", metavar="MSID", nargs="+", help="only of these: names or patterns; by default all")
    command.add_argument("--dry-run", action="store_true", help="change nothing, only say what would go")
    add_workers(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Truncate, and print how much went of each MSID."""
    with terminal_bar("MSID") as progress:
        report = operations.truncate(
            root_of(options),
            options.time,
            msids=options.msids,
            dry_run=options.dry_run,
            workers=options.workers,
            progress=progress,
        )
    if report.rows:
        print(
            table(["msid", "samples"], [[name, f"{rows:,}"] for name, rows in report.rows.items()], right=["samples"])
        )
    print(report)
    return 0
