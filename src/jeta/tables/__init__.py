"""Samples as tables of other packages, and as files of common kinds.

A `Frame` is the neutral form: times, columns, and what is known of them. Each function here turns one into something else; they
know nothing of archives or of MSIDs. `jeta.fetch` makes frames of what it has fetched.

====================================================  ========================================================================
`to_pandas`, `to_xarray`, `to_table`, `to_arrow` ...  what other packages work with
`write_parquet`, `write_csv`, `write_fits` ...        files, each put in place as a whole at the end
`joined`                                              several frames as one, on the union of their times
====================================================  ========================================================================

Nothing but numpy is imported until something is converted.
"""

from __future__ import annotations

from jeta.tables.arrow import to_arrow, write_parquet
from jeta.tables.csv_file import write_csv
from jeta.tables.frame import Column, Frame
from jeta.tables.hdf5_fits import write_fits, write_hdf5
from jeta.tables.joining import joined, split
from jeta.tables.pandas_frame import to_pandas
from jeta.tables.table import to_table, to_timeseries, write_ecsv
from jeta.tables.xarray_dataset import to_xarray

__all__ = [
    "Column",
    "Frame",
    "joined",
    "split",
    "to_arrow",
    "to_pandas",
    "to_table",
    "to_timeseries",
    "to_xarray",
    "write_csv",
    "write_ecsv",
    "write_fits",
    "write_hdf5",
    "write_parquet",
]
