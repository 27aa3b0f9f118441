"""``jeta coverage``: what the archive has of MSIDs, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import fetch
from jeta.cli.options import add_archive, readable
from jeta.cli.spans import START_STOP, add_msids, names_typed, typed_time
from jeta.cli.table import add_csv, print_rows
from jeta.fetch import session
from jeta.fetch.query import now_s
from jeta.progress import terminal_bar
from jeta.times import show

if TYPE_CHECKING:
    import argparse

    from astropy.table import Table

    from jeta.fetch.presence import Coverage

_HEAD = ("msid", "start", "stop", "rows", "cadence_s", "covered", "intervals", "longest_gap_s")
_GAPS = ("msid", "datestart", "datestop", "duration_s")
_EPILOG = f"""\
{START_STOP}
examples:
  jeta coverage 'SA_*'
  jeta coverage SE_ZBUSVLT --start 2022:143 --stop 2022:150 --gaps --longer-than 60
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "coverage",
        help="say what is there of MSIDs, and what is missing",
        description="Say what the archive has of MSIDs, and what is missing.",
        epilog=_EPILOG,
    )
    add_msids(command)
    command.add_argument("--start", metavar="TIME", help="start of the span (default: the MSID's first sample)")
    command.add_argument("--stop", metavar="TIME", help="stop of the span (default: the MSID's last sample)")
    command.add_argument(
        "--longer-than", type=float, metavar="SEC", help="what makes a gap (default: three times the expected spacing)"
    )
    command.add_argument("--gaps", action="store_true", help="list the gaps instead")
    add_csv(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Look, and print."""
    rows: list[list[str]] = []
    with fetch.set_archive(readable(options)), terminal_bar("MSID") as tell:
        names = names_typed(options)
        archive = session.current_archive()
        # One look at the clock for all.
        now = now_s(archive.time_system)
        start, stop = (now if time == "+0" else time for time in map(typed_time, (options.start, options.stop)))
        for done, name in enumerate(names):
            tell(done, len(names), name)
            if options.gaps:
                rows += _gap_lines(name.upper(), fetch.gaps(name, start, stop, options.longer_than))
            else:
                rows.append(_line(fetch.coverage(name, start, stop, options.longer_than)))
    print_rows(_GAPS if options.gaps else _HEAD, rows, as_csv=options.csv)
    return 0


def _gap_lines(name: str, gaps: Table) -> list[list[str]]:
    """The lines of one MSID's gaps."""
    return [
        [name, start, stop, f"{length_s:.3f}"]
        for start, stop, length_s in zip(gaps["datestart"], gaps["datestop"], gaps["duration"], strict=True)
    ]


def _line(found: Coverage) -> list[str]:
    """One MSID's line of the table."""
    start, stop = (str(show(edge, "date", found.time_system)) for edge in (found.tstart, found.tstop))
    cadence = "" if found.cadence_s is None else f"{found.cadence_s:g}"
    covered, gap = f"{found.fraction:.4%}", f"{found.longest_gap_s:.3f}"
    return [found.msid, start, stop, str(found.rows), cadence, covered, str(len(found.intervals)), gap]
