"""What happened on a day: values against limits, gaps, and a page with plots that opens in any browser.

Run it as ``python daily_report.py --archive ROOT --day 2026:001``, for example from cron; without an archive it simulates one. It
writes ``report.txt`` and ``report.html`` into ``--folder``, by default ``jeta-report``. It needs plotly, which ``pip install
'jeta[html]'`` brings.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import write_yaml
from jeta.testing.telemetry import tdb_entries, write_delivery
from jeta.times import show, to_seconds

DAY_S = 86400
LONGEST = 3
MSIDS = ["SE_BATT_*", "SE_BUS_*", "SA_CTRL_MODE"]


def simulated(folder: Path) -> Path:
    """Make an archive with a day of invented telemetry, unless an earlier run has."""
    if (folder / "archive").exists():
        return folder / "archive"
    archive = create_archive(folder / "archive", name="report")
    write_yaml(tdb_entries(), archive.layout.tdb / "spacecraft.yaml")
    files = write_delivery(folder / "delivery", hours=24, file_hours=3).files
    update.ingest(*files, archive=archive)
    update.fold(archive=archive)
    return archive.root


def violations(dat: fetch.MSID) -> list | None:
    """When an MSID was out of its limits, longest first; None where nobody has said what it is, or it is no number."""
    if dat.entry is None or dat.vals.dtype.kind not in "iuf":
        return None
    return sorted(dat.limit_violations(), key=lambda row: -row["duration"])


def lines(msids: fetch.MSIDset, start: str, stop: str) -> Iterator[str]:
    """A line for each MSID: of numbers the statistics of the day, and how long it was out of limits."""
    yield f"{'msid':<16}{'samples':>9}{'lowest':>10}{'mean':>10}{'highest':>10}  {'unit':<5}{'out of limits':>14}{'gaps':>6}"
    for dat in msids.values():
        numbers, out = f"{'':32}{dat.unit or '':<5}", f"{'':14}"
        if len(dat) and dat.vals.dtype.kind in "iuf":
            three = dat.vals.min(), dat.vals.mean(), dat.vals.max()
            numbers = "".join(f"{value:>10.3f}" for value in three) + f"  {dat.unit or '':<5}"
        if (found := violations(dat)) is not None:
            out = f"{sum(row['duration'] for row in found):>12,.0f} s"
        yield f"{dat.MSID:<16}{len(dat):>9,}{numbers}{out}{len(fetch.gaps(dat.MSID, start, stop)):>6}"


def details(msids: fetch.MSIDset, start: str, stop: str) -> Iterator[str]:
    """A line for each of the longest violations of limits, and for each gap."""
    for dat in msids.values():
        if (found := violations(dat)) is not None:
            for row in found[:LONGEST]:
                value = f"{row['limit']}, {row['extreme']:.3f} {dat.unit or ''}"
                yield f"{row['severity']:<7}{dat.MSID:<16}{row['datestart']}  {row['duration']:>9.1f} s  {value}"
            if len(found) > LONGEST:
                yield f"{'':<7}{dat.MSID:<16}and {len(found) - LONGEST:,} shorter ones"
        for row in fetch.gaps(dat.MSID, start, stop):
            yield f"{'gap':<7}{dat.MSID:<16}{row['datestart']}  {row['duration']:>9.1f} s"


def main() -> None:
    """Write the report of one day."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="root of the archive; by default one is simulated")
    parser.add_argument("--day", default="2026:001", help="which day (default: %(default)s)")
    parser.add_argument("--msids", nargs="+", default=MSIDS, help="names or patterns (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("jeta-report"), help="where to write")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with fetch.set_archive(options.archive or simulated(options.folder)):
        begin_s = to_seconds(options.day)
        start, stop = str(show(begin_s, "date")), str(show(begin_s + DAY_S, "date"))
        msids = fetch.Msidset(options.msids, start, stop)
        report = [f"{start} to {stop}", "", *lines(msids, start, stop), "", *details(msids, start, stop)]
        (options.folder / "report.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
        msids.to_html(options.folder / "report.html")
    print("\n".join(report))


if __name__ == "__main__":
    main()
