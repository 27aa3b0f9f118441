"""What an operator does to an archive as a whole."""

from __future__ import annotations

from jeta.archive import create_archive as create
from jeta.operations.add_msid import ADDED_NAME, add_msid
from jeta.operations.backup import BackupReport, backup, verify_backup
from jeta.operations.backup_list import backup_at, backups_in
from jeta.operations.destroy import check_destroyable, destroy
from jeta.operations.finding import Finding
from jeta.operations.flags import Flagged, flag, flags, unflag
from jeta.operations.health import Check, Health, Limits, health
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
from jeta.operations.repair import RepairReport, repair
from jeta.operations.restore import RestoreReport, restore
from jeta.operations.status import Status, status
from jeta.operations.truncate import TruncateReport, truncate
from jeta.operations.verify import verify

initialize = create
"""The first jeta's name of `create`."""

__all__ = [
    "ADDED_NAME",
    "BackupReport",
    "Check",
    "Finding",
    "Flagged",
    "Health",
    "Limits",
    "RepairReport",
    "RestoreReport",
    "Status",
    "TruncateReport",
    "add_msid",
    "backup",
    "backup_at",
    "backups_in",
    "check_destroyable",
    "create",
    "destroy",
    "flag",
    "flags",
    "get_current_ingest_id",
    "get_ingest_files",
    "get_ingest_history",
    "get_ingest_state",
    "get_list_of_files_in_range",
    "get_list_of_staged_files",
    "get_msid_count",
    "get_msid_names",
    "get_total_archive_area_size",
    "health",
    "initialize",
    "is_in_archive",
    "repair",
    "restore",
    "status",
    "truncate",
    "unflag",
    "verify",
    "verify_backup",
]
