"""Tables of other packages as columns of arrays: pandas, Arrow, xarray, astropy, numpy, mappings.

A table is recognised by the package that made it, which therefore is loaded already; none is imported to find out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

INDEX = "(index)"
"""What the unnamed index of a frame is called among the columns."""

_MOST_SHOWN = 20
_LONGEST_SHOWN = 60
_KNOWN = (
    "a pandas DataFrame or Series, an Arrow table (or what has __arrow_c_stream__ or __dataframe__, as polars), an xarray"
    " Dataset or DataArray, an astropy Table or TimeSeries, a mapping of names to arrays, or a numpy structured array"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    values : array, shape (rows,)
        Numbers, booleans, texts, instants (datetime64, or an astropy Time) or Python objects. What is in missing rows does
        not count.
    missing : bool array, shape (rows,), or None
        Where there is no value, as the package marks it: NA, None, NaT, masked. NaN of a float column is not among these.
    unit : str or None
        The label of the unit, where the table says one.
    is_time : bool
        Whether the values are instants by their type.
    """

    values: Any
    missing: NDArray[np.bool_] | None = None
    unit: str | None = None
    is_time: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        kind = getattr(getattr(self.values, "dtype", None), "kind", "")
        if kind == "O":
            kinds = {type(value) for value in self.present()}
            return bool(kinds) and kinds <= {str, bytes, np.str_, np.bytes_}
        return kind in tuple("SUT")

    def present(self) -> NDArray[Any]:
        """Return the values that are not missing, shape (rows with a value,)."""
        chosen: NDArray[Any] = self.values if self.missing is None else self.values[~self.missing]
        return chosen


@dataclass(frozen=True, slots=True)
class Incoming:
    """A table.

    Attributes
    ----------
    columns : dict of str to Column
        Columns by name, all of one length.
    meta : dict
        What the table says of itself, such as the ``MSID`` of a table that jeta made.
    index : tuple of str
        Names of the columns that were the index.
    """

    columns: dict[str, Column]
    meta: dict[str, Any] = field(default_factory=dict)
    index: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())).values) if self.columns else 0


def read_incoming(table: Any) -> Incoming:
    """Take a table of another package apart.

    Parameters
    ----------
    table : object
        A pandas DataFrame or Series, a pyarrow Table or RecordBatch, an object with ``__arrow_c_stream__`` or
        ``__dataframe__``, an xarray Dataset or DataArray, an astropy Table, a mapping of names to arrays, or a numpy
        structured array.

    Returns
    -------
    Incoming
        Its columns. Arrays are those of the table where that is possible, not copies.

    Raises
    ------
    ValuesError
        If it is none of these, two columns have one name, or a column has another length or no form that can be read.
    MissingExtraError
        If pyarrow is needed and not installed.

    Examples
    --------
    >>> read_incoming({"time": [0.0, 1.0], "SA_TEMP": [20.5, 21.0]}).columns["SA_TEMP"].values.tolist()
    [20.5, 21.0]
    """
    from jeta.tables import incoming_arrays as arrays  # noqa: PLC0415 - it imports this module

    if _is(table, "pandas", "DataFrame", "Series"):
        from jeta.tables.incoming_pandas import read_pandas as read  # noqa: PLC0415 - only for frames
    elif _is(table, "xarray", "Dataset", "DataArray"):
        from jeta.tables.incoming_xarray import read_xarray as read  # noqa: PLC0415 - only for datasets
    elif _is(table, "astropy.table", "Table"):
        read = arrays.read_astropy
    elif _can_be_arrow(table):
        from jeta.tables.incoming_arrow import read_arrow as read  # noqa: PLC0415 - only for Arrow
    elif isinstance(table, np.ndarray) and table.dtype.names:
        read = arrays.read_structured
    elif hasattr(table, "keys") and hasattr(table, "__getitem__"):
        read = arrays.read_mapping
    else:
        raise ValuesError(f"expected {_KNOWN}, but got {type(table).__module__}.{type(table).__name__}")
    return _checked(read(table))


def named(pairs: Iterable[tuple[Any, Column]]) -> dict[str, Column]:
    """Gather columns by name.

    Parameters
    ----------
    pairs : iterable of (object, Column)
        Names, which become text, and columns.

    Raises
    ------
    ValuesError
        If two columns have one name.
    """
    result: dict[str, Column] = {}
    for name, column in pairs:
        if str(name) in result:
            raise ValuesError(f"two columns are named {str(name)!r}; rename one of them")
        result[str(name)] = column
    return result


def listed(names: Iterable[Any]) -> str:
    """Return names for a message, which stays readable whatever a table has for a header.

    Examples
    --------
    >>> listed(["time", "A"]), listed([])
    ("'time', 'A'", '(none)')
    """
    shown = [repr(str(name)) for name in names]
    some = [name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}..." for name in shown[:_MOST_SHOWN]]
    more = [f"and {len(shown) - _MOST_SHOWN} more"] if len(shown) > _MOST_SHOWN else []
    return ", ".join([*some, *more]) or "(none)"


def unit_label(said: Any) -> str | None:
    """Return what a package says of a unit as a label, None where it says nothing."""
    text = "" if said is None else str(said).strip()
    return text or None


def unit_in(attributes: Mapping[Any, Any]) -> str | None:
    """Return the unit that a column's attributes give, as ``unit`` or ``units``, None where they give none."""
    for said in (attributes.get("unit"), attributes.get("units")):
        if isinstance(said, str) and said.strip():
            return said.strip()
    return None


def _can_be_arrow(table: Any) -> bool:
    """Tell whether an object is of Arrow, or can be made so."""
    return (
        hasattr(table, "__arrow_c_stream__") or hasattr(table, "__dataframe__") or _is(table, "pyarrow", "RecordBatch")
    )


def _is(table: Any, module: str, *names: str) -> bool:
    """Tell whether an object is of one of a package's classes; where the package is not loaded, nothing is."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(table, tuple(getattr(loaded, name) for name in names))


def _checked(incoming: Incoming) -> Incoming:
    """Refuse columns of several lengths or dimensions."""
    for name, column in incoming.columns.items():
        shape = np.shape(column.values) if not hasattr(column.values, "shape") else column.values.shape
        if shape != (incoming.rows,):
            raise ValuesError(
                f"column {name!r} has shape {tuple(shape)}, expected one dimension of {incoming.rows} rows as the first column"
                " has; give each channel a column of its own"
            )
    return incoming
