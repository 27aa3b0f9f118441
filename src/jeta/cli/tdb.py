"""``jeta tdb``: the telemetry database of the archive."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import open_archive
from jeta.cli.options import add_archive, add_logging, root_of
from jeta.cli.table import table
from jeta.tdb.importers import IMPORTERS, install

if TYPE_CHECKING:
    from jeta.tdb import Entry

_SHOWN = 10

_EPILOG = """\
examples:
  jeta tdb import jwst_edb_mnemonics.json nircam_mnemonics_to_monitor.json
  jeta tdb search ice voltage
"""
_IMPORT_EPILOG = """\
Writes to imported.yaml in the archive's folder tdb. Other files there are people's: they stay as they are, and win. Exit code 1
if an item of a list was skipped.

example:
  jeta tdb import jwst_edb_mnemonics.json nircam_mnemonics_to_monitor.json
"""
_SEARCH_EPILOG = """\
Exit code 1 if nothing was found.

example:
  jeta tdb search ice voltage
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "tdb",
        help="fill and search the telemetry database",
        description="Fill and search the telemetry database.",
        epilog=_EPILOG,
    )
    verbs = command.add_subparsers(title="verbs", metavar="VERB", required=True)
    kinds = "".join(f"\n  {importer.NAME}: {importer.DESCRIPTION}" for importer in IMPORTERS)
    importing = verbs.add_parser(
        "import",
        help="take in lists of MSIDs that missions publish",
        description=f"Take in lists of MSIDs. Kinds:{kinds}",
        epilog=_IMPORT_EPILOG,
    )
    importing.add_argument(
        "paths", metavar="FILE", type=Path, nargs="+", help="the lists; later ones win over earlier ones"
    )
    importing.set_defaults(run=run_import)
    searching = verbs.add_parser(
        "search",
        help="find MSIDs by words",
        description="Find MSIDs whose name, description, unit or subsystem has every word.",
        epilog=_SEARCH_EPILOG,
    )
    searching.add_argument("words", metavar="WORD", nargs="+", help="what to look for")
    searching.set_defaults(run=run_search)
    for verb in (importing, searching):
        verb.formatter_class = argparse.RawDescriptionHelpFormatter
        add_logging(verb, is_verb=True)
        add_archive(verb)
    return command


def run_import(options: argparse.Namespace) -> int:
    """Import, and print what was taken in and what was not."""
    archive = open_archive(root_of(options))
    result = install(archive.layout.tdb, options.paths)
    print(f"{len(result.imported.entries):,} entries imported; {result.path} now holds {result.written:,}")
    if result.kept:
        print(f"{len(result.kept):,} left as other files of the folder have them: {_some(result.kept)}")
    for why, count in Counter(why for _, why in result.imported.notes).most_common(_SHOWN):
        print(f"note, {count:,} times: {why}")
    for where, why in result.imported.skipped:
        print(f"skipped {where}: {why}")
    return 1 if result.imported.skipped else 0


def run_search(options: argparse.Namespace) -> int:
    """Search, and print the entries that were found."""
    entries = open_archive(root_of(options)).tdb().search(" ".join(options.words))
    print(table(["msid", "type", "unit", "subsystem", "description"], [_cells(entry) for entry in entries]))
    return 0 if entries else 1


def _cells(entry: Entry) -> list[str]:
    """One entry's line of the table."""
    return [entry.name, entry.type or "", entry.unit or "", entry.subsystem or "", entry.description]


def _some(names: tuple[str, ...]) -> str:
    """The first few of some names."""
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
