"""Which columns of a table are times, values and quality, and of which MSIDs. Pure.

=========  ==================================================================================================
form       columns
=========  ==================================================================================================
wide       a time, and one column for each MSID
long       a time, the MSID's name, the value, and perhaps whether it is bad: a row for each sample
own        what jeta's exports of one MSID have: a time, ``vals``, and perhaps ``bads`` and ``raw_vals``
=========  ==================================================================================================
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, Column, Incoming, listed
from jeta.tables.incoming_arrays import column_of
from jeta.tables.incoming_times import find_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

NAMES_OF_MSID = ("msid", "mnemonic", "tlmmnemonic")
NAMES_OF_VALUE = ("value", "vals", "values", "val")
NAMES_OF_BAD = ("bad", "bads", "quality")
_RAW = "raw_vals"
_BADS = "_bads"
_NO_COUNT = -1  # what exports have beside a text that is no state
_STATISTICS = frozenset({"means", "mins", "maxes", "midvals", "stds", "samples"})
_BESIDE = frozenset({"alarms", "alarm", "nans", _RAW})


class Wanted(NamedTuple):
    """What a caller says of a table; None where the table shall tell.

    Attributes
    ----------
    columns : mapping of str to str, iterable of str, or None
        Columns and their MSIDs.
    time : str, array-like or None
        The column of times, or times themselves.
    msid : str or None
        The MSID of the one column of values, or the column of names of a long table.
    quality : str, mapping, array-like or None
        The column that says what is bad, or one for each column of values, or flags themselves.
    skip_nan : bool
        Whether NaN in a wide table is no sample.
    """

    columns: Mapping[str, str] | Iterable[str] | None = None
    time: Any = None
    msid: str | None = None
    quality: Any = None
    skip_nan: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """The samples of one MSID in a table.

    Attributes
    ----------
    name : str
        The MSID as the caller or the table names it.
    rows : intp array, shape (samples,)
        Their rows in the table.
    values : array, shape (samples,)
        Their values, as the table has them.
    quality : array, shape (samples,), or None
        What is bad; None where nothing is.
    raws : array of numbers, shape (samples,), or None
        The numbers behind texts, NaN where there is none, or the raw counts behind calibrated values.
    unit : str or None
        The unit's label.
    is_own : bool
        Whether jeta exported it, so that values are calibrated where the MSID is.
    """

    name: str
    rows: NDArray[np.intp]
    values: Any
    quality: Any = None
    raws: NDArray[Any] | None = None
    unit: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table holds.

    Attributes
    ----------
    times : Any
        Instants of all rows in a form that `jeta.times` reads, shape (rows,).
    parts : list of Part
        One per MSID, in order of first appearance.
    nameless : int
        Rows of a long table that have no name.
    valueless : dict of str to int
        Rows of a long table that have a name but no value, by name.
    """

    times: Any
    parts: list[Part]
    nameless: int = 0
    valueless: dict[str, int] = field(default_factory=dict)


def plan(table: Incoming, wanted: Wanted = Wanted()) -> Plan:  # noqa: B008 - it is immutable
    """Find times, values and quality in a table.

    Parameters
    ----------
    table : Incoming
        The table.
    wanted : Wanted
        What the caller says.

    Returns
    -------
    Plan
        Times, and the samples of each MSID.

    Raises
    ------
    ValuesError
        If the table does not make clear what is what; the message names the columns and what to say.

    Examples
    --------
    >>> from jeta.tables.incoming import read_incoming
    >>> found = plan(read_incoming({"time": [0.0, 1.0], "SA_TEMP": [20.5, float("nan")]}))
    >>> [(part.name, part.values.tolist()) for part in found.parts]
    [('SA_TEMP', [20.5])]
    """
    time_name, times, beside = find_time(table, wanted.time, wanted.columns)
    rest = {name: column for name, column in table.columns.items() if name != time_name and name not in beside}
    _refuse_statistics(table, rest)
    names = {name.lower(): name for name in rest}
    long = _long_columns(names, rest, wanted)
    if long is not None:
        return _long_plan(times, rest, long, table.rows)
    own = _own_columns(table, names, wanted)
    if own is not None:
        return Plan(times, [_own_part(table, rest, names, own, wanted)])
    return Plan(times, list(_wide_parts(table, rest, wanted)))


