"""Opening the catalog of an archive to look into it, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta.archive.lock import holder_of
from jeta.catalog import RecordLog

if TYPE_CHECKING:
    from jeta.archive import JetaReader
    from jeta.catalog import Catalog


def is_kept(reader: JetaReader) -> bool:
    """Tell whether an archive has a catalog: one without records need not."""
    return bool(reader.config.catalog) or reader.layout.catalog.exists()


def catalog_of(reader: JetaReader, *, read_only: bool = True) -> Catalog:
    """Open the catalog of an archive.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    read_only : bool
        Change nothing at all.

    Returns
    -------
    Catalog
        To be closed; it knows what it knew when it was brought into step last.

    Raises
    ------
    CatalogError
        If it cannot be reached.
    """
    from jeta.catalog import Catalog  # noqa: PLC0415 - takes a third of a second

    layout = reader.layout
    return Catalog.open(
        reader.config.catalog or layout.catalog,
        RecordLog(layout.records),
        read_only=read_only,
        is_writing=lambda: holder_of(layout.lock) is not None,
    )
