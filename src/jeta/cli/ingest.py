"""``jeta ingest``: files into the archive."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import ingest
from jeta.cli.options import add_archive, add_workers, root_of
from jeta.cli.table import table
from jeta.errors import ValuesError
from jeta.ingest.policies import RULES
from jeta.ingest.settings import FOLD, KEEP
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from jeta.ingest import RunReport

_EPILOG = """\
Without PATH, what lies in the archive's staging folder is ingested, in the order in which the files end, and moved to processed/
or, with the reason beside it, to rejected/. Files that are named stay where they are. Each file is one delivery, committed as a
whole; ingesting a file again changes nothing, so after an interruption simply run the same command again. What a rule of
archive.yaml holds back stays, and is told. Exit code 1 if a file could not be read.

A table (CSV, Parquet, Feather) needs no mapping where its header is  time,SA_TEMP,SA_VOLT  or  msid,time,value,bad; else a YAML
file such as this says which column is what:
  time: UTC
  columns: {Bus Voltage: SE_BUS_VOLT, "Temp 1": {msid: SE_TEMP1, unit: degC}}

examples:
  jeta ingest                             what lies in the staging folder
  jeta ingest --dry-run                   what would be done with it
  jeta ingest --watch --log json          day and night
  jeta ingest delivery/
  jeta ingest E2022060000000_00.h5 late.csv --archive /data/jwst --msids
  jeta ingest --accept gap                files beyond a gap too, this time
  jeta ingest chamber.csv --mapping chamber.yaml
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "ingest", help="add the samples of files", description="Add the samples of files.", epilog=_EPILOG
    )
    command.add_argument(
        "paths", metavar="PATH", nargs="*", help="files, or folders of files (default: the staging folder)"
    )
    command.add_argument("--dry-run", action="store_true", help="say what would be done with each file, and do nothing")
    command.add_argument("--watch", action="store_true", help="go on ingesting what arrives in the staging folder")
    command.add_argument(
        "--every",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="with --watch, how often to look (default: %(default)g)",
    )
    command.add_argument(
        "--mapping",
        metavar="FILE",
        type=Path,
        help="read the files as tables (CSV, Parquet, Feather, FITS), whose columns this YAML file says",
    )
    command.add_argument(
        "--accept",
        metavar="RULE",
        choices=RULES,
        action="append",
        default=[],
        help=f"take files that break this rule, one of {', '.join(RULES)}; may be said again",
    )
    command.add_argument(
        "--keep", choices=KEEP, help="what becomes of files of the staging folder (default: as archive.yaml says)"
    )
    command.add_argument("--fold", choices=FOLD, help="fold the journal at the end (default: as archive.yaml says)")
    command.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="wait so long for another writer to end (default: %(default)g)",
    )
    command.add_argument("--msids", action="store_true", help="list what became of the rows of each MSID")
    command.add_argument("--json", action="store_true", help="print what was done, or would be, as JSON")
    add_workers(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Ingest, and print what became of the files and their rows."""
    if options.watch:
        return _watch(options)
    given: dict[str, Any] = {"archive": root_of(options), "mapping": options.mapping, "accept": options.accept}
    if options.dry_run:
        found = ingest.preview(*options.paths, **given)
        print(json.dumps(found.to_dict(), indent=2) if options.json else found)
        return 0
    with terminal_bar("file") as progress:
        report = ingest.run(
            *options.paths,
            **given,
            keep=options.keep,
            fold=options.fold,
            workers=options.workers,
            wait_s=options.wait,
            progress=progress,
        )
    _show(report, options)
    return 1 if report.errors else 0


def _show(report: RunReport, options: argparse.Namespace) -> None:
    """Print what a run did."""
    print(json.dumps(report.to_dict(), indent=2) if options.json else report, flush=True)
    if options.msids and not options.json:
        print(_per_msid(report))


def _watch(options: argparse.Namespace) -> int:
    """Ingest until somebody stops it, by Ctrl-C or as services are stopped; no file is ever half done."""
    if options.paths or options.dry_run:
        raise ValuesError("--watch is for the staging folder: give no PATH and no --dry-run with it")
    with suppress(KeyboardInterrupt), _ended_by_services():
        for report in ingest.watch(
            root_of(options),
            every_s=options.every,
            mapping=options.mapping,
            accept=options.accept,
            workers=options.workers,
        ):
            _show(report, options)
    return 0


@contextmanager
def _ended_by_services() -> Iterator[None]:
    """Let SIGTERM end a block as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _per_msid(report: RunReport) -> str:
    """A line for each MSID."""
    head = ["msid", "read", "stored", "duplicate", "replaced", "rejected"]
    rows = [
        [
            name or "-",
            *(
                f"{count:,}"
                for count in (tally.read, tally.stored, tally.duplicate, tally.replaced, tally.rejected.total())
            ),
        ]
        for name, tally in report.msids.items()
    ]
    return table(head, rows, right=head[1:])
