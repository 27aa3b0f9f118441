"""``jeta create``: a new archive."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from jeta.archive import create_archive
from jeta.cli.options import folder
from jeta.times import SYSTEMS

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
examples:
  jeta create /data/jwst
  jeta create /data/axaf --time-system cxcsec --earliest 1999:204
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "create", help="make a new, empty archive", description="Make a new, empty archive.", epilog=_EPILOG
    )
    command.add_argument("root", metavar="ROOT", type=folder, help="a folder that is empty or does not exist")
    command.add_argument("--name", help="what to call the archive; by default the folder's name")
    command.add_argument(
        "--time-system", choices=SYSTEMS, default="unix", help="what times count, in seconds (default: %(default)s)"
    )
    command.add_argument(
        "--earliest",
        default="1990-01-01",
        metavar="TIME",
        help="rows of files before are impossible (default: %(default)s)",
    )
    command.add_argument(
        "--latest",
        default="2090-01-01",
        metavar="TIME",
        help="rows of files from then on are impossible (default: %(default)s)",
    )
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Make the archive, and say what to do next."""
    archive = create_archive(
        options.root,
        name=options.name,
        time_system=options.time_system,
        earliest=options.earliest,
        latest=options.latest,
    )
    print(f"created {archive.root}\nnext:  export ENG_ARCHIVE={shlex.quote(str(archive.root))}  and  jeta ingest FILES")
    return 0
