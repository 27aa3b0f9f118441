"""Writers of telemetry files in the HDF5 layout of a flight operations system.

=====================  =========================================================================================
node                   what it holds
=====================  =========================================================================================
``/``                  attributes ``/dataOrigin`` and ``/numPoints``; the slash is part of their names
``/samples/data1..N``  big-endian rows, `FOS_DTYPE`; attributes ``dataStartTime``, ``dataStopTime`` in Unix ms
=====================  =========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from jeta.errors import ValuesError
from jeta.tdb import Entry
from jeta.testing.noise import bell, stream_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

FOS_DTYPE = np.dtype(
    [
        ("id", ">i8"),
        ("observatoryTime", ">i8"),
        ("groundTime", ">i8"),
        ("apid", ">i2"),
        ("engineeringNumericValue", ">f8"),
        ("engineeringTextValue", "S80"),
        ("alarmStatus", ">i2"),
    ]
)
"""One row, 116 bytes: identifier (0 is padding), instants in ms since 1970 UTC, packet, value, text, alarm status."""

GROUND_DELAY_MS = 5_400_000
"""From a sample's instant on board to its receipt on ground."""

_CHUNK_ROWS = 16_384
_BLOCK_ROWS = 1 << 17
_BULK_CADENCE_MS = 1024
_BULK_TEXTS = np.array([b"OFF", b"STANDBY", b"ON", b"FAULT"], "S80")
_BULK_STATE_EVERY = 10


def fos_rows(
    ids: ArrayLike,
    times_ms: ArrayLike,
    values: ArrayLike,
    *,
    texts: ArrayLike | None = None,
    apids: ArrayLike = 1,
    alarms: ArrayLike = 0,
) -> NDArray[np.void]:
    """Make rows of a telemetry file.

    Parameters
    ----------
    ids : array-like of int, shape (rows,) or scalar
        MSID identifiers.
    times_ms : array-like of int, shape (rows,)
        Instants, ms since 1970 UTC; the ground time is 90 minutes later.
    values : array-like of float, shape (rows,) or scalar
        Numeric values.
    texts : array-like of str or bytes, shape (rows,) or scalar, optional
        Texts of at most 80 ASCII characters; by default empty.
    apids, alarms : array-like of int, shape (rows,) or scalar, optional
        Packet, by default 1, and alarm status, by default 0.

    Returns
    -------
    array of `FOS_DTYPE`, shape (rows,)
        The rows in the order given.

    Examples
    --------
    >>> fos_rows(7, [1000, 2000], 1.5)["id"].tolist()
    [7, 7]
    """
    rows = np.zeros(np.size(times_ms), FOS_DTYPE)
    rows["id"] = ids
    rows["observatoryTime"] = times_ms
    rows["groundTime"] = rows["observatoryTime"] + GROUND_DELAY_MS
    rows["apid"] = apids
    rows["engineeringNumericValue"] = values
    if texts is not None:
        rows["engineeringTextValue"] = np.asarray(texts).astype("S80")
    rows["alarmStatus"] = alarms
    return rows


def write_fos_file(
    path: Path,
    rows: NDArray[np.void],
    *,
    origin: str = "OBSERVATORY",
    datasets: int = 1,
    padding_rows: int = 5,
    compression: str | None = "gzip",
) -> None:
    """Write rows, in the order given, into one telemetry file.

    Parameters
    ----------
    path : Path
        The file; one that exists is overwritten.
    rows : array of `FOS_DTYPE`, shape (rows,)
        Rows without padding; in time order, if the file is to be like a real one.
    origin : str, optional
        Data origin; anything without ``OBSERVATORY`` marks a file that is not of the spacecraft.
    datasets : int, optional
        Number of datasets over which the rows are spread evenly, at least 1.
    padding_rows : int, optional
        Rows of zeros at the end of each dataset, at least 0; ``/numPoints`` leaves them out.
    compression : str or None, optional
        Filter of HDF5; None stores the rows as they are, in one piece.

    Raises
    ------
    ValuesError
        If there are fewer rows than datasets, so that a dataset would be without a first and last instant.
    """
    if not 1 <= datasets <= len(rows):
        raise ValuesError(f"{len(rows)} rows cannot fill {datasets} datasets; ask for 1 to {len(rows)} datasets")
    padding = np.zeros(padding_rows, FOS_DTYPE)
    with h5py.File(path, "w") as file:
        _write_head(file, origin, len(rows))
        for number, piece in enumerate(np.array_split(rows, datasets), start=1):
            # Left to itself, numpy joins into the machine's own byte order.
            data = np.concatenate([piece, padding], dtype=FOS_DTYPE)
            dataset = file.create_dataset(f"samples/data{number}", data=data, **_storage(compression, len(data)))
            _write_span(dataset, int(piece["observatoryTime"].min()), int(piece["observatoryTime"].max()))


