"""Which folders of an archive hold source files rather than anything of the archive itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError
from jeta.ingest.settings import load_settings
from jeta.logs import logger

if TYPE_CHECKING:
    from jeta.archive.config import ArchiveConfig
    from jeta.archive.layout import Layout

_log = logger(__name__)

_NAMES = ("staging", "rejected", "processed")
"""A file goes from the first to one of the others: who goes through them in this order misses none that is moved meanwhile."""


def source_folders(config: ArchiveConfig, layout: Layout) -> tuple[str, ...]:
    """Return the folders of source files that lie below an archive's own folder.

    Parameters
    ----------
    config : ArchiveConfig
        The archive's settings, which may name other folders than the usual ones.
    layout : Layout
        Where the archive lies.

    Returns
    -------
    tuple of str
        Paths below the root, with ``/``; that of deliveries first. The usual ones count wherever files arrive now.
    """
    usual = [getattr(layout, name).name for name in _NAMES]
    try:
        settings = load_settings(config, layout)
    except ArchiveCorruptError as err:
        _log.warning("taking %s for the folders of source files: %s", ", ".join(usual), err)
        return tuple(usual)
    folders = [getattr(settings, name) for name in _NAMES]
    root = layout.root.absolute()
    named = [folder.relative_to(root).as_posix() for folder in folders if folder.is_relative_to(root)]
    return tuple(dict.fromkeys([*named, *usual]))


def is_below(path: str, folders: tuple[str, ...]) -> bool:
    """Tell whether a path is one of some folders, or in one.

    Parameters
    ----------
    path : str
        Below the archive's root, with ``/``.
    folders : tuple of str
        Likewise.

    Examples
    --------
    >>> is_below("staging/a.h5", ("staging",)), is_below("staging2", ("staging",))
    (True, False)
    """
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
