"""``jeta verify``: check that the archive is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Compares checksums, order and counts of every sample, and lists what killed processes have left behind (notes; harmless).
Exit code 1 if there is an error. Nothing is changed, and the archive may be written to meanwhile.

examples:
  jeta verify
  jeta verify --fast --archive /data/jwst
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "verify", help="check that the archive is whole", description="Check that the archive is whole.", epilog=_EPILOG
    )
    command.add_argument(
        "--fast", action="store_true", help="look at lists, sizes and tables only, not at every sample"
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Verify, and print the findings."""
    root = root_of(options)
    with terminal_bar("MSID") as progress:
        findings = operations.verify(root, full=not options.fast, progress=progress)
    for finding in findings:
        print(finding)
    errors = sum(finding.severity == "error" for finding in findings)
    notes = len(findings) - errors
    print(f"{root}: {errors} error{'' if errors == 1 else 's'}, {notes} note{'' if notes == 1 else 's'}")
    return 1 if errors else 0
