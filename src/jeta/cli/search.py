"""``jeta search``: MSIDs by words, of the telemetry database and of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import fetch
from jeta.cli.options import add_archive, readable
from jeta.cli.table import add_csv, print_rows

if TYPE_CHECKING:
    import argparse

_HEAD = ("msid", "type", "unit", "subsystem", "description")
_EPILOG = """\
Every word must appear in name, description, unit or subsystem. Exit code 1 if nothing was found.

examples:
  jeta search battery temperature
  jeta search wheel --unit rpm --csv
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "search", help="find MSIDs by words", description="Find MSIDs by words, the best matches first.", epilog=_EPILOG
    )
    command.add_argument("words", metavar="WORD", nargs="*", help="what to look for (default: all MSIDs)")
    command.add_argument("--unit", help="only MSIDs of this unit, or of units that the pattern matches")
    command.add_argument("--subsystem", help="likewise")
    command.add_argument("--limit", type=int, metavar="N", help="at most so many")
    add_csv(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Search, and print what was found."""
    with fetch.set_archive(readable(options)):
        found = fetch.search(options.words, options.unit, options.subsystem, options.limit)
    rows = [
        [entry.name, entry.type or "", entry.unit or "", entry.subsystem or "", entry.description] for entry in found
    ]
    print_rows(_HEAD, rows, as_csv=options.csv)
    return 0 if found else 1
