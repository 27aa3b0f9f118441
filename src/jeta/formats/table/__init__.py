"""Tables of anybody: CSV, Parquet and Feather files, with a small YAML mapping where the header does not say what is what."""

from __future__ import annotations

from jeta.formats.table.mapping import TableMapping, read_mapping
from jeta.formats.table.reader import Table

__all__ = ["Table", "TableMapping", "read_mapping"]
