"""`append_table`: tables of other packages into the archive, in one commit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import times as jeta_times
from jeta.errors import ValuesError
from jeta.tables.incoming import read_incoming
from jeta.tables.incoming_plan import Part, Wanted, plan
from jeta.tables.incoming_values import checked_part, samples_of_part
from jeta.tdb import check_name
from jeta.times import Ticks, utc
from jeta.times.text_arrays import read_absolute_texts
from jeta.update.append import commit_rows
from jeta.update.report import FileReport, Report
from jeta.update.stored_units import UNIT_NOT_KEPT, in_stored_unit
from jeta.update.target import writer_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from jeta.samples import Samples
    from jeta.tdb import Entry, Tdb
    from jeta.update.target import ArchiveLike


def append_table(  # noqa: PLR0913 - one for each thing that a table may leave open
    table: Any,
    columns: Mapping[str, str] | Iterable[str] | None = None,
    *,
    time: Any = None,
    msid: str | None = None,
    quality: Any = None,
    skip_nan: bool = True,
    archive: ArchiveLike | None = None,
    quality_counts: bool = False,
) -> Report:
    """Add the samples of a table to an archive, all MSIDs in one commit.

    A table is wide (a time, and one column for each MSID), long (time, MSID and value: a row for each sample), or what jeta's
    exports of one MSID are (``vals``, and perhaps ``bads`` and ``raw_vals``; the MSID is in the table's metadata). For each
    MSID the rules of `append` hold. Everything is checked first: after an error nothing is stored.

    Parameters
    ----------
    table : table
        A pandas DataFrame or Series, a pyarrow Table or RecordBatch, what has ``__arrow_c_stream__`` or ``__dataframe__`` (as
        polars), an xarray Dataset or DataArray, an astropy Table, QTable or TimeSeries, a mapping of names to arrays, or a numpy
        structured array.
    columns : mapping of str to str, or iterable of str, optional
        The columns to take, and their MSIDs where the names differ. By default all but the time, columns of other times and
        columns that say what is bad.
    time : str or array-like, optional
        The column of times, or the times themselves, shape (rows,). By default the index or column that holds instants by its
        type or by its name (``time``, ``date``, ``utc``, ``timestamp`` ...). Times are as for `append`: with a time zone or in UTC,
        texts and astropy Times of any scale; numbers are seconds of the archive's time system.
    msid : str, optional
        The MSID of a table with one column of values; or the column of MSIDs of a long table.
    quality : str, mapping of str to str, or array-like of bool, optional
        The column that says which rows are bad; or one for each column of values, by column or MSID; or the flags, shape
        (rows,). By default the column ``bad``, ``bads`` or ``quality`` of a long table or of an export of one MSID.
    skip_nan : bool
        NaN in a column of floats of a wide table means no sample, as pandas and others have it. False stores NaN. Where the
        package has a mark of its own (NA, None, masked) that never is a sample. In tables of the other forms NaN is a value.
    archive : open archive or path, optional
        Where to; by default the archive in use, see `jeta.fetch.set_archive`.
    quality_counts : bool
        As for `append`.

    Returns
    -------
    Report
        Rows read, stored, duplicate, replaced, and rejected by reason, per MSID. Each value of a table counts as a row; what
        is missing does not count.

    Raises
    ------
    ValuesError
        If the table is none, it is not clear what is what, values cannot be stored, or their unit cannot be converted into the
        one of the telemetry database.
    MsidNameError
        If a column's name cannot be that of an MSID.
    TimeFormatError
        If a time is in no accepted form.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> table = {"time": ["2022:143:00:00:00", "2022:143:00:00:01"], "SA_TEMP": [20.5, 20.75], "SA_MODE": ["ON", None]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = append_table(table, archive=create_archive(folder + "/a"))
    >>> {name: tally.stored for name, tally in report.msids.items()}
    {'SA_MODE': 1, 'SA_TEMP': 2}
    """
    found = plan(read_incoming(table), Wanted(columns, time, msid, quality, skip_nan))
    parts = _by_msid(found.parts)
    with writer_for(archive) as writer:
        instants = _instants(found.times, writer.reader.time_system)
        tdb = writer.reader.tdb()
        file = FileReport(None, "table")
        rows = {name: _rows(name, part, instants, tdb, file) for name, part in parts.items()}
        commit_rows(writer, file, rows, "append_table", quality_counts=quality_counts)
    return Report([file])


def _instants(times: Any, system: str) -> Ticks:
    """The times as ticks; texts may have an offset from UTC, as pandas writes them."""
    kind = getattr(getattr(times, "dtype", None), "kind", "")
    if kind == "U" or (kind == "O" and all(isinstance(one, str) for one in times)):
        read = read_absolute_texts(times.astype(np.str_))
        if read.valid.all():
            return utc.to_ticks(read, system)
    return jeta_times.to_ticks(times, system)


def _by_msid(parts: Iterable[Part]) -> dict[str, Part]:
    """Parts by canonical name.

    Raises
    ------
    ValuesError
        If there are none, or two columns are of one MSID.
    MsidNameError
        If a name cannot be that of an MSID.
    """
    result: dict[str, Part] = {}
    for part in parts:
        name = check_name(part.name)
        if name in result:
            raise ValuesError(
                f"{result[name].name!r} and {part.name!r} are both the MSID {name}; leave out one with columns="
            )
        result[name] = part
    if not result:
        raise ValuesError("the table has no column of values beside the time; name the columns to take with columns=")
    return result


def _rows(name: str, part: Part, instants: Ticks, tdb: Tdb, file: FileReport) -> tuple[Samples, NDArray[Any]]:
    """The rows of one MSID in its unit, and which have an instant."""
    entry = tdb.get(name)
    part = _raw_counts(part, entry)
    mine = Ticks(instants.ticks[part.rows], instants.resolution, instants.valid[part.rows])
    try:
        samples = samples_of_part(part, mine, checked_part(part))
        samples, is_kept = in_stored_unit(name, samples, part.unit, entry)
    except ValuesError as err:
        raise ValuesError(str(err) if str(err).startswith(f"{name}:") else f"{name}: {err}") from err
    if not is_kept and len(samples):
        file.notes += Counter({UNIT_NOT_KEPT: len(samples)})
    return samples, mine.valid


def _raw_counts(part: Part, entry: Entry | None) -> Part:
    """What is stored of a calibrated MSID: the raw counts, which an export has beside the values.

    Raises
    ------
    ValuesError
        If an export does not.
    """
    if entry is None or entry.calibrations is None or not (part.is_own or part.raws is not None):
        return part
    if part.raws is None:
        raise ValuesError(
            f"{entry.name}: the table has calibrated values, but raw counts are stored; give these, as a column of that name"
        )
    return replace(part, values=part.raws, raws=None, unit=None)
