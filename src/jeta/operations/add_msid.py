"""Say what an MSID is, before or after it has samples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jeta.archive import open_archive
from jeta.archive.lock import WriterLock
from jeta.errors import TdbError
from jeta.tdb import check_name, write_yaml
from jeta.tdb.loader import Loader
from jeta.tdb.sources import list_files
from jeta.update.target import root_of

if TYPE_CHECKING:
    from jeta.tdb import Entry
    from jeta.update.target import ArchiveLike

ADDED_NAME = "added.yaml"
"""The file of the folder ``tdb`` that entries are added to."""


def add_msid(archive: ArchiveLike | None, name: str, **fields: Any) -> Entry:
    """Add an entry to the telemetry database of an archive, in the file ``tdb/added.yaml``.

    An archive takes samples of any MSID, with or without an entry: the entry says what they are.

    Parameters
    ----------
    archive : open archive, path, or None
        Which archive; None for the one in use.
    name : str
        The MSID, in any case.
    **fields
        The keys of an entry as they are written in YAML, such as ``unit="V"``, ``type="float64"``, ``description=...``,
        ``limits={"red_low": 4.5}``; lists, mappings, texts and numbers.

    Returns
    -------
    Entry
        The entry, as it is read back.

    Raises
    ------
    MsidNameError
        If the name cannot be that of an MSID.
    TdbError
        If a key or a value is wrong, the MSID has an entry already, or a file of the database is wrong; nothing is written.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     add_msid(create_archive(folder + "/a"), "sa_volt", unit="V", type="float64").name
    'SA_VOLT'
    """
    layout = open_archive(root_of(archive)).layout
    name = check_name(name)
    try:
        text = json.dumps({name: fields}, allow_nan=False)
    except (TypeError, ValueError) as err:
        raise TdbError(f"MSID {name}: expected texts, numbers, lists and mappings, got {fields!r} ({err})") from err
    with WriterLock(layout.lock):
        loader, target = Loader(), layout.tdb / ADDED_NAME
        for path in list_files(layout.tdb):
            loader.read(path.read_bytes(), path.name)
        loader.read(text.encode(), "the new entry")
        loader.finish()
        added = Loader()
        if target.exists():
            added.read(target.read_bytes(), target.name)
        added.read(text.encode(), "the new entry")
        write_yaml(added.finish(), target)
    return added.entries[name]
