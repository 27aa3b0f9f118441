"""From files of telemetry to a picture: what ``jeta demo`` does, in Python.

Run it as ``python demo.py [--folder DIR] [--hours H]``; it writes below that folder only, by default ``jeta-example``. It needs
matplotlib, which ``pip install 'jeta[plot]'`` brings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import write_yaml
from jeta.testing.telemetry import tdb_entries, write_delivery
from jeta.times import show

PLOTTED = ["SE_BATT_TEMP1", "SE_BUS_VOLT", "SA_CTRL_MODE"]


def simulate(folder: Path, hours: float) -> list[Path]:
    """Write files as a ground system delivers them, with all that goes wrong in real ones."""
    delivery = write_delivery(folder, hours=hours, file_hours=hours / 8)
    print(f"simulated {len(delivery.files)} files in {folder}")
    return list(delivery.files)


def create(root: Path) -> None:
    """Make an archive, and say what its MSIDs are: the files name them by number only."""
    archive = create_archive(root, name="example")
    write_yaml(tdb_entries(), archive.layout.tdb / "spacecraft.yaml")
    print(f"created {archive}")


def ingest(files: list[Path]) -> None:
    """Put the files into the archive, and look at what became of their rows."""
    report = update.ingest(*files)
    print(report)
    late = report.files[-1]
    print(f"the file that came late, {late.path.name}: {late.total.stored:,} rows found their place")
    update.fold()


def tabulate() -> None:
    """Fetch several MSIDs, and print a line on each."""
    print(f"\n{'msid':<15}{'samples':>8}  {'first':<22}{'lowest':>10}{'highest':>10}  unit")
    for dat in fetch.Msidset(["SE_BATT_*", "SE_BUS_*"]).values():
        first = show(dat.times[0], "date")
        print(f"{dat.MSID:<15}{len(dat):>8,}  {first:<22}{dat.vals.min():>10.3f}{dat.vals.max():>10.3f}  {dat.unit}")
    mode = fetch.Msid("SA_CTRL_MODE")
    slewing = (mode.vals == "SLEW").mean()
    print(f"\n{mode.MSID} is SLEW in {slewing:.0%} of its samples; its states are {dict(mode.state_codes)}")


def plot(picture: Path) -> None:
    """Draw three MSIDs over one axis of time."""
    axes = fetch.Msidset(PLOTTED).plot()
    axes[0].figure.savefig(picture, dpi=100)
    print(f"plotted {picture}")


def main() -> None:
    """Run the whole story."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("jeta-example"), help="where to write; empty or new")
    parser.add_argument("--hours", type=float, default=6.0, help="how long a time to simulate (default: %(default)s)")
    options = parser.parse_args()
    if options.folder.exists() and any(options.folder.iterdir()):
        parser.error(f"{options.folder} is not empty; delete it, or name another with --folder")
    files = simulate(options.folder / "delivery", options.hours)
    create(options.folder / "archive")
    with fetch.set_archive(options.folder / "archive"):
        ingest(files)
        tabulate()
        plot(options.folder / "example.png")


if __name__ == "__main__":
    main()
