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
from contextlib import ExitStack
from typing import TYPE_CHECKING

import jeta
from jeta import logs
from jeta.cli import (
    add_msid,
    backup,
    coverage,
    create,
    demo,
    destroy,
    fetch,
    flag,
    fold,
    health,
    info,
    ingest,
    mirror,
    plot,
    repair,
    restore,
    search,
    staging,
    stat,
    statistics,
    status,
    tdb,
    truncate,
    verify,
)
from jeta.cli.options import add_logging
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
    status,
    health,
    fold,
    statistics,
    verify,
    repair,
    backup,
    restore,
    mirror,
    truncate,
    tdb,
    add_msid,
    demo,
    destroy,
)
_INTERRUPTED = 130
_log = logs.logger("jeta.cli")

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
        add_logging(command)
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
    with ExitStack() as stack:
        if options.debug or options.log:
            stack.enter_context(logs.shown("DEBUG" if options.debug else "INFO", form=options.log or "text"))
        if options.log == "json":
            stack.enter_context(logs.warnings_too())
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Run a command, and say in one line why it could not."""
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, as in  jeta info | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _tell("interrupted; what was committed is safe, run it again to go on", options)
        return _INTERRUPTED
    except (JetaError, OSError, ValueError, MemoryError) as err:
        is_json = options.log == "json"
        if options.debug and not is_json:
            traceback.print_exc()
        message = " ".join(str(err).split()) or type(err).__name__
        _tell(message if is_json else f"error: {message}", options, err)
        return 2
    except Exception as err:
        if options.log != "json":
            raise
        # A defect of ours; whoever reads the log must not meet a traceback between its lines.
        _log.critical("%s: %s", type(err).__name__, err, exc_info=err, extra={"fields": {"code": "defect"}})
        return 2
    return code


def _tell(message: str, options: argparse.Namespace, err: Exception | None = None) -> None:
    """Say why a command ended: as a line for people, or, where standard error is a log for programs, as one of that."""
    if options.log == "json":
        fields = {"code": getattr(err, "code", type(err).__name__)} if err is not None else {}
        _log.error("%s", message, exc_info=err if options.debug else None, extra={"fields": fields})
    else:
        print(f"jeta: {message}", file=sys.stderr)
