"""What a fresh process pays: importing fetch, and the first fetch of an archive of 10 and of 20,000 MSIDs.

Peer in the same run: importing numpy alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from measuring import arguments, process_s, report, work_folder

from jeta.archive import Writer, create_archive
from jeta.samples import Samples
from jeta.tdb import Entry, write_yaml

if TYPE_CHECKING:
    from pathlib import Path

_FETCH = "from jeta import fetch; fetch.MSID('TEMP_00007', 1.7e9, 1.7e9 + 60)"


def main() -> None:
    options = arguments(__doc__)
    many = 2_000 if options.quick else 20_000
    with work_folder(options.folder) as folder:
        small, large = (make(folder / str(msids), msids) for msids in (10, many))
        nothing_s, numpy_s = process_s("pass"), process_s("import numpy")
        fetch_s = process_s("from jeta import fetch")
        small_s, large_s = (process_s(_FETCH, ENG_ARCHIVE=str(root)) for root in (small, large))
        report(
            "fresh processes, medians",
            [
                ("an empty process", f"{nothing_s * 1e3:.0f} ms"),
                ("import numpy", f"{numpy_s * 1e3:.0f} ms"),
                ("from jeta import fetch", f"{fetch_s * 1e3:.0f} ms"),
                ("ratio of the processes", f"{fetch_s / numpy_s:.2f}"),
                ("ratio without the empty process", f"{(fetch_s - nothing_s) / (numpy_s - nothing_s):.2f}"),
                ("first fetch, 10 MSIDs", f"{small_s * 1e3:.0f} ms"),
                (f"first fetch, {many:,} MSIDs", f"{large_s * 1e3:.0f} ms"),
                ("difference", f"{(large_s - small_s) * 1e3:.0f} ms"),
            ],
        )


def make(root: Path, msids: int) -> Path:
    """An archive of many MSIDs with a telemetry database, folded."""
    archive = create_archive(root)
    names = [f"TEMP_{number:05d}" for number in range(msids)]
    entries = [
        Entry(
            name, id=number + 1, unit="K", type="float64", subsystem="THM", description=f"Temperature number {number}"
        )
        for number, name in enumerate(names)
    ]
    write_yaml(entries, archive.layout.tdb / "many.yaml")
    ticks = 1_700_000_000_000 + np.arange(60) * 1000
    with Writer(root) as writer:
        writer.commit({name: Samples(ticks, "ms", np.arange(60.0)) for name in names})
        writer.fold()
    archive.tdb()
    return root


if __name__ == "__main__":
    main()