def write_bulk_fos_file(
    path: Path, *, rows: int = 10_000_000, msids: int = 1_000, start_ms: int = 1_767_225_600_000, seed: int = 0
) -> None:
    """Write a large telemetry file fast, in bounded memory, for measurements of speed.

    The rows are those of `bulk_rows`, in one dataset, uncompressed and contiguous: 116 bytes a row, 1.16 GB by default.

    Parameters
    ----------
    path : Path
        The file; one that exists is overwritten.
    rows : int, optional
        Number of rows, at least 1.
    msids : int, optional
        Number of MSIDs, at least 1; their identifiers are 1 to `msids`.
    start_ms : int, optional
        First instant, ms since 1970 UTC; by default 2026-01-01.
    seed : int, optional
        Seed of the values.

    Raises
    ------
    ValuesError
        If there are no rows.
    """
    if rows < 1:
        raise ValuesError(f"{rows} rows make no file; ask for at least 1")
    with h5py.File(path, "w") as file:
        _write_head(file, "OBSERVATORY", rows)
        dataset = file.create_dataset("samples/data1", shape=(rows,), dtype=FOS_DTYPE)
        for low, block in _bulk_blocks(rows, msids, start_ms, seed):
            dataset[low : low + len(block)] = block
        _write_span(dataset, start_ms, _bulk_time(rows - 1, msids, start_ms))


def bulk_rows(first: int, stop: int, *, msids: int, start_ms: int, seed: int = 0) -> NDArray[np.void]:
    """Make a range of the rows of a bulk file.

    All MSIDs are sampled every 1.024 s, one after the other, in time order. Identifiers that are multiples of ten are
    states, which go through OFF, STANDBY, ON, FAULT (0 to 3), each for 64 samples; the rest are numbers about the
    identifier, with noise of 4 and in steps of 1/4.

    Parameters
    ----------
    first, stop : int
        Numbers of the rows, ``[first, stop)``, counted from 0.
    msids : int
        Number of MSIDs, at least 1.
    start_ms : int
        Instant of row 0, ms since 1970 UTC.
    seed : int, optional
        Seed of the values.

    Returns
    -------
    array of `FOS_DTYPE`, shape (stop - first,)
        The rows; row k belongs to identifier ``k % msids + 1``.

    Examples
    --------
    >>> bulk_rows(0, 4, msids=3, start_ms=1000)["id"].tolist()
    [1, 2, 3, 1]
    """
    number = np.arange(first, stop, dtype=np.int64)
    ids = number % msids + 1
    values = ids + np.rint(4 * bell(number, stream_key(seed, msids)) * 4) / 4
    rows = fos_rows(ids, _bulk_time(number, msids, start_ms), values, apids=ids % 100 + 1)
    states = np.flatnonzero(ids % _BULK_STATE_EVERY == 0)
    codes = number[states] // msids // 64 % len(_BULK_TEXTS)
    rows["engineeringNumericValue"][states] = codes
    rows["engineeringTextValue"][states] = _BULK_TEXTS[codes]
    return rows


def bulk_tdb_entries(msids: int = 1_000) -> list[Entry]:
    """Return the telemetry database of a bulk file.

    Parameters
    ----------
    msids : int, optional
        Number of MSIDs, at least 1.

    Returns
    -------
    list of Entry
        One an MSID; names ``BULK_00001`` and so on.
    """
    codes = tuple((code, text.decode()) for code, text in enumerate(_BULK_TEXTS.tolist()))
    entries = []
    for number in range(1, msids + 1):
        is_state = number % _BULK_STATE_EVERY == 0
        entries.append(
            Entry(
                f"BULK_{number:05d}",
                id=number,
                description=f"Simulated channel {number} of a bulk file",
                unit=None if is_state else "V",
                type="state" if is_state else "float64",
                state_codes=codes if is_state else (),
                subsystem="BULK",
                cadence_s=_BULK_CADENCE_MS / 1000,
            )
        )
    return entries


def _bulk_blocks(rows: int, msids: int, start_ms: int, seed: int) -> Iterator[tuple[int, NDArray[np.void]]]:
    """Yield the first row's number and the rows of each block of a bulk file."""
    for low in range(0, rows, _BLOCK_ROWS):
        yield low, bulk_rows(low, min(low + _BLOCK_ROWS, rows), msids=msids, start_ms=start_ms, seed=seed)


def _bulk_time(number: Any, msids: int, start_ms: int) -> Any:
    """Instant of a row of a bulk file, ms, by its number (int or array); not decreasing, increasing for each MSID."""
    return start_ms + number * _BULK_CADENCE_MS // msids


def _write_head(file: h5py.File, origin: str, rows: int) -> None:
    """Write the attributes of the root group."""
    file.attrs["/dataOrigin"] = np.array([origin.encode("ascii")])
    file.attrs["/numPoints"] = np.array([rows], np.int64)


def _write_span(dataset: h5py.Dataset, first_ms: int, last_ms: int) -> None:
    """Write the first and last instant of a dataset."""
    dataset.attrs["dataStartTime"] = np.array([first_ms], np.int64)
    dataset.attrs["dataStopTime"] = np.array([last_ms], np.int64)


def _storage(compression: str | None, rows: int) -> dict[str, Any]:
    """Say how a dataset is stored; gzip at its fastest level, since the rows are mostly blanks anyway."""
    if compression is None:
        return {}
    options = {"compression_opts": 1} if compression == "gzip" else {}
    return {"chunks": (min(rows, _CHUNK_ROWS),), "compression": compression, "shuffle": True, **options}
