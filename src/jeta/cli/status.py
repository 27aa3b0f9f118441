"""``jeta status``: how the archive stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, root_of

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
What it holds, what waits in the journal, who writes to it, what became of the source files and their rows, which files are held
back, the last runs of the ingest, and how much room all that takes. Nothing is changed.

examples:
  jeta status
  jeta status --json --fast
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "status",
        help="what the archive holds, what waits, what came of its ingests",
        description="Tell how the archive stands.",
        epilog=_EPILOG,
    )
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.add_argument("--fast", action="store_true", help="do not add up the sizes of files")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Print how the archive stands."""
    found = operations.status(root_of(options), sizes=not options.fast)
    print(json.dumps(found.to_dict(), indent=2) if options.json else found)
    return 1 if found.problems else 0
