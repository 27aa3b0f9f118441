"""Keep what a program of your own measures: hour by hour, with a late part and a correction, and plotted against limits.

Run it as ``python append_own_data.py [--folder DIR] [--hours H]``; it writes below that folder only, by default
``jeta-own-data``. It needs matplotlib, pandas and pyarrow, which ``pip install 'jeta[plot,pandas,arrow]'`` brings. ``measured``
stands for what your program does; all else can be taken over.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from jeta import fetch, update
from jeta.archive import create_archive

TDB = """\
TANK_TEMP:
  description: Temperature of the water tank
  unit: degC
  type: float64
  cadence_s: 10
  limits: {yellow_low: 19, yellow_high: 24, red_high: 26}
TANK_HEATER:
  description: Heater of the water tank
  type: state
  state_codes: {0: "OFF", 1: "ON"}
"""


def measured(hour: int) -> pd.DataFrame:
    """One hour of measurements, every ten seconds: a table with a column for each MSID, indexed by time (UTC)."""
    times = pd.date_range("2026-03-01", periods=360, freq="10s", tz="UTC") + pd.Timedelta(hours=hour)
    phase = np.arange(360) / 60 + hour * 6
    temp = (21.5 + 3 * np.sin(phase) + np.random.default_rng(hour).normal(0, 0.05, 360)).round(2)
    return pd.DataFrame(
        {"TANK_TEMP": temp, "TANK_HEATER": np.where(np.cos(phase) > 0, "ON", "OFF")}, index=pd.Index(times, name="time")
    )


def fill(hours: int) -> None:
    """Append hour after hour; the second one arrives last."""
    late = 1
    for hour in [*(hour for hour in range(hours) if hour != late), late]:
        report = update.append_table(measured(hour))
        print(f"hour {hour}: {report}")


def deliver_again_and_correct() -> None:
    """What is there already changes nothing, and what is put right replaces what was there."""
    print(f"again:  {update.append_table(measured(0))}")
    wrong = measured(0)[["TANK_TEMP"]].iloc[:3]
    print(f"mended: {update.append_table(wrong + 0.125)}")


def look(folder: Path) -> None:
    """Fetch, find what was out of limits, plot, and write a table for others."""
    temp, heater = fetch.Msid("TANK_TEMP"), fetch.Msid("TANK_HEATER")
    print(temp)
    violations = temp.limit_violations()
    print(violations["datestart", "duration", "limit", "extreme"][:3])
    on = heater.logical_intervals("==", "ON")
    print(f"heater on for {on['duration'].sum() / 3600:.2f} h in {len(on)} intervals")

    figure, (above, below) = plt.subplots(2, sharex=True, figsize=(9, 5), layout="constrained", height_ratios=[3, 1])
    temp.plot(ax=above, limits=True)
    heater.plot(ax=below)
    figure.savefig(folder / "tank.png", dpi=100)
    fetch.Msidset(["TANK_*"]).to_parquet(folder / "tank.parquet")
    print(f"written {folder / 'tank.png'} and {folder / 'tank.parquet'}")


def main() -> None:
    """Run the whole story."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("jeta-own-data"), help="where to write; empty or new")
    parser.add_argument(
        "--hours", type=int, default=6, help="how many hours to measure, 2 or more (default: %(default)s)"
    )
    options = parser.parse_args()
    if options.folder.exists() and any(options.folder.iterdir()):
        parser.error(f"{options.folder} is not empty; delete it, or name another with --folder")
    archive = create_archive(options.folder / "archive", name="tank")
    (archive.layout.tdb / "tank.yaml").write_text(TDB, encoding="utf-8")
    with fetch.set_archive(archive):
        fill(options.hours)
        deliver_again_and_correct()
        look(options.folder)


if __name__ == "__main__":
    main()
