"""How long a mirror takes: of some MSIDs out of many, of all, and of nothing new; beside copying the same files by `cp -r`."""

from __future__ import annotations

import functools
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
from measuring import arguments, report, time_s, work_folder

from jeta.archive import Writer, create_archive
from jeta.mirror import mirror, write_index
from jeta.samples import Samples

if TYPE_CHECKING:
    from pathlib import Path


def made(root: Path, names: list[str], rows: int) -> None:
    """An archive of MSIDs of so many rows each, folded, with statistics."""
    create_archive(root)
    rng = np.random.default_rng(0)
    ticks = np.arange(rows) * 1000 + rng.integers(-3, 4, rows)
    values = np.rint(2000 + rng.normal(0, 30, rows)) * 0.0244
    with Writer(root) as writer:
        writer.commit({name: Samples(np.sort(ticks), "ms", values) for name in names})
        writer.fold(workers=2)
        writer.refresh_statistics(names[:50], workers=2)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def copied(source: Path, target: Path) -> float:
    """How long `cp -r` takes, with what it copied brought to the disk, as a mirror is; seconds."""
    return time_s(
        lambda: subprocess.run(["sh", "-c", f"cp -r '{source}' '{target}' && sync -f '{target}'"], check=True)
    )


def of_one(folder: Path, title: str, count: int, rows: int) -> None:
    """Measure mirrors of one archive."""
    names = [f"SA_{number:05d}" for number in range(count)]
    root = folder / "source"
    made(root, names, rows)
    size = sum(path.stat().st_size for path in root.rglob("*.h5")) / 1e6
    lines = [("archive", f"{count:,} MSIDs of {rows:,} rows, {size:,.0f} MB")]
    copy_s = copied(root, folder / "copy")
    all_s = time_s(lambda: mirror(root, folder / "all"))
    few = [f"SA_{number:05d}" for number in range(0, count, max(1, count // 50))][:50]
    lines += [
        ("cp -r of all, and sync", f"{copy_s:.2f} s"),
        ("mirror of all", f"{all_s:.2f} s, {all_s / copy_s:.2f} times cp"),
        ("mirror of all, nothing new", f"{time_s(lambda: mirror(None, folder / 'all')):.2f} s"),
        (f"mirror of {len(few)} MSIDs", f"{time_s(lambda: mirror(root, folder / 'few', msids=few)):.2f} s"),
        (f"mirror of {len(few)} MSIDs, nothing new", f"{time_s(lambda: mirror(None, folder / 'few')):.2f} s"),
        ("index, first", f"{time_s(lambda: write_index(root)):.2f} s"),
        ("index, nothing new", f"{time_s(lambda: write_index(root)):.2f} s"),
        ("index, size", f"{(root / 'mirror' / 'index.json.gz').stat().st_size / 1e6:.2f} MB"),
    ]
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    lines += [
        (f"http: mirror of {len(few)} MSIDs", f"{time_s(lambda: mirror(url, folder / 'far', msids=few)):.2f} s"),
        ("http: nothing new", f"{time_s(lambda: mirror(None, folder / 'far')):.2f} s"),
    ]
    server.shutdown()
    report(title, lines)
    for path in folder.iterdir():
        shutil.rmtree(path)


def main() -> None:
    """Measure archives of many small columns, and of a few large ones."""
    options = arguments(__doc__)
    with work_folder(options.folder) as folder:
        of_one(folder, "many MSIDs", 1000 if options.quick else 20_000, 1000)
        of_one(folder, "large MSIDs", 8, 200_000 if options.quick else 40_000_000 // 8)


if __name__ == "__main__":
    main()
