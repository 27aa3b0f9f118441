"""``jeta mirror``: a copy of an archive, or of some of its MSIDs, that is kept up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta.cli.options import count
from jeta.errors import UnknownMsidError
from jeta.mirror import mirror, write_index
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
SOURCE is the folder of an archive, or the http(s) address of one that is published: run  jeta mirror --index ROOT  there after each
fold, and let any web server hand out the folder. DEST is itself an archive. Run again, with DEST alone if you like, only what is
new or changed travels. MSIDs and products that are named come to those chosen before; --prune drops the others. Exit code 2 if
something could not be had whole; run it again then.

examples:
  jeta mirror /data/jwst /home/ann/jwst --msid 'SA_*' IFGS_CENTROID_X
  jeta mirror https://archive.example.org/jwst jwst --list my-msids.txt --product full daily
  jeta mirror jwst
  jeta mirror --index /data/jwst
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "mirror",
        help="copy an archive or some MSIDs of it, and keep the copy up to date",
        description="Copy an archive, or some MSIDs of it, and keep the copy up to date.",
        usage="jeta mirror [SOURCE] DEST [options] | jeta mirror --index ROOT",
        epilog=_EPILOG,
    )
    command.add_argument("paths", metavar="PATH", nargs="*", help="SOURCE and DEST; DEST alone for the source it had")
    command.add_argument(
        "--msid", metavar="MSID", nargs="+", action="extend", help="only these: names or patterns (default: all)"
    )
    command.add_argument(
        "--list", metavar="FILE", type=Path, help="also those in a file: names or patterns, one a line, # for comments"
    )
    command.add_argument(
        "--product",
        metavar="PRODUCT",
        nargs="+",
        action="extend",
        help="full, 5min, daily, or patterns (default: all); without full, statistics only",
    )
    command.add_argument("--prune", action="store_true", help="remove MSIDs and products that are not named now")
    command.add_argument("--check", action="store_true", help="look at every file of DEST, and mend what is damaged")
    command.add_argument("--moved", action="store_true", help="SOURCE is where the source of DEST has moved")
    command.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    command.add_argument("--threads", type=count, metavar="N", default=8, help="MSIDs brought at once (default: 8)")
    command.add_argument(
        "--index", metavar="ROOT", type=Path, help="mirror nothing: publish the archive at ROOT for mirrors by http"
    )
    command.set_defaults(run=run, usage=command.error)
    return command


def run(options: argparse.Namespace) -> int:
    """Mirror, or write the index."""
    if options.index is not None:
        if options.paths:
            options.usage("--index ROOT takes no other paths")
        with terminal_bar("MSID") as progress:
            print(write_index(options.index, threads=options.threads, progress=progress))
        return 0
    if not 1 <= len(options.paths) <= 2:
        options.usage("expected SOURCE and DEST, or DEST alone (put them before --msid and --product)")
    source, dest = [None, *options.paths][-2:]
    with terminal_bar("MSID") as progress:
        report = mirror(
            source,
            dest,
            msids=_msids(options),
            products=options.product,
            prune=options.prune,
            check=options.check,
            moved=options.moved,
            dry_run=options.dry_run,
            threads=options.threads,
            progress=progress,
        )
    print(report)
    return 0


def _msids(options: argparse.Namespace) -> list[str] | None:
    """The names and patterns given, None for none."""
    if options.list is None:
        named: list[str] | None = options.msid
        return named
    lines = options.list.read_text(encoding="utf-8-sig").splitlines()
    listed = [words for line in lines if (words := line.partition("#")[0].strip())]
    if not listed:
        raise UnknownMsidError(f"{options.list} names no MSID; expected names or patterns, one a line")
    return [*(options.msid or ()), *listed]
