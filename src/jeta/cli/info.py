"""``jeta info``: what is in the archive."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jeta.archive import open_archive
from jeta.cli import when
from jeta.cli.options import add_archive, readable, root_of
from jeta.cli.table import table
from jeta.errors import UnknownMsidError
from jeta.times import show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from jeta.archive import JetaReader

_EPILOG = """\
examples:
  jeta info
  jeta info 'SA_Z*' --archive /data/jwst
  jeta info SA_ZATTEST2 --when 2022:143:12:00:00
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "info", help="say what is in the archive", description="Say what is in the archive.", epilog=_EPILOG
    )
    command.add_argument("msids", metavar="MSID", nargs="*", help="only these names or patterns, in any case")
    command.add_argument(
        "--when", metavar="T", help="say which sample is in force at this time, and which file and run it came from"
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Print a line on the archive, and one on each MSID; or what is known of one sample of each."""
    if options.when is not None:
        return when.run(readable(options), options.msids, options.when)
    archive = open_archive(root_of(options))
    print(inventory(archive, options.msids))
    return 0


def inventory(archive: JetaReader, patterns: Sequence[str] = ()) -> str:
    """Describe an archive, and each of its MSIDs.

    Parameters
    ----------
    archive : JetaReader
        The archive.
    patterns : sequence of str
        Names or patterns of the MSIDs to list, in any case; by default all.

    Returns
    -------
    str
        A headline and a table.

    Raises
    ------
    UnknownMsidError
        If a pattern matches nothing.
    """
    everything = archive.names()
    names = _chosen(everything, patterns, archive)
    counts = [archive.rows(name) for name in names]
    rows = [_line(archive, name, count) for name, count in zip(names, counts, strict=True)]
    waiting = sum(int(commit.entries["rows"].sum()) for commit in archive.journal_files())
    headline = (
        f"{archive.config.name}: {len(names):,} of {len(everything):,} MSIDs listed, {sum(counts):,} rows; "
        f"times in {archive.time_system} seconds; {waiting:,} rows wait in the journal"
    )
    head = ["msid", "rows", "first", "last", "type", "unit", "description"]
    return headline if not rows else f"{headline}\n\n{table(head, rows, right=['rows'])}"


def _chosen(everything: Sequence[str], patterns: Sequence[str], archive: JetaReader) -> list[str]:
    """The MSIDs that some patterns mean."""
    if not patterns:
        return list(everything)
    chosen: dict[str, None] = {}
    for pattern in patterns:
        matches = [name for name in everything if fnmatchcase(name, pattern.upper())]
        if not matches:
            raise UnknownMsidError(f"MSID {pattern!r} is not in the archive {archive.root}; jeta info lists what is")
        chosen.update(dict.fromkeys(matches))
    return list(chosen)


def _line(archive: JetaReader, name: str, count: int) -> list[str]:
    """One MSID's line of the table."""
    span = archive.time_range(name)
    first, last = ("-", "-") if span is None else (str(show(time, "date", archive.time_system)) for time in span)
    entry = archive.tdb().get(name)
    types = " ".join(sorted(_type_name(code) for code in archive.value_types(name)))
    unit, description = ("", "") if entry is None else (entry.unit or "", entry.description)
    return [name, f"{count:,}", first, last, types, unit, description]


def _type_name(code: str) -> str:
    """A type's name in words."""
    import numpy as np  # noqa: PLC0415 - this is the only use

    return code if code == "text" else np.dtype(code).name
