"""``jeta backup``: a copy of the archive that is itself an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta import operations
from jeta.cli.options import add_archive, folder, root_of
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
Each backup is a folder of its own in FOLDER, of the state of one instant; the archive may be written to meanwhile. What the last
backup has already takes no room again. It appears under its name when it is whole. Exit code 1 if the archive lacks files that
it should have, or the check finds damage.

examples:
  jeta backup /backup/jwst
  jeta backup --check /backup/jwst
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "backup", help="make a backup, or check one", description="Make a backup, or check one.", epilog=_EPILOG
    )
    command.add_argument(
        "folder", metavar="FOLDER", type=folder, help="where backups are kept; for --check also a backup itself"
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--link",
        action="store_true",
        help="share files with the archive where the file system can: no room, but no help against a failing disk",
    )
    what.add_argument("--anew", action="store_true", help="copy everything, also what the last backup has")
    what.add_argument(
        "--check", action="store_true", help="make none, but compare every file of the latest with its digest"
    )
    what.add_argument("--list", action="store_true", help="make none, but list those there are, oldest first")
    command.add_argument(
        "--with-sources",
        action="store_true",
        help="take the source files too that lie in the archive's folders staging, processed and rejected",
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Make, check or list."""
    if options.list:
        paths = operations.backups_in(options.folder.expanduser().absolute())
        print("\n".join(map(str, paths)) or f"no backups in {options.folder}")
        return 0 if paths else 1
    if options.check:
        return _check(options.folder)
    with terminal_bar("MSID") as progress:
        report = operations.backup(
            root_of(options),
            options.folder,
            link=options.link,
            anew=options.anew,
            with_sources=options.with_sources,
            progress=progress,
        )
    print(report)
    for path in report.left_out:
        print(f"left out: {path} is a link to a folder, or no file")
    for path in report.lacking:
        print(f"lacking: {path} is listed in the archive but not there; run  jeta verify")
    return 1 if report.lacking else 0


def _check(folder: Path) -> int:
    """Check, and print the findings."""
    path = operations.backup_at(folder)
    with terminal_bar("file") as progress:
        findings = operations.verify_backup(path, progress=progress)
    for finding in findings:
        print(finding)
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"{path}: {errors} error{'' if errors == 1 else 's'}")
    return 1 if errors else 0
