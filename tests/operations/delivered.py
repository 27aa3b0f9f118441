"""An archive that has ingested files from its staging folder: some moved to processed, one rejected, one held back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ingest.deliveries import make_archive, write_file
from jeta import ingest

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive import JetaReader

LONG_AGO_S = 1e9


def stage(archive: JetaReader, number: int, name: str | None = None) -> Path:
    """Put file `number` of the delivery into the staging folder, changed long ago."""
    path = write_file(archive.layout.staging / (name or f"E{number:04d}.h5"), number)
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))
    return path


def stage_broken(archive: JetaReader, name: str = "broken.h5") -> Path:
    """Put a file that is called like data and is none into the staging folder."""
    path = archive.layout.staging / name
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"no more of it" * 50)
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))
    return path


def set_ingest(archive: JetaReader, text: str) -> None:
    """Say more in archive.yaml, such as how to ingest."""
    path = archive.layout.settings
    path.write_text(path.read_text() + text)


def delivered(root: Path, files: int = 3) -> JetaReader:
    """An archive of some files, and one that was rejected."""
    archive = make_archive(root)
    for number in range(files):
        stage(archive, number)
    stage_broken(archive)
    ingest.run(archive=root, workers=1)
    return archive
