"""`append`: arrays into the archive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import times as jeta_times
from jeta.errors import ValuesError
from jeta.samples import FLAGGED_BY_SOURCE, Samples
from jeta.tdb import check_name
from jeta.update.conform import EARLIEST_NS, LATEST_NS, conform, within
from jeta.update.report import FileReport, Report
from jeta.update.target import fold_if_due, writer_for
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from jeta.update.target import ArchiveLike

NOT_A_TIME = "time is not a number"
_EXACT_INTEGER = 2**53


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
        values = _checked_values(vals)
        if values.ndim != 1 or values.shape != instants.ticks.shape:
            raise ValuesError(
                f"{name}: expected as many values as times in one dimension, "
                f"got times of shape {instants.ticks.shape} and values of shape {values.shape}"
            )
        rows = _samples(instants, values, _checked_quality(quality, len(values)))
        file = FileReport(None, "arrays")
        tally = file.tally(name)
        tally.read = len(values)
        tally.rejected = +Counter({NOT_A_TIME: int((~instants.valid).sum())})
        timely = within(rows.take(instants.valid), EARLIEST_NS, LATEST_NS)
        conformed = conform(timely.samples, *declared(writer, name))
        conformed = reject_unless_exact(writer, name, conformed)
        tally.rejected += timely.rejected + conformed.rejected
        counts = writer.commit({name: conformed.samples}, source="append", quality_counts=quality_counts)[name]
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
    values = np.atleast_1d(_as_array(vals))
    if values.dtype == object:
        if all(isinstance(value, str) for value in values.flat):
            return _checked_texts(values.astype(np.str_))
        raise ValuesError(
            f"expected numbers, booleans or texts of one type, got Python objects such as {values.flat[:1].tolist()}"
        )
    if values.dtype.kind in "SU":
        return _checked_texts(values)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        converted = values.astype(np.float32 if values.dtype.itemsize == 2 else np.float64)
        if not np.array_equal(converted.astype(values.dtype), values, equal_nan=True):
            raise ValuesError(f"values of type {values.dtype} do not fit into float64 without loss; round them first")
        return converted
    if values.dtype.kind not in "biuf":
        raise ValuesError(f"expected numbers, booleans or texts, got an array of type {values.dtype}")
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _as_array(vals: Any) -> NDArray[Any]:
    """Values as an array, where numpy would not make one by changing some of them.

    Raises
    ------
    ValuesError
        If they are in lists of several lengths, are texts beside numbers, or big integers beside floats.
    """
    try:
        values = np.asarray(vals)
    except ValueError as err:
        raise ValuesError(f"expected values in one dimension, got {vals!r:.100}: {err}") from err
    if values.dtype.kind == "T":
        return values.astype(object)
    if not isinstance(vals, list | tuple):
        return values
    kinds = {kind for kind in map(type, vals) if not issubclass(kind, list | tuple)}
    if values.dtype.kind == "f" and kinds == {int} and min(vals) >= 0:
        return np.array(vals, np.uint64)  # numpy makes floats of integers of which only some need all 64 bits
    if values.dtype.kind in "US" and not all(issubclass(kind, str | bytes) for kind in kinds):
        raise ValuesError(
            f"expected values of one kind, got {', '.join(sorted(kind.__name__ for kind in kinds))}; convert them first"
        )
    if values.dtype.kind == "f" and int in kinds and any(type(v) is int and abs(v) > _EXACT_INTEGER for v in vals):
        raise ValuesError("integers beyond 2**53 do not fit among floats without loss; append them on their own")
    return values


def _checked_texts(texts: NDArray[Any]) -> NDArray[np.str_]:
    """Texts of any of numpy's kinds as str.

    Raises
    ------
    ValuesError
        If bytes are not UTF-8.
    """
    try:
        return np.char.decode(texts, "utf-8") if texts.dtype.kind == "S" else np.asarray(texts, np.str_)
    except UnicodeDecodeError as err:
        raise ValuesError(
            f"expected bytes that are UTF-8, got {err.object!r:.60}: {err.reason}; decode them first"
        ) from err


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
    if flags.shape != (rows,) or (rows and flags.dtype.kind not in "biu"):
        raise ValuesError(
            f"quality must be {rows} booleans or numbers from 0 to 255, got {flags.dtype} of shape {flags.shape}"
        )
    if rows and flags.dtype.kind != "b" and not (flags.min() >= 0 and flags.max() <= 255):
        raise ValuesError(f"quality must be from 0 to 255, got {flags.min()} to {flags.max()}")
    # The archive's bits have meanings of their own: whatever the source means by its numbers, it is the one that flags.
    return np.where(flags != 0, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0))


def _samples(instants: jeta_times.Ticks, values: NDArray[Any], quality: NDArray[np.uint8] | None) -> Samples:
    """Rows of arrays that were checked.

    Raises
    ------
    ValuesError
        If a text has characters that cannot be stored.
    """
    if values.dtype.kind != "U":
        return Samples(instants.ticks, instants.resolution, values, quality=quality)
    samples = Samples.from_texts(instants.ticks, instants.resolution, values, quality=quality)
    for text in () if samples.texts is None else samples.texts.tolist():
        try:
            text.encode()
        except UnicodeEncodeError as err:
            raise ValuesError(
                f"expected texts that UTF-8 can hold, got {text!r:.60}: {err.reason}; replace them"
            ) from err
    return samples
