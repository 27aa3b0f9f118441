"""``jeta staging``: files that wait to be ingested, and those that are held aside."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jeta.cli.options import add_archive, add_logging, root_of
from jeta.cli.spans import typed_time
from jeta.cli.table import add_csv, print_rows
from jeta.files import printable
from jeta.ingest.activities import BACKLOG
from jeta.ingest.staging import staging_of
from jeta.ingest.words import date_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jeta.ingest.activities import Staging

_EPILOG = """\
Deliveries arrive in the staging folder, which is  staging  in the archive's folder unless archive.yaml names another. Files that
are held are in an activity, a sub-folder: no ingest takes them. Nothing here deletes a file, or moves one over another.

examples:
  jeta staging list
  jeta staging hold E2022060000000_00.h5 --activity rehearsal --description "clock of the recorder was wrong"
  jeta staging release rehearsal --start 2022:060 --stop 2022:061
  jeta staging remove rehearsal
"""
_LIST_EPILOG = """\
A file is  ready,  arriving  (changed just now),  broken,  unreadable  (permission, disk),  ignored  (hidden, or named like a file
that is not finished),  refused  (a link or a device), or  other  (no telemetry). Times are UTC, and empty where a file does not
tell them without being read. What an ingest would do, and why:  jeta ingest --dry-run.

examples:
  jeta staging list
  jeta staging list --activity backlog --csv
"""
_HOLD_EPILOG = """\
The activity is made if there is none. Exit code 2 if a file is not there; then none is moved.

example:
  jeta staging hold E2022060000000_00.h5 E2022060030000_01.h5 --activity rehearsal
"""
_RELEASE_EPILOG = """\
Times are UTC in any form such as 2022:143, or Unix seconds; both ends are inside. Exit code 1 if there was nothing to release.

examples:
  jeta staging release backlog
  jeta staging release backlog --start 2022:060 --stop 2022:061
  jeta staging release backlog E2022060000000_00.h5
"""
_REMOVE_EPILOG = """\
example:
  jeta staging remove rehearsal
"""
_HEAD = ("file", "first", "last", "size", "format", "state", "note")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "staging",
        help="list files that wait to be ingested, hold some aside",
        description="List files that wait to be ingested, hold some aside, and release them.",
        epilog=_EPILOG,
    )
    verbs = command.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in (_add_list(verbs), _add_hold(verbs), _add_release(verbs), _add_remove(verbs)):
        verb.formatter_class = argparse.RawDescriptionHelpFormatter
        add_logging(verb, is_verb=True)
        add_archive(verb)
    return command


def _add_list(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add ``list``."""
    verb = verbs.add_parser(
        "list",
        help="list staged files and activities",
        description="List the files in the staging folder, and the activities; or the files of one activity.",
        epilog=_LIST_EPILOG,
    )
    verb.add_argument("--activity", metavar="NAME", help="list the files of this activity")
    add_csv(verb)
    verb.set_defaults(run=run_list)
    return verb


def _add_hold(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add ``hold``."""
    verb = verbs.add_parser(
        "hold",
        help="put files aside",
        description="Move staged files into an activity, where no ingest takes them.",
        epilog=_HOLD_EPILOG,
    )
    verb.add_argument("files", metavar="FILE", nargs="+", help="names of staged files, or their paths")
    verb.add_argument("--activity", metavar="NAME", default=BACKLOG, help="the activity (default: %(default)s)")
    verb.add_argument("--description", metavar="TEXT", default="", help="what a new activity is for")
    verb.add_argument("--note", metavar="TEXT", default="", help="what is to be known of these files")
    verb.set_defaults(run=run_hold)
    return verb


def _add_release(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add ``release``."""
    verb = verbs.add_parser(
        "release",
        help="move files of an activity back",
        description="Move files of an activity back to the staging folder, so that the next ingest takes them.",
        epilog=_RELEASE_EPILOG,
    )
    verb.add_argument("activity", metavar="NAME", help="the activity; it stays, even without files")
    verb.add_argument("files", metavar="FILE", nargs="*", help="only these files (default: all)")
    verb.add_argument("--start", metavar="TIME", help="only files that end at or after this")
    verb.add_argument("--stop", metavar="TIME", help="only files that begin at or before this")
    verb.set_defaults(run=run_release)
    return verb


def _add_remove(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add ``remove``."""
    verb = verbs.add_parser(
        "remove",
        help="remove an activity without files",
        description="Remove an activity that holds no files.",
        epilog=_REMOVE_EPILOG,
    )
    verb.add_argument("activity", metavar="NAME", help="the activity")
    verb.add_argument("--restore", action="store_true", help="move its files back to the staging folder first")
    verb.set_defaults(run=run_remove)
    return verb


def run_list(options: argparse.Namespace) -> int:
    """List files, and activities."""
    staging = staging_of(root_of(options))
    rows = [
        (
            printable(one.path.name),
            date_of(one.first_s),
            date_of(one.last_s),
            str(one.size),
            one.format,
            one.state,
            one.note,
        )
        for one in staging.entries(options.activity)
    ]
    if rows or options.csv:
        print_rows(_HEAD, rows, as_csv=options.csv)
    if options.csv:
        return 0
    where = staging.folder if options.activity is None else staging.folder / options.activity
    print(f"{_counted(len(rows))} in {printable(str(where))}")
    if options.activity is None:
        _print_activities(staging)
    return 0


def run_hold(options: argparse.Namespace) -> int:
    """Hold files aside."""
    staging = staging_of(root_of(options))
    moved = staging.hold(options.files, options.activity, description=options.description)
    if options.note:
        staging.flag(options.activity, moved, options.note)
    print(f"{_counted(len(moved))} moved to {printable(str(staging.folder / options.activity))}")
    return 0


def run_release(options: argparse.Namespace) -> int:
    """Release files."""
    staging = staging_of(root_of(options))
    moved = staging.release(
        options.activity, options.files or None, start=typed_time(options.start), stop=typed_time(options.stop)
    )
    _print_names(moved)
    print(f"{_counted(len(moved))} moved to {printable(str(staging.folder))}")
    return 0 if moved else 1


def run_remove(options: argparse.Namespace) -> int:
    """Remove an activity."""
    staging_of(root_of(options)).remove(options.activity, restore=options.restore)
    print(f"removed the activity {printable(options.activity)}")
    return 0


def _print_names(paths: Iterable[Path]) -> None:
    """A line for each file."""
    for path in paths:
        print(printable(path.name))


def _print_activities(staging: Staging) -> None:
    """A line for each activity."""
    for name in staging.activities():
        activity = staging.activity(name)
        flagged = f", {len(activity.flags):,} with a note" if activity.flags else ""
        about = f": {printable(activity.description)}" if activity.description else ""
        print(f"activity {printable(name)}, {_counted(len(activity.files))}{flagged}{about}")


def _counted(files: int) -> str:
    """A number of files in words."""
    return f"{files:,} file{'' if files == 1 else 's'}"
