"""What the environment says: the only reader of ``os.environ``.

========================  ==========================================================================
variable                  meaning
========================  ==========================================================================
``ENG_ARCHIVE``           root of the archive in use, where neither an argument nor `fetch.set_archive` names one
``CXOTIME_NOW``           the time to take for "now", in any form that jeta accepts (the ancestors' name)
``JETA_WORKERS``          number of processes that fold an archive; by default as many as there are cores
``JETA_CACHE``            folder in which answers of services are kept; by default one in the user's cache
``MAST_API_TOKEN``        token that the source ``mast`` sends to the service; by default none is sent
``CHETA_FETCH_DATA_GAP``  a hole to cut into everything that is fetched, to try a script on (the ancestors' name)
========================  ==========================================================================
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
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
    cache_folder : Path or None
        Where answers of services are kept, from ``JETA_CACHE``; None for `user_cache_folder`.
    data_gap : str or None
        A hole to cut into what is fetched, from ``CHETA_FETCH_DATA_GAP``, see `jeta.fetch.data_gap`.
    mast_api_token : str or None
        The token for the public engineering database, from ``MAST_API_TOKEN``. It is a secret, and not shown.
    """

    archive_root: Path | None
    now: str | None
    workers: int
    cache_folder: Path | None = None
    data_gap: str | None = None
    mast_api_token: str | None = field(default=None, repr=False)


def from_environment() -> Settings:
    """Read the settings from the environment as it is at this moment.

    Raises
    ------
    ValueError
        If ``JETA_WORKERS`` is not a whole number of at least 1.
    """
    root = os.environ.get("ENG_ARCHIVE") or None
    cache = os.environ.get("JETA_CACHE") or None
    workers = os.environ.get("JETA_WORKERS") or str(os.cpu_count() or 1)
    if not workers.isdecimal() or int(workers) < 1:
        raise ValueError(
            f"JETA_WORKERS must be a whole number of at least 1, but is {workers!r}; unset it to use all cores"
        )
    return Settings(
        archive_root=Path(root).expanduser() if root else None,
        now=os.environ.get("CXOTIME_NOW") or None,
        workers=int(workers),
        cache_folder=Path(cache).expanduser() if cache else None,
        data_gap=os.environ.get("CHETA_FETCH_DATA_GAP") or None,
        mast_api_token=(os.environ.get("MAST_API_TOKEN") or "").strip() or None,
    )


def user_cache_folder() -> Path | None:
    """Return the folder where jeta keeps what it can get again, by the custom of the system.

    Returns
    -------
    Path or None
        Such as ``~/.cache/jeta``; it need not exist. None for a user without a home.
    """
    if sys.platform == "win32":
        said, usual = os.environ.get("LOCALAPPDATA"), "~/AppData/Local"
    elif sys.platform == "darwin":
        said, usual = None, "~/Library/Caches"
    else:
        said, usual = os.environ.get("XDG_CACHE_HOME"), "~/.cache"
    folder = said if said and Path(said).is_absolute() else str(os.path.expanduser(usual))  # noqa: PTH111 - as it says below
    # Path.expanduser would raise for a user without a home; this one leaves the tilde.
    return None if folder.startswith("~") else Path(folder) / "jeta"
