"""Importers of the lists of MSIDs that missions publish: JWST's catalogue, jwql's limits, Chandra's measurements.

`import_file` knows a file by its content. What it makes can be written with `jeta.tdb.write_yaml`.
"""

from __future__ import annotations

from jeta.tdb.importers.imported import Imported, merged, merged_entry
from jeta.tdb.importers.install import IMPORTED_NAME, Installed, install
from jeta.tdb.importers.registry import IMPORTERS, Importer, import_file, import_files

__all__ = [
    "IMPORTED_NAME",
    "IMPORTERS",
    "Imported",
    "Importer",
    "Installed",
    "import_file",
    "import_files",
    "install",
    "merged",
    "merged_entry",
]
