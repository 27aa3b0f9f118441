"""Frames as `pyarrow.Table`, and as Parquet files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import optional
from jeta.tables.frame import as_json
from jeta.tables.pandas_frame import native
from jeta.tables.placing import placed
from jeta.times import to_datetime64

if TYPE_CHECKING:
    import os
    from types import ModuleType

    import pyarrow as pa

    from jeta.tables.frame import Column, Frame

_ROWS_A_GROUP = 1_000_000
_NULLABLE = {"i": "Int", "u": "UInt"}


def to_arrow(frame: Frame) -> pa.Table:
    """Return a frame as table of Apache Arrow; numbers share the memory of the frame.

    Parameters
    ----------
    frame : Frame
        The frame.

    Returns
    -------
    pyarrow.Table
        Column ``time``, a timestamp in UTC of us, or of ns where us would not give the seconds back; then the columns. States are
        dictionaries in the order of their raw counts, missing values null; components of vectors have a column each. The metadata
        of a field has ``unit``, ``description`` and ``state_codes``; that of the schema has all that is known as JSON under
        ``jeta``, and what pandas needs to make the DataFrame of `to_pandas` of it.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    pyarrow = optional.require("pyarrow", extra="arrow")
    frame = frame.flat()
    frame.check_names("time")
    times = to_datetime64(frame.times, frame.time_system)
    kind = pyarrow.timestamp(np.datetime_data(times.dtype)[0], "UTC")
    # As integers they share memory, as datetime64 they would be copied.
    lost = np.isnat(times)
    arrays = [pyarrow.array(times.view(np.int64), mask=lost if lost.any() else None).view(kind)]
    fields = [pyarrow.field("time", kind)]
    for name, column in frame.columns.items():
        arrays.append(_array(pyarrow, column))
        fields.append(pyarrow.field(name, arrays[-1].type, metadata=_about(column)))
    known = as_json(frame.with_units())
    metadata = {"jeta": known, "PANDAS_ATTRS": known, "pandas": json.dumps(_for_pandas(frame, str(times.dtype)))}
    made: pa.Table = pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata=metadata))
    return made


def write_parquet(frame: Frame, path: str | os.PathLike[str]) -> None:
    """Write a frame as Parquet, with the types and the metadata of `to_arrow`; an existing file is replaced.

    Parameters
    ----------
    frame : Frame
        The frame.
    path : path
        The file.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    table = to_arrow(frame)
    parquet = optional.require("pyarrow.parquet", extra="arrow")
    with placed(path) as aside:
        parquet.write_table(table, aside, compression="zstd", row_group_size=_ROWS_A_GROUP)


def _array(pyarrow: ModuleType, column: Column) -> Any:
    """The values of a column as array of Arrow."""
    values = native(column.values)
    if column.states is None:
        return pyarrow.array(np.ascontiguousarray(values), mask=column.missing)
    codes = pyarrow.array(np.ascontiguousarray(values), mask=column.missing)
    return pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(column.states, pyarrow.string()))


def _about(column: Column) -> dict[str, str] | None:
    """Metadata of a field."""
    found = {"unit": column.unit, "description": column.description}
    if column.state_codes is not None:
        found["state_codes"] = json.dumps(column.state_codes)
    return {key: value for key, value in found.items() if value} or None


def _for_pandas(frame: Frame, time_type: str) -> dict[str, Any]:
    """What pandas writes into a schema: which column is the index, and the types that Arrow does not tell apart."""
    unit = time_type[-3:-1]
    columns = [_described("time", "datetimetz", f"datetime64[{unit}]", {"timezone": "UTC"})]
    for name, column in frame.columns.items():
        if column.states is not None:
            about = {"num_categories": len(column.states), "ordered": False}
            columns.append(_described(name, "categorical", str(column.values.dtype), about))
            continue
        kind = column.values.dtype
        numpy_type = str(kind)
        if column.missing is not None and kind.kind in "iub":
            numpy_type = "boolean" if kind.kind == "b" else f"{_NULLABLE[kind.kind]}{8 * kind.itemsize}"
        columns.append(_described(name, "bool" if kind.kind == "b" else str(kind), numpy_type, None))
    of_names = {"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "str", "metadata": None}
    return {"index_columns": ["time"], "column_indexes": [of_names], "columns": columns, "pandas_version": "2.2.0"}


def _described(name: str, pandas_type: str, numpy_type: str, metadata: dict[str, Any] | None) -> dict[str, Any]:
    """One column, as pandas describes it."""
    return {
        "name": name,
        "field_name": name,
        "pandas_type": pandas_type,
        "numpy_type": numpy_type,
        "metadata": metadata,
    }
