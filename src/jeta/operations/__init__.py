"""What an operator does to an archive as a whole."""

from __future__ import annotations

from jeta.archive import create_archive as create
from jeta.operations.add_msid import add_msid
from jeta.operations.backup import BackupReport, backup, verify_backup
from jeta.operations.backup_list import backup_at, backups_in
from jeta.operations.destroy import check_destroyable, destroy
from jeta.operations.flags import Flagged, flag, flags, unflag
from jeta.operations.restore import RestoreReport, restore
from jeta.operations.truncate import TruncateReport, truncate
from jeta.operations.verify import Finding, verify

initialize = create
"""The first jeta's name of `create`."""

__all__ = [
    "BackupReport",
    "Finding",
    "Flagged",
    "RestoreReport",
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
    "initialize",
    "restore",
    "truncate",
    "unflag",
    "verify",
    "verify_backup",
]