def _refuse_statistics(table: Incoming, rest: Mapping[str, Column]) -> None:
    """Refuse what is no samples."""
    if table.meta.get("stat") or holds_statistics(rest):
        raise ValuesError(
            "the table holds statistics, not samples, and an archive works these out of its samples: fetch without stat, and"
            " export that"
        )


def holds_statistics(names: Iterable[str]) -> bool:
    """Tell whether columns are those of statistics, of one MSID or of several.

    Examples
    --------
    >>> holds_statistics(["vals", "mins", "maxes"]), holds_statistics(["A_means", "A_stds"]), holds_statistics(["samples"])
    (True, True, False)
    """
    known = set(names)
    bases = [name.removesuffix(stat) for name in known for stat in _STATISTICS if name.endswith(stat)]
    return any(number > 1 for base, number in Counter(bases).items() if not base or base.endswith("_"))


def quality_columns(names: Iterable[str]) -> dict[str, str]:
    """Return the columns that say of another which of its values are bad, as ``A_bads`` does of ``A``, by the other.

    Examples
    --------
    >>> quality_columns(["A", "A_bads", "B_bads"])
    {'A': 'A_bads'}
    """
    known = dict.fromkeys(names)
    return {name: name + _BADS for name in known if name + _BADS in known}


def _first(names: Mapping[str, str], wanted: Iterable[str]) -> str | None:
    """The first of some names that is there, as it is spelt."""
    return next((names[name] for name in wanted if name in names), None)


def _long_columns(names: Mapping[str, str], rest: Mapping[str, Column], wanted: Wanted) -> tuple[str, str, Any] | None:
    """The columns of name, value and quality of a long table, None if it is none."""
    if wanted.columns is not None:
        return None
    by = wanted.msid or _first(names, NAMES_OF_MSID)
    if by is None or by not in rest or not _can_be_names(rest[by]):
        return None
    value = _first({key: name for key, name in names.items() if name != by}, NAMES_OF_VALUE)
    if value is None:
        raise ValuesError(
            f"the table has a column {by!r} of MSIDs, but none of {', '.join(NAMES_OF_VALUE)} for their values; rename the one"
            " that holds them, or make a column of each MSID"
        )
    return by, value, _quality_wanted(names, wanted)


def _can_be_names(column: Column) -> bool:
    """Whether a column holds names: texts, or nothing at all."""
    return column.is_text or not len(column.present())


def _quality_wanted(names: Mapping[str, str], wanted: Wanted) -> Any:
    """What is said of quality, or else the column that is named so."""
    return wanted.quality if wanted.quality is not None else _first(names, NAMES_OF_BAD)


def _long_plan(times: Any, rest: Mapping[str, Column], columns: tuple[str, str, Any], rows: int) -> Plan:
    """A part for each name in the column of names."""
    by, value, bad = columns
    keys, values = rest[by], rest[value]
    flags = _flags(rest, bad, rows)
    is_named, has_value = ~_missing(keys, rows), ~_missing(values, rows)
    named = np.flatnonzero(is_named)
    # No array of texts: it would be as wide as the longest name for each row, and end names at a NUL.
    names = [_decoded(text) for text in keys.values[named].tolist()]
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    code = np.fromiter(map(codes.__getitem__, names), np.intp, len(names))
    order = np.argsort(code, kind="stable")
    ends = np.cumsum(np.bincount(code, minlength=len(codes)))
    parts, valueless = [], {}
    for name, places in zip(codes, np.split(order, ends[:-1]), strict=False):
        mine = named[places]
        at = mine[has_value[mine]]
        if len(at) < len(mine):
            valueless[name] = len(mine) - len(at)
        if len(at):
            parts.append(Part(name, at, values.values[at], None if flags is None else flags[at], None, values.unit))
    return Plan(times, parts, rows - len(named), valueless)


def _decoded(text: Any) -> str:
    """A name as text."""
    return text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else str(text)


