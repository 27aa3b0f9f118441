"""The import path of the original jeta: ``from jeta.archive import status``. New code imports `jeta.operations`."""

from __future__ import annotations

from jeta.operations.inquiries import (
    get_current_ingest_id,
    get_ingest_files,
    get_ingest_history,
    get_ingest_state,
    get_list_of_files_in_range,
    get_list_of_staged_files,
    get_msid_count,
    get_msid_names,
    get_total_archive_area_size,
    is_in_archive,
)

__all__ = [
    "get_current_ingest_id",
    "get_ingest_files",
    "get_ingest_history",
    "get_ingest_state",
    "get_list_of_files_in_range",
    "get_list_of_staged_files",
    "get_msid_count",
    "get_msid_names",
    "get_total_archive_area_size",
    "is_in_archive",
]
