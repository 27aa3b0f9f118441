"""Get telemetry out of an archive: what analysts import.

>>> from jeta import fetch

The archive is the one of ``fetch.set_archive(root)``, else the one that the environment's ``ENG_ARCHIVE`` names. Values come as
they are stored (unit system ``cxc``); `jeta.fetch_eng` and `jeta.fetch_sci` are the same in engineering and scientific units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta import units as _units
from jeta.fetch.caching import add_logging_handler, memoized
from jeta.fetch.loading import load
from jeta.fetch.msid import MSID, STATS_DT, Msid
from jeta.fetch.msidset import MSIDset, Msidset
from jeta.fetch.names import MAX_GLOB_MATCHES, msid_glob
from jeta.fetch.session import set_archive, set_fetch_basedir
from jeta.fetch.states import STATE_CODES
from jeta.fetch.systems import ArchiveLabels, in_units
from jeta.fetch.timerange import get_time_range
from jeta.units import Units

if TYPE_CHECKING:
    from jeta.computed import ComputedMsid, DerivedParameter
    from jeta.fetch.badtimes import apply_bad_times, msid_bad_times, read_bad_times
    from jeta.fetch.completion import msids
    from jeta.fetch.data_gap import create_msid_data_gap, get_data_gap_spec_parser, msid_matches_data_gap_spec
    from jeta.fetch.edges import last_known
    from jeta.fetch.event_spans import event_names, events
    from jeta.fetch.flag_list import flags
    from jeta.fetch.inventory import search
    from jeta.fetch.presence import coverage, gaps
    from jeta.fetch.sizes import get_fetch_size
    from jeta.fetch.source_choice import data_source
    from jeta.fetch.telem import get_telem
    from jeta.fetch.telem_table import get_telem_table

UNITS = Units("cxc")
"""The unit system in which this module fetches."""

LAUNCH_DATE = "1999:204"
"""A start before all telemetry of Chandra, for scripts that name it; without any start a fetch begins with the archive."""

_LATER = {
    "ComputedMsid": "jeta.computed",
    "DerivedParameter": "jeta.computed",
    "apply_bad_times": "jeta.fetch.badtimes",
    "coverage": "jeta.fetch.presence",
    "create_msid_data_gap": "jeta.fetch.data_gap",
    "data_source": "jeta.fetch.source_choice",
    "event_names": "jeta.fetch.event_spans",
    "events": "jeta.fetch.event_spans",
    "flags": "jeta.fetch.flag_list",
    "gaps": "jeta.fetch.presence",
    "get_data_gap_spec_parser": "jeta.fetch.data_gap",
    "get_fetch_size": "jeta.fetch.sizes",
    "get_telem": "jeta.fetch.telem",
    "get_telem_table": "jeta.fetch.telem_table",
    "last_known": "jeta.fetch.edges",
    "msid_bad_times": "jeta.fetch.badtimes",
    "msid_matches_data_gap_spec": "jeta.fetch.data_gap",
    "msids": "jeta.fetch.completion",
    "read_bad_times": "jeta.fetch.badtimes",
    "search": "jeta.fetch.inventory",
}
"""Names that are imported when first asked for, and from where: importing fetch must not cost what few scripts use."""

__all__ = [
    "LAUNCH_DATE",
    "MAX_GLOB_MATCHES",
    "MSID",
    "STATE_CODES",
    "STATS_DT",
    "UNITS",
    "ComputedMsid",
    "DerivedParameter",
    "MSIDset",
    "Msid",
    "Msidset",
    "Units",
    "add_logging_handler",
    "apply_bad_times",
    "coverage",
    "create_msid_data_gap",
    "data_source",
    "event_names",
    "events",
    "flags",
    "gaps",
    "get_data_gap_spec_parser",
    "get_fetch_size",
    "get_telem",
    "get_telem_table",
    "get_time_range",
    "get_units",
    "in_units",
    "last_known",
    "memoized",
    "msid_bad_times",
    "msid_glob",
    "msid_matches_data_gap_spec",
    "msids",
    "read_bad_times",
    "search",
    "set_archive",
    "set_fetch_basedir",
    "set_units",
]


def get_units() -> str:
    """Return the name of the unit system in which this module fetches."""
    return str(UNITS["system"])


def set_units(unit_system: str) -> None:
    """Set the unit system in which this module fetches from now on; objects that are there keep theirs.

    Parameters
    ----------
    unit_system : {'cxc', 'sci', 'eng'}
        As stored; the same with temperatures in degC; or engineering units such as degF and psia.

    Raises
    ------
    UnitSystemError
        If it is none of these; also a `ValueError`.
    """
    UNITS.set_units(unit_system)


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only where something is asked for

    if _LATER[name] != "jeta.computed":  # a class to derive from is no fetch
        load()
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})


def _connect() -> None:
    """Tell the folders below, which must not import this one, how to get at the archive in use."""
    _units.set_default_labels(ArchiveLabels())


_connect()
