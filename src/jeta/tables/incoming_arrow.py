"""Arrow's tables as columns, and what can become one: polars, Parquet files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import optional
from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, Column, Incoming, named, unit_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_PANDAS_INDEX = "__index_level_0__"


def read_arrow(table: Any) -> Incoming:
    """Take an Arrow table apart.

    Parameters
    ----------
    table : pyarrow.Table, RecordBatch, or an object with ``__arrow_c_stream__`` or ``__dataframe__``
        Columns of numbers, booleans, texts, dictionaries of these, dates and timestamps.

    Returns
    -------
    Incoming
        With what the metadata of the schema say, and the units of the fields' metadata.

    Raises
    ------
    ValuesError
        If a column has another type, or two have one name.
    MissingExtraError
        If pyarrow is not installed.
    """
    pa = optional.require("pyarrow", extra="arrow")
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    elif not isinstance(table, pa.Table):
        if hasattr(table, "__arrow_c_stream__"):
            table = pa.table(table)
        else:
            table = optional.require("pyarrow.interchange", extra="arrow").from_dataframe(table)
    pairs = [(INDEX if field.name == _PANDAS_INDEX else field.name, field) for field in table.schema]
    meta = schema_meta(table.schema.metadata)
    columns = named((name, _column(name, field, table.column(at), pa)) for at, (name, field) in enumerate(pairs))
    return Incoming(columns, meta, tuple(name for name in columns if name == INDEX))


def schema_meta(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """Return the metadata of a schema as text and what its JSON says.

    Parameters
    ----------
    metadata : mapping of bytes to bytes, or None
        As Arrow has it; values that are JSON are read, and members of mappings are taken out of these: those of ``jeta``,
        and of pandas' ``attributes``.

    Returns
    -------
    dict
        By name.
    """
    said = {key: _json(text) for key, text in _texts(metadata).items()}
    inner = said.get("pandas")
    groups = (said.get("jeta"), inner.get("attributes") if isinstance(inner, dict) else None)
    for group in groups:
        if isinstance(group, dict):
            said.update(group)
    return said


def _texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """Metadata as texts."""
    return {key.decode("utf-8", "replace"): said.decode("utf-8", "replace") for key, said in (metadata or {}).items()}


def _json(text: str) -> Any:
    """What JSON says, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _column(name: str, field: Any, column: Any, pa: Any) -> Column:
    """One column, whatever its type."""
    column = _plain(column, pa)
    unit = unit_in(_texts(field.metadata))
    kinds, kind = pa.types, column.type
    missing = np.asarray(column.is_null()) if column.null_count else None
    if kinds.is_timestamp(kind):
        counts = _filled(column.cast(pa.int64()), 0)
        return Column(counts.view(f"M8[{kind.unit}]"), missing, is_time=True)
    if kinds.is_null(kind):
        return Column(np.zeros(len(column)), np.ones(len(column), np.bool_), unit)
    if kinds.is_integer(kind) or kinds.is_floating(kind):
        return Column(_filled(column, 0), missing, unit)
    if kinds.is_boolean(kind):
        return Column(_filled(column, False), missing, unit)
    if any(is_text(kind) for is_text in (kinds.is_string, kinds.is_large_string, kinds.is_string_view)):
        return Column(column.to_numpy(), missing, unit)
    raise ValuesError(
        f"column {name!r} has the type {kind} of Arrow; expected numbers, booleans, texts, dictionaries or timestamps: leave it"
        " out, or convert it"
    )


def _plain(column: Any, pa: Any) -> Any:
    """A column in a type that numpy can have: of dictionaries their values, of dates timestamps, of decimals floats."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_date(column.type):
        return column.cast(pa.timestamp("ms"))
    return column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column


def _filled(column: Any, value: Any) -> NDArray[Any]:
    """Values as an array, with some value where there is none."""
    array: NDArray[Any] = np.ascontiguousarray((column.fill_null(value) if column.null_count else column).to_numpy())
    return array
