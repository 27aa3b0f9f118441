"""How long a telemetry database of 20,000 entries takes: from YAML, from its cache, and one entry in a fresh process.

Peer in the same run: PyYAML alone, which makes plain dictionaries and checks nothing.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path

import yaml
from measuring import arguments, work_folder

from jeta.tdb import Entry, Limits, Tdb, write_yaml

WORDS = ("temperature", "voltage", "current", "status", "heater", "panel", "motor", "housekeeping", "bus", "primary")
SUBSYSTEMS = ("NIRCAM", "MIRI", "FGS", "NIRSPEC", "NIRISS", "FSW", "ACS")
REPEATS = 5

FRESH = """
import sys, time
start = time.perf_counter()
from pathlib import Path
from jeta.tdb import Tdb
imported = time.perf_counter()
tdb = Tdb.load(Path(sys.argv[1]))
loaded = time.perf_counter()
tdb[sys.argv[2]]
found = time.perf_counter()
print(imported - start, loaded - imported, found - loaded, "yaml" in sys.modules)
"""


def make_entry(number: int) -> Entry:
    """An entry of eight keys: every fourth a state, the others a voltage with limits."""
    subsystem = SUBSYSTEMS[number % len(SUBSYSTEMS)]
    about = {
        "id": 100_000 + number,
        "description": f"{' '.join(random.choices(WORDS, k=6))} {number}",
        "subsystem": subsystem,
    }
    name = f"{subsystem[:4]}_HK_{number:05d}_V"
    if number % 4 == 0:
        return Entry(
            name, type="state", state_codes={0: "OFF", 1: "ON", 2: "FAULT"}, on_change=True, cadence_s=1.024, **about
        )
    return Entry(name, unit="V", type="float64", cadence_s=4.096, limits=Limits(-1.5, -1.0, None, 4.0, 5.0), **about)


def best_ms(work, *, before=lambda: None) -> float:
    """Best of a few runs, ms."""
    times = []
    for _ in range(REPEATS):
        before()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main() -> None:
    options = arguments(__doc__)
    count = 2_000 if options.quick else 20_000
    random.seed(1)
    with work_folder(options.folder) as scratch:
        folder = scratch / "tdb"
        folder.mkdir()
        write_yaml([make_entry(number) for number in range(count)], folder / "all.yaml")
        cache = folder / ".cache.jsonl"
        plain = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
        text = (folder / "all.yaml").read_bytes()
        rows = {
            "yaml.load alone, no checks (peer)": best_ms(lambda: yaml.load(text, plain)),
            "load from YAML, write the cache": best_ms(
                lambda: Tdb.load(folder), before=lambda: cache.unlink(missing_ok=True)
            ),
            "load from the cache, files just written": best_ms(lambda: Tdb.load(folder)),
        }
        time.sleep(2.5)  # until the times of the files tell versions apart, so that their content need not be compared
        Tdb.load(folder)
        rows["load from the cache"] = best_ms(lambda: Tdb.load(folder))
        tdb = Tdb.load(folder)
        name = list(tdb)[count // 2]
        tdb.search("x")
        rows["search of two words, ten best"] = best_ms(lambda: tdb.search("heater primary", limit=10))
        rows["search of two words, all"] = best_ms(lambda: Tdb.load(folder).search("heater primary"))
        rows["glob"] = best_ms(lambda: tdb.glob("*_0012?_*"))
        rows["names near an unknown one"] = best_ms(lambda: _unknown(tdb))
        fresh = [_fresh(folder, name) for _ in range(REPEATS)]
        for column, title in enumerate(("import jeta.tdb", "load from the cache", "look up one entry")):
            rows[f"fresh process: {title}"] = min(float(run[column]) for run in fresh) * 1e3
        for title, ms in rows.items():
            print(f"{title:45s} {ms:10.2f} ms")
        print(f"{'entries; YAML size':45s} {count:10d}    {(folder / 'all.yaml').stat().st_size} bytes")
        print(f"{'cache size':45s} {cache.stat().st_size:10d} bytes; YAML imported in a fresh process: {fresh[0][3]}")


def _unknown(tdb: Tdb) -> None:
    with contextlib.suppress(KeyError):
        tdb["NIRC_HK_0O012_V"]


def _fresh(folder: Path, name: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", FRESH, folder, name], check=True, capture_output=True, text=True
    ).stdout.split()


if __name__ == "__main__":
    main()
