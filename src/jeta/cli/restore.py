"""``jeta restore``: from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, folder, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Without MSIDs, an archive that is there is mended: what  jeta verify  finds damaged or missing is put back, and all else stays,
later samples too. Where there is nothing, the whole archive is put. With MSIDs, samples that the archive lacks of them are
added. Digests are compared before a file takes its place. Exit code 1 if damage remains.

examples:
  jeta restore /backup/jwst                                   mend the archive in use from the latest backup
  jeta restore /backup/jwst/JWST-20260101T000000Z --archive /data/again
  jeta restore /backup/jwst --msids 'SA_*'
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "restore",
        help="get back from a backup",
        description="Mend an archive from a backup, or get it back as a whole or by MSID.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "backup", metavar="BACKUP", type=folder, help="a backup, or a folder of them, of which the latest is taken"
    )
    command.add_argument("--msids", metavar="MSID", nargs="+", help="only these: names or patterns")
    command.add_argument(
        "--replace",
        action="store_true",
        help="make these MSIDs what they were in the backup; their later samples are lost",
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Restore, and print what was done and what remains."""
    with terminal_bar("step") as progress:
        report = operations.restore(
            options.backup, root_of(options), msids=options.msids, replace=options.replace, progress=progress
        )
    for path in report.mended:
        print(f"mended: {path}")
    for finding in report.remaining:
        print(finding)
    if report.absent:
        print(f"in the backup but not here: {', '.join(report.absent)}; name them with --msids to get them")
    print(report)
    return 1 if report.remaining else 0
