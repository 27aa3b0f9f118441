"""Frames as `astropy.table.Table` and `astropy.timeseries.TimeSeries`, and as ECSV files."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.tables.pandas_frame import native
from jeta.tables.placing import placed
from jeta.times import show, to_datetime64
from jeta.units.spellings import astropy_unit

if TYPE_CHECKING:
    import os

    from astropy.table import Table
    from astropy.timeseries import TimeSeries
    from numpy.typing import NDArray

    from jeta.tables.frame import Column, Frame


def to_table(frame: Frame) -> Table:
    """Return a frame as Table.

    Parameters
    ----------
    frame : Frame
        The frame.

    Returns
    -------
    astropy.table.Table
        Column ``time``, an `astropy.time.Time` in UTC as exact as the seconds are, leap seconds included; then the columns. Units
        are those of `astropy.units` where the label is one, else units that only have its name. States are texts, and their
        columns' ``meta`` has ``states`` and ``state_codes``. Columns with missing values are masked. Vectors stay one column.
        ``meta`` has what else is known.

    Raises
    ------
    TimeFormatError
        If a time is outside the years 1 to 9999.
    """
    from astropy.table import Table  # noqa: PLC0415 - takes a second to import

    frame.check_names("time")
    made = Table()
    made["time"] = _times(frame)
    for name, column in frame.columns.items():
        made[name] = _column(name, column)
    made.meta.update(frame.with_units())
    return made


def to_timeseries(frame: Frame) -> TimeSeries:
    """Return a frame as TimeSeries: the same as `to_table` gives, in the class that astropy has for it.

    Parameters
    ----------
    frame : Frame
        The frame.

    Returns
    -------
    astropy.timeseries.TimeSeries
        Times, columns and ``meta`` as in `to_table`, but columns with a unit are quantities, which have
        floating-point numbers: integers with a unit become such, as in all of astropy.
    """
    from astropy.timeseries import TimeSeries  # noqa: PLC0415 - as above

    return TimeSeries(to_table(frame), copy=False)


def write_ecsv(frame: Frame, path: str | os.PathLike[str]) -> None:
    """Write a frame as ECSV, which any reader of CSV reads too, past the comments at its head; an existing file is replaced.

    Parameters
    ----------
    frame : Frame
        The frame. Times are texts of ISO 8601 with as many digits as they need. Empty texts are read as missing ones, which ECSV
        does not tell apart, carriage returns as line feeds, and astropy leaves out blanks at the ends of texts.
    path : path
        The file.
    """
    table = to_table(frame)
    with placed(path) as aside, warnings.catch_warnings():
        # Of years to come, in which there may be leap seconds that nobody knows of yet.
        warnings.filterwarnings("ignore", 'ERFA function .* "dubious year')
        table.write(aside, format="ascii.ecsv")


def _times(frame: Frame) -> Any:
    """The times, shown with the digits that they need."""
    times = show(frame.times, "astropy", frame.time_system)
    times.precision = digits(to_datetime64(frame.times, frame.time_system))
    return times


def digits(times: NDArray[np.datetime64]) -> int:
    """How many digits of a second some times need: 3, 6 or 9.

    Parameters
    ----------
    times : datetime64 array
        Of us or ns.
    """
    if np.datetime_data(times.dtype)[0] == "ns":
        return 9
    return 6 if np.any(times.view(np.int64) % 1000) else 3


def _column(name: str, column: Column) -> Any:
    """A column of a table."""
    from astropy.table import Column as AstropyColumn  # noqa: PLC0415 - as above
    from astropy.table import MaskedColumn  # noqa: PLC0415 - as above

    values = native(column.values) if column.states is None else column.texts()
    about: dict[str, Any] = {"name": name, "unit": _unit(column.unit), "description": column.description or None}
    if column.states is not None:
        about["meta"] = {"states": list(column.states), "state_codes": column.state_codes}
    if column.missing is None:
        return AstropyColumn(values, **about)
    mask = np.broadcast_to(column.missing.reshape(-1, *[1] * (values.ndim - 1)), values.shape)
    return MaskedColumn(values, mask=mask, **about)


def _unit(label: str | None) -> Any:
    """The unit of a label; one that only has its name where astropy has none."""
    if not label:
        return None
    from astropy.units import UnrecognizedUnit  # noqa: PLC0415 - as above

    return astropy_unit(label) or UnrecognizedUnit(label)
