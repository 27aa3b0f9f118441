"""What the header of a table, with a mapping or without, says of its columns. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jeta.errors import FormatError, MsidNameError
from jeta.formats.table.rules import SCALES, UNITS_NS, ColumnRule, TimeRule
from jeta.tables.incoming import listed
from jeta.tables.incoming_plan import (
    NAMES_OF_BAD,
    NAMES_OF_MSID,
    NAMES_OF_VALUE,
    holds_statistics,
    quality_columns,
)
from jeta.tables.incoming_times import is_time_name
from jeta.tdb import check_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jeta.formats.table.mapping import TableMapping

_OWN_VALUES = "vals"
_RAW_VALUES = "raw_vals"
_BESIDE_OWN = frozenset({*NAMES_OF_BAD, _RAW_VALUES, "alarms", "nans"})
_OWN_LONG = ["msid", "time", "value", "bad"]
_WITH_UNIT = re.compile(r"(?P<name>[^\[\]()]*?)\s*(?:\[(?P<a>[^\[\]]*)\]|\((?P<b>[^()]*)\))")
_IMPLIED = {"mjd": "mjd", "jd": "jd"}
"""Names of columns of times that say their format too."""

HOW = (
    "say what the columns are in a file such as  {time: UTC, columns: {TEMP_1: SA_TEMP}}  and give it with --mapping; see the"
    " guide on loading tables"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where what is.

    Attributes
    ----------
    time : TimeRule
        How times are written.
    times : tuple of int
        The columns of the time.
    wide : tuple of (int, ColumnRule, int or None)
        Columns of values, what they are, and the columns of their quality; empty for a long table.
    long : (int, int, int or None), or None
        The columns of name, value and quality of a long table.
    is_own : bool
        Whether this is what jeta writes: values are calibrated.
    raw : int or None
        The column of raw counts beside calibrated values.
    is_named_by_file : bool
        Whether only the file's name says which MSID it is.
    """

    time: TimeRule
    times: tuple[int, ...]
    wide: tuple[tuple[int, ColumnRule, int | None], ...] = ()
    long: tuple[int, int, int | None] | None = None
    is_own: bool = False
    raw: int | None = None
    is_named_by_file: bool = False


def layout_of(header: Sequence[str], mapping: TableMapping, stem: str, units_row: Sequence[str] = ()) -> Layout:
    """Find the columns in a header.

    Parameters
    ----------
    header : sequence of str, shape (columns,)
        Names of the columns, without blanks around them.
    mapping : TableMapping
        What is known of them.
    stem : str
        The file's name without folder and suffix, which names the MSID of what jeta's ``to_csv`` writes.
    units_row : sequence of str, shape (columns,), optional
        The row of units.

    Returns
    -------
    Layout
        Where what is.

    Raises
    ------
    FormatError
        If it is not clear; the message, without the file, says what is missing.

    Examples
    --------
    >>> from jeta.formats.table.mapping import TableMapping
    >>> [rule.msid for _, rule, _ in layout_of(["time", "SA_TEMP [K]"], TableMapping(), "x").wide]
    ['SA_TEMP']
    """
    names = [name if name in mapping.named_columns() else _split_unit(name)[0] for name in header]
    _check_header(names, mapping)
    time, times = _time(names, mapping)
    time = _in_unit(time, _unit_at(times[0], header, units_row))
    rest = _rest(names, times, mapping)
    if mapping.columns:
        return Layout(time, times, _mapped(rest, mapping))
    long = _long(rest, mapping)
    if long is not None:
        return Layout(time, times, long=long, is_own=mapping.msid is None and list(header) == _OWN_LONG)
    _refuse_statistics(rest)
    units = {name: _split_unit(raw)[1] for name, raw in zip(names, header, strict=True)}
    own = _own(rest, units, stem)
    if own is not None:
        return Layout(time, times, (own,), is_own=True, raw=rest.get(_RAW_VALUES), is_named_by_file=True)
    return Layout(time, times, tuple(_wide(rest, units, mapping)))


def _split_unit(name: str) -> tuple[str, str | None]:
    """A column's name and its unit, where they are written as ``NAME [unit]`` or ``NAME (unit)``."""
    match = _WITH_UNIT.fullmatch(name)
    if match is None or not match["name"]:
        return name, None
    return match["name"], (match["a"] or match["b"] or "").strip() or None


def _check_header(names: Sequence[str], mapping: TableMapping) -> None:
    """Refuse names that come twice, and a mapping that names what is not there."""
    filled = [name for name in names if name]
    twice = [name for name, number in Counter(filled).items() if number > 1]
    if twice:
        raise FormatError(
            f"two columns are named {twice[0]!r}; rename one of them, or give all names with names: in a mapping"
        )
    there = set(filled)
    absent = [name for name in mapping.named_columns() if name not in there]
    if absent:
        raise FormatError(
            f"there is no column {absent[0]!r}, which {mapping.path or 'the mapping'} names; the columns are"
            f" {listed(filled)}"
        )


def _time(names: Sequence[str], mapping: TableMapping) -> tuple[TimeRule, tuple[int, ...]]:
    """The columns of the time, and how they are written."""
    rule = mapping.time
    if rule.columns:
        return rule, tuple(map(names.index, rule.columns))
    taken = {*mapping.named_columns()}
    free = {name: at for at, name in enumerate(names) if name not in taken}
    found = [name for name in free if is_time_name(name)]
    for candidates in (found, [name for name in found if name.lower() == "time"]):
        if len(candidates) == 1:
            return rule, (free[candidates[0]],)
    if found:
        raise FormatError(f"the columns {listed(found)} may all be the time; {HOW}")
    return _time_by_other_signs(names, free, rule)


