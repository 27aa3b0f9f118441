"""``jeta demo``: a simulated spacecraft, from files as they are delivered to a plot."""

from __future__ import annotations

import argparse
import math
import shlex
import time
from pathlib import Path
from typing import Any

import numpy as np

from jeta import fetch, update
from jeta.archive import JetaReader, create_archive
from jeta.cli.info import inventory
from jeta.errors import ArchiveExistsError, MissingExtraError
from jeta.optional import require
from jeta.plotting.windows import paper
from jeta.progress import terminal_bar
from jeta.tdb import write_yaml
from jeta.testing.telemetry import SimulatedDelivery, spacecraft, tdb_entries, write_delivery

_HOURS = 48.0
_LEAST_HOURS = 2.0
"""Within less than that, not every simulated MSID has a sample."""
_PLOTTED = ("SE_BATT_TEMP1", "SA_RW1_SPEED", "SE_BUS_VOLT", "SA_CTRL_MODE", "INRC_FILTER_POS", "IMIR_CMD_COUNT")

_EPILOG = """\
Writes a delivery of files as JWST's ground system makes them: temperatures, wheel speeds, voltages, states, counters; with a gap,
a file that comes late, rows that come twice, padding and rows that belong to somebody else. Then ingests it, compares the archive
with what was simulated, prints what is in it, and plots a part. All under one folder, which may be deleted afterwards.

examples:
  jeta demo
  jeta demo --folder /tmp/demo --hours 24
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "demo",
        help="fill an archive with simulated telemetry and look at it",
        description="Fill an archive and look at it.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "--folder", type=Path, default=Path("jeta-demo"), metavar="DIR", help="where to write (default: ./%(default)s)"
    )
    command.add_argument(
        "--hours",
        type=_hours,
        default=_HOURS,
        metavar="H",
        help="how long a time to simulate, hours (default: %(default)s)",
    )
    command.set_defaults(run=run)
    return command


def _hours(text: str) -> float:
    """A length of time as typed."""
    hours = float(text)
    if not _LEAST_HOURS <= hours < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of hours, {_LEAST_HOURS:g} or more, but is {text!r}")
    return hours


def run(options: argparse.Namespace) -> int:
    """Run the demonstration."""
    folder: Path = options.folder.absolute()
    if folder.exists() and any(folder.iterdir()):
        raise ArchiveExistsError(f"{folder} is not empty; delete it, or name another with --folder")
    started_s = time.perf_counter()
    print(f"1. simulating {options.hours:g} hours of telemetry of {len(spacecraft())} MSIDs")
    delivery = write_delivery(folder / "delivery", hours=options.hours, file_hours=min(4.0, options.hours / 8))
    size_mb = sum(path.stat().st_size for path in delivery.files) / 1e6
    print(
        f"   {len(delivery.files)} files, {sum(delivery.rows.values()):,} rows, {size_mb:.0f} MB in {folder / 'delivery'}"
    )
    archive = make_archive(folder / "archive")
    print("2. ingesting them in the order in which they arrive")
    with terminal_bar("file") as progress:
        report = update.ingest(*delivery.files, archive=archive, progress=progress)
    update.fold(archive)
    print("   " + str(report).replace("\n", "\n   "))
    with fetch.set_archive(archive):
        wrong = differences(delivery)
        same = "as simulated, to the last bit" if not wrong else f"NOT as simulated: {', '.join(wrong)}"
        print(f"3. fetching every MSID: {same}")
        print(f"4. what is now in the archive\n\n{inventory(archive)}\n")
        print(f"5. {draw(folder / 'jeta-demo.png')}\n")
    print(f"{time.perf_counter() - started_s:.1f} s in all. To look around:")
    print(f"  export ENG_ARCHIVE={shlex.quote(str(archive.root))}\n  jeta info")
    return 1 if wrong or report.errors else 0


def make_archive(root: Path) -> JetaReader:
    """Create an archive with the telemetry database of the simulated spacecraft."""
    archive = create_archive(root, name="jeta demo")
    write_yaml(tdb_entries(), archive.layout.tdb / "demo.yaml")
    return archive


def differences(delivery: SimulatedDelivery) -> list[str]:
    """Names of the MSIDs whose samples in the archive are not those that were simulated."""
    return [name for name in delivery.names if not _is_true(delivery, name)]


def _is_true(delivery: SimulatedDelivery, name: str) -> bool:
    """Whether times and values of one MSID are those that were simulated."""
    truth, dat = delivery.truth(name), fetch.MSID(name)
    expected = truth.values if truth.texts is None else truth.texts
    return np.array_equal(dat.times, truth.times_ms / 1000.0) and np.array_equal(dat.vals, expected)


def draw(picture: Path) -> str:
    """Plot a part into a file, if that is possible; say what was done."""
    try:
        require("matplotlib", extra="plot")
    except MissingExtraError as err:
        return f"no plot: {err}"
    plot().savefig(picture, dpi=120)
    return f"plotted {picture}"


def plot() -> Any:
    """Draw one MSID of each kind over the whole span."""
    figure, axes = paper(len(_PLOTTED))
    delivered = max(fetch.MSID(name).times[-1] for name in _PLOTTED)
    fetch.MSIDset(_PLOTTED, stop=delivered + 1.0).plot(ax=axes)
    figure.suptitle("Simulated telemetry in a jeta archive")
    return figure
