"""`SetExports`: several MSIDs as tables of other packages, and as files."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

from jeta.fetch.msid import MSID

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    import pandas as pd
    import pyarrow as pa
    import xarray as xr
    from astropy.table import Table
    from astropy.timeseries import TimeSeries

    from jeta.fetch.msidset import MSIDset
    from jeta.tables import Frame


class SetExports(OrderedDict[str, MSID]):
    """What hands a set of MSIDs on.

    A wide table has one column for each MSID, named as it is in the set, on common times: those of a grid, with `dt`; those that
    all members have, where they are the same; else the union of all, with missing values where a member has no sample. Columns keep
    their types: integers, booleans and states do not become numbers with a point. Statistics have a column for each MSID and
    column, ``<msid>_<column>``.

    These arguments are the same everywhere:

    ``dt``
        Spacing of a grid in seconds, onto which a copy of the set is brought as `interpolate` does it; the set stays as it is.
    ``method``, ``max_age``
        As for `interpolate`; only with `dt`.
    ``bads``
        What becomes of bad values in a wide table: they are ``'missing'``; or ``'keep'``, they stay; or they stay and ``'columns'``
        ``<msid>_bads`` say which are bad. On a grid bad samples are passed over, unless they are to stay.
    ``separate``
        A table for each member on times of its own, as the methods of `MSID` make them, in a dict; `bads` has no say then.

    All raise `ValuesError` if one of these is wrong, if times are no seconds, or if a member has a time twice and others have other
    times. Files are put in place as a whole at the end.
    """

    def _frames(self, dt: float | None, method: str | None, max_age: float | None, bads: str) -> dict[str, Frame]:
        """Each member as a neutral table."""
        from jeta.fetch.export_frames import frames_of_set  # noqa: PLC0415 - not needed to import fetch

        return frames_of_set(cast("MSIDset", self), dt, method, max_age, bads=bads)

    def _wide(self, dt: float | None, method: str | None, max_age: float | None, bads: str) -> Frame:
        """All members as one neutral table."""
        from jeta.fetch.export_frames import wide  # noqa: PLC0415 - as above

        return wide(cast("MSIDset", self), self._frames(dt, method, max_age, bads), bads)

    def _made(
        self,
        make: Callable[[Frame], Any],
        grid: tuple[float | None, str | None, float | None],
        bads: str,
        *,
        separate: bool,
    ) -> Any:
        """What `make` makes of the set as one table, or of each member."""
        if separate:
            return {name: make(frame) for name, frame in self._frames(*grid, bads).items()}
        return make(self._wide(*grid, bads))

    def to_pandas(
        self,
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = False,
        bads: str = "missing",
    ) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """Return the set as DataFrame, or each member as one.

        Parameters
        ----------
        dt : float, optional
            Spacing of a grid in seconds.
        method : {'nearest', 'previous', 'linear'}, optional
            How to get onto the grid, see `interpolate`.
        max_age : float, optional
            Most seconds that a sample may be away from a point of the grid; else its value is bad there.
        separate : bool
            Return a dict of DataFrames by name, each as from `MSID.to_pandas`.
        bads : {'missing', 'keep', 'columns'}
            What becomes of bad values.

        Returns
        -------
        pandas.DataFrame, or dict of str to pandas.DataFrame
            The index ``time`` is a DatetimeIndex in UTC. Where values are missing, floating-point ones are NaN, states NaN,
            integers and booleans NA, in the types ``Int64``, ``boolean`` and so on. The columns of statistics have two levels, MSID
            and column. ``attrs["msids"]`` has the metadata of each member. Memory is shared as by `MSID.to_pandas`.

        Examples
        --------
        ::

            dats = fetch.MSIDset(["SE_BATT_*"], "2026:001", "2026:002")
            dats.to_pandas(dt=60, method="previous")
        """
        from jeta.tables import to_pandas  # noqa: PLC0415 - as above

        made: pd.DataFrame | dict[str, pd.DataFrame]
        made = self._made(to_pandas, (dt, method, max_age), bads, separate=separate)
        return made

    def to_xarray(
        self,
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = False,
        bads: str = "missing",
    ) -> xr.Dataset | dict[str, xr.Dataset]:
        """Return the set as Dataset, or each member as one.

        Parameters
        ----------
        dt, method, max_age, separate, bads
            As for `to_pandas`.

        Returns
        -------
        xarray.Dataset, or dict of str to xarray.Dataset
            As from `MSID.to_xarray`. Where integers, booleans or states are missing, the variable ``<name>_missing`` is True.
        """
        from jeta.tables import to_xarray  # noqa: PLC0415 - as above

        made: xr.Dataset | dict[str, xr.Dataset]
        made = self._made(to_xarray, (dt, method, max_age), bads, separate=separate)
        return made

    def to_table(
        self,
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = False,
        bads: str = "missing",
    ) -> Table | dict[str, Table]:
        """Return the set as Table of astropy, or each member as one.

        Parameters
        ----------
        dt, method, max_age, separate, bads
            As for `to_pandas`.

        Returns
        -------
        astropy.table.Table, or dict of str to astropy.table.Table
            As from `MSID.to_table`; columns with missing values are masked.
        """
        from jeta.tables import to_table  # noqa: PLC0415 - as above

        made: Table | dict[str, Table]
        made = self._made(to_table, (dt, method, max_age), bads, separate=separate)
        return made

    def to_timeseries(
        self,
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = False,
        bads: str = "missing",
    ) -> TimeSeries | dict[str, TimeSeries]:
        """Return the set as TimeSeries of astropy, or each member as one.

        Parameters
        ----------
        dt, method, max_age, separate, bads
            As for `to_pandas`.

        Returns
        -------
        astropy.timeseries.TimeSeries, or dict of str to astropy.timeseries.TimeSeries
            As from `MSID.to_timeseries`; columns with missing values are masked.
        """
        from jeta.tables import to_timeseries  # noqa: PLC0415 - as above

        made: TimeSeries | dict[str, TimeSeries]
        made = self._made(to_timeseries, (dt, method, max_age), bads, separate=separate)
        return made

    def to_arrow(
        self,
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = False,
        bads: str = "missing",
    ) -> pa.Table | dict[str, pa.Table]:
        """Return the set as table of Apache Arrow, or each member as one.

        Parameters
        ----------
        dt, method, max_age, separate, bads
            As for `to_pandas`.

        Returns
        -------
        pyarrow.Table, or dict of str to pyarrow.Table
            As from `MSID.to_arrow`; what is missing is null.
        """
        from jeta.tables import to_arrow  # noqa: PLC0415 - as above

        made: pa.Table | dict[str, pa.Table]
        made = self._made(to_arrow, (dt, method, max_age), bads, separate=separate)
        return made

    def to_parquet(
        self,
        path: str | os.PathLike[str],
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        bads: str = "missing",
    ) -> None:
        """Write the set as one wide table of Parquet.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        dt, method, max_age, bads
            As for `to_pandas`.
        """
        from jeta.tables import write_parquet  # noqa: PLC0415 - as above

        write_parquet(self._wide(dt, method, max_age, bads), path)

    def to_csv(
        self,
        path: str | os.PathLike[str],
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        bads: str = "missing",
        units: bool = False,
    ) -> None:
        """Write the set as one wide table of CSV; what is missing is empty.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        dt, method, max_age, bads
            As for `to_pandas`.
        units : bool
            Name units in the first line.
        """
        from jeta.tables import write_csv  # noqa: PLC0415 - as above

        write_csv(self._wide(dt, method, max_age, bads), path, units=units)

    def to_ecsv(
        self,
        path: str | os.PathLike[str],
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        bads: str = "missing",
    ) -> None:
        """Write the set as one wide table of ECSV.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        dt, method, max_age, bads
            As for `to_pandas`.
        """
        from jeta.tables import write_ecsv  # noqa: PLC0415 - as above

        write_ecsv(self._wide(dt, method, max_age, bads), path)

    def to_hdf5(
        self,
        path: str | os.PathLike[str],
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = True,
        bads: str = "missing",
    ) -> None:
        """Write the set as tables of an HDF5 file: one for each member, at the path that is its name.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        dt, method, max_age, bads
            As for `to_pandas`.
        separate : bool
            Set to False for one wide table, at the path ``msids``. What is in the file never depends on what the times are.
        """
        from jeta.tables import write_hdf5  # noqa: PLC0415 - as above

        write_hdf5(self._tables((dt, method, max_age), bads, separate=separate), path)

    def to_fits(
        self,
        path: str | os.PathLike[str],
        dt: float | None = None,
        method: str | None = None,
        max_age: float | None = None,
        separate: bool = True,
        bads: str = "missing",
    ) -> None:
        """Write the set as binary tables of a FITS file: one for each member, in an extension of its name.

        Parameters
        ----------
        path : path
            The file; its folder must exist.
        dt, method, max_age, bads
            As for `to_pandas`.
        separate : bool
            Set to False for one wide table, in the extension ``msids``.
        """
        from jeta.tables import write_fits  # noqa: PLC0415 - as above

        write_fits(self._tables((dt, method, max_age), bads, separate=separate), path)

    def _tables(
        self, grid: tuple[float | None, str | None, float | None], bads: str, *, separate: bool
    ) -> dict[str, Frame]:
        """The tables of a file that holds several."""
        return self._frames(*grid, bads) if separate else {"msids": self._wide(*grid, bads)}
