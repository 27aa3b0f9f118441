"""``jeta repair``: mend what can be mended from the archive itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, add_workers, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Lists of segments, state.json, statistics and the catalog are made anew where they are lost or damaged; what killed processes left
is removed or finished; the journal is folded. Samples are never changed: what is damaged of them, jeta restore  gets back from a
backup. Exit code 1 if an error is left. See what would be done with --dry-run first.

examples:
  jeta repair --dry-run
  jeta repair --full --archive /data/jwst
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "repair",
        help="mend lists, statistics, catalog, and what killed processes left",
        description="Mend what can be mended from the archive itself.",
        epilog=_EPILOG,
    )
    command.add_argument("--dry-run", action="store_true", help="change nothing, only say what would be mended")
    command.add_argument(
        "--full", action="store_true", help="look at every sample, statistic and record, not at lists and sizes only"
    )
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    add_workers(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Repair, and print what was done and what is left."""
    with terminal_bar("MSID") as progress:
        report = operations.repair(
            root_of(options), dry_run=options.dry_run, full=options.full, workers=options.workers, progress=progress
        )
    print(json.dumps(report.to_dict(), indent=2) if options.json else report)
    return 0 if report.is_whole else 1