def _own_columns(table: Incoming, names: Mapping[str, str], wanted: Wanted) -> tuple[str, str] | None:
    """The column of values of a table of one MSID, and the MSID; None if the table is wide."""
    if wanted.columns is not None:
        return None
    said = wanted.msid or table.meta.get("MSID") or table.meta.get("msid")
    value = _first(names, NAMES_OF_VALUE)
    if value is None and wanted.msid is not None:
        return _only_column(names, wanted.msid), wanted.msid
    if value is None:
        _refuse_vectors(names, said)
        return None
    if not isinstance(said, str):
        raise ValuesError(
            f"the column {value!r} holds values, but nothing says of which MSID; give msid='NAME', or columns={{{value!r}: 'NAME'}}"
        )
    return value, said


def _only_column(names: Mapping[str, str], msid: str) -> str:
    """The one column that can hold the values of an MSID that the caller names.

    Raises
    ------
    ValuesError
        If there is none, or several.
    """
    others = [name for key, name in names.items() if key not in {*NAMES_OF_BAD, *_BESIDE} and name != INDEX]
    if len(others) != 1:
        raise ValuesError(
            f"msid={msid!r} needs a table with one column of values, got {', '.join(others) or 'none'}; name the one"
            f" with columns={{'COLUMN': {msid!r}}}"
        )
    return others[0]


def _refuse_vectors(names: Iterable[str], msid: Any) -> None:
    """Refuse the components of one MSID's vectors, which would be taken for MSIDs."""
    if isinstance(msid, str) and any(name.startswith("vals_") for name in names):
        raise ValuesError(
            f"the values of {msid} are vectors, of which an archive holds none; name one component with columns="
        )


def _own_part(
    table: Incoming, rest: Mapping[str, Column], names: Mapping[str, str], own: tuple[str, str], wanted: Wanted
) -> Part:
    """The part of a table of one MSID, NaN among its values."""
    value, msid = own
    column = _with_unit(rest[value], table, value)
    raws = _raws(rest[names[_RAW]]) if _RAW in names else None
    if raws is not None and column.is_text:
        raws = np.where(raws == _NO_COUNT, np.nan, raws.astype(np.float64))
    flags = _flags(rest, _quality_wanted(names, wanted), table.rows)
    part = _part(msid, column, flags, table.rows, raws=raws)
    return replace(part, is_own=value == "vals" and "MSID" in table.meta)


def _raws(column: Column) -> NDArray[Any] | None:
    """The numbers behind values, NaN where there is none; None where they are no numbers."""
    values = np.asarray(column.values)
    if values.dtype.kind not in "biuf":
        return None
    return values if column.missing is None else np.where(column.missing, np.nan, values.astype(np.float64))


def _wide_parts(table: Incoming, rest: Mapping[str, Column], wanted: Wanted) -> Iterator[Part]:
    """A part for each column that is an MSID's."""
    quality = wanted.quality
    if quality is None and wanted.columns is None:
        of_all = _first({name.lower(): name for name in rest}, NAMES_OF_BAD)
        quality = of_all if of_all is not None else quality_columns(rest)
    flagged = {name for name in _quality_columns(quality) if name in rest}
    # Who names the columns knows what they hold.
    exported = _exported(table) if wanted.columns is None else ()
    for name, msid in _msids_of_columns(table, rest, wanted, flagged).items():
        flags = _flags(rest, _quality_of(quality, name, msid), table.rows)
        column = _with_unit(rest[name], table, name)
        part = _part(msid, column, flags, table.rows, skip_nan=wanted.skip_nan)
        yield replace(part, is_own=name in exported)


def _exported(table: Incoming) -> frozenset[str]:
    """The columns that jeta wrote of a set of MSIDs: attributes of xarray hold as JSON what others hold as it is."""
    said = table.meta.get("msids")
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except ValueError:
            return frozenset()  # somebody else's attribute of that name
    return frozenset(said) if isinstance(said, dict) else frozenset()


