"""From the words of a command line to an exit code.

==  =========================================================================
0   all went well
1   it ran, and found something: a file not read, an entry skipped, damage
2   it could not run: wrong words, no archive, another writer
==  =========================================================================
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from typing import TYPE_CHECKING

import jeta
from jeta import logs
from jeta.cli import (
    backup,
    coverage,
    create,
    demo,
    destroy,
    fetch,
    flag,
    fold,
    info,
    ingest,
    mirror,
    plot,
    restore,
    search,
    staging,
    stat,
    statistics,
    tdb,
    truncate,
    verify,
)
from jeta.errors import JetaError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = (
    create,
    ingest,
    staging,
    search,
    fetch,
    plot,
    stat,
    coverage,
    flag,
    info,
    fold,
    statistics,
    verify,
    backup,
    restore,
    mirror,
    truncate,
    tdb,
    demo,
    destroy,
)
_INTERRUPTED = 130

_EPILOG = """\
examples:
  jeta demo                               a simulated spacecraft, from files to a plot, in ./jeta-demo
  jeta create /data/jwst                  a new archive
  export ENG_ARCHIVE=/data/jwst           the archive for all that follows
  jeta ingest delivery/                   files into it
  jeta info                               what it holds
  jeta search attitude                    MSIDs by words
  jeta fetch SA_ZATTEST2 --start 2022:143 --stop 2022:144 -o attitude.csv
  jeta plot SA_ZATTEST2 --start 2022:143 --stop 2022:144 -o attitude.png
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="jeta",
        description="An archive of spacecraft telemetry: every sample of every channel.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"jeta {jeta.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        command = module.add_to(commands)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        command.add_argument("--debug", action="store_true", help="show the log, and the whole traceback of an error")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``jeta``; by default those of this process.

    Returns
    -------
    int
        The exit code: 0 all well, 1 something was not read or found damaged, 2 it could not run, 130 interrupted.
    """
    options = parser().parse_args(arguments)
    if options.debug:
        logs.show("DEBUG")
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, as in  jeta info | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("jeta: interrupted; what was committed is safe, run it again to go on", file=sys.stderr)
        return _INTERRUPTED
    except (JetaError, OSError, ValueError, MemoryError) as err:
        if options.debug:
            traceback.print_exc()
        print(f"jeta: error: {' '.join(str(err).split())}", file=sys.stderr)
        return 2
    return code
