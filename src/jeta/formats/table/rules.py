"""What is known of a table before it is read: how its times are written, and of which MSIDs its columns are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

NUMBER_FORMATS = ("unix", "cxcsec", "gps", "jd", "mjd", "elapsed")
"""Times as numbers of a known zero."""

TEXT_FORMATS = ("auto", "iso", "yday", "text")
"""Times as text in any form that jeta reads; ``auto``: or numbers, which are seconds of the archive's time system."""

SLASHED = "slashed"
"""Times as text, dates with slashes or dashes; of formats whose times are always so, not for mappings."""

SCALES = ("utc", "tai", "tt", "gps")

UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "min": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86_400 * 10**9,
}
"""Nanoseconds in each unit in which numbers may count."""

TYPES = ("text", "float", "integer", "bool")
"""What values a column may be told to have."""


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How times are written.

    Attributes
    ----------
    columns : tuple of str
        Their column, or several whose texts are joined with a blank, such as a date and a time of day; empty for the one whose
        name says it.
    format : str
        One of `TEXT_FORMATS` or `NUMBER_FORMATS`, `SLASHED`, or a pattern of ``strptime``.
    scale : {'utc', 'tai', 'tt', 'gps'}
        What the clock shows.
    unit : str
        What numbers count, of `UNITS_NS`; of no matter to ``jd`` and ``mjd``.
    epoch : str or None
        The zero of ``elapsed``: text in the same scale, or in UTC if it ends in ``Z``.
    """

    columns: tuple[str, ...] = ()
    format: str = "auto"
    scale: str = "utc"
    unit: str = "s"
    epoch: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Of which MSID a column is.

    Attributes
    ----------
    column : str
        The column.
    msid : str
        The MSID, as the mapping or the header names it.
    unit : str or None
        The label of the unit; None for what the table says, if anything.
    type : str or None
        One of `TYPES`; None for what the values look like.
    quality : str or None
        The column that says which values are bad.
    """

    column: str
    msid: str
    unit: str | None = None
    type: str | None = None
    quality: str | None = None


class Known(NamedTuple):
    """What an archive knows of an MSID before a table is read.

    Attributes
    ----------
    is_text : bool
        Whether its values are texts.
    is_calibrated : bool
        Whether raw counts are stored, and given out as something else.
    is_single : bool
        Whether values are float32, so that 0.1 in a text means the float32 that is written so.
    """

    is_text: bool
    is_calibrated: bool = False
    is_single: bool = False


Lookup: TypeAlias = Callable[[str], Known | None]
"""Tells what is known of an MSID, None if nothing is."""
