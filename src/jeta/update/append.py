"""`append`: arrays into the archive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import times as jeta_times
from jeta.errors import ValuesError
from jeta.samples import FLAGGED_BY_SOURCE, Samples
from jeta.tdb import check_name
from jeta.update.conform import conform
from jeta.update.report import FileReport, Report
from jeta.update.target import fold_if_due, writer_for
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from jeta.update.target import ArchiveLike

NOT_A_TIME = "time is not a number"


def append(
    msid: str, times: Any, vals: ArrayLike, quality: ArrayLike | None = None, *, archive: ArchiveLike | None = None
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
        values = _checked_values(vals)
        if values.ndim != 1 or len(values) != len(instants.ticks):
            raise ValuesError(
                f"{name}: expected as many values as times in one dimension, "
                f"got {len(instants.ticks)} times and values of shape {values.shape}"
            )
        rows = _samples(instants, values, _checked_quality(quality, len(values)))
        file = FileReport(None, "arrays")
        tally = file.tally(name)
        tally.read = len(values)
        tally.rejected = +Counter({NOT_A_TIME: int((~instants.valid).sum())})
        entry, present = declared(writer, name)
        conformed = conform(rows.take(instants.valid), entry, present)
        conformed = reject_unless_exact(writer, name, conformed)
        tally.rejected += conformed.rejected
        counts = writer.commit({name: conformed.samples}, source="append")[name]
        tally.stored, tally.duplicate, tally.replaced = counts.stored, counts.duplicate, counts.replaced
        fold_if_due(writer)
    return Report([file])


def _at_least_1d(times: Any) -> Any:
    """Times as something with a length; one instant alone becomes a list of one."""
    if isinstance(times, str | bytes) or not hasattr(times, "__len__"):
        scalar_time = not hasattr(times, "__iter__") or isinstance(times, str | bytes)
        return [times] if scalar_time else list(times)
    if getattr(times, "shape", None) == () or getattr(times, "isscalar", False):
        return [times]
    return times


def _checked_values(vals: Any) -> NDArray[Any]:
    """Values as an array of a type that can be stored.

    Raises
    ------
    ValuesError
        If they are neither numbers, booleans nor texts, or some are masked.
    """
    if np.ma.is_masked(vals):
        raise ValuesError(
            f"{int(np.ma.getmaskarray(vals).sum())} values are masked; leave them out, or fill them and flag them with quality"
        )
    values = np.atleast_1d(np.asarray(vals))
    if values.dtype == object:
        if len(values) and all(isinstance(value, str) for value in values.tolist()):
            return values.astype(np.str_)
        raise ValuesError(
            f"expected numbers, booleans or texts of one type, got Python objects such as {values.flat[:1].tolist()}"
        )
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8")
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        converted = values.astype(np.float32 if values.dtype.itemsize == 2 else np.float64)
        if not np.array_equal(converted.astype(values.dtype), values, equal_nan=True):
            raise ValuesError(f"values of type {values.dtype} do not fit into float64 without loss; round them first")
        return converted
    if values.dtype.kind not in "biufU":
        raise ValuesError(f"expected numbers, booleans or texts, got an array of type {values.dtype}")
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _checked_quality(quality: Any, rows: int) -> NDArray[np.uint8] | None:
    """Quality bits, or None if all are good.

    Raises
    ------
    ValuesError
        If they are not as many as the rows, or not booleans or numbers of 0 to 255.
    """
    if quality is None:
        return None
    flags = np.atleast_1d(np.asarray(quality))
    if flags.shape == (1,) and rows != 1 and np.ndim(quality) == 0:
        flags = np.repeat(flags, rows)
    if flags.shape != (rows,) or flags.dtype.kind not in "biu":
        raise ValuesError(
            f"quality must be {rows} booleans or numbers from 0 to 255, got {flags.dtype} of shape {flags.shape}"
        )
    if flags.dtype.kind == "b":
        return flags.astype(np.uint8) * np.uint8(FLAGGED_BY_SOURCE)
    if rows and not (flags.min() >= 0 and flags.max() <= 255):
        raise ValuesError(f"quality must be from 0 to 255, got {flags.min()} to {flags.max()}")
    return flags.astype(np.uint8)


def _samples(instants: jeta_times.Ticks, values: NDArray[Any], quality: NDArray[np.uint8] | None) -> Samples:
    """Rows of arrays that were checked."""
    if values.dtype.kind == "U":
        return Samples.from_texts(instants.ticks, instants.resolution, values, quality=quality)
    return Samples(instants.ticks, instants.resolution, values, quality=quality)
