"""What the benchmarks share: timing, memory, tables. Run any of them with --quick for a short look."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def arguments(description: str) -> argparse.Namespace:
    """Read the command line that all benchmarks have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="smaller data, for a look at whether it runs")
    parser.add_argument("--folder", type=Path, help="where to write the data (default: a temporary folder)")
    return parser.parse_args()


@contextmanager
def work_folder(chosen: Path | None) -> Iterator[Path]:
    """A folder for the data, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="jeta-bench-", dir=chosen) as name:
        yield Path(name)


def best_s(work: Callable[[], object], repeats: int = 5) -> float:
    """Shortest time of some runs, seconds; the first run, which warms the page cache, does not count."""
    work()
    return min(time_s(work) for _ in range(repeats))


def median_s(work: Callable[[], object], repeats: int = 101) -> float:
    """Median time of some runs, seconds."""
    work()
    return statistics.median(time_s(work) for _ in range(repeats))


def time_s(work: Callable[[], object]) -> float:
    """Time of one run, seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process_s(code: str, repeats: int = 15, **environment: str) -> float:
    """Median time of a fresh Python process that runs some code, seconds."""
    return statistics.median(
        time_s(lambda: subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **environment}))
        for _ in range(repeats)
    )


def peak_mb() -> float:
    """Largest resident memory of this process so far, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def report(title: str, rows: list[tuple[str, str]]) -> None:
    """Print a small table."""
    width = max(len(name) for name, _ in rows)
    print(f"\n{title}")
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
