"""The formats that are known, by name and by content.

Other packages add theirs by an entry point of the group ``jeta.formats`` that names a class, or an instance, obeying
`Format`:

::

    [project.entry-points."jeta.formats"]
    my_format = "my_package.my_module:MyFormat"
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import plugins
from jeta.errors import FormatError
from jeta.formats.appearance import looks_like
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.edb_json import EdbJson
from jeta.formats.fits_table import FitsTable
from jeta.formats.fof_csv import FofCsv
from jeta.formats.protocol import Format
from jeta.formats.table.reader import Table

if TYPE_CHECKING:
    from jeta.formats.batch import Delivery, Description
    from jeta.formats.protocol import AnyPath

GROUP = "jeta.formats"


def formats() -> dict[str, Format]:
    """Return the known formats by name: jeta's own, then those of other packages, and last the one of any table.

    A plug-in that does not load, or bears the name of another format, is set aside, and a warning is logged.

    Examples
    --------
    >>> list(formats())[:3]
    ['fos_hdf5', 'edb_csv', 'edb_json']
    """
    return dict(_loaded())


def identify(path: AnyPath) -> Format:
    """Find the format of a file by its content.

    Parameters
    ----------
    path : str or path-like
        The file; some thousand bytes of it are read.

    Returns
    -------
    Format
        The first format, in the order of `formats`, that takes it for its own.

    Raises
    ------
    FormatError
        If none does; the message says which were tried and what the file looks like.
    OSError
        If the file is not there or may not be read.
    """
    known = formats()
    for candidate in known.values():
        if candidate.identify(path):
            return candidate
    why_no_table = Table().why_not(path)
    raise FormatError(
        f"{Path(path)}: expected a file of one of the formats {', '.join(known)}, found {looks_like(path)}; "
        + (f"as a table, {why_no_table}; or" if why_no_table else "take it out of the batch, or")
        + " install a package that brings its format"
    )


def describe(path: AnyPath) -> Description:
    """Tell what a file holds, without reading all of it.

    Parameters
    ----------
    path : str or path-like
        A file of any known format.

    Returns
    -------
    Description
        What the file tells cheaply; times in ms since 1970 UTC.

    Raises
    ------
    FormatError
        If the file is of no known format, or is damaged.
    OSError
        If the file is not there or may not be read.
    """
    return identify(path).describe(path)


def read(path: AnyPath) -> Delivery:
    """Read all rows of a file.

    Parameters
    ----------
    path : str or path-like
        A file of any known format.

    Returns
    -------
    Delivery
        Every row of the file is either in one of its batches or counted in ``rejected``; ticks count from 1970 UTC.

    Raises
    ------
    FormatError
        If the file is of no known format, or is damaged.
    OSError
        If the file is not there or may not be read.
    """
    return identify(path).read(path)


@cache
def _loaded() -> dict[str, Format]:
    """Load all formats, once in the life of a process."""
    from jeta.formats.fos_hdf5 import FosHdf5  # noqa: PLC0415 -- h5py is slow to import, and only needed from here on

    known: dict[str, Format] = {known.name: known for known in (FosHdf5(), EdbCsv(), EdbJson(), FofCsv(), FitsTable())}
    table = Table()  # takes what no other wants, those of other packages included
    for point, plugin in plugins.load(GROUP, "format", _made):
        if not isinstance(plugin, Format):
            plugins.set_aside(point, "format", "it has not all of name, identify, describe, read")
        elif plugin.name in known or plugin.name == table.name:
            plugins.set_aside(point, "format", "the name is taken")
        else:
            known[plugin.name] = plugin
    return known | {table.name: table}


def _made(found: Any) -> Any:
    """An instance of what a plug-in names."""
    return found() if isinstance(found, type) else found
