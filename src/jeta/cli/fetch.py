"""``jeta fetch``: samples as CSV."""

from __future__ import annotations

import csv
import math
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from jeta import fetch
from jeta.cli.options import add_archive, readable
from jeta.fetch import session
from jeta.fetch.names import resolve
from jeta.fetch.query import span_of
from jeta.files import written_aside
from jeta.times import FORMS, show

if TYPE_CHECKING:
    import argparse
    from _csv import Writer as CsvWriter
    from collections.abc import Iterator

_BLOCK_ROWS = 100_000
_DATE_DIGITS = (len("2022143"), len("2022143003607888"))
_HEAD = ("msid", "time", "value", "bad")

_EPILOG = """\
Writes lines of  msid,time,value,bad  MSID after MSID, each in order of time. START is inside the span, STOP is not; both in any
form such as 2022:143, 2022:143:00:36:07.888, 2022-05-23T00:36:07, 2022143.003607888, a number of seconds in the archive's time
system, or the time from now with its sign, behind an equals sign. With --time-format secs times are exact, else to 1 ms.

examples:
  jeta fetch SA_ZATTEST2 --start 2022:143 --stop 2022:144
  jeta fetch 'SA_ZATTEST?' SA_ZFGDETID --start 2022-05-23 --time-format secs -o attitude.csv
  jeta fetch SE_ZBUSVLT --start=-2d
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "fetch", help="write samples as CSV", description="Write samples as CSV.", epilog=_EPILOG
    )
    command.add_argument("msids", metavar="MSID", nargs="+", help="names or patterns, in any case")
    command.add_argument("--start", metavar="TIME", help="start of the span (default: the archive's first sample)")
    command.add_argument("--stop", metavar="TIME", help="stop of the span (default: now)")
    command.add_argument("--filter-bad", action="store_true", help="leave bad samples out")
    command.add_argument(
        "--time-format",
        default="date",
        choices=[form for form in FORMS if form not in {"datetime", "datetime64", "astropy"}],
        metavar="FORM",
        help="form of the times: date, iso, isot, secs, jd, mjd ... (default: %(default)s)",
    )
    command.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write (default: standard output)")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Fetch one MSID after another, and write them."""
    with fetch.set_archive(readable(options)), _output(options.output) as file:
        archive = session.current_archive()
        # One MSID is in memory at a time, so that a pattern may match any number.
        found = [name for typed in options.msids for name in resolve(typed, archive, sys.maxsize)[1]]
        # One look at the clock for all of them.
        span = span_of(_time(options.start), _time(options.stop), archive)
        writer = csv.writer(_Lines(file))
        writer.writerow(_HEAD)
        for name in dict.fromkeys(found):
            dat = fetch.MSID(name, span.tstart, span.tstop, filter_bad=options.filter_bad)
            _write(writer, dat, options.time_format)
    return 0


def _time(text: str | None) -> str | float | None:
    """A time as typed: a plain number is seconds, anything else is text."""
    if text is None or text[:1] in {"+", "-"}:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    # GRETA and MAUDE times such as 2022143.003607888 look like numbers; as text they are what an operator means.
    looks_like_date = len(text.partition(".")[0]) in _DATE_DIGITS and text[:2] in {"19", "20"}
    return number if math.isfinite(number) and not looks_like_date else text


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """The file to write to, which appears under its name only when it is whole; or standard output."""
    if path is None:
        yield sys.stdout
        return
    if path.exists() and not path.is_file():
        # A pipe or a device such as /dev/null is written to; it must not be replaced by a file.
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    target = path.resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent} does not exist; make it, or name another file than {path}")
    with written_aside(target) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        yield file


class _Lines:
    """Ends lines with a line feed alone; if csv itself were told to, it would leave carriage returns in texts unquoted."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        """Write one line that csv made."""
        return self._file.write(line.removesuffix("\r\n") + "\n")


def _write(writer: CsvWriter, dat: fetch.MSID, time_format: str) -> None:
    """Write the samples of one MSID, some at a time so that a long span takes little memory as text."""
    system = session.current_archive().time_system
    for start in range(0, len(dat), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        times = show(dat.times[block], time_format, system).tolist()
        values = dat.vals[block].tolist()
        bads = [0] * len(values) if dat.bads is None else dat.bads[block].astype(int).tolist()
        writer.writerows(zip([dat.MSID] * len(values), times, values, bads, strict=True))