def _time_by_other_signs(
    names: Sequence[str], free: dict[str, int], rule: TimeRule
) -> tuple[TimeRule, tuple[int, ...]]:
    """The column that is the time though none is called so: one named as a format of times, or the index of pandas."""
    implied = next((name for name in free if name.lower() in _IMPLIED), None)
    if implied is not None:
        said = rule.format if rule.format != "auto" else _IMPLIED[implied.lower()]
        return TimeRule((implied,), said, rule.scale), (free[implied],)
    if names and not names[0]:  # as pandas writes an index without a name
        return rule, (0,)
    raise FormatError(f"none of the columns {listed(names)} is named as a time; {HOW}")


def _unit_at(at: int, header: Sequence[str], units_row: Sequence[str]) -> str:
    """What the header, or else the row of units, says of the unit of a column; empty where neither does."""
    return _split_unit(header[at])[1] or (units_row[at] if at < len(units_row) else "")


def _in_unit(rule: TimeRule, unit: str) -> TimeRule:
    """What the header says of the clock, as in ``time (TAI)``, where the mapping says nothing.

    Raises
    ------
    FormatError
        If times are numbers of something else than seconds, whose zero nobody says.
    """
    word = unit.lower()
    if rule.format != "auto" or rule.scale != "utc":
        return rule
    if word in SCALES:
        return replace(rule, scale=word)
    if word in {*_IMPLIED, "unix", "cxcsec"}:
        return replace(rule, format=word)
    if word in UNITS_NS and word != "s":
        raise FormatError(
            f"the times are numbers in {unit!r}, but nothing says since when; give a mapping with"
            f" time: {{column: ..., format: unix, unit: {word}}}, or the like"
        )
    return rule


def _rest(names: Sequence[str], times: tuple[int, ...], mapping: TableMapping) -> dict[str, int]:
    """Where the columns beside the time are, by name.

    Raises
    ------
    FormatError
        If the mapping takes a column of the time for something else too.
    """
    rest = {name: at for at, name in enumerate(names) if name and at not in times}
    for name in mapping.other_columns():
        if name not in rest:
            raise FormatError(f"the column {name!r} is the time, and cannot be values, names or quality too")
    return rest


def _mapped(rest: dict[str, int], mapping: TableMapping) -> tuple[tuple[int, ColumnRule, int | None], ...]:
    """The columns of values that the mapping lists."""
    bads = [rule.quality or mapping.quality for rule in mapping.columns]
    return tuple(
        (rest[rule.column], rule, None if bad is None else rest[bad])
        for rule, bad in zip(mapping.columns, bads, strict=True)
    )


def _bad_of_all(rest: dict[str, int], mapping: TableMapping) -> int | None:
    """The column of quality of all values: the one that the mapping names, or one that is named so."""
    if mapping.quality:
        return rest[mapping.quality]
    return _first({name.lower(): at for name, at in rest.items()}, NAMES_OF_BAD)


def _first(lower: dict[str, int], wanted: Sequence[str]) -> int | None:
    """Where the first of some names is."""
    return next((lower[name] for name in wanted if name in lower), None)


def _long(rest: dict[str, int], mapping: TableMapping) -> tuple[int, int, int | None] | None:
    """The columns of a long table, None if it is none."""
    bad = _bad_of_all(rest, mapping)
    if mapping.msid is not None and mapping.value is not None:
        return rest[mapping.msid], rest[mapping.value], bad
    lower = {name.lower(): at for name, at in rest.items()}
    name, value = _first(lower, NAMES_OF_MSID), _first(lower, NAMES_OF_VALUE)
    return None if name is None or value is None else (name, value, bad)


def _refuse_statistics(rest: dict[str, int]) -> None:
    """Refuse what jeta writes of statistics."""
    if holds_statistics(rest):
        raise FormatError(
            "it holds statistics, not samples, and an archive works these out of its samples; export samples"
        )


def _own(rest: dict[str, int], units: dict[str, str | None], stem: str) -> tuple[int, ColumnRule, int | None] | None:
    """The column of values of what jeta's ``to_csv`` writes of one MSID, None if it is something else."""
    if _OWN_VALUES not in rest or not set(rest) <= {_OWN_VALUES, *_BESIDE_OWN}:
        return None
    rule = ColumnRule(_OWN_VALUES, stem, units[_OWN_VALUES])
    return rest[_OWN_VALUES], rule, rest.get("bads")


def _wide(
    rest: dict[str, int], units: dict[str, str | None], mapping: TableMapping
) -> list[tuple[int, ColumnRule, int | None]]:
    """The columns of MSIDs: all but those of quality and of other times."""
    bad = _bad_of_all(rest, mapping)
    own_bad = {name: rest[other] for name, other in quality_columns(rest).items()}
    beside = {bad, *own_bad.values()}
    chosen = {name: at for name, at in rest.items() if at not in beside and not is_time_name(name)}
    _check_msids(chosen)
    return [(at, ColumnRule(name, name, units[name]), own_bad.get(name, bad)) for name, at in chosen.items()]


def _check_msids(names: Collection[str]) -> None:
    """Refuse names of columns of which none can be that of an MSID, one is said of any values, or two are of one MSID."""
    if not any(map(_can_be_msid, names)) or any(name.lower() in NAMES_OF_VALUE for name in names):
        raise FormatError(f"nothing says of which MSIDs the columns {listed(names)} are; {HOW}")
    if len({name.upper() for name in names}) < len(names):
        raise FormatError(f"of the columns {listed(names)} two are one MSID, since case does not count; {HOW}")


def _can_be_msid(name: str) -> bool:
    """Whether a name can be that of an MSID."""
    try:
        check_name(name)
    except MsidNameError:
        return False
    return True
