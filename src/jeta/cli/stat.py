"""``jeta stat``: statistics of MSIDs in a table, of a whole span or of each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta import fetch
from jeta.cli.options import add_archive, readable
from jeta.cli.spans import START_STOP, add_msids, add_span, add_units, names_typed, span_typed
from jeta.cli.table import add_csv, print_rows
from jeta.errors import ValuesError
from jeta.fetch import sizes
from jeta.fetch.summary import PERCENTILES, Summary, summary
from jeta.fetch.telem import MostMb
from jeta.progress import terminal_bar
from jeta.times import show

if TYPE_CHECKING:
    import argparse

    from jeta.fetch.query import Span

_MOST_MB = 4000.0
"""More samples than that take too much memory at once; with --sampling there is no limit."""
_NUMBERS = ("min", "mean", "max", "std")
_EPILOG = f"""\
Of numbers: samples, lowest, mean, highest, spread and percentiles; of states: how many samples of each. Bad samples do not
count. Without --sampling, of the span as a whole.

{START_STOP}
examples:
  jeta stat SE_BATT_TEMP1 SE_BATT_TEMP2 --start 2022:143 --stop 2022:150
  jeta stat 'SE_BATT_*' --start=-30d --sampling daily --csv
  jeta stat SE_BATT_TEMP1 --sampling 1h --where "SA_MODE == 'SLEW'" --percentiles 5 50 95
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "stat", help="print statistics", description="Print statistics of MSIDs.", epilog=_EPILOG
    )
    add_msids(command)
    add_span(command)
    command.add_argument(
        "--sampling",
        metavar="WIDTH",
        help="of each bin: 5min, daily, or a width such as 1h (default: of the whole span)",
    )
    command.add_argument("--where", metavar="EXPR", help="only while an expression over MSIDs holds; with --sampling")
    command.add_argument(
        "--percentiles",
        type=float,
        nargs="+",
        metavar="PERCENT",
        help="which percentiles (default: 1, 50 and 99 of a span, the usual ones of bins)",
    )
    add_units(command)
    add_csv(command)
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Work the statistics out, and print them."""
    from jeta.fetch import systems  # noqa: PLC0415 - the help needs none of it

    if options.where is not None and options.sampling is None:
        raise ValuesError("--where needs the width of the bins: add --sampling, such as --sampling daily")
    with fetch.set_archive(readable(options)), terminal_bar("MSID") as tell, systems.using(options.unit_system):
        names, span = names_typed(options), span_typed(options)
        rows: list[dict[str, Any]] = []
        for done, name in enumerate(names):
            tell(done, len(names), name)
            rows += _of_span(name, span, options) if options.sampling is None else _of_bins(name, span, options)
    head = list(dict.fromkeys(column for row in rows for column in row)) or ["msid", "samples"]
    text = str if options.csv else _text
    texts = [[text(row.get(column, "")) for column in head] for row in rows]
    print_rows(head, texts, as_csv=options.csv)
    return 0


def _of_span(name: str, span: Span, options: argparse.Namespace) -> list[dict[str, Any]]:
    """One line: the span as a whole."""
    sizes.check([name], span, None, None, MostMb(fetch=_MOST_MB, output=0.0), writes=False)
    dat = fetch.MSID(name, span.tstart, span.tstop)
    sums = summary(dat, PERCENTILES if options.percentiles is None else options.percentiles)
    return [{"msid": dat.MSID, "samples": sums.samples, "bad": sums.bad, **_numbers(sums), "unit": dat.unit or ""}]


def _numbers(sums: Summary) -> dict[str, Any]:
    """What is told of the values."""
    ordered = {name: sums.numbers[name] for name in _NUMBERS if name in sums.numbers}
    states = ", ".join(f"{state or '(empty)'} {share:.2%}" for state, share in sums.states.items())
    return ordered | sums.numbers | ({"states": states} if states else {})


def _of_bins(name: str, span: Span, options: argparse.Namespace) -> list[dict[str, Any]]:
    """A line for each bin."""
    dat = fetch.MSID(
        name, span.tstart, span.tstop, stat=options.sampling, where=options.where, percentiles=options.percentiles
    )
    times = show(dat.times, "date", dat.time_system).tolist()
    columns = {column: getattr(dat, column) for column in dat.colnames if column not in {"times", "indexes"}}
    if "means" in columns:
        del columns["vals"]  # the same numbers
    arrays = [array.tolist() for array in columns.values()]
    return [
        {"msid": dat.MSID, "time": time, **dict(zip(columns, cells, strict=True))}
        for time, *cells in zip(times, *arrays, strict=True)
    ]


def _text(value: Any) -> str:
    """A number with as many digits as a table needs."""
    return f"{value:.7g}" if isinstance(value, float) else str(value)
