"""``jeta flag``: say that samples are bad, undo it, list what was said."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from jeta import fetch, operations
from jeta.cli.options import add_archive, readable, root_of
from jeta.cli.spans import START_STOP, typed_time
from jeta.cli.table import add_csv, print_rows
from jeta.errors import ValuesError
from jeta.fetch import session
from jeta.fetch.flag_list import COLUMNS, flags_of

if TYPE_CHECKING:
    from jeta.fetch.flag_list import FlagList

_EPILOG = f"""\
{START_STOP}Write  --  before the names if a time begins with a minus sign.
What is stored does not change: fetches and statistics leave flagged samples out at once, and no more once the flag is undone.
Samples that come later are flagged too. Who said what, when and why stays listed for ever.

examples:
  jeta flag SA_ZATTEST2 2022:143:00:36 2022:143:00:40 --reason "star tracker blinded by the Moon"
  jeta flag 'SA_*' SE_ZBUSVLT 2022:150 2022:151 --reason "simulator data" --by ann
  jeta flag --list
  jeta flag --list 'SA_*'
  jeta flag --undo 3 --reason "it was the other tracker"
"""
_LEAST_WORDS = 3


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "flag",
        help="say that samples are bad, undo it, list what was said",
        description="Say that samples of a span are bad, undo it, or list what was said.",
        usage="jeta flag MSID [MSID ...] START STOP --reason TEXT [--by WHO]\n"
        "       jeta flag --undo ID --reason TEXT [--by WHO]\n"
        "       jeta flag --list [MSID ...] [--csv]",
        epilog=_EPILOG,
    )
    command.add_argument(
        "words",
        metavar="MSID START STOP",
        nargs="*",
        help="names or patterns, in any case, and the span; with --list only names",
    )
    command.add_argument("--reason", metavar="TEXT", help="why; it must be given")
    command.add_argument("--by", metavar="WHO", help="who says so (default: the user)")
    what = command.add_mutually_exclusive_group()
    what.add_argument("--undo", metavar="ID", type=int, help="undo the flag of this number")
    what.add_argument("--list", action="store_true", help="list flags, those that were undone too")
    add_csv(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Set, undo or list."""
    if options.list:
        return _list(options)
    if options.reason is None:
        raise ValuesError("nothing is flagged or undone without a reason; give one:  --reason TEXT")
    if options.undo is not None:
        return _undo(options)
    return _set(options)


def _list(options: argparse.Namespace) -> int:
    """Print the flags."""
    with fetch.set_archive(readable(options)):
        archive = session.current_archive()
        found = flags_of(archive, options.words or None)
    if options.csv:
        _print_csv(found)
    elif found:
        print_rows(COLUMNS, found.cells(), as_csv=False)
    else:
        print("no flag found")
    return 0


def _print_csv(found: FlagList) -> None:
    """Print all names, and seconds to the last digit, for programs."""
    head = (
        "id",
        "msids",
        "tstart",
        "tstop",
        "start",
        "stop",
        "who",
        "when",
        "reason",
        "undone",
        "undone_by",
        "undone_reason",
    )
    rows = []
    for each in found:
        flag, undo = each.flag, each.undo
        own = [str(flag.id), " ".join(flag.msids), repr(flag.tstart), repr(flag.tstop), flag.datestart, flag.datestop]
        undone = ["", "", ""] if undo is None else [undo.when_utc, undo.who, undo.reason]
        rows.append([*own, flag.who, flag.when_utc, flag.reason, *undone])
    print_rows(head, rows, as_csv=True)


def _undo(options: argparse.Namespace) -> int:
    """Undo a flag, and say so."""
    if options.words:
        raise ValuesError(f"--undo takes the number of a flag alone, but got {' '.join(options.words)!r} as well")
    done = operations.unflag(options.undo, options.reason, by=options.by, archive=root_of(options))
    print(f"flag {done.flag_id} undone by {done.who}: {done.reason}")
    return 0


def _set(options: argparse.Namespace) -> int:
    """Set a flag, and say so."""
    if len(options.words) < _LEAST_WORDS:
        raise ValuesError(
            f"expected names, a start and a stop, but got {' '.join(options.words)!r}; see  jeta flag --help"
        )
    *msids, start, stop = options.words
    done = operations.flag(
        msids, typed_time(start), typed_time(stop), options.reason, by=options.by, archive=root_of(options)
    )
    print(done)
    if done.note:
        print(f"note: {done.note}", file=sys.stderr)
    return 0
