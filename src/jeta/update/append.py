"""`append`: arrays into the archive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jeta import times as jeta_times
from jeta.errors import ValuesError
from jeta.tables.incoming_values import checked_quality, checked_values, samples_of
from jeta.tdb import check_name
from jeta.update.conform import EARLIEST_NS, LATEST_NS, conform, within
from jeta.update.report import FileReport, Report
from jeta.update.target import fold_if_due, writer_for
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from jeta.archive import Writer
    from jeta.samples import Samples
    from jeta.tdb import Tdb
    from jeta.update.target import ArchiveLike

NOT_A_TIME = "time is not a number"


def append(
    msid: str,
    times: Any,
    vals: ArrayLike,
    quality: ArrayLike | None = None,
    *,
    archive: ArchiveLike | None = None,
    quality_counts: bool = False,
) -> Report:
    """Add samples of one MSID to an archive.

    Samples may come in any order, late, or twice: see the report for what became of each. An MSID that neither the
    telemetry database nor the archive knows is created, of the type of `vals`.

    Parameters
    ----------
    msid : str
        Name in any case.
    times : array-like, shape (rows,), or scalar
        Instants in any form that `jeta.times` accepts; numbers are seconds of the archive's time system. They come back from
        `jeta.fetch` to the last bit.
    vals : array-like of numbers, booleans or str, shape (rows,), or scalar
        Values; trailing blanks of texts are dropped.
    quality : array-like of bool or uint8, shape (rows,), optional
        True, or a number other than 0, marks a bad sample. By default all are good.
    archive : open archive or path, optional
        Where to; by default the archive in use, see `jeta.fetch.set_archive`.
    quality_counts : bool
        Samples that are there already with the same value, but good where `quality` says bad or the other way round, are
        replaced. By default they are duplicates, which change nothing.

    Returns
    -------
    Report
        Rows read, stored, duplicate, replaced, and rejected by reason. When it returns, the stored rows are on the disk and
        every reader sees them.

    Raises
    ------
    MsidNameError
        If the name cannot be that of an MSID.
    ValuesError
        If the arrays differ in length, or hold what cannot be stored.
    TimeFormatError
        If a time is in no accepted form.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     archive = create_archive(folder + "/a")
    ...     report = append("sa_temp", ["2022:143:00:00:00", "2022:143:00:00:01"], [20.5, 20.75], archive=archive)
    >>> report.stored
    2
    """
    name = check_name(msid)
    with writer_for(archive) as writer:
        instants = jeta_times.to_ticks(_at_least_1d(times), writer.reader.time_system)
        values = checked_values(vals)
        if values.ndim != 1 or values.shape != instants.ticks.shape:
            raise ValuesError(
                f"{name}: expected as many values as times in one dimension, "
                f"got times of shape {instants.ticks.shape} and values of shape {values.shape}"
            )
        rows = samples_of(instants, values, checked_quality(quality, len(values)))
        file = FileReport(None, "arrays")
        commit_rows(writer, file, {name: (rows, instants.valid)}, "append", quality_counts=quality_counts)
    return Report([file])


def commit_rows(
    writer: Writer,
    file: FileReport,
    rows: Mapping[str, tuple[Samples, NDArray[Any]]],
    source: str,
    *,
    quality_counts: bool,
) -> None:
    """Store rows that a program handed in, all in one commit, and enter what became of them.

    Parameters
    ----------
    writer : Writer
        Of the archive.
    file : FileReport
        Is filled in.
    rows : mapping of str to (Samples, bool array)
        By canonical name, the rows, and which of them have an instant. They are in the archive's time system.
    source : str
        What the journal says of where they come from.
    quality_counts : bool
        As for `append`.
    """
    tdb = writer.reader.tdb()
    fit = {name: _fit_rows(writer, file, tdb, name, *pair) for name, pair in rows.items()}
    for name, counts in writer.commit(fit, source=source, quality_counts=quality_counts).items():
        tally = file.tally(name)
        tally.stored, tally.duplicate, tally.replaced = counts.stored, counts.duplicate, counts.replaced
    fold_if_due(writer)


def _fit_rows(writer: Writer, file: FileReport, tdb: Tdb, name: str, samples: Samples, valid: NDArray[Any]) -> Samples:
    """The rows of one MSID that are fit for the archive; the others are entered in the report."""
    tally = file.tally(name)
    tally.read = len(samples)
    timely = within(samples.take(valid), EARLIEST_NS, LATEST_NS)
    conformed = reject_unless_exact(writer, name, conform(timely.samples, *declared(writer, name, tdb)))
    tally.rejected = +Counter({NOT_A_TIME: int((~valid).sum())}) + timely.rejected + conformed.rejected
    return conformed.samples


def _at_least_1d(times: Any) -> Any:
    """Times as something with a length; one instant alone becomes a list of one."""
    if isinstance(times, str | bytes) or not hasattr(times, "__len__"):
        scalar_time = not hasattr(times, "__iter__") or isinstance(times, str | bytes)
        return [times] if scalar_time else list(times)
    if getattr(times, "shape", None) == () or getattr(times, "isscalar", False):
        return [times]
    return times