def _msids_of_columns(table: Incoming, rest: Mapping[str, Column], wanted: Wanted, flagged: set[str]) -> dict[str, str]:
    """The columns to take, and their MSIDs."""
    columns = wanted.columns
    if columns is None:
        return {name: name for name in _columns_of_values(table, rest, flagged)}
    if isinstance(columns, str):
        raise ValuesError(f"columns must be a list of columns or a mapping of columns to MSIDs, got {columns!r}")
    chosen = dict(columns.items()) if hasattr(columns, "items") else {name: name for name in columns}
    unknown = [name for name in chosen if name not in rest]
    if unknown:
        raise ValuesError(
            f"the table has no column {unknown[0]!r} to take values from; its columns are {listed(table.columns)}"
        )
    return chosen


def _columns_of_values(table: Incoming, rest: Mapping[str, Column], flagged: set[str]) -> list[str]:
    """The columns of a wide table that are neither index, time nor quality, nor what exports have beside values."""
    side = {*NAMES_OF_BAD, *_BESIDE}
    left_out = {*flagged, *table.index, INDEX}
    return [n for n, c in rest.items() if n not in left_out and n.lower() not in side and not c.is_time]


def _quality_columns(quality: Any) -> list[str]:
    """The names that a caller gives as columns of quality."""
    if isinstance(quality, str):
        return [quality]
    return [name for name in quality.values() if isinstance(name, str)] if isinstance(quality, dict) else []


def _quality_of(quality: Any, column: str, msid: str) -> Any:
    """What a caller says of the quality of one column."""
    return quality.get(column, quality.get(msid)) if isinstance(quality, dict) else quality


def _with_unit(column: Column, table: Incoming, name: str) -> Column:
    """A column with its unit, or else with the one that the table as a whole says of it."""
    return replace(column, unit=_unit_said(table, name)) if column.unit is None else column


def _unit_said(table: Incoming, name: str) -> str | None:
    """The unit that the table as a whole says of a column."""
    said = table.meta.get("units", table.meta.get("unit"))
    if isinstance(said, dict):
        said = said.get(name, said.get(name.upper()))
    elif name.lower() not in NAMES_OF_VALUE:
        return None  # one unit for a table of several MSIDs is of none in particular
    return said if isinstance(said, str) and said else None


def _flags(rest: Mapping[str, Column], quality: Any, rows: int) -> NDArray[Any] | None:
    """What is bad, a value for each row; what is missing is good.

    Raises
    ------
    ValuesError
        If there is no such column, or the flags have another shape.
    """
    if quality is None:
        return None
    if isinstance(quality, str) and quality not in rest:
        raise ValuesError(f"the table has no column {quality!r} of quality; its columns are {listed(rest)}")
    column = rest[quality] if isinstance(quality, str) else column_of("quality", quality)
    if np.shape(column.values) != (rows,):
        raise ValuesError(f"quality must have {rows} rows as the table has, got shape {np.shape(column.values)}")
    if column.missing is None:
        return np.asarray(column.values)
    present = np.array(column.present().tolist())
    flags = np.zeros(rows, present.dtype)
    flags[~column.missing] = present
    return flags


def _missing(column: Column, rows: int) -> NDArray[np.bool_]:
    """Rows without a value, as an array."""
    return np.zeros(rows, np.bool_) if column.missing is None else column.missing


def _part(
    msid: str,
    column: Column,
    flags: NDArray[Any] | None,
    rows: int,
    *,
    raws: NDArray[Any] | None = None,
    skip_nan: bool = False,
) -> Part:
    """The samples of one column: the rows that have a value.

    Raises
    ------
    ValuesError
        If the column holds instants.
    """
    if column.is_time:
        raise ValuesError(f"column {msid!r} holds times, which are no values; name the columns to take with columns=")
    missing = _missing(column, rows)
    if skip_nan and getattr(column.values, "dtype", np.dtype("O")).kind == "f":
        missing = missing | np.isnan(column.values)
    at = np.flatnonzero(~missing)
    return Part(
        msid,
        at,
        column.values if len(at) == rows else column.values[at],
        None if flags is None else flags[at],
        None if raws is None else raws[at],
        column.unit,
    )
