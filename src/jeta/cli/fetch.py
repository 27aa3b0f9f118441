"""``jeta fetch``: samples or statistics as CSV, or as a file of another format."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import fetch
from jeta.cli import outputs
from jeta.cli.csv_lines import CsvLines, statistics_columns
from jeta.cli.options import add_archive, readable
from jeta.cli.spans import START_STOP, add_msids, add_sampling, add_span, add_units, names_typed, span_typed
from jeta.errors import ValuesError
from jeta.progress import on_terminal, terminal_bar
from jeta.times import FORMS

if TYPE_CHECKING:
    import argparse

_EPILOG = f"""\
Writes lines of  msid,time,value,bad  MSID after MSID, each in order of time; of statistics, the columns of cheta. An output file
ending in .parquet, .ecsv, .h5, .fits or .zip is written in that format.

{START_STOP}
With --time-format secs times are exact, else to 1 ms.

examples:
  jeta fetch SA_ZATTEST2 --start 2022:143 --stop 2022:144
  jeta fetch 'SA_ZATTEST?' SA_ZFGDETID --start 2022-05-23 --time-format secs -o attitude.csv
  jeta fetch SE_ZBUSVLT --start=-30d --sampling 5min -o bus.parquet
  jeta fetch SA_TEMP SA_VOLT --interpolate-dt 60 --remove-events 'slews[pad=300]' --unit-system eng --outfile both.zip
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "fetch",
        help="write samples or statistics as CSV, Parquet, FITS ...",
        description="Write samples or statistics as CSV, Parquet, FITS ...",
        epilog=_EPILOG,
    )
    add_msids(command)
    add_span(command)
    add_sampling(command)
    add_units(command)
    command.add_argument("--filter-bad", action="store_true", help="leave bad samples out")
    command.add_argument(
        "--interpolate-dt", type=float, metavar="SEC", help="bring all MSIDs onto multiples of so many seconds"
    )
    for verb, what in (("remove", "leave out the times of"), ("select", "keep only the times of")):
        command.add_argument(f"--{verb}-events", metavar="EXPR", help=f"{what} some events of the archive")
    command.add_argument(
        "--time-format",
        choices=[form for form in FORMS if form not in {"datetime", "datetime64", "astropy"}],
        metavar="FORM",
        help="form of the times in texts: date, iso, isot, secs, jd, mjd ... (default: date; secs in a zip file)",
    )
    command.add_argument(
        "-o", "--output", "--outfile", metavar="FILE", type=Path, help="where to write (default: standard output)"
    )
    _add_limits(command)
    command.add_argument("--quiet", action="store_true", help="show no progress")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def _add_limits(command: argparse.ArgumentParser) -> None:
    """Add the options that keep a mistake from filling the memory or the disk."""
    for name, default, what in (("fetch", 1000.0, "hold in memory"), ("output", 100.0, "write to a zip file")):
        command.add_argument(
            f"--max-{name}-Mb",
            type=float,
            default=default,
            metavar="MB",
            help=f"most megabytes to {what} (default: %(default)g)",
        )


def run(options: argparse.Namespace) -> int:
    """Fetch, and write."""
    method = outputs.method_for(options.output)
    if method not in {None, "write_zip"} and options.time_format is not None:
        raise ValuesError(
            f"--time-format {options.time_format} is for texts; times in {options.output} are of the format's own kind"
        )
    with fetch.set_archive(readable(options)):
        if method is None:
            _write_csv(options)
        else:
            with nullcontext() if options.quiet else on_terminal():
                _write_file(options, options.output, method)
    return 0


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of `get_telem` that do not depend on how it is written."""
    span = span_typed(options)
    return {
        "start": span.tstart,
        "stop": span.tstop,
        "sampling": options.sampling,
        "unit_system": options.unit_system,
        "interpolate_dt": options.interpolate_dt,
        "remove_events": options.remove_events,
        "select_events": options.select_events,
        "max_fetch_Mb": options.max_fetch_Mb,
        "max_output_Mb": options.max_output_Mb,
        "filter_bad": options.filter_bad,
        "quiet": options.quiet,
    }


def _write_csv(options: argparse.Namespace) -> None:
    """Write MSID after MSID, of which one is in memory at a time unless they depend on each other."""
    names, wanted = names_typed(options), _wanted(options)
    # On a common grid, and with states of their own as columns, one MSID depends on the others.
    together = options.interpolate_dt is not None or options.sampling != "full"
    groups = [names] if together else [[name] for name in names]
    time_format = options.time_format or "date"
    with outputs.text_file(options.output) as file, terminal_bar("MSID", shown=not options.quiet) as tell:
        lines: CsvLines | None = None
        for done, group in enumerate(groups):
            tell(done, len(groups), group[0])
            dats = list(fetch.get_telem(group, **wanted).values())
            if lines is None:  # not before something was fetched: an error leaves no head behind
                columns = None if options.sampling == "full" else statistics_columns(dats)
                lines = CsvLines(file, time_format, columns)
            for dat in dats:
                lines.write(dat)


def _write_file(options: argparse.Namespace, path: Path, method: str) -> None:
    """Write all MSIDs to one file."""
    if method == "write_zip":
        path = outputs.checked_folder(path)
        fetch.get_telem(names_typed(options), outfile=path, time_format=options.time_format, **_wanted(options))
    else:
        outputs.write_whole(fetch.get_telem(names_typed(options), **_wanted(options)), path, method)
