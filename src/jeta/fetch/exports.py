"""`Exports`: the samples of one MSID as tables of other packages, and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta.fetch.arrays import Arrays

if TYPE_CHECKING:
    import os

    import pandas as pd
    import pyarrow as pa
    import xarray as xr
    from astropy.table import Table
    from astropy.timeseries import TimeSeries

    from jeta.tables import Frame


class Exports(Arrays):
    """What hands the samples, or statistics, of one MSID on.

    Each table has the times first, then the columns that `colnames` names, in its order and without flags that are not there; then
    `alarms`, `nans` and `raw_vals`, where there are some. Times are UTC, exact; only astropy has a place for those within a leap
    second, which otherwise show as the second after it. States are categories where there are such, else texts; unit,
    description, span, statistic, archive, source and states come along as metadata. `times0` does not.

    All raise `ValuesError` if `get_telem` has made `times` something else than seconds, and `MissingExtraError`, with the command
    that installs it, if a package is not there. A file is put in place as a whole at the end, and replaces one of that name.
    """

    def _frame(self) -> Frame:
        """The object as a neutral table."""
        from jeta.fetch.export_frames import frame_of  # noqa: PLC0415 - not needed to import fetch

        return frame_of(self)

    def to_pandas(self, copy: bool = False) -> pd.DataFrame:
        """Return the samples as DataFrame.

        Parameters
        ----------
        copy : bool
            Give the DataFrame values of its own. By default it shares the memory of these arrays wherever it can. What is written
            into the DataFrame does not reach them (before pandas 3 it does); what is written into these arrays shows in it.

        Returns
        -------
        pandas.DataFrame
            Its index ``time`` is a DatetimeIndex in UTC: of us, or of ns where us would not give the seconds back. States are of
            type category, all that the MSID has, in the order of their raw counts. ``attrs`` holds the metadata, with ``units`` of
            the columns; all of it is JSON, so that ``to_parquet`` of pandas keeps it.

        Examples
        --------
        ::

            frame = fetch.Msid("SA_ZATTEST2", "2022:143", "2022:144").to_pandas()
            frame.vals.resample("1h").mean()
        """
        from jeta.tables import to_pandas  # noqa: PLC0415 - not needed to import fetch

        return to_pandas(self._frame(), copy=copy)

    def to_xarray(self) -> xr.Dataset:
        """Return the samples as Dataset.

        Returns
        -------
        xarray.Dataset
            One variable a column along the coordinate ``time`` (datetime64 in ns, UTC), with ``units`` and ``long_name``. States
            are numbers, their raw counts where all have one, with ``flag_values`` and ``flag_meanings`` as the CF conventions have
            them. ``attrs`` holds the metadata, lists and mappings as JSON, so that it can be written as netCDF.
        """
        from jeta.tables import to_xarray  # noqa: PLC0415 - as above

        return to_xarray(self._frame())

    def to_table(self) -> Table:
        """Return the samples as Table of astropy.

        Returns
        -------
        astropy.table.Table
            ``time`` is an `astropy.time.Time` in UTC; columns have units, those that astropy does not know by name. States are
            texts. ``meta`` holds the metadata.
        """
        from jeta.tables import to_table  # noqa: PLC0415 - as above

        return to_table(self._frame())

    def to_timeseries(self) -> TimeSeries:
        """Return the samples as TimeSeries of astropy: `to_table` in that class.

        Returns
        -------
        astropy.timeseries.TimeSeries
            Columns with a unit are quantities; integers among them become floating-point numbers, as astropy has no others.
        """
        from jeta.tables import to_timeseries  # noqa: PLC0415 - as above

        return to_timeseries(self._frame())

    def to_arrow(self) -> pa.Table:
        """Return the samples as table of Apache Arrow, numbers without copying them.

        Returns
        -------
        pyarrow.Table
            ``time`` is a timestamp in UTC of us, or of ns where needed; states are dictionaries. Metadata of a field: ``unit``,
            ``description``, ``state_codes``; of the schema: JSON under ``jeta``. ``to_pandas`` of it is that of this object.
        """
        from jeta.tables import to_arrow  # noqa: PLC0415 - as above

        return to_arrow(self._frame())

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the samples as Parquet, which ``pandas.read_parquet`` makes the DataFrame of `to_pandas` of, attrs included.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        """
        from jeta.tables import write_parquet  # noqa: PLC0415 - as above

        write_parquet(self._frame(), path)

    def to_csv(self, path: str | os.PathLike[str], units: bool = False) -> None:
        """Write the samples as CSV: a line of names, then a line a sample.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        units : bool
            Name units in the first line, as in ``vals [K]``. There is no place for more metadata.

        Notes
        -----
        Times are UTC such as ``2022-05-23T00:36:07.888Z``. In ``pandas.read_csv(path, parse_dates=["time"])`` states named NA or
        None need ``keep_default_na=False``.
        """
        from jeta.tables import write_csv  # noqa: PLC0415 - as above

        write_csv(self._frame(), path, units=units)

    def to_ecsv(self, path: str | os.PathLike[str]) -> None:
        """Write the samples as ECSV: CSV with units, types and metadata at its head, which ``Table.read`` of astropy takes in.

        Empty texts are read back as missing ones, which ECSV does not tell apart, carriage returns as line feeds,
        and astropy leaves out blanks at the ends of texts.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        """
        from jeta.tables import write_ecsv  # noqa: PLC0415 - as above

        write_ecsv(self._frame(), path)

    def to_hdf5(self, path: str | os.PathLike[str]) -> None:
        """Write the samples as a table of an HDF5 file, at the path that is the MSID in upper case.

        Parameters
        ----------
        path : path
            The file; its folder must exist.

        Notes
        -----
        ``Table.read(path)`` of astropy gives what `to_table` does, but for texts, which come as bytes that astropy decodes when an
        item is asked for.
        """
        from jeta.tables import write_hdf5  # noqa: PLC0415 - as above

        write_hdf5({self.MSID: self._frame()}, path)

    def to_fits(self, path: str | os.PathLike[str]) -> None:
        """Write the samples as a binary table of a FITS file, in the extension that is called as the MSID.

        Parameters
        ----------
        path : path
            The file; its folder must exist.

        Raises
        ------
        ValuesError
            If a text has characters that are not ASCII, which FITS cannot hold.

        Notes
        -----
        The column ``times`` has the seconds of the archive, ``time`` the same in UTC as the FITS standard has it, which
        ``Table.read(path, astropy_native=True, character_as_bytes=False)`` makes times of. The metadata are JSON under the
        keyword ``JETA``.
        """
        from jeta.tables import write_fits  # noqa: PLC0415 - as above

        write_fits({self.MSID: self._frame()}, path)
