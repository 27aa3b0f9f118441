"""What the environment says: the only reader of ``os.environ``.

=================  =================================================================================
variable           meaning
=================  =================================================================================
``ENG_ARCHIVE``    root of the archive in use, where neither an argument nor `fetch.set_archive` names one
``CXOTIME_NOW``    the time to take for "now", in any form that jeta accepts (the ancestors' name)
``JETA_WORKERS``   number of processes that fold an archive; by default as many as there are cores
=================  =================================================================================
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set from outside, read when asked for and never changed after.

    Attributes
    ----------
    archive_root : Path or None
        The archive in use, from ``ENG_ARCHIVE``.
    now : str or None
        The time to take for now, from ``CXOTIME_NOW``.
    workers : int
        Number of processes for parallel work, at least 1, from ``JETA_WORKERS``.
    """

    archive_root: Path | None
    now: str | None
    workers: int


def from_environment() -> Settings:
    """Read the settings from the environment as it is at this moment.

    Raises
    ------
    ValueError
        If ``JETA_WORKERS`` is not a whole number of at least 1.
    """
    root = os.environ.get("ENG_ARCHIVE") or None
    workers = os.environ.get("JETA_WORKERS") or str(os.cpu_count() or 1)
    if not workers.isdecimal() or int(workers) < 1:
        raise ValueError(
            f"JETA_WORKERS must be a whole number of at least 1, but is {workers!r}; unset it to use all cores"
        )
    return Settings(
        archive_root=Path(root).expanduser() if root else None,
        now=os.environ.get("CXOTIME_NOW") or None,
        workers=int(workers),
    )
