"""``jeta ingest``: files into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta import update
from jeta.cli.options import add_archive, root_of
from jeta.cli.table import table
from jeta.progress import terminal_bar

if TYPE_CHECKING:
    import argparse

    from jeta.update import Report

_EPILOG = """\
Each file is one delivery, committed as a whole; ingesting a file again changes nothing, so after an interruption simply run
the same command again. Source files stay where they are. Exit code 1 if a file could not be read.

A table (CSV, Parquet, Feather) needs no mapping where its header is  time,SA_TEMP,SA_VOLT  or  msid,time,value,bad; else a YAML
file such as this says which column is what:
  time: UTC
  columns: {Bus Voltage: SE_BUS_VOLT, "Temp 1": {msid: SE_TEMP1, unit: degC}}

examples:
  jeta ingest delivery/
  jeta ingest E2022060000000_00.h5 late.csv --archive /data/jwst --msids
  jeta ingest chamber.csv --mapping chamber.yaml
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "ingest", help="add the samples of files", description="Add the samples of files.", epilog=_EPILOG
    )
    command.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="files, or folders of files")
    command.add_argument(
        "--mapping",
        metavar="FILE",
        type=Path,
        help="read the files as tables (CSV, Parquet, Feather, FITS), whose columns this YAML file says",
    )
    command.add_argument("--msids", action="store_true", help="list what became of the rows of each MSID")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Ingest, and print what became of the rows."""
    with terminal_bar("file") as progress:
        report = update.ingest(*options.paths, archive=root_of(options), mapping=options.mapping, progress=progress)
    print(report)
    if options.msids:
        print(_per_msid(report))
    return 1 if report.errors else 0


def _per_msid(report: Report) -> str:
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
