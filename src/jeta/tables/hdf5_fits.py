"""Frames as tables of HDF5 and FITS files; a file may hold several."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.frame import as_json
from jeta.tables.placing import placed
from jeta.tables.table import to_table

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from astropy.io.fits import BinTableHDU

    from jeta.tables.frame import Frame


def write_hdf5(frames: Mapping[str, Frame], path: str | os.PathLike[str]) -> None:
    """Write frames as the tables of one HDF5 file, in the way of astropy; an existing file is replaced.

    Parameters
    ----------
    frames : mapping of str to Frame
        The frames by the path that each gets in the file.
    path : path
        The file. ``Table.read(path, path=name)`` gives the table of `to_table` again, but for texts, which are
        held as UTF-8 and come as bytes that astropy decodes when an item is asked for.
    """
    with placed(path) as aside:
        if not frames:
            _empty_hdf5(aside)
        for name, frame in frames.items():
            to_table(frame).write(
                aside, format="hdf5", path=name, serialize_meta=True, append=aside.exists(), overwrite=False
            )


def _empty_hdf5(path: os.PathLike[str]) -> None:
    """Make a file without tables."""
    from astropy.table import Table  # noqa: PLC0415 - takes a second to import

    Table().write(path, format="hdf5", path="empty", serialize_meta=True)


def write_fits(frames: Mapping[str, Frame], path: str | os.PathLike[str]) -> None:
    """Write frames as the binary tables of one FITS file; an existing file is replaced.

    Parameters
    ----------
    frames : mapping of str to Frame
        The frames by the name of their extension.
    path : path
        The file. Each table has a column ``time`` in UTC as the FITS standard has times (a pair of Julian dates whose sum counts;
        ``Table.read(path, hdu=name, astropy_native=True)`` makes times of them), and ``times``, the seconds of the archive. Missing
        values are NaN, the ``TNULL`` of integers, and empty texts; for booleans and unsigned integers, which have no such, a column
        ``<name>_missing`` is added. All that is known beside is JSON in the keyword ``JETA``.

    Raises
    ------
    ValuesError
        If a text has characters that are not ASCII, which FITS cannot hold; also a `ValueError`.
    """
    from astropy.io import fits  # noqa: PLC0415 - takes a second to import

    with warnings.catch_warnings(), placed(path) as aside:
        # Names of states may have blanks and the like. That is advice: every reader of FITS takes them.
        warnings.filterwarnings("ignore", "It is strongly recommended that column names", fits.verify.VerifyWarning)
        hdus = [_hdu(name, frame) for name, frame in frames.items()]
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(aside)


def _hdu(name: str, frame: Frame) -> BinTableHDU:
    """One frame as a table of a FITS file."""
    from astropy.io import fits  # noqa: PLC0415 - as above

    frame.check_names("time", "times")
    _check_ascii(frame)
    table = to_table(frame)
    described = {column: table[column].info.description for column in table.colnames}
    table.meta.clear()
    table.add_column(np.asarray(frame.times), name="times", index=1)
    for column in table.colnames[2:]:
        if frame.columns[column].missing is not None and table[column].dtype.kind in "bu":
            table[f"{column}_missing"] = table[column].mask
            table[column] = table[column].filled(0)
        table[column] = _for_fits(table[column])
        table[column].unit = None
    hdu = fits.table_to_hdu(table)
    described["times"], units = f"seconds, {frame.time_system}", {"times": "s"}
    units |= {column: _fits_unit(of.unit) for column, of in frame.columns.items() if of.unit}
    for number, column in enumerate(table.colnames, 1):
        if units.get(column):
            hdu.columns[column].unit = units[column]
        if described.get(column):
            hdu.header[f"TCOMM{number}"] = _ascii(described[column])
    hdu.header["EXTNAME"] = _ascii(name)
    hdu.header["JETA"] = as_json(frame.with_units())
    return hdu


def _for_fits(values: Any) -> Any:
    """A column in a type that FITS has."""
    masked = hasattr(values, "mask")
    if values.dtype.kind == "U":
        return values.filled("") if masked else values
    if values.dtype == np.int8:
        values = values.astype(np.int16)
    elif values.dtype == np.float16:
        values = values.astype(np.float32)
    if masked and values.dtype.kind == "i":
        values = _with_null(values)
    return values


def _with_null(values: Any) -> Any:
    """Integers with a number for those that are missing which none of the others is; wider ones where all numbers are taken."""
    limits, good = np.iinfo(values.dtype), np.unique(values.compressed())
    free = [limit for limit in (limits.min, limits.max) if limit not in good[:1] and limit not in good[-1:]]
    if not free:
        free = (good[:-1][good[1:] - good[:-1] != 1] + 1).tolist()
    if not free:
        values, free = values.astype(np.int32), [np.iinfo(np.int32).min]
    values.fill_value = free[0]
    return values


def _check_ascii(frame: Frame) -> None:
    """Refuse texts that FITS cannot hold.

    Raises
    ------
    ValuesError
        If one occurs.
    """
    for name, column in frame.columns.items():
        if column.states is None:
            continue
        present = column.values if column.missing is None else column.values[~column.missing]
        for at in np.unique(present).tolist():
            text = column.states[at]
            if not (text.isascii() and (text.isprintable() or not text)):
                raise ValuesError(
                    f"{frame.name}: {name} has the text {text!r}, but FITS holds printable ASCII characters only; "
                    "write ECSV, HDF5 or Parquet"
                )


def _ascii(text: str) -> str:
    """A text as a header can hold it."""
    return "".join(letter if letter.isprintable() else " " for letter in text).encode("ascii", "replace").decode()


def _fits_unit(label: str) -> str:
    """A unit in the words of the FITS standard; the label itself where it has none."""
    from jeta.units.spellings import astropy_unit  # noqa: PLC0415 - not needed without units

    unit = astropy_unit(label)
    if unit is None or (getattr(unit.decompose(), "scale", 1.0) != 1.0 and not unit.decompose().bases):
        return _ascii(label)  # of percent the standard has the number alone
    try:
        return str(unit.to_string("fits"))
    except ValueError:
        return str(unit.to_string())
