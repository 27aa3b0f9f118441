"""``jeta destroy``: remove an archive for good."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import folder

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Asks for the archive's name first. Nothing is removed if the folder is a link or holds anything that is not of the archive. The
archive is never taken from the environment.

example:
  jeta destroy /data/rehearsal
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "destroy", help="remove an archive for good", description="Remove an archive for good.", epilog=_EPILOG
    )
    command.add_argument("root", metavar="ROOT", type=folder, help="the archive's folder")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--with-sources",
        action="store_true",
        help="remove the source files too that lie in its folders staging, processed and rejected",
    )
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Ask, and destroy."""
    root = options.root.expanduser().absolute()
    name = operations.check_destroyable(root, with_sources=options.with_sources)
    if not options.yes and not _is_meant(root, name):
        return 2
    files = operations.destroy(root, yes=True, with_sources=options.with_sources)
    print(f"removed {root}, {files:,} files")
    return 0


def _is_meant(root: Path, name: str) -> bool:
    """Whether somebody at a terminal types the archive's name."""
    if not sys.stdin.isatty():
        print("jeta: error: nobody is there to ask; say --yes if the archive is to be removed", file=sys.stderr)
        return False
    print(f"{root} will be removed with all its samples. Type its name, {name}, to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() == name:
        return True
    print("jeta: error: that is not its name; nothing was removed", file=sys.stderr)
    return False
